"""Whether the order survives other assumptions: base cases with each switch turned, and of each variant."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from wellbeva.analysis.decision_arrays import NOTHING
from wellbeva.report.facts.answer import bands, measure, noun, ranked
from wellbeva.report.facts.result import Result
from wellbeva.report.page.registry import ReportInputs, block
from wellbeva.report.page.view import Block, Cell, Column, Note, Row, Table
from wellbeva.report.text import numbers as words

if TYPE_CHECKING:
    import pandas as pd

ALIKE = 1e-9  # relative; base cases are sums of the same numbers, so a larger difference is a change
WIDE_FROM = 5  # columns of numbers from which the table scrolls on a screen rather than squeezes


@dataclass(frozen=True, slots=True)
class Case:
    """The base case under one set of assumptions.

    Parameters
    ----------
    label, note : str
    numbers : mapping of option to float
        What the options are ranked by, infinite of a gain at no cost; without options that the variant leaves out.
    others : mapping of option to float
        Their net benefit, which may change where the ranking does not.
    """

    label: str
    note: str
    numbers: Mapping[str, float]
    others: Mapping[str, float] = field(default_factory=dict)

    def order(self, among: Sequence[str]) -> list[str]:
        """Return the options of `among` that it has, best first; equal ones keep their places."""
        known = [one for one in among if not math.isnan(self.numbers.get(one, math.nan))]
        return sorted(known, key=lambda one: -self.numbers[one])

    def same(self, other: Case) -> bool:
        """Whether it has the same options with the same numbers."""

        def alike(mine: Mapping[str, float], theirs: Mapping[str, float]) -> bool:
            return mine.keys() == theirs.keys() and all(
                math.isclose(x, theirs[one], rel_tol=ALIKE) or (math.isnan(x) and math.isnan(theirs[one]))
                for one, x in mine.items()
            )

        return alike(self.numbers, other.numbers) and alike(self.others, other.others)


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The base case as run and under other assumptions.

    Parameters
    ----------
    base : Case
    switches, variants : tuple of Case
        Those that change a number.
    idle : tuple of str
        Labels of those that change none.
    """

    base: Case
    switches: tuple[Case, ...]
    variants: tuple[Case, ...]
    idle: tuple[str, ...]


def read_assumptions(result: Result, *, tables: Mapping[str, pd.DataFrame]) -> Assumptions | None:
    """Read the table of other assumptions; None where there is none or nothing is compared.

    Parameters
    ----------
    result : Result
    tables : mapping of str to DataFrame
        ``assumptions`` with the columns of `analysis.scenario_analysis`.
    """
    if "assumptions" not in tables or not len(tables["assumptions"]) or not result.options:
        return None
    found: dict[tuple[str, str], list[dict[Any, Any]]] = {}
    for row in tables["assumptions"].to_dict("records"):
        found.setdefault((str(row["kind"]), str(row["name"])), []).append(row)
    cases = {key: _case(lines, result) for key, lines in found.items()}
    base = next((case for (kind, _), case in cases.items() if kind == "as run"), None)
    if base is None:
        return None
    moved = {kind: tuple(case for (at, _), case in cases.items() if at == kind and not case.same(base))
             for kind in ("switch", "variant")}  # fmt: skip
    idle = tuple(case.label for (kind, _), case in cases.items() if kind != "as run" and case.same(base))
    return Assumptions(base, moved["switch"], moved["variant"], idle)


def order_sentence(result: Result, found: Assumptions | None) -> str:
    """Say in one sentence whether the order survives other assumptions; empty if there are none, or nothing to order.

    Parameters
    ----------
    result : Result
    found : Assumptions or None
        Cases with the same numbers count once.
    """
    if found is None or len(result.real) < 2:
        return ""
    cases: list[Case] = []
    for switch in (*found.switches, *found.variants):
        if not any(switch.same(other) for other in cases):
            cases.append(switch)
    if not cases:
        return ""
    top = _holding(result, found, cases)
    kept = _keeping(cases, top)
    if not kept:
        return ""
    # Where a band of several stays on top, its order may change; only the loss of a single first place is reported.
    other = _overtaken(result, found.base, kept) if len(top) == 1 else []
    n = len(kept)
    if not other:
        sets = {1: "the one other set", 2: "both other sets"}.get(n, f"all {words.word_for(n)} other sets")
        return f"{words.capital(_claim(result, top))} under {sets} of assumptions we tried."
    leaders = list(dict.fromkeys(_leader(result, one) for one in other))
    who = _said(leaders[0], result) if len(leaders) == 1 else f"another {noun(result)}"
    how_many = f"{words.word_for(len(other))} of {words.counted(n, 'other set')}" if n > 1 else "the one other set"
    return f"Under {how_many} of assumptions we tried, first place goes to {who}."


def falls(result: Result, found: Assumptions | None) -> tuple[str, ...]:
    """Say which offers would fall behind one of a lower band under other assumptions, the deepest fall of each.

    Parameters
    ----------
    result : Result
    found : Assumptions or None
    """
    if found is None or result.choose != "several" or not result.uncertain:
        return ()
    parts, sentences = bands(result), []
    for at, band in enumerate(parts):
        lower = [one for part in parts[at + 1 :] for one in part]
        for offer in band:
            deepest, other, case = max(
                (
                    (case.numbers[other.name] / case.numbers[offer.name], other, case)
                    for case in (*found.switches, *found.variants) if case.numbers.get(offer.name, 0) > 0
                    for other in lower if other.name in case.numbers
                ),
                key=lambda one: one[0], default=(0.0, offer, found.base),
            )  # fmt: skip
            if deepest > 1:
                behind = f"{offer.head} would fall behind {words.in_sentence(other.head)}"
                sentences.append(f"{behind} under “{case.label.rstrip('.')}”.")
    return tuple(sentences)


@block(30)
def _assumptions(report: ReportInputs) -> list[Block]:
    """Show the switches, then the variants, then a note on what each variant changes."""
    result, found = report.result, read_assumptions(report.result, tables=report.tables)
    if found is None or not (found.switches or found.variants or found.idle):
        return []
    blocks: list[Block] = []
    idle = _idle(found)
    if found.switches:
        title = _switch_title(result, found)
        blocks.append(_table("as", title, found, found.switches, result, note=idle))
    if found.variants:
        title = _variant_title(result, found)
        blocks.append(_table("av", title, found, found.variants, result, note="" if found.switches else idle))
        noted = tuple(f"{variant.label.rstrip('.')}. {variant.note}" for variant in found.variants if variant.note)
        if noted:
            blocks.append(Note("an", "What each variant changes", noted))
    if not blocks:
        blocks.append(Note("an", "No other assumption changes a number", (idle,), points=False))
    return blocks


def _case(lines: list[dict[Any, Any]], result: Result) -> Case:
    """Read what options are ranked by."""
    numbers, others = {}, {}
    for line in lines:
        effect, per_1000, net = (float(line[key]) for key in ("effect", "effect_per_1000", "net_benefit"))
        if result.choose == "several":
            number = math.inf if math.isnan(per_1000) and effect > 0 else per_1000
        else:
            number = net if result.levels else effect
        numbers[str(line["option"])], others[str(line["option"])] = number, net
    return Case(str(lines[0]["label"]), str(lines[0]["note"]), numbers, others)


def _table(key: str, title: str, found: Assumptions, cases: tuple[Case, ...], result: Result, *, note: str) -> Table:
    names = [one.name for one in ranked(result) if not one.nothing]
    shown = (found.base, *cases)
    places = [_places(one, found.base, names) for one in shown]
    write: Callable[[float], str] = words.number
    what = measure(result) if result.choose == "several" else result.unit
    if result.choose == "one" and result.levels:
        write = partial(words.total, currency=result.currency)
        what = "Net benefit"
    table_rows = []
    for name in names:
        cells = []
        for one, place in zip(shown, places, strict=True):
            number = one.numbers.get(name, math.nan)
            first = one.order(names)[:1] == [name]
            text = write(number) if math.isfinite(number) else words.NOT_APPLICABLE
            left_out = "left out" if name not in one.numbers else ""
            cells.append(Cell(text, under=left_out or place.get(name, ""), css="best" if first else ""))
        table_rows.append(Row(result.option(name).head, tuple(cells)))
    how = "Bold comes first; a place is written where it differs from the order as run." if len(names) > 1 else ""
    return Table(
        key, "Table", title,
        f"{what} with every input at its base value: single cases, not averages of futures. {how}".strip(),
        (
            Column(words.capital(noun(result))),
            *(Column(words.capital(one.label), css="n as" if len(cases) >= WIDE_FROM else "n") for one in shown),
        ),
        tuple(table_rows), note=note, wide=len(cases) >= WIDE_FROM, css="asm",
    )  # fmt: skip


def _places(one: Case, base: Case, names: list[str]) -> dict[str, str]:
    """Say the places that differ from those as run, counted among the options that it keeps."""
    now = one.order(names)
    before = [name for name in base.order(names) if name in now]
    return {
        name: f"now {words.ordinal(place + 1)}"
        for place, name in enumerate(now)
        if name not in before or before.index(name) != place
    }


def _top(result: Result, base: Case) -> tuple[str, ...]:
    """Return the top band of a league, else the option that comes first in the base case."""
    if result.choose == "several" and result.uncertain:
        parts = bands(result)
        if len(parts) > 1:
            return tuple(part.name for part in parts[0])
    return _first(result, base)


def _first(result: Result, base: Case) -> tuple[str, ...]:
    return (_leader(result, base),)


def _leader(result: Result, case: Case) -> str:
    """Return who comes first: doing nothing where it is one of the options and no other gains more than it costs."""
    best = case.order([one.name for one in ranked(result) if not one.nothing])
    nothing = next((option.name for option in result.options if option.nothing), "")
    if nothing and result.choose == "one" and (not best or case.numbers[best[0]] <= 0):
        return nothing
    return best[0] if best else ""


def _survives(result: Result, cases: Sequence[Case], top: tuple[str, ...]) -> bool:
    """Whether all that are on top as run stay above all others, in each case, among the options it keeps."""
    if len(top) == 1:
        return all(_leader(result, one) == top[0] for one in _keeping(cases, top))
    return all(_on_top(case, top) for case in cases)


def _keeping(cases: Sequence[Case], top: tuple[str, ...]) -> tuple[Case, ...]:
    """Return the cases in which something can be said of `top`: those that keep one of its options."""
    return tuple(case for case in cases if top[0] == NOTHING or any(name in case.numbers for name in top))


def _on_top(case: Case, top: tuple[str, ...]) -> bool:
    inside = [x for name, x in case.numbers.items() if name in top and not math.isnan(x)]
    outside = [x for name, x in case.numbers.items() if name not in top and not math.isnan(x)]
    return not inside or not outside or min(inside) > max(outside)


def _overtaken(result: Result, base: Case, cases: Sequence[Case]) -> list[Case]:
    first = _leader(result, base)
    return [one for one in _keeping(cases, (first,)) if _leader(result, one) != first]


def _claim(result: Result, top: tuple[str, ...]) -> str:
    if len(top) > 1:
        return f"the top {words.word_for(len(top))} stay on top"
    return f"first place stays with {_said(top[0], result)}"


def _said(name: str, result: Result) -> str:
    return words.in_sentence(result.option(name).short)


def _switch_title(result: Result, found: Assumptions) -> str:
    n = len(found.switches)
    if len(result.real) < 2:
        return f"{words.capital(words.counted(n, 'switch', 'switches'))} of the model, turned one at a time"
    top = _holding(result, found, found.switches)
    claim = _claim(result, top)
    broken = _overtaken(result, found.base, found.switches) if len(top) == 1 else []
    if n == 1:
        return f"{found.switches[0].label}, {f'another {noun(result)} comes first' if broken else claim}"
    if broken:
        which = words.capital(f"{words.word_for(len(broken))} of {_steps(found.switches)}")
        return f"{which} {'decides' if len(broken) == 1 else 'decide'} which {noun(result)} comes first"
    return f"{words.capital(claim)} with and without each of {_steps(found.switches)}"


def _steps(switches: Sequence[Case]) -> str:
    """Count switches; they are corrections where each of them says so."""
    if all("correction" in switch.label for switch in switches):
        return words.counted(len(switches), "correction")
    return words.counted(len(switches), "switch", "switches")


def _variant_title(result: Result, found: Assumptions) -> str:
    n = len(found.variants)
    if len(result.real) < 2:
        return f"The result in {words.counted(n, 'variant')}"
    names = [one.name for one in ranked(result) if not one.nothing]
    unmoved = not any(_places(variant, found.base, names) for variant in found.variants)
    if unmoved and not _overtaken(result, found.base, found.variants):
        return f"The order stays the same in {_every(n)}"
    top = _holding(result, found, found.variants)
    kept = _keeping(found.variants, top)
    tail = " that keep it" if len(kept) < n and len(top) == 1 else ""
    other = _overtaken(result, found.base, kept) if len(top) == 1 else []
    if not other:
        return f"{words.capital(_claim(result, top))} in {_every(len(kept))}{tail}"
    if len(other) == len(kept):
        return f"In {_every(len(kept))}{tail} another {noun(result)} comes first"
    some = f"{words.word_for(len(other))} of {words.counted(len(kept), 'variant')}{tail}"
    return f"In {some} another {noun(result)} comes first"


def _holding(result: Result, found: Assumptions, cases: Sequence[Case]) -> tuple[str, ...]:
    """Return the top band if it stays on top in the base case and in all of `cases`, else the base case's first."""
    top = _top(result, found.base)
    return top if _survives(result, (found.base, *cases), top) else _first(result, found.base)


def _every(n: int) -> str:
    return {1: "the one variant", 2: "both variants"}.get(n, f"all {words.counted(n, 'variant')}")


def _idle(found: Assumptions) -> str:
    if not found.idle:
        return ""
    labels = [found.idle[0], *(words.in_sentence(one) for one in found.idle[1:])]
    what = "no number here changes" if found.switches or found.variants else "no number changes"
    return f"{words.listed(labels)}: {what}."
