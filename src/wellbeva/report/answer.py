"""The answer sentence and its lead. The form is picked by rule in `analysis.answer`; here it becomes words.

Two forms are added for what may be said at all: ``fixed`` (nothing was drawn) and ``unsettled`` (too few draws).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from wellbeva.report import words
from wellbeva.report.facts import OptionFacts, Result

SURE_GRADES = ("strong", "promising")

Form = Literal[
    "clear",
    "leading",
    "too close",
    "tie",
    "nothing pays",
    "harmful",
    "single",
    "bands",
    "no decision",
    "fixed",
    "unsettled",
]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the report says first."""

    form: Form
    sentence: str
    lead: str


def noun(result: Result, n: int = 1) -> str:
    """Say *offer* where several may be bought and *option* where one is chosen."""
    one = "offer" if result.choose == "several" else "option"
    return one if n == 1 else f"{one}s"


def ranked(result: Result) -> tuple[OptionFacts, ...]:
    """Sort options for the table: by average, equal ones by lower cost; offers that gain at no cost stand first."""
    if result.choose == "several":
        place = {name: index for index, name in enumerate(name for band in result.found.bands for name in band)}
        return tuple(
            sorted(
                result.real,
                key=lambda one: (
                    not free(one),
                    not has_ratio(one),
                    place.get(one.name, 0) if free(one) else -one.per_1000.mean if has_ratio(one) else 0.0,
                    one.cost.mean,
                ),
            )
        )
    key = _net if result.levels else _effect
    return tuple(sorted(result.options, key=lambda one: (-key(one), one.cost.mean)))


def has_ratio(option: OptionFacts) -> bool:
    """Whether effect for each 1,000 of cost means something: there is a cost."""
    return option.cost.mean > 0 and math.isfinite(option.per_1000.mean)


def free(option: OptionFacts) -> bool:
    """Whether it gains and, as somebody says, costs nothing or saves money: it comes before all that has a price."""
    return option.cost.mean <= 0 < option.effect.mean and option.status != "no cost given"


def bands(result: Result) -> tuple[tuple[OptionFacts, ...], ...]:
    """Return the league's bands, then the offers that gain nothing as a last one; one band where nothing was drawn."""
    if not result.uncertain:
        everything = tuple(one for one in ranked(result) if free(one) or has_ratio(one))
        return (everything,) if everything else ()
    found = [tuple(result.option(name) for name in band) for band in result.found.bands]
    listed = {one.name for band in found for one in band}
    rest = tuple(one for one in ranked(result) if has_ratio(one) and one.name not in listed)
    return (*found, rest) if rest else tuple(found)


def answer(result: Result) -> Answer:
    """Write the answer in the form that the rule picked."""
    form = form_of(result)
    if form == "harmful":
        return Answer(form, _harmful(result), _lead_harmful(result))
    if form == "nothing pays":
        many = len(result.real) > 1
        whom = f"None of the {noun(result, 2)} is" if many else f"{result.real[0].label} isn’t"
        its = "its cost" if many else "the cost"
        return Answer(form, f"{whom} worth {its} at {_value(result)} a {result.effect_unit}.", _lead(result))
    if form == "single":
        return Answer(form, _one_only(result), _lead(result))
    if form == "no decision":
        return Answer(form, *_no_decision(result))
    return Answer(form, _ranking(result, form), _lead(result))


def form_of(result: Result) -> Form:
    """Return the rule's form, or that no chance may be printed, or that too few were drawn."""
    form: Form = result.found.form
    if form in {"harmful", "nothing pays", "single", "no decision"}:
        return form
    if form == "tie":
        return "tie"
    if not result.uncertain:
        return "fixed"
    # The luck of the draw alone could move the chance across a threshold: then its strength is not claimed.
    return "unsettled" if form in {"clear", "leading"} and not result.found.settled else form


def _no_decision(result: Result) -> tuple[str, str]:
    if result.options:
        return (f"The {noun(result, 2)} can’t be ranked.", "Nothing puts a value on the gain, or no offer has a cost.")
    return ("This model reports outcomes; it compares no options.", "Read the outcomes below; none is a choice.")


def _pair(result: Result) -> tuple[OptionFacts, OptionFacts]:
    order = ranked(result)
    return order[0], order[1]


def _ranking(result: Result, form: Form) -> str:
    if result.choose == "several":
        at_no_cost = tuple(one for one in ranked(result) if free(one))
        return _at_no_cost(at_no_cost) if at_no_cost else _several(result, form)
    first, second = _pair(result)
    share = words.in_futures(result.ahead(first, second), result.draws)
    sentences = {
        "fixed": f"{_both(first, second)}: the first is ahead on fixed inputs; no chance can be given.",
        "unsettled": _unsettled(first, second),
        "tie": f"{_both(first, second)} do equally well.",
        "too close": f"{_both(first, second)} are too close to call.{_either(result, first, second)}",
        "clear": f"{first.label} gives most for what it costs, {share}.",
    }
    return sentences.get(form) or _leads(first, second, result)


def _leads(first: OptionFacts, second: OptionFacts, result: Result) -> str:
    ahead = words.in_futures(result.ahead(first, second), result.draws)
    return f"{first.label} is ahead of {words.in_sentence(second.label)} {ahead}{_early(first)}."


def _unsettled(first: OptionFacts, second: OptionFacts) -> str:
    ahead = f"{first.label} is ahead of {words.in_sentence(second.label)}"
    return f"{ahead}, but how surely is not settled: too few futures were drawn."


def _several(result: Result, form: Form) -> str:
    parts = bands(result)
    top = parts[0]
    if form == "fixed":
        return f"{top[0].label} gives most {_what(result)} on fixed inputs; no chance can be given."
    if form == "tie":
        return f"{_both(*top[:2])} do equally well."
    if form == "unsettled":
        return _unsettled(*_pair(result))
    if len(parts) == 1:
        return _one_band(top, result, form)
    if len(top) == 1:
        share = words.in_futures(result.ahead(top[0], parts[1][0]), result.draws)
        clear = f"{top[0].label} gives most {_what(result)}, {share}."
        return clear if form == "clear" else _leads(top[0], parts[1][0], result)
    by_far = " by far" if top[-1].per_1000.mean >= 2 * parts[1][0].per_1000.mean else ""
    offers = words.capital(words.counted(len(top), "offer"))
    return f"{offers} give{by_far} the most {_what(result)}, in an order that isn’t settled. {_tested(top)}"


def _at_no_cost(first: tuple[OptionFacts, ...]) -> str:
    if len(first) > 1:
        return f"On average {words.counted(len(first), 'offer')} gain and cost nothing or save money."
    does = "saves money" if first[0].cost.mean < 0 else "costs nothing"
    return f"On average {words.in_sentence(first[0].label)} gains and {does}."


def _one_band(top: tuple[OptionFacts, ...], result: Result, form: Form) -> str:
    if form in {"leading", "clear"} and len(top) > 1:
        return _leads(top[0], top[1], result)
    which = _both(*top) if len(top) == 2 else f"The {words.counted(len(top), noun(result))}"
    return f"{which} are too close to call."


def _what(result: Result) -> str:
    good = "wellbeing" if result.effect_unit == "WELLBY" else result.unit
    return f"{good} for each {'pound' if result.currency == 'GBP' else result.currency}"


def _tested(top: tuple[OptionFacts, ...]) -> str:
    tested = sum(not one.uncontrolled for one in top)
    group = words.word_for(len(top))
    if tested == len(top):
        return f"{'Both' if len(top) == 2 else 'All ' + group} were tested against a comparison group."
    if tested == 0:
        return f"{'Neither' if len(top) == 2 else 'None of the ' + group} was tested against a comparison group."
    was = "was" if tested == 1 else "were"
    return f"Only {words.word_for(tested)} of the {group} {was} tested against a comparison group."


def _both(first: OptionFacts, second: OptionFacts) -> str:
    return f"{first.label} and {words.in_sentence(second.label)}"


def _either(result: Result, first: OptionFacts, second: OptionFacts) -> str:
    shares = [one.worth_it for one in (first, second) if not one.nothing and math.isfinite(one.worth_it)]
    if first.nothing or second.nothing or len(shares) < 2:
        return ""
    least = min(shares)
    return f" Either is worth its cost {words.in_futures(least, result.draws)}." if least >= 0.55 else ""


def _early(option: OptionFacts) -> str:
    if option.evidence in SURE_GRADES:
        return ""
    return "; the evidence is at an early stage"


def _one_only(result: Result) -> str:
    only = result.real[0]
    if not result.uncertain or not math.isfinite(only.worth_it):
        if result.levels:
            return f"{only.label} gains more than it costs on fixed inputs. Nothing else was compared."
        return f"{only.label} gains {words.number(only.effect.mean)} {result.unit}. Nothing else was compared."
    share = words.in_futures(only.worth_it, result.draws)
    return f"{only.label} gains more than it costs {share}. Nothing else was compared."


def _harmful(result: Result) -> str:
    than = next((one for one in result.options if one.name == result.reference and not one.nothing), None)
    if than is not None:
        some = len(result.real) > 1
        whom = f"none of the {noun(result, 2)} gains" if some else f"{words.in_sentence(result.real[0].label)} gains no"
        return f"On average {whom} more wellbeing than {words.in_sentence(than.label)}."
    if len(result.real) == 1:
        return f"On this evidence {words.in_sentence(result.real[0].label)} doesn’t do people good."
    return f"On this evidence none of the {noun(result, 2)} does people good."


def _lead_harmful(result: Result) -> str:
    if any(one.name == result.reference and not one.nothing for one in result.options):
        return "So no cost of a further WELLBY is given."
    nothing = next((one for one in result.options if one.nothing), None)
    if nothing and result.uncertain and math.isfinite(nothing.best):
        return f"Doing nothing is best {words.in_futures(nothing.best, result.draws)}."
    return "On average people lose wellbeing, so no cost of a WELLBY is given."


def _value(result: Result) -> str:
    return words.price(result.value, result.currency) if math.isfinite(result.value) else "the value used for"


def _lead(result: Result) -> str:
    return _lead_several(result) if result.choose == "several" else _lead_one(result)


def _lead_several(result: Result) -> str:
    parts = [band for band in (tuple(filter(has_ratio, band)) for band in bands(result)) if band]
    if not parts:
        return "No offer has a cost, so none can be ranked by what a pound buys."
    unit = f"{words.SYMBOLS.get(result.currency, '')}1,000"
    sentences = []
    for index, band in enumerate(parts[:3]):
        buys = "buys" if len(band) == 1 else "buy"
        if index == 0:
            whom = {1: words.in_sentence(band[0].label), 2: "either of the two"}.get(
                len(band), f"any of the {words.word_for(len(band))}"
            )
            sentences.append(f"{unit} spent on {whom} buys about {_band_range(band)} {result.unit}.")
        else:
            last = " last" if index == len(parts) - 1 else " next"
            whom = f"The{last} {words.word_for(len(band))}" if len(band) > 1 else f"{band[0].label}"
            sentences.append(f"{whom} {buys} about {_band_range(band)}.")
    if result.uncertain and any(len(band) > 1 for band in parts) and len(result.real) > 1:
        where = "Inside each group" if len(parts) > 1 else "Among them"
        sentences.append(f"{where} we can’t say which offer is best.")
    return " ".join(sentences)


def _band_range(band: tuple[OptionFacts, ...]) -> str:
    low, high = (words.number(one, 1) for one in (band[-1].per_1000.mean, band[0].per_1000.mean))
    return high if low == high else words.span(low, high)


def _lead_one(result: Result) -> str:
    order = [one for one in ranked(result) if one in result.real]
    first = order[0]
    money = words.total(first.cost.mean, result.currency)
    sentences = [f"{first.label}: {words.number(first.effect.mean)} {result.unit} for {money}"]
    if len(order) > 1:
        second = order[1]
        other = words.total(second.cost.mean, result.currency)
        sentences[0] += f"; {words.in_sentence(second.label)}: {words.number(second.effect.mean)} for {other}"
        if _same(first, second, result):
            sentences.append(
                f"Both do equally well; {words.in_sentence(first.label)} stands first because it costs less"
            )
    grades = {one.evidence for one in order}
    if grades - {""} and grades <= {"initial", "assumed", ""}:
        sentences.append(
            "The evidence for both is at an early stage" if len(order) == 2 else "The evidence is at an early stage"
        )
    return ". ".join(sentences) + "."


def _same(first: OptionFacts, second: OptionFacts, result: Result) -> bool:
    one, two = (_net(first), _net(second)) if result.levels else (_effect(first), _effect(second))
    return math.isclose(one, two, rel_tol=1e-9)


def _net(option: OptionFacts) -> float:
    return 0.0 if option.nothing else option.net.mean


def _effect(option: OptionFacts) -> float:
    return 0.0 if option.nothing else option.effect.mean
