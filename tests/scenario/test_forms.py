"""The long forms that are not a family: what they hand on, and what they refuse."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from wellbeva.errors import Collector
from wellbeva.scenario.loader import load_scenario
from wellbeva.scenario.spec import Source
from wellbeva.scenario.text.yaml_parser import read_tree
from wellbeva.scenario.value import Value
from wellbeva.scenario.values import completion, distribution_forms
from wellbeva.scenario.values.long_form import Inherited, read_cell

SMALL = Path(__file__).parent / "small"
SOURCES = {key: Source(key) for key in ("trial", "review")}


def read(text: str, *, inherited: Inherited | None = None) -> tuple[Value | None, Collector]:
    root = read_tree(text, "x", collector=Collector())
    assert root is not None
    collector = Collector()
    return read_cell(root, inherited=inherited or Inherited(), sources=SOURCES, collector=collector), collector


def good(text: str) -> Value:
    value, collector = read(text)
    assert collector.found == []
    assert value is not None
    return value


def codes(text: str) -> list[str]:
    value, collector = read(text)
    assert value is None
    assert all(one.span and one.remedy for one in collector.errors)
    return [one.code for one in collector.errors]


def test_quantiles_are_sorted_by_level() -> None:
    value = good("{quantiles: {50%: 0.18, 0.95: 0.62, 5%: 0.01}, base: 0.2, truncate: 0 to 1, source: trial}")
    assert value.form == "quantiles"
    assert [(at, amount.number) for at, amount in value.points] == [
        (Fraction(1, 20), Fraction(1, 100)),
        (Fraction(1, 2), Fraction(18, 100)),
        (Fraction(19, 20), Fraction(62, 100)),
    ]
    assert value.base is not None
    assert value.base.number == Fraction(1, 5)
    assert [end and end.number for end in value.truncate] == [0, 1]
    assert [cite.key for cite in value.cites] == ["trial"]
    assert value.written == "quantiles: {50%: 0.18, 0.95: 0.62, 5%: 0.01}"
    assert value.span is not None
    assert (value.span.column, value.span.length) == (2, 9)


def test_seen_values_rise_and_carry_their_weights() -> None:
    listed = good("{empirical: [7 months, 3 months, 4 months, 3 months]}")
    weighted = good("{empirical: {4 months: 1, 3 months: 2, 7 months: 1}}")
    assert [(weight, amount.number) for weight, amount in listed.points] == [(2, 3), (1, 4), (1, 7)]
    assert listed.points == weighted.points
    assert {amount.unit for _, amount in listed.points} == {"months"}
    money = good("{empirical: ['£1,200 in 2023 prices', £900, £1k]}")
    assert {(amount.currency, amount.price_year) for _, amount in money.points} == {("GBP", 2023)}
    assert [amount.number for _, amount in money.points] == [900, 1000, 1200]


def test_a_unit_beside_fills_bare_numbers_of_every_form() -> None:
    points = good("{empirical: [3, 4], unit: months}").points
    assert [amount.unit for _, amount in points] == ["months", "months"]
    nested = good("{mixture: {50%: 3 (1 to 5), 0.5: {quantiles: {5%: 2, 95%: 4}}}, unit: months}")
    assert {amount.unit for amount in completion.amounts_in(nested)} == {"months"}
    assert codes("{mixture: {50%: 3 months, 0.5: 4}, unit: months}") == ["WB-S040"]


def test_a_mixture_holds_values_of_any_form() -> None:
    value = good(
        '{mixture: {70%: "0.30 (0.05 to 0.55) [trial]", 20%: 0, '
        "1/10: {lognormal: {median: 1, sdlog: 1}}}, source: review}"
    )
    assert [(weight, part.form) for weight, part in value.parts] == [
        (Fraction(7, 10), "interval"),
        (Fraction(1, 5), "number"),
        (Fraction(1, 10), "family"),
    ]
    assert [[cite.key for cite in part.cites] for _, part in value.parts] == [["trial"], ["review"], ["review"]]


def test_a_mixture_has_the_sources_of_its_parts_where_each_has_one() -> None:
    both = good("{mixture: [{50%: '0.1 [trial]'}, {50%: '0.2 [review]'}]}")
    assert [cite.key for cite in both.cites] == ["trial", "review"]
    one = good("{mixture: [{50%: '0.1 [trial]'}, {50%: 0.2}]}")
    assert one.cites == ()  # R2: the second number has no source


def test_shares_are_counts_by_label() -> None:
    value = good("{dirichlet: {stays: '1,251', leaves: 350}}")
    assert [(label, amount.number) for label, amount in value.shares] == [("stays", 1251), ("leaves", 350)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{quantiles: {5%: 0.3, 95%: 0.2}}", "WB-V031"),
        ("{quantiles: {5%: 0.2, 0.05: 0.3}}", "WB-V031"),
        ("{quantiles: {0%: 0.2, 95%: 0.3}}", "WB-V030"),
        ("{quantiles: {5%: 0.2, 100%: 0.3}}", "WB-V030"),
        ("{quantiles: {5 months: 0.2, 95%: 0.3}}", "WB-V032"),
        ("{quantiles: {5%: £2, 95%: $3}}", "WB-V010"),
        ("{quantiles: {5%: 2%, 95%: 3}}", "WB-V010"),
        ("{quantiles: [0.1, 0.2]}", "WB-S050"),
        ("{quantiles: {}}", "WB-S050"),
        ("{quantiles: {5%: {a: 1}, 95%: 2}}", "WB-S041"),
        ("{empirical: {3: -1, 4: 2}}", "WB-V033"),
        ("{empirical: 3}", "WB-S050"),
        ("{empirical: [3]}", "WB-S050"),
        ("{empirical: [3, [4]]}", "WB-S041"),
        ("{empirical: [3, 4], truncate: 0 to 3}", "WB-S054"),
        ("{mixture: {70%: 1, 20%: 2}}", "WB-V034"),
        ("{mixture: {70%: 1, 40%: 2}}", "WB-V034"),
        ("{mixture: {100%: 1}}", "WB-S050"),
        ("{mixture: {130%: 1, -30%: 2}}", "WB-V033"),
        ("{mixture: [{50%: 1, 20%: 2}, {30%: 3}]}", "WB-S050"),
        ("{mixture: {50%: same as a.b, 0.5: 1}}", "WB-S053"),
        ("{mixture: {50%: true, 0.5: 1}}", "WB-S053"),
        ("{mixture: {50%: {dirichlet: {a: 1, b: 2}}, 0.5: 1}}", "WB-S053"),
        ("{mixture: {50%: '0.1 [nobody]', 0.5: 1}}", "WB-S031"),
        ("{mixture: {50%: 1 (0 to 2), 0.5: 1}, truncate: 0 to 3}", "WB-S054"),
        ("{dirichlet: {a: 1, b: 2}, base: 0.5}", "WB-S054"),
        ("{dirichlet: {a: 1, b: 2}, unit: months}", "WB-S054"),
        ("{dirichlet: {a: 1, b: 2 people}}", "WB-V035"),
        ("{dirichlet: {a: 1, b: -1}}", "WB-V035"),
        ("{dirichlet: {a: 1}}", "WB-S050"),
        ("{value: 3, truncate: 0 to 1}", "WB-S054"),
        ("{value: 3, base: 2}", "WB-S054"),
        ("{value: same as a.b, base: 2}", "WB-S054"),
        ("{quantiles: {5%: 1, 95%: 2}, normal: {mean: 1, sd: 1}}", "WB-S035"),
        ("{quantile: {5%: 1, 95%: 2}}", "WB-S034"),
        ("{studies: a.csv, pool: random effects}", "WB-S500"),
        ("{shifted_lognormal: {mean: 1, sd: 2}}", "WB-S038"),
        ("{shifted_lognormal: {mean: 1}}", "WB-S039"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, code: str) -> None:
    assert code in codes(text)


def test_a_sum_that_is_not_one_is_said() -> None:
    _, collector = read("{mixture: {33.3%: 1, 1/3: 2, 0.3: 4}}")
    (one,) = collector.errors
    assert one.message == "the weights of a mixture add to 100%, and these add to 96.6333%"
    good("{mixture: [{1/3: 1}, {1/3: 2}, {1/3: 4}]}")


def test_mixtures_stand_three_deep_and_no_deeper() -> None:
    def nested(depth: int) -> str:
        inner = "2" if depth == 0 else nested(depth - 1)
        return f"{{mixture: {{50%: 1, 0.5: {inner}}}}}"

    good(nested(2))
    assert codes(nested(3)) == ["WB-S051"]


@pytest.mark.parametrize(
    ("limit", "form"),
    [
        (distribution_forms.POINT_LIMIT, lambda n: "{empirical: [" + ", ".join(map(str, range(n))) + "]}"),
        (
            distribution_forms.POINT_LIMIT,
            lambda n: "{quantiles: {" + ", ".join(f"{k}/2000: {k}" for k in range(1, n + 1)) + "}}",
        ),
        (
            distribution_forms.PART_LIMIT,
            lambda n: "{mixture: [" + ", ".join(f"{{1/{n}: {k}}}" for k in range(n)) + "]}",
        ),
        (distribution_forms.SHARE_LIMIT, lambda n: "{dirichlet: {" + ", ".join(f"a{k}: 3" for k in range(n)) + "}}"),
    ],
)
def test_each_form_has_a_limit(limit: int, form) -> None:  # type: ignore[no-untyped-def]
    good(form(limit))
    assert codes(form(limit + 1)) == ["WB-S052"]


def test_a_dirichlet_fills_the_last_axis_and_leaves_nought_elsewhere() -> None:
    moves = [one for one in load_scenario(SMALL / "forms.yaml").assignments if one.parameter == "move"]
    assert [([s.label for s in one.selectors], one.value.form, one.value.axis) for one in moves] == [
        (["well"], "dirichlet", "to"),
        (["ill"], "dirichlet", "to"),
        (["ill", "well"], "number", ""),
        (["dead", "dead"], "number", ""),
    ]
    assert [label for label, _ in moves[0].value.shares] == ["well", "ill", "dead"]
    nought = moves[2].value
    assert (nought.amounts["value"].number, [cite.key for cite in nought.cites]) == (0, ["trial"])


def test_a_variant_with_fewer_labels_leaves_none_of_the_old_shares() -> None:
    moves = [one for one in load_scenario(SMALL / "forms.yaml", variant="slower").assignments if one.layer == "variant"]
    by_place = {tuple(s.label for s in one.selectors): one.value for one in moves if one.parameter == "move"}
    assert by_place["well",].form == "dirichlet"
    assert by_place["well", "dead"].amounts["value"].number == 0


def test_shifted_lognormal_takes_mean_or_median_and_an_interval() -> None:
    value = good("{shifted_lognormal: {median: 0.182, ci90: 0.001 to 0.735}, source: trial}")
    assert (value.family, value.level) == ("shifted_lognormal", Fraction(9, 10))
    assert set(value.amounts) == {"median", "low", "high"}
