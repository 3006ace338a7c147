"""Results of joint draws: the manifest of supplied draws, errors of kept draws, what-if points of shares."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from wellbeva import api
from wellbeva.analysis.tables.oneway import oneway
from wellbeva.distributions.spec import Distribution
from wellbeva.plan.plan import Joint
from wellbeva.results.deterministic import element_changes
from wellbeva.results.standard_errors import error_of_quantiles, error_of_shares, error_of_statistic

pytestmark = pytest.mark.extras

MODEL = """
schema: wellbeva/model/1
model: homes
title: Where people live
axes:
  place: {labels: [home, care, dead], doc: where people live}
  level: {labels: [low, central, high], doc: which value is used}
parameters:
  lives: {unit: share, by: [option, place], default: 0, doc: where people are}
  gain: {unit: LS, by: place, default: 0, doc: points in each place}
  cost: {unit: money, by: option, default: £0, doc: cost}
  people: {unit: person, default: 100 people, doc: people}
  wellby_value: {unit: money/WELLBY, by: level, from: appraisal, doc: value}
equations:
  wellbys: people * sum(lives * gain, over=place) * 1 year in WELLBY
  whole: sum(lives, over=place) in share
  spent: cost * 1 in money
outcomes: [wellbys, whole, spent]
decision: {effect: wellbys, cost: spent, value: wellby_value}
"""

SCENARIO = """
schema: wellbeva/scenario/1
scenario: Homes
model: homes
appraisal: green-book-2026
time: {step: year, from: 0, to: 0}
comparator: nothing
choose: one
options:
  stay:
    label: Stay
    lives: {dirichlet: {home: 6, care: 3, dead: 1}}
    cost: £1,000 in 2023 prices [assumed]
  move:
    label: Move
    lives: {by: place, home: 0.5, care: 0.4, dead: 0.1}
    cost: £0
values:
  gain: {by: place, home: 1, care: 0.5, dead: 0, source: assumed}
"""

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a scenario and the model."""

    def do(scenario: str, draws: str = "") -> Path:
        (tmp_path / "models").mkdir(exist_ok=True)
        (tmp_path / "models" / "homes.yaml").write_text(MODEL.lstrip(), encoding="utf-8")
        (tmp_path / "draws.csv").write_text(dedent(draws).lstrip(), encoding="utf-8")
        path = tmp_path / "scenario.yaml"
        path.write_text(scenario.lstrip(), encoding="utf-8")
        return path

    return do


def test_r10_a_run_of_supplied_draws_says_so(write: Write) -> None:
    """Seven rows, from the file to the manifest: mean, sd / sqrt(7) by hand."""
    given = [0.61, 0.65, 0.55, 0.7, 0.52, 0.6, 0.58]
    rows = "\n".join(f"{home},{round(1 - home, 2)}" for home in given)
    scenario = SCENARIO.replace("    lives: {dirichlet: {home: 6, care: 3, dead: 1}}\n", "").replace(
        "values:\n", "tables: [{file: draws.csv, rows: draw}]\nvalues:\n"
    )
    path = write(scenario, f"lives.stay.home,lives.stay.care\n{rows}\n")
    done = api.run(path, draws=10_000, design="random")
    attrs = done.dataset.attrs
    assert (attrs["design"], attrs["draws"], attrs["randomisations"]) == ("supplied", 7, 1)
    manifest = done.manifest()
    assert (manifest["design"], manifest["draws"], manifest["supplied_draws"]) == ("supplied", 7, 7)
    gains = np.array([100 * (home + 0.5 * (1 - home)) for home in given])
    stay = done.dataset["wellbys"].sel(option="stay")
    assert float(stay.sel(statistic="mean")) == pytest.approx(gains.mean(), rel=1e-12)
    assert float(stay.sel(statistic="mcse")) == pytest.approx(gains.std(ddof=1) / np.sqrt(7), rel=1e-9)
    assert done.dataset["draws_wellbys"].sel(option="stay").values == pytest.approx(gains, rel=1e-12)
    assert done.dataset["randomisation"].values.tolist() == [0] * 7


def test_a_run_of_a_design_says_so_too(write: Write) -> None:
    done = api.run(write(SCENARIO, ""), draws=8192)
    assert (done.manifest()["design"], done.manifest()["supplied_draws"]) == ("sobol", 0)


def test_a_share_that_moves_takes_from_the_others_in_proportion(write: Write) -> None:
    """Home from 0.6 to 0.8: care and dead keep 3 to 1, 0.15 and 0.05. All points add to 1."""
    plan = api.load(write(SCENARIO, "")).plan
    home = next(k for k, one in enumerate(plan.elements) if one.name == "lives[stay, home]")
    care = next(k for k, one in enumerate(plan.elements) if one.name == "lives[stay, care]")
    axes, cells = element_changes(plan, [home, care, home], np.array([0.8, 0.65, 0.1]))["lives"]
    assert axes == ("draw", "option", "place")
    assert cells[:, 0] == pytest.approx(
        np.array([[0.8, 0.15, 0.05], [0.3, 0.65, 0.05], [0.1, 0.675, 0.225]]), rel=1e-14
    )
    assert cells[:, 1] == pytest.approx(np.array([[0.5, 0.4, 0.1]] * 3))
    table = oneway(plan)
    row = table[(table["path"] == "lives.stay.home") & (table["less"] == "nothing")].iloc[0]
    # wellbys of stay: 100 (h + 0.5 * 0.75 (1 - h)), at £15,253 each (2023 prices), less £1,000
    for end in ("low", "high"):
        share = row[f"{end}_value"]
        expected = 15_253 * 100 * (share + 0.375 * (1 - share)) - 1_000
        assert row[f"{end}_result"] == pytest.approx(expected, rel=1e-12)


def test_elements_of_other_joints_are_swept_alone(write: Write) -> None:
    plan = api.load(write(SCENARIO, "")).plan
    rows = np.random.default_rng(1).dirichlet([6, 3, 1], 50)
    drawn = dataclasses.replace(plan, joints=(Joint("rows", plan.joints[0].elements, rows),))
    _, cells = element_changes(drawn, [0], np.array([0.8]))["lives"]
    assert cells[0, 0] == pytest.approx([0.8, 0.3, 0.1])
    spread = Distribution("empirical", tuple(np.stack([np.sort(rows[:, 0]), np.full(50, 0.02)], axis=1).ravel()))
    first = dataclasses.replace(drawn.elements[0], distribution=spread)
    table = oneway(dataclasses.replace(drawn, elements=(first, *drawn.elements[1:])))
    row = table[(table["path"] == "lives.stay.home") & (table["less"] == "nothing")].iloc[0]
    assert row["low_value"] == np.sort(rows[:, 0])[2]


def test_the_error_of_a_share_is_that_of_its_weights() -> None:
    weights = np.array([1, 0, 0.5, 0.5, 1, 0, 0, 1.0])
    found = error_of_shares(np.array(weights.mean()), np.array((weights**2).mean()), draws=8)
    assert float(found) == pytest.approx(weights.std(ddof=1) / np.sqrt(8), rel=1e-14)
    assert np.isnan(error_of_shares(np.array(1.0), np.array(1.0), draws=1))


def test_the_error_of_a_quantile_of_a_normal_sample() -> None:
    """Asymptotic sqrt(q (1 - q) / N) / density: 1.2533 sd / sqrt(N) for the median.

    The mean over 200 samples of 2,000 (fixed seed) is within 3% of it. One sample's error has a relative sd of some
    (q (1 - q) N)^(-1/4) / 2 = 11%, the mean of 200 of 0.8%; the bias of the normal's curvature is of the order 1/N.
    False alarm: 3.9 sd, 1 in 10,000.
    """
    draws = np.random.default_rng(7).standard_normal((2000, 200))
    found = error_of_quantiles(draws, np.array([0.5, 0.95]))
    density = np.array([0.3989423, 0.1031356])
    expected = np.sqrt(np.array([0.25, 0.0475]) / 2000) / density
    assert found.mean(axis=1) == pytest.approx(expected, rel=0.03)
    assert np.isnan(error_of_quantiles(draws[:5], np.array([0.025, 0.975]))).all()


def test_the_error_of_a_statistic_of_one_sample_is_a_jackknife() -> None:
    """The mean of N independent draws has the error sd / root N; found from 16 parts it varies by 18%: 3 of them here.

    The order of the draws plays no part (R44).
    """
    draws = np.random.default_rng(3).standard_normal((1, 800))
    found = float(error_of_statistic(draws, lambda rows: rows.mean(axis=1)))
    assert found == pytest.approx(draws.std(ddof=1) / np.sqrt(800), rel=0.55)
    assert float(error_of_statistic(np.sort(draws), lambda rows: rows.mean(axis=1))) == found
    several = np.random.default_rng(4).standard_normal((16, 50))
    spread = several.mean(axis=1).std(ddof=1) / 4
    assert float(error_of_statistic(several, lambda rows: rows.mean(axis=1))) == pytest.approx(spread, rel=1e-12)
    assert np.isnan(error_of_statistic(draws[:, :1], lambda rows: rows.mean(axis=1)))
