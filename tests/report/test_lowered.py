"""What ``explain --stage lowered`` says of the compiled engine's passes."""

from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.cli.main import main
from wellbeva.engine.compiled.plan_loops import Generated
from wellbeva.engine.targets import targets
from wellbeva.report.explain.lowered import _row

ROOT = Path(__file__).resolve().parents[2]
TRAJECTORY = ROOT / "benchmarks" / "trajectory_4x4x10.yaml"


def test_the_passes_stand_in_order_and_the_source_follows():
    text = api.explain(TRAJECTORY, format="lowered")
    places = [
        text.index(word) for word in ("as written", "folded", "shared", "lifted", "lowered", "fused", "def part_0")
    ]
    assert places == sorted(places)
    # 16 exponentials of ten years, whatever the options: the fused nest is the widest
    assert "option 4 x group 4 x time 10: " in text
    assert "exp(" in text


def test_every_stored_value_of_the_list_is_stored_in_the_source():
    made = Generated(api.load(TRAJECTORY).plan, targets(api.load(TRAJECTORY).plan))
    listed = api.explain(TRAJECTORY, format="lowered")
    for number in made.schedule.stored:
        assert f"  v{number} = " in listed
        assert f"v{number}[" in made.loops.python()


def test_names_that_a_person_wrote_do_not_enter_the_source():
    path = ROOT / "scenarios" / "uk-community-offers.yaml"
    plan = api.load(path).plan
    source = Generated(plan, targets(plan)).loops.python()
    written = {one.name for one in plan.equations} | {one.name for one in plan.parameters if not one.builtin}
    written |= {label for axis in plan.axes.values() for label in axis.labels if not label.replace(".", "").isdigit()}
    # the words of the source itself: axes in the fixed order, and what Python and the kernels are called
    words = set(source.replace("(", " ").replace(")", " ").replace(",", " ").replace("[", " ").split())
    assert not {word for word in words & written if len(word) > 3} - {
        "time",
        "option",
        "group",
        "state",
        "data",
        "rows",
    }


@pytest.mark.parametrize("other", [["--trace", "wellbys"], ["--draw", "3"], ["--format", "dot"], ["wellbys"]])
def test_two_questions_at_once_are_refused(other, capsys):
    assert main(["explain", str(TRAJECTORY), "--stage", "lowered", *other]) == 2
    assert "WB-R104" in capsys.readouterr().err


@pytest.mark.parametrize("asked", [["--stage", "lowered"], ["--trace", "cost"]])
def test_a_name_that_would_be_passed_over_is_refused(asked, capsys):
    assert main(["explain", str(TRAJECTORY), "wellbys", *asked]) == 2
    ended = capsys.readouterr()
    assert ended.out == ""
    assert f"error[WB-R104]: the name 'wellbys' and {' '.join(asked[:1])}" in ended.err


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda path: path.stem)
def test_all_but_the_source_fits_a_terminal(path):
    text, _, source = api.explain(path, format="lowered").partition("\nfrom math import")
    assert source
    assert [line for line in text.splitlines() if len(line) > 80] == []


def test_what_finds_no_room_begins_a_line():
    told, over, name = "v1 = where(s2, s3, s4)", "option 3 x time 60", "wellbys"
    assert list(_row(told, over, name)) == [f"{'  ' + told:42}{over:20}{name}"]
    lines = list(
        _row(f"v1 = product sum({', '.join(['data'] * 20)}) over time", "option 3 x time 60 x group 4", "x" * 70)
    )
    assert max(map(len, lines)) <= 80
    assert " ".join(" ".join(lines).split()).endswith(f"data) over time option 3 x time 60 x group 4 {'x' * 70}")
    assert list(_row(told, over, "")) == [f"{'  ' + told:42}{over}"]
