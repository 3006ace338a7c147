"""Page one: letters of the tiles, who gives and gains, what would change it, what to know before deciding."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.report.report_fixtures import Offer, make, rivals, several
from tests.report.test_answer import SAVING, small
from wellbeva.api import Run
from wellbeva.report.facts.answer import ranked
from wellbeva.report.facts.before_deciding import before_deciding
from wellbeva.report.facts.difference import difference, running_mean
from wellbeva.report.facts.result import gather
from wellbeva.report.facts.sensitivity import changes, what_changes
from wellbeva.report.page.render import build_page, render_report
from wellbeva.report.page.summary.balance import lines_of
from wellbeva.report.page.summary.page_one import WORDS, words_beside_table
from wellbeva.report.page.summary.rivals import telling_letters
from wellbeva.report.page.view import Page, PageOne
from wellbeva.report.text import numbers


def first_page(run: Run) -> PageOne:
    return build_page(run.dataset, run.compiled.record, run.compiled.plan, run.tables, manifest=run.manifest()).first


def assert_adds_up(run: Run) -> None:
    options = run.facts.real
    given, gained = lines_of(run.dataset, run.compiled.record, run.facts, options)
    sums = np.sum([line.values for line in (*given, *gained)], axis=0)
    net = run.tables["decision"].set_index("option")["nb_central"]
    np.testing.assert_allclose(sums, [net[one.name] for one in options], rtol=1e-9)


def test_who_gives_and_gains_adds_up_to_the_net_benefit(shipped: dict[str, Run]) -> None:
    run = shipped["easing-loneliness"]
    assert_adds_up(run)
    rows = {row.head: row for row in first_page(run).balance.rows}
    assert {"Council", "NHS", "Charity", "Volunteers’ time", "Often or always lonely", "NHS: savings"} <= rows.keys()
    net = run.tables["decision"].set_index("option")["nb_central"]
    assert [cell.spoken for cell in rows["Net benefit"].cells] == [
        numbers.total(net[one.name]) for one in map(run.facts.option, run.facts.order) if not one.nothing
    ]


@pytest.mark.parametrize("saving", ["", SAVING])
def test_who_gives_and_gains_adds_up_against_an_option(saving: str, tmp_path: Path) -> None:
    assert_adds_up(small(tmp_path, "one", "usual", saving=saving))


def test_what_no_outcome_divides_stands_in_one_line() -> None:
    case = rivals()
    page = build_page(case.dataset, case.record, case.plan, case.tables, manifest={}).first
    assert [row.head for row in page.balance.rows] == [
        "Who gives",
        "All who pay",
        "Who gains",
        "People",
        "Net benefit",
    ]
    assert page.balance.title == "Cost and gain of both options"


def test_no_balance_without_a_cost_or_a_value(shipped: dict[str, Run]) -> None:
    run = shipped["easing-loneliness"]
    several = build_page(
        run.dataset, run.compiled.record, run.compiled.plan, run.tables, manifest={},
        facts=replace(run.facts, levels=(), values=()),
    )  # fmt: skip
    assert several.first.balance is None
    assert "gg" in {one.key for one in several.sections[0].blocks}  # who pays is told behind it


def test_what_would_change_is_one_stem_with_short_items(shipped: dict[str, Run]) -> None:
    run = shipped["easing-loneliness"]
    box = first_page(run).boxes[0]
    first, second = (run.facts.option(name) for name in run.facts.order[:2])
    assert box.stem == f"{second.opening} would be the better choice if"
    assert 1 <= len(box.items) + len(box.points) <= 3
    said = what_changes(run.facts, changes(run.facts, run.compiled.record, tables=run.tables))
    sweeps = run.tables["oneway"]
    pair = sweeps[(sweeps["option"] == first.name) & (sweeps["less"] == second.name) & sweeps["can_turn"]]
    assert len(said.items) == len(pair)
    assert box.more == f"and {len(pair) + 1 - len(box.items) - len(box.points)} more"
    alike = [one for one in said.items if "just" in one]
    assert alike  # two options that are all but equal turn at nearly any change
    for item in alike:  # of which no third figure is printed
        assert not re.search(r"\d\.\d\d\d|\d\d\d%", item)


def test_before_deciding_says_what_the_run_says(shipped: dict[str, Run]) -> None:
    run = shipped["easing-loneliness"]
    lines = before_deciding(run.dataset, run.compiled.record, run.facts, run.tables)
    mean = run.dataset.sel(statistic="mean")
    each = 1000 * mean["wellbys"] / mean["public_cost"]
    best, most = run.facts.order[0], str(each["option"].values[each.values.argmax()])
    assert lines[0] == (
        f"If public money is short, {numbers.in_sentence(run.facts.option(most).short)} would give more for it: "
        f"{numbers.number(float(each.sel(option=most)))} WELLBYs per £1,000 against "
        f"{numbers.number(float(each.sel(option=best)))}."
    )
    share = float((mean["volunteer_cost"] / mean["cost"]).sel(option="visits"))
    assert 0.475 < share < 0.525
    assert lines[1] == "Weekly befriending visits: can 110 volunteers be found? Their time is about half of the cost."
    worth = numbers.total(run.tables["evppi"]["evppi"].max())
    assert lines[2].startswith("Measure the fall in loneliness")
    assert lines[2].endswith(f"knowing it is worth at most {worth} to this choice.")
    given = [
        one for one in run.compiled.record.inputs if one.layer not in {"default", "appraisal"} and one.base == one.base
    ]
    assumed = sum(one.evidence == "assumed" for one in given)
    assert f"{assumed} of the {len(given)} numbers given are assumed: judgement, no study." in lines


def test_before_deciding_compares_places_with_people_studied(shipped: dict[str, Run]) -> None:
    run = shipped["uk-community-offers"]
    lines = before_deciding(run.dataset, run.compiled.record, run.facts, run.tables)
    place = float(run.dataset["cost_of_place"].sel(statistic="mean", option="parkrun"))
    assert f"Parkrun: £1m buys {numbers.number(1e6 / place)} places; 548 people were studied." in lines
    without = sum(one.uncontrolled for one in run.facts.real)
    assert lines[0].startswith(f"{numbers.capital(numbers.word_for(without))} of {numbers.word_for(11)} offers")


def test_the_option_that_is_best_for_public_money_too_is_told_so(shipped: dict[str, Run]) -> None:
    run = shipped["easing-loneliness"]
    dataset = run.dataset.copy()
    dataset["public_cost"] = dataset["public_cost"] * np.where(dataset["option"].values == run.facts.order[0], 0.1, 1.0)
    line = before_deciding(dataset, run.compiled.record, run.facts, run.tables)[0]
    assert line.startswith("A link worker would also give most for the public money: ")
    dataset["public_cost"] = dataset["public_cost"] * 0
    line = before_deciding(dataset, run.compiled.record, run.facts, run.tables)[0]
    assert "public" not in line


def test_offers_are_told_of_in_the_order_of_how_little_it_takes(shipped: dict[str, Run]) -> None:
    run = shipped["uk-community-offers"]
    said = first_page(run).boxes[0].points
    assert said[1] == (
        "Arts in schools would fall behind Football Beyond Borders under "
        "“Arts in schools as the least favourable matching has it”."
    )
    table = run.tables["assumptions"]
    case = table[table["label"].str.startswith("Arts in schools as")].set_index("option")["effect_per_1000"]
    assert case["fisp"] < case["football"]
    found = changes(run.facts, run.compiled.record, tables=run.tables)
    sentences = what_changes(run.facts, found).sentences
    henge, football = (min(one.moved for one in found.turns if one.turns and one.option == name)
                       for name in ("human_henge", "football"))  # fmt: skip
    assert henge < football
    assert [one.partition(" would")[0] for one in sentences[:2]] == ["Human Henge", "Football Beyond Borders"]


def test_the_strip_says_date_prices_and_period(shipped: dict[str, Run]) -> None:
    run = shipped["easing-loneliness"]
    manifest = run.manifest() | {"date": "2026-11-24T09:00:00+00:00"}
    page = build_page(run.dataset, run.compiled.record, run.compiled.plan, run.tables, manifest=manifest)
    assert page.eyebrow == ("24 November 2026", "2023 prices", "2026 to 2030", "compared with doing nothing")


@pytest.mark.thorough
def test_a_far_shorter_name_heads_its_row_with_the_label_in_grey(shipped_views: dict[str, Page]) -> None:
    rows = {row.head: row.under for row in shipped_views["easing-loneliness"].first.table.rows}
    assert rows["A link worker"].startswith("a worker who links people to local groups, costs £")
    rows = {row.head: row.under for row in shipped_views["uk-community-offers"].first.table.rows}
    assert rows["parkrun"].startswith("people who newly register, £")


def test_the_hollow_dot_is_told_by_what_it_means(shipped_reports: dict[str, str]) -> None:
    offers, options = (shipped_reports[name] for name in ("uk-community-offers", "easing-loneliness"))
    assert "no comparison group: the gain may not be due to the offer" in offers
    # Trials stand behind the loneliness that is lessened, though not of these offers.
    assert "no comparison group of its own: the gain may differ here" in options


HOSTILE = (
    "=cmd|'/c calc'!A1 <script>alert(1)</script>",
    "\u202eنزهات\u202c @SUM",
    "+🌳🌳",
    "a" + " very long name" * 30,
)


def test_hostile_names_of_rivals_stay_text_and_page_one_stays_short() -> None:
    offers = tuple(Offer(f"o{at}", name, 12.0 - at, 6.0, 50_000) for at, name in enumerate(HOSTILE))
    case = make(offers, choose="one", budget=None)
    html = render_report(case.dataset, case.record, case.plan, case.tables)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    page = build_page(case.dataset, case.record, case.plan, case.tables, manifest={}).first
    letters = [tile.letter for tile in page.tiles]
    assert len(set(letters)) == len(letters) == 5
    assert sum(tile.number for tile in page.tiles) == 10
    assert [cell.text for cell in page.table.rows[0].cells]
    assert len(telling_letters(["🌳"] * 12 + ["Option 3"])) == len(set(telling_letters(["🌳"] * 12 + ["Option 3"])))


def test_words_of_page_one(shipped: dict[str, Run]) -> None:
    for run in shipped.values():
        page = first_page(run)
        assert words_beside_table(page) <= WORDS
        assert len(page.boxes[1].points) == 3


def test_the_running_mean_ends_at_the_mean_with_the_error_of_randomisations() -> None:
    case = rivals()
    result = gather(case.dataset, case.record, plan=case.plan, tables=case.tables)
    pair = difference(case.dataset, result)
    assert pair is not None
    means = running_mean(case.dataset, result, (pair.first, pair.second))
    assert means is not None
    effect, cost = (case.dataset[f"draws_decision_{what}"] for what in ("effect", "cost"))
    net = result.value * effect - cost
    drawn = (net.sel(decision_option="visits") - net.sel(decision_option="telephone")).values
    assert means.draws.tolist() == [256, 512, 1024, 2048, 4096, 8192]
    assert means.mean[-1] == pytest.approx(drawn.mean())
    assert means.mean[0] == pytest.approx(drawn.reshape(16, 512)[:, :16].mean())
    assert means.error[-1] == pytest.approx(drawn.reshape(16, 512).mean(axis=1).std(ddof=1) / 4)
    case.dataset["draws_decision_effect"] = effect + np.where(np.arange(len(effect)) % 512 < 256, 10, 0)[
        :, np.newaxis
    ] * [1, 0, 0]  # visits do better in the first half of the draws
    moved = running_mean(case.dataset, result, (pair.first, pair.second))
    assert moved is not None
    assert moved.settled == 0
    few = case.dataset.isel(draw=slice(0, 100))
    assert running_mean(few, result, (pair.first, pair.second)) is None


def test_the_running_mean_of_offers_is_that_of_a_ratio_of_averages() -> None:
    case = several()
    result = gather(case.dataset, case.record, plan=case.plan, tables=case.tables)
    best = ranked(result)[:2]
    means = running_mean(case.dataset, result, best)
    assert means is not None
    assert means.mean[-1] == pytest.approx(best[0].per_1000.mean - best[1].per_1000.mean)
    effect, cost = (case.dataset[f"draws_decision_{what}"] for what in ("effect", "cost"))
    first, second = (
        1000 * effect.sel(decision_option=one.name).values.reshape(16, 512)[:, :16].mean()
        / cost.sel(decision_option=one.name).values.reshape(16, 512)[:, :16].mean()
        for one in best
    )  # fmt: skip
    assert means.mean[0] == pytest.approx(first - second)
    assert (means.error > 0).all()
    # With other benefits in money, which are beside the order, what is spent is the net cost.
    case.dataset["draws_decision_net_cost"] = 2 * cost
    halved = running_mean(case.dataset, result, best)
    assert halved is not None
    assert halved.mean == pytest.approx(means.mean / 2)


def test_what_comes_after_the_last_follow_up_of_rivals_is_in_their_rows_and_is_the_title(
    shipped: dict[str, Run],
) -> None:
    run = shipped["easing-loneliness"]
    record = run.compiled.record
    sources = {
        key: replace(source, follow_up="6 months", followed=0.5) for key, source in record.scenario.sources.items()
    }
    record = replace(record, scenario=replace(record.scenario, sources=sources))
    page = build_page(run.dataset, record, run.compiled.plan, run.tables, manifest={})
    figure = next(one for one in page.sections[0].blocks if one.key == "fl")
    gains = run.dataset["wellbys_by_period"].sel(statistic="mean")
    lines = [gains.sel(option=one.name).values for one in run.facts.real]
    later = [float(line[6:].sum() / line.sum()) for line in lines]
    low, high = numbers.share_words(min(later)), numbers.share_words(max(later))
    assert figure.title == f"From {low} to {high} of the gain comes after the last follow-up, by option"
    assert {row.cells[-1].under for row in figure.rows} == {"followed 6 months"}
    rows = {row.head: row for row in figure.rows}
    assert [rows[one.head].cells[-1].text for one in run.facts.real] == [str(round(100 * share)) for share in later]


def test_rivals_tell_under_their_tiles_who_gains_most_where_there_is_room(shipped: dict[str, Run]) -> None:
    page = first_page(shipped["easing-loneliness"])
    assert re.fullmatch(
        r"Often or always lonely gain [\d.]+ to [\d.]+ times as much .+ sometimes lonely\.", page.gains_most
    )
    assert first_page(shipped["uk-community-offers"]).gains_most == ""
    html = str(shipped["easing-loneliness"].report())
    assert f"<h3>Who gains most</h3><p>{page.gains_most}</p></div>" in html


def test_the_value_that_would_change_the_answer_is_in_bold(shipped: dict[str, Run]) -> None:
    html = str(shipped["easing-loneliness"].report())
    box = html.partition('id="c1"')[2].partition("</section>")[0]
    found = re.findall(r"is (?:above|below) <b>([^<]+)</b> \(we assume ", box)
    assert len(found) == len(re.findall(r"is (?:above|below) ", box)) > 0
    assert all(re.match(r"[£\d]", one) for one in found)


def test_a_last_band_of_one_offer_is_headed_without_a_colon() -> None:
    """Nothing is said of it: it has no next, and no order."""
    case = make((Offer("a", "A", 40, 4, 10_000), Offer("b", "B", 4, 1, 10_000)), choose="several")
    page = build_page(case.dataset, case.record, case.plan, case.tables, manifest=case.manifest).first
    bands = [(row.head, row.under) for row in page.table.rows if row.kind == "band"]
    assert bands == [("Most wellbeing for each pound:", "ahead of the next in at least 9 of 10 futures"), ("Least", "")]
