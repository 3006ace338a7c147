"""`time.to` ends the time that counts, by `--set` or in a variant (R246)."""

from pathlib import Path

import numpy as np
import pytest

import wellbeva
from wellbeva import api
from wellbeva.plan.plan import Plan
from wellbeva.plan.serialise import plan_hash
from wellbeva.sampling.sampler import Sampler

OFFERS = Path("scenarios/uk-community-offers.yaml")
MODEL = """\
schema: wellbeva/model/1
model: by_year
parameters:
  gain: {unit: LS, by: [option, time], doc: gain}
  people: {unit: person, by: [option], doc: people}
  cost: {unit: money/year, by: [option, time], default: £0, doc: cost}
  wellby_value: {unit: money/WELLBY, from: appraisal, doc: value of a WELLBY}
equations:
  wellbys: {unit: WELLBY, is: "people * sum(gain * step, over=time)", doc: in all}
  paid: {unit: money, is: "sum(cost * step, over=time)", doc: in all}
outcomes: [wellbys, paid]
decision: {effect: wellbys, cost: paid, value: wellby_value}
"""
SCENARIO = """\
schema: wellbeva/scenario/1
scenario: By year
model: by_year
appraisal: green-book-2026
time: {step: year, from: 0, to: 5}
comparator: nothing
choose: one
options:
  walks: {label: Walks, people: 50 people (35 to 70)}
values:
  gain:
    by: time
    0: 0.4 (0.2 to 0.6)
    5: 0.1 (0.05 to 0.15)
    1 to 4: 0.3 (0.1 to 0.5)
  cost: {by: time, 0 to 2: £1000 in 2023 prices, 3: £500 in 2023 prices, else: £0}
correlations:
  gain.0 with people.walks: 0.5
  gain.0 with gain.5: 0.5
variants:
  short: {label: Three years, time.to: 3 years}
"""


@pytest.fixture
def by_year(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "by_year.yaml").write_text(MODEL, "utf-8")
    (tmp_path / "scenario.yaml").write_text(SCENARIO, "utf-8")
    return tmp_path / "scenario.yaml"


@pytest.mark.parametrize("end", ["23", "2 years", "24 months", "8 quarters"])
def test_r246_it_is_as_if_the_file_ended_there(end: str) -> None:
    text = OFFERS.read_text("utf-8").replace("from: 0, to: 35", "from: 0, to: 23")
    written = wellbeva.load(text, base=OFFERS.parent)
    assert plan_hash(wellbeva.load(OFFERS, overrides=[f"time.to={end}"]).plan) == plan_hash(written.plan)


def test_r246_the_last_override_counts(by_year: Path) -> None:
    several = [(), ("time.to=4",), ("time.to=1", "time.to=1 year")]
    ends = [wellbeva.load(by_year, variant="short", overrides=some).plan.axes["time"].labels[-1] for some in several]
    assert ends == ["2", "4", "0"]


def test_r246_a_length_is_counted_from_the_first_period() -> None:
    text = OFFERS.read_text("utf-8").replace("from: 0, to: 35", "from: 12, to: 35")
    time = wellbeva.load(text, base=OFFERS.parent, overrides=["time.to=1 year"]).plan.axes["time"]
    assert (time.labels[0], time.labels[-1]) == ("12", "23")


def test_r246_what_lies_beyond_is_cut_with_one_note(by_year: Path) -> None:
    """A value of `--set` too: as a page prints them, whatever its horizon."""
    compiled = wellbeva.load(by_year, overrides=["time.to=1", "cost.4=£9 in 2023 prices"])
    (note,) = [one for one in compiled.record.warnings if one.code == "WB-S177"]
    assert (note.span and note.span.written, note.facts) == (
        "1", ("gain.5, gain.1 to 4, cost.0 to 2, cost.3 and 1 more",),
    )  # fmt: skip
    assert compiled.plan.parameter("cost").values.tolist() == [[1000.0, 1000.0]]
    assert {one.path for one in compiled.record.inputs} >= {"gain.0", "gain.1 to 4", "cost.0 to 2"}


def test_r246_check_and_run_say_what_a_variant_cuts(by_year: Path) -> None:
    for warnings in (api.check(by_year), api.run(by_year, draws=8192).compiled.record.warnings):
        assert [one.variant for one in warnings if one.code == "WB-S177"] == ["short"]


def draws(plan: Plan) -> dict[str, np.ndarray]:
    sampler = Sampler(plan.elements, plan.joints, design="sobol", seed=1, randomisations=16, draws_each=512)
    return {one.name: row for one, row in zip(plan.elements, sampler.block(3, 0, 512), strict=True)}


@pytest.mark.parametrize("end", ["4", "0"])
def test_r246_what_is_left_has_the_bits_that_it_had(by_year: Path, end: str) -> None:
    """What is correlated with a number that is gone is drawn as if that had never been."""
    whole, cut = (draws(wellbeva.load(by_year, overrides=some).plan) for some in ((), (f"time.to={end}",)))
    by_year.write_text(SCENARIO.replace("  gain.0 with gain.5: 0.5\n", ""), "utf-8")
    alone = draws(wellbeva.load(by_year).plan)
    assert {"gain[5]", "people[walks]"} - cut.keys() == {"gain[5]"}
    for name, row in cut.items():
        np.testing.assert_array_equal(row, (alone if name == "people[walks]" else whole)[name], name)


def test_r246_joint_draws_of_periods_beyond_are_left_out(by_year: Path) -> None:
    """The first column that varies picks the row, though it is gone."""
    by_year.with_name("draws.csv").write_text("cost.5,cost.0\n" + "£1,£2\n£3,£4\n" * 10, "utf-8")
    text = SCENARIO.replace("prices, 3: £500 in 2023 prices, else", "prices, else")
    by_year.write_text(f"{text}prices: 2023\ntables: [{{file: draws.csv, rows: draw}}]\n", "utf-8")
    whole, cut = (wellbeva.load(by_year, overrides=some).plan for some in ((), ("time.to=3",)))
    np.testing.assert_array_equal(draws(cut)["cost[0]"], draws(whole)["cost[0]"])
    assert "cost[5]" in draws(whole)
    assert "cost[5]" not in draws(cut)
