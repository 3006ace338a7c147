"""Checks of sources, price years and ratios: one function for each rule (semantics R2, R9, R11)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from wellbeva.appraisal.vintage import Vintage
from wellbeva.compiler.parameters.evidence_grade import RECALLED, recalled_covering, recalled_sources
from wellbeva.errors import Collector, near_miss
from wellbeva.language.ir import Node, Ref
from wellbeva.language.ratio_check import Totals
from wellbeva.plan.plan import Decision, PlanEquation
from wellbeva.plan.record import Input
from wellbeva.scenario.spec import Assignment, Scenario, Source
from wellbeva.scenario.text.identifiers import NAME, SHAPES
from wellbeva.scenario.value import Cite
from wellbeva.scenario.values.completion import amounts_in


def fail_if_a_source_is_unknown(scenario: Scenario, collector: Collector) -> None:
    """Note an error for a number, a correlation or a table of draws that cites a source that is not listed.

    Parameters
    ----------
    scenario : Scenario
    collector : Collector
    """
    cited = [(assignment.value.cites, assignment.value.span) for assignment in scenario.assignments]
    cited += [(line.value.cites, line.span) for line in scenario.correlations]
    cited += [(draws.cites, draws.span) for draws in scenario.joint]
    places = {cite.place for cites, _ in cited for cite in cites}
    seconds = {place: _key_in(place, scenario) for place in places}
    for cites, span in cited:
        for cite in cites:
            if cite.key != "assumed" and cite.key not in scenario.sources:
                collector.error(
                    "WB-S301",
                    f"there is no source {cite.key!r}",
                    cite.span or span,
                    facts=(f"sources: {', '.join(scenario.sources) or 'none'}",),
                    remedy=near_miss(cite.key, scenario.sources) or f"add {cite.key!r} to sources",
                )
            if second := seconds[cite.place]:
                collector.error(
                    "WB-S430",
                    f"{second!r} stands where a place in {cite.key!r} is named",
                    cite.span or span,
                    facts=(f"sources: {', '.join(scenario.sources)}",),
                    remedy=f"write several sources with a semicolon between: `[{cite.key}; {second}]`",
                )


def _key_in(place: str, scenario: Scenario) -> str:
    """Return the first key of a source among the words that begin the parts of a place; empty if there is none."""
    firsts = (part.split() or [""] for part in place.split(","))
    return next((words[0] for words in firsts if _is_a_key(words[0], len(words) == 1, scenario)), "")


def _is_a_key(word: str, alone: bool, scenario: Scenario) -> bool:
    """Whether a word that begins a place is the key of a source, or nearly one: `review` may be a word of a place."""
    if not alone and re.search("[0-9]", word) is None:
        return False
    near = len(word) > 5 and NAME.fullmatch(word) is not None and near_miss(word, scenario.sources, cutoff=0.85)
    return word in scenario.sources or bool(near)


def warn_if_a_number_has_no_source(scenario: Scenario, collector: Collector) -> None:
    """Warn of a number without a source, which cannot be defended (FORMAT R2), unless one source covers all.

    That one does not speak for a number that was typed over the scenario.

    Parameters
    ----------
    scenario : Scenario
    collector : Collector
    """
    covered = any(source.covers == "all" for source in scenario.sources.values())
    for assignment in scenario.assignments:
        value = assignment.value
        if covered and assignment.layer != "set":
            continue
        if not value.cites and not value.evidence and _is_number(assignment):
            collector.warn(
                "WB-S302",
                f"{assignment.parameter} has no source",
                assignment.value.span,
                facts=(f"written: {assignment.value.written}",),
                remedy=_how_to_cite(assignment, scenario),
                several="{count} numbers have no source",
            )
    if covered:
        return
    for line in scenario.correlations:
        if not line.value.cites and not line.value.evidence:
            collector.warn(
                "WB-S302",
                f"the correlation of {line.left} with {line.right} has no source",
                line.span,
                facts=(f"written: {line.value.written}",),
                remedy="add [source], or [assumed]",
                several="{count} numbers have no source",
            )
    for draws in scenario.joint:
        if not draws.cites:
            collector.warn(
                "WB-S302",
                f"the draws of {PurePath(draws.file).name} have no source",
                draws.span,
                facts=(f"{draws.rows:,} rows of {len(draws.columns)} columns",),
                remedy="add `source:` where the table is named",
            )


def _how_to_cite(assignment: Assignment, scenario: Scenario) -> str:
    """Say where a source goes: behind a text, beside a form in its map, in a column of a table."""
    value = assignment.value
    if value.form not in ("family", *SHAPES):
        return "add [source], or [assumed]"
    if value.span is not None and PurePath(value.span.file).suffix not in ("", ".yaml", ".yml"):
        return f"add a column `{assignment.parameter}.source` that holds a key of `sources`, or `assumed`"
    known = next((f", such as `source: {key}`" for key in scenario.sources), "")
    form = value.family or value.form
    return f"write `source:` and its key inside the braces, beside `{form}`{known}; or `source: assumed`"


def warn_if_money_has_no_year(scenario: Scenario, prices: int | None, collector: Collector) -> None:
    """Warn of money without a price year, which is taken to be in the appraisal's prices (FORMAT R9).

    Parameters
    ----------
    scenario : Scenario
    prices : int or None
        Price year of the appraisal; without one, nothing is said.
    collector : Collector
    """
    if prices is None:
        return
    for assignment in scenario.assignments:
        bare = [
            amount
            for amount in amounts_in(assignment.value)
            if amount.currencies and amount.number and amount.price_year is None
        ]
        if bare:
            collector.warn(
                "WB-S303",
                f"{assignment.parameter} is taken to be in {prices} prices",
                assignment.value.span,
                facts=(f"written: {assignment.value.written}",),
                remedy=f"write `in {prices} prices`, or the year it was paid in; "
                "or say it once, under `prices:` of the scenario or of a source",
                several=f"{{count}} sums are taken to be in {prices} prices",
            )


def warn_if_an_outcome_is_a_plain_quotient(
    outcomes: Iterable[str], equations: Mapping[str, PlanEquation], decision: Decision | None, collector: Collector
) -> None:
    """Warn of an outcome that divides by an uncertain total in every draw.

    Its mean is a mean of ratios, and not the ratio of means (FORMAT R23); `language.ratio_check` says which quotients
    count.

    Parameters
    ----------
    outcomes : iterable of str
    equations : mapping of str to PlanEquation
    decision : Decision or None
        Its effect and cost are totals too.
    collector : Collector
    """
    sides = () if decision is None else (decision.effect, decision.spent)
    expressions = {name: equation.expression for name, equation in equations.items()}
    amounts = {name for name in outcomes if expressions[name].unit.powers and not _is_rate(expressions[name])}
    totals = Totals(
        expressions,
        names=amounts | {side.name for side in sides if isinstance(side, Ref) and not _is_rate(side)},
        units=tuple(side.unit for side in sides if side.unit.powers and not _is_rate(side)),
    )
    told = set()
    for name in outcomes:
        quotient = totals.quotient(expressions[name])
        if quotient is not None and quotient.span not in told:
            told.add(quotient.span)
            collector.warn(
                "WB-C048",
                f"the outcome {name} divides by an uncertain total in every draw",
                quotient.span,
                facts=(f"written: {equations[name].text}", "a mean of ratios is not a ratio of means"),
                remedy="write ratio(a, b) for the ratio of means",
            )


def _is_rate(node: Node) -> bool:
    """Whether its unit has a ``per``."""
    return any(power < 0 for _, power in node.unit.powers)


def _is_number(assignment: Assignment) -> bool:
    value = assignment.value
    return value.form not in ("label", "switch", "same_as") and (
        bool(value.shares) or any(amount.number != 0 for amount in amounts_in(value))
    )


def provisional_reasons(
    sources: Mapping[str, Source],
    inputs: Iterable[Input],
    beside: Iterable[tuple[Cite, ...]],
    vintages: Iterable[Vintage] = (),
) -> tuple[str, ...]:
    """Say why results are provisional: sources and rules known from memory only (FORMAT R11).

    Parameters
    ----------
    sources : mapping of key to Source
    inputs : iterable of Input
    beside : iterable of tuple of Cite
        What the correlations, discount rates, exchange rates, indices of prices and the budget cite; one that cites
        nothing rests on the source that covers all.
    vintages : iterable of Vintage
    """
    found = [sentence for given_input in inputs for sentence in given_input.recalled]
    for cites in beside if any(source.status == RECALLED for source in sources.values()) else ():
        found += recalled_sources(cites, sources) if cites else recalled_covering(sources)
    unread = [
        f"{vintage.name}: known from memory in whole or in part, and not checked ({vintage.source})."
        for vintage in vintages
        if vintage.status == "RECALLED"
    ]
    return tuple(dict.fromkeys((*found, *unread)))
