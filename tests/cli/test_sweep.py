"""``wellbeva sweep``: lists of values as people write them, refusals, exit status; cells that are compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wellbeva.cli import main
from wellbeva.cli.commands.batch.sweep import split_values
from wellbeva.errors import WellbevaError

FILE = str(Path(__file__).parents[2] / "scenarios" / "published" / "frijters2024-simple.yaml")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("3,6,9 months", ["3 months", "6 months", "9 months"]),
        ("1.5, 2e3,-4%", ["1.5%", "2e3%", "-4%"]),
        ("3, 6 weeks, 9 months [study p. 3, 4]", ["3 months [study p. 3, 4]", "6 weeks", "9 months [study p. 3, 4]"]),
        ("0.2 (0.1 to 0.3), {mean: 1, sd: 2}", ["0.2 (0.1 to 0.3)", "{mean: 1, sd: 2}"]),
        ('"a, b",c', ["a, b", "c"]),
        ("1,2,3", ["1", "2", "3"]),
        ("50,80,120%", ["50%", "80%", "120%"]),
        ("100, 200 people", ["100 people", "200 people"]),
        ("linear,exponential", ["linear", "exponential"]),
        ("£3,£1000", ["£3", "£1000"]),
        ("2 = 3", ["2 = 3"]),
        ("a)b,c", ["a)b", "c"]),
    ],
)
def test_r142_a_list_of_values_is_cut_where_people_mean_it(text: str, values: list[str]) -> None:
    assert split_values(f" hold.walks = {text}") == ("hold.walks", values)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--set take_up=", "WB-R278"),
        ("--set take_up=1,,2", "WB-R278"),
        ("--set =3", "WB-R278"),
        ("--set people=100,200", "WB-R277"),
        ("--set take_up=1 --set take_up=2", "WB-R276"),
        ("--over region=@english_regions", "WB-R275"),
        ("--over area=@english_region", "did you mean '@english_regions'"),
        ("--over area=Liverpol", "did you mean 'Liverpool'"),
        ("--set take_pu=1", "did you mean 'take_up'"),
        ("--variants als", "WB-S132"),
        ("--set take_up=1 --resume", "WB-R270"),
        ("--out s", "WB-R233"),
        ("--set take_up=1 --out s --shard 3/2", "WB-R306"),
        ("--set take_up=1 --out s --shard 3", "WB-R306"),
    ],
)
def test_r141_what_cannot_be_swept_is_said(
    words: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.main(["sweep", FILE, *words.split()]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert "remedy: " in said
    assert not any(tmp_path.iterdir())


@pytest.mark.thorough
def test_r141_refused_cells_are_listed_and_cells_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["sweep", FILE, "--set", "take_up=50,80,120%", "--draws", "512", "--parallel", "1", "--csv"]
    assert main.main(words) == 3
    said = capsys.readouterr().out
    assert "2 of 3 cells done, 1 refused." in said
    assert "WB-V104 in cell 3: " in said
    assert max(map(len, said.splitlines())) <= 80
    others = ["sweep", FILE, "--set", "hold=1,2 years", "--draws", "512", "--parallel", "1", "--csv", "--out", "s"]
    for again in (others, [*others, "--resume"]):
        assert main.main(again) == 0
        assert "2 of 2 cells done, 0 refused." in capsys.readouterr().out
    folder = "sweeps/frijters2024-simple"
    assert main.main([*words, "--resume", "--json"]) == 3
    document = json.loads(capsys.readouterr().out)
    assert (document["cells"], [one["cell"] for one in document["refused"]]) == (3, [3])
    assert main.main(["diff", f"{folder}:1", f"{folder}:2", "--draws", "512"]) == 0
    assert "50% → 80%" in capsys.readouterr().out
    for cell in ("4", "0", "x", ""):
        assert main.main(["diff", f"{folder}:1", f"{folder}:{cell}"]) == 2
        assert "WB-R279" in capsys.readouterr().err


def test_r142_a_refusal_has_its_words() -> None:
    with pytest.raises(WellbevaError, match="may be a list, or numbers with commas between thousands"):
        split_values("people=1,000")


@pytest.mark.thorough
def test_shards_of_a_sweep_make_the_table_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["sweep", FILE, "--set", "take_up=50,60,80%", "--draws", "8192", "--parallel", "1", "--csv"]
    assert main.main([*words, "--out", "once"]) == 0
    for shard in ("2/2", "1/2"):
        assert main.main([*words, "--out", "parts", "--shard", shard]) == 0
    assert capsys.readouterr().out.endswith("shard 1/2: its 2 cells stand in parts\n")
    assert main.main([*words, "--out", "parts", "--resume"]) == 0
    assert (tmp_path / "parts" / "sweep.csv").read_bytes() == (tmp_path / "once" / "sweep.csv").read_bytes()
