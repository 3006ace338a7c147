"""What would change the answer: switching values and break-even values, as sentences and as tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wellbeva.compiler.checks.study_design import studies_behind
from wellbeva.report.facts.names import axis_word
from wellbeva.report.facts.result import Result
from wellbeva.report.text import numbers
from wellbeva.report.text.units import amount

if TYPE_CHECKING:
    import pandas as pd

    from wellbeva.plan.record import Input, Record
    from wellbeva.scenario.spec import Model

LONGEST_WORDS = 64  # a longer doc is for the annex; the parameter's name stands in for it here


@dataclass(frozen=True, slots=True)
class SwitchingValue:
    """One input that turns a result within 9 of 10 of its futures.

    Parameters
    ----------
    name, what : str
        The input at the head of a row, and in a sentence.
    where : tuple of str
        The cells it fills: option first, then groups and the rest; empty for all.
    below : bool
        Whether the result turns below the switching value rather than above it.
    switch, base, low, high : str
        Values in words; `low` and `high` are the ends of the sweep.
    alike : bool
        Whether two figures make the switching value look like the base; then `switch` has three.
    moved : float
        By how much the switching value differs from the base, as a share of it; infinite where that is 0.
    option, less : str
        Whose result it is: the first less the second, empty for nothing.
    assumed : bool
        Whether nothing but judgement stands behind the input.
    results : tuple of float
        Result at the low end, in the base case, at the high end.
    element : str
        The input's name in a run, as ``effect[visits]``.
    """

    name: str
    what: str
    where: tuple[str, ...]
    below: bool
    switch: str
    base: str
    low: str
    high: str
    option: str
    less: str
    results: tuple[float, float, float]
    turns: bool
    assumed: bool = True
    alike: bool = False
    moved: float = math.inf
    element: str = ""

    @property
    def ahead(self) -> bool:
        """Whether the result is above 0 until the input turns it; at a tie, whether it is not above 0 beyond."""
        low, base, high = self.results
        if abs(base) <= 1e-9 * max(abs(low), abs(high)):
            return (low if self.below else high) <= 0
        return base > 0


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The value of a parameter at which an option just repays its cost.

    ``ratio`` is that value over the one assumed; NaN with a `reason` where there is none.
    """

    name: str
    what: str
    option: str
    base: str
    value: str
    ratio: float
    reason: str
    assumed: bool = True


@dataclass(frozen=True, slots=True)
class Changes:
    """All sweeps and break-evens of a run; ``order`` says whether the order survives other assumptions.

    ``still`` names the inputs that move no result, or not that of the two best rivals; ``falls`` says which offers
    would leave their band.
    """

    turns: tuple[SwitchingValue, ...] = ()
    still: tuple[str, ...] = ()
    even: tuple[BreakEven, ...] = ()
    order: str = ""
    falls: tuple[str, ...] = ()

    def of_pair(self, result: Result) -> tuple[SwitchingValue, ...]:
        """Return the sweeps on the difference of the two best rivals; for offers all sweeps."""
        if result.choose == "several" or not self.turns:
            return self.turns
        last = self.turns[-1]  # the pair's difference comes last
        return tuple(turn for turn in self.turns if (turn.option, turn.less) == (last.option, last.less))


@dataclass(frozen=True, slots=True)
class WhatChanges:
    """What would change the answer, in words: whole sentences, and items that end one stem."""

    sentences: tuple[str, ...]
    stem: str = ""
    items: tuple[str, ...] = ()


def changes(result: Result, record: Record, *, tables: Mapping[str, pd.DataFrame]) -> Changes:
    """Read the sweeps and break-evens of a run.

    Parameters
    ----------
    result : Result
    record : Record
    tables : mapping of str to DataFrame
        ``oneway`` and ``break_even``, where there are any.
    """
    by_element: dict[str, Input] = {}
    for given_input in record.inputs:
        by_element.setdefault(given_input.element, given_input)
    by_parameter: dict[tuple[str, str], Input] = {}
    for given_input in record.inputs:
        for option in ["", *(label for axis, label in given_input.labels if axis == "option")]:
            by_parameter.setdefault((given_input.parameter, option), given_input)
    sweeps = _rows(tables, "oneway")
    pair = sweeps[-1:] if result.choose == "one" else []
    moving = {
        row["element"]
        for row in sweeps
        if row["option"]
        and len({row[f"{at}_result"] for at in ("low", "base", "high")}) > 1
        and all((row["option"], row["less"]) == (one["option"], one["less"]) for one in pair)
    }
    still = dict.fromkeys(str(row["element"]) for row in sweeps if row["element"] not in moving)
    evens = _rows(tables, "break_even")
    return Changes(
        tuple(_turn(row, by_element.get(str(row["element"])), record, result) for row in sweeps if row["option"]),
        tuple(input_words(by_element.get(element), record) or element for element in still),
        tuple(
            _even(row, _input_of(row, by_parameter), record, result)
            for row in evens
            if str(row.get("cell", "")) in {"", "central"}
        ),
    )


def what_changes(result: Result, found: Changes) -> WhatChanges:
    """Say whether the order survives; then what would turn the answer, the likeliest first; then what breaks even.

    Parameters
    ----------
    result : Result
    found : Changes
        Of the same run.

    Returns
    -------
    WhatChanges
        For rivals items that end one stem; for offers sentences, those first that change least, an offer at a time.
    """
    first = (found.order,) if found.order else ()
    if result.choose == "one" and len(result.options) > 1:
        turning = [one for one in found.of_pair(result) if one.turns]
        better = [result.option(one.less if one.ahead else one.option).opening for one in turning]
        stem = f"{better[0]} would be the better choice if" if turning else ""
        pairs = list(zip(turning, better, strict=True))
        others = (f"{name} would be if {_condition(one)}." for one, name in pairs if name != better[0])
        return WhatChanges((*first, *others), stem, tuple(_condition(one) for one, name in pairs if name == better[0]))
    shown = [(one.moved, one.option, _offer_sentence(one, result)) for one in found.turns if one.turns]
    names = {option for _, option, _ in shown}
    for one in sorted((one for one in found.even if math.isfinite(one.ratio)), key=lambda one: -one.ratio):
        option = result.option(one.option)
        priced = not option.unpriced and (bool(result.against) or option.paid > 0)
        if one.option not in names and one.ratio < 1 and option.net.mean > 0 and priced:
            names.add(one.option)
            said = f"{option.head} would {_repay(result)} until {one.what} fell to {one.value} ({_now(one)})."
            shown.append((1.0 - one.ratio, one.option, said))
    shown.sort(key=lambda one: one[0])
    told = [name for _, name, _ in shown]
    order = sorted(range(len(shown)), key=lambda at: (told[:at].count(told[at]), shown[at][0]))
    return WhatChanges((*first, *found.falls, *(shown[at][2] for at in order)))


def names_of(parameter: str, doc: str, model: Model) -> tuple[str, str]:
    """Name an input at the head of a row, and in a sentence.

    Parameters
    ----------
    parameter, doc : str
        The name, and the words for it, which may be empty.
    model : Model
        May have a short name for it.

    Returns
    -------
    (str, str)
        Without and with an article: the short name, which takes one, else the doc if it is not too long, else the name.
    """
    spec = model.parameters.get(parameter)
    short = spec.short if spec is not None else ""
    words = short or doc.rstrip(".")
    if not words or len(words) > LONGEST_WORDS:
        words = parameter.replace("_", " ")
    words = numbers.in_sentence(words) if words[1:2].isupper() else words[:1].lower() + words[1:]
    return words, f"the {words}" if short else words


def words_of(element: str, record: Record) -> tuple[str, str, str]:
    """Return an uncertain input in words: at the head of a row, in a sentence, and which cells it fills, empty for all.

    Parameters
    ----------
    element : str
        Its path, as ``effect.visits``, or its name in a run, as ``effect[visits]``.
    record : Record
    """
    given = next((one for one in record.inputs if element in (one.path, one.element)), None)
    if given is None:
        return element, element, ""
    return *names_of(given.parameter, given.doc, record.scenario.model), ", ".join(_where(given, record))


def input_words(given: Input | None, record: Record) -> str:
    """Name an input with the cells it fills; empty where there is none.

    Parameters
    ----------
    given : Input or None
    record : Record
    """
    if given is None:
        return ""
    where = ", ".join(_where(given, record))
    return names_of(given.parameter, given.doc, record.scenario.model)[0] + (f" ({where})" if where else "")


def _where(given: Input, record: Record) -> list[str]:
    """Return the labels of an input's cells in words, the option first."""
    pairs = sorted(given.labels, key=lambda pair: pair[0] != "option")
    return [numbers.in_sentence(axis_word(record, axis, label)) for axis, label in pairs]


def _rows(tables: Mapping[str, pd.DataFrame], name: str) -> list[dict[str, Any]]:
    if name not in tables:
        return []
    return [{str(key): value for key, value in row.items()} for row in tables[name].to_dict("records")]


def _turn(row: Mapping[str, Any], one: Input | None, record: Record, result: Result) -> SwitchingValue:
    unit = one.unit if one else ""
    base, switch = float(row["base_value"]), float(row["switching_value"])
    low, high = float(row["low_value"]), float(row["high_value"])
    labels = _where(one, record) if one else []
    # Where two figures make the value that turns the result look like the one used, three distinguish them.
    alike = amount(switch, unit, result.currency) == amount(base, unit, result.currency)
    path = str(row["path"])
    name, what = names_of(one.parameter, one.doc, record.scenario.model) if one else (path, path)
    return SwitchingValue(
        name=name,
        what=what,
        where=tuple(labels),
        below=switch < base,
        switch=amount(switch, unit, result.currency, 3 if alike else 2),
        base=amount(base, unit, result.currency),
        low=amount(low, unit, result.currency),
        high=amount(high, unit, result.currency),
        option=str(row["option"]),
        less=str(row["less"]),
        results=(float(row["low_result"]), float(row["base_result"]), float(row["high_result"])),
        turns=bool(row["can_turn"]),
        assumed=_assumed(one, record),
        alike=alike,
        moved=abs(switch / base - 1) if base else math.inf,
        element=str(row["element"]),
    )


def _input_of(row: Mapping[str, Any], known: Mapping[tuple[str, str], Input]) -> Input | None:
    """Find the option's own input of a parameter, else the one that holds for all."""
    own = known.get((str(row["parameter"]), str(row["option"])))
    return own or known.get((str(row["parameter"]), ""))


def _even(row: Mapping[str, Any], one: Input | None, record: Record, result: Result) -> BreakEven:
    unit = str(row["unit"])
    unit = "share" if one and one.unit == "share" else unit
    name, what = names_of(str(row["parameter"]), one.doc if one else "", record.scenario.model)
    return BreakEven(
        name=name,
        what=what,
        option=str(row["option"]),
        base=amount(float(row["base"]), unit, result.currency),
        value=amount(float(row["value"]), unit, result.currency),
        ratio=float(row["ratio"]),
        reason=str(row["reason"]),
        assumed=_assumed(one, record),
    )


def _assumed(one: Input | None, record: Record) -> bool:
    """Whether no study stands behind an input, nor the source that covers all."""
    return one is None or one.evidence == "assumed" or not studies_behind(record.scenario, one)


def _now(one: SwitchingValue | BreakEven) -> str:
    """Say the value in use: ours where only judgement stands behind it."""
    return f"we assume {one.base}" if one.assumed else f"now {one.base}"


def _condition(one: SwitchingValue, where: Sequence[str] | None = None) -> str:
    """Say after "if" which value of an input turns the result; in words where two figures make it look like ours."""
    where = one.where if where is None else where
    whose = f" ({', '.join(where)})" if where else ""
    side = "below" if one.below else "above"
    if one.alike:
        return f"{one.what}{whose} is just {side} the {one.base} {'that we assume' if one.assumed else 'used now'}"
    return f"{one.what}{whose} is {side} {one.switch} ({_now(one)})"


def _offer_sentence(one: SwitchingValue, result: Result) -> str:
    does = f"would {'not ' if one.ahead else ''}{_repay(result)}"
    # Against another option it may be that option's input.
    against = numbers.in_sentence(result.against)
    theirs = [against] if against in one.where else []
    return f"{result.option(one.option).head} {does} if {_condition(one, theirs)}."


def _repay(result: Result) -> str:
    """Say that net benefit is above 0: against another option, which may cost more, nothing need be repaid."""
    return f"be worth more than {numbers.in_sentence(result.against)}" if result.against else "repay the cost"
