"""Error against draws: gains, rates and draws needed from made-up errors; measures against those that a run reports."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from wellbeva import api
from wellbeva.analysis import convergence as study
from wellbeva.analysis.convergence import Estimate, Quantity, Settling
from wellbeva.engine.reductions.result import EngineResult
from wellbeva.engine.run.block_loop import run
from wellbeva.errors import WellbevaError
from wellbeva.plan.plan import Plan
from wellbeva.results.dataset import build

ROOT = Path(__file__).parents[2]
SIZES = (8192, 16384, 32768, 65536)
NET = Quantity("net_benefit", "visits")


def lines(*, value: float = 1000.0, quantity: Quantity = NET, steep: float = -1.0, repeats: int = 4) -> Settling:
    """Errors on straight lines: 1 at the fewest quasi-random draws, 16 at the fewest random ones."""
    fewer = SIZES[0] / np.asarray(SIZES, dtype=np.float64)
    errors = {"sobol": fewer**-steep, "random": 16.0 * fewer**0.5}
    return Settling(quantity, value, SIZES, errors, repeats)


def test_sizes_are_powers_of_two_and_two_at_least() -> None:
    assert study.sizes_to(1) == (8192, 16384)
    assert study.sizes_to(16384) == (8192, 16384)
    assert study.sizes_to(16385) == (8192, 16384, 32768)


def test_a_gain_is_the_ratio_of_the_squared_errors() -> None:
    one = lines()
    assert [one.gain(at).value for at in range(4)] == pytest.approx([256.0, 512.0, 1024.0, 2048.0], rel=1e-12)
    assert one.gain(design="random").value == 1.0


@pytest.mark.parametrize("repeats", [1, 4])
def test_a_gain_lies_within_its_range_nine_times_of_ten(repeats: int) -> None:
    """Of 4,000 comparisons of two chi-square variances 3,600 cover; a binomial misses by 4 sd once in 16,000 tests."""
    chance = np.random.default_rng(4)
    freedom = 15 * repeats
    ours, theirs = np.sqrt(chance.chisquare(freedom, (2, 4000)) / freedom)
    covered = 0
    for mine, other in zip(ours, 3.0 * theirs, strict=True):
        errors = {"sobol": np.asarray([mine]), "random": np.asarray([other])}
        gain = Settling(NET, 1.0, (8192,), errors, repeats).gain()
        covered += gain.low <= 9.0 <= gain.high
    assert abs(covered - 3600) < 4 * math.sqrt(4000 * 0.9 * 0.1)
    assert study.gain_factor(repeats) == pytest.approx(stats.f.ppf(0.95, freedom, freedom), rel=1e-10)


def test_a_rate_is_the_slope_and_knows_its_own_error() -> None:
    """The error of the slope is the spread of slopes fitted to 4,000 made-up sets, within 4 of its own errors and 2%.

    The 2% are what 1 / (2 df) leaves out of the variance of the logarithm of a standard error of 60 degrees.
    """
    one = lines(steep=-1.25)
    assert one.rate("sobol").slope == pytest.approx(-1.25, abs=1e-12)
    assert one.rate("random").slope == pytest.approx(-0.5, abs=1e-12)
    chance = np.random.default_rng(5)
    slopes = []
    for _ in range(4000):
        noisy = one.errors["sobol"] * np.sqrt(chance.chisquare(60, 4) / 60)
        slopes.append(Settling(NET, 1.0, SIZES, {"sobol": noisy}, 4).rate("sobol").slope)
    assert np.std(slopes) == pytest.approx(one.rate("sobol").error, rel=0.02 + 4 / math.sqrt(2 * 4000))


def test_an_error_of_nought_gives_no_gain_and_no_rate() -> None:
    errors = {"sobol": np.zeros(2), "random": np.ones(2)}
    one = Settling(NET, 1.0, SIZES[:2], errors, 1)
    assert math.isnan(one.gain().value)
    assert math.isnan(one.rate("sobol").slope)
    assert one.needed("sobol", 0.01) is None


def test_the_draws_that_an_error_needs() -> None:
    one = lines()
    # random: 16 at 8,192 draws; an error of 4 takes 16 times as many.
    assert one.needed("random", 0.004) == study.Needed(16 * 8192, beyond=True)
    # quasi-random: 1 at 8,192, falling as 1/N; a quarter takes four times as many.
    assert one.needed("sobol", 0.00025) == study.Needed(32768, beyond=False)
    # what lies between two powers of two takes the larger.
    assert one.needed("sobol", 0.0002) == study.Needed(65536, beyond=False)
    # never fewer than one run draws.
    assert one.needed("sobol", 0.5) == study.Needed(8192, beyond=False)
    # an average of 0 has no share.
    assert lines(value=0.0).needed("sobol", 0.001) is None
    # more than a run takes.
    assert one.needed("random", 1e-9) is None
    assert one.needed("sobol", 1e-30) is None


def test_a_chance_is_known_to_a_share_of_all_futures() -> None:
    chance = lines(value=0.25, quantity=Quantity("best", "visits"))
    assert chance.target(0.001) == 0.001
    assert chance.needed("sobol", 0.25) == study.Needed(32768, beyond=False)


def test_a_fitted_line_is_followed_no_flatter_than_random_draws() -> None:
    """A slope of -0.25 would ask for 16 times the draws for half the error; a scrambled net takes 4 at most."""
    flat = lines(steep=-0.25, value=1.0)
    middle = float(np.exp(np.log(flat.errors["sobol"]).mean()))
    needed = flat.needed("sobol", middle / 2)
    assert needed is not None
    assert needed.draws == 2 ** math.ceil(np.log2(SIZES).mean() + 2 - 1e-9)


def test_repeats_are_pooled_and_what_has_no_spread_is_left_out() -> None:
    sure, rare, best = Quantity("net_benefit", "nothing"), Quantity("best", "c"), Quantity("best", "a")

    def one(error: float) -> dict[Quantity, Estimate]:
        return {
            NET: Estimate(10.0, error),
            sure: Estimate(0.0, 0.0),
            rare: Estimate(0.001, 0.0001),
            best: Estimate(0.4, 0.01),
        }

    runs = {(design, size): [one(3.0), one(4.0)] for design in ("sobol", "random") for size in (8192, 16384)}
    found = study.settle(runs, designs=("sobol", "random"), sizes=(8192, 16384))
    assert [each.quantity for each in found] == [NET, best]
    assert found[0].errors["sobol"] == pytest.approx([math.sqrt(12.5)] * 2, rel=1e-12)
    assert (found[0].value, found[0].repeats, found[0].freedom) == (10.0, 2, 30)


@pytest.mark.parametrize("name", ["easing-loneliness", "uk-community-offers"])
def test_the_errors_are_those_that_a_run_reports(name: str) -> None:
    """The reduced plan has the same draws, and every measured number the value and the error of the whole run.

    The tolerance is rounding: sums of 16 means in another order.
    """
    plan = api.load(ROOT / "scenarios" / f"{name}.yaml").plan
    decision = plan.decision
    assert decision is not None
    dataset = build(plan, run(plan, draws=8192, engine="blocked"))
    reduced = study.asked_of(plan)
    found = study.measure(reduced, run(reduced, draws=8192, engine="blocked"))
    central = decision.values[decision.central]
    cell: dict[str, Callable[[str], tuple[float, float]]] = {
        "net_benefit": lambda option: tuple(
            dataset["decision_net_benefit"]
            .sel(level=decision.levels[decision.central], decision_option=option, statistic=["mean", "mcse"])
            .values
        ),
        "per_1000": lambda option: tuple(
            dataset["decision_per_1000"].sel(decision_option=option, statistic=["mean", "mcse"]).values
        ),
        "evpi": lambda _: tuple(dataset[one].sel(threshold=central).item() for one in ("evpi", "evpi_mcse")),
        "best": lambda option: tuple(
            dataset[one].sel(threshold=central, decision_option=option).item()
            for one in ("prob_best", "prob_best_mcse")
        ),
        "worth_it": lambda option: tuple(
            dataset[one].sel(level=decision.levels[decision.central], decision_option=option).item()
            for one in ("prob_worth_it", "prob_worth_it_mcse")
        ),
    }
    kinds = {quantity.kind for quantity in found}
    assert kinds == ({"net_benefit", "evpi", "best"} if decision.choose == "one" else {"per_1000", "worth_it"})
    for quantity, estimate in found.items():
        value, error = cell[quantity.kind](quantity.name)
        assert estimate.value == pytest.approx(value, rel=1e-12, abs=1e-15), quantity
        assert estimate.error == pytest.approx(error, rel=1e-9, abs=1e-15), quantity


def test_random_draws_fall_by_the_root_and_quasi_random_ones_faster() -> None:
    """Slopes lie within 4 of their own errors of what they should be: a false alarm in 16,000 tests."""
    done = api.converge(ROOT / "scenarios" / "easing-loneliness.yaml", draws=65536, repeats=1, seed=2026)
    means = [one for one in done.convergence.numbers if one.quantity.kind == "net_benefit"]
    assert {one.quantity.name for one in means} == {"visits", "phone", "activities"}
    for one in means:
        random, sobol = one.rate("random"), one.rate("sobol")
        assert abs(random.slope + 0.5) < 4 * random.error
        assert sobol.slope < -0.5
        # DESIGN section 5 measured 80 to 3,700 on an appraisal of this kind.
        assert one.gain().low > 80


def test_a_model_that_decides_nothing_tells_its_outcomes(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(
        "schema: wellbeva/model/1\nmodel: m\nparameters: {gain: {unit: LS, by: option, doc: gain}}\n"
        "equations: {whole: gain in LS}\noutcomes: [whole]\n"
    )
    (tmp_path / "s.yaml").write_text(
        "schema: wellbeva/scenario/1\nscenario: S\nmodel: m\nappraisal: {prices: 2023}\nchoose: one\n"
        'options: {a: {label: A, gain: "0.3 (0.1 to 0.5) [assumed]"}, b: {label: B, gain: "0.3 [assumed]"}}\n'
    )
    (only,) = api.converge(tmp_path / "s.yaml", draws=16384, repeats=1).convergence.numbers
    assert only.quantity == Quantity("outcome", "whole", (("option", "a"),))
    # One number alone: each randomisation of 512 points hits every stratum, so its mean is nearly exact.
    assert only.gain().low > 100


def test_no_two_runs_share_a_draw_and_progress_reaches_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int, int]] = []
    told: list[tuple[int, int]] = []

    def spy(plan: Plan, *, design: str, draws: int, seed: int, **others: object) -> EngineResult:
        asked.append((design, draws, seed))
        return run(plan, design=design, draws=draws, seed=seed, **others)

    monkeypatch.setattr("wellbeva.engine.run.block_loop.run", spy)
    api.converge(
        ROOT / "scenarios" / "easing-loneliness.yaml",
        draws=16384,
        repeats=2,
        seed=2**64 - 2,
        progress=lambda done, total: told.append((done, total)),
    )
    seeds = [seed for design, _, seed in asked if design == "sobol"]
    assert seeds == [2**64 - 2, 2**64 - 1, 0, 1]
    assert len(asked) == len(set(asked)) == 8
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (98304, 98304)


@pytest.mark.parametrize("asked", [{"draws": 8192}, {"draws": 2**40}, {"repeats": 0}, {"repeats": 65}])
def test_too_few_draws_or_repeats_are_refused(asked: dict[str, int]) -> None:
    with pytest.raises(WellbevaError, match="error cannot be told") as refused:
        api.converge(ROOT / "scenarios" / "easing-loneliness.yaml", **asked)
    assert [one.code for one in refused.value.diagnostics] == ["WB-R106"]
