"""``wellbeva plan`` and ``run --precision`` as a person types them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.cli.ended import Ended
from tests.tiers import thorough_after
from wellbeva import api
from wellbeva.api.precision.aims import Meter
from wellbeva.api.precision.run_plans import plan_run
from wellbeva.cli import main

VERB = "plan"
ROOT = Path(__file__).parents[2]
RIVALS = str(ROOT / "scenarios" / "easing-loneliness.yaml")
OFFERS = str(ROOT / "scenarios" / "uk-community-offers.yaml")
BLOCKED = ["--engine", "blocked", "--draws", "16384"]
MODEL = (
    "schema: wellbeva/model/1\nmodel: m\nparameters: {gain: {unit: LS, by: option, doc: gain}}\n"
    "equations: {whole: gain in LS, cost: 3 * gain in LS}\noutcomes: [whole]\n"
    "decision: {effect: whole, cost: cost}\n"
)
SCENARIO = (
    "schema: wellbeva/scenario/1\nscenario: Tiny\nmodel: m\nappraisal: {prices: 2023}\nchoose: one\n"
    "comparator: nothing\n"
)
DRAWN = '{a: {label: A, gain: "0.3 (0.1 to 0.5) [assumed]"}}'


@pytest.fixture
def said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], here: Callable[..., Ended]
) -> Callable[..., Ended]:
    """Run any verb in the same folder."""

    def run(*arguments: str) -> Ended:
        status = main.main([*arguments])
        return Ended(status, *capsys.readouterr())

    return run


def tiny(folder: Path, options: str = DRAWN, more: str = "", model: str = MODEL) -> str:
    (folder / "m.yaml").write_text(model)
    (folder / "tiny.yaml").write_text(f"{SCENARIO}options: {options}\n{more}")
    return "tiny.yaml"


@pytest.mark.parametrize("scenario", thorough_after(1, ["tiny.yaml", OFFERS]))
def test_a_plan_fits_a_terminal_of_80_columns(scenario: str, here: Callable[..., Ended], tmp_path: Path) -> None:
    tiny(tmp_path)
    ended = here(scenario, *BLOCKED, "--precision", "50%", "--nodes", "16")
    assert (ended.status, ended.err) == (0, "")
    assert max(len(line) for line in ended.out.splitlines()) <= 80
    assert "nan" not in ended.out.lower().split()
    flat = " ".join(ended.out.split())
    assert "16,384 draws (sobol), blocked engine" in flat
    assert "On 16 machines as fast as this one" in flat
    assert "± is one standard error, itself known to some 18%." in flat
    assert all(word in flat for word in ("Time", "Memory", "Disk", "± wanted"))


def test_json_holds_times_sizes_and_every_number(here: Callable[..., Ended], tmp_path: Path) -> None:
    made = json.loads(here(tiny(tmp_path), *BLOCKED, "--json").out)
    assert (made["draws"], made["measured"], made["engine"], made["shards"]) == (16_384, 16_384, "blocked", None)
    parts, whole = made["of_which"], made["seconds"]
    for clock in ("clock", "processor"):
        taken = parts["start"][clock] + 16_384 * parts["draw"][clock] + parts["files"][clock]
        assert math.isclose(whole[clock], taken)
    kinds = [one["number"] for one in made["errors"]]
    assert kinds == ["decision_effect", "prob_no_benefit"]
    assert all(one["expected"] == one["mcse"] > 0 for one in made["errors"])
    assert made["memory"] > 5e7
    assert made["disk"] > 1e5


def test_a_plan_is_measured_by_slices_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each reading is a second on the clock and half a processor second after the one before, with a byte more."""
    monkeypatch.chdir(tmp_path)
    tiny(tmp_path)
    readings = (Meter(float(k), k / 2, 1000.0 + k) for k in range(1000))
    made = plan_run("tiny.yaml", draws=2**18, design="random", engine="blocked", meter=lambda: next(readings))
    # 40 slices would be patience's end; five lengths double from 2^14 to 2^18
    assert made.measured == made.draws == 2**18
    assert made.draw.tolist() == [2.0**-17, 2.0**-18]
    # a second to load and two to lay out first results, five slices of one second, of which the draws account for two
    assert made.start.tolist() == [1 + 2 + 5 - 2, 3.0]
    assert made.files.tolist() == [1.0, 0.5]
    assert made.times.tolist() == [9.0, 4.5]


def test_errors_to_expect_fall_with_the_root_of_random_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("wellbeva.api.precision.run_plans.PATIENCE", 0.0)
    tiny(tmp_path)
    made = plan_run("tiny.yaml", draws=2**24, design="random", engine="blocked", nodes=4)
    assert (made.measured, made.draws) == (2**14, 2**24)
    np.testing.assert_allclose(made.errors["expected"], made.errors["mcse"] / 2**5)
    assert made.shards is not None
    assert (made.shards.count, made.shards.slowest) == (4, 2**22)
    assert made.seconds_of_shards < made.times[0]


def test_a_run_goes_on_until_its_errors_are_met(said: Callable[..., Ended], tmp_path: Path) -> None:
    tiny(tmp_path)
    words = ("run", "tiny.yaml", "--precision", "effect=0.3%", "--design", "random", "--no-report")
    ended = said(*words)
    assert ended.status == 0, ended.err
    assert "± wanted" in ended.out
    manifest = json.loads(Path("runs/tiny/manifest.json").read_text())
    (reached,) = manifest["precision"]
    assert (reached["number"], reached["of"]) == ("decision_effect", "a")
    assert reached["mcse"] <= reached["wanted"] == 0.003 * reached["value"]
    assert manifest["draws"] == manifest["draws_asked"] >= 2**15
    plain = api.run("tiny.yaml", draws=manifest["draws"], design="random")
    assert plain.dataset.identical(api.run("tiny.yaml", precision="effect=0.3%", design="random").dataset)

    ended = said(*words, "--draws", "16384")
    assert ended.status == 1
    assert "Not every error that was wanted is reached" in " ".join(ended.out.split())
    assert json.loads(said(*words, "--draws", "16384", "--json").out)["manifest"]["draws"] == 16_384


REFUSED = [
    ("effect", "WB-R280", "'effect' is not an error that a run can aim at"),
    ("effect=0%", "WB-R280", "'effect=0%' is not an error"),
    ("effect=200%", "WB-R280", "'effect=200%' is not an error"),
    ("effect=-1", "WB-R280", "'effect=-1' is not an error"),
    ("0.1", "WB-R280", "'0.1' is not an error"),
    ("effect=1%,", "WB-R280", "'' is not an error"),
    ("efect=1%", "WB-R281", "did you mean 'effect'?"),
    ("net_cost=1%", "WB-R281", "did you mean 'cost'?"),
    ("qaly=1%", "WB-R281", "choose among effect, cost"),
    ("effect=1%,effect=2", "WB-R282", "effect is given two errors"),
    ("nb=1%,net_benefit=2%", "WB-R282", "net_benefit is given two errors"),
    ("effect=1e-9%", "WB-R285", "the errors that are wanted take about"),
]


@pytest.mark.parametrize(("precision", "code", "words"), REFUSED)
def test_what_cannot_be_aimed_at_is_refused(
    precision: str, code: str, words: str, said: Callable[..., Ended], tmp_path: Path
) -> None:
    tiny(tmp_path)
    ended = said("run", "tiny.yaml", "--draws", "16384", "--precision", precision)
    assert (ended.status, ended.out) == (2, "")
    assert f"error[{code}]" in ended.err
    assert words in ended.err
    assert not (tmp_path / "runs" / "tiny" / "results.nc").exists()


def test_a_plan_says_what_a_run_would_be_refused_for(here: Callable[..., Ended], tmp_path: Path) -> None:
    tiny(tmp_path)
    made = json.loads(here("tiny.yaml", *BLOCKED, "--precision", "effect=1e-9%", "--json").out)
    assert made["draws"] == 16_384
    assert made["errors"][0]["draws"] > 2**40


@pytest.mark.parametrize(
    ("precision", "words"),
    [
        ("cost=1%", "cost is 0, and an error cannot be a share of that"),
        ("per_1000=1%", "per_1000 is empty, and an error cannot be a share of that"),
    ],
)
def test_a_share_of_nothing_is_refused(
    precision: str, words: str, said: Callable[..., Ended], here: Callable[..., Ended], tmp_path: Path
) -> None:
    tiny(tmp_path, model=MODEL.replace("3 * gain", "0 * gain"))
    ended = said("run", "tiny.yaml", "--precision", precision)
    assert (ended.status, "error[WB-R284]" in ended.err) == (2, True)
    assert words in ended.err
    assert here("tiny.yaml", *BLOCKED, "--precision", "cost=10").status == 0


def test_where_nothing_is_decided_outcomes_are_aimed_at(said: Callable[..., Ended], tmp_path: Path) -> None:
    tiny(tmp_path, model=MODEL.split("decision:", maxsplit=1)[0])
    ended = said("run", "tiny.yaml", "--precision", "nb=1%")
    assert "nothing is decided in this scenario" in ended.err
    assert said("run", "tiny.yaml", "--precision", "whole=1%").status == 0


def test_rows_of_a_table_leave_nothing_to_choose(
    said: Callable[..., Ended], here: Callable[..., Ended], tmp_path: Path
) -> None:
    (tmp_path / "d.csv").write_text("gain.a\n" + "".join(f"{k}\n" for k in range(77)))
    tiny(tmp_path, "{a: {label: A}}", "tables: [{file: d.csv, rows: draw, source: assumed}]\n")
    for ended in (said("run", "tiny.yaml", "--precision", "1%"), here("tiny.yaml")):
        assert ended.status == 2
        assert "error[WB-R283]: the draws are the 77 rows of a table: there is nothing to choose" in ended.err


@pytest.mark.parametrize(
    ("options", "more"),
    [
        ('{a: {label: A, gain: "0.3 [assumed]"}}', ""),
        # drawn, but nothing that is reported depends on it
        ('{a: {label: A, gain: "0.3 [assumed]"}}', 'values: {spare: "0.3 (0.1 to 0.5) [assumed]"}\n'),
    ],
    ids=["nothing drawn", "nothing reported"],
)
def test_where_nothing_is_uncertain_it_is_said(
    options: str, more: str, here: Callable[..., Ended], tmp_path: Path
) -> None:
    model = MODEL.replace("doc: gain}}", "doc: gain}, spare: {unit: LS, doc: spare}}") if more else MODEL
    ended = here(tiny(tmp_path, options, more, model), "--draws", "16384")
    assert ended.status == 0, ended.err
    assert "Nothing that is reported is uncertain" in " ".join(ended.out.split())


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--draws", "-1"], "WB-E004"),
        (["--seed", "-1"], "WB-E004"),
        (["--threads", "-1"], "WB-E004"),
        (["--variant", "other"], "WB-S"),
        (["--shard", "1/2", "--precision", "1%"], "WB-R241"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else one,
)
def test_what_cannot_be_done_is_said_in_words(
    arguments: list[str], code: str, said: Callable[..., Ended], tmp_path: Path
) -> None:
    tiny(tmp_path)
    ended = said("run" if "--shard" in arguments else VERB, "tiny.yaml", *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert f"error[{code}" in ended.err
    assert "Traceback" not in ended.err


def test_the_verb_that_is_part_of_it_now_says_so(said: Callable[..., Ended]) -> None:
    ended = said("converge", "tiny.yaml", "--within", "1%")
    assert (ended.status, "wellbeva plan SCENARIO --precision 0.1%" in ended.err) == (2, True)
    assert "WB-R286" in ended.err
    assert said("plan", "tiny.yaml", "--nodes", "0").status == 2
