"""The table of inequality before and after each option, from the draws that a run keeps (R195)."""

from __future__ import annotations

import numpy as np
import pytest

from tests.appraisal.appraisal_answers import SCENARIOS
from tests.engine.people_after import people_after
from wellbeva import api
from wellbeva.analysis.tables.groups.inequality import ROLES, inequality_table
from wellbeva.engine.inequality.indices import INDICES
from wellbeva.results.standard_errors import error_of_rows

SCENARIO = SCENARIOS / "appraisal/who_gains.yaml"
CERTAIN = ("effect.visits=0.5", "effect.choir=0", "baseline.carers=7", "hold.visits=1 year", "hold.choir=1 year")
NAMES = ("answers_before", "group_share", "share_gaining", "gain_each")


def test_one_certain_offer_by_hand() -> None:
    """Means 5.23, 7 and 7.6 of 400, 600 and 4,000 people; 200 of the first 400 gain 0.5, but 3 in 100 are at 10."""
    table = api.run(SCENARIO, draws=512, overrides=CERTAIN).tables["inequality"].set_index(["option", "index"])
    before, after = table.loc[("visits", "group_gap"), ["before", "after"]]
    assert before == pytest.approx(7.6 - 5.23, rel=1e-12)
    ceiling = 0.12492993862344  # share of the others at 10
    assert after == pytest.approx(before - 0.5 * 0.485 + 0.01 * 0.5 * (1 - ceiling), rel=1e-10)
    between, mean = table.loc[("visits", "variance_between"), "before"], (400 * 5.23 + 600 * 7 + 4000 * 7.6) / 5000
    assert between == pytest.approx(
        (400 * (5.23 - mean) ** 2 + 600 * (7 - mean) ** 2 + 4000 * (7.6 - mean) ** 2) / 5000
    )
    spread = table.xs("visits")["before"]
    assert spread["variance_between"] + spread["variance_within"] == pytest.approx(spread["standard_deviation"] ** 2)
    assert spread["kolm_between"] + spread["kolm_within"] == pytest.approx(spread["kolm"])
    idle = table.xs("choir")
    assert (idle["change"].abs() < 1e-15).all()
    assert (idle["mcse"] == 0).all()
    assert idle["prob_falls"].isna().all()


def test_changes_of_draws_and_their_errors() -> None:
    """By the definition, draw by draw; errors from the means of the randomisations."""
    run = api.run(SCENARIO, draws=512)
    rows, data = run.tables["inequality"].set_index(["option", "index"]).xs("visits"), run.dataset
    share = data["group_share"].sel(statistic="mean").values
    moving = data["share_gaining"].sel(statistic="mean", option="visits").values
    gains, draws = data["draws_gain_each"].sel(option="visits").values, data["draws_answers_before"].values
    index = INDICES["standard_deviation"]
    change = np.array(
        [
            index.compute(people_after(before, share, moving, gain))
            - index.compute(people_after(before, share, moving, np.zeros(3)))
            for before, gain in zip(draws, gains, strict=True)
        ]
    )
    found = rows.loc[index.name]
    assert found["change"] == pytest.approx(change.mean(), rel=1e-10)
    assert found["mcse"] == pytest.approx(error_of_rows(change.reshape(16, -1).mean(axis=1)), rel=1e-6)
    assert found["change_q95"] == pytest.approx(np.quantile(change, 0.95), rel=1e-10)
    assert found["prob_falls"] == (change < 0).mean()


def test_draws_that_were_not_kept_leave_the_numbers_empty() -> None:
    run = api.run(SCENARIO, draws=512)
    table = inequality_table(run.dataset.drop_vars("draws_gain_each"), NAMES)
    assert table[["before", "after", "change", "mcse", "prob_falls"]].isna().all(axis=None)
    assert (table["note"].str.contains("keep the draws of gain_each")).all()


def test_no_table_of_a_model_without_answers() -> None:
    assert len(ROLES) == len(NAMES)
    assert "inequality" not in api.run(SCENARIOS / "appraisal/growing_value.yaml", draws=512).tables


def test_the_line_is_the_scenarios() -> None:
    """Before the offer people stand at their answers: those below 3 answered 0, 1 or 2."""
    run = api.run(SCENARIO, draws=512, overrides=(*CERTAIN, "low_line=3"))
    rows, mean = run.tables["inequality"].set_index(["option", "index"]), run.dataset.sel(statistic="mean")
    low = (mean["answers_before"].values[:, :3].sum(axis=1) * mean["group_share"].values).sum()
    assert rows.at[("visits", "share_below_line"), "before"] == pytest.approx(low)
    assert "The line is 3," in run.report()
