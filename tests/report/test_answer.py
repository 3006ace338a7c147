"""The answer sentence: true and grammatical for every shipped scenario, every edge state and labels of any shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.report.report_fixtures import Case, Cases, Offer, make
from tests.report.test_report import STATES
from tests.tiers import thorough_after
from wellbeva import api
from wellbeva.errors import WellbevaError
from wellbeva.report.facts.answer import Answer, answer
from wellbeva.report.facts.names import label_of, spoken_name
from wellbeva.report.facts.result import Result, gather
from wellbeva.report.facts.sensitivity import changes, what_changes
from wellbeva.report.page.blocks.appraisal import repays_title
from wellbeva.report.page.cells import detail, explain

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SHIPPED = sorted(one for one in SCENARIOS.rglob("*.yaml") if "schema:" in one.read_text(encoding="utf-8"))
LABELS = (
    ("Walking groups", "Street groups and shared meals"),
    ("Both", "A worker who links people to local groups"),
    ("The two together", "Befriending and gardening, in four wards"),
    ("parkrun (people who newly register)", "NHS Volunteer Responders"),
    ("walking groups", "swimming lessons for Year 6"),
    ("iCBT for young adults", "e-Health"),
    ("forty letters, which is a label as long", "An offer; or two"),
)
VERBS = "is|are|was|were|gains?|gives?|has|have|does|do|doesn’t|don’t|isn’t|aren’t|stands?|costs?|saves?|buys?|comes?"
SURE = "in all but fewer than 1 in 1,000 plausible futures"
ALONE = "Nothing else was compared."
NEVER = re.compile(
    r"\bone (offer|option)s? are\b|(?<!None of the other )(?<!None of the )\b(offers|options) is\b"
    r"|\b(GBP|USD|EUR)\b|for −|[-−]0\b(?!\.\d)|\bnan\b|\binf\b|NaN"
    r"|None(?! of)|without end|missing|  |\.\.|,\.| ,|lose wellbeing|not known| its cost in |; [A-Z]"
)


def faults(said: Answer, result: Result) -> list[str]:
    """Return what must not occur in an answer and its lead, and does."""
    text = f"{said.sentence} {said.lead}"
    found = [one[0] for one in NEVER.finditer(text)]
    found += re.findall(r"(?:^|[.?!] )([a-z]+)(?![\w-]*[A-Z])", text)
    labels = {re.escape(word) for one in result.options if not one.nothing for word in (one.label, one.short)}
    if labels:
        label = f"(?:{'|'.join(labels)})"
        found += [one[0] for one in re.finditer(rf"(?i){label} (?:{VERBS})\b|\b{label} and {label}\b", text)]
    if not result.uncertain:
        found += re.findall(r"plausible|in about|of 10\b|on average", text)
    else:
        found += re.findall("fixed inputs", text)
    if result.currency != "GBP":
        found += re.findall(r"pound|£", text)
    if said.form in {"harmful", "nothing pays"}:
        found += re.findall(r"\bmost\b|\bbest value\b", said.sentence)
    found += [
        f"spent on {one.short}" for one in result.real if one.paid <= one.saved and f"spent on {one.short}" in text
    ]
    costs = [one.cost.mean for one in result.real]
    if len(set(costs)) == 1:
        found += re.findall(r"costs less", text)
    return found


def of(run: api.Run) -> Result:
    return gather(run.dataset, run.compiled.record, plan=run.compiled.plan, tables=run.tables)


def result_of(case: Case) -> Result:
    return gather(case.dataset, case.record, plan=case.plan, tables=case.tables)


def test_two_of_many_offers_are_told_apart_without_looking_at_their_numbers() -> None:
    """Of 2,000 offers all numbers of each pair were compared, some ten times over: half a minute."""
    result = result_of(make((A, B)))
    first = result.option("a")
    assert result.real is result.real
    assert first in result.real
    assert replace(first) not in result.real


class Counted(tuple[Any, ...]):
    """Options that count how often all of them are looked through."""

    __slots__ = ()
    times = 0

    def __iter__(self) -> Iterator[Any]:
        Counted.times += 1
        return super().__iter__()


def test_a_name_of_many_options_is_found_without_looking_through_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 4,000 options labels alone took 15 of the 22 seconds of a report."""
    monkeypatch.setattr(Counted, "times", 0)
    case = make((A, B))
    scenario = replace(case.record.scenario, options=Counted(case.record.scenario.options))
    record, result = replace(case.record, scenario=scenario), result_of(case)
    result = replace(result, options=Counted(result.options))
    names = ("a", "b", "nothing", "gone") * 25
    assert [label_of(record, name) for name in names[:4]] == ["Option A", "Option B", "Doing nothing", "gone"]
    assert [spoken_name(result, name) for name in names[:2]] == ["Option A", "Option B"]
    for name in names:
        assert label_of(record, name)
        assert spoken_name(result, name)
        assert not result.against
    # the scenario's for their names at the head of a row, in two steps; the result's for those in sentences
    assert Counted.times == 3


@pytest.mark.parametrize("path", thorough_after(3, SHIPPED), ids=lambda path: path.stem)
def test_every_shipped_scenario(path: Path) -> None:
    result = of(api.run(path, draws=8192))
    said = answer(result)
    assert faults(said, result) == []
    assert said.sentence.endswith(".")
    assert max(len(one.split()) for one in re.split(r"[.;:] ", said.sentence)) <= 25


A, B = (Offer("a", "Option A", 12.0, 2.0, 50_000), Offer("b", "Option B", 10.0, 2.0, 60_000))
FREE = Offer("free", "A free offer", 30, 5, 0.0)
SAVES = Offer("saves", "Weekly lunches", 30, 5, -4e5)
EDGES = Cases({
    "equal, one cheaper": lambda: make(
        (replace(A, effect=10.0, sd=0, cost=16_000.0), replace(B, effect=11.0, sd=0, cost=32_000.0)),
        choose="one", budget=None, values=(16_000.0, 16_000.0, 16_000.0),
    ),
    "no effect at all": lambda: make(
        (replace(A, effect=0, sd=0), replace(B, effect=0, sd=0)), choose="one", budget=None
    ),
    "no effect, offers": lambda: make((replace(A, effect=0, sd=0), replace(B, effect=0, sd=0))),
    "saves money": lambda: make((replace(A, cost=-9e4),), choose="one", budget=None),
    "both save money": lambda: make((replace(A, cost=-9e4), replace(B, cost=-8e4)), choose="one", budget=None),
    "costs nothing": lambda: make((replace(A, cost=0.0),), choose="one", budget=None),
    "free offer": lambda: make((*(replace(one, cost=1e6) for one in (A, B)), FREE)),
    "offers that save": lambda: make((SAVES, replace(SAVES, name="s2", label="Choirs", effect=20), A)),
    "one free offer": lambda: make((FREE,)),
    "all free": lambda: make((FREE, SAVES)),
    "free and fixed": lambda: make((replace(FREE, sd=0), replace(A, sd=0))),
    "one among harmful": lambda: make((A, replace(FREE, name="bad", label="Bad", effect=-30))),
    "two offers": lambda: make((A, B)),
    "two offers, one ahead": lambda: make((A, replace(B, cost=5e5))),
    "two fixed offers": lambda: make((replace(A, sd=0), replace(B, sd=0))),
    "equal fixed offers": lambda: make(
        (replace(A, sd=0), replace(B, effect=14.4, sd=0), replace(A, name="c", label="C", sd=0))
    ),
    "one dear": lambda: make((replace(A, cost=1e8),), choose="one", budget=None),
    "one harmful": lambda: make((replace(A, effect=-9),), choose="one", budget=None),
})  # fmt: skip


@cache
def edge(name: str) -> Result:
    return result_of((STATES if name in STATES else EDGES)[name])


@pytest.mark.parametrize("labels", [None, *thorough_after(1, ((words,) for words in LABELS))], ids=str)
@pytest.mark.parametrize("name", [*(one for one in STATES if one != "hostile"), *EDGES])
def test_every_edge_state_with_labels_of_any_shape(name: str, labels: tuple[str, str] | None) -> None:
    result = edge(name)
    if labels:
        given = dict(zip([one.name for one in result.real], labels, strict=False))
        options = tuple(
            replace(one, label=given.get(one.name, one.label), short=given.get(one.name, one.short))
            for one in result.options
        )
        result = replace(result, options=options)
    for currency in ("GBP", "USD", "EUR"):
        shown = replace(result, currency=currency)
        assert faults(answer(shown), shown) == []


SAID = {
    "equal, one cheaper": "Equally good: “Option A” and “Option B”.",
    "no effect at all": "On this evidence none of the options does people good.",
    "saves money": f"Option A would do good and save money on average; worth doing {SURE}. {ALONE}",
    "both save money": "Option A would come out ahead of Option B in about 8 of 10 plausible futures.",
    "free offer": f"A free offer would do good at no cost on average; worth doing {SURE}.",
    "offers that save": "Two offers would do good and save money on average.",
    "free and fixed": "A free offer would do good at no cost on fixed inputs.",
    "one among harmful": f"Only one offer would do good. Option A would be worth the cost {SURE}.",
    "two offers": "Option A would give the most wellbeing for each pound, in about 9 of 10 plausible futures.",
    "two fixed offers": "Option A would give the most wellbeing for each pound on fixed inputs; "
    "no chance can be given.",
    "equal fixed offers": "Equally good: “Option A”, “C” and “Option B”.",
    "one dear": "Option A would not be worth the cost at £16k a WELLBY.",
    "one harmful": "On this evidence Option A would not do people good.",
}


@pytest.mark.parametrize(("name", "sentence"), SAID.items())
def test_what_is_said(name: str, sentence: str) -> None:
    assert answer(edge(name)).sentence == sentence


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (("Both", "Street groups and shared meals"), "Both is ahead of Street groups and shared meals."),
        (("Walking groups", "B"), "Walking groups gains more than it costs in about half of plausible futures."),
        (("A", "B"), "The one offer are too close to call."),
        (("A worker", "Weekly visits"), "A worker and weekly visits are too close to call."),
        (("A", "B"), "A would give the most wellbeing for each USD."),
        (("Choir", "Weekly visits"), "Too close to call: Choir; Weekly visits."),
    ],
)
def test_the_list_of_what_must_not_occur_finds_what_occurred(labels: tuple[str, str], sentence: str) -> None:
    result = result_of(STATES["one"])
    options = tuple(replace(one, label=word, short=word) for one, word in zip(result.real, labels, strict=True))
    assert faults(Answer("leading", sentence, ""), replace(result, options=options))


def test_leads_say_what_is_paid_and_saved() -> None:
    assert answer(result_of(EDGES["equal, one cheaper"])).lead == (
        "Option A: 10 WELLBYs for £16k. Option B: 11 for £32k. "
        "They do equally well; the one that costs less is listed first."
    )
    assert answer(result_of(STATES["tie"])).lead == "Option A: 10 WELLBYs for £50k. Option B: 10 for £50k."
    assert answer(result_of(EDGES["no effect, offers"])).lead == (
        "The average gain is not clearly above 0, so no cost of a WELLBY is given."
    )


def test_net_benefit_holds_savings_and_other_benefits_and_says_so() -> None:
    result = of(api.run(SCENARIOS / "appraisal" / "welfare_weights.yaml", draws=8192))
    lead = "Help into work: 92 WELLBYs for £100k, with £1.3m saved and other benefits of £2.1m."
    assert answer(result).lead == lead
    assert explain(result).endswith("at £13k a WELLBY, plus savings and other benefits, less cost.")


HEAD = """\
schema: wellbeva/scenario/1
scenario: Two that do good
model: wellbeing_trajectory
appraisal: hmt-wellbeing-2021
time: {step: year, from: 0, to: 0}
axes: {payer: {council: Council}, body: {nhs: The NHS}}
sources: {s: {cite: Numbers that only show how it works, evidence: strong, covers: all}}
"""
USUAL = """\
  usual:
    label: Usual care
    people: 100 people
    effect: 0.4 (0.3 to 0.5)
    hold: 1 year
    cost_once: {by: payer, council: £30k in 2019 prices}
"""
VISITS = """\
  visits:
    label: Weekly visits
    short: visits
    people: 100 people
    effect: EFFECT
    hold: 1 year
    cost_once: {by: payer, council: £60k in 2019 prices}
"""
SAVING = "    saving_per_year: {by: body, nhs: £2k in 2019 prices}\n"


def small(folder: Path, choose: str, comparator: str, *, effect: str = "0.8 (0.6 to 1.0)", saving: str = "") -> api.Run:
    file = folder / "small.yaml"
    options = USUAL + VISITS.replace("EFFECT", effect) + saving
    file.write_text(f"{HEAD}comparator: {comparator}\nchoose: {choose}\noptions:\n{options}", encoding="utf-8")
    return api.run(file, draws=8192)


WORTH = f"Visits would be worth the extra cost over usual care {SURE}. {ALONE}"
LESS = "Visits would give 1.0 WELLBYs less than usual care but save £170k on balance, which is worth more"
AGAINST_USUAL = (
    ({"choose": "one"}, WORTH),
    ({"choose": "several"}, WORTH),
    (
        {"choose": "one", "effect": "0.41 (0.40 to 0.42)"},  # ahead in 40 of 100 draws
        "Too close to call: “Usual care” and “Visits”.",
    ),
    (
        {"choose": "one", "effect": "0.3 (0.2 to 0.4)"},
        "On this evidence visits would not do people more good than usual care.",
    ),
    (
        {"choose": "one", "effect": "0.39 (0.38 to 0.40)", "saving": SAVING},
        f"{LESS} in more than 19 of 20 plausible futures. {ALONE}",
    ),
    (
        {"choose": "several", "effect": "0.39 (0.38 to 0.40)", "saving": SAVING},
        f"{LESS} in more than 19 of 20 plausible futures. {ALONE}",
    ),
    (
        {"choose": "several", "saving": SAVING},
        f"Visits would do more good than usual care and save money on average; worth doing {SURE}. {ALONE}",
    ),
)


@pytest.mark.parametrize(("given", "sentence"), thorough_after(3, AGAINST_USUAL))
def test_comparator_with_costs_of_its_own(given: dict[str, str], sentence: str, tmp_path: Path) -> None:
    result = of(small(tmp_path, comparator="usual", **given))
    said = answer(result)
    assert faults(said, result) == []
    assert said.sentence == sentence


def test_among_offers_that_all_gain_less_the_one_worth_its_loss_is_named(tmp_path: Path) -> None:
    file = tmp_path / "less.yaml"
    visits = VISITS.replace("EFFECT", "0.38") + SAVING
    calls = "  calls: {label: Calls, people: 100 people, effect: 0.1, hold: 1 year}\n"
    file.write_text(f"{HEAD}comparator: usual\nchoose: several\noptions:\n{USUAL}{visits}{calls}", encoding="utf-8")
    result = of(api.run(file, draws=8192))
    said = answer(result)
    assert faults(said, result) == []
    # £200k saved for £30k more and 2 WELLBYs, worth £26k; calls lose 30 WELLBYs for £30k
    assert said.sentence == (
        "On this evidence none of the other offers does people more good than usual care. Visits would give "
        "2.0 WELLBYs less than usual care but save £170k on balance, which is worth more in more than 19 of 20 "
        "plausible futures."
    )


BESIDE = """\
schema: wellbeva/scenario/1
scenario: Other benefits in money
model: other_benefits
appraisal: {preset: green-book-2026, prices: 2023}
time: {step: year, from: 0, to: 2}
axes: {payer: {council: Council}, body: {nhs: The NHS}}
groups: {all: Everybody}
values: {hold: 1 year, controlled: true, others_time: 1 year, effect_and_earnings: apart}
sources: {s: {cite: Numbers that only show how it works, evidence: strong, covers: all}}
"""


def beside(folder: Path, choose: str, *options: str) -> tuple[Result, Answer]:
    """Run options, each ``name effect cost saving earnings`` with ``-`` for what is not given; usual is compared."""
    lines = []
    for name, effect, cost, saving, earnings in (one.split() for one in options):
        lines += [f"  {name}:", f"    label: {name.capitalize()}", "    people: 100 people", f"    effect: {effect}"]
        lines += [f'    cost_once: {{by: payer, council: "£{cost}"}}'] * (cost != "-")
        lines += [f'    saving_per_year: {{by: body, nhs: "£{saving}"}}'.replace("£-", "-£")] * (saving != "-")
        lines += [f"    earnings: £{earnings}".replace("£-", "-£")] * (earnings != "-")
    comparator = "usual" if options[0].startswith("usual") else "nothing"
    file = folder / "beside.yaml"
    budget = ["budget: £1m"] * (choose == "several")
    text = "\n".join([f"{BESIDE}comparator: {comparator}", f"choose: {choose}", *budget, "options:", *lines, ""])
    file.write_text(text, encoding="utf-8")
    result = of(api.run(file, draws=1024, threads=1))
    said = answer(result)
    assert faults(said, result) == []
    return result, said


@pytest.mark.thorough
def test_losses_in_money_stand_beside_the_cost(tmp_path: Path) -> None:
    """An offer of 25 WELLBYs for £50k was "not worth the cost at £15k a WELLBY", with no word of £400k lost."""
    result, said = beside(tmp_path, "one", "leave 0.25 50,000 - -4,000")
    assert said.lead == "Leave: 25 WELLBYs for £50k, with other losses of £400k."
    assert detail(result.option("leave"), result) == "costs £50k, other losses of £400k"
    result, said = beside(tmp_path, "one", "usual 0.1 30,000 200 500", "dear 0.05 45,000 - 3,000")
    assert said.lead == "Dear: −5.0 WELLBYs for £15k, with £20k less saved and other benefits of £250k."
    assert detail(result.option("dear"), result) == "costs £15k more, saves £20k less, other benefits of £250k"
    result, _ = beside(tmp_path, "several", "referrals 0.03 10,000 -4,000 -")
    assert detail(result.option("referrals"), result) == "£100 each, saves £400k less"
    _, said = beside(tmp_path, "several", "leave 0.25 50,000 - -4,000")
    assert said.lead == "£1,000 buys about 0.5 WELLBYs if spent on Leave. Other losses in money come on top."


@pytest.mark.thorough
def test_where_money_outweighs_a_loss_its_source_is_named(tmp_path: Path) -> None:
    after = "but bring £220k in other benefits after costs, which is worth more on fixed inputs."
    result, said = beside(tmp_path, "several", "usual 0.1 30,000 200 500", "dear 0.05 45,000 - 3,000")
    assert said.sentence == f"Dear would give 5.0 WELLBYs less than usual {after} {ALONE}"
    assert said.lead == "£1,000 loses about 0.1 WELLBYs if spent on Dear."
    assert repays_title(result) == "The offer has a net benefit above 0 without a gain on average"
    harmful = "On this evidence Prison would not do people good. Prison would give 10 WELLBYs less than doing nothing"
    for choose in ("one", "several"):
        _, said = beside(tmp_path, choose, "prison -0.1 5,000 - 3,000")
        assert said.sentence == (
            f"{harmful} but bring £300k in other benefits after costs, which is worth more on fixed inputs."
        )


def test_what_is_said_of_offers_at_no_cost_holds_for_each(tmp_path: Path) -> None:
    mixed = ("jobs 0.3 0 - 3,000", "homes 0.2 20,000 400 -", "parks 0.2 20,000 - -")
    _, said = beside(tmp_path, "several", *mixed)
    assert said.sentence == "Two offers would do good at no net cost on fixed inputs."
    _, said = beside(tmp_path, "several", "homes 0.2 20,000 400 -", "play 0.1 2,000 50 -5,000")
    assert said.sentence == (
        "Two offers would do good and save money on fixed inputs; other losses outweigh that for one."
    )
    assert said.lead == "No offer has a net cost, so none can be ranked by what a pound buys."
    _, said = beside(tmp_path, "several", "usual 0.1 50,000 - -", "homes 0.2 20,000 - -")
    assert said.lead == "No offer has a net cost over usual, so none can be ranked by what a pound buys."


@pytest.mark.thorough
def test_where_no_cost_is_given_nothing_repays_one(tmp_path: Path) -> None:
    result, said = beside(tmp_path, "several", "talks 0.2 - - -")
    assert said.sentence == f"Talks would do good, but no cost is given. {ALONE}"
    assert said.lead == "So nobody can say what money buys."
    assert repays_title(result) == "No cost is given for the offer"
    result, said = beside(tmp_path, "several", "talks 0.2 - - -", "choirs 0.2 - - -")
    assert (said.sentence, said.lead) == ("The offers can’t be ranked.", "No cost is given for any of them.")
    assert repays_title(result) == "No cost is given for any offer"
    result, said = beside(tmp_path, "several", "parks 0.3 50,000 - -", "talks 0.1 - - -")
    assert repays_title(result) == "One of two offers repays its cost on average; no cost is given for one"
    assert not result.option("talks").worth_it > 0
    _, said = beside(tmp_path, "one", "choirs 0.2 - - -")
    assert said.lead == "Choirs: 20 WELLBYs with no cost given."
    with pytest.raises(WellbevaError, match="choirs has no cost"):
        beside(tmp_path, "one", "usual 0.1 30,000 - -", "choirs 0.2 - - -")


@pytest.mark.thorough
def test_all_that_are_equal_are_named_and_one_is_singular(tmp_path: Path) -> None:
    three = [f"{name} 0.3 50,000 - -" for name in ("calls", "choirs", "parks")]
    for choose in ("one", "several"):
        _, said = beside(tmp_path, choose, *three)
        assert said.sentence == "Equally good: “Calls”, “Choirs” and “Parks”."
    _, said = beside(tmp_path, "one", *three)
    assert said.lead == "Calls: 30 WELLBYs for £50k. Choirs: 30 for £50k. Parks: 30 for £50k."
    _, said = beside(tmp_path, "one", *three, "talks 0.3 50,000 - -", "walks 0.3 50,000 - -")
    assert said.sentence == "Equally good: five options."
    _, said = beside(tmp_path, "several", "choirs 0.5 50,000 - -")
    assert said.lead == "£1,000 buys about 1 WELLBY if spent on choirs."


@pytest.mark.parametrize(
    ("effect", "comparator", "sentence"),
    [
        # £30k more than usual care, 100 people for a year at £13,000 a WELLBY: 0.4 + 30 / 1,300
        (
            "0.8 [assumed]",
            "usual",
            "Visits would be worth more than usual care until the gain in life satisfaction fell to 0.42 points",
        ),
        ("-0.2 [assumed]", "nothing", ""),
    ],
)
def test_break_even_is_told_against_the_comparator_and_of_what_repays(
    effect: str, comparator: str, sentence: str, tmp_path: Path
) -> None:
    run = small(tmp_path, "several", comparator, effect=effect)
    result = of(run)
    said = what_changes(result, changes(result, run.compiled.record, tables=run.tables)).sentences
    assert [one.partition(" (")[0] for one in said if one.startswith("Visits")] == [sentence] * bool(sentence)


def test_an_input_of_the_comparator_is_named_as_its_own(tmp_path: Path) -> None:
    run = small(tmp_path, "several", "usual", effect="0.45 [assumed]")
    result = of(run)
    said = what_changes(result, changes(result, run.compiled.record, tables=run.tables)).sentences
    # 0.45 less 30 / 1,300
    begin = "Visits would not be worth more than usual care if the gain in life satisfaction (usual care) is above 0.43"
    assert [one for one in said if one.startswith(begin)]


@pytest.mark.parametrize("comparator", ["nothing", "usual"])
def test_an_offer_without_a_cost_is_none_that_does_no_good(comparator: str, tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    free = "  walks: {label: Walks, people: 100 people, effect: 0.7, hold: 1 year}\n"
    offers = (USUAL if comparator == "usual" else "") + VISITS.replace("EFFECT", "0.8 (0.6 to 1.0)") + free
    file.write_text(f"{HEAD}comparator: {comparator}\nchoose: several\noptions:\n{offers}", encoding="utf-8")
    run = api.run(file, draws=8192)
    result = of(run)
    assert result.option("walks").status == "no cost given"
    good = {"nothing": "do good", "usual": "do more good than usual care"}[comparator]
    assert answer(result).sentence.startswith(f"Only one offer that would {good} has a cost. Visits would be worth")


def test_an_uncertain_offer_that_saves_money_and_is_not_valued_rests_on_no_fixed_inputs(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(
        "schema: wellbeva/scenario/1\nscenario: Saves\nmodel: cost_per_wellby\nappraisal: green-book-2026\n"
        'comparator: nothing\nchoose: several\noptions:\n  walks: {effect: 0.3 (se 0.1), cost_total: "-£100"}\n'
        '  meals: {effect: 0.1 (se 0.05), cost_total: "£1m"}\n',
        encoding="utf-8",
    )
    run = api.run(file, draws=8192, threads=1)
    assert run.answer == "Walks would do good and save money on average."
    assert not faults(answer(run.facts), run.facts)


def test_brackets_of_a_label_stay_out_of_sentences_where_labels_differ_without_them() -> None:
    labels = ("Walks (in the park)", "Visits (each week)", "Visits (each month)")
    case = make(tuple(Offer(f"o{at}", label, 12 - at, 1, 9e4) for at, label in enumerate(labels)), choose="one")
    result = gather(case.dataset, case.record, plan=case.plan, tables=case.tables)
    named = {one.label: one.short for one in result.options}
    assert [named[label] for label in labels] == ["Walks", *labels[1:]]
