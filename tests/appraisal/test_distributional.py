"""Distributional cost-effectiveness: opportunity cost by group, equally distributed equivalents, what is refused."""

from __future__ import annotations

from math import cosh, log
from pathlib import Path

import numpy as np
import pytest

from tests.appraisal.appraisal_answers import SCENARIOS, Answers, shipped
from wellbeva import api
from wellbeva.errors import WellbevaError

SCENARIO = "appraisal/distributional"
FIFTHS = [f"fifth_{number}" for number in range(1, 6)]
BEFORE = np.array([7.33, 7.42, 7.54, 7.47, 7.63])
YEARS = 1 + 1 / 1.015 + 1 / 1.015**2
EXACT = """
schema: wellbeva/scenario/1
scenario: A gain of every person of a group, at no cost
model: distributional
appraisal: green-book-2026
time: {step: year, from: 0, to: 0}
comparator: nothing
choose: one
groups:
GROUPS
options:
  offer: {label: Offer, people: 100 people, effect: {by: group, EFFECTS}, hold: 1 year, controlled: true}
values: {population: 100 people}
axes: {payer: {council: Council}, body: {nobody: Nobody}}
sources: {assumed_here: {cite: Made up, evidence: assumed, covers: all}}
"""


def close(value: float) -> object:
    return pytest.approx(value, rel=1e-12)


def exact(folder: Path, levels: list[float], effects: list[float]) -> Answers:
    """Return the answers for equal groups whose people all gain the effect; nobody is at 10, where some would not."""
    groups, gains = [], []
    for number, (level, effect) in enumerate(zip(levels, effects, strict=True)):
        low = int(level)
        shares = f"{low}: {100 * (low + 1 - level):.10g}%, {low + 1}: {100 * (level - low):.10g}%"
        groups.append(f"  g{number}: {{label: Group {number}, answers: {{by: answer, {shares}, else: 0%}}}}")
        gains.append(f"g{number}: {effect:.10g}")
    text = EXACT.replace("GROUPS", "\n".join(groups)).replace("EFFECTS", ", ".join(gains))
    (folder / "exact.yaml").write_text(text.lstrip(), encoding="utf-8")
    return Answers(folder / "exact.yaml")


@pytest.mark.parametrize(
    ("variant", "shares"), [("", [0.26, 0.22, 0.22, 0.16, 0.14]), ("by_head", [0.2, 0.2, 0.2, 0.2, 0.2])]
)
def test_the_shipped_scenario_by_hand(variant: str, shares: list[float]) -> None:
    """R196, R197: 1,160 walkers at £150 forgo 69.6 WELLBYs elsewhere, at £2,500 each."""
    found = shipped(SCENARIO, variant=variant)
    assert found("wellbys_elsewhere", option="walks") == close(1_160 * 150 / 2_500) == close(69.6)
    gained = np.array([found("wellbys_by_group", option="walks", group=group) for group in FIFTHS])
    net = gained - 69.6 * np.array(shares)
    levels = BEFORE + net / (20_000 * YEARS)
    for group, wellbys, level in zip(FIFTHS, net, levels, strict=True):
        assert found("wellbys_net_by_group", option="walks", group=group) == close(wellbys)
        assert found("level_net", option="walks", group=group) == close(level)
    assert found("wellbys_net", option="walks") == close(net.sum())
    # A gain is the difference of two levels near 7.5, over 300,000 person-years: some 10 epsilons of each
    near = pytest.approx
    everybody, rounding = 100_000 * YEARS, 10 * np.finfo(float).eps * 7.5 * 100_000 * YEARS
    for epsilon in (0.5, 2, 5, 10.95):
        before, after = (float(np.mean(x ** (1 - epsilon)) ** (1 / (1 - epsilon))) for x in (BEFORE, levels))
        labels = {"option": "walks", "relative_aversion": str(epsilon)}
        assert found("ede_atkinson", **labels) == close(after)
        assert found("ede_gain_atkinson", **labels) == near(everybody * (after - before), abs=rounding)
        assert found("equity_atkinson", **labels) == near(everybody * (after - before) - net.sum(), abs=rounding)
    for kappa in (0.15, 0.5, 1, 1.5):
        before, after = (-log(np.mean(np.exp(-kappa * x))) / kappa for x in (BEFORE, levels))
        labels = {"option": "walks", "absolute_aversion": str(kappa)}
        assert found("ede_kolm", **labels) == close(after)
        assert found("ede_gain_kolm", **labels) == near(everybody * (after - before), abs=100 * rounding)
    # Walks reach the better off most, so that gaps widen although there is more wellbeing.
    for index, aversion in (("atkinson", "relative_aversion"), ("kolm", "absolute_aversion")):
        where = {"option": "walks", aversion: "1"}
        assert [found(f"quadrant_{index}", quadrant=str(number), **where) for number in (1, 2, 3, 4)] == [0, 1, 0, 0]
        assert found(f"equity_{index}", option="walks", **{aversion: "0"}) == 0


def test_the_worked_example_of_dceasimr(tmp_path: Path) -> None:
    """R198: five groups of 52.1 to 66.8 healthy years and gains of 0.3 to 0.6, here divided by ten.

    dceasimR's article "Social Welfare Functions in DCEA" prints, to seven figures, 59.41665 and 58.51938 at 1 and 5 and
    a gain in the EDE of 0.4684784, of which 0.46 are the mean and 0.008478412 is equity.
    """
    found = exact(tmp_path, [5.21, 5.63, 5.98, 6.32, 6.68], [0.05, 0.06, 0.05, 0.04, 0.03])
    assert found("ede_before_atkinson", relative_aversion="0") == close(5.964)
    assert found("ede_before_atkinson", relative_aversion="1") == pytest.approx(5.941665, abs=5e-7)
    assert found("ede_before_atkinson", relative_aversion="5") == pytest.approx(5.851938, abs=5e-7)
    people = {"option": "offer", "relative_aversion": "1"}
    assert found("ede_gain_atkinson", **people) / 500 == pytest.approx(0.04684784, abs=5e-9)
    assert found("equity_atkinson", **people) / 500 == pytest.approx(0.0008478412, abs=5e-11)
    assert found("wellbys_net", option="offer") / 500 == close(0.046)


def test_opportunity_cost_of_the_worked_example_of_dceasimr(tmp_path: Path) -> None:
    """R196: 12,000 patients gain 0.45 each at a cost of 12,600, where 13,000 gain 1 elsewhere.

    dceasimR's article "Aggregate DCEA Tutorial" prints -6230.77 in all and whole numbers by fifth; what is forgone is
    shared there as the patients are.
    """
    exact(tmp_path, [5.21, 5.63, 5.98, 6.32, 6.68], [0.45] * 5)
    patients = ["people={by: group, g0: 3000, g1: 2700, g2: 2400, g3: 2100, g4: 1800}"]
    shares = ["who_forgoes=as_given", "forgone_share={by: group, g0: 25%, g1: 22.5%, g2: 20%, g3: 17.5%, g4: 15%}"]
    prices = ["hurdle=£13,000 in 2023 prices", "cost_per_person.offer=£12,600 in 2023 prices"]
    found = Answers(tmp_path / "exact.yaml", [*patients, *shares, *prices, "population=10 million people"])
    assert found("wellbys_net", option="offer") == pytest.approx(-6230.77, abs=0.005)
    for number, printed in enumerate([-1558, -1402, -1246, -1090, -935]):
        assert found("wellbys_net_by_group", option="offer", group=f"g{number}") == pytest.approx(printed, abs=0.5)


def test_two_groups_in_closed_form(tmp_path: Path) -> None:
    """R198: of two equal groups the square of mean roots, the geometric and the harmonic mean, and log cosh."""
    low, high = 4.2, 7.4
    found = exact(tmp_path, [low, high], [0.5, 0.0])
    means = {"0": (low + high) / 2, "1": (low * high) ** 0.5, "2": 2 / (1 / low + 1 / high)}
    means["0.5"] = ((low**0.5 + high**0.5) / 2) ** 2
    for epsilon, mean in means.items():
        assert found("ede_before_atkinson", relative_aversion=epsilon) == close(mean)
    for kappa in (0.15, 0.5, 1, 1.5):
        below = log(cosh(kappa * (high - low) / 2)) / kappa
        assert found("ede_before_kolm", absolute_aversion=str(kappa)) == close((low + high) / 2 - below)
    # A gain of the worse off narrows the gap: first quadrant.
    assert found("quadrant_kolm", option="offer", absolute_aversion="1", quadrant="1") == 1


def test_as_much_for_everybody_leaves_absolute_inequality_and_lessens_relative(tmp_path: Path) -> None:
    """R198: Kolm looks at differences, which stay, and Atkinson at ratios, which shrink."""
    found = exact(tmp_path, [4.2, 6.1, 7.4], [0.4, 0.4, 0.4])
    for kappa in (0.15, 0.5, 1, 1.5):
        # some 10 epsilons of a level of 7.4, for 300 people in one year
        assert abs(found("equity_kolm", option="offer", absolute_aversion=str(kappa))) < 300 * 10 * 7.4 * 2.3e-16
        assert found("quadrant_kolm", option="offer", absolute_aversion=str(kappa), quadrant="2") == 1
    assert found("equity_atkinson", option="offer", relative_aversion="1") > 0.1


def test_against_a_comparator_that_is_an_option(tmp_path: Path) -> None:
    """R196: results in WELLBYs are those of an option less those of the comparator."""
    path = SCENARIOS / f"{SCENARIO}.yaml"
    text = path.read_text(encoding="utf-8").replace("comparator: nothing", "comparator: walks")
    alone = shipped(SCENARIO)
    (tmp_path / path.name).write_text(text, encoding="utf-8")
    against = Answers(tmp_path / path.name)
    for name, axes in (("wellbys_net", {}), ("ede_gain_kolm", {"absolute_aversion": "1"})):
        difference = alone(name, option="help", **axes) - alone(name, option="walks", **axes)
        assert against(name, option="walks", **axes) == 0
        assert against(name, option="help", **axes) == pytest.approx(difference, rel=1e-9)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (("who_forgoes=as_given", "forgone_share={by: group, fifth_1: 50%, else: 10%}"), "do not add up to 100%"),
        (("forgone_share.fifth_1=20%",), "given and not used"),
        (("deprivation_fifth.fifth_1=0",), "the fifth of a group is not given"),
        (("deprivation_fifth.fifth_1=2.5",), "the fifth of a group is not given"),
        (("population.fifth_3=0 people",), "The size of a group is not given, or not above 0"),
        (("hurdle=£0.05 in 2023 prices",), "a level of 0 or below"),
        (("hurdle=-£2000 in 2023 prices",), "The hurdle, what a WELLBY costs elsewhere, is not above 0"),
        (("answers.fifth_1={by: answer, 0: 100%, else: 0%}", "baseline.fifth_1=0"), "a level of 0 or below"),
    ],
)
def test_what_no_distribution_has_is_refused(overrides: tuple[str, ...], said: str) -> None:
    """R196, R197, R198."""
    with pytest.raises(WellbevaError, match=said):
        api.run(SCENARIOS / f"{SCENARIO}.yaml", draws=512, overrides=overrides)
