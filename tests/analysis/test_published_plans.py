"""Published statistics from scenario files, against plans whose every statistic is known by hand.

One input is uniform from 0 to 8, so that the outcome, £10 times it, has mean £40, standard deviation £80 / sqrt 12,
quantile q at £80 q, and lies above £c in a share 1 - c / 80 of the draws. The scrambled net makes the shares of a
randomisation right to 1/512, and `judge` requires three of its own errors below each tolerance; so a line is met
unless the engine, the sampler or the judge is wrong, whatever the seed.
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.language.small_models import Small
from wellbeva import api
from wellbeva.cli import main
from wellbeva.errors import WellbevaError

SD = 80 / math.sqrt(12)
PARAMETERS = "x: {unit: ratio, bounds: [0, 8], doc: x}\nfee: {unit: money, doc: f}\nprinted: {unit: money, doc: p}"
VALUES = "x: {uniform: {min: 0, max: 8}}\nfee: £10\nprinted: £80"


def judged(folder: Path, *lines: str, draws: int = 16_384, small: Small | None = None) -> list[api.Verdict]:
    published = "published:\n" + "\n".join(f"  - {line}" for line in lines)
    small = small or Small(parameters=PARAMETERS, values=VALUES, equations="y: x * fee in money\nz: fee in money",
                           scenario=published)  # fmt: skip
    return api.test(small.write(folder), draws=draws)


def test_draws_outside_the_bounds_are_left_out_on_request(tmp_path: Path) -> None:
    """A source drew a normal and cut it without a word: x is 7 with a spread of 1, and never above 8."""
    lines = "published: [z on average = £10 within £0.001, y on average = £67.12 within £0.5]"
    values = "x: {normal: {mean: 7, sd: 1}}\nfee: £10\nprinted: £80"
    equations = "y: x * fee in money\nz: fee in money"
    small = Small(parameters=PARAMETERS, values=values, equations=equations, scenario=lines)
    path = small.write(tmp_path)
    with pytest.raises(WellbevaError, match="WB-E009"):
        api.test(path)
    # the mean of a normal cut above, one standard deviation from its mean: 7 - phi(1) / Phi(1)
    cut = 7 - math.exp(-0.5) / math.sqrt(2 * math.pi) / (0.5 + 0.5 * math.erf(1 / math.sqrt(2)))
    assert cut == pytest.approx(6.712, abs=0.001)
    found = api.test(path, allow_nonfinite=True)
    assert [one.verdict for one in found] == ["met", "met"]
    assert all(
        "draws are left out of every number: an input in them is outside its bounds" in one.note for one in found
    )


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("y = £40 within £0.001", "met"),
        ("y on average = £40 within £0.5", "met"),
        ("y on average = £41 within £0.5", "missed"),
        ("y on average = £40 within £0.0000001", "undecided"),
        (f"y sd of draws = £{SD:.4f} within £0.5", "met"),
        (f"y sd of draws = £{SD + 0.6:.4f} within £0.5", "missed"),
        ("y 5% quantile of draws = £4 within £0.5", "met"),
        ("y 33% quantile of draws = £26.40 within £0.5", "met"),
        ("y 95% quantile of draws = £75 within £0.5", "missed"),
        ("y share of draws above £0 = 100% within 0.1%", "met"),
        ("y share of draws above £20 = 75% within 0.5%", "met"),
        ("y share of draws above £20 = 70% within 0.5%", "missed"),
        ("z sd of draws = £0 within £0", "met"),
        ("z 5% quantile of draws = £10 within £0", "met"),
        ("z share of draws above £9.99 = 100% within 0%", "met"),
        ("z share of draws above £10 = 0% within 0%", "met"),
        ("z draw by draw = fee within £0", "met"),
        ("y draw by draw = printed within £80", "met"),
        ("y draw by draw = printed within £79", "missed"),
    ],
)
def test_each_statistic(tmp_path: Path, line: str, outcome: str) -> None:
    (found,) = judged(tmp_path, line)
    assert (found.verdict, found.path) == (outcome, line.partition(" = ")[0])


def test_undecided_says_how_many_draws_would_do_and_they_do(tmp_path: Path) -> None:
    # Sampling at random the error of the mean is 23.1 / sqrt N; a scrambled net is far better, so that the tolerance
    # has to be narrow to be undecided at 8,192 draws.
    line = "y on average = £40 within £0.0004"
    (first,) = judged(tmp_path, line, draws=8192)
    assert first.verdict == "undecided"
    assert "three standard errors of ours" in first.note
    wanted = int(first.note.rpartition(" ")[2])
    assert f"{wanted:,} draws would do: --draws {wanted}" in first.note
    (second,) = judged(tmp_path, line, draws=wanted)
    assert second.verdict == "met"


def test_the_command_takes_the_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = Small(parameters=PARAMETERS, values=VALUES, equations="y: x * fee in money",
                  scenario="published:\n  - y on average = £40 within £0.0004")  # fmt: skip
    path = str(small.write(tmp_path))
    assert main.main(["test", path, "--draws", "8192"]) == 0
    few = capsys.readouterr().out
    assert "1 undecided" in few
    wanted = " ".join(few.split()).partition("--draws ")[2].split()[0]
    assert main.main(["test", path, "--draws", wanted]) == 0
    assert "1 met" in capsys.readouterr().out
    assert all(len(line.rstrip()) <= 80 for line in few.splitlines() if not line.startswith("/"))


def test_draw_by_draw_names_the_draw_with_the_widest_gap(tmp_path: Path) -> None:
    (found,) = judged(tmp_path, "y draw by draw = printed within £1")
    assert found.verdict == "missed"
    # The gap is £80 - £10 x, and one of the draws has x below 8/512.
    assert 80 - 10 * 8 / 512 < float(found.ours) <= 80
    assert found.note.startswith("the widest gap is in draw ")
    assert found.note.endswith(" and 80")


ROWS = "x,printed\n1,£10\n2,£20\n4,£40\n"


def supplied(folder: Path, rows: str, *lines: str) -> list[api.Verdict]:
    (folder / "rows.csv").write_text(rows, encoding="utf-8")
    published = "published:\n" + "\n".join(f"  - {line}" for line in lines)
    small = Small(parameters=PARAMETERS, values="fee: £10", equations="y: x * fee in money",
                  scenario=f"tables:\n  - {{file: rows.csv, rows: draw}}\n{published}")  # fmt: skip
    return judged(folder, small=small)


def test_supplied_draws_are_compared_row_by_row(tmp_path: Path) -> None:
    found = supplied(
        tmp_path, ROWS, "y draw by draw = printed within £0.000001", "y on average = £23.3333 within £0.0001",
        "y sd of draws = £15.2753 within £0.0001", "y share of draws above £10 = 66.67% within 0.01%",
    )  # fmt: skip
    assert [one.verdict for one in found] == ["met"] * 4


def test_one_row_that_differs_is_found(tmp_path: Path) -> None:
    (found,) = supplied(tmp_path, ROWS.replace("£20", "£20.5"), "y draw by draw = printed within £0.4")
    assert (found.verdict, found.ours) == ("missed", "0.5")
    assert found.note == "the widest gap is in draw 1 of randomisation 0: 20 and 20.5"


def test_every_draw_is_kept_where_a_line_needs_it(tmp_path: Path) -> None:
    """Of the inputs a run keeps 16,384 draws unless it is asked for all."""
    lines = "published:\n  - w draw by draw = x within 4\n  - w draw by draw = x within 3.9"
    small = Small(parameters=PARAMETERS, values=VALUES, equations="y: x * fee in money\nw: x / 2", scenario=lines)
    found = api.test(small.write(tmp_path), draws=32_768)
    assert [one.verdict for one in found] == ["met", "missed"]


@pytest.mark.parametrize(
    "line",
    [
        "decision.per_1000.a 7% quantile of draws = 56 within 5",
        "decision.per_1000.a share of draws above 400 = 50% within 0.5%",
        "decision.per_1000.a draw by draw = thousand within 800",
        "decision.effect.a sd of draws = 2.3094 within 0.05",
    ],
)
def test_statistics_of_the_decision(tmp_path: Path, line: str) -> None:
    # x of effect for £10: 100 x for each £1,000, uniform from 0 to 800.
    small = Small(
        parameters=f"{PARAMETERS}\nthousand: {{unit: ratio, doc: t}}", values=f"{VALUES}\nthousand: 0",
        equations="y: x", decision="{effect: x, cost: fee}", scenario=f"published: ['{line}']",
    )  # fmt: skip
    (found,) = api.test(small.write(tmp_path))
    assert (found.verdict, found.note) == ("met", "")


@pytest.mark.parametrize(
    ("line", "code", "word", "remedy"),
    [
        ("wellbys.wolks = 0.2 WELLBY within 0.1 WELLBY", "WB-S330", "wolks", "did you mean 'walks'?"),
        ("wellbys.wolks on average = 0.2 WELLBY within 0.1 WELLBY", "WB-S330", "wolks", "did you mean 'walks'?"),
        ("wellbys.wolks in dear = 0.2 WELLBY within 0.1 WELLBY", "WB-S330", "wolks", "did you mean 'walks'?"),
        ("wellbys = 0.2 WELLBY within 0.1 WELLBY", "WB-S330", "wellbys", ""),
        ("hidden.walks = £3 within £1", "WB-S330", "hidden", ""),
        ("price.wolks = £3 within £1", "WB-S330", "wolks", "did you mean 'walks'?"),
        ("price = £3 within £1", "WB-S330", "price", ""),
        ("price.walks on average = £3 within £1", "WB-S330", "price", ""),
        ("decision.bes = walks", "WB-S330", "bes", "did you mean 'best'?"),
        ("decision.icer.walk = £3 within £1", "WB-S330", "walk", "did you mean 'walks'?"),
        ("break_even.gin.walks = 3 within 1", "WB-S330", "gin", "did you mean 'gain'?"),
        ("wellbys.wolks draw by draw = price.walks within £1", "WB-S330", "wolks", "did you mean 'walks'?"),
        ("decision.best = 3 within 1", "WB-S330", "decision.best", ""),
        ("decision.best = wolks", "WB-S330", "wolks", "did you mean 'walks'?"),
        ("decision.status.walks = domintaed", "WB-S330", "domintaed", "did you mean 'dominated'?"),
        ("decision.status.walks = extendedly dead", "WB-S330", "extendedly dead", ""),
        ("spent.walks = 3 LS within 1 LS", "WB-S331", "spent.walks = 3 LS within 1 LS", ""),
        # These lead somewhere, whatever a run finds there.
        ("price.walks = £3 within £1", "", "", ""),
        ("wellbys.walks = 99 WELLBY within 0.1 WELLBY", "", "", ""),
        ("wellbys.walks 33% quantile of draws = 2 WELLBY within 0.1 WELLBY", "", "", ""),
        ("spent.walks draw by draw = price.walks within £1", "", "", ""),
        ("decision.icer.nothing = £3 within £1", "", "", ""),
        ("decision.status.walks = extendedly dominated", "", "", ""),
        ("decision.status.walks in dear = extendedly_dominated", "", "", ""),
        ("decision.evpi at £123 on average = £3 within £1", "", "", ""),
        ("decision.net_benefit.walks.central = £3 within £1", "", "", ""),
        ("break_even.gain.walks in dear = 3 within 1", "", "", ""),
    ],
)
def test_check_says_which_lines_no_run_can_answer(tmp_path: Path, line: str, code: str, word: str, remedy: str) -> None:
    small = Small(
        parameters="gain: {unit: LS, by: option, doc: g}\nprice: {unit: money, by: option, doc: p}\n"
        "worth: {unit: money/WELLBY, default: £10k in 2023 prices, doc: w}\n"
        "people: {unit: person, default: 10 people, doc: n}",
        equations="hidden: price * 2 in money\nwellbys: gain * people * 1 year in WELLBY\nspent: price * 1 in money",
        decision="{effect: wellbys, cost: spent, value: worth}",
        model="break_even: {gain: wellbys}",
        options="walks: {label: W, gain: 0.2 (0.1 to 0.3), price: £5 in 2023 prices (£4 to £6)}\n"
        "swims: {label: S, gain: 0.3 (0.1 to 0.5), price: £50 in 2023 prices}",
        scenario=f"variants: {{dear: {{label: Dear, price: £70 in 2023 prices}}}}\npublished:\n  - {line}",
    )
    path = small.write(tmp_path)
    model = tmp_path / "models" / "small.yaml"
    model.write_text(model.read_text("utf-8").replace("[hidden, ", "["), encoding="utf-8")
    if not code:
        api.check(path)
        return
    for refused in (api.check, api.test):
        with pytest.raises(WellbevaError) as caught:
            refused(path)
        (one,) = (each for each in caught.value.diagnostics if each.severity == "error")
        assert one.code == code
        assert one.span is not None
        assert one.span.text[one.span.column - 1 :][: one.span.length] == word
        assert one.remedy.startswith(remedy)
