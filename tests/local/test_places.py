"""How likely a place is among the lowest tenth, how it changed, and which places are similar (R205 to R207)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wellbeva.local.areas import GROUPS, area, codes, group, name_of
from wellbeva.local.change import beyond_uk, change, spans
from wellbeva.local.shrinkage import Pool, pool
from wellbeva.local.similar import MARGINS, NEAREST, margins, similar
from wellbeva.local.tables import by_code, rows
from wellbeva.local.tails import DRAWS, tail_chances, tails, tenth_of
from wellbeva.local.wellbeing import LAST_YEAR, MEASURES, PEERS, published

LIVERPOOL = "E08000012"


@pytest.fixture(scope="module")
def simulated() -> list[tuple[np.ndarray, np.ndarray]]:
    """Simulate places with known truth, 0.17 apart (SD) with errors as of districts: chance of the tenth, and truth."""
    random = np.random.default_rng(15)
    errors = [error for _, error in published("English districts", "life_satisfaction", LAST_YEAR).values()]
    sets = []
    for _ in range(20):
        error = random.choice(errors, 150)
        truth = random.normal(7.5, 0.17, 150)
        means = random.normal(truth, error)
        chance = tail_chances(means.tolist(), error.tolist(), peers=pool(means.tolist(), error.tolist()))[:, 0]
        sets.append((chance, truth <= np.sort(truth)[tenth_of(150) - 1]))
    return sets


@pytest.mark.parametrize("around", [0.1, 0.3, 0.5])
@pytest.mark.thorough
def test_r205_among_places_given_a_chance_as_many_are_in_the_tenth(
    around: float, simulated: list[tuple[np.ndarray, np.ndarray]]
) -> None:
    """Places of one set share the estimated variance between them, so that the error is that between sets."""
    near = [abs(chance - around) < 0.1 for chance, _ in simulated]
    over = [float((inside[rows] - chance[rows]).sum()) for rows, (chance, inside) in zip(near, simulated, strict=True)]
    assert sum(int(rows.sum()) for rows in near) > 90
    assert abs(sum(over)) < 3 * math.sqrt(sum(one * one for one in over))


def test_r205_one_place_against_nine_that_are_known() -> None:
    """It is the lowest, and below the mean of all, with the chance of a normal: mean and variance 0.5, as B = 1/2."""
    chance = tail_chances([1.0] + [4.0] * 9, [1.0] + [1e-9] * 9, peers=Pool(0.0, 0.0, 1.0, 10))[0]
    for at, line in ((0, 4.0), (2, 0.0)):
        exact = 0.5 * math.erfc(-(line - 0.5) / math.sqrt(0.5) / math.sqrt(2))
        assert chance[at] == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / DRAWS) + 1e-9)


@pytest.mark.parametrize("peers", PEERS)
def test_r205_chances_add_up_to_the_tenth(peers: str) -> None:
    found = tails(peers, "anxiety", LAST_YEAR)
    tenth = tenth_of(len(found))
    assert sum(one.lowest for one in found.values()) == pytest.approx(tenth)
    assert sum(one.highest for one in found.values()) == pytest.approx(tenth)
    assert {one.peers for one in found.values()} == {len(found)}


def test_r206_a_change_is_that_of_five_years_averages_with_the_error_of_independent_samples() -> None:
    one = change(area(LIVERPOOL), "life_satisfaction")
    assert one is not None
    table = {r["year"]: r for r in by_code("wellbeing")[LIVERPOOL] if r["measure"] == "life_satisfaction"}
    before, after = ([float(table[year]["mean"]) for year in span] for span in spans())
    errors = [(float(table[y]["high"]) - float(table[y]["low"])) / 3.92 for span in spans() for y in span]
    assert one.own.mean == pytest.approx(np.mean(after) - np.mean(before))
    assert one.own.se == pytest.approx(math.sqrt(sum(e * e for e in errors)) / 5)
    series = [float(row["life_satisfaction"]) for row in rows("wellbeing_uk")]
    assert one.uk == pytest.approx(np.mean(series[-5:]) - np.mean(series[:5]))
    assert one.shrunk is not None
    assert min(one.own.mean, one.uk) - 0.02 <= one.shrunk.mean <= max(one.own.mean, one.uk) + 0.02
    assert one.shrunk.se < one.own.se


def test_r206_a_missing_year_is_missing_beside_it_too() -> None:
    """Harlow has no figure of 2022-23: the UK's change leaves that year out as well."""
    harlow = next(code for code in group("english_districts") if area(code).name == "Harlow")
    one = change(area(harlow), "life_satisfaction")
    assert one is not None
    assert LAST_YEAR not in one.years[1]
    series = {row["year"]: float(row["life_satisfaction"]) for row in rows("wellbeing_uk")}
    assert one.uk == pytest.approx(np.diff([np.mean([series[year] for year in span]) for span in one.years])[0])
    assert harlow in beyond_uk("English districts", "life_satisfaction")


def test_r206_too_few_years_give_no_change() -> None:
    assert change(area("E09000001"), "life_satisfaction") is None


def test_r207_the_ten_are_nearest_by_margins_in_their_standard_deviations() -> None:
    found = similar(area(LIVERPOOL), LAST_YEAR)
    assert found is not None
    assert found.candidates == 282
    assert [name_of(code).split(" (")[0] for code, _ in found.places[:3]] == [
        "Kingston upon Hull, City of",
        "Rochdale",
        "Blackburn with Darwen",
    ]
    known = published("English districts", "life_satisfaction", LAST_YEAR)
    own = np.array(margins(LIVERPOOL))
    table = np.array([row for code in known if code != LIVERPOOL and (row := margins(code)) is not None])
    distances = np.sqrt((((table - own) / table.std(axis=0)) ** 2).sum(axis=1))
    assert [distance for _, distance in found.places] == pytest.approx(np.sort(distances)[:NEAREST])
    assert len(own) == len(MARGINS)


def test_r207_a_place_is_held_against_the_average_of_the_ten() -> None:
    found = similar(area(LIVERPOOL), LAST_YEAR)
    assert found is not None
    for measure in MEASURES:
        known = published("English districts", measure, LAST_YEAR)
        theirs = [known[code] for code, _ in found.places]
        one = found.gaps[measure]
        assert one.mean == pytest.approx(known[LIVERPOOL][0] - np.mean([mean for mean, _ in theirs]))
        assert (one.high - one.low) / 3.92 == pytest.approx(
            math.hypot(known[LIVERPOOL][1], np.linalg.norm([se for _, se in theirs]) / 10)
        )


def test_r207_english_districts_have_similar_places_and_no_others() -> None:
    found = {code: similar(area(code), LAST_YEAR) for code in codes()}
    # Those with all margins, and two of them under their newer codes as well.
    assert sum(one is not None for one in found.values()) == 285
    for code, one in found.items():
        if one is not None:
            assert all(other[:3] in GROUPS["english_districts"] for other, _ in one.places)
            assert code not in dict(one.places)
