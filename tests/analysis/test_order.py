"""R51: who stands before whom, where the draws decide it and where they do not."""

import contextlib
import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.analysis.test_offers import offer, ran
from tests.tiers import thorough_after
from wellbeva import api
from wellbeva.analysis.decision_arrays import Averages, best_at, decision_view, in_order
from wellbeva.cli.decision_table import print_decision

WIDE, NARROW = "0.3 (0.1 to 0.5)", "0.3 (0.25 to 0.35)"
TWO = offer("walks", WIDE, "£50,000"), offer("choirs", NARROW, "£50,000")
CASES = {
    "two of three": ((offer("talks", "0.25 (0.2 to 0.3)", "£50,000"), *TWO), "nothing"),
    "against an option": ((offer("usual", "0.1 (0.05 to 0.15)", "£20,000"), *TWO), "usual"),
    "by cost": (
        (
            offer("walks", "0.3 (0.25 to 0.35)", "£50,000 (range £10,000 to £90,000)"),
            offer("choirs", "0.3 (0.25 to 0.35)", "£50,000 (range £40,000 to £60,000)"),
        ),
        "nothing",
    ),
}


@pytest.mark.parametrize("choose", thorough_after(1, ["several", "one"]))
@pytest.mark.parametrize("case", thorough_after(1, CASES))
def test_options_that_are_equal_within_the_noise_stand_alike_with_every_seed(
    tmp_path: Path, case: str, choose: str
) -> None:
    options, comparator = CASES[case]
    ran(tmp_path, *options, choose=choose, comparator=comparator)
    told, truth = set(), set()
    for seed in (1, 2, 3):
        run = api.run(tmp_path / "s.yaml", draws=8192, seed=seed)
        terminal = io.StringIO()
        with contextlib.redirect_stdout(terminal):
            print_decision(run)
        tables = run.tables
        orders = [tuple(tables[name]["option"]) for name in ("decision", "incremental", "league") if name in tables]
        labels = tuple(re.findall("^(Walks|Choirs|Talks|Usual)", terminal.getvalue(), re.MULTILINE))
        told.add((run.answer, labels, *orders))
        score = tables["decision"].set_index("option")["nb_central" if choose == "one" else "wellbys_per_1000"]
        truth.add(bool(score["walks"] > score["choirs"]))
    assert len(truth) == 2, "the seeds tell the two cases"
    assert len(told) == 1


@pytest.mark.thorough
def test_the_report_names_alike_with_every_seed_which_of_two_equals_is_best(tmp_path: Path) -> None:
    ran(tmp_path, *TWO, choose="one")
    told = set()
    for seed in (1, 2):
        page = api.run(tmp_path / "s.yaml", draws=8192, seed=seed).report()
        assert "If money is short" not in page
        for name in ("Walks", "Choirs"):
            assert re.search(rf"the gain in life satisfaction \({name.lower()}\) is (just )?above", page)
        (often,) = re.findall(r"Most often best, of 10 futures: [^<]*</p>", page)
        told.add((re.sub(r"about \d", "", often), *re.findall("Best on average [^<]*", page)))
    assert len(told) == 1
    assert "Choirs" not in str(told)


@pytest.fixture(scope="module")
def view(tmp_path_factory):
    options = [offer(name, NARROW, "£50,000") for name in "abcd"]
    return decision_view(ran(tmp_path_factory.mktemp("view"), *options, choose="one").dataset)


def _at(view, effect, base, errors):
    """Give options of cost 0 an effect, one in the base case, and a standard error, each drawn apart."""
    number, none = len(view.options), np.zeros(len(view.options))
    effect, base = (np.asarray(one, dtype=float) for one in (effect, base))
    # Columns without any correlation, each with a sample error of 1.
    random = np.random.default_rng(1)
    rows = np.linalg.qr(np.column_stack([np.ones(16), random.standard_normal((16, number))]))[0][:, 1:]
    rows *= np.sqrt(15 * 16) * np.asarray(errors)
    parts = Averages(effect - rows / 15, *(np.zeros((16, number)),) * 2)
    return replace(
        view, effect=effect, cost=none, net_cost=none, base=Averages(base, none, none), left_out=lambda: parts
    )


def test_a_lead_of_ten_errors_is_a_lead_whatever_the_base_case_says(view):
    """Errors of 1 drawn apart: the difference of two has one of √2."""
    apart = 10 * np.sqrt(2)
    effect = -apart * np.arange(5)
    drawn = _at(view, effect, effect[::-1], [1] * 5)
    assert in_order(drawn, lambda of: of.effect) == (0, 1, 2, 3, 4)
    assert best_at(drawn, 1.0) == 0


@pytest.mark.parametrize("shift", [-1, 0, 1])
def test_within_four_errors_the_base_case_decides_then_the_cheaper_then_the_earlier(view, shift):
    drawn = _at(view, [0, 0, shift, 0, -99], [0, 1, 1, 2, 9], [1] * 5)
    assert in_order(drawn, lambda of: of.effect) == (3, 1, 2, 0, 4)
    cheaper = replace(drawn, base=replace(drawn.base, cost=np.asarray([0.0, 9.0, 8.0, 0.0, 0.0])))
    assert in_order(cheaper, lambda of: of.effect) == (3, 2, 1, 0, 4)
    assert best_at(drawn, 1.0) == 3


@pytest.mark.parametrize("uncertain", [-15.0, -5.0, 5.0])
def test_one_that_none_is_clearly_ahead_of_hides_no_lead_of_others(view, uncertain):
    """The first is ahead of the second by ten errors; the third, with an error of 10, is tied with both."""
    drawn = _at(view, [0, -10, uncertain, -99, -99], [1, 0, 2, 0, 0], [0.5, 0.5, 10, 0.1, 0.1])
    assert in_order(drawn, lambda of: of.effect) == (2, 0, 1, 3, 4)
