"""The answer sentence and its lead. The form is picked by rule in `analysis.headline`; here it becomes words.

Forms are added for what may be said at all: ``fixed`` (nothing was drawn), ``unsettled`` (too few draws), ``free``
(offers that do good at no cost).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from wellbeva.analysis.tables.decision import NOT_GIVEN
from wellbeva.report.facts.result import OptionFacts, Result
from wellbeva.report.text import numbers

SURE_GRADES = ("strong", "promising")
NAMED = 4  # equals that are named one by one

Form = Literal[
    "clear",
    "leading",
    "too close",
    "tie",
    "nothing pays",
    "harmful",
    "single",
    "free",
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
    """Say *offer* where several may be bought and *option* where one is chosen.

    Parameters
    ----------
    result : Result
    n : int
        How many there are: the plural is written unless it is 1.
    """
    one = "offer" if result.choose == "several" else "option"
    return one if n == 1 else f"{one}s"


def ranked(result: Result) -> tuple[OptionFacts, ...]:
    """Return the options of the table, best first, as ``decision.csv`` has them; of offers not the comparator."""
    found = (result.option(name) for name in result.order)
    return tuple(one for one in found if result.choose == "one" or one in result.real)


def has_ratio(option: OptionFacts) -> bool:
    """Whether effect for each 1,000 of cost means something: there is a cost."""
    return math.isfinite(option.per_1000.mean) and not option.unpriced


def free(result: Result) -> tuple[OptionFacts, ...]:
    """Return the offers that do good and, as somebody says, cost nothing or save money: before all that has a price."""
    return tuple(result.option(name) for name in result.found.free)


def bands(result: Result) -> tuple[tuple[OptionFacts, ...], ...]:
    """Return the league's bands of offers with a cost, then those that gain nothing; one where nothing was drawn."""
    costly = tuple(one for one in ranked(result) if has_ratio(one))
    found = [tuple(result.option(name) for name in band) for band in result.found.bands] if result.uncertain else []
    found = [tuple(one for one in band if has_ratio(one)) for band in found]
    listed = {one.name for band in found for one in band}
    rest = tuple(one for one in costly if one.name not in listed)
    return tuple(band for band in (*found, rest) if band)


def answer(result: Result) -> Answer:
    """Write the answer in the form that the rule picked.

    A label may be in the plural or hold an "and", so none is the subject of a verb that shows its number, nor are two
    joined by a word, nor does one whose capital may be that of a name stand inside a clause: they stand before "would",
    before a colon, or between quotation marks.
    """
    form = form_of(result)
    if form == "harmful":
        return Answer(form, _harmful(result), _lead_harmful(result))
    if form == "nothing pays":
        return Answer(form, _nothing_pays(result), _lead(result))
    if form in {"single", "free"}:
        alone = " Nothing else was compared." if len(result.real) == 1 else ""
        return Answer(form, f"{_free(free(result) or result.real, result)}{alone}", _lead(result))
    if form == "no decision":
        return Answer(form, *_no_decision(result))
    return Answer(form, _ranking(result, form), _lead(result))


def form_of(result: Result) -> Form:
    """Return the rule's form, or that no chance may be printed, or that too few were drawn."""
    form: Form = result.found.form
    if form in {"harmful", "nothing pays", "single"}:
        return form
    if result.choose == "several" and free(result):
        return "free"
    if form == "no decision":
        return form
    if form == "tie":
        return "tie"
    if not result.uncertain:
        return "fixed"
    # The luck of the draw alone could move the chance across a threshold: then its strength is not claimed.
    return "unsettled" if form in {"clear", "leading"} and not result.found.settled else form


def _no_decision(result: Result) -> tuple[str, str]:
    if result.choose == "several" and len(result.real) == 1:
        return (f"{_worth(result.real[0], result)}. Nothing else was compared.", "So nobody can say what money buys.")
    if result.options:
        why = "Nothing puts a value on the gain." if result.choose == "one" else "No cost is given for any of them."
        return (f"The {noun(result, 2)} can’t be ranked.", why)
    return ("This model reports outcomes; it compares no options.", "Read the outcomes below; none is a choice.")


def _ranking(result: Result, form: Form) -> str:
    order = ranked(result)
    if result.choose == "several":
        parts = bands(result)
        order = tuple(one for band in parts for one in band)
        if len(order) == 1:
            good = [one for one in result.real if one.gains]
            does = _good(result)
            only = f"Only one offer would {does}" if len(good) == 1 else f"Only one offer that would {does} has a cost"
            return f"{only}. {_worth(order[0], result)}."
        if form in {"bands", "too close"} and len(parts[0]) > (1 if len(parts) > 1 else 2):
            return _top_band(parts, result)
    first, second = order[:2]
    if form == "fixed" and _same(first, second, result):
        form = "tie"
    alike = _leaders(order, result) if form == "tie" else [first, second]
    named = numbers.listed([f"“{one.opening}”" for one in alike])
    pair = named if len(alike) <= NAMED else numbers.counted(len(alike), noun(result))
    leads = f"{first.opening} would come out ahead of {numbers.in_sentence(second.short)}"
    most = f"{first.opening} would {f'give the most {what(result)}' if result.choose == 'several' else 'come out best'}"
    share = numbers.in_futures(result.ahead(first, second), result.draws)
    return {
        "clear": f"{most}, {share}.",
        "too close": f"Too close to call: {pair}.{_either(result, first, second)}",
        "tie": f"Equally good: {pair}.",
        "fixed": f"{most} on fixed inputs; no chance can be given.",
        "unsettled": f"{leads}, but too few futures were drawn to say how surely.",
    }.get(form, f"{leads} {share}{_early(first)}.")


def _leaders(order: Sequence[OptionFacts], result: Result) -> list[OptionFacts]:
    """Return the first two and all that do as well as the first."""
    return [one for index, one in enumerate(order) if index < 2 or _same(order[0], one, result)]


def _top_band(parts: tuple[tuple[OptionFacts, ...], ...], result: Result) -> str:
    top = parts[0]
    offers = numbers.counted(len(top), "offer")
    if len(parts) == 1:
        return f"The {offers} are too close to call."
    by_far = " by far" if top[-1].per_1000.mean >= 2 * parts[1][0].per_1000.mean else ""
    settled = "in an order that isn’t settled"
    return f"{numbers.capital(offers)} give{by_far} the most {what(result)}, {settled}. {_tested(top)}"


def what(result: Result) -> str:
    """Name what offers are ranked by: ``wellbeing for each pound``."""
    good = "wellbeing" if result.effect_unit == "WELLBY" else result.unit
    return f"{good} for each {numbers.MONEY[result.currency]}"


def measure(result: Result) -> str:
    """Name the ratio that offers are ranked by: ``WELLBYs per £1,000``."""
    return f"{result.unit} per {numbers.symbol(result.currency)}1,000"


def _tested(top: tuple[OptionFacts, ...]) -> str:
    tested = sum(not one.uncontrolled for one in top)
    group = numbers.word_for(len(top))
    if tested == len(top):
        return f"{'The' if len(top) == 2 else 'All'} {group} were tested against a comparison group."
    if tested == 0:
        return f"{'Neither' if len(top) == 2 else 'None of the ' + group} was tested against a comparison group."
    was = "was" if tested == 1 else "were"
    return f"Only {numbers.word_for(tested)} of the {group} {was} tested against a comparison group."


def _either(result: Result, first: OptionFacts, second: OptionFacts) -> str:
    shares = [one.worth_it for one in (first, second) if one in result.real and math.isfinite(one.worth_it)]
    least = min(shares) if len(shares) == 2 else 0.0
    worth = "worth the cost" if min(first.cost.mean, second.cost.mean) > 0 else "worth doing"
    return f" Either would be {worth} {numbers.in_futures(least, result.draws)}." if least >= 0.55 else ""


def _early(option: OptionFacts) -> str:
    if option.evidence in SURE_GRADES:
        return ""
    return "; the evidence is at an early stage"


def _worth(option: OptionFacts, result: Result) -> str:
    """Say that one option is worth its cost, or does good without one, and how surely."""
    drawn = result.uncertain and math.isfinite(option.worth_it)
    average = "on average" if result.uncertain else "on fixed inputs"
    share = numbers.in_futures(option.worth_it, result.draws) if drawn else average
    if option.unpriced:
        would, joined = ("would", "but") if option.gains else ("would not", "and")
        when = " on average" if result.uncertain else ""
        return f"{option.opening} {would} {_good(result)}{when}, {joined} no cost is given"
    if not option.gains:
        return f"{_outweighed(option, result)} {share}"
    if option.cost.mean <= 0 or option.name in result.found.free:
        average = f"on average; worth doing {share}" if drawn else share
        return f"{option.opening} would {_good(result)} {_no_cost((option,))} {average}"
    if not result.levels:
        return f"{option.opening}: {numbers.number(option.effect.mean)} {result.unit}"
    over = f"extra cost over {numbers.in_sentence(result.against)}" if result.against else "cost"
    return f"{option.opening} would be worth the {over} {share}"


def _outweighed(option: OptionFacts, result: Result) -> str:
    """Say that an option gains less than the comparator, and that the money saved is worth more."""
    lost, usual = -option.effect.mean if option.loses else 0.0, numbers.in_sentence(result.against or "doing nothing")
    balance = numbers.total(-option.cost.mean, result.currency)
    gains = f"give {numbers.number(lost)} {result.unit} less than {usual}" if lost else f"do no more good than {usual}"
    if option.other <= 0:
        how = f"save {balance} on balance"
    elif option.paid < option.saved:
        how = f"bring {balance} in savings and other benefits on balance"
    else:
        how = f"bring {balance} in other benefits after costs"
    return f"{option.opening} would {gains} but {how}, {'which is worth more' if lost else 'worth having'}"


def _free(offers: tuple[OptionFacts, ...], result: Result) -> str:
    if len(offers) == 1:
        return f"{_worth(offers[0], result)}."
    who = numbers.capital(numbers.counted(len(offers), "offer"))
    lose = sum(offer.net.mean < 0 for offer in offers)
    beside = f"; other losses outweigh that for {numbers.word_for(lose)}" if lose else ""
    average = "on average" if result.uncertain else "on fixed inputs"
    return f"{who} would {_good(result)} {_no_cost(offers)} {average}{beside}."


def _good(result: Result) -> str:
    return f"do more good than {numbers.in_sentence(result.against)}" if result.against else "do good"


def _no_cost(offers: tuple[OptionFacts, ...]) -> str:
    if all(offer.saves for offer in offers):
        return "and save money"
    if all(offer.other > 0 for offer in offers):
        return "and bring benefits in money that cover the cost"
    return "at no net cost" if any(offer.paid > 0 for offer in offers) else "at no cost"


def _nothing_pays(result: Result) -> str:
    at = f"at {numbers.price(result.value, result.currency)} a {result.effect_unit}"
    over = f"extra cost over {numbers.in_sentence(result.against)}" if result.against else "cost"
    if len(result.real) == 1:
        return f"{result.real[0].opening} would not be worth the {over} {at}."
    return f"None of the {_others(result)} is worth its {over} {at}."


def _harmful(result: Result) -> str:
    only = len(result.real) == 1
    who = f"{numbers.in_sentence(result.real[0].short)} would not do" if only else f"none of the {_others(result)} does"
    more = f"more good than {numbers.in_sentence(result.against)}" if result.against else "good"
    said = f"On this evidence {who} people {more}."
    saves = [one for one in ranked(result) if one in result.real and one.repays and not one.unpriced]
    return f"{said} {_worth(saves[0], result)}." if saves else said


def _others(result: Result) -> str:
    return f"other {noun(result, 2)}" if result.against else noun(result, 2)


def _lead_harmful(result: Result) -> str:
    if result.against:
        return f"So no cost of a further {result.effect_unit} is given."
    nothing = next((option for option in result.options if option.nothing), None)
    if nothing and result.uncertain and math.isfinite(nothing.best):
        return f"Doing nothing is best {numbers.in_futures(nothing.best, result.draws)}."
    return f"The average gain is not clearly above 0, so no cost of a {result.effect_unit} is given."


def _lead(result: Result) -> str:
    return _lead_several(result) if result.choose == "several" else _lead_one(result)


def _lead_several(result: Result) -> str:
    parts = bands(result)
    only = result.real[0]
    if not parts and len(result.real) == 1 and only.loses and result.against:
        lost = numbers.price(only.cost.mean / only.effect.mean, result.currency)
        value = numbers.price(result.value, result.currency)
        return f"That is {lost} for each {result.effect_unit} lost, where one is valued at {value}."
    if not parts:
        net = f"a net cost over {numbers.in_sentence(result.against)}" if result.against else "a net cost"
        return f"No offer has {net}, so none can be ranked by what a {numbers.MONEY[result.currency]} buys."
    unit = f"{numbers.SYMBOLS[result.currency]}1,000"
    sentences = []
    for index, band in enumerate(parts[:3]):
        many, (buy, about) = numbers.word_for(len(band)), _band_words(band)
        measured = result.effect_unit if about == "about 1" else result.unit
        whom = numbers.in_sentence(band[0].short)
        if index == 0:
            whom = {1: whom, 2: "either of the two"}.get(len(band), f"any of the {many}")
            first = "Otherwise " if free(result) else ""
            sentences.append(f"{first}{unit} {buy}s {about} {measured} if spent on {whom}.")
        elif len(band) == 1:
            sentences.append(f"On {whom} it {buy}s {about}.")
        else:
            sentences.append(f"The {'last' if index == len(parts) - 1 else 'next'} {many} {buy} {about}.")
    if result.uncertain and any(len(band) > 1 for band in parts) and len(result.real) > 1:
        where = "Within a band of several" if len(parts) > 1 else "Among them"
        sentences.append(f"{where} we can’t say which offer is best.")
    if result.found.form == "nothing pays" and any(one.other < 0 for one in result.real):
        sentences.append("Other losses in money come on top.")
    return " ".join(sentences)


def _band_words(band: tuple[OptionFacts, ...]) -> tuple[str, str]:
    """Say what a sum of money does in a band and how much: ``buy``, ``about 2 to 3``."""
    found = [one.per_1000.mean if one.gains or one.loses else 0.0 for one in band]
    least, most = min(found), max(found)
    low, high = (numbers.number(abs(one), 1) for one in (least, most))
    if least < 0 <= most:
        return "bring", f"from a loss of about {low} to a gain of about {high}" if most else f"a loss of up to {low}"
    low, high = (high, low) if most < 0 else (low, high)
    return "lose" if most < 0 else "buy", f"about {high if low == high else numbers.span(low, high)}"


def _lead_one(result: Result) -> str:
    order = _leaders([one for one in ranked(result) if one in result.real], result)[:NAMED]
    sentences = [_for(one, result, unit=result.unit if one is order[0] else "") for one in order]
    if len(order) > 1 and _same(order[0], order[1], result):
        first, second = (one.cost.mean for one in order[:2])
        least = "less" if len(order) == 2 else "least"
        sentences.append(f"They do equally well; the one that costs {least} is listed first" if first < second else "")
    grades = {one.evidence for one in order}
    if grades - {""} and grades <= {"initial", "assumed", ""}:
        sentences.append("The evidence is at an early stage")
    return ". ".join(filter(None, sentences)) + "."


def _for(option: OptionFacts, result: Result, *, unit: str) -> str:
    """Say what an option gains and for what money: ``Visits: 13 WELLBYs for £94k``."""
    paid, saved, other = (numbers.total(abs(one), result.currency) for one in (option.paid, option.saved, option.other))
    parts = [numbers.number(option.effect.mean), *([unit] if unit else [])]
    free = "with no cost given" if option.unpriced else "at no cost"
    priced = option.paid and not option.unpriced
    parts.append(f"for {paid}{' less' if option.paid < 0 else ''}" if priced else free)
    beside = [f"{saved}{' less' if option.saved < 0 else ''} saved"] if option.saved else []
    beside += [f"other {'benefits' if option.other > 0 else 'losses'} of {other}"] if option.other else []
    return f"{option.opening}: {' '.join(parts)}{', with ' if beside else ''}{numbers.listed(beside)}"


def _same(first: OptionFacts, second: OptionFacts, result: Result) -> bool:
    if result.choose == "several":
        return math.isclose(first.per_1000.mean, second.per_1000.mean, rel_tol=1e-9)
    one, two = (first.net.mean, second.net.mean) if result.levels else (first.effect.mean, second.effect.mean)
    return math.isclose(one, two, rel_tol=1e-9)


def beside_the_order(ratio: str) -> str:
    """Say what offers are ranked by where some bring other benefits in money, too."""
    return f"Ranked by {ratio} of cost less savings; other benefits in money count in net benefit alone."


def against(result: Result) -> str:
    """Say what the comparator costs and gains by itself."""
    one = result.option(result.reference)
    money, gain = numbers.total(one.own_cost, result.currency), numbers.number(one.own_effect)
    paid = f", {NOT_GIVEN}" if one.unpriced else f" for {money}"
    return f"All numbers are against {numbers.in_sentence(one.short)} (by itself {gain} {result.unit}{paid})."
