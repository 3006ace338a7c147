"""The horizon on a page: its numbers are those of `wellbeva run --set time.to` (R247)."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.page.page_runs import page_of, states
from tests.page.test_engine import DEMO, UNDISCOUNTED, differences
from tests.scenario.test_horizon import MODEL, SCENARIO

TRAJECTORY = Path("scenarios/easing-loneliness.yaml")
FALLING = MODEL.replace("outcomes:", "checks: [{fail_if: gain < -5, say: A gain is far below 0.}]\noutcomes:")


def written(folder: Path, model: str, scenario: str) -> Path:
    (folder / "models").mkdir()
    name = re.search(r"^model: (.+)$", model, re.MULTILINE)
    assert name
    (folder / "models" / f"{name[1]}.yaml").write_text(model, "utf-8")
    (folder / "scenario.yaml").write_text(scenario, "utf-8")
    return folder / "scenario.yaml"


def until(last: int, **changes: Any) -> dict[str, Any]:
    return {"changes": {"time.to": {"word": str(last)}, **changes}}


@pytest.mark.thorough
def test_r247_months_and_their_discount_rates_end_with_the_run(tmp_path: Path) -> None:
    several = [until(11), until(23, **UNDISCOUNTED) | {"variant": "nothing_taken_off"}, until(35)]
    page = page_of(DEMO)
    found = states(tmp_path, page, several)
    assert differences(DEMO, found, several) == {}
    assert found[0]["set"] == ["time.to=11"]


def test_r247_numbers_of_each_year_and_a_check_of_a_later_one(tmp_path: Path) -> None:
    """A number of a later period may be set: neither side counts it. A check asks nothing of periods that are gone."""
    text = SCENARIO.replace("  gain.0 with gain.5: 0.5\n", "")
    path = written(tmp_path, FALLING, text.replace("5: 0.1 (0.05 to 0.15)", "5: -9 (-9.1 to -8.9)"))
    several = [{}, until(3), until(0, **{"cost.3": {"fixed": 400}})]
    found = states(tmp_path, page_of(path), several)
    assert differences(path, found, several) == {}
    assert [one["refused"] and one["refused"]["message"] for one in found] == ["A gain is far below 0.", None, None]


@pytest.mark.thorough
@pytest.mark.parametrize("how", ["by half cycle", "by period"])
def test_r247_a_cohort_goes_on_and_is_not_counted(how: str, tmp_path: Path) -> None:
    model = Path("benchmarks/sick_sicker.yaml").read_text("utf-8")
    last = re.escape(model[model.index("  simpson:") : model.index("  qalys:")])
    model = re.sub(last, "  simpson: step in year\n", model)
    if how == "by half cycle":
        qalys = "integrate(sum(occupancy * quality, over=state) * discount(health), over=time)"
        model = re.sub("  qalys: .*", f"  qalys: {qalys} in QALY/person", model)
    scenario = Path("benchmarks/four_strategies.yaml").read_text("utf-8")
    path = written(tmp_path, model, scenario.partition("published:")[0])
    several = [{}, until(1), until(41, rate_worsen={"times": 0.9})]
    page = page_of(path)
    words = next(one["words"] for one in page["inputs"] if one["path"] == "time.to")
    assert (len(words), words[:2], words[-2:]) == (38, ["75", "73"], ["3", "1"])
    assert differences(path, states(tmp_path, page, several), several) == {}


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("sum(gain * step, over=time)", "max(gain, over=time) * step", "`wellbys` takes the max over time"),
        ("sum(gain * step, over=time)", "gain[time=2] * step", "`wellbys` names a period"),
        ("sum(gain * step, over=time)", "sum(gain[time=t] * step, over=time)", "`wellbys` looks a period up"),
        ("sum(gain * step", "sum(where(t == last, 0, gain) * step", "`wellbys` asks which period is the last"),
        ("", "", "`gain` has a number of a later period that moves with others"),
        ("sum(gain * step", "sum(where(t == first, gain[time=0], cumsum(gain, over=time)) * step", ""),
    ],
)
def test_r247_what_asks_more_of_later_periods_keeps_them(old: str, new: str, why: str, tmp_path: Path) -> None:
    text = SCENARIO if not old else SCENARIO.replace("  gain.0 with gain.5: 0.5\n", "")
    assert old in MODEL
    page = page_of(written(tmp_path, MODEL.replace(old, new) if old else MODEL, text))
    assert page["fixed_time"] == why
    assert any(one["path"] == "time.to" for one in page["inputs"]) != bool(why)


def test_r247_one_year_has_no_other_horizon() -> None:
    page = page_of("scenarios/appraisal/additionality.yaml")
    assert page["fixed_time"] == ""
    assert "time.to" not in {one["path"] for one in page["inputs"]}
