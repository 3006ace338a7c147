"""Broken files and the exact message each gives: errors are public API.

To see a message that has changed on purpose, run the file's name through `wellbeva check`; the expected text is what it
prints, diagnostics parted by an empty line.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.errors import WellbevaError, render

CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.name for path in CASES.glob("*.yaml"))


def said(name: str) -> str:
    """Return all that a check says of a file, errors first raised or warnings returned."""
    try:
        found = api.check(name)
    except WellbevaError as error:
        found = error.diagnostics
    text = "\n\n".join(render(one) for one in found) + "\n"
    # A shipped model's lines move when it is edited; the file they are in does not.
    return re.sub(r"(wellbeva:models/\w+\.yaml):\d+:\d+", r"\1", text)


@pytest.mark.parametrize("name", NAMES)
def test_message_is_exact(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)
    assert said(name) == (CASES / name).with_suffix(".txt").read_text(encoding="utf-8")


def test_every_case_has_an_expected_message() -> None:
    assert {path.stem for path in CASES.glob("*.txt")} == {Path(name).stem for name in NAMES}
    assert len(NAMES) >= 104


SHIPPED = Path(__file__).parents[2] / "scenarios"
ONE_FAULT = [
    ("    people:", "    eople:", "WB-S020"),
    ("sometimes_lonely: 140 people", "sometimes_lonely: 140x people", "WB-V029"),
    ("sometimes_lonely: 140 people", "sometimes_lonely:", "WB-S033"),
    ("by: [group, body]", "by: [group, ody]", "WB-S042"),
    ("appraisal: green-book-2026", "appraisal: green-book-2062", "WB-A104"),
    ("appraisal: green-book-2026", "appraisal: {preset: green-book-2026, prices: 20x5}", "WB-S006"),
    ("  hmt2021:", "  hmt_2021:", "WB-S031"),
    ("    volunteers: 60", "    volunteers: 60 LS", "WB-U101"),
    ("choose: one", "choose: none", "WB-S005"),
    ("time: {step: month", "time: {step: mnth", "WB-S005"),
]


@pytest.mark.parametrize(("old", "new", "code"), ONE_FAULT, ids=[new.strip() for _, new, _ in ONE_FAULT])
def test_r81_one_fault_is_told_without_what_follows_from_it(tmp_path: Path, old: str, new: str, code: str) -> None:
    text = (SHIPPED / "easing-loneliness.yaml").read_text("utf-8")
    assert old in text
    (tmp_path / "s.yaml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(WellbevaError) as refused:
        api.check(tmp_path / "s.yaml")
    errors = [one for one in refused.value.diagnostics if one.severity == "error"]
    assert {one.code for one in errors} == {code}
    assert refused.value.unchecked


def test_r81_a_model_alone_tells_numbers_and_equations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES / "models")
    with pytest.raises(WellbevaError) as refused:
        api.check("each_stage.yaml")
    codes = [one.code for one in refused.value.diagnostics]
    assert codes == ["WB-V029", "WB-C021", "WB-U006", "WB-L020", "WB-C046"]


def test_r81_what_could_be_checked_to_the_end_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)
    with pytest.raises(WellbevaError) as refused:
        api.check("20-deadweight-twice.yaml")
    assert not refused.value.unchecked


@pytest.mark.parametrize(
    ("change", "unchecked"),
    [
        (("sometimes_lonely: 140 people", "sometimes_lonely: 140x people"), "the base case"),
        (("time: {step: month", "time: {step: mnth"), "numbers and equations"),
        (("  hmt2021:", "  hmt_2021:"), "the base case"),
    ],
)
def test_r81_every_verb_says_what_could_not_be_checked(tmp_path: Path, change: tuple[str, str], unchecked: str) -> None:
    text = (SHIPPED / "easing-loneliness.yaml").read_text("utf-8")
    assert change[0] in text
    (tmp_path / "s.yaml").write_text(text.replace(*change, 1), "utf-8")
    line = f"More may follow once these are fixed: {unchecked} could not be checked."
    for verb in (api.check, api.load, api.run, api.test, api.explain):
        with pytest.raises(WellbevaError) as refused:
            verb(tmp_path / "s.yaml")
        assert str(refused.value).splitlines()[-1] == line
