"""The preset green-book-2026 and its vintages."""

from fractions import Fraction

import pytest

from wellbeva.appraisal.errors import AppraisalError
from wellbeva.appraisal.presets import load_preset, preset_names
from wellbeva.appraisal.schedules import factor
from wellbeva.appraisal.wellby import wellby_value


def test_green_book_2026_rules() -> None:
    preset = load_preset("green-book-2026")
    assert preset.currency == "GBP"
    assert preset.calendar == {"days_per_year": Fraction("365.25")}
    assert factor(preset.discount["money"], 1) == pytest.approx(1 / 1.035, rel=1e-15)
    assert factor(preset.discount["wellbeing"], 40) == pytest.approx(1.015**-40, rel=1e-14)
    assert factor(preset.discount["health"], 40) == factor(preset.discount["wellbeing"], 40)


def test_default_price_year_has_both_a_value_and_a_deflator() -> None:
    preset = load_preset("green-book-2026")
    both = set(preset.wellby) & set(preset.deflator.index)
    assert preset.prices == max(both)
    assert wellby_value(preset.prices).central == 15_253


def test_every_vintage_has_source_licence_version_and_status() -> None:
    vintages = load_preset("green-book-2026").vintages(price_year=2023)
    assert [one.name for one in vintages] == [
        "HM Treasury Green Book 2026 with the wellbeing guidance of 2021",
        "Discount schedule green-book-standard",
        "Discount schedule health-flat",
        "GDP deflator, United Kingdom, calendar years, 2024 = 100",
        "Value of a WELLBY, 2023 prices",
    ]
    for one in vintages:
        assert one.source
        assert one.source != "same"
        assert one.licence
        assert one.version
        assert one.status in {"SEEN", "RECALLED"}


def test_vintages_without_a_published_value_leave_it_out() -> None:
    assert len(load_preset("green-book-2026").vintages(price_year=2024)) == 4


def test_each_part_has_a_sentence() -> None:
    preset = load_preset("green-book-2026")
    assert {"discount.money", "discount.wellbeing", "prices", "wellby_value"} <= set(preset.sentences)
    assert all(sentence.endswith(".") for sentence in preset.rules)


def test_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(AppraisalError, match="no appraisal preset 'green-book-2025'") as caught:
        load_preset("green-book-2025")
    assert caught.value.remedy == "did you mean 'green-book-2026'?"
    assert preset_names() == ("green-book-2026", "green-book-2022", "hmt-wellbeing-2021")
    with pytest.raises(AppraisalError) as caught:
        load_preset("x")
    assert "appraisal" in caught.value.remedy
