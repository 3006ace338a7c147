"""`wellbeva mcp`: verbs as tools of an assistant, with the files of one folder and nothing else."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.tiers import thorough_after
from wellbeva.cli import main
from wellbeva.cli.commands.assistant import mcp
from wellbeva.cli.commands.assistant.tools import MOST_DRAWS, TOOLS
from wellbeva.errors import WellbevaError

SCENARIOS = Path(__file__).parents[2] / "scenarios"
PARK = "park-and-neighbours.yaml"
ASKED: dict[str, dict[str, Any]] = {
    "check": {"files": PARK, "deep": True},
    "run": {"scenarios": PARK, "draws": 8192, "override": ["hold.parks=6 years"], "variant": "additive"},
    "explain": {"scenario": PARK, "name": "wellbys"},
    "analyse": {"run": "runs/park-and-neighbours-additive-set", "wtp": ["13000"]},
    "data_list": {},
    "data_show": {"what": "Liverpool", "year": "2018-19"},
    "evidence_list": {"activity": "singing"},
    "evidence_show": {"key": "befriending"},
}
"""Of each tool; `analyse` reads what `run` wrote."""
SERVED = ("check", "run", "data_show")
"""The tools that are also asked through the protocol."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a scenario, below one with files that are nobody's business."""
    above = tmp_path_factory.mktemp("above")
    (above / "served").mkdir()
    shutil.copy(SCENARIOS / PARK, above / "served")
    (above / "secret.yaml").write_text("schema: wellbeva/scenario/1\nscenario: Secret\n", "utf-8")
    (above / "secret.csv").write_text("option,people\nparks,4711\n", "utf-8")
    (above / "models").mkdir()
    (above / "models" / "secret.yaml").write_text("schema: wellbeva/model/1\nmodel: secret\n", "utf-8")
    return above / "served"


def answer(tool: str, given: dict[str, Any], folder: Path) -> dict[str, Any]:
    return asyncio.run(mcp.answer(TOOLS[tool], given, folder))


def refused(tool: str, given: dict[str, Any], folder: Path) -> str:
    with pytest.raises(WellbevaError) as caught:
        answer(tool, given, folder)
    assert "4711" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("tool", thorough_after(1, ASKED))
def test_r242_a_tool_answers_with_the_document_of_its_verb(served: Path, tool: str) -> None:
    before = {*served.rglob("*")}
    document = answer(tool, ASKED[tool], served)
    Draft202012Validator(TOOLS[tool].output_schema).validate(document)
    new = {path.relative_to(served).parts[0] for path in {*served.rglob("*")} - before}
    assert new == ({"runs"} if tool == "run" else set())
    if tool == "run":
        with (served / document["folder"] / "decision.csv").open(encoding="utf-8-sig") as file:
            rows = {row["option"]: row for row in csv.DictReader(file)}
        assert {row["option"]: row["nb_central"] for row in document["decision"]} == {
            option: float(row["nb_central"]) for option, row in rows.items()
        }
        assert document["manifest"]["scenario"]["variant"] == "additive"
        assert document["manifest"]["scenario"]["set"] == ["hold.parks=6 years"]


@pytest.mark.parametrize(
    "path",
    [
        "../secret.yaml",
        "a/../../secret.yaml",
        "/etc/passwd",
        "secret.yaml",
        "",
        "..\\secret.yaml",
        "C:\\secret.yaml",
        "out.yaml",
        "out/secret.yaml",
        "runs",
    ],
)
@pytest.mark.parametrize("tool", ["check", "analyse"])
def test_r242_no_path_leads_out_of_the_folder(tmp_path: Path, tool: str, path: str) -> None:
    """By `..`, from the root, by a link to a file or a folder, from the folder above, or by a link in a run folder."""
    folder = tmp_path / "served"
    (folder / "runs").mkdir(parents=True)
    (tmp_path / "secret.yaml").write_text("scenario: 4711\n", "utf-8")
    (folder / "out.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "out").symlink_to(tmp_path)
    (folder / "runs" / "results.nc").symlink_to(tmp_path / "secret.yaml")
    option = {"check": "files", "analyse": "run"}[tool]
    assert "WB-R541" in refused(tool, {option: path}, folder)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("model: determinants", "model: determinants\ntables: [secret.csv]"),
        ("model: determinants", "model: secret"),
        ("scenario: A park", "extends: secret.yaml\nscenario: A park"),
        ("source: assumed", "source: survey:secret"),
    ],
)
def test_r242_a_scenario_reads_nothing_from_above_the_folder(served: Path, old: str, new: str) -> None:
    """R14 would look there, as `wellbeva check` does."""
    text = (served / PARK).read_text("utf-8")
    assert old in text
    (served / "own.yaml").write_text(text.replace(old, new, 1), "utf-8")
    words = refused("check", {"files": "own.yaml"}, served)
    assert "secret" in words
    assert "there is no" in words


def test_r242_nor_does_a_model(served: Path) -> None:
    """Neither its file nor its name is told."""
    (served / "own_model.yaml").write_text("schema: wellbeva/model/1\nmodel: own_model\nextends: secret\n", "utf-8")
    words = refused("check", {"files": "own_model.yaml"}, served)
    assert "WB-S064" in words
    assert "models found: secret" not in words


def test_r242_nothing_is_read_through_the_environment_either(
    served: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WELLBEVA_ONLY_BELOW", str(served))
    monkeypatch.chdir(served.parent)
    assert main.main(["check", "secret.yaml"]) == 2
    assert "lies outside the folder that is served" in capsys.readouterr().err


def test_r242_a_run_is_written_to_no_other_place(served: Path, tmp_path: Path) -> None:
    folder = tmp_path / "served"
    folder.mkdir()
    shutil.copy(served / PARK, folder)
    (folder / "runs").symlink_to(tmp_path)
    assert "WB-R541" in refused("run", {"scenarios": PARK, "draws": 8192}, folder)
    (folder / "runs").unlink()
    assert "WB-R541" in refused("run", {"scenarios": PARK, "draws": 8192, "variant": "/../../x"}, folder)
    assert {path.name for path in tmp_path.iterdir()} == {"served"}


def test_r243_what_cannot_be_asked_is_refused_in_words(served: Path) -> None:
    assert "is greater than the maximum" in refused("run", {"scenarios": PARK, "draws": MOST_DRAWS + 1}, served)
    assert "WB-R544" in refused("run", {"scenarios": PARK, "out": "elsewhere"}, served)
    assert "required property" in refused("evidence_show", {}, served)
    for given in ("a\0b", "long" * 300):
        assert "WB-R544" in refused("explain", {"scenario": PARK, "name": given}, served)
    assert "is too long" in refused("run", {"scenarios": PARK, "override": ["hold.parks=1 year"] * 101}, served)
    # A value is no option, whatever it looks like.
    assert "WB-S532" not in refused("data_show", {"what": "--help"}, served)
    assert "error[WB-F001]" in refused("check", {"files": "gone.yaml"}, served)


@pytest.mark.parametrize("given", [{"override": ["hold.parks=-3 years"]}, {"variant": "nobody", "resume": True}])
def test_r243_a_refused_run_leaves_no_folder(served: Path, tmp_path: Path, given: dict[str, Any]) -> None:
    """Neither its own nor the one in which it would stand."""
    shutil.copy(served / PARK, tmp_path)
    refused("run", {"scenarios": PARK, "draws": 8192, **given}, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [PARK]


def test_r243_a_call_ends_in_time_with_its_processes(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp, "MOST_SECONDS", 0)
    words = refused("run", {"scenarios": PARK, "draws": MOST_DRAWS}, served)
    assert "WB-R545" in words
    wait_until_gone(served)


def working_in(folder: Path) -> set[str]:
    """Return the processes that work in a folder."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").resolve() == folder and (process / "cmdline").read_bytes():
                found.add(process.name)
        except OSError:  # it has ended, or is somebody else's
            continue
    return found


def wait_until_gone(folder: Path) -> None:
    """Wait for the system to end what was killed, for a minute at most."""
    for _ in range(600):
        if not working_in(folder):
            return
        time.sleep(0.1)
    pytest.fail(f"still there: {working_in(folder)}")


def test_a_verb_that_is_killed_is_told(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    assert "ended without an answer (status 1)" in refused("check", {"files": PARK}, served)


def test_it_begins_with_the_extra_and_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server.stdio", None)
    assert main.main(["mcp", str(tmp_path / "gone")]) == 2
    assert "WB-R543" in capsys.readouterr().err
    assert main.main(["mcp", str(tmp_path)]) == 2
    words = capsys.readouterr().err
    assert "WB-R542" in words
    assert "pip install 'wellbeva[mcp]'" in words


async def talked(folder: Path) -> dict[str, Any]:
    """Ask some tools through the protocol, as an assistant's own client does."""
    from mcp import Client, StdioServerParameters, stdio_client

    words = ["-m", "wellbeva", "mcp", str(folder)]
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    async with Client(
        stdio_client(StdioServerParameters(command=sys.executable, args=words, env=environment))
    ) as client:
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert {*listed} == {*ASKED}
        assert [name for name, tool in listed.items() if not tool.annotations.read_only_hint] == ["run"]
        # The client holds each answer to the schema that the tool declares.
        done = {tool: await client.call_tool(tool, ASKED[tool]) for tool in SERVED}
        done["wrong"] = await client.call_tool("check", {"files": "../secret.yaml"})
        done["no tool"] = await client.call_tool("chek", {})
        done["no text"] = await client.call_tool("data_show", {"what": 5})
        return done


@pytest.mark.extras
def test_r243_an_assistants_client_is_served(served: Path) -> None:
    pytest.importorskip("mcp")
    done = asyncio.run(talked(served))
    for tool in SERVED:
        assert not done[tool].is_error, tool
        assert json.loads(done[tool].content[0].text) == done[tool].structured_content
    for tool in ("wrong", "no tool", "no text"):
        assert done[tool].is_error
        assert "remedy: " in done[tool].content[0].text
        assert "Traceback" not in done[tool].content[0].text


@pytest.mark.extras
@pytest.mark.parametrize("killed", [False, True])
def test_r243_a_client_that_goes_away_stops_its_run(served: Path, tmp_path: Path, killed: bool) -> None:
    """Whatever the run has come to: it is begun, its client leaves or kills the server, and no process is left."""
    pytest.importorskip("mcp")
    shutil.copy(served / PARK, tmp_path)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    server = subprocess.Popen(
        [sys.executable, "-m", "wellbeva", "mcp", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    about = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    asked = {"name": "run", "arguments": {"scenarios": PARK, "draws": MOST_DRAWS}}
    for line in (
        {"id": 1, "method": "initialize", "params": about},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": asked},
    ):
        print(json.dumps({"jsonrpc": "2.0", **line}), file=server.stdin, flush=True)
    assert json.loads(server.stdout.readline())["id"] == 1
    while not working_in(tmp_path):
        assert server.poll() is None
    if killed:
        server.kill()
    rest, _ = server.communicate(timeout=300)  # standard input ends
    assert "result" not in rest
    wait_until_gone(tmp_path)
    assert not (tmp_path / "runs").exists()
