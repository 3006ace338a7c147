"""``wellbeva converge`` as a person types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.ended import Ended

VERB = "converge"
ROOT = Path(__file__).parents[2]
RIVALS = str(ROOT / "scenarios" / "easing-loneliness.yaml")
OFFERS = str(ROOT / "scenarios" / "uk-community-offers.yaml")
FEW = ["--draws", "16384"]
MODEL = (
    "schema: wellbeva/model/1\nmodel: m\nparameters: {gain: {unit: LS, by: option, doc: gain}}\n"
    "equations: {whole: gain in LS, cost: 3 * gain in LS}\noutcomes: [whole]\n"
    "decision: {effect: whole, cost: cost}\n"
)
SCENARIO = (
    "schema: wellbeva/scenario/1\nscenario: Tiny\nmodel: m\nappraisal: {prices: 2023}\nchoose: one\n"
    "comparator: nothing\n"
)


def tiny(folder: Path, options: str, more: str = "") -> str:
    (folder / "m.yaml").write_text(MODEL)
    (folder / "tiny.yaml").write_text(f"{SCENARIO}options: {options}\n{more}")
    return "tiny.yaml"


@pytest.mark.parametrize("scenario", [RIVALS, OFFERS], ids=["one", "several"])
def test_tables_fit_a_terminal_of_80_columns(scenario: str, here: Callable[..., Ended]) -> None:
    ended = here(scenario, *FEW, "--within", "0.1%")
    assert (ended.status, ended.err) == (0, "")
    assert max(len(line) for line in ended.out.splitlines()) <= 80
    assert "…" not in ended.out
    assert "nan" not in ended.out.lower().split()
    flat = " ".join(ended.out.split())
    assert "Draws for ± 0.1%" in flat
    assert "± is one standard error at 16,384 draws, itself known to some 18%." in flat


def test_json_holds_every_number_and_the_same_seed_gives_the_same(here: Callable[..., Ended]) -> None:
    ended = here(RIVALS, *FEW, "--json")
    told = json.loads(ended.out)
    assert (ended.status, ended.err) == (0, "")
    kinds = [one["number"] for one in told]
    assert (kinds.count("decision_net_benefit"), kinds.count("evpi")) == (3, 1)
    assert all(one["draws"] >= 8192 and one["mcse"] > 0 for one in told)
    assert json.loads(here(RIVALS, *FEW, "--json").out) == told


def test_rows_of_a_table_leave_nothing_to_choose(here: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("gain.a\n" + "".join(f"{k}\n" for k in range(77)))
    name = tiny(tmp_path, "{a: {label: A}}", "tables: [{file: d.csv, rows: draw, source: assumed}]\n")
    ended = here(name)
    assert (ended.status, ended.err) == (0, "")
    assert "The draws are the 77 rows of a table: there is nothing to choose." in " ".join(ended.out.split())
    assert all(one["draws"] is None for one in json.loads(here(name, "--json").out))


@pytest.mark.parametrize(
    ("options", "more"),
    [
        ('{a: {label: A, gain: "0.3 [assumed]"}}', ""),
        # drawn, but nothing that is reported hangs on it
        ('{a: {label: A, gain: "0.3 [assumed]"}}', 'values: {spare: "0.3 (0.1 to 0.5) [assumed]"}\n'),
    ],
    ids=["nothing drawn", "nothing reported"],
)
def test_where_nothing_is_uncertain_it_is_said(
    options: str, more: str, here: Callable[..., Ended], tmp_path: Path
) -> None:
    name = tiny(tmp_path, options, more)
    if more:
        (tmp_path / "m.yaml").write_text(MODEL.replace("doc: gain}}", "doc: gain}, spare: {unit: LS, doc: spare}}"))
    ended = here(name, *FEW)
    assert ended.status == 0, ended.err
    assert "Nothing that is reported is uncertain" in " ".join(ended.out.split())


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--draws", "-1"], "WB-E004"),
        (["--within", "lots"], "WB-R107"),
        (["--within", "0%"], "WB-R107"),
        (["--within", "100%"], "WB-R107"),
        (["--seed", "-1", *FEW], "WB-E004"),
        (["--threads", "-1", *FEW], "WB-E004"),
        (["--variant", "other"], "WB-S"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else one,
)
def test_what_cannot_be_done_is_said_in_words(
    arguments: list[str], code: str, here: Callable[..., Ended], tmp_path: Path
) -> None:
    name = tiny(tmp_path, '{a: {label: A, gain: "0.3 (0.1 to 0.5) [assumed]"}}')
    ended = here(name, *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert f"error[{code}" in ended.err
    assert "Traceback" not in ended.err
