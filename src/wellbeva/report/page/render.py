"""From a run to ``report.html``: gather facts, build the view, fill the templates. Escaping is on everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from wellbeva.report.facts.before_deciding import before_deciding
from wellbeva.report.facts.difference import difference
from wellbeva.report.facts.result import Result, gather
from wellbeva.report.facts.sensitivity import changes
from wellbeva.report.page.annex.annexes import annexes
from wellbeva.report.page.blocks.assumptions import falls, order_sentence, read_assumptions
from wellbeva.report.page.blocks.gain_of_one import gain_of_one
from wellbeva.report.page.blocks.payers_and_groups import outcomes_alone
from wellbeva.report.page.blocks.timing import years_of
from wellbeva.report.page.registry import ReportInputs, sections
from wellbeva.report.page.summary.balance import balance_table
from wellbeva.report.page.summary.page_one import page_one
from wellbeva.report.page.templates import environment, file_text
from wellbeva.report.page.view import Page
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.plan.plan import Plan
    from wellbeva.plan.record import Record


def render_report(
    dataset: xr.Dataset,
    record: Record,
    plan: Plan,
    tables: Mapping[str, pd.DataFrame],
    *,
    manifest: Mapping[str, object] | None = None,
    facts: Result | None = None,
) -> str:
    """Write the report of one run.

    Parameters
    ----------
    dataset : xarray.Dataset
        As `results.dataset` makes it.
    record : Record
    plan : Plan
    tables : mapping of str to DataFrame
        ``decision`` and ``summary`` with the columns of ``decision.csv`` and ``summary.csv``; if there, also
        ``league`` (several), ``incremental`` (one), ``break_even``, ``oneway``, ``assumptions``.
    manifest : mapping, optional
        As `results.manifest.build_manifest` makes it; printed in the last annex.
    facts : Result, optional
        What `facts.gather` makes of the others, where it is known already.

    Returns
    -------
    str
        One self-contained HTML document: no network, no script.
    """
    return render(build_page(dataset, record, plan, tables, manifest=manifest or {}, facts=facts))


def build_page(
    dataset: xr.Dataset,
    record: Record,
    plan: Plan,
    tables: Mapping[str, pd.DataFrame],
    *,
    manifest: Mapping[str, object],
    facts: Result | None = None,
) -> Page:
    """Build the view of one run, in words.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
    plan : Plan
    tables : mapping of str to DataFrame
    manifest : mapping of str to object
        May be empty.
    facts : Result, optional
        All as for `render_report`.
    """
    result = facts or gather(dataset, record, plan=plan, tables=tables)
    assumed = read_assumptions(result, tables=tables)
    turned = replace(
        changes(result, record, tables=tables), order=order_sentence(result, assumed), falls=falls(result, assumed)
    )
    figure = gain_of_one(dataset, record, result) if result.choose == "one" else None
    first = page_one(
        result,
        turned,
        difference=difference(dataset, result) if result.choose == "one" else None,
        balance=balance_table(dataset, record, result, best=True) if result.choose == "one" else None,
        gains_most=figure.title if figure else "",
        before=before_deciding(dataset, record, result, tables),
        discounting=" ".join(rule.words for rule in record.rules if rule.about == "rate"),
        outcomes=None if result.options else outcomes_alone(dataset, record, result),
    )
    behind = sections(ReportInputs(dataset, record, plan, tables, result, turned), figures=1 + bool(first.balance))
    drawn = f" from {numbers.count(result.draws)} draws" if result.uncertain else ""
    return Page(
        title=result.question or result.title,
        name=result.title if result.question else "Summary for commissioners",
        eyebrow=_eyebrow(result, record, plan, manifest),
        strip=result.provisional,
        running_head=_running_head(result),
        first=first,
        sections=(*behind, annexes(record, plan, result, turned, manifest=manifest)),
        foot=f"{result.title}. Made with wellbeva{drawn}. Illustrates a balance of evidence; it does not decide.",
    )


def render(page: Page, *, paper: bool = False) -> str:
    """Fill the templates.

    Parameters
    ----------
    page : Page
    paper : bool
        Leave page one out: its sections are a paper of their own.
    """
    return environment().get_template("report.html.j2").render(page=page, paper=paper, css=file_text("style.css"))


def _running_head(result: Result) -> str:
    """Return what stands at the head of every printed page: that numbers are provisional, or rest on some draws."""
    said = ["Provisional: not for decisions"] if result.provisional else []
    if result.left_out:
        said.append(f"{numbers.count(result.left_out)} of {numbers.count(result.drawn)} futures left out")
    return "; ".join(said)


def _eyebrow(result: Result, record: Record, plan: Plan, manifest: Mapping[str, object]) -> tuple[str, ...]:
    """Return what stands in the strip at the top: date of the run, prices, period, comparison."""
    parts = []
    if manifest.get("date"):
        day = datetime.fromisoformat(str(manifest["date"]))
        parts.append(f"{day.day} {day:%B} {day.year}")
    parts.append(f"{result.price_year} prices" if result.price_year else f"{result.currency}, no price year")
    span = period(years_of(plan), record.scenario.time.starts)
    parts += [span] if span else []
    if result.options:
        parts.append(f"compared with {numbers.in_sentence(result.comparator)}")
    return tuple(parts)


def period(years: Sequence[int], starts: int | None) -> str:
    """Write which calendar years a run is about, or of how many; empty where one year has no date.

    Parameters
    ----------
    years : sequence of int
        Of each period, rising.
    starts : int or None
        The calendar year of the first.
    """
    if years and starts is not None:
        first, last = str(starts + years[0]), str(starts + years[-1])
        return numbers.span(first, last) if last > first else first
    several = len(set(years))
    return f"over {numbers.counted(several, 'year')}" if several > 1 else ""
