"""The verbs as a person types them, on the shipped scenarios."""

from __future__ import annotations

import contextlib
import csv
import html
import io
import json
import os
import pty
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from weakref import WeakValueDictionary

import pytest
import xarray

from tests.tiers import thorough_after
from wellbeva.cli import main
from wellbeva.engine.compiled import module_cache
from wellbeva.report.facts.names import option_names
from wellbeva.scenario.loader import load_scenario

ROOT = Path(__file__).parents[2]
DEMO = "scenarios/uk-community-offers.yaml"
RIVALS = "scenarios/easing-loneliness.yaml"
PARK = "scenarios/park-and-neighbours.yaml"
FIXED = "scenarios/published/stateoflife2021-parkrun.yaml"
WEIGHTED = "scenarios/appraisal/welfare_weights.yaml"
SMALL = "scenarios/published/stateoflife2023-london-youth-rowing.yaml"
FEW = ["--draws", "8192"]
FILES = {"decision.csv", "manifest.json", "report.html", "results.nc", "summary.csv"}


def wellbeva(*arguments: str | Path, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    def bounded() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, "-m", "wellbeva", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        preexec_fn=bounded,
    )


@dataclass(frozen=True)
class Ended:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run a verb in this process, which saves a second of imports each time."""
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("WELLBEVA_DEBUG", raising=False)

    def run(*arguments: str) -> Ended:
        status = main.main(list(arguments))
        return Ended(status, *capsys.readouterr())

    return run


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "decision.csv").open(encoding="utf-8-sig", newline="") as table:
        return list(csv.DictReader(table))


@dataclass(frozen=True)
class Run(Ended):
    folder: Path


def run_of(scenario: str, temporary: pytest.TempPathFactory) -> Run:
    folder, said = temporary.mktemp("run") / "out", (io.StringIO(), io.StringIO())
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(said[0]), contextlib.redirect_stderr(said[1]):
        assert main.main(["run", scenario, *FEW, "--out", str(folder)]) == 0, said[1].getvalue()
    return Run(0, *(one.getvalue() for one in said), folder)


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_of(DEMO, tmp_path_factory)


@pytest.fixture(scope="module")
def rivals(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_of(RIVALS, tmp_path_factory)


@pytest.mark.parametrize("kind", thorough_after(1, ["several", "rivals"]))
def test_run_prints_the_decision_and_writes_the_folder(kind: str, request: pytest.FixtureRequest) -> None:
    ran: Run = request.getfixturevalue(kind)
    said, folder = ran.stdout, ran.folder
    assert {path.name for path in folder.iterdir()} >= FILES
    assert f"report:  {folder / 'report.html'}\n" in said
    together = " ".join(said.split())
    assert "8,192 plausible futures," in together
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["answer"] in together
    assert manifest["answer"] in html.unescape((folder / "report.html").read_text(encoding="utf-8"))
    assert datetime.fromisoformat(manifest["date"]).tzinfo is not None
    names = option_names(load_scenario(ROOT / (DEMO if kind == "several" else RIVALS)))
    heads = [names.get(row["option"], (row["label"],))[0] for row in rows(folder)]
    places = [said.index(f"\n{head[:7]}") for head in heads]
    assert places == sorted(places), "terminal and decision.csv have the same order"
    for row, head in zip(rows(folder), heads, strict=True):
        assert head.split()[0] in together
        assert row["evidence"].split(";")[0] in together
    table = said.split("report:")[0]
    assert max(len(line.rstrip()) for line in table.splitlines()) <= 80
    assert "\x1b" not in said
    assert "nan" not in together.lower().split()


def test_the_printed_order_is_by_value_for_money(several: Run) -> None:
    ranked = sorted(rows(several.folder), key=lambda row: -float(row["wellbys_per_1000"] or "-inf"))
    names = option_names(load_scenario(ROOT / DEMO))
    places = [several.stdout.index("\n" + names.get(row["option"], (row["label"],))[0][:12]) for row in ranked]
    assert places == sorted(places)


def test_json_is_json_and_nothing_else(tmp_path: Path, here: Callable[..., Ended]) -> None:
    ended = here("run", PARK, "--draws", "4096", "--out", str(tmp_path / "out"), "--json")
    told = json.loads(ended.stdout)
    assert told["answer"] == told["manifest"]["answer"] != ""
    assert (told["manifest"]["draws_asked"], told["manifest"]["draws"]) == (4096, 8192)
    assert ended.stderr == ""
    assert told["folder"] == str(tmp_path / "out")
    assert [row["option"] for row in told["decision"]] == [row["option"] for row in rows(tmp_path / "out")]
    assert told["manifest"] == json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))


@pytest.mark.thorough
def test_more_draws_than_were_asked_for_are_told(tmp_path: Path, here: Callable[..., Ended]) -> None:
    ended = here("run", RIVALS, "--draws", "4096", "--no-report", "--out", str(tmp_path / "out"))
    said = " ".join(ended.stdout.split())
    assert "8,192 plausible futures (4,096 asked for; draws come in multiples of 8,192), 2023 prices." in said


def test_fixed_inputs_have_no_futures_and_no_chances(tmp_path: Path, here: Callable[..., Ended]) -> None:
    said = here("run", FIXED, "--out", str(tmp_path / "out")).stdout
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8").partition("Annexes")[0]
    for text in (said, page):
        assert "plausible future" not in text
        assert "16,384" not in text
    assert "Fixed inputs (nothing was drawn)" in said
    assert not [row for row in rows(tmp_path / "out") for key in row if key.startswith("prob_") and row[key]]


@pytest.mark.thorough
def test_cost_is_what_is_paid_and_savings_stand_beside_it(tmp_path: Path, here: Callable[..., Ended]) -> None:
    ended = here("run", WEIGHTED, *FEW, "--out", str(tmp_path / "out"))
    jobs, nothing = rows(tmp_path / "out")
    assert (float(jobs["cost"]), nothing["label"]) == (pytest.approx(100_000), "Doing nothing")
    net = float(jobs["savings"]) + float(jobs["other_benefits"]) - float(jobs["cost"])
    assert float(jobs["nb_central"]) == pytest.approx(13_000 * float(jobs["wellbys"]) + net)
    assert jobs["cost_per_wellby"] == ""
    assert jobs["note"].startswith("no cost_per_wellby: money is saved; ")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    for text in (ended.stdout, page):
        assert "£100k" in text
        assert "£1.3m" in text
        assert "−£3.3m" not in text.partition("Technical results")[0]


OFFER = """\
  {0}:
    label: {1} help
    people: 100 people
    effect: {2}
    hold: 1 year
    effect_and_earnings: apart
    earnings: £{3} in 2019 prices
    others_time: 1 year
    cost_once: {{by: payer, council: "£{4} in 2019 prices"}}
"""
BENEFITS = """\
schema: wellbeva/scenario/1
scenario: Two into work
model: other_benefits
appraisal: hmt-wellbeing-2021
time: {step: year, from: 0, to: 0}
comparator: nothing
choose: several
budget: £60,000 in 2019 prices
axes: {payer: {council: Council}}
sources: {s: {cite: Numbers that only show how it works, evidence: strong, covers: all}}
options:
"""


@pytest.mark.parametrize("engine", thorough_after(1, ["blocked", "compiled"]))
def test_offers_with_other_benefits_are_ranked_by_what_is_printed(
    engine: str, tmp_path: Path, here: Callable[..., Ended]
) -> None:
    """R53 in every file: by 2.0 and 1.3 WELLBYs for each £1,000 of net cost, not by 4.0 and 8.0 of £5,000 each."""
    folder, scenario = tmp_path / "out", tmp_path / "work.yaml"
    usual, new = ("usual", "Usual", "0.2", 50, "10,000"), ("new", "New", "0.4 (se 0.1)", 250, "30,000")
    scenario.write_text(BENEFITS + OFFER.format(*usual) + OFFER.format(*new), encoding="utf-8")
    printed = here("run", str(scenario), *FEW, "--engine", engine, "--out", str(folder))
    assert printed.returncode == 0, printed.stderr
    decision = rows(folder)
    assert [float(one["wellbys_per_1000"]) for one in decision] == pytest.approx([2.0, 40 / 30], rel=1e-3)
    assert [float(one["other_benefits"]) for one in decision] == [5_000.0, 25_000.0]
    assert float(decision[0]["nb_central"]) == pytest.approx(13_000 * 20 + 5_000 - 10_000)
    with (folder / "league.csv").open(encoding="utf-8-sig", newline="") as table:
        first, second = csv.DictReader(table)
    assert [first["option"], second["option"], second["band"]] == ["usual", "new", "2"]
    assert [first["net_cost"], first["wellbys_per_1000"]] == ["10000", "2"]
    # six times 20 WELLBYs at £13,000, and six times £5,000, less £60,000
    assert float(first["net_benefit_at_budget"]) == pytest.approx(6 * (13_000 * 20 + 5_000) - 60_000)
    # usual is ahead where new gains fewer than 60, two standard errors above its 40
    assert float(first["beats_next"]) == pytest.approx(0.97725, abs=2e-3)
    with (folder / "summary.csv").open(encoding="utf-8-sig", newline="") as table:
        means = {(one["option"], one["outcome"]): one["mean"] for one in csv.DictReader(table) if "option" in one}
    decided = [means["usual", f"decision.{name}"] for name in ("per_1000", "cost", "net_cost")]
    assert decided == ["2", "5000", "10000"]
    with xarray.open_dataset(folder / "results.nc") as found:
        assert found["beats"].values[0, 1] == float(first["beats_next"])
        assert found["decision_per_1000"].sel(statistic="mean").values[0] == 2.0
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    sentence = "Usual help would give the most wellbeing for each pound, in more than 19 of 20 plausible futures."
    page = html.unescape((folder / "report.html").read_text(encoding="utf-8"))
    for text in (" ".join(printed.stdout.split()), manifest["answer"], page):
        assert sentence in text
    note = "Ranked by WELLBYs per £1,000 of cost less savings; other benefits in money count in net benefit alone."
    assert note in page
    assert note in " ".join(printed.stdout.split())
    assert printed.stdout.index("\nUsual help ") < printed.stdout.index("\nNew help ")
    assert "other benefits of £25k" in page


def test_run_counts_the_warnings_that_check_shows(several: Run, here: Callable[..., Ended]) -> None:
    checked = here("check", DEMO)
    warnings = checked.stderr.count("warning[")
    assert warnings > 1
    assert f"{warnings} warnings; to read them" in several.stderr
    assert f"nothing wrong, {warnings} warnings" in checked.stdout
    manifest = json.loads((several.folder / "manifest.json").read_text(encoding="utf-8"))
    assert len(manifest["warnings"]) == warnings


def test_quiet_is_quiet(tmp_path: Path, here: Callable[..., Ended]) -> None:
    assert here("run", FIXED, "--out", str(tmp_path / "out"), "--quiet") == Ended(0, "", "")
    assert (tmp_path / "out" / "report.html").is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", DEMO, "--draws", "0"],
        ["run", DEMO, "--draws", "-5"],
        ["run", DEMO, "--draws", "1000000000000000"],
        ["run", DEMO, "--seed", "-1"],
        ["run", DEMO, "--threads", "-1"],
        ["run", DEMO, "--variant", "as_printd"],
        ["run", DEMO, "--set", "external_validty=1"],
        ["run", DEMO, "--set", "external_validity"],
        ["run", DEMO, "--set", "external_validity=lots"],
        ["run", DEMO, "--design", "guess"],
        ["run", "scenarios"],
        ["run", "no-such-file.yaml"],
        ["run", "models/wellbeing_trajectory.yaml"],
        ["check", "no-such-file.yaml"],
        ["check", "Makefile"],
        ["test", "no-such-file.yaml"],
        ["explain", DEMO, "wellbies"],
        ["explain", DEMO, "--format", "html"],
        ["migrate", "no-such-file.yaml"],
        ["schema", "nobody"],
        ["nonsense"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said_in_words(arguments: list[str], tmp_path: Path, here: Callable[..., Ended]) -> None:
    out = ["--out", str(tmp_path / "out")] if arguments[0] == "run" else []
    ended = here(*arguments, *out)
    assert ended.returncode == 2, ended.stderr
    assert ended.stdout == ""
    assert len(ended.stderr) > 20
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (["run", DEMO, "--variant", "as_printd"], "as_printed"),
        (["run", DEMO, "--set", "external_validty=1"], "external_validity"),
        (["explain", DEMO, "wellbies"], "wellbys"),
    ],
)
def test_a_near_miss_is_named(arguments: list[str], near: str, here: Callable[..., Ended]) -> None:
    assert f"'{near}'" in here(*arguments).stderr


@pytest.mark.parametrize("file", [DEMO, RIVALS, "models/wellbeing_trajectory.yaml"])
def test_check_finds_nothing_wrong_with_what_is_shipped(file: str, here: Callable[..., Ended]) -> None:
    ended = here("check", file)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith(f"{file}: nothing wrong")


@pytest.mark.parametrize(("form", "sign"), [("text", "wellbys"), ("latex", "\\"), ("dot", "digraph")])
def test_explain_in_each_form(form: str, sign: str, here: Callable[..., Ended]) -> None:
    ended = here("explain", DEMO, "--format", form)
    assert ended.returncode == 0, ended.stderr
    assert sign in ended.stdout


@pytest.mark.parametrize("kind", ["scenario", "model"])
def test_schema_is_a_json_schema(kind: str, here: Callable[..., Ended]) -> None:
    told = json.loads(here("schema", kind).stdout)
    assert told["type"] == "object"
    assert "schema" in told["properties"]


def test_migrate_leaves_a_file_of_today_as_it_is(here: Callable[..., Ended]) -> None:
    ended = here("migrate", RIVALS)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == (ROOT / RIVALS).read_text(encoding="utf-8")


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    # A limit on the size of files stands for a disk that fills up while the folder is written.
    ended = wellbeva("run", FIXED, "--out", tmp_path / "out", limit=20_000)
    assert ended.returncode == 2
    assert re.match(r"error\[WB-[A-Z]\d+\]: ", ended.stderr)
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.thorough
def test_a_bar_on_a_terminal_only(tmp_path: Path) -> None:
    mine, theirs = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "wellbeva", "run", DEMO, "--draws", "16384", "--out", str(tmp_path / "out")],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color"},
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(mine, 65536):
            shown += chunk
    except OSError:  # how Linux says that the other end of a terminal is closed
        assert running.wait(timeout=300) == 0
    finally:
        os.close(mine)
    assert b"making ready" in shown
    assert b"drawing" in shown


@pytest.mark.thorough
def test_memory_does_not_grow_with_draws(tmp_path: Path) -> None:
    """Ten million draws must fit 600 MB; beyond the draws that are kept (some 65,000) nothing may grow at all."""
    script = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)\n"
    )
    command = [sys.executable, "-m", "wellbeva", "run", DEMO, "--quiet", "--draws", "131072", "--out", tmp_path / "out"]
    ended = subprocess.run(
        [sys.executable, "-c", script, *map(str, command)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert int(ended.stdout) < 600, f"{ended.stdout.strip()} MB"


def test_supplied_draws_are_named_whatever_was_asked_for(tmp_path: Path, here: Callable[..., Ended]) -> None:
    """R10, R43: what was really drawn is printed."""
    (tmp_path / "m.yaml").write_text(
        "schema: wellbeva/model/1\nmodel: m\nparameters: {gain: {unit: LS, by: option, doc: gain}}\n"
        "equations: {whole: gain in LS, cost: 3 * gain in LS}\noutcomes: [whole]\n"
        "decision: {effect: whole, cost: cost}\n"
    )
    (tmp_path / "s.yaml").write_text(
        "schema: wellbeva/scenario/1\nscenario: S\nmodel: m\nappraisal: {prices: 2023}\nchoose: one\n"
        "comparator: nothing\noptions: {a: {label: A}}\ntables: [{file: d.csv, rows: draw, source: assumed}]\n"
    )
    (tmp_path / "d.csv").write_text("gain.a\n" + "".join(f"{k}\n" for k in range(77)))
    asked = ["--draws", "9000", "--design", "latin", "--seed", "4"]
    ended = here("run", str(tmp_path / "s.yaml"), *asked, "--out", str(tmp_path / "out"))
    assert ended.returncode == 0, ended.stderr
    flat = " ".join(ended.stdout.split())
    assert "77 plausible futures, 2023 prices: the rows of d.csv, each used once and in order." in flat
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert (manifest["design"], manifest["draws"], manifest["supplied_draws"]) == ("supplied", 77, 77)


@pytest.mark.thorough
@pytest.mark.parametrize("engine", ["auto", "reference"])
def test_fast_that_changed_nothing_is_said(
    engine: str, several: Run, tmp_path: Path, here: Callable[..., Ended]
) -> None:
    said = here("run", PARK, *FEW, "--engine", engine, "--fast", "--out", str(tmp_path / "out"))
    assert (said.returncode, said.stdout.count("--fast")) == (0, 1)
    ran = "reference" if engine == "reference" else "blocked"
    sentence = f"--fast changed nothing: the {ran} engine ran, and only compiled code rounds less often."
    assert sentence in " ".join(said.stdout.split())
    assert max(map(len, said.stdout.splitlines()[:-2])) <= 80
    assert "--fast" not in several.stdout


def test_the_compilers_stand_in_the_manifest_where_they_were_used(
    several: Run, tmp_path: Path, here: Callable[..., Ended]
) -> None:
    here("run", WEIGHTED, *FEW, "--engine", "compiled", "--quiet", "--no-report", "--out", str(tmp_path / "out"))
    compiled, blocked = (
        json.loads((folder / "manifest.json").read_text("utf-8"))["versions"]
        for folder in (tmp_path / "out", several.folder)
    )
    for name in ("numba", "llvmlite"):
        assert (compiled[name], name in blocked) == (version(name), False)


@pytest.mark.thorough
def test_a_title_that_reads_like_an_encoding_stops_no_run(
    tmp_path: Path, here: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WELLBEVA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(module_cache, "_living", WeakValueDictionary())
    text = (ROOT / WEIGHTED).read_text("utf-8")
    for number, title in enumerate(["After-school coding: hex boards for girls", "Walks"]):
        written = re.sub("(?m)^scenario: .*$", f'scenario: "{title}"', text)
        assert title in written
        path = tmp_path / f"s{number}.yaml"
        path.write_text(written, "utf-8")
        options = ["--engine", "compiled", "--quiet", "--no-report", "--out", str(tmp_path / f"out{number}")]
        assert here("run", str(path), *FEW, *options) == Ended(0, "", "")
    kept = json.loads(here("cache", "--json").stdout)["kernels"]
    assert "After-school coding: hex boards for girls" in {one["made_for"] for one in kept}


@pytest.mark.thorough
def test_equal_runs_write_equal_files(tmp_path: Path) -> None:
    """R46: to the byte, but for the manifest, which says how long it took.

    On one processor, as the first of them runs, there is no second process.
    """
    for seed in range(2):
        (tmp_path / str(seed)).mkdir()
        (tmp_path / str(seed) / "scenarios").symlink_to(ROOT / "scenarios")
        subprocess.run(
            [sys.executable, "-m", "wellbeva", "run", DEMO, *FEW, "--threads", "1", "--quiet", "--out", "run"],
            cwd=tmp_path / str(seed),
            env=os.environ | {"PYTHONHASHSEED": str(seed)},
            check=True,
            preexec_fn=None if seed else lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}),
        )
    one, two = ({file.name: file.read_bytes() for file in (tmp_path / seed / "run").iterdir()} for seed in "01")
    assert {name for name in one if one[name] != two[name]} == {"manifest.json"}


@pytest.mark.thorough
def test_two_scenarios_of_one_name_do_not_replace_each_other_s_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("north", "south"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "parks.yaml").write_bytes((ROOT / SMALL).read_bytes())
    monkeypatch.chdir(tmp_path)
    assert main.main(["run", "north/parks.yaml", "-q", *FEW]) == 0
    before = (tmp_path / "runs/parks/manifest.json").read_bytes()
    assert main.main(["run", "south/parks.yaml", "-q", *FEW]) == 2
    assert "WB-R111" in capsys.readouterr().err
    assert (tmp_path / "runs/parks/manifest.json").read_bytes() == before
    # The same file again, and one that is no longer there, are replaced.
    assert main.main(["run", "./north/parks.yaml", "-q", *FEW]) == 0
    (tmp_path / "north/parks.yaml").unlink()
    assert main.main(["run", "south/parks.yaml", "-q", *FEW]) == 0
    assert json.loads((tmp_path / "runs/parks/manifest.json").read_text())["scenario"]["file"] == "south/parks.yaml"


@pytest.mark.thorough
def test_a_run_with_few_addresses_leaves_figures_out_and_says_so(tmp_path: Path) -> None:
    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (16 << 30, 16 << 30))

    ended = subprocess.run(
        [sys.executable, "-m", "wellbeva", "run", RIVALS, *FEW, "--out", str(tmp_path / "r")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        preexec_fn=bounded,
    )
    assert ended.returncode == 0, ended.stderr
    assert "figures: left out of the report" in ended.stdout
    assert "run `ulimit -v unlimited` first" in ended.stdout
    page = (tmp_path / "r/report.html").read_text("utf-8")
    assert "Figures left out" in page
    assert "run `ulimit -v unlimited` first" in page
    assert {one.name for one in (tmp_path / "r").iterdir()} >= FILES
