"""Sources of the exchange rates, price indices, discount rates and correlations that a run uses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from wellbeva.compiler.appraisal.rules import Appraisal
from wellbeva.compiler.appraisal.units_and_prices import Target
from wellbeva.compiler.appraisal.wellby_uprating import raised_by
from wellbeva.compiler.parameters.values import cites_of
from wellbeva.plan.plan import PlanParameter
from wellbeva.plan.record import Input
from wellbeva.scenario.spec import Correlation, Scenario
from wellbeva.scenario.text.paths import DottedPath
from wellbeva.scenario.value import Amount, Cite
from wellbeva.scenario.values.completion import amounts_in


def cites_in_use(
    scenario: Scenario,
    appraisal: Appraisal,
    inputs: Collection[Input],
    parameters: Iterable[PlanParameter],
    *,
    kinds: Collection[str],
    published: bool,
) -> Iterator[tuple[Cite, ...]]:
    """Yield the sources of each number in use beside the parameters; an empty tuple for one that names none.

    Parameters
    ----------
    scenario : Scenario
    appraisal : Appraisal
    inputs : collection of Input
    parameters : iterable of PlanParameter
    kinds : collection of str
        Kinds of flow that are discounted.
    published : bool
        Whether the published value of a WELLBY is in use.
    """
    lines = scenario.correlations
    values = [line.value for line, holds in zip(lines, in_force(lines, inputs), strict=True) if holds]
    values += [one for kind, one in scenario.appraisal.discount.items() if kind in kinds and one.form != "label"]
    values += [scenario.budget] if scenario.budget is not None else []
    yield from (cites_of(value) for value in values)
    known = scenario.appraisal.cites
    if known:  # few scenarios have rates and indices of their own
        used = {*_money_paths(appraisal, inputs, parameters), *raised_by(appraisal, inputs)}
        if published and appraisal.currency != "GBP":
            sterling = Amount(Fraction(1), currency="GBP")
            used |= set(appraisal.rests_on(sterling, appraisal.money_token))
        yield from (cites for path, cites in known.items() if path in used)


def in_force(lines: Iterable[Correlation], inputs: Iterable[Input]) -> tuple[bool, ...]:
    """Return, for each correlation, whether uncertain numbers stand behind both of its sides.

    A variant or ``--set`` may have made a side certain. A path joined with itself needs two uncertain elements.

    Parameters
    ----------
    lines : iterable of Correlation
    inputs : iterable of Input
    """
    uncertain: dict[str, list[Input]] = {}
    for given_input in inputs:
        if given_input.element:
            uncertain.setdefault(given_input.parameter, []).append(given_input)
    return tuple(_is_in_force(line, uncertain) for line in lines)


def _is_in_force(line: Correlation, uncertain: Mapping[str, Iterable[Input]]) -> bool:
    left, right = (_elements(side, uncertain) for side in (line.left, line.right))
    if line.left == line.right:
        return len(left) > 1
    return bool(left and right)


def _elements(path: DottedPath, uncertain: Mapping[str, Iterable[Input]]) -> set[str]:
    """Return the elements behind a path."""
    labels = set(path.labels)
    return {one.element for one in uncertain.get(path.name, ()) if labels <= {label for _, label in one.labels}}


def _money_paths(appraisal: Appraisal, inputs: Iterable[Input], parameters: Iterable[PlanParameter]) -> Iterator[str]:
    """Yield the paths of the rates and indices that converted sums of money to the unit of their parameter."""
    tokens = {parameter.name: Target(parameter.unit, "").currency for parameter in parameters}
    for given_input in inputs:
        token = tokens.get(given_input.parameter, "")
        for amount in _amounts(given_input) if token else ():
            for currency in amount.currencies if amount.number else ():
                yield from appraisal.rests_on(replace(amount, currency=currency), token)


def _amounts(one: Input) -> Iterator[Amount]:
    """Yield the amounts that an input was read from, each with the currency and the year that hold for it."""
    yield from amounts_in(one.value)
    for column in one.table.columns if one.table is not None else ():
        if column.parameter == one.parameter:
            yield Amount(Fraction(1), column.unit, currency=column.currency, price_year=column.price_year)
