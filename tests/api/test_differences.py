"""What each change did: by hand, by brute force over overrides, and what cannot be compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from itertools import permutations, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import wellbeva
from wellbeva.api import differences
from wellbeva.api.differences import name_of
from wellbeva.cli import main
from wellbeva.errors import WellbevaError, render
from wellbeva.results.run_folder import write_run

ROOT = Path(__file__).parents[2]
RIVALS = str(ROOT / "scenarios" / "easing-loneliness.yaml")
DRAWS = 8192
MODEL = """\
schema: wellbeva/model/1
model: {name}
axes: {{level: {{labels: [low, central, high], doc: of a WELLBY}}}}
parameters:
  people: {{unit: person, by: option, doc: reached}}
  gain: {{unit: LS, by: option, doc: of each}}
  years: {{unit: year, default: {years}, doc: it lasts}}
  rent: {{unit: money, by: option, doc: of rooms}}
  wages: {{unit: money, by: option, default: £0, doc: of staff}}
  wellby_value: {{unit: money/WELLBY, by: level, from: appraisal, doc: of one}}
{more}
equations:
  wellbys: people * gain * years in WELLBY
  cost: {cost} in money
outcomes: [wellbys, cost]
decision: {{effect: wellbys, cost: cost, value: wellby_value}}
"""
SCENARIO = """\
schema: wellbeva/scenario/1
scenario: By hand
model: {name}
appraisal: {appraisal}
comparator: nothing
choose: {choose}
options:
  walks:
    label: Walks
    people: {people}
    gain: {gain} [assumed]
    rent: {rent} in 2023 prices
    wages: {wages} in 2023 prices{own}
{more}
"""
PLAIN = {"years": "1 year", "more": "", "cost": "rent + wages"}
SAID = {
    "appraisal": "green-book-2026", "choose": "one", "people": "100 people", "gain": "0.20 (0.10 to 0.30)",
    "rent": "£4,000", "wages": "£2,000", "own": "", "more": "",
}  # fmt: skip
CALLS = "  calls: {label: Calls, people: 50 people, gain: '0.1 [assumed]', rent: £900 in 2023 prices}"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Write a scenario, and its model, with what is other than usual; both are named after the file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()

    def write(name: str, model: dict[str, str] | None = None, **said: str) -> str:
        kind = f"model_{name}" if model else "usual"
        Path(f"models/{kind}.yaml").write_text(MODEL.format(name=kind, **{**PLAIN, **(model or {})}), "utf-8")
        Path(f"{name}.yaml").write_text(SCENARIO.format(name=kind, **{**SAID, **said}), "utf-8")
        return f"{name}.yaml"

    return write


def of(done: wellbeva.Difference, quantity: str, option: str = "walks", column: str = "share") -> dict[str, float]:
    table = done.table[(done.table["quantity"] == quantity) & (done.table["option"] == option)]
    return dict(zip(table["change"], table[column], strict=True))


def folder(name: str, run: wellbeva.Run) -> Path:
    """Write a run without its report, which nobody reads here."""
    return write_run(name, dataset=run.dataset, manifest=run.manifest(), tables=dict, report=None)


def names(done: wellbeva.Difference) -> list[str]:
    return [name_of(group) for group in done.groups]


def adds_up(table: pd.DataFrame) -> None:
    for _, rows in table.groupby(["option", "quantity"]):
        first = rows.iloc[0]
        scale = max(abs(first["before"]), abs(first["after"]), 1e-300)
        assert abs(rows["share"].sum() - (first["after"] - first["before"])) <= 1e-12 * scale or np.isnan(scale)


def test_what_adds_up_has_the_effect_that_each_has_alone(write: Callable[..., str]) -> None:
    done = wellbeva.diff(write("old"), write("new", rent="£5,000", wages="£1,500"), draws=DRAWS)
    for column in ("share", "alone", "last"):
        assert of(done, "net_cost", column=column) == {"rent.walks": 1000, "wages.walks": -500}
    assert of(done, "net_cost", column="se") == {"rent.walks": 0, "wages.walks": 0}
    assert of(done, "net_benefit") == {"rent.walks": -1000, "wages.walks": 500}
    assert of(done, "wellbys") == {"rent.walks": 0, "wages.walks": 0}
    (rent,), _ = done.groups
    assert (rent.old, rent.new) == ("£4,000 in 2023 prices", "£5,000 in 2023 prices")
    assert [(at.file, at.line) for at in (rent.old_at, rent.new_at) if at] == [("old.yaml", 12), ("new.yaml", 12)]


def test_an_interaction_is_split_in_halves(write: Callable[..., str]) -> None:
    old = write("old", gain="0.20")
    done = wellbeva.diff(old, write("new", people="200 people", gain="0.30"), draws=DRAWS)
    # 100 × 0.2 = 20 becomes 200 × 0.3 = 60: alone 20 and 10, together 10 more
    assert of(done, "wellbys") == pytest.approx({"people.walks": 25, "gain.walks": 15}, abs=1e-12)
    assert of(done, "wellbys", column="alone") == pytest.approx({"people.walks": 20, "gain.walks": 10}, abs=1e-12)
    assert of(done, "wellbys", column="last") == pytest.approx({"people.walks": 30, "gain.walks": 20}, abs=1e-12)


def test_shares_are_those_of_every_order_of_overrides(write: Callable[..., str]) -> None:
    old = write("old", more=CALLS)
    values = {"people": "200 people", "gain": "0.30 (0.05 to 0.55)", "rent": "£9,000"}
    done = wellbeva.diff(old, write("new", more=CALLS, **values), draws=DRAWS)
    changes = {f"{name}.walks": value for name, value in values.items()}
    changes["rent.walks"] += " in 2023 prices"

    @cache
    def numbers(made: frozenset[str]) -> pd.Series[float]:
        run = wellbeva.run(old, overrides=[f"{name}={changes[name]}" for name in changes if name in made], draws=DRAWS)
        return run.tables["decision"].set_index("option").loc["walks"]

    for quantity, column in (("cost_per_wellby", "cost_per_wellby"), ("net_benefit", "nb_central")):
        orders = list(permutations(changes))
        by_hand = dict.fromkeys(changes, 0.0)
        for order, name in product(orders, changes):
            place = order.index(name)
            step = numbers(frozenset(order[: place + 1]))[column] - numbers(frozenset(order[:place]))[column]
            by_hand[name] += step / len(orders)
        assert of(done, quantity) == pytest.approx(by_hand, rel=1e-9)
    adds_up(done.table)


@pytest.mark.thorough
def test_a_run_folder_is_its_file_with_its_variant_and_its_overrides(write: Callable[..., str]) -> None:
    old = write("old", more="variants: {big: {label: Big, people.walks: 300 people}}")
    folder("before", wellbeva.run(old, draws=DRAWS))
    folder("after", wellbeva.run(old, variant="big", draws=DRAWS))
    folder("set", wellbeva.run(old, overrides=["people.walks=300 people"], draws=DRAWS))
    done = wellbeva.diff(old, f"{old}:big", draws=DRAWS)
    for new in ("after", "set"):
        again = wellbeva.diff("before", new, draws=DRAWS)
        pd.testing.assert_frame_equal(done.table, again.table)
        ((one,),) = again.groups
        assert (one.old, one.new) == ("100 people", "300 people")
    assert wellbeva.diff("before", old, draws=DRAWS).groups == ()


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["park-and-neighbours", "uk-community-offers"])
def test_before_and_after_are_those_of_the_runs(name: str) -> None:
    path = ROOT / "scenarios" / f"{name}.yaml"
    base = wellbeva.run(path, draws=DRAWS)
    for variant in list(base.compiled.record.scenario.variants)[:2]:
        done = wellbeva.diff(path, f"{path}:{variant}", draws=DRAWS)
        adds_up(done.table)
        for side, run in (("before", base), ("after", wellbeva.run(path, variant=variant, draws=DRAWS))):
            decision = run.tables["decision"]
            assert done.ranking[side == "after"] == tuple(decision["option"])
            ends = done.table.drop_duplicates(["option", "quantity"]).pivot(
                index="option", columns="quantity", values=side
            )
            rows = decision.set_index("option").loc[ends.index]
            for column, quantity in (("cost_per_wellby",) * 2, ("nb_central", "net_benefit"), ("wellbys",) * 2):
                np.testing.assert_allclose(ends[quantity], rows[column], rtol=1e-9)


def test_errors_are_those_of_paired_differences(write: Callable[..., str]) -> None:
    old, new = write("old"), write("new", gain="0.30 (0.05 to 0.60)")
    drawn = [
        wellbeva.run(path, draws=DRAWS, keep_draws=True).dataset["draws_decision_effect"].values[:, 0]
        for path in (old, new)
    ]
    rows = (drawn[1] - drawn[0]).reshape(16, -1).mean(axis=1)
    done = wellbeva.diff(old, new, draws=DRAWS)
    assert of(done, "wellbys", column="se")["gain.walks"] == pytest.approx(rows.std(ddof=1) / 4, rel=1e-6)
    # a distribution that is only moved keeps its draws: nothing of their noise is left in the difference
    moved = wellbeva.diff(old, write("moved", gain="0.25 (0.15 to 0.35)"), draws=DRAWS)
    assert of(moved, "wellbys")["gain.walks"] == pytest.approx(5, rel=1e-9)
    assert of(moved, "wellbys", column="se")["gain.walks"] < 1e-9


@pytest.mark.thorough
def test_what_is_not_a_number_is_changed_whole(write: Callable[..., str]) -> None:
    old = write("old")
    equation = wellbeva.diff(old, write("double", {"cost": "2 * rent + wages"}, rent="£5,000"), draws=DRAWS)
    assert names(equation) == ["model: equations cost", "rent.walks"]
    (one,), _ = equation.groups
    assert (one.old, one.new) == ("rent + wages", "2 * rent + wages")
    assert of(equation, "net_cost") == {"model: equations cost": 4500, "rent.walks": 1500}
    asked = {"more": "  fee: {unit: money, by: option, doc: new}", "cost": "rent + wages + fee"}
    more = wellbeva.diff(old, write("fee", asked, own="\n    fee: £70 in 2023 prices"), draws=DRAWS)
    assert list(of(more, "net_cost").values()) == [70]
    default = wellbeva.diff(old, write("longer", {"years": "3 years"}), draws=DRAWS)
    ((one,),) = default.groups
    assert (one.old, one.new) == ("1 year", "3 years")
    before = of(default, "wellbys", column="before")  # of one year; two are added
    assert of(default, "wellbys") == pytest.approx({name: 2 * wellbys for name, wellbys in before.items()}, rel=1e-12)
    both = Path(write("both", more=CALLS))
    against = Path("against.yaml")
    against.write_text(both.read_text("utf-8").replace("comparator: nothing", "comparator: calls"), "utf-8")
    (held,) = wellbeva.diff(str(both), str(against), draws=DRAWS).groups
    assert [(one.name, one.old, one.new) for one in held] == [("comparator", "nothing", "calls")]
    options = wellbeva.diff(old, write("both", more=CALLS, rent="£5,000"), draws=DRAWS)
    assert of(options, "net_cost") == {"rent.walks": 1000, "options with people.calls and 2 more": 0}
    assert [set(order) for order in options.ranking] == [{"walks", "nothing"}, {"walks", "calls", "nothing"}]
    rates = write("rates", appraisal="{preset: green-book-2026, wellby_value: {central: £20k in 2023 prices}}")
    valued = wellbeva.diff(old, rates, draws=DRAWS)
    assert names(valued) == ["appraisal.wellby_value"]
    assert of(valued, "cost_per_wellby") == {"appraisal.wellby_value": 0}
    assert of(valued, "net_benefit")["appraisal.wellby_value"] != 0


def test_what_cannot_be_changed_apart_is_changed_together(write: Callable[..., str]) -> None:
    """A number that has lost its spread can be correlated no more, so that the two are one change."""
    loose = "values: {years: '1 year (range 1 to 2) [assumed]'}\n"
    old = write("old", more=f"{loose}correlations: {{gain.walks with years: '0.5 [assumed]'}}")
    done = wellbeva.diff(old, write("new", gain="0.20", more=loose, rent="£5,000"), draws=DRAWS)
    assert sorted(names(done)) == ["correlations with gain.walks", "rent.walks"]
    adds_up(done.table)


def test_of_many_changes_those_that_move_least_are_put_together(
    write: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(differences, "MOST", 2)
    old = write("old", more=CALLS)
    new = write("new", more=CALLS.replace("£900", "£950").replace("50", "60"), people="200 people", rent="£5,000")
    done = wellbeva.diff(old, new, draws=DRAWS)
    assert names(done) == ["people (2 changes)", "rent (2 changes)"]
    monkeypatch.setattr(differences, "MOST", 1)
    (only,) = wellbeva.diff(old, new, draws=DRAWS).groups
    assert len(only) == 4
    adds_up(done.table)


def test_words_and_sources_change_nothing(write: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    old = write("old")
    text = Path(old).read_text("utf-8").replace("By hand", "Otherwise").replace("0.20 (", "0.2 (")
    Path("new.yaml").write_text(text.replace("[assumed]", "[study]") + "sources: {study: {cite: A study}}\n", "utf-8")
    assert main.main(["diff", old, "new.yaml"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.endswith(
        "Nothing changed that a number rests on. "
        "Also changed, without effect on these numbers: sources, title, the source of gain.walks."
    )
    assert wellbeva.diff(old, "new.yaml", draws=DRAWS).table.empty


@pytest.mark.thorough
def test_the_command_fits_a_terminal_and_writes_all(
    write: Callable[..., str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    long = "options_with_a_name_of_forty_letters_xyz"
    new = write("new", rent="£5,000", more=CALLS.replace("calls", long, 1))
    old = write("old", more=CALLS.replace("calls", long, 1))
    for arguments in ([old, new], [RIVALS, f"{RIVALS}:cautious"]):
        assert main.main(["diff", *arguments, "--draws", "8192", "--out", "out"]) == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        assert max(map(len, printed.out.splitlines())) <= 80
        written = pd.read_csv("out/diff.csv")
        assert list(written.columns) == [
            "change", "old", "new", "option", "quantity", "before", "after", "share", "se", "alone", "last",
            "currency", "price_year", "effect_unit",
        ]  # fmt: skip
    assert main.main(["diff", old, new, "--draws", "8192", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["changes"] == [
        {
            "change": "rent.walks",
            "parts": [
                {
                    "name": "rent.walks",
                    "old": "£4,000 in 2023 prices",
                    "new": "£5,000 in 2023 prices",
                    "old_at": "old.yaml:12",
                    "new_at": "new.yaml:12",
                }
            ],
        }
    ]
    assert {"ranking", "table", "draws", "beside", "old", "new"} < data.keys()


def test_what_cannot_be_compared_is_said(write: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    old = write("old")
    other = write("other", appraisal="{preset: green-book-2026, prices: 2022}")
    offers = write("offers", choose="several")
    named = Path(write("named"))
    named.write_text(named.read_text("utf-8").replace("walks:", "strolls:"), "utf-8")
    aimless = Path("aimless.yaml")
    model = Path("models/usual.yaml").read_text("utf-8").replace("model: usual", "model: aimless")
    Path("models/aimless.yaml").write_text(
        model.replace("decision: {effect: wellbys, cost: cost, value: wellby_value}\n", ""), "utf-8"
    )
    aimless.write_text(Path(old).read_text("utf-8").replace("model: usual", "model: aimless"), "utf-8")
    broken = Path(write("broken", gain="0.2 (0.3 to 0.1)"))
    run = folder("run", wellbeva.run(old, draws=DRAWS))
    for new, code in {
        other: "WB-R182",
        offers: "WB-R183",
        str(named): "WB-R184",
        str(aimless): "WB-R185",
        "models": "WB-R180",
        "nowhere.yaml": "WB-F001",
        f"{old}:other": "WB-R186",
        f"{old}:": "WB-R186",
        str(broken): "",
    }.items():
        with pytest.raises(WellbevaError) as refused:
            wellbeva.diff(old, new, draws=DRAWS)
        assert all(one.remedy for one in refused.value.diagnostics)
        assert any(code in one.code for one in refused.value.diagnostics), render(refused.value.diagnostics[0])
        assert main.main(["diff", old, new]) == 2
    write("old", rent="£1")
    with pytest.raises(WellbevaError, match=r"WB-R181.*have changed since") as refused:
        wellbeva.diff(run, offers)
    assert refused.value.diagnostics[0].facts == ("changed: old.yaml",)
    monkeypatch.chdir("models")
    with pytest.raises(WellbevaError, match=r"WB-R181.*is not where it was"):
        wellbeva.diff("../run", "../offers.yaml")
    Path("../run/manifest.json").write_text('{"schema": "wellbeva/manifest/1", "scenario": 3}')
    with pytest.raises(WellbevaError, match="WB-R180"):
        wellbeva.diff("../run", "../offers.yaml")
