"""Costs below zero, and the spread of people where the error of a mean belongs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.traps.trap_files import NET, flows, option, trap


@pytest.mark.parametrize("cost", ["-£10,000 in 2023 prices", "-£10,000 (se 900)"])
def test_a_cost_below_zero_is_told(folder: Path, cost: str) -> None:
    said = trap(folder, ("£10,000 in 2023 prices", cost))
    assert said("WB-A157", "warning", "cost_once.offer.council")
    assert "saving_per_year" in next(one for one in said.found if one.code == "WB-A157").remedy


def test_a_saving_is_no_cost_below_zero(folder: Path) -> None:
    saving = option('saving_per_year: {by: body, nobody: "£90 per person per year in 2023 prices"}')
    assert not trap(folder, saving)("WB-A157", "warning")
    assert not trap(folder, ("£10,000 in 2023 prices", "£0"))("WB-A157", "warning")
    assert not flows(folder, "more: sum(net_cost * step, over=time) in money", model_changes=(NET,))(
        "WB-A157", "warning"
    )


@pytest.mark.parametrize(
    ("cost", "share"),
    [("£100 in 2023 prices (sd £80)", "11 of 100"), ("£100 in 2023 prices (se £36)", "3 of 1,000")],
)
def test_r87_draws_of_a_cost_below_zero_are_told(folder: Path, cost: str, share: str) -> None:
    said = trap(folder, ("£10,000 in 2023 prices", cost))
    assert said("WB-A170", "warning", f"{share} draws: cost_once.offer.council")
    assert not said("WB-A157", "warning")
    assert "gamma" in next(one for one in said.found if one.code == "WB-A170").remedy


@pytest.mark.parametrize(
    "cost",
    ["£100 in 2023 prices (se £30)", "£100 in 2023 prices (£20 to £300)", "£100 in 2023 prices", "-£100 (sd £90)"],
)
def test_r87_a_cost_that_stays_above_zero_is_not(folder: Path, cost: str) -> None:
    assert not trap(folder, ("£10,000 in 2023 prices", cost))("WB-A170", "warning")


def test_r87_a_cost_that_is_cut_at_zero_is_not(folder: Path) -> None:
    cost = '"£10,000 in 2023 prices", source: trial}'
    cut = '{normal: {mean: "£100 in 2023 prices", sd: 80}, truncate: {low: 0, high: "£900"}}, source: trial}'
    assert not trap(folder, (cost, cut))("WB-A170", "warning")


HOURS = "volunteer_hours: 10 hours (sd 8)"


def test_r87_draws_below_zero_of_what_a_cost_is_multiplied_by_are_told(folder: Path) -> None:
    said = trap(folder, option(HOURS))
    words = "a number that a cost is worked out from is drawn below zero in 11 of 100 draws: volunteer_hours.offer"
    assert said("WB-A170", "warning", words)
    remedy = next(one for one in said.found if one.code == "WB-A170").remedy
    assert "moves its mean from 10 to 11.6" in remedy


@pytest.mark.parametrize(
    "line",
    [
        "volunteer_hours: {gamma: {mean: 10 hours, sd: 8}}",
        "volunteer_hours: 10 hours (sd 3)",
        "volunteer_hours: {empirical: [0 hours, 10 hours, 20 hours]}",
        "deadweight: 10% (sd 8%)",
        'saving_per_year: {by: body, nobody: "£90 in 2023 prices (sd £80)"}',
    ],
)
def test_r87_what_a_cost_is_not_multiplied_by_may_be_drawn_below_zero(folder: Path, line: str) -> None:
    """Hours that are not below zero; what is taken off the cost, or makes it larger by being below zero."""
    assert not trap(folder, option(line))("WB-A170", "warning")


# ---- The spread of people's scores


@pytest.mark.parametrize("effect", ["0.3 (sd 2.0)", "0.3 (se 1.8)", "0.2 (-3 to 3.4)", "-0.3 (sd 2.0)"])
def test_the_spread_of_people_is_none_of_a_mean(folder: Path, effect: str) -> None:
    said = trap(folder, ("0.3 [trial]", f'"{effect} [trial]"'))
    assert said("WB-A158", "warning", "effect.offer is below zero")
    assert not said.errors


def test_r57_a_truncation_does_not_hide_the_spread_of_people(folder: Path) -> None:
    for sd, told in (("2", True), ("0.4", False)):
        cut = f"{{normal: {{mean: 0.3, sd: {sd}}}, truncate: {{low: 0, high: 9}}, source: trial}}"
        said = trap(folder, ("0.3 [trial]", cut))
        assert said("WB-A158", "warning", "effect.offer would be below zero in 44 of 100") is told


@pytest.mark.parametrize("effect", ["0.3 (sd 0.4)", "0.1 (se 0.5)", "2.0 (sd 1.2)", "0.3 (-0.6 to 1.2)", "0.3"])
def test_an_error_of_a_mean_is_not_told(folder: Path, effect: str) -> None:
    assert not trap(folder, ("0.3 [trial]", f'"{effect} [trial]"'))("WB-A158", "warning")
