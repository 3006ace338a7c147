"""Price base and the value of a WELLBY: printed figures, ratios, and what is said where a year is missing."""

from fractions import Fraction

import pytest

from wellbeva.appraisal.deflator import load_deflator
from wellbeva.appraisal.errors import AppraisalError
from wellbeva.appraisal.wellby import published_years, wellby_value


def test_deflator_has_the_index_of_its_source() -> None:
    index = load_deflator().index
    assert (min(index), max(index), len(index)) == (1990, 2024, 35)
    assert index[2019] == Fraction("81.1085")
    assert index[2024] == 100


def test_conversion_is_the_ratio_of_the_index() -> None:
    deflator = load_deflator()
    assert deflator.ratio(from_year=2019, to_year=2023) == Fraction("96.2507") / Fraction("81.1085")
    assert float(deflator.ratio(from_year=2019, to_year=2024)) == pytest.approx(100 / 81.1085, rel=1e-15)


def test_there_and_back_is_exact() -> None:
    deflator = load_deflator()
    assert deflator.ratio(from_year=2010, to_year=2022) * deflator.ratio(from_year=2022, to_year=2010) == 1


def test_same_year_needs_no_deflator() -> None:
    assert load_deflator().ratio(from_year=2025, to_year=2025) == 1


def test_missing_year_names_both_facts_and_the_override() -> None:
    with pytest.raises(AppraisalError, match="price year missing: deflator 2025") as caught:
        load_deflator().ratio(from_year=2023, to_year=2025)
    assert caught.value.facts == (
        "money in 2023 prices is wanted in 2025 prices",
        "the deflator (Quarterly National Accounts, December 2025) has 1990 to 2024",
    )
    assert "appraisal.deflator" in caught.value.remedy


def test_a_given_year_extends_the_deflator() -> None:
    extended = load_deflator().extended({2025: Fraction("103.5")})
    assert extended.ratio(from_year=2024, to_year=2025) == Fraction("1.035")
    assert "given by the scenario" in extended.vintage.version
    with pytest.raises(AppraisalError):
        load_deflator().ratio(from_year=2024, to_year=2025)


@pytest.mark.parametrize(
    ("year", "low", "central", "high"),
    [
        (2019, 10_000, 13_000, 16_000),
        (2022, 10_996, 14_294, 17_593),
        (2023, 11_733, 15_253, 18_773),
        (2025, 12_584, 16_359, 20_134),
    ],
)
def test_published_values_of_a_wellby(year: int, low: int, central: int, high: int) -> None:
    value = wellby_value(year)
    assert [value.low, value.central, value.high] == [low, central, high]
    assert value.vintage.status == "SEEN"
    assert value.vintage.source
    # The low and high values stand 3/13 below and above the central one; printed to the pound.
    assert float(value.central - value.low) == pytest.approx(float(value.central) * 3 / 13, abs=1)
    assert float(value.high - value.central) == pytest.approx(float(value.central) * 3 / 13, abs=1)


def test_year_with_only_a_central_value_is_an_error_that_says_so() -> None:
    with pytest.raises(AppraisalError, match="no published value of a WELLBY for 2024") as caught:
        wellby_value(2024)
    assert caught.value.facts[0] == "low, central and high are published for 2019, 2022, 2023, 2025"
    assert "only a central value of £16,300" in caught.value.facts[1]
    assert "appraisal.wellby_value" in caught.value.remedy


def test_year_without_any_value_is_an_error() -> None:
    with pytest.raises(AppraisalError, match="for 2030") as caught:
        wellby_value(2030)
    assert len(caught.value.facts) == 1
    assert published_years() == (2019, 2022, 2023, 2025)
