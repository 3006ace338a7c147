"""What a verb writes with ``--json`` is what its published schema says, and nothing more."""

from __future__ import annotations

import inspect
import json
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.cli.ended import Ended
from tests.tiers import thorough_after
from tools.json_documents import DOCUMENTS, WORDS
from tools.reference.__main__ import verbs
from tools.schemas import documents
from wellbeva.cli import main, schemas
from wellbeva.cli.main import application

SCENARIOS = Path(__file__).parents[2] / "scenarios"
PARK, LONELY = "park-and-neighbours.yaml", "easing-loneliness.yaml"
PLACES = "--area area --places"
NEIGHBOURS = "surveys/simulated_neighbours.csv"
FEW = "--draws 8192"
LINES = {
    "run": [
        f"run {PARK} {FEW} --no-report",
        f"run {PARK} gone.yaml {FEW} --no-report --out both",
        f"run {PARK} {FEW} --precision nb=10% --draws 65536 --no-report --out precise",
        f"run {PARK} {FEW} --shard 1/1 --out shards",
    ],
    "merge": ["merge shards --missing 1", "merge shards --no-report", "merge shards"],
    "plan": [f"plan {PARK} {FEW}", f"plan {PARK} {FEW} --nodes 2"],
    "sweep": [
        f"sweep {PARK} {FEW} --set 'hold.parks=3,6 years' --csv --parallel 1",
        f"sweep {PARK} {FEW} --set 'hold.parks=3 years,nonsense' --csv --out bad --parallel 1",
    ],
    "check": [f"check {PARK}", f"check {PARK} --deep", f"check gone.yaml {PARK}"],
    "models": ["models"],
    "test": ["test published/sonnenberg-beck-3state.yaml"],
    "analyse": [
        "analyse runs/park-and-neighbours --wtp 13000 --pairs",
        f"analyse {PARK} --sensitivity sobol --points 64",
        f"analyse {PARK} --two-way hold.parks,slope.trust",
    ],
    "diff": [f"diff {PARK} {PARK}:short {FEW}", f"diff {PARK} {PARK} {FEW}"],
    "report": ["report runs/park-and-neighbours --to paper.docx"],
    "bundle": ["bundle runs/park-and-neighbours --out park.zip"],
    "reproduce": ["reproduce park.zip"],
    "place": ["place Liverpool", "place England"],
    "import": [f"import sheet.csv {PARK}"],
    "data list": ["data list"],
    "data show": ["data show Liverpool", "data show 'United Kingdom'", "data show wellbeing"],
    "evidence list": ["evidence list --activity singing"],
    "evidence show": ["evidence show befriending"],
    "evidence measures": ["evidence measures"],
    "evidence pool": [
        "evidence pool tables/third_wave.csv",
        "evidence pool tables/third_wave.csv --pool 'fixed effect'",
    ],
    "evidence persistence": ["evidence persistence '3 months: 0.40 (0.20 to 0.60)' '1 year: 0.2 (0.0 to 0.4)'"],
    "evidence calibrate": [f"evidence calibrate {LONELY} --observed 'started.visits=120 (se 4)' --draws 2048"],
    "evidence grade": ["evidence grade", "evidence grade --design trial --n 60"],
    "evidence regress": [
        f"evidence regress {NEIGHBOURS} --on access --on trust --person person --wave wave --area area --ordered",
        f"evidence regress {NEIGHBOURS} --on access --on trust --also age --person person --wave wave {PLACES}",
    ],
    "survey answers": [
        "survey answers surveys/our_walks_before.csv surveys/our_walks_after.csv surveys/our_walks_comparison.csv",
        "survey answers surveys/our_walks_before.csv surveys/our_walks_after.csv",
    ],
    "survey plan": ["survey plan --effect 0.3 --people 100"],
    "cache list": ["cache list"],
    "slurm": [f"slurm {PARK} --tasks 2 --out cluster"],
    "new": ["new fresh.yaml --from offers.csv"],
    "explain": [f"explain {PARK} wellbys"],
    "page": [f"page {PARK} --out page.html"],
    "docs": ["docs three_state"],
    "export": [f"export {PARK} --to sheet.csv"],
    "migrate": [f"migrate {PARK}"],
    "evidence add": ["evidence add ours.csv"],
    "survey questionnaire": ["survey questionnaire"],
    "cache clear": ["cache clear"],
    "cache warm": ["cache warm published/sonnenberg-beck-3state.yaml"],
    "text": ["docs three_state"],
    "errors": ["check gone.yaml", "no-such-verb", "explain gone.yaml wellbys"],
}
"""Words that make each of the documents."""
RUN, PARTS = LINES["run"][0], LINES["run"][-1]
BEFORE = {
    "merge": [PARTS],
    "analyse": [RUN],
    "report": [RUN],
    "bundle": [RUN],
    "reproduce": [RUN, *LINES["bundle"]],
    "import": [f"export {PARK} --to sheet.csv"],
}
"""Lines that make what others read."""

TABLES = {
    "offers.csv": "offer,people,effect,cost\nWalks,100,0.3 (0.1 to 0.5),£5000\nTalks,80,0.2 (0.0 to 0.4),£3000\n",
    "ours.csv": "key,title,value,cite,evidence,activity\nours,Ours,0.4 LS (0.1 to 0.7),Our survey,initial,singing\n",
}


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[str], Ended]:
    """Return what calls the program beside the shipped scenarios."""
    monkeypatch.chdir(shutil.copytree(SCENARIOS, tmp_path / "scenarios"))
    for name, text in TABLES.items():
        Path(name).write_text(text, "utf-8")

    def call(line: str) -> Ended:
        return Ended(main.main(shlex.split(line)), *capsys.readouterr())

    return call


def test_the_committed_schemas_are_fresh() -> None:
    assert schemas.DOCUMENTS.read_text("utf-8") == documents(), "run: python -m tools.schemas --write"


@pytest.mark.parametrize(
    "verb", thorough_after(2, (verb for verb in DOCUMENTS if verb not in {"report", "cache clear"}))
)
def test_a_verb_writes_what_its_schema_says(said: Callable[[str], Ended], verb: str) -> None:
    """R241: also of several files, of what is refused, and of a number that does not apply."""
    holds(said, verb)


@pytest.mark.extras
def test_a_paper_is_told_as_its_schema_says(said: Callable[[str], Ended]) -> None:
    """R241."""
    pytest.importorskip("docx")
    holds(said, "report")


def test_what_is_cleared_is_told_as_its_schema_says(
    said: Callable[[str], Ended], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """R241."""
    monkeypatch.setenv("WELLBEVA_CACHE", str(tmp_path / "cache"))
    holds(said, "cache clear")


def holds(said: Callable[[str], Ended], verb: str) -> None:
    for line in BEFORE.get(verb, ()):
        said(line)
    if verb == "import":
        sheet = Path("sheet.csv")
        sheet.write_bytes(sheet.read_bytes().replace(b"3,200 people", b"3,300 people", 1))
    schema = json.loads(said(f"schema {verb}").out)
    Draft202012Validator.check_schema(schema)
    for line in LINES[verb]:
        ended = said(f"{line} --json")
        document = json.loads(ended.out)
        errors = list(Draft202012Validator(schema).iter_errors(document))
        assert not errors, (line, errors[0].json_path, errors[0].message)
        assert verb == "errors" or "errors" not in document or ended.status in {0, 1}, line
        assert ended.err == "", line


def test_every_verb_has_a_schema() -> None:
    """A verb says `as_json` in its signature where it makes a document of its own; `mcp` speaks a protocol."""
    own = {
        verb: "as_json" in inspect.signature(inspect.unwrap(function)).parameters
        for verb, function in verbs(application())
    }
    assert {*own} == {*DOCUMENTS, "schema", "mcp"} - {"text", "errors"}
    assert {verb for verb, makes in own.items() if not makes} == {*WORDS, "schema", "mcp"}


def test_a_schema_that_is_not_there_is_refused_by_name(said: Callable[[str], Ended]) -> None:
    told = said("schema evidence pol").err
    assert "WB-R540" in told
    assert "did you mean 'evidence pool'" in told
