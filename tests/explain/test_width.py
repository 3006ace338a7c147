"""The text of ``explain`` fits 80 columns, leaves empty headings out, and says lengths of time as they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.cli.output import columns

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "scenarios/easing-loneliness.yaml"


@pytest.mark.parametrize("width", [80, 120])
def test_every_line_fits_and_none_is_lost(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = api.explain(DEMO, width=width)
    wide = api.explain(DEMO, width=100_000)
    assert max(map(len, wide.splitlines())) > 200
    assert max(map(len, text.splitlines())) <= width
    assert text.split() == wide.split()


@pytest.mark.parametrize(("terminal", "used"), [("120", 120), ("39", 39), ("30", 30), ("12", 30)])
def test_a_narrow_terminal_is_filled_down_to_30_columns(
    terminal: str, used: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", terminal)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert columns(None) == used
    assert columns(Path("f.txt")) == 80


def test_what_follows_hangs_below() -> None:
    lines = api.explain(DEMO, "additional").splitlines()
    place = next(index for index, line in enumerate(lines) if line.startswith("      = (1 - deadweight)"))
    assert lines[place + 1].startswith(" " * 10)
    assert not lines[place + 1].startswith(" " * 11)


def test_a_parameter_has_no_empty_headings() -> None:
    text = api.explain(DEMO, "hold")
    assert text.startswith("Inputs\n")
    assert "Equations" not in text
    assert "What uses what" not in text
    assert "Sources\n" in text


def test_months_are_said_beside_years() -> None:
    """By hand: PERT of 3, 9 and 18 months has the mean (3 + 4 * 9 + 18) / 6 = 9.5 months."""
    flat = " ".join(api.explain(DEMO, "hold").split())
    assert "visits: 9 months (range 3 to 18) [assumed]" in flat
    assert "base 0.791667 years, which is 9.5 months" in flat


DEEP = 60
LONG = "_and_a_name_of_forty_characters_and_more"


def deep(folder: Path) -> Path:
    """Write a chain of equations with names as long as they may be, each also using the one after the next."""
    names = [(f"e{one}" + LONG)[:40] for one in range(DEEP)]
    lines = [
        f"  {name}: {' + '.join(names[one + 1 : one + 3]) or 'people * effect'} in LS * person"
        for one, name in enumerate(names)
    ]
    model = (
        "schema: wellbeva/model/1\nmodel: m\nparameters:\n"
        "  people: {unit: person, by: option, doc: people}\n  effect: {unit: LS, by: option, doc: gain}\n"
        "equations:\n" + "\n".join(lines) + f"\noutcomes: [{names[0]}]\n"
    )
    (folder / "m.yaml").write_text(model, encoding="utf-8")
    scenario = (
        "schema: wellbeva/scenario/1\nscenario: Deep\nmodel: m\nappraisal: green-book-2026\nchoose: one\n"
        "options: {a: {people: 100, effect: 0.2}}\n"
    )
    (folder / "s.yaml").write_text(scenario, encoding="utf-8")
    return folder / "s.yaml"


@pytest.mark.parametrize("width", [80, 120])
def test_a_deep_chain_fits_too_and_goes_on_from_the_margin(tmp_path: Path, width: int) -> None:
    text = api.explain(deep(tmp_path), width=width)
    assert max(map(len, text.splitlines())) <= width
    tree = text[text.index("What uses what") : text.index("Sources")].splitlines()
    names = [line.strip(" │├└─").partition(" ")[0] for line in tree]
    cut = {name: place for place, (name, line) in enumerate(zip(names, tree, strict=True)) if " ↓" in line}
    whole = {name: place for place, name in enumerate(names) if "_and_a_" in name and not {"…", "↓"} & set(tree[place])}
    assert cut
    assert {name for name, line in zip(names, tree, strict=True) if line.startswith("  e")} <= {names[1], *cut}
    # Every equation's branch is written out once, and below each place where it was cut.
    assert len(whole) == DEEP
    assert all(whole[name] > place for name, place in cut.items())
