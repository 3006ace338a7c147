"""The text grammar of values: what is read, what is refused, and where the fault is shown."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellbeva.core.spans import Located, Piece
from wellbeva.errors import Collector, Diagnostic
from wellbeva.scenario.value import Amount, Value
from wellbeva.scenario.values.short_form import parse_cites, parse_value


def read(text: str) -> Value:
    collector = Collector()
    value = parse_value(Located.bare(text, "here"), collector=collector)
    assert value is not None, collector.found
    return value


def fault(text: str) -> Diagnostic:
    collector = Collector()
    line = f"    key: {text}"
    assert parse_value(Located(text, "f.yaml", (Piece(0, 3, 10, line),)), collector=collector) is None
    (one,) = collector.errors
    return one


READ = [
    ("0.30", "number", {"value": Amount(Fraction(3, 10))}),
    ("-0.04", "number", {"value": Amount(Fraction(-1, 25))}),
    ("−0.04", "number", {"value": Amount(Fraction(-1, 25))}),
    (".5", "number", {"value": Amount(Fraction(1, 2))}),
    ("10/6", "number", {"value": Amount(Fraction(5, 3))}),
    ("67.1%", "number", {"value": Amount(Fraction(671, 1000), percent=True)}),
    ("£1,314 in 2023 prices", "number", {"value": Amount(Fraction(1314), currency="GBP", price_year=2023)}),
    ("£850k", "number", {"value": Amount(Fraction(850_000), currency="GBP")}),
    ("$1.5m", "number", {"value": Amount(Fraction(1_500_000), currency="USD")}),
    ("€2bn", "number", {"value": Amount(Fraction(2_000_000_000), currency="EUR")}),
    ("-£5", "number", {"value": Amount(Fraction(-5), currency="GBP")}),
    ("£12.21/hour in 2025 prices", "number", {"value": Amount(Fraction(1221, 100), "per hour", False, "GBP", 2025)}),
    ("50,000 people", "number", {"value": Amount(Fraction(50_000), "people")}),
    ("45 hours", "number", {"value": Amount(Fraction(45), "hours")}),
    ("0.03 per year", "number", {"value": Amount(Fraction(3, 100), "per year")}),
    ("5% per year", "number", {"value": Amount(Fraction(1, 20), "per year", True)}),
    (
        "0.30 (0.05 to 0.55)",
        "interval",
        {"centre": Amount(Fraction(3, 10)), "low": Amount(Fraction(1, 20)), "high": Amount(Fraction(11, 20))},
    ),
    (
        "0.40 per year (0.25 to 0.60)",
        "interval",
        {
            "centre": Amount(Fraction(2, 5), "per year"),
            "low": Amount(Fraction(1, 4), "per year"),
            "high": Amount(Fraction(3, 5), "per year"),
        },
    ),
    (
        "£95 in 2024 prices (£80 to £110)",
        "interval",
        {
            "centre": Amount(Fraction(95), currency="GBP", price_year=2024),
            "low": Amount(Fraction(80), currency="GBP", price_year=2024),
            "high": Amount(Fraction(110), currency="GBP", price_year=2024),
        },
    ),
    (
        "75% (range 60% to 94%)",
        "range",
        {
            "mode": Amount(Fraction(3, 4), percent=True),
            "min": Amount(Fraction(3, 5), percent=True),
            "max": Amount(Fraction(47, 50), percent=True),
        },
    ),
    (
        "9 months (range 3 to 18)",
        "range",
        {
            "mode": Amount(Fraction(9), "months"),
            "min": Amount(Fraction(3), "months"),
            "max": Amount(Fraction(18), "months"),
        },
    ),
    ("1.04 (se 0.30)", "se", {"centre": Amount(Fraction(26, 25)), "se": Amount(Fraction(3, 10))}),
    (
        "30% (sd 5%)",
        "sd",
        {"centre": Amount(Fraction(3, 10), percent=True), "sd": Amount(Fraction(1, 20), percent=True)},
    ),
    ("31 of 45", "count", {"events": Amount(Fraction(31)), "n": Amount(Fraction(45))}),
    ("0 of 45", "count", {"events": Amount(Fraction(0)), "n": Amount(Fraction(45))}),
]


@pytest.mark.parametrize(("text", "form", "amounts"), READ, ids=[text for text, _, _ in READ])
def test_a_value_as_papers_print_it(text: str, form: str, amounts: dict[str, Amount]) -> None:
    value = read(text)
    assert (value.form, dict(value.amounts), value.written) == (form, amounts, text)


@pytest.mark.parametrize(
    ("text", "form", "word"),
    [
        ("true", "switch", "true"),
        ("linear", "label", "linear"),
        ("same as shift.parks.access", "same_as", "shift.parks.access"),
    ],
)
def test_words(text: str, form: str, word: str) -> None:
    assert (read(text).form, read(text).word) == (form, word)


def test_the_level_of_an_interval_is_95_unless_said() -> None:
    assert read("0.3 (0.1 to 0.5)").level == Fraction(95, 100)
    assert read("0.3 (90% CI 0.1 to 0.5)").level == Fraction(90, 100)
    assert read("0.3 (99.5% CI 0.1 to 0.5)").level == Fraction(995, 1000)


def test_sources_have_places_and_spans() -> None:
    value = read("0.30 (0.05 to 0.55) [ucl2023 Table 2; hmt Annex 3, p. 4]")
    assert [(cite.key, cite.place) for cite in value.cites] == [("ucl2023", "Table 2"), ("hmt", "Annex 3, p. 4")]
    assert [(cite.span.column, cite.span.length) for cite in value.cites if cite.span] == [(22, 15), (39, 17)]
    assert parse_cites(Located.bare("scheme2024 budget", "here"), collector=Collector())[0].place == "budget"


REFUSED = [
    ("30% (25 to 35)", "WB-V010", 15, 8),
    ("30 (25% to 35%)", "WB-V010", 14, 10),
    ("£850k (800 to 900)", "WB-V010", 17, 10),
    ("9 months (range 3 to 18 weeks)", "WB-V010", 26, 13),
    ("£5 ($4 to $6)", "WB-V010", 14, 8),
    ("1e999", "WB-V025", 10, 5),
    ("12e-0031", "WB-V025", 10, 8),
    ("2025-11-24", "WB-V026", 10, 10),
    (".inf", "WB-V027", 10, 4),
    ("0x1F", "WB-V027", 10, 4),
    ("1_000", "WB-V028", 10, 5),
    ("1,31", "WB-V021", 10, 4),
    ("1/0", "WB-V022", 10, 3),
    ("3 to 5", "WB-V007", 10, 6),
    ("0.05–0.55", "WB-V007", 10, 9),
    ("0.3 (0.5 to 0.1)", "WB-V012", 15, 10),
    ("0.9 (0.1 to 0.5)", "WB-V013", 15, 10),
    ("0.3 (se 0)", "WB-V009", 15, 4),
    ("0.3 (about 2)", "WB-V014", 15, 7),
    ("0.3 (0.1 to 0.5) months", "WB-V008", 26, 7),
    ("0.3 (0.1 to 0.5", "WB-V008", 14, 11),
    ("0.3 (0.1 to 0.5 [trial]", "WB-V008", 14, 11),
    ("46 of 45", "WB-V006", 10, 8),
    ("3.5 of 45", "WB-V005", 10, 9),
    ("0.3 [trial", "WB-V015", 14, 6),
    ("0.3 [Trial]", "WB-V016", 15, 5),
    ("[trial]", "WB-V002", 10, 7),
    ("not a number", "WB-V004", 10, 12),
    ("5 months)", "WB-V023", 11, 8),
    ("5 in 20233 prices", "WB-V023", 11, 16),
    ("5 in 1066 prices", "WB-V024", 15, 4),
    ("9" * 41, "WB-V020", 10, 41),
    ("same as two paths", "WB-V003", 10, 17),
    ("٣", "WB-V029", 10, 1),
    ("x" * 501, "WB-V001", 10, 1),
]


@pytest.mark.parametrize(("text", "code", "column", "length"), REFUSED, ids=[text[:20] for text, *_ in REFUSED])
def test_what_is_no_value_is_refused_where_the_fault_is(text: str, code: str, column: int, length: int) -> None:
    one = fault(text)
    assert one.span is not None
    assert (one.code, one.span.line, one.span.column, one.span.length) == (code, 3, column, length)
    assert one.remedy


def test_a_bracket_that_is_not_closed_is_named() -> None:
    one = fault("0.3 (0.1 to 0.5 [trial]")
    assert (one.message, one.remedy) == (
        "the bracket is not closed",
        "write ')' after the interval, as in '0.30 (0.05 to 0.55)'",
    )


digits = st.from_regex(r"[0-9]{1,12}(\.[0-9]{1,12})?", fullmatch=True)
units = st.sampled_from(["", " months", " people", " per year", " per person per year"])
money = st.sampled_from(["", "£", "$", "€"])


@given(digits, st.sampled_from(["", "-"]), money, units, st.sampled_from(["", " in 2023 prices"]))
def test_a_number_keeps_every_digit(number: str, sign: str, sign_of_money: str, unit: str, prices: str) -> None:
    amount = read(f"{sign}{sign_of_money}{number}{unit}{prices}").amounts["value"]
    assert amount.number == (-1 if sign else 1) * Fraction(number)
    assert amount.unit == unit.strip()
    assert amount.currency == {"": "", "£": "GBP", "$": "USD", "€": "EUR"}[sign_of_money]
    assert amount.price_year == (2023 if prices else None)


@given(
    st.lists(st.decimals(min_value=0, max_value=10**9, places=4), min_size=3, max_size=3, unique=True),
    st.sampled_from(["", "%"]),
    st.sampled_from(["", "range ", "90% CI "]),
    st.sampled_from(["", "[key]", "[key Table 2; other]"]),
)
def test_an_interval_written_out_reads_back(numbers: list[object], percent: str, kind: str, cite: str) -> None:
    low, centre, high = sorted(Fraction(str(number)) for number in numbers)
    texts = [f"{number.numerator * 10**4 // number.denominator / 10**4:.4f}{percent}" for number in (centre, low, high)]
    value = read(f"{texts[0]} ({kind}{texts[1]} to {texts[2]}) {cite}")
    scale = 100 if percent else 1
    assert [amount.number * scale for amount in value.amounts.values()] == [centre, low, high]
    assert value.form == ("range" if kind == "range " else "interval")
    assert len(value.cites) == cite.count(";") + bool(cite)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    collector = Collector()
    value = parse_value(Located.bare(text, "here"), collector=collector)
    assert (value is None) == bool(collector.errors)
    assert all(one.span and one.remedy for one in collector.errors)
