"""Who gains: answers before and after, by hand, and what is refused (R190, R191)."""

from __future__ import annotations

from math import comb, gamma

import numpy as np
import pytest

from tests.appraisal.appraisal_answers import SCENARIOS, shipped
from wellbeva import api
from wellbeva.errors import WellbevaError

SCENARIO = "appraisal/who_gains"
LONELY = [0.06, 0.04, 0.06, 0.08, 0.10, 0.18, 0.14, 0.14, 0.12, 0.05, 0.03]


def close(value: float) -> object:
    return pytest.approx(value, rel=1e-12)


def beta_binomial(mean: float, sd: float) -> list[float]:
    """Return its eleven shares by gamma functions (Johnson, Kemp and Kotz 2005, section 6.2.2)."""
    p = mean / 10
    size = (10 - sd**2 / (10 * p * (1 - p))) / (sd**2 / (10 * p * (1 - p)) - 1)
    a, b = p * size, (1 - p) * size

    def beta(x: float, y: float) -> float:
        return gamma(x) * gamma(y) / gamma(x + y)

    return [comb(10, k) * beta(k + a, 10 - k + b) / beta(a, b) for k in range(11)]


def test_published_shares_by_hand() -> None:
    """R190, R191: 200 of 400 gain 0.5; those at 10 gain nothing, so 97 in 100 of the gain is realised."""
    found = shipped(SCENARIO)
    before = sum(share * answer for answer, share in enumerate(LONELY))
    assert found("level_before", group="lonely") == close(before) == close(5.23)
    assert found("share_gaining", option="visits", group="lonely") == close(0.5)
    assert found("gain_each", option="visits", group="lonely") == close(0.5)
    assert found("gain_realised", option="visits", group="lonely") == close(0.97 * 0.5)
    assert found("level_after", option="visits", group="lonely") == close(before + 0.5 * 0.97 * 0.5)
    by_group = [found("wellbys_by_group", option="visits", group=group) for group in ("lonely", "carers", "others")]
    years = found("wellbys_per_person_by_group", option="visits", group="lonely") / (0.97 * 0.5)
    assert by_group[0] == close(200 * 0.97 * 0.5 * years)
    assert found("wellbys", option="visits") == close(sum(by_group))


def test_round_answers_are_not_known_to_the_beta_binomial() -> None:
    """R190: with the same mean and spread the gain is nearly the same, the share that leaves 0 to 4 is not."""
    answers, given = np.arange(11), np.array(LONELY)
    shares = np.array(beta_binomial(5.23, float(np.sqrt(given @ (answers - 5.23) ** 2))))
    assert [round(100 * float(one), 1) for one in shares[4:6]] == [12.6, 13.5]
    assert [round(30 * float(one[4]), 1) for one in (given, shares)] == [3.0, 3.8]  # three in ten at 4.3 answer 5
    assert 1 - 0.01 < (1 - shares[10]) / (1 - given[10]) < 1


@pytest.mark.parametrize(("group", "mean", "sd"), [("carers", 7.0, 2.0), ("others", 7.6, 1.7)])
def test_a_mean_and_its_spread_make_a_beta_binomial(group: str, mean: float, sd: float) -> None:
    found = shipped(SCENARIO)
    shares = [found("answers_before", group=group, answer=str(answer)) for answer in range(11)]
    assert shares == pytest.approx(beta_binomial(mean, sd), rel=1e-11)  # gamma functions lose some 50 epsilons
    answers = np.arange(11)
    assert found("level_before", group=group) == close(mean)
    assert float(np.sqrt(np.dot(shares, (answers - mean) ** 2))) == close(sd)


def test_how_far_the_beta_binomial_is_from_the_published_shares() -> None:
    """R190: in 2011-12, mean 7.42, 6.6% were below 5 and 75.9% at 7 or more; the figures that the rule prints."""
    shares = beta_binomial(7.42, 1.8)
    assert sum(shares[:5]) - 0.066 == pytest.approx(0.003, abs=5e-4)
    assert sum(shares[7:]) - 0.759 == pytest.approx(-0.042, abs=5e-4)


def test_nobody_goes_beyond_the_ends() -> None:
    """R191: everybody at 10 gains nothing; a loss of 8 leaves those below 8 at 0."""
    at_10 = shipped(
        SCENARIO, "answers.lonely={by: answer, 10: 100%, else: 0%}", "baseline.others=10", "baseline_sd.others=0"
    )
    for group in ("lonely", "others"):
        assert at_10("level_before", group=group) == close(10)
        assert at_10("gain_realised", option="visits", group=group) == 0.0
        assert at_10("level_after", option="visits", group=group) == close(10)
    lost = shipped(SCENARIO, "effect.visits=-8")
    after = LONELY[9] + 2 * LONELY[10]
    assert lost("gain_realised", option="visits", group="lonely") == close(after - 5.23)


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("answers.lonely.10=13%", "do not add up to 100%"),
        ("population.carers=0 people", "The size of a group is not given, or not above 0"),
        ("population.lonely=150 people", "More people gain than the group has"),
        ("baseline.others=10.4", "Life satisfaction lies between 0 and 10"),
        ("baseline.others=0", "Nothing says how satisfied a group is"),
        ("baseline_sd.others=1.3", "No beta-binomial"),
        ("baseline_sd.others=4.3", "No beta-binomial"),
        ("baseline.others=10", "No beta-binomial"),
    ],
)
def test_answers_that_cannot_be_are_refused(override: str, said: str) -> None:
    """R190: at 7.6 the standard deviation lies between 1.351 and 4.271."""
    with pytest.raises(WellbevaError, match=said):
        api.run(SCENARIOS / f"{SCENARIO}.yaml", draws=512, overrides=(override,))
