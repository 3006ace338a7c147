"""The algebra of units, their text, and durations in years."""

from __future__ import annotations

import string
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiers import examples
from wellbeva.core.units import (
    DIMENSIONLESS,
    WELLBY,
    YEAR,
    Unit,
    UnitError,
    base,
    currency,
    parse_unit,
    to_years,
    years_in,
)

GBP = currency("GBP", 2025)
LS, PERSON = base("LS"), base("person")


def read(text: str, *, extra: tuple[str, ...] = ()) -> Unit:
    return parse_unit(text, money=GBP, prices=2025, extra=extra)


def _product(parts: list[tuple[Unit, int]]) -> Unit:
    result = DIMENSIONLESS
    for unit, power in parts:
        result = result * unit**power
    return result


UNITS = st.lists(
    st.tuples(
        st.sampled_from([LS, PERSON, YEAR, GBP, base("month"), base("SD"), base("QALY")]),
        st.sampled_from([-2, -1, 1, 2, 3]),
    ),
    max_size=5,
).map(_product)


@given(UNITS, UNITS, UNITS)
def test_units_form_an_abelian_group(a: Unit, b: Unit, c: Unit) -> None:
    assert a * b == b * a
    assert (a * b) * c == a * (b * c)
    assert a * DIMENSIONLESS == a
    assert a / a == DIMENSIONLESS
    assert (a * b) / b == a


@given(UNITS, st.integers(-4, 4), st.integers(-4, 4))
def test_powers_add_and_roots_undo_squares(a: Unit, m: int, n: int) -> None:
    assert a**m * a**n == a ** (m + n)
    assert (a**2) ** Fraction(1, 2) == a


@given(UNITS)
def test_text_of_a_unit_is_read_back(a: Unit) -> None:
    if all(abs(power) <= 9 for _, power in a.powers):
        assert read(str(a)) == a


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", "1"),
        ("share", "1"),
        ("ratio", "1"),
        ("GBP", "GBP[2025]"),
        ("USD", "USD[2025]"),
        ("GBP[2019]", "GBP[2019]"),
        ("money/person", "GBP[2025]/person"),
        ("GBP/person/year", "GBP[2025]/person/year"),
        ("GBP per person per year", "GBP[2025]/person/year"),
        ("per year", "1/year"),
        ("1/year", "1/year"),
        ("people", "person"),
        ("persons", "person"),
        ("years", "year"),
        ("hours/person", "hour/person"),
        ("WELLBY", "WELLBY"),
        ("LS*person*year", "WELLBY"),
        ("person*year*LS", "WELLBY"),
        ("WELLBYs", "WELLBY"),
        ("WELLBY/person", "LS*year"),
        ("GBP/WELLBY", "GBP[2025]/WELLBY"),
        ("WELLBY/GBP", "WELLBY/GBP[2025]"),
        ("QALY/person/year", "QALY/person/year"),
        ("SD*year", "SD*year"),
        ("LS/SD/SD", "LS/SD**2"),
        ("LS/step", "LS/step"),
        ("year**2", "year**2"),
        ("year^2", "year**2"),
        ("GBP/year**2", "GBP[2025]/year**2"),
        ("person/person", "1"),
    ],
)
def test_text_is_read_and_written(text: str, written: str) -> None:
    assert str(read(text)) == written


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("persn", "'persn' is not a unit; did you mean 'person'?"),
        ("WELBY", "'WELBY' is not a unit; did you mean 'WELLBY'?"),
        ("XYZ", "'XYZ' is not a unit"),
        ("£/person", "'£' cannot stand in a unit; write GBP, USD or EUR"),
        ("%", "'%' cannot stand in a unit; write 'share'"),
        ("GBP/(person)", "'(' cannot stand in a unit; write GBP/person/year, without brackets"),
        ("GBP/", "the unit 'GBP/' ends without a name"),
        ("per", "the unit 'per' ends without a name"),
        ("/year", "the unit '/year' lacks a name before '/'"),
        ("GBP person", "the unit 'GBP person' lacks '*', '/' or 'per' before 'person'"),
        ("year**10", "a power in a unit follows a name and lies between -9 and 9"),
        ("**2", "a power in a unit follows a name and lies between -9 and 9"),
        ("year**2**2", "a power in a unit follows a name and lies between -9 and 9"),
        ("*".join(["year"] * 17), "a unit has at most 16 factors"),
        ("year" * 40, "a unit has at most 120 characters, this has 160"),
        ("GBP[24]", "'[' cannot stand in a unit"),
        ("2/year", "'2' cannot stand in a unit"),
    ],
)
def test_what_is_no_unit_says_why(text: str, message: str) -> None:
    with pytest.raises(UnitError) as caught:
        read(text)
    assert str(caught.value) == message


def test_units_of_the_model_have_plurals_and_near_misses() -> None:
    assert read("visits/person", extra=("visit",)) == base("visit") / PERSON
    with pytest.raises(UnitError, match="did you mean 'visit'"):
        read("vist", extra=("visit",))


def test_a_currency_without_price_year_is_not_one_with() -> None:
    assert parse_unit("GBP", money=GBP) == currency("GBP")
    assert currency("GBP") != GBP


@settings(max_examples=examples(300))
@given(st.text(alphabet=string.printable + "£²", max_size=130))
def test_any_text_is_a_unit_or_an_error_of_one_sentence(text: str) -> None:
    try:
        unit = read(text)
    except UnitError:
        return
    assert len(unit.powers) <= 16
    assert all(token and abs(power) <= 9 * 16 for token, power in unit.powers)


@pytest.mark.parametrize(
    ("word", "years"),
    [
        ("year", Fraction(1)),
        ("years", Fraction(1)),
        ("quarter", Fraction(1, 4)),
        ("months", Fraction(1, 12)),
        ("week", Fraction(28, 1461)),  # 7 / 365.25
        ("days", Fraction(4, 1461)),
        ("hours", None),
        ("person", None),
        ("yearss", None),
        ("", None),
    ],
)
def test_durations_in_years(word: str, years: Fraction | None) -> None:
    assert years_in(word) == years


def test_the_calendar_of_an_appraisal_says_otherwise() -> None:
    assert years_in("day", days_per_year=Fraction(365)) == Fraction(1, 365)
    assert years_in("week", days_per_year=Fraction(365)) == Fraction(7, 365)
    assert years_in("week", weeks_per_year=Fraction(52)) == Fraction(1, 52)
    assert years_in("day", weeks_per_year=Fraction(52)) == Fraction(4, 1461)
    assert years_in("month", days_per_year=Fraction(360)) == Fraction(1, 12)


def test_what_is_money_and_what_is_a_duration() -> None:
    assert GBP.is_money
    assert (GBP / PERSON / YEAR).is_money
    assert not WELLBY.is_money
    assert not base("DAY").is_money
    assert YEAR.is_duration
    assert base("week").is_duration
    assert not (DIMENSIONLESS / YEAR).is_duration
    assert not (YEAR * YEAR).is_duration
    assert to_years(GBP / base("month")) == GBP / YEAR
