"""What the draws do not show is warned of (semantics R78)."""

import pytest

from tests.tiers import thorough_after
from wellbeva import api
from wellbeva.analysis.unseen import CODES

MODEL = """\
schema: wellbeva/model/1
model: flood
parameters:
  gain: {unit: WELLBY, by: option, doc: WELLBYs gained}
  price: {unit: GBP, by: option, doc: price}
  luck: {unit: ratio, default: 0, doc: where a year lies among all years}
equations:
  wellbys: where(luck > 0.999999, -10000 * gain, gain) in WELLBY
outcomes: [wellbys]
decision: {effect: wellbys, cost: price}
"""
SCENARIO = """\
schema: wellbeva/scenario/1
scenario: A flood
question: Which?
model: flood
appraisal: green-book-2026
choose: several
comparator: nothing
values:
  LUCK
options:
  garden: {label: Garden, gain: GAIN, price: '£140000 in 2023 prices [assumed]'}
"""


def told(folder, *, gain="'100 WELLBY (se 5) [assumed]'", luck="luck: 0", draws=8192):
    (folder / "flood.yaml").write_text(MODEL, encoding="utf-8")
    text = SCENARIO.replace("GAIN", gain).replace("LUCK", luck)
    (folder / "s.yaml").write_text(text, encoding="utf-8")
    warnings = api.run(folder / "s.yaml", draws=draws).compiled.record.warnings
    return [one for one in warnings if one.code in CODES]


def test_a_chance_that_hardly_any_draw_meets(tmp_path):
    """1 in 1,000 in 8,192 draws: 8.2 meet it; in twice as many 16 do, and nothing is said."""
    gain = "{mixture: {99.9%: 100, 0.1%: -50}, source: assumed}"
    (one,) = told(tmp_path, gain=gain)
    assert one.code == "WB-E030"
    assert (one.span.line, one.span.column) == (11, 34)
    assert "--draws 16384" in one.remedy
    assert told(tmp_path, gain=gain, draws=16384) == []


def test_a_rare_observed_value_is_told_and_a_large_sample_is_not(tmp_path):
    rare = told(tmp_path, gain="{empirical: {100: 5000, 101: 5000, 5000: 1}, source: assumed}")
    assert [one.code for one in rare] == ["WB-E030"]
    sample = ", ".join(f"{100 + k}: 1" for k in range(1000))
    assert told(tmp_path, gain=f"{{empirical: {{{sample}}}, source: assumed}}") == []


@pytest.mark.parametrize("gain", ["'100 WELLBY [assumed]'", "'100 WELLBY (se 5) [assumed]'"])
def test_a_base_case_outside_all_draws(tmp_path, gain):
    """The average of the luck drawn is 0.5, and its `base` is where no draw is."""
    (one,) = told(tmp_path, gain=gain, luck="luck: {uniform: {min: 0, max: 0.9999}, base: 1, source: assumed}")
    assert one.code == "WB-E031"
    assert one.span.line == 9
    assert any("-1e+06 in the base case" in fact for fact in one.facts)


@pytest.mark.parametrize("name", thorough_after(1, ["uk-community-offers", "easing-loneliness"]))
def test_silent_on_what_is_shipped(name):
    found = api.run(f"scenarios/{name}.yaml", draws=8192).compiled.record.warnings
    assert not [one for one in found if one.code in CODES]
