"""The verb: a file in, words, JSON and a scenario's values out, and messages that say what to do."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from tests.evidence.determinants.simulated import written
from wellbeva import api
from wellbeva.api.evidence.determinants import Columns, regress, scenario_part
from wellbeva.cli.main import main
from wellbeva.distributions.spec import Distribution
from wellbeva.errors import Diagnostic, WellbevaError, render

TABLE = Path("scenarios/surveys/simulated_neighbours.csv")
HERE = Path(__file__).parent
COLUMNS = Columns(also=["age"], person="person", wave="wave", area="area")
ASKED = ["--on", "access", "--on", "trust", "--together", "--also", "age", "--person", "person", "--wave", "wave"]


def test_the_table_of_the_docs_is_what_the_simulation_gives() -> None:
    assert TABLE.read_text("utf-8") == written()


def test_r187_the_scenario_draws_the_multivariate_normal(tmp_path: Path) -> None:
    """Elements are normal with the widths of Student's intervals, and the copula has the correlations of the slopes."""
    result = regress(TABLE, ["access", "trust"], COLUMNS, together=True)
    scenario = yaml.safe_load(Path("scenarios/park-and-neighbours.yaml").read_text("utf-8"))
    part = yaml.safe_load(scenario_part(result, "neighbours"))
    scenario["values"] |= part["values"]
    plan = api.load(scenario | {"correlations": part["correlations"], "sources": part["sources"]}).plan
    names = ["slope[access]", "slope[trust]", "together"]
    at = [next(i for i, one in enumerate(plan.elements) if one.name == name) for name in names]
    slopes = result.slopes
    for element, one, spread in zip(at, slopes.estimates, slopes.spreads, strict=True):
        drawn = plan.elements[element].distribution
        assert drawn == Distribution("normal", (float(f"{one.value:.4g}"), float(f"{spread:.4g}")))
        assert spread > one.se  # Student's interval is wider than the normal one
    (joint,) = (one for one in plan.joints if set(at) <= set(one.elements))
    order = [joint.elements.index(element) for element in at]
    correlations = (joint.matrix @ joint.matrix.T)[np.ix_(order, order)]
    assert correlations == pytest.approx(slopes.correlations, abs=5.1e-5)


def test_the_verb_fits_its_terminal_and_gives_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "regress", str(TABLE), *ASKED, "--area", "area", "--places"]) == 0
    printed = capsys.readouterr().out
    words, _, part = printed.partition("A scenario on models/determinants.yaml takes the slopes:\n\n")
    assert max(map(len, words.splitlines())) <= 80
    result = regress(TABLE, ["access", "trust"], COLUMNS, together=True, places=True)
    assert part == scenario_part(result)
    assert "cause" not in printed
    assert "effect of" not in printed
    assert main(["evidence", "regress", str(TABLE), *ASKED, "--area", "area", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["slopes"]["covariance"] == pytest.approx(result.slopes.covariance)
    assert document["slopes"]["estimates"][0]["value"] == result.slopes.estimates[0].value


def test_a_determinant_may_have_another_heading(tmp_path: Path) -> None:
    """The same table with a heading in words, and each trust a hundred times as large: one SD stays one SD."""
    rows = [line.split(",") for line in TABLE.read_text("utf-8").splitlines()]
    text = [
        f"{','.join(row[:5])},{float(row[5]) * 100 if at else 'Trust them?'},{row[6]}" for at, row in enumerate(rows)
    ]
    (tmp_path / "s.csv").write_text("\n".join(text), "utf-8")
    named = regress(tmp_path / "s.csv", ["access", "trust=Trust them?"], COLUMNS).slopes
    slopes = regress(TABLE, ["access", "trust"], COLUMNS).slopes
    assert named.names == slopes.names
    assert named.estimates[1].value == pytest.approx(slopes.estimates[1].value)
    assert named.sds[1] == pytest.approx(100 * slopes.sds[1])


HEADS = "id,wave,area,life_satisfaction,access,trust,parks,gender"


def table(people: int = 30, waves: int = 2, **changed: object) -> str:
    """Write answers; a change is made in a whole column, to a text or by who and when, or at a line: `trust__7`."""
    rng = np.random.default_rng(9)
    lines = [HEADS]
    for row in range(people * waves):
        who, wave = divmod(row, waves)
        answer, access, trust = rng.integers(2, 9), rng.integers(0, 9), rng.integers(0, 9)
        values = (who, wave, f"a{who % 6}", answer, access, trust, 2 * access + 1, "fm"[who % 2])
        cells = dict(zip(HEADS.split(","), map(str, values), strict=True))
        for name, change in changed.items():
            column, _, line = name.partition("__")
            if not line or int(line) == row + 2:
                cells[column] = str(change(who, wave) if callable(change) else change)
        lines.append(",".join(cells.values()))
    return "\n".join(lines) + "\n"


def from_0_to_8(who: int, _: int) -> int:
    return who % 9


def some_tens(who: int, _: int) -> int:
    """More access goes with 1 instead of 0, and without it a few say 10: the mean falls, the order rises."""
    few = who % 6 == 0 and who % 9 < 4
    return 10 if few else int((who % 9 >= 4) ^ (who % 7 == 0))


BOTH = ["access", "trust"]
WHOLE = Columns(person="id", wave="wave", area="area")
PEOPLE = Columns(person="id", wave="wave")
CASES: dict[str, tuple[str, list[str], Columns, dict[str, object]]] = {
    "ten people": (table(10, 1), BOTH, Columns(), {}),
    "all answers equal": (table(life_satisfaction=7), BOTH, WHOLE, {}),
    "the same answer of each person": (table(life_satisfaction=from_0_to_8), BOTH, PEOPLE, {}),
    "the answers themselves": (
        table(parks=lambda who, wave: who % 9 * wave, life_satisfaction=lambda who, wave: who % 9 * wave),
        ["parks"],
        PEOPLE,
        {},
    ),
    "one area": (table(area="here"), BOTH, WHOLE, {}),
    "one time for each person": (table(waves=1), BOTH, WHOLE, {"effects": "person"}),
    "collinear columns": (table(), [*BOTH, "parks"], WHOLE, {}),
    "collinear with what is held equal": (table(), BOTH, Columns(also=["parks"], person="id", wave="wave"), {}),
    "a determinant that never varies": (table(trust=3), BOTH, WHOLE, {}),
    "one that never varies within people": (table(parks=lambda who, _: who % 4), ["access", "parks"], WHOLE, {}),
    "an id twice in a wave": (table(id__9="2", wave__9="1"), BOTH, WHOLE, {}),
    "ids without a wave": (table(people=2), BOTH, Columns(person="id"), {}),
    "words where numbers belong": (table(trust__5="quite a lot", life_satisfaction__8="#N/A"), BOTH, WHOLE, {}),
    "another scale": (table(life_satisfaction__4="11", life_satisfaction__6="-9"), BOTH, WHOLE, {}),
    "empty cells, and people who answered once": (table(trust__6="", area__4="NA"), BOTH, WHOLE, {}),
    "no such column": (table(), ["acess", "trust"], WHOLE, {}),
    "a heading twice": (table().replace("parks", "trust", 1), BOTH, WHOLE, {}),
    "a label in words": (table(), ["Parks nearby", "trust"], WHOLE, {}),
    "a column with two parts": (table(), ["access", "trust=access"], WHOLE, {}),
    "three together": (table(), ["access", "trust", "parks"], WHOLE, {"together": True}),
    "free text held equal": (table(99, gender=lambda who, wave: f"{who}{wave}"), BOTH, Columns(kinds=["gender"]), {}),
    "no area": (table(), BOTH, PEOPLE, {"effects": "area"}),
    "areas with effects, people alike": (table(), BOTH, WHOLE, {"effects": "area", "cluster": "person"}),
    "people who move": (table(area__3="a5"), BOTH, WHOLE, {"effects": "person"}),
    "another comparison": (table(), BOTH, WHOLE, {"effects": "twins"}),
    "another cluster": (table(), BOTH, WHOLE, {"cluster": "street"}),
    "two areas": (table(area=lambda who, _: who % 2), BOTH, WHOLE, {}),
    "places whose people agree": (
        table(99, 1, life_satisfaction=lambda who, _: who % 6),
        BOTH,
        WHOLE,
        {"effects": "none", "places": True},
    ),
    "few places": (table(), BOTH, WHOLE, {"places": True}),
    "answers that are no steps": (table(life_satisfaction__3="6.5"), BOTH, WHOLE, {"ordered": True}),
    "an order that says the opposite": (
        table(99, 1, life_satisfaction=some_tens, access=from_0_to_8),
        ["access"],
        Columns(),
        {"ordered": True},
    ),
    "answers in order": (
        table(99, 1, life_satisfaction=lambda who, _: who % 9 // 2, access=from_0_to_8),
        ["access"],
        Columns(),
        {"ordered": True},
    ),
    "no table": ("", BOTH, WHOLE, {}),
    "a row too long": (table().replace(",f\n", ",f,Mary Smith\n", 1), BOTH, WHOLE, {}),
}


def refused(text: str, on: list[str], columns: Columns, options: dict[str, object]) -> tuple[Diagnostic, ...]:
    Path("survey.csv").write_text(text, "utf-8")
    try:
        return regress("survey.csv", on, columns, **options).warnings  # type: ignore[arg-type]
    except WellbevaError as error:
        return error.diagnostics


def test_messages_are_exact_and_show_no_neighbour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To see messages that have changed on purpose, write `told` into the file."""
    monkeypatch.chdir(tmp_path)
    parts = []
    for title, case in CASES.items():
        found = refused(*case)
        assert found, title
        parts.append(f"== {title} ==\n\n" + "\n\n".join(map(render, found)))
    told = "\n\n".join(parts) + "\n"
    assert "Mary" not in told
    assert told == (HERE / "messages.txt").read_text("utf-8")


def test_r175_no_answer_is_the_same_to_every_verb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four cells answer nothing; who would rather not say a gender is of a kind."""
    monkeypatch.chdir(tmp_path)
    text = table(trust__5="missing", access__7="-", life_satisfaction__9="Don't know", area__11="blank")
    rows = [line.replace(",f", ",Prefer not to say") for line in text.splitlines()]
    held = Columns(person="id", wave="wave", area="area", kinds=["gender"])
    (left_out,) = (one for one in refused("\n".join(rows), BOTH, held, {"effects": "area"}) if one.code == "WB-R496")
    assert left_out.facts == ("4 of 60 rows; this is the first",)


def test_many_faults_of_one_kind_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table_here = TABLE.resolve()
    monkeypatch.chdir(tmp_path)
    found = refused(table(trust="lots"), BOTH, WHOLE, {})
    assert len(found) == 21
    assert found[-1].message == "and 40 more cells like it"
    with pytest.raises(WellbevaError, match="WB-R491"):
        scenario_part(regress(table_here, BOTH), "our survey")
