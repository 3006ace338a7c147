"""``wellbeva analyse`` as a person types it: another model's draws, a run, and what cannot be asked."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.cli.ended import Ended
from wellbeva import api
from wellbeva.analysis.uncertainty.curves import curves
from wellbeva.api import analyses
from wellbeva.errors import WellbevaError

VERB = "analyse"
ROOT = Path(__file__).parents[2]
RIVALS = str(ROOT / "scenarios" / "easing-loneliness.yaml")
OFFERS = str(ROOT / "scenarios" / "uk-community-offers.yaml")
COLUMNS = {
    "incremental": ["option", "cost", "effect", "inc_cost", "inc_effect", "icer", "status"],
    "ceac": ["wtp", "option", "prob_best", "mcse", "on_frontier"],
    "cost_effective": ["wtp", "option", "prob_cost_effective", "mcse"],
    "ranks": ["wtp", "option", "rank", "prob", "mcse"],
    "risk": [
        "wtp",
        "option",
        "against",
        "prob_harm",
        "prob_harm_mcse",
        "net_benefit",
        "cvar_5",
        "cvar_5_mcse",
        "regret",
        "regret_mcse",
        "on_frontier",
        "first_order",
        "second_order",
    ],
    "value_based_price": ["case", "name", "option", "against", "wtp", "price", "low", "high", "cost", "times"],
    "expected_loss": ["wtp", "option", "expected_loss"],
    "within": ["wtp", "option", "percent", "prob_within", "mcse"],
    "evpi": ["wtp", "evpi", "mcse"],
    "indices": ["parameters", "quantity", "option", "wtp", "index", "value", "low", "high", "note"],
    "evppi": ["parameters", "wtp", "evppi", "se", "held_out", "population_evppi", "estimator", "note"],
    "evppi_pairs": [
        "first",
        "second",
        "wtp",
        "evppi",
        "se",
        "held_out",
        "first_evppi",
        "second_evppi",
        "interaction",
        "interaction_se",
    ],
    "best_along": [
        "input",
        "quantile",
        "value",
        "wtp",
        "option",
        "prob_best",
        "se",
        "fitted",
        "net_benefit",
        "net_benefit_se",
        "best",
    ],
    "best_changes": ["input", "wtp", "value", "se", "below", "above"],
}


def draws(count: int = 2000) -> dict[str, pd.DataFrame]:
    """Return tables as another model writes them: two offers against usual care."""
    random = np.random.default_rng(4)
    gain, price, alike = random.normal(1, 1, count), random.normal(15, 4, count), random.normal(size=count)
    effects = {"Usual care": np.full(count, 10.0), "Visits": 10 + gain, "Calls": 10 + 0.6 * gain + 0.1 * alike}
    costs = {"Usual care": np.zeros(count), "Visits": price, "Calls": np.full(count, 8.0)}
    inputs = {"gain": gain, "price": price, "twice[a, b]": 2 * gain, "fixed": np.ones(count)}
    return {name: pd.DataFrame(one) for name, one in (("costs", costs), ("effects", effects), ("parameters", inputs))}


def written(tables: dict[str, pd.DataFrame], folder: Path = Path("sample")) -> str:
    folder.mkdir(exist_ok=True)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    return str(folder)


def test_another_models_draws_are_analysed_and_fit_a_terminal(here: Callable[..., Ended]) -> None:
    ended = here(
        "--sample", written(draws()), "--wtp", "20", "--grid", "0:40:4", "--group", "gain,price", "--group",
        "price, twice[a, b]", "--population", "100", "--within", "5", "--pairs", "--along", "gain",
        "--along", "twice[a, b]", "--out", "out",
    )  # fmt: skip
    assert (ended.status, ended.err) == (0, "")
    assert max(len(line) for line in ended.out.splitlines()) <= 80
    tables = {file.stem: pd.read_csv(file) for file in Path("out").glob("*.csv")}
    assert {name: list(table.columns) for name, table in tables.items()} == COLUMNS
    assert tables["evpi"]["wtp"].tolist() == [0.0, 4.0, 8.0, 12.0, 16.0, 20.0, 24.0, 28.0, 32.0, 36.0, 40.0]
    assert tables["ceac"].groupby("wtp")["prob_best"].sum().to_numpy() == pytest.approx(1, abs=1e-12)
    assert (tables["ceac"].groupby("wtp")["on_frontier"].sum() == 1).all()
    ranks = tables["ranks"]
    assert ranks.groupby("option")["prob"].sum().to_numpy() == pytest.approx(1)
    assert ranks.groupby("rank")["prob"].sum().to_numpy() == pytest.approx(1)
    first = tables["ceac"].query("wtp == 20").set_index("option")["prob_best"]
    assert ranks.query("rank == 1").set_index("option")["prob"].to_dict() == pytest.approx(first.to_dict())
    ahead = tables["cost_effective"].query("wtp == 20").set_index("option")
    drawn = draws()
    benefit = 20 * drawn["effects"] - drawn["costs"]
    for option in ("Visits", "Calls"):
        share = (benefit[option] > benefit["Usual care"]).mean()
        assert ahead.loc[option, "prob_cost_effective"] == pytest.approx(share)
        assert ahead.loc[option, "mcse"] == pytest.approx(np.sqrt(share * (1 - share) / 1999))
    known = tables["evppi"].set_index("parameters")
    assert set(known.index) == {"gain", "price", "twice[a, b]", "fixed", "gain, price", "price, twice[a, b]"}
    assert known.loc["fixed", ["evppi", "se", "held_out"]].tolist() == [0, 0, 0]
    assert known["population_evppi"].to_numpy() == pytest.approx(100 * known["evppi"].to_numpy())
    assert known.loc["twice[a, b]", "evppi"] == pytest.approx(known.loc["gain", "evppi"])
    both = tables["evppi_pairs"].set_index(["first", "second"])
    assert set(both.index) == {("gain", "price"), ("gain", "twice[a, b]"), ("price", "twice[a, b]")}
    assert both.loc[("gain", "price"), "evppi"] == pytest.approx(known.loc["gain, price", "evppi"])
    chances = tables["best_along"].groupby(["input", "value"])
    assert len(chances) == 42
    assert chances["prob_best"].sum().to_numpy() == pytest.approx(1)
    assert (chances["best"].sum() == 1).all()
    # 20 × gain − price with sd 20 and 4: nearly all that can be known is the gain
    assert (
        known.loc["gain", "evppi"] < tables["evpi"].set_index("wtp").loc[20, "evpi"] < 1.1 * known.loc["gain", "evppi"]
    )


def test_headings_may_end_alike_as_another_package_writes_them(here: Callable[..., Ended]) -> None:
    tables = draws()
    turned = tables["effects"][["Visits", "Usual care", "Calls"]]
    written({"costs": tables["costs"].add_suffix("_Cost"), "effects": turned.add_suffix("_Eff")}, Path("theirs"))
    ended = here("--sample", "theirs", "--wtp", "20", "--out", "theirs")
    assert (ended.status, ended.err) == (0, "")
    assert here("--sample", written(tables), "--wtp", "20", "--out", "ours").status == 0
    for name in ("incremental", "ceac", "evpi", "expected_loss"):
        assert Path(f"theirs/{name}.csv").read_text() == Path(f"ours/{name}.csv").read_text()
    assert not Path("theirs/evppi.csv").exists()


@pytest.mark.thorough
def test_a_run_is_analysed_at_its_own_values_and_agrees_with_its_report(here: Callable[..., Ended]) -> None:
    run = api.run(RIVALS)
    run.write("run")
    onto = here("run", "--wtp", "15000", "--out", "run")
    assert (onto.status, onto.out) == (2, "")
    assert "error[WB-R205]" in onto.err
    ended = here("run", "--wtp", "0:30000:5000", "--out", "out", "--write-sample", "trip")
    assert (ended.status, ended.err) == (0, "")
    assert pd.read_csv("out/ceac.csv")["wtp"].unique().tolist() == sorted(
        [*range(0, 30_001, 5_000), 11733, 15253, 18773]
    )
    for file in Path("out").glob("*.csv"):
        bare = pd.read_csv(Path("trip") / file.name)
        pd.testing.assert_frame_equal(pd.read_csv(file).drop(columns=["currency", "price_year", "effect_unit"]), bare)
        marked = [one.read_bytes().startswith(BOM_UTF8) for one in (file, Path("trip") / file.name)]
        assert marked == [True, False]
    back, sample = analyses.read_sample("trip"), analyses.sample_of(run.dataset)
    for name in ("options", "randomisations", "together", "comparator", "values"):
        assert getattr(back, name) == getattr(sample, name)
    for name in ("effect", "cost"):
        np.testing.assert_array_equal(getattr(back, name), getattr(sample, name))
    assert all((back.inputs[name] == values).all() for name, values in sample.inputs.items())
    known = pd.read_csv("out/evppi.csv")
    assert set(known["parameters"]) == {str(name) for name in run.dataset["element_path"].values}
    found = curves(sample, run.dataset["threshold"].values)
    np.testing.assert_allclose(found.prob_best, run.dataset["prob_best"], atol=1e-12)
    np.testing.assert_allclose(found.prob_best_mcse, run.dataset["prob_best_mcse"], atol=1e-9)
    np.testing.assert_allclose(found.evpi, run.dataset["evpi"], rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(found.evpi_mcse, run.dataset["evpi_mcse"], rtol=1e-6, atol=1e-6)


@pytest.mark.thorough
def test_of_a_large_run_information_is_valued_from_the_draws_whose_inputs_are_kept(tmp_path: Path) -> None:
    small, large = (analyses.sample_of(api.run(RIVALS, draws=count).dataset) for count in (16_384, 65_536))
    name = "hold.visits"
    assert (large.draws, len(large.inputs[name])) == (65_536, 16_384)
    assert large.informed.draws == 16_384
    np.testing.assert_array_equal(np.sort(large.inputs[name]), np.sort(small.inputs[name]))
    values = [
        analyses.analyse(one, [15_000]).tables["evppi"].set_index("parameters").loc[name] for one in (small, large)
    ]
    assert abs(values[0]["evppi"] - values[1]["evppi"]) < 4 * np.hypot(values[0]["se"], values[1]["se"])


@pytest.mark.parametrize("count", [2, 40])
def test_few_draws_collinear_inputs_and_values_in_any_order_have_an_answer(
    count: int, here: Callable[..., Ended]
) -> None:
    tables = draws(count)
    gain, price = (tables["parameters"][name] for name in ("gain", "price"))
    tables["parameters"] = pd.DataFrame({"gain": gain, "price": price, "same": gain, "sum": gain + price})
    asked = ["--sample", written(tables), "--group", "gain,same", "--group", "gain,price,sum", "--grid", "0:40:20"]
    for name, values in (("up", ("5", "20")), ("down", ("20", "5"))):
        ended = here(*asked, "--wtp", values[0], "--wtp", values[1], "--out", name)
        assert (ended.status, ended.err) == (0, "")
    for file in Path("up").glob("*.csv"):
        assert file.read_text() == (Path("down") / file.name).read_text()
    known = pd.read_csv("up/evppi.csv").set_index(["parameters", "wtp"])
    assert np.isfinite(known[["evppi", "se", "held_out"]]).all(axis=None)
    assert known.loc["same", "evppi"].tolist() == known.loc["gain", "evppi"].tolist()
    assert np.isfinite(pd.read_csv("up/indices.csv")[["value", "low", "high"]]).all(axis=None)


def missing_option(tables: dict[str, pd.DataFrame]) -> None:
    tables["effects"] = tables["effects"].drop(columns="Calls")


def unequal(tables: dict[str, pd.DataFrame]) -> None:
    tables["costs"] = tables["costs"].iloc[:-1]


def fewer_parameters(tables: dict[str, pd.DataFrame]) -> None:
    tables["parameters"] = tables["parameters"].iloc[:-3]


def not_a_number(tables: dict[str, pd.DataFrame]) -> None:
    tables["costs"].loc[3, "Visits"] = np.nan


def words(tables: dict[str, pd.DataFrame]) -> None:
    tables["effects"] = tables["effects"].astype(object)
    tables["effects"].loc[1, "Calls"] = "much"


def single(tables: dict[str, pd.DataFrame]) -> None:
    for name in tables:
        tables[name] = tables[name].iloc[:1]


def one_option(tables: dict[str, pd.DataFrame]) -> None:
    for name in ("costs", "effects"):
        tables[name] = tables[name][["Visits"]]


def twice(tables: dict[str, pd.DataFrame]) -> None:
    tables["parameters"].columns = ["gain", "price", "gain", "fixed"]


def row_numbers(tables: dict[str, pd.DataFrame]) -> None:
    for name in ("costs", "effects"):
        tables[name].insert(0, "", range(1, len(tables[name]) + 1))


def too_large(tables: dict[str, pd.DataFrame]) -> None:
    tables["effects"].loc[7, "Visits"] = -1e300


def headed_alike(tables: dict[str, pd.DataFrame]) -> None:
    for name, end in (("costs", "Cost"), ("effects", "Eff")):
        tables[name].columns = [f"Calls {end}", f"Calls_{end}", f"Visits_{end}"]


@pytest.mark.parametrize(
    ("spoil", "code", "words_of_it"),
    [
        (missing_option, "WB-R124", "only in sample/costs.csv: Calls"),
        (unequal, "WB-R121", "sample/costs.csv has 1,999 rows"),
        (fewer_parameters, "WB-R121", "sample/parameters.csv has 1,997 rows"),
        (not_a_number, "WB-S158", "sample/costs.csv:5:"),
        (words, "WB-V0", "sample/effects.csv:3:"),
        (single, "WB-R122", "one draw"),
        (one_option, "WB-R124", "only one option"),
        (twice, "WB-R123", "two columns are headed 'gain'"),
        (row_numbers, "WB-R200", "sample/costs.csv:1:1: error"),
        (too_large, "WB-R201", "sample/effects.csv:9:6: error"),
        (headed_alike, "WB-R124", "only in sample/costs.csv: Calls Cost"),
    ],
    ids=lambda one: one.__name__ if callable(one) else "",
)
def test_a_sample_that_cannot_be_read_is_refused_in_place(
    spoil: Callable[[dict[str, pd.DataFrame]], None], code: str, words_of_it: str, here: Callable[..., Ended]
) -> None:
    tables = draws()
    spoil(tables)
    ended = here("--sample", written(tables), "--wtp", "20", "--out", "out")
    assert (ended.status, ended.out) == (2, "")
    assert code in ended.err
    assert words_of_it in ended.err
    assert "remedy" in ended.err
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], "WB-R126"),
        (["--wtp", "-1"], "WB-R126"),
        (["--wtp", "nan"], "WB-R126"),
        (["--wtp", "20", "--grid", "100:0:10"], "WB-R126"),
        (["--wtp", "20", "--grid", "-5:10:1"], "WB-R126"),
        (["--wtp", "20", "--grid", "0:1000000:1"], "WB-R126"),
        (["--wtp", "20", "--grid", "some"], "WB-R126"),
        (["--wtp", "20", "--wtp", "40:20:5"], "WB-R126"),
        (["--wtp", "-20:20:5"], "WB-R126"),
        (["--wtp", "twenty"], "WB-R126"),
        (["--wtp", "20", "--within", "-5"], "WB-R193"),
        (["--wtp", "20", "--group", "gain,prize"], "WB-R127"),
        (["--wtp", "20", "--comparator", "Visit"], "WB-R130"),
        (["--wtp", "20", "--group", ",".join(["gain"] * 13)], "WB-R128"),
        (["--wtp", "20", "--along", "prize"], "WB-R127"),
        (["--wtp", "20", "--along", "fixed"], "WB-R154"),
        (["--wtp", "20", "--population", "-5"], "WB-R202"),
        (["--wtp", "20", "--population", "nan"], "WB-R202"),
        (["--wtp", "20", "runs"], "WB-R129"),
        (["--wtp", "20", "--uptake", "Visit=0.3"], "WB-R130"),
        (["--wtp", "20", "--uptake", "Visits=0.7,Calls=0.4"], "WB-R160"),
        (["--wtp", "20", "--uptake", "Visits"], "WB-R161"),
        (["--wtp", "20", "--uptake", "Visits=0.2,Visits=0.3"], "WB-R161"),
        (["--wtp", "1e308"], "WB-R126"),
        (["--wtp", "20", "--grid", "0:1e308:5e307"], "WB-R126"),
        (["--wtp", "20", "--out", "sample/costs.csv"], "WB-R205"),
        (["--wtp", "20", "--write-sample", "sample/costs.csv"], "WB-R205"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_refused(arguments: list[str], code: str, here: Callable[..., Ended]) -> None:
    ended = here("--sample", written(draws(64)), *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert code in ended.err
    assert "remedy" in ended.err


def test_pairs_of_too_few_or_too_many_inputs_are_refused(here: Callable[..., Ended]) -> None:
    tables = draws(64)
    for names in (["gain"], [f"x{index}" for index in range(41)]):
        inputs = {name: np.random.default_rng(index).normal(size=64) for index, name in enumerate(names)}
        ended = here("--sample", written(tables | {"parameters": pd.DataFrame(inputs)}), "--wtp", "20", "--pairs")
        assert (ended.status, ended.out) == (2, "")
        assert f"error[WB-R153]: {len(names)} inputs that vary" in ended.err
        assert "2 to 40 inputs" in ended.err


def test_a_folder_without_a_sample_says_which_files_are_missing(here: Callable[..., Ended]) -> None:
    ended = here("--sample", ".", "--wtp", "20")
    assert ended.status == 2
    assert "./costs.csv" in ended.err
    assert "./effects.csv" in ended.err


def test_offers_are_no_rivals(here: Callable[..., Ended]) -> None:
    ended = here(OFFERS)
    assert (ended.status, ended.out) == (2, "")
    assert "WB-R125" in ended.err
    assert "any set of its offers may be bought" in ended.err


def test_a_run_without_draws_of_a_decision_says_so() -> None:
    dataset = api.run(RIVALS, draws=8192).dataset
    with pytest.raises(WellbevaError, match="WB-R125"):
        analyses.sample_of(dataset.drop_vars([name for name in dataset if str(name).startswith("draws_decision")]))
