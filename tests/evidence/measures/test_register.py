"""The register of measures and published slopes: complete, dated, sourced; nothing is invented."""

from __future__ import annotations

import datetime
import json

import pytest

from wellbeva.cli.main import main
from wellbeva.evidence.measures.register import Measure, Slope, measures, records
from wellbeva.scenario.text.identifiers import NAME


def test_every_measure_has_a_scale_a_source_and_a_row_on_its_slope() -> None:
    for measure in measures().values():
        assert measure.slopes
        assert NAME.fullmatch(measure.key)
        assert measure.low < measure.high
        assert measure.direction in (1, -1)
        assert measure.source
        assert measure.status in ("SEEN", "RECALLED")
        assert bool(measure.reliability) == bool(measure.reliability_source)


@pytest.mark.parametrize(
    ("measure", "row"), [(measure, row) for measure in measures().values() for row in measure.slopes]
)
def test_every_slope_says_where_it_is_from_and_a_missing_one_has_no_number(measure: Measure, row: Slope) -> None:
    assert row.source
    assert datetime.date.fromisoformat(row.date) <= datetime.date(2026, 11, 30)
    assert (row.status == "NOT FOUND") == (row.slope == "") == (row.use == "none")
    assert row.status in ("SEEN", "RECALLED", "NOT FOUND")
    assert row.use in ("published", "alternative", "none")
    if row.use == "published":
        assert row.status == "SEEN"  # what is known from memory only is never drawn from
    if row.slope:
        assert row.number * measure.direction > 0
        assert abs(row.number) * measure.width <= 10.5 or measure.key == "standard_deviation"
        assert not row.low or float(row.low) <= row.number <= float(row.high)


def test_what_nobody_published_is_missing_and_says_so() -> None:
    missing = {key for key in measures() if not measures()[key].published}
    assert missing == {"ucla3", "phq9", "gad7", "eq5d"}
    for key in missing:
        assert records()[key].value == ""
        assert records()[key].note.startswith("No slope was found.")


def test_one_survey_has_one_weight_however_many_slopes_it_gave() -> None:
    # Pro Bono Economics estimated two slopes on #BeeWell, which share the third of that survey.
    assert measures()["swemwbs"].value == (
        '{mixture: [{1/3: "0.26 (range 0.255 to 0.265)"}, {1/6: "0.24 (range 0.24 to 0.35)"}, '
        '{1/6: "0.252 (range 0.2515 to 0.2525)"}, {1/3: "0.05 (range 0.045 to 0.055)"}]}'
    )


def test_a_slope_without_a_printed_error_has_that_of_its_last_digit_and_a_convention_none() -> None:
    assert measures()["ghq12"].value == "-0.21 (range -0.215 to -0.205)"
    assert measures()["loneliness"].value == "-0.70 (-0.81 to -0.59)"
    assert measures()["qaly"].value == "7"


def test_the_conflict_is_that_of_swemwbs_alone() -> None:
    assert [key for key in measures() if measures()[key].conflict] == ["swemwbs"]
    assert "5.2 times" in records()["swemwbs"].note


def test_the_verb_lists_and_shows_in_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], *([key] for key in measures())):
        assert main(["evidence", "measures", *words]) == 0
        out = capsys.readouterr().out
        assert not [line for line in out.splitlines() if len(line) > 80 and "http" not in line]
    assert main(["evidence", "measures", "phq9", "--json"]) == 0
    (phq9,) = json.loads(capsys.readouterr().out)
    assert (phq9["value"], phq9["slopes"][0]["status"]) == ("", "NOT FOUND")
    assert main(["evidence", "measures", "swembs"]) == 2
    told = capsys.readouterr().err
    assert "WB-S524" in told
    assert "did you mean 'swemwbs'?" in told


def test_r163_a_range_of_the_last_digit_is_not_taken_for_what_is_known() -> None:
    """0.13 of WEMWBS is drawn from 0.125 to 0.135, and its short form's slopes differ fivefold."""
    rounded = {key for key, record in records().items() if "last digit alone" in record.note}
    assert rounded == {"worthwhile", "happiness", "anxiety", "ons4", "swemwbs", "wemwbs", "ghq12", "standard_deviation"}
