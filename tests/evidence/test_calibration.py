"""Inputs from totals that were observed: closed forms, a scenario that takes them, and honest refusals."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from wellbeva import api
from wellbeva.api.evidence.calibrations import calibrate
from wellbeva.cli.main import main
from wellbeva.errors import WellbevaError
from wellbeva.evidence.calibration import effective, resampled, weights
from wellbeva.evidence.errors import EvidenceError

RIVALS = Path("scenarios/easing-loneliness.yaml")


def test_weighed_draws_of_a_normal_are_the_conjugate_posterior():
    drawn = stats.norm.ppf((np.arange(2**14) + 0.5) / 2**14)
    weight = weights(drawn[:, None], np.array([1.0]), np.array([0.5]))
    mean = (weight * drawn).sum()
    assert mean == pytest.approx(0.8, abs=1e-4)  # 1 / (1 + 0.5²)
    assert (weight * (drawn - mean) ** 2).sum() == pytest.approx(0.2, abs=1e-4)
    assert effective(weight) / len(drawn) == pytest.approx(_share_kept(), rel=1e-3)
    rows = drawn[resampled(weight, 4096, seed=1)]
    assert rows.mean() == pytest.approx(0.8, abs=4 * np.sqrt(0.2 / 4096))


def _share_kept() -> float:
    """(∫ L φ)² / ∫ L² φ of a normal likelihood around 1 with standard error 0.5."""
    first = quad(lambda x: stats.norm.pdf(x) * np.exp(-2 * (x - 1) ** 2), -8, 8)[0]
    second = quad(lambda x: stats.norm.pdf(x) * np.exp(-4 * (x - 1) ** 2), -8, 8)[0]
    return first**2 / second


def test_draws_that_cannot_have_made_what_was_observed_are_refused():
    drawn = np.random.default_rng(3).standard_normal((4096, 1))
    with pytest.raises(EvidenceError, match="are worth"):
        weights(drawn, np.array([6.0]), np.array([0.1]))


def test_take_up_is_what_the_number_who_started_says_by_quadrature():
    """150 people are offered visits; take-up is a PERT from 55% to 85% with the mode 70%."""
    done = calibrate(RIVALS, ["started.visits=120 people (se 4)"], draws=2**13)
    assert list(done.draws) == ["take_up.visits"]
    prior = stats.beta(1 + 4 * 0.5, 1 + 4 * 0.5, loc=0.55, scale=0.3)
    likelihood = lambda x: prior.pdf(x) * np.exp(-(((150 * x - 120) / 4) ** 2) / 2)  # noqa: E731
    total = quad(likelihood, 0.55, 0.85)[0]
    mean = quad(lambda x: x * likelihood(x), 0.55, 0.85)[0] / total
    spread = quad(lambda x: (x - mean) ** 2 * likelihood(x), 0.55, 0.85)[0] / total
    assert done.draws["take_up.visits"].mean() == pytest.approx(mean, abs=4 * np.sqrt(spread / len(done.draws)))
    assert done.draws["take_up.visits"].std() == pytest.approx(np.sqrt(spread), rel=0.03)
    assert 1000 < done.effective < 2**13


@pytest.mark.thorough
def test_a_scenario_takes_the_draws_as_a_variant(tmp_path, capsys):
    file = tmp_path / "rivals.yaml"
    file.write_text(
        RIVALS.read_text("utf-8").replace(
            "variants:\n", "variants:\n  as_observed: {label: As observed, tables: [{file: c.csv, rows: draw}]}\n", 1
        ),
        "utf-8",
    )
    asked = ["evidence", "calibrate", str(RIVALS), "--observed", "reached.visits.very_lonely=50 (44 to 56)"]
    assert main([*asked, "--draws", "4096", "-o", str(tmp_path / "c.csv")]) == 0
    printed = capsys.readouterr().out
    assert "tables: [{file: c.csv, rows: draw, source: KEY}]" in printed
    assert max(map(len, printed.splitlines())) <= 80
    head, *rows = csv.reader((tmp_path / "c.csv").read_text("utf-8").splitlines())
    assert head == ["take_up.visits", "completion.visits"]
    mean = np.mean([float(take_up) * float(stay) for take_up, stay in rows])
    run = api.run(file, variant="as_observed", draws=8192)
    fall = run.compiled.record.scenario
    assert fall.variant == "as_observed"
    gain = run.dataset["wellbys_per_person_by_group"].sel(option="visits", group="very_lonely", statistic="mean")
    wellbys = run.dataset["wellbys_by_group"].sel(option="visits", group="very_lonely", statistic="mean")
    # nothing else moves with take-up and completion, so the mean of a product is the product of means
    assert float(wellbys) / float(gain) == pytest.approx(90 * mean, rel=0.01)
    assert 90 * mean == pytest.approx(49, abs=1)


@pytest.mark.thorough
def test_money_is_read_as_a_scenario_reads_it():
    """£1 of 2024 is less in the earlier prices of the appraisal; a bare sum is refused below."""
    plain, dated = (
        calibrate(RIVALS, [f"cost.visits={money} (se £9k)"], draws=1024).totals["observed"][0]
        for money in ("£95k", "£95k in 2024 prices")
    )
    assert 85_000 < dated < plain == 95_000


@pytest.mark.parametrize(
    ("observed", "code"),
    [
        ("startd.visits=120 (se 4)", "WB-R473"),
        ("started.vists=120 (se 4)", "WB-R473"),
        ("started.visits=120", "WB-R473"),
        ("started.visits", "WB-R473"),
        ("started.visits=£120 (se 4)", "WB-R473"),
        ("share_counted=90% (se 1%)", "WB-R473"),
        ("cost.visits=95,000 (se 9,000)", "WB-R473"),
        ("started.visits=400 (se 4)", "WB-R474"),
        ("started.phone=210 (se 4)", "WB-R475"),
    ],
)
def test_what_cannot_be_observed_is_refused(observed, code):
    with pytest.raises(WellbevaError, match=code):
        calibrate(RIVALS, [observed], draws=1024, overrides=("take_up.phone=70%",))
