"""A scenario raises its value of a WELLBY by the guidance's formula, on series of its own (semantics R35)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.appraisal.appraisal_answers import Answers
from wellbeva import api
from wellbeva.errors import WellbevaError
from wellbeva.report.page.annex.annexes import _vintages
from wellbeva.report.page.view import Table

SCENARIO = """
schema: wellbeva/scenario/1
scenario: A value that is raised
model: wellbeing_trajectory
choose: one
appraisal:
  preset: green-book-2026
  wellby_value:
    low: £10,000 in 2019 prices
    central: £13,000 in 2019 prices
    high: £16,000 in 2019 prices
    source: guidance
    uprate: {gdp_per_head: {2019: 50, 2023: 51}, source: series page 4}
options:
  offer: {label: Offer, people: 100 people, effect: 0.3, hold: 9 months, cost_once: "£10,000 in 2023 prices"}
sources:
  guidance: {cite: Guidance (2021), covers: all, evidence: strong}
  series: {cite: A made-up series, licence: OGL v3}
""".lstrip()
PRICES = 96.2507 / 81.1085
"""Deflator of 2023 over that of 2019, as printed."""
ROUNDING = 1e-12
"""Some ten operations in floating point."""


def answers(folder: Path, *changes: tuple[str, str], overrides: tuple[str, ...] = ()) -> Answers:
    text = SCENARIO
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "raised.yaml"
    path.write_text(text, encoding="utf-8")
    return Answers(path, overrides)


def value(found: Answers, level: str) -> float:
    return next(one.base for one in found.compiled.record.inputs if one.path == f"wellby_value.{level}")


def test_each_level_is_raised_by_prices_and_by_incomes(tmp_path: Path) -> None:
    """R35: W_t = W_b × (deflator ratio) × (real GDP per head ratio) ** 1.3."""
    found = answers(tmp_path)
    for level, written in (("low", 10_000), ("central", 13_000), ("high", 16_000)):
        assert value(found, level) == pytest.approx(written * PRICES * 1.02**1.3, rel=ROUNDING)
        benefit = 100 * 0.3 * 0.75 * written * PRICES * 1.02**1.3
        assert found("benefit", level=level) == pytest.approx(benefit, rel=ROUNDING)
    assert not {"WB-A119", "WB-S301"} & set(found.codes)


def test_another_elasticity_another_deflator_another_year(tmp_path: Path) -> None:
    found = answers(tmp_path, ("51}, source", "51}, elasticity: 1, source"))
    assert value(found, "central") == pytest.approx(13_000 * PRICES * 1.02, rel=ROUNDING)
    found = answers(
        tmp_path,
        ("green-book-2026\n", "green-book-2026\n  prices: 2026\n  deflator: {2026: 105}\n"),
        ("2023: 51", "2026: 55"),
        ("£10,000 in 2023 prices", "£10,000 in 2026 prices"),
    )
    assert value(found, "central") == pytest.approx(13_000 * 105 / 81.1085 * 1.1**1.3, rel=ROUNDING)
    found = answers(tmp_path, ("£13,000 in 2019", "£15,253 in 2023"))
    assert value(found, "central") == 15_253
    assert value(found, "high") == pytest.approx(16_000 * PRICES * 1.02**1.3, rel=ROUNDING)


def test_a_spread_is_raised_whole(tmp_path: Path) -> None:
    """Where no decision rests on it, the value may be uncertain."""
    (tmp_path / "worth.yaml").write_text(
        "schema: wellbeva/model/1\nmodel: worth\nparameters:\n"
        "  wellby_value: {unit: money/WELLBY, from: appraisal, doc: value}\n"
        "  wellbys: {unit: WELLBY, by: option, doc: gain}\n"
        "equations: {benefit: wellbys * wellby_value in money}\noutcomes: [benefit]\n",
        encoding="utf-8",
    )
    levels = SCENARIO[SCENARIO.index("    low:") : SCENARIO.index("    source: guidance")]
    option = next(line for line in SCENARIO.splitlines() if "offer:" in line)
    found = answers(
        tmp_path,
        ("model: wellbeing_trajectory", "model: worth"),
        (option, "  offer: {label: Offer, wellbys: 2 WELLBY}"),
        (levels, "    central: {base: £12500 in 2019 prices, normal: {mean: £13000 in 2019 prices, se: £500}}\n"),
    )
    (one,) = [one for one in found.compiled.record.inputs if one.parameter == "wellby_value"]
    factor = PRICES * 1.02**1.3
    assert one.base == pytest.approx(12_500 * factor, rel=ROUNDING)
    assert one.distribution is not None
    assert tuple(one.distribution.args) == pytest.approx((13_000 * factor, 500 * factor), rel=ROUNDING)


def test_a_variant_may_raise_it_otherwise(tmp_path: Path) -> None:
    answers(tmp_path)
    flat = "variants: {flat: {appraisal.wellby_value.uprate: {gdp_per_head: {2019: 100, 2023: 100}}}}\n"
    (tmp_path / "raised.yaml").write_text(SCENARIO + flat, encoding="utf-8")
    found = Answers(tmp_path / "raised.yaml", variant="flat")
    assert value(found, "central") == pytest.approx(13_000 * PRICES, rel=ROUNDING)
    found = answers(tmp_path, overrides=("appraisal.wellby_value.central=£12,000 in 2019 prices",))
    assert value(found, "central") == pytest.approx(12_000 * PRICES * 1.02**1.3, rel=ROUNDING)
    # One amount for the whole takes the place of all that stood there.
    found = answers(tmp_path, overrides=("appraisal.wellby_value=£15,253 in 2023 prices",))
    assert value(found, "central") == 15_253
    assert not any(rule.about == "uprating" for rule in found.compiled.record.rules)


def test_the_report_says_how(tmp_path: Path) -> None:
    record = answers(tmp_path).compiled.record
    (said,) = [rule.words for rule in record.rules if rule.about == "uprating"]
    assert said == (
        "The value of a WELLBY is raised to 2023, from 2019 × 1.1867 by prices and × 1.0261 by incomes "
        "(real GDP per head to the power 1.3, on the scenario's own series)."
    )
    table = _vintages(record)
    assert isinstance(table, Table)
    row = next(one for one in table.rows if one.head.startswith("Real GDP per head"))
    assert [cell.text for cell in row.cells] == [
        "given by the scenario, 2019 to 2023",
        "A made-up series",
        "OGL v3",
        "given",
    ]
    assert not any(one.name.startswith("Value of a WELLBY") for one in record.vintages)


def test_a_series_from_memory_makes_results_provisional(tmp_path: Path) -> None:
    """R11: whatever the value rests on."""
    assert not answers(tmp_path).compiled.record.provisional
    found = answers(tmp_path, ("licence: OGL v3", "status: recalled"))
    assert found.compiled.record.provisional == ("A made-up series is known from memory and was not checked.",)


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("{2019: 50, 2023: 51}", "{2019: 50}", "WB-A142", "no figure for 2023"),
        ("{2019: 50, 2023: 51}", "{2019: 50, 2023: 5000000}", "WB-A142", "thousandfold"),
        ("£13,000 in 2019 prices", "£13,000", "WB-A141", "does not say from which year"),
        ("{2019: 50, 2023: 51}", "{2019: 50, 2023: 2%}", "WB-S136", "is not a bare number"),
        ("{2019: 50, 2023: 51}", "{2019: 0, 2023: 51}", "WB-S136", "is not a level of real GDP per head"),
        ("{2019: 50, 2023: 51}", "{2019: 50, year: 51}", "WB-S136", "is not a year of real GDP per head"),
        ("{2019: 50, 2023: 51}, ", "{2019: 50, 2023: 51}, elasticity: 40, ", "WB-S136", "is not an elasticity"),
        ("{2019: 50, 2023: 51}, ", "{2019: 50, 2023: 51}, deflators: 1, ", "WB-S136", "is not part of 'uprate'"),
        ("gdp_per_head: {2019: 50, 2023: 51}", "elasticity: 1.3", "WB-S136", "needs real GDP per head"),
        ("{gdp_per_head: {2019: 50, 2023: 51}, source: series page 4}", "1.3", "WB-S136", "takes the series"),
        ("{2019: 50, 2023: 51}", "{2019: [50], 2023: 51}", "WB-S136", "takes one number"),
        ("series page 4", "nobody", "WB-S031", "nobody"),
    ],
)
def test_what_cannot_be_raised(tmp_path: Path, old: str, new: str, code: str, said: str) -> None:
    with pytest.raises(WellbevaError) as caught:
        answers(tmp_path, (old, new))
    found = [one for one in caught.value.diagnostics if one.code == code]
    assert found, caught.value
    assert said in found[0].message
    assert found[0].span is not None
    assert found[0].remedy


def test_nothing_to_raise(tmp_path: Path) -> None:
    levels = SCENARIO[SCENARIO.index("    low:") : SCENARIO.index("    source: guidance")]
    with pytest.raises(WellbevaError, match="WB-A140"):
        answers(tmp_path, (levels, ""))


def test_a_value_of_another_year_without_uprate_is_still_told(tmp_path: Path) -> None:
    """The deflator alone is not the guidance's formula (WB-A119); with `uprate` nothing is said."""
    found = answers(tmp_path, ("    uprate: {gdp_per_head: {2019: 50, 2023: 51}, source: series page 4}\n", ""))
    assert value(found, "central") == pytest.approx(13_000 * PRICES, rel=ROUNDING)
    assert "WB-A119" in found.codes
    assert api.load(tmp_path / "raised.yaml").record.warnings
