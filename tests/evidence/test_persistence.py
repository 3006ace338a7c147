"""How long a gain lasts: shapes found again, weights by hand, draws that hold what is known, and honest refusals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from wellbeva import api
from wellbeva.api.evidence.durations import persistence as read
from wellbeva.api.evidence.durations import write_part
from wellbeva.cli.main import main
from wellbeva.errors import WellbevaError
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.persistence import SHAPES, persistence

YEARS = (0.0, 0.5, 1.0, 2.0)


@pytest.mark.parametrize("name", SHAPES)
def test_an_area_is_that_under_its_curve(name):
    half = np.array([0.3, 1.7])
    for until in (0.4, 3.7):
        breaks = [*range(1, 4), *(2 * half)]
        for column, area in enumerate(SHAPES[name].area(until, half)):
            inside = [at for at in breaks if at < until]
            curve = lambda t, c=column: float(SHAPES[name].left(np.array(t), half)[c])  # noqa: E731
            assert area == pytest.approx(quad(curve, 0, until, points=inside or None)[0], rel=1e-9)


@pytest.mark.parametrize("name", SHAPES)
def test_the_shape_that_made_the_follow_ups_is_found_with_its_half_life(name):
    gains = 0.5 * SHAPES[name].left(np.array(YEARS), np.array([0.8]))
    first, *_ = persistence(YEARS, gains, [0.004] * 4, horizon=10)
    assert first.shape == name
    assert first.weight > 0.95
    assert first.gain.mean() == pytest.approx(0.5, abs=0.012)
    if name != "none":
        assert np.median(first.half_life) == pytest.approx(0.8, rel=0.03)


def test_weights_are_those_of_the_marginal_likelihood_by_quadrature():
    y, se, t = np.array([0.4, 0.15]), np.array([0.1, 0.12]), np.array([0.25, 1.0])
    precision = np.linalg.inv(np.outer(se, se) * np.array([[1, 0.5], [0.5, 1]]))
    most = 3.0  # beyond it a first gain has no density to speak of

    def given(name, half):
        left = SHAPES[name].left(t, np.array([half]))
        density = lambda gain: float(np.exp(-(y - gain * left) @ precision @ (y - gain * left) / 2))  # noqa: E731
        return quad(density, -most, most, points=[0.3, 0.5], limit=200)[0]

    low, high = np.log(0.25), np.log(10.0)
    by_hand = {
        name: quad(lambda x, n=name: given(n, np.exp(x)), low, high, epsrel=1e-4)[0] / (high - low)
        for name in ("linear", "exponential")
    }
    weight = {one.shape: one.weight for one in persistence(t, y, se, horizon=10)}
    ratio = by_hand["linear"] / by_hand["exponential"]
    assert weight["linear"] / weight["exponential"] == pytest.approx(ratio, rel=2e-3)  # 2,000 steps of the half-life


@pytest.mark.thorough
def test_half_lives_are_covered_as_often_as_they_say():
    """Of 400 simulated studies the 90% interval holds the truth in 360 ± 26 (false alarm 1 in 10,000 each side)."""
    rng, inside = np.random.default_rng(14), 0
    t, se = np.array([0.0, 0.5, 1.0]), np.array([0.1, 0.1, 0.1])
    root = np.linalg.cholesky(np.outer(se, se) * (0.5 + 0.5 * np.eye(3)))
    for _ in range(400):
        half = float(np.exp(rng.uniform(np.log(0.25), np.log(10))))
        y = rng.uniform(0.5, 1.0) * np.exp2(-t / half) + root @ rng.standard_normal(3)
        (fit,) = (one for one in persistence(t, y, se, horizon=10) if one.shape == "exponential")
        low, high = np.quantile(fit.half_life, [0.05, 0.95])
        inside += low <= half <= high
    assert abs(inside - 360) <= 26


@pytest.mark.parametrize(
    ("years", "gains", "words"),
    [
        ([1], [0.4], "one follow-up"),
        ([1, 1], [0.4, 0.3], "same time"),
        ([0, 1], [0.05, 0.02], "nothing that could last"),
        ([0, float("nan")], [0.4, 0.3], "missing"),
        ([-1, 1], [0.4, 0.3], "below zero"),
    ],
)
def test_follow_ups_that_cannot_say_it_are_refused(years, gains, words):
    with pytest.raises(EvidenceError, match=words):
        persistence(years, gains, [0.1] * len(years), horizon=10)


@pytest.mark.parametrize("asked", [{"correlation": 1.0}, {"correlation": -0.1}, {"horizon": "0 years"}])
def test_a_correlation_or_a_horizon_that_cannot_be_is_refused(asked):
    with pytest.raises(WellbevaError, match=r"the correlation is .* and the horizon .* years"):
        read(["0 months: 0.4 (se 0.1)", "1 year: 0.3 (se 0.1)"], **asked)


def test_gains_on_two_scales_are_refused():
    read(["0 months: 0.4 LS (se 0.1)", "1 year: 0.3 (se 0.1)"])
    with pytest.raises(WellbevaError, match="it is in 'GBP', and one before it in 'LS'"):
        read(["0 months: 0.4 LS (se 0.1)", "1 year: £3 (se 0.1)"])


@pytest.mark.parametrize(
    "text", ["3 months 0.4", "3 months: 0.4", "3 apples: 0.4 (se 0.1)", ": 0.4 (se 0.1)", "1 year:"]
)
def test_a_text_that_is_no_follow_up_is_refused(text):
    with pytest.raises(WellbevaError, match="WB-R471"):
        read([text, "1 year: 0.3 (se 0.1)"])
    with pytest.raises(WellbevaError, match="WB-R470"):
        read(["1 year: 0.3 (se 0.1)"])


def test_the_command_says_the_shapes_and_the_scenario_takes_its_tables(tmp_path, capsys):
    asked = ["0 months: 0.45 (0.25 to 0.65)", "3 months: 0.40 (se 0.11)", "12 months: 0.15 (-0.08 to 0.38)"]
    assert main(["evidence", "persistence", *asked, "--option", "choir", "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    part = write_part(read(asked), "choir", tmp_path)
    assert part.strip() in printed
    assert max(map(len, printed.split("values:", maxsplit=1)[0].splitlines())) <= 80
    head = (
        "schema: wellbeva/scenario/1\nscenario: A choir\nquestion: Is it worth it?\nmodel: wellbeing_trajectory\n"
        "appraisal: green-book-2026\ntime: {step: year, from: 0, to: 9, starts: 2026}\ncomparator: nothing\n"
        "choose: one\naxes: {payer: {council: Council}, body: {none: No body}}\n"
        "options: {choir: {label: Choir, people: 60 people, controlled: true, cost_per_person: £120}}\n"
        "sources: {follow_ups: {cite: Ours, design: matched comparison, evidence: promising, covers: all}}\n"
    )
    (tmp_path / "choir.yaml").write_text(head + part, "utf-8")
    (shape, *_) = read(asked)
    assert shape.shape == "geometric"
    left = np.exp2(-np.arange(10) / shape.half_life[:, None])
    by_hand = 60 * (shape.gain * (left * 1.015 ** -np.arange(10.0)).sum(axis=1)).mean()
    run = api.run(tmp_path / "choir.yaml")
    assert run.result.supplied
    wellbys = float(run.dataset["decision_effect"].sel(decision_option="choir", statistic="mean"))
    assert wellbys == pytest.approx(by_hand, rel=2e-6)  # the tables have six digits
    with pytest.raises(WellbevaError, match="WB-R472"):
        write_part(read(asked), "../choir", tmp_path)
