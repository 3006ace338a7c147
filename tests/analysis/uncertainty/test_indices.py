"""Indices from draws that are there, against closed forms within their own intervals.

An interval at 95% is widened to four standard errors, beyond which a right estimate lies once in 16,000 (normal) or
900 (t of 16 randomisations); the seeds are fixed. A fit may miss some half a per cent of a variance where a function
has a kink, or a pair of inputs has long tails: shares are then too low, totals too high.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import wellbeva
from wellbeva.analysis.uncertainty.indices import NOT_DISTINCT, STILL, IndexTable, quantities
from wellbeva.analysis.uncertainty.sample import DecisionSample
from wellbeva.api.analyses import analyse, sample_of
from wellbeva.cli import main

FORMS = Path(__file__).parent / "closed_forms"
MISSED = 0.005
# Ishigami, Homma (1990) and Sobol, Levitan (1999), as printed: a = 7 and b = 0.1.
ISHIGAMI = {"first": {"x1": 0.3139, "x2": 0.4424, "x3": 0.0}, "total": {"x1": 0.5576, "x2": 0.4424, "x3": 0.2437}}
# Saltelli and others (2010): each factor of g has the variance (1/3) / (1 + a)².
PARTIAL = 1 / 3 / (1 + np.array([0, 1, 4.5, 9, 99, 99, 99, 99])) ** 2
VARIANCE = np.prod(1 + PARTIAL) - 1
G = {
    "first": {f"x.x{k + 1}": PARTIAL[k] / VARIANCE for k in range(8)},
    "total": {f"x.x{k + 1}": PARTIAL[k] / (1 + PARTIAL[k]) * (VARIANCE + 1) / VARIANCE for k in range(8)},
}


def row(table: pd.DataFrame, names: str, index: str = "first", quantity: str = "lead") -> pd.Series:
    chosen = table[(table["parameters"] == names) & (table["index"] == index) & (table["quantity"] == quantity)]
    assert len(chosen) == 1
    return chosen.iloc[0]


def holds(found: pd.Series, truth: float, missed: float = MISSED) -> None:
    wide = found["high"] - found["low"]
    too_low, too_high = (missed, 0.0) if found["index"] == "first" else (0.0, missed)
    assert found["low"] - wide / 2 - too_high - 1e-9 < truth < found["high"] + wide / 2 + too_low + 1e-9


@pytest.mark.parametrize(("name", "truths"), [("ishigami", ISHIGAMI), ("g_function", G)])
@pytest.mark.parametrize("design", ["sobol", "random"])
def test_a_closed_form_is_held_by_its_interval(name: str, truths: dict[str, dict[str, float]], design: str) -> None:
    run = wellbeva.run(FORMS / f"{name}.yaml", design=design, draws=16_384)  # type: ignore[arg-type]
    table = IndexTable(sample_of(run.dataset), np.empty(0)).table()
    for index, values in truths.items():
        for names, truth in values.items():
            found = row(table, names, index, "effect")
            if found["note"].startswith("at most"):
                assert truth < found["high"]
                assert found["low"] - 1e-3 < truth
            else:
                holds(found, truth)
    if name == "ishigami":
        assert row(table, "x3", "first", "effect")["note"] == NOT_DISTINCT


DRAWS = 20_000
RANDOM = np.random.default_rng(20261130)
Z = {name: RANDOM.normal(size=DRAWS) for name in "abcdefghij"}


def sampled(benefit: np.ndarray, together: tuple[tuple[str, ...], ...] | None = ()) -> DecisionSample:
    """Return a sample of an offer against doing nothing, which is worth the benefit at 1 for each unit."""
    effect = np.stack([np.zeros(DRAWS), benefit], axis=1)
    return DecisionSample(("nothing", "offer"), effect, np.zeros_like(effect), Z, 1, together)


def table_of(benefit: np.ndarray, *groups: tuple[str, ...], together: tuple[tuple[str, ...], ...] = ()) -> pd.DataFrame:
    return IndexTable(sampled(benefit, together), np.array([1.0])).table(groups)


def test_a_product_is_found_by_its_pair_alone() -> None:
    table = table_of(2 * Z["a"] * Z["b"] + Z["c"], ("a", "b"))
    holds(row(table, "a, b"), 0.8)
    for name in "ab":
        assert row(table, name)["note"] == NOT_DISTINCT
        assert row(table, name, "total")["high"] > 0.79
    holds(row(table, "c"), 0.2)
    assert row(table, "c", "total")["note"] == "at most"


def test_the_decision_and_not_only_its_outcomes() -> None:
    """b settles who is best and hardly moves net benefit; a moves net benefit alike for all."""
    effect = np.stack([10 * Z["a"], 10 * Z["a"] + Z["b"] + 0.5], axis=1)
    inputs = {name: Z[name] for name in "ab"}
    table = IndexTable(DecisionSample(("x", "y"), effect, 0 * effect, inputs, 1, ()), np.array([1.0])).table()
    holds(row(table, "b"), 1.0)
    assert row(table, "a")["note"] == NOT_DISTINCT
    assert row(table, "a", quantity="best option")["note"] == NOT_DISTINCT
    # P(b > −0.5) as an indicator is all b's; its jump costs the fit some.
    assert 0.85 < row(table, "b", quantity="best option")["value"] < 1
    net = table[(table["quantity"] == "net benefit") & (table["parameters"] == "a") & (table["index"] == "first")]
    assert (net["value"] > 0.98).all()


def test_which_option_is_best_is_shared_by_those_that_tie() -> None:
    effect = np.stack([np.sign(Z["a"]), np.zeros(DRAWS), np.zeros(DRAWS)], axis=1)
    sample = DecisionSample(("x", "y", "z"), effect, 0 * effect, {"a": Z["a"]})
    best = next(one for one in quantities(sample, np.array([1.0])) if one.name == "best option")
    assert set(map(tuple, best.parts)) == {(1.0, 0.0, 0.0), (0.0, 0.5, 0.5)}


def test_a_copula_is_one_factor_whose_members_have_no_total() -> None:
    inputs = Z | {"b": 0.8 * Z["a"] + 0.6 * Z["b"]}
    benefit = inputs["a"] + inputs["b"] + Z["c"]
    effect = np.stack([np.zeros(DRAWS), benefit], axis=1)
    sample = DecisionSample(("nothing", "offer"), effect, 0 * effect, inputs, 1, (("a", "b"),))
    table = IndexTable(sample, np.array([1.0])).table()
    variance = 1 + 1 + 2 * 0.8 + 1
    holds(row(table, "a"), 1.8**2 / variance)  # what a says of b is its own, too
    holds(row(table, "a, b"), (variance - 1) / variance)
    holds(row(table, "c", "total"), 1 / variance, 0.02)
    totals = set(table[table["index"] == "total"]["parameters"])
    assert totals == {"a, b", *"cdefghij"}


def test_no_total_where_nobody_says_what_is_drawn_together() -> None:
    table = IndexTable(sampled(Z["a"] + Z["b"], None), np.array([1.0])).table([tuple("abcd")])
    assert set(table[table["index"] == "total"]["parameters"]) == {"a, b, c, d"}  # six others are few enough to fit


def test_a_negative_index_is_shown_with_its_interval() -> None:
    noise = [np.random.default_rng(seed).normal(size=DRAWS) for seed in range(4)]
    table = pd.concat([table_of(one) for one in noise])
    negative = table[(table["index"] == "first") & (table["value"] < 0)]
    assert len(negative)
    assert (negative["low"] < 0).all()
    assert (negative["high"] > 0).all()
    assert (negative["note"] == NOT_DISTINCT).all()


def test_the_share_of_intervals_that_hold_the_truth() -> None:
    """Of 40 intervals at 95% at least 33 hold: fewer once in 1,000 (binomial)."""
    held = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        a, b = random.normal(size=(2, 2000))
        effect = np.stack([0 * a, a + 2 * b], axis=1)
        sample = DecisionSample(("x", "y"), effect, 0 * effect, {"a": a, "b": b})
        share = IndexTable(sample, np.empty(0)).explained(["a"])
        held += bool(share.low[0] < 0.2 < share.high[0])
    assert held >= 33


def test_what_never_varies_explains_nothing_and_has_no_variance() -> None:
    inputs = {"a": Z["a"], "k": np.ones(DRAWS)}
    effect = np.stack([np.zeros(DRAWS), Z["a"]], axis=1)
    table = IndexTable(DecisionSample(("x", "y"), effect, 1 + 0 * effect, inputs, 1, ()), np.array([1.0])).table()
    for index in ("first", "total"):
        still = row(table, "k", index)
        assert (still["value"], still["low"], still["high"], still["note"]) == (0, 0, 0, STILL)
    assert set(table["quantity"]) == {"effect", "net benefit", "lead", "best option"}
    assert "cost" not in set(table["quantity"])
    one = DecisionSample(("x", "y"), effect[:1], effect[:1], {"a": Z["a"][:1]})
    assert "indices" not in analyse(one, [1.0]).tables


def test_more_inputs_than_a_fit_takes_have_no_index() -> None:
    many = {f"m{k}": RANDOM.normal(size=500) for k in range(13)}
    effect = np.stack([np.zeros(500), sum(many.values())], axis=1)
    sample = DecisionSample(("x", "y"), effect, 0 * effect, many, 1, (tuple(many),))
    table = IndexTable(sample, np.array([1.0])).table()
    assert set(table["parameters"]) == set(many)


def test_a_dirichlet_a_copula_and_rows_of_a_run() -> None:
    run = wellbeva.run(FORMS / "together.yaml", draws=8192)
    sample = sample_of(run.dataset)
    assert sample.together == (
        ("lives.home", "lives.care", "lives.away"), ("lasts", "uptake"), ("gain.walks", "gain.swims"),
    )  # fmt: skip
    table = analyse(sample, [15_000.0]).tables["indices"]
    groups = [", ".join(names) for names in sample.together]
    apart = [*groups, "cost.walks", "cost.swims"]
    assert set(table[table["index"] == "total"]["parameters"]) == set(apart)
    first = [row(table, name)["value"] for name in apart]
    assert 0.85 < sum(first) < 1
    for name in apart:
        assert row(table, name)["low"] <= row(table, name, "total")["high"]


def test_normal_scores_of_an_indicator() -> None:
    """The variance of P(a + b > 0 | a) = Φ(a) is 1/12, a third of the indicator's 1/4."""
    indicator = np.asarray(Z["a"] + Z["b"] > 0, dtype=np.float64)
    holds(row(table_of(indicator), "a"), 1 / 3)
    # The variance of a square of a uniform about its middle is 1/180: four standard errors, once in 16,000.
    assert np.var(norm.cdf(Z["a"])) == pytest.approx(1 / 12, abs=4 * (1 / 180 / DRAWS) ** 0.5)


def test_the_terminal_shows_the_decision_at_the_middle_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The best two options are others at other values, and so is their lead."""
    effect = np.stack([np.zeros(500), 1 + Z["a"][:500], 1.5 + Z["b"][:500]], axis=1)
    cost = np.tile([0.0, 9.0, 15.0], (500, 1))
    for name, columns in (("effects", effect), ("costs", cost)):
        pd.DataFrame(columns, columns=["nothing", "a", "b"]).to_csv(tmp_path / f"{name}.csv", index=False)
    pd.DataFrame({"x": Z["a"][:500], "y": Z["b"][:500]}).to_csv(tmp_path / "parameters.csv", index=False)
    values = [word for value in ("1", "11", "30") for word in ("--wtp", value)]
    assert main.main(["analyse", "--sample", str(tmp_path), *values, "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    assert "What moves the lead" in printed
    assert ", at 11 for each unit of the effect" in " ".join(printed.split())
    table = pd.read_csv(tmp_path / "out" / "indices.csv")
    assert len(set(table.loc[table["quantity"] == "lead", "option"])) > 1
