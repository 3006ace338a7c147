"""The model `measured_change`: by hand, on simulated answers with known truth, and what it refuses."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.appraisal.appraisal_answers import Answers
from wellbeva import api
from wellbeva.cli.main import main
from wellbeva.errors import WellbevaError
from wellbeva.evidence.measures.register import measures
from wellbeva.plan.record import Input

SCENARIO = """
schema: wellbeva/scenario/1
scenario: Courses
model: measured_change
appraisal: green-book-2026
time: {step: year, from: 0, to: 4}
comparator: nothing
choose: one
axes:
  measure: {swemwbs: SWEMWBS, ghq12: GHQ-12}
options:
  short: {label: Short course, people: 10 people, change: {by: measure, swemwbs: 1.5, else: 0}}
  long: {label: Long course, people: 10 people, change: {by: measure, swemwbs: 2, else: 0}}
  talks: {label: Talks, people: 10 people, change: {by: measure, ghq12: -2, else: 0}}
values:
  hold: 1 year
  ls_per_point: {by: measure, swemwbs: 0.26 (0.05 to 0.47), ghq12: -0.21 (se 0.05)}
sources: {trial: {cite: A trial, design: trial, covers: all, evidence: strong}}
""".lstrip()
DRAWS = 4096
SURE = 4.9
"""Standard errors that a right answer exceeds once in a million tests."""


def written(folder: Path, text: str = SCENARIO) -> Path:
    (folder / "courses.yaml").write_text(text, encoding="utf-8")
    return folder / "courses.yaml"


def codes(folder: Path, text: str) -> list[str]:
    try:
        return [one.code for one in api.check(written(folder, text))]
    except WellbevaError as error:
        return [one.code for one in error.diagnostics]


@pytest.mark.parametrize(
    "key", [key for key in measures() if measures()[key].published and key != "standard_deviation"]
)
def test_a_reference_stands_for_the_slopes_of_its_measure(tmp_path: Path, key: str) -> None:
    head, _, rest = SCENARIO.partition("axes:")
    tail = rest[rest.index("sources:") :]
    option = "options: {a: {label: A course, people: 10 people, change: 0.5, hold: 1 year}}"
    text = (
        f"{head}axes: {{measure: {{{key}: A measure}}}}\n{option}\nvalues: {{ls_per_point: '[measure:{key}]'}}\n{tail}"
    )
    found = Answers(written(tmp_path, text))
    assert not [code for code in found.codes if code.startswith("WB-S5")]
    by_survey: dict[str, list[float]] = {}
    for slope in measures()[key].published:
        # A PERT from 0.24 to 0.35 with its top at 0.24 has its mean a sixth of the way up.
        by_survey.setdefault(slope.data, []).append(slope.number + ((0.35 - 0.24) / 6 if slope.slope == "0.24" else 0))
    mean = np.mean([np.mean(slopes) for slopes in by_survey.values()])
    assert found("effect") / 0.5 == pytest.approx(mean, rel=1e-9)


def test_a_reference_is_the_mixture_written_by_hand(tmp_path: Path) -> None:
    def slope(text: str) -> Input:
        inputs = api.load(written(tmp_path, SCENARIO.replace("0.26 (0.05 to 0.47)", text))).record.inputs
        return next(one for one in inputs if one.path == "ls_per_point.swemwbs")

    by_hand, referred = slope(measures()["swemwbs"].value), slope('"[measure:swemwbs]"')
    assert referred.distribution == by_hand.distribution
    assert [cite.key for cite in referred.cites] == ["measure:swemwbs"]


def test_a_gain_is_change_times_slope_by_hand(tmp_path: Path) -> None:
    found = Answers(written(tmp_path), ["ls_per_point.swemwbs=0.26", "ls_per_point.ghq12=-0.21"])
    assert found("effect", option="short") == pytest.approx(1.5 * 0.26, rel=1e-12)
    assert found("effect", option="talks") == pytest.approx(2 * 0.21, rel=1e-12)
    assert found("wellbys", option="long") == pytest.approx(10 * 2 * 0.26, rel=1e-12)


def test_a_standardised_effect_takes_both_deviations(tmp_path: Path) -> None:
    text = SCENARIO.replace("change: {by: measure, swemwbs: 1.5, else: 0}", "change_sd: 0.47, sd_per_sd: 0.66")
    found = Answers(written(tmp_path, text), ["ls_per_sd=1.8"])
    assert found("effect", option="short") == pytest.approx(0.47 * 0.66 * 1.8, rel=1e-12)


def test_r221_standard_deviations_of_a_measure_need_their_slope(tmp_path: Path) -> None:
    text = SCENARIO.replace("change: {by: measure, swemwbs: 1.5, else: 0}", "change_sd: 0.47")
    with pytest.raises(
        WellbevaError, match=r"nothing says how far the measure goes with life satisfaction[\s\S]*0\.66 for SWEMWBS"
    ):
        api.run(written(tmp_path, text), draws=64, overrides=("ls_per_sd=1.8",))


def test_options_of_one_measure_share_the_slope_that_is_drawn(tmp_path: Path) -> None:
    run = api.run(written(tmp_path), draws=DRAWS, design="random")
    short, long, talks = (
        run.dataset["draws_effect"].sel(group="everyone").transpose("option", ...).values.reshape(3, -1)
    )
    slope = long / 2
    assert np.corrcoef(short, long)[0, 1] == pytest.approx(1.0, abs=1e-12)
    # So the difference of two options has the error of half a slope, and not that of two slopes in quadrature.
    assert np.std(long - short) == pytest.approx(0.5 * np.std(slope), rel=1e-9)
    assert np.std(long - short) < 0.3 * math.hypot(np.std(short), np.std(long))
    # Another measure has a slope of its own.
    assert abs(np.corrcoef(long, talks)[0, 1]) < SURE / math.sqrt(len(long))


def test_chance_in_answers_flattens_a_slope_and_its_reliability_mends_it(tmp_path: Path) -> None:
    truth, reliability, people = 0.3, 0.7, 40_000
    rng = np.random.default_rng(166)
    lasting = rng.normal(0, 4, people)
    answers = lasting + rng.normal(0, 4 * math.sqrt(1 / reliability - 1), people)
    satisfaction = truth * lasting + rng.normal(0, 1.3, people)
    slope, _ = np.polyfit(answers, satisfaction, 1)
    residual = satisfaction - np.polyval(np.polyfit(answers, satisfaction, 1), answers)
    error = residual.std() / answers.std() / math.sqrt(people)
    given = [f"ls_per_point.swemwbs={slope:.9f}", "ls_per_point.ghq12=-0.21"]
    naive = Answers(written(tmp_path), given)("effect", option="long")
    mended = Answers(written(tmp_path), [*given, f"reliability.swemwbs={reliability}"])("effect", option="long")
    assert mended == pytest.approx(2 * truth, abs=2 * SURE * error / reliability)
    assert naive == pytest.approx(2 * truth * reliability, abs=2 * SURE * error)
    assert 2 * truth - naive > 20 * error


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("swemwbs: 0.26 (0.05 to 0.47), ", "else: 0, ", "nothing says how much life satisfaction goes with a point"),
        ("swemwbs: 1.5, else: 0", "swemwbs: 1.5, ghq12: -1", "One gain is counted on two measures"),
        ("swemwbs: 1.5, else: 0}", "swemwbs: 1.5, else: 0}, change_sd: 0.4", "One gain is counted on two measures"),
        ("change: {by: measure, swemwbs: 1.5, else: 0}", "change_sd: 0.4", "how much life satisfaction one of them is"),
        ("ghq12: -2,", "ghq12: -30,", "more than the whole scale of life satisfaction"),
    ],
)
def test_what_cannot_be_mapped_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in SCENARIO
    text = SCENARIO.replace(old, new).replace("-0.21 (se 0.05)", "-0.9" if "-30" in new else "-0.21 (se 0.05)")
    with pytest.raises(WellbevaError, match=words):
        api.run(written(tmp_path, text), draws=64)


def test_a_standard_deviation_is_no_point_of_a_scale(tmp_path: Path) -> None:
    assert "WB-U101" in codes(tmp_path, SCENARIO.replace("swemwbs: 1.5", "swemwbs: 0.4 SD"))


def test_checks_are_silent_on_slopes_that_reach_what_is_published(tmp_path: Path) -> None:
    def own(text: str) -> list[str]:
        return [code for code in codes(tmp_path, text) if code.startswith("WB-S52")]

    assert own(SCENARIO) == []
    low, high = sorted(slope.number for slope in measures()["swemwbs"].published)[
        :: len(measures()["swemwbs"].published) - 1
    ]
    assert own(SCENARIO.replace("0.26 (0.05 to 0.47)", f"0.2 (range {low} to {high})")) == []
    assert own(SCENARIO.replace("0.26 (0.05 to 0.47)", "0.26")) == ["WB-S520"]
    assert own(SCENARIO.replace("swemwbs", "our_own_scale")) == []
    assert own(SCENARIO.replace("swemwbs: 1.5", "swemwbs: 28")) == []
    assert own(SCENARIO.replace("swemwbs: 1.5", "swemwbs: 28.1")) == ["WB-S522"]


def test_a_change_is_a_gain_to_the_checks_of_studies(tmp_path: Path) -> None:
    text = SCENARIO.replace("design: trial", "design: before and after").replace(
        "values:", "values:\n  controlled: true"
    )
    assert "WB-A151" in codes(tmp_path, text)


def test_the_conflict_is_told_in_explain_and_report_whatever_the_scenario_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, SCENARIO.replace("0.26 (0.05 to 0.47)", "0.05"))
    assert main(["explain", str(path)]) == 0
    assert "slopes differ 5.2 times: 0.05 (Frontier" in " ".join(capsys.readouterr().out.split())
    assert any("differ 5.2 times" in one.note for one in api.load(path).record.inputs)


def test_a_misspelt_key_of_a_model_that_divides_is_one_message(tmp_path: Path) -> None:
    """Defaults that nothing replaces divide 0 by 0 on the way; warnings are errors here."""
    shutil.copytree("scenarios/tables", tmp_path / "tables")
    text = Path("scenarios/easing-stress.yaml").read_text("utf-8")
    (tmp_path / "s.yaml").write_text(text.replace("    people:", "    eople:"), "utf-8")
    with pytest.raises(WellbevaError) as caught:
        api.check(tmp_path / "s.yaml")
    assert [one.code for one in caught.value.diagnostics if one.severity == "error"] == ["WB-S020"]
