"""The report as a document: the answer, structure, escaping, self-containment, edge states."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tests.report.report_fixtures import OFFERS, RIVALS, Case, Cases, Offer, make, rivals, several
from tests.report.report_html import Element, read
from wellbeva.core.spans import Located
from wellbeva.core.statistics import STATISTICS
from wellbeva.report.facts.result import gather
from wellbeva.report.facts.sensitivity import Changes, SwitchingValue, names_of
from wellbeva.report.page.blocks import payers_and_groups, sensitivity, technical
from wellbeva.report.page.render import build_page, render_report
from wellbeva.report.page.summary.page_one import WORDS, words_beside_table
from wellbeva.report.page.view import Page
from wellbeva.report.text import numbers
from wellbeva.scenario.spec import ParameterSpec

ROOT = Path(__file__).parents[2]
FORBIDDEN = re.compile(
    r"\b(certain(ly)?|proven|statistically|significant(ly)?|optimal|recommended option|NaN|nan|inf|None(?! of))\b"
)
CHANCE_OF_ALL = re.compile(r"(?<![\d.])(0|100)% ")


def page(case: Case) -> str:
    return render_report(case.dataset, case.record, case.plan, case.tables, manifest=case.manifest)


def view(case: Case) -> Page:
    return build_page(case.dataset, case.record, case.plan, case.tables, manifest=case.manifest)


def offers(n: int, *, label: str = "Offer {}", group: int = 8) -> tuple[Offer, ...]:
    """Groups of offers close to one another, each group a third of the one before."""
    grades = ("strong", "promising", "initial", "assumed")
    made = []
    for i in range(n):
        effect = 5000 / 3 ** (i // group) * (1 - 0.01 * (i % group))
        made.append(Offer(f"o{i}", label.format(i), effect, 0.1 * effect, 1e6, evidence=grades[i % 4]))
    return tuple(made)


TIED = (Offer("a", "Option A", 10.0, 0.0, 50_000), Offer("b", "Option B", 10.0, 0.0, 50_000))


def no_decision() -> Case:
    """A model that reports outcomes and compares nothing."""
    case = several()
    values = np.full((len(STATISTICS), 2), 2.37)
    dataset = xr.Dataset(
        {"qalys": (("statistic", "option"), values, {"kind": "outcome", "unit": "QALY/person", "doc": "years lived"})},
        coords={"statistic": list(STATISTICS), "option": ["volunteers", "happiness"]},
        attrs={"draws": 8192, "choose": "several", "comparator": ""},
    )
    return replace(case, dataset=dataset, plan=replace(case.plan, decision=None), tables={"summary": pd.DataFrame()})


STATES = Cases(
    {
        "no decision": no_decision,
        "several": several,
        "one": rivals,
        "one option": lambda: make(RIVALS[:1], choose="one", budget=None),
        "one offer": lambda: make(OFFERS[:1]),
        "all harmful": lambda: make(
            (Offer("a", "Option A", -2, 1, 31_000), Offer("b", "Option B", -3, 1, 40_000)), choose="one", budget=None
        ),
        "harmful offers": lambda: make((Offer("a", "A", -20, 8, 1e6), Offer("b", "B", -30, 9, 1e6))),
        "tie": lambda: make(TIED, choose="one", budget=None),
        "fixed inputs": lambda: make(tuple(replace(one, sd=0.0) for one in OFFERS)),
        "one without interval": lambda: make((*OFFERS[:3], replace(OFFERS[4], sd=0.0))),
        "provisional": lambda: several(provisional=("The value of a WELLBY awaits a checked source.",)),
        "nothing left out": lambda: several(not_counted=()),
        "zero cost": lambda: make((*OFFERS[:3], Offer("free", "A free offer", 10, 2, 0.0))),
        "reaches zero": lambda: make((*OFFERS, Offer("bad", "A harmful offer", -40, 60, 1e6, evidence="initial"))),
        "forty": lambda: make(offers(40)),
        "few draws": lambda: make(
            (Offer("a", "Option A", 12.0, 2.0, 50_000), Offer("b", "Option B", 10.3, 2.0, 50_000)),
            choose="one",
            budget=None,
            draws=512,
        ),
        "hostile": lambda: make(
            (
                Offer("a", '<script>alert("x")</script> & "quotes" \'and\' {{ 7*7 }} {% raw %}', 5000, 900, 1e6),
                Offer("b", "</style></title><img src=x onerror=alert(1)>", 4000, 900, 1e6, doc="</svg><b>bold</b>"),
                Offer("c", "Befriending, gardening and shared lunches for men over seventy-five " * 3, 90, 20, 1e6),
            ),
            title="<i>title</i> </style>",
            question='"><script>1</script>',
            not_counted=("<script>x</script>", "javascript:alert(1)"),
            provisional=("<b>why</b>",),
        ),
    }
)


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {name: page(case) for name, case in STATES.items()}


@pytest.mark.parametrize("name", STATES)
def test_structure_of_every_state(name: str, pages: dict[str, str]) -> None:
    root = read(pages[name])
    html = root.all("html")[0]
    assert html.attrs["lang"] == "en-GB"
    assert len(root.all("h1")) == 1
    levels = [int(one.tag[1]) for one in root.all("h1", "h2", "h3", "h4")]
    assert levels[:2] == [1, 2]
    assert all(b - a <= 1 for a, b in pairwise(levels)), "a heading level is skipped"
    assert root.all("h2")[0].attrs["class"] == "answer"
    body = root.all("body")[0]
    assert body.children[0].attrs == {"class": "skip", "href": "#main"}
    for tag in ("header", "nav", "main", "footer"):
        assert len(root.all(tag)) == 1, tag
    ids = [one.attrs["id"] for one in root.walk() if "id" in one.attrs]
    assert len(ids) == len(set(ids))
    for one in root.walk():
        for attribute in ("aria-labelledby", "aria-describedby"):
            for key in one.attrs.get(attribute, "").split():
                assert key in ids, f"{attribute} points at {key}, which is not there"
        if one.tag == "a" and one.attrs["href"].startswith("#"):
            assert one.attrs["href"][1:] in ids


@pytest.mark.parametrize("name", STATES)
def test_tables_of_every_state(name: str, pages: dict[str, str]) -> None:
    root = read(pages[name])
    for table in root.all("table"):
        assert table.attrs["aria-labelledby"]
        assert all("scope" in one.attrs for one in table.all("th"))
        width = len(table.all("thead")[0].all("th"))
        for row in table.all("tbody")[0].all("tr"):
            cells = [one for one in row.children if one.tag in {"th", "td"}]
            assert sum(int(one.attrs.get("colspan", 1)) for one in cells) == width
    for svg in root.all("svg"):
        inside = svg.parent is not None and any(one.tag == "svg" for one in ancestors(svg))
        hidden = svg.attrs.get("aria-hidden") == "true" and svg.attrs.get("focusable") == "false"
        named = svg.attrs.get("role") == "img" and "aria-labelledby" in svg.attrs
        assert inside or hidden or named


def ancestors(element: Element) -> list[Element]:
    found = []
    while element.parent is not None:
        element = element.parent
        found.append(element)
    return found


@pytest.mark.parametrize("name", STATES)
def test_self_contained_and_without_script(name: str, pages: dict[str, str]) -> None:
    root = read(pages[name])
    assert not root.all("script", "link", "iframe", "object", "embed", "img", "base", "form")
    assert "@import" not in pages[name]
    assert not re.search(r"url\((?!#)", pages[name])
    for one in root.walk():
        assert not [key for key in one.attrs if key.startswith("on")]
        for key in ("src", "href", "xlink:href", "data", "srcset"):
            target = one.attrs.get(key, "#")
            followed = one.tag == "a" and re.match(r"https?://", target)
            assert followed or target.startswith("#"), f"{one.tag} loads {target}"


@pytest.mark.parametrize("name", STATES)
def test_words_of_every_state(name: str, pages: dict[str, str]) -> None:
    root = read(pages[name])
    said = " ".join(one.words() for one in root.all("body"))
    said = said.replace("draws {% raw %}", "")
    assert not FORBIDDEN.search(said), FORBIDDEN.search(said)
    assert not CHANCE_OF_ALL.search(said)
    assert "Not in these ranges" in said or "Not counted" in said
    assert words_beside_table(view(STATES[name]).first) <= WORDS


def test_hostile_text_stays_text(pages: dict[str, str]) -> None:
    html = pages["hostile"]
    assert "<script" not in html
    assert "<img" not in html
    assert "<i>title" not in html
    assert html.count("</style>") == 1
    assert html.count("</title>") == 1
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;" in html
    assert "{{ 7*7 }}" in html


def test_same_run_gives_the_same_report(pages: dict[str, str]) -> None:
    assert page(several()) == pages["several"]


# --- what is said -------------------------------------------------------------------------------------------------


def test_bands_and_evidence_make_the_answer() -> None:
    said = view(STATES["several"]).first
    assert said.answer == (
        "Two offers give the most wellbeing for each pound, in an order that isn’t settled. "
        "The two were tested against a comparison group."
    )
    weaker = tuple(replace(one, evidence="initial") if one.name == "volunteers" else one for one in OFFERS)
    assert "Only one of the two was tested" in view(make(weaker)).first.answer


def test_by_far_needs_a_gap_of_two_between_bands() -> None:
    top = (Offer("a", "A", 5000, 500, 1e6), Offer("b", "B", 4900, 500, 1e6))
    assert "by far" in view(make((*top, Offer("c", "C", 1000, 100, 1e6)))).first.answer
    assert "by far" not in view(make((*top, Offer("c", "C", 3500, 100, 1e6)))).first.answer


@pytest.mark.parametrize(
    ("second", "evidence", "start"),
    [
        (5.0, "strong", "Visits would come out best, in more than 19 of 20 plausible futures."),
        (5.0, "initial", "Visits would come out ahead of telephone in more than 19 of 20 plausible futures; the"),
        (9.9, "strong", "Visits would come out ahead of telephone in about 8 of 10 plausible futures."),
        (11.8, "strong", "Too close to call: “Visits” and “Telephone”."),
    ],
)
def test_five_forms_for_rivals(second: float, evidence: str, start: str) -> None:
    pair = (
        Offer("visits", "Visits", 12.0, 2.0, 50_000, evidence=evidence),
        Offer("telephone", "Telephone", second, 2.0, 50_000, evidence=evidence),
    )
    assert view(make(pair, choose="one", budget=None)).first.answer.startswith(start)


def test_nothing_pays_and_harmful() -> None:
    dear = tuple(replace(one, cost=1e7) for one in RIVALS)
    assert view(make(dear, choose="one", budget=None)).first.answer == (
        "None of the options is worth its cost at £16k a WELLBY."
    )
    nearly = (Offer("visits", "Visits", 12.0, 2.0, 192_000), Offer("telephone", "Telephone", 5.0, 2.0, 192_000))
    assert view(make(nearly, choose="one", budget=None)).first.answer == (
        "Too close to call: “Doing nothing” and “Visits”."
    )
    said = view(STATES["all harmful"]).first
    assert said.answer == "On this evidence none of the options does people good."
    assert said.lead.startswith("Doing nothing is best in")
    offers_said = view(STATES["harmful offers"]).first
    assert "most" not in f"{offers_said.answer} {offers_said.lead}"
    assert "average gain is not clearly above 0" in page(STATES["harmful offers"])


def test_one_option_is_not_ranked() -> None:
    said = view(STATES["one option"]).first
    assert said.answer.endswith("Nothing else was compared.")
    assert said.tiles == ()


def test_model_that_compares_nothing_shows_its_outcomes(pages: dict[str, str]) -> None:
    said = view(STATES["no decision"]).first
    assert said.answer == "This model reports outcomes; it compares no options."
    assert [cell.text for cell in said.table.rows[0].cells] == ["2.37", "2.37"]
    assert "compared with" not in pages["no decision"]


def test_tie_names_both_and_says_why_one_stands_first() -> None:
    said = view(STATES["tie"]).first
    assert said.answer == "Equally good: “Option A” and “Option B”."


def test_fixed_inputs_print_no_chance_and_no_range() -> None:
    case = STATES["fixed inputs"]
    said = view(case).first
    assert "no chance can be given" in said.answer
    assert said.table.note == "Fixed inputs: 11. Nothing was drawn, so there is no range and no chance."
    assert not [row for row in said.table.rows if row.kind == "band"]
    assert all(row.cells[3].text == "–" for row in said.table.rows if not row.kind)
    assert all(row.cells[2].under == "no interval" for row in said.table.rows if not row.kind)


def test_missing_interval_is_said_in_its_row() -> None:
    rows = {row.head: row for row in view(STATES["one without interval"]).first.table.rows}
    assert rows["Active Row"].cells[2].under == "no interval"
    assert "\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}" in rows["parkrun"].cells[2].under


def test_offer_that_does_good_at_no_cost_stands_first() -> None:
    rows = [row for row in view(STATES["zero cost"]).first.table.rows if not row.kind]
    assert rows[0].head == "A free offer"
    assert rows[0].cells[2].text == "–"
    assert rows[0].cells[2].under == "costs nothing"


def test_chance_of_no_gain_stands_beside_that_of_being_worth_the_cost() -> None:
    for name in ("several", "one"):
        table = view(STATES[name]).first.table
        assert [one.head for one in table.columns][-2:] == ["No gain in wellbeing", "Worth its cost"]
        chances = STATES[name].tables["decision"].set_index("label")["prob_worth_it"]
        for row in (one for one in table.rows if not one.kind and one.head in chances and one.cells[-1].text):
            assert row.cells[-1].text == numbers.in_ten(chances[row.head])


def test_average_not_above_nought_is_a_square() -> None:
    made = view(STATES["reaches zero"]).first.table
    row = next(one for one in made.rows if one.head == "A harmful offer")
    assert any(mark.kind == "square" for mark in row.cells[1].picture.marks)
    assert "square" in made.keys


def test_dagger_follows_the_design_of_the_source() -> None:
    rows = {row.head: row for row in view(STATES["several"]).first.table.rows if not row.kind}
    assert rows["parkrun"].cells[3].dagger
    assert not rows["NHS Volunteer Responders"].cells[3].dagger
    assert not rows["Arts in schools"].cells[3].dagger


def test_provisional_is_said_everywhere(pages: dict[str, str]) -> None:
    html = pages["provisional"]
    assert html.index('class="strip"') < html.index("<h1>")
    assert '@top-left{content:"Provisional: not for decisions"' in html
    assert "9 of 10 futures, provisional" in html
    assert "Provisional" not in pages["several"]


def test_left_out_is_always_said(pages: dict[str, str]) -> None:
    assert "The authors name nothing left out. Ask them." in pages["nothing left out"]
    boxes = view(STATES["several"]).first.boxes
    assert boxes[-1].more == "and 1 more"
    assert "Stigma." in pages["several"]


def test_too_few_draws_are_not_settled() -> None:
    said = view(STATES["few draws"]).first.answer
    ahead = "Option A would come out ahead of Option B"
    assert said == f"{ahead}, but too few futures were drawn to say how surely."


def test_past_fifteen_page_one_prints_top_and_last_band() -> None:
    made = view(STATES["forty"]).first.table
    printed = [row for row in made.rows if not row.kind and row.media != "screen"]
    assert 0 < len(printed) < 40
    more = next(row for row in made.rows if row.media == "print")
    assert more.head == f"{40 - len(printed)} more on page 2"
    assert (printed[0].head, printed[-1].head) == ("Offer 0", "Offer 39")


def test_titles_are_computed() -> None:
    def first_title(case: Case) -> str:
        return view(case).sections[0].blocks[0].title

    assert first_title(several()) == "Every offer repays its cost on average"
    dear = tuple(replace(one, effect=one.effect / 100) if one.name in {"henge", "row"} else one for one in OFFERS)
    assert first_title(make(dear)) == "Nine of eleven offers repay their cost on average"
    assert view(several()).first.table.title.endswith("in five bands")
    assert view(make(OFFERS[:2])).first.table.title == "Offers ranked by WELLBYs per £1,000"


def test_difference_row_is_computed_draw_by_draw() -> None:
    case = rivals()
    row = next(one for one in view(case).first.table.rows if one.kind == "dif")
    assert row.head == "Weekly visits less telephone friends"
    effect, cost = case.dataset["draws_decision_effect"].values, case.dataset["draws_decision_cost"].values
    net = 16_000 * (effect[:, 0] - effect[:, 1]) - (cost[:, 0] - cost[:, 1])
    assert row.cells[2].text == f"£{round(net.mean() / 1000):d}k"
    assert "ahead in about" in row.under
    assert not [one for one in view(rivals(kept=False)).first.table.rows if one.kind == "dif"]


def test_tiles_match_prob_best() -> None:
    tiles = view(STATES["one"]).first.tiles
    best = STATES["one"].tables["decision"].set_index("option")["prob_best"]
    assert sum(one.number for one in tiles) == 10
    assert abs(tiles[0].number - 10 * best["visits"]) < 1


@pytest.mark.parametrize(
    ("turns", "title"),
    [
        ([True], "The one input tried can turn the choice"),
        ([False], "The one input tried cannot turn the choice"),
        ([False, False], "Neither of two inputs alone can turn the choice"),
        ([True, False], "One input of two can turn the choice on its own"),
        ([True, True], "Either of two inputs can turn the choice"),
        ([False] * 3, "None of three inputs alone can turn the choice"),
    ],
)
def test_the_title_of_the_sensitivity_counts_as_people_do(turns: list[bool], title: str) -> None:
    case = rivals()
    low, high = -9e4, 1.4e5
    case.tables["oneway"] = pd.DataFrame(
        [
            {
                "element": name, "path": name, "option": "visits", "less": "telephone", "base_value": 12.0,
                "low_value": 2.0, "high_value": 22.0, "base_result": 2e4, "low_result": low if can else 1e4,
                "high_result": high, "switching_value": 10.4 if can else math.nan, "can_turn": can,
            }
            for name, can in zip(("effect.visits", "effect.telephone", "hold.visits"), turns, strict=False)
        ]
    )  # fmt: skip
    assert title in [getattr(one, "title", "") for one in view(case).sections[0].blocks]


def test_changes_become_sentences_and_a_figure() -> None:
    case = rivals()
    case.tables["oneway"] = pd.DataFrame(
        [
            {
                "element": "effect[visits]", "path": "effect.visits", "option": "visits", "less": "telephone",
                "base_value": 12.0, "low_value": 2.0, "high_value": 22.0, "base_result": 2e4, "low_result": -9e4,
                "high_result": 1.4e5, "switching_value": 10.4, "can_turn": True,
            }
        ]
    )  # fmt: skip
    case.tables["break_even"] = pd.DataFrame(
        [
            {
                "parameter": "effect", "outcome": "npsv", "option": "visits", "cell": "central", "unit": "LS",
                "base": 12.0, "value": 6.1, "ratio": 0.51, "reason": "",
            },
            {
                "parameter": "effect", "outcome": "npsv", "option": "telephone", "cell": "central", "unit": "LS",
                "base": 9.0, "value": math.nan, "ratio": math.nan, "reason": "always",
            },
        ]
    )  # fmt: skip
    made = view(case)
    box = made.first.boxes[0]
    assert box.stem == "Telephone friends would be the better choice if"
    assert box.items == ("gain in life satisfaction of one person (weekly visits) is below 10 points (now 12 points)",)
    titles = [getattr(one, "title", "") for one in made.sections[0].blocks]
    assert "The one input tried can turn the choice" in titles
    assert "One option would break even if one assumption halved or doubled" in titles
    assert "always repays" in page(case)


@pytest.mark.parametrize(
    ("short", "doc", "names"),
    [
        ("gain of one person", "gain (0-10); of one person", ("gain of one person", "the gain of one person")),
        ("QALYs gained", "", ("QALYs gained", "the QALYs gained")),
        ("", "How long it lasts.", ("how long it lasts", "how long it lasts")),
        ("", "those who start, " * 9, ("take up", "take up")),
        ("", "", ("take up", "take up")),
    ],
)
def test_an_input_is_named_by_its_short_name_its_doc_or_itself(short: str, doc: str, names: tuple[str, str]) -> None:
    spec = ParameterSpec("take_up", Located.bare("share", "m.yaml"), doc=doc, short=short)
    model = replace(rivals().record.scenario.model, parameters={"take_up": spec})
    assert names_of("take_up", doc, model) == names


def test_annexes_carry_inputs_equations_and_record(pages: dict[str, str]) -> None:
    html = pages["several"]
    for text in (
        "people * effect if a &lt; b", "A study of parkrun", '<a href="#S3">S3</a>, Table 2',
        "before and after",
        "normal(mean=1, sd=0.2)",
        "HM Treasury (2021)", "Open Government Licence v3.0", "4f1c4f1c", "Wellbeing is discounted at 1.5% a year",
        "wellbeva run x.yaml --draws 8192 --seed 1", "Not in these ranges", "abababab",
    ):  # fmt: skip
        assert text in html, text


def test_technical_figures_are_named_and_prefixed(pages: dict[str, str]) -> None:
    root = read(pages["one"])
    drawings = [one for one in root.all("svg") if one.attrs.get("role") == "img"]
    assert len(drawings) == 3
    for one in drawings:
        key = one.attrs["aria-labelledby"].split("-")[0]
        assert "width" not in one.attrs
        assert one.attrs["viewbox"]
        assert not one.all("style", "script")
        assert all(inner.attrs["id"].startswith(f"{key}-") for inner in one.walk() if "id" in inner.attrs)
        assert not [inner for inner in one.walk() if inner is not one and "aria-label" in inner.attrs]
        assert one.all("title")[0].words()
        assert re.search(r"\d", one.all("desc")[0].words())
    assert not [one for one in read(pages["several"]).all("svg") if one.attrs.get("role") == "img"], "they take time"


def test_figures_of_many_rivals_show_the_most_often_best(monkeypatch: pytest.MonkeyPatch) -> None:
    """R82: the figure library takes minutes for 500 curves; the others are named by their number."""
    case = rivals()
    many = len(case.dataset["decision_option"])
    monkeypatch.setattr(technical, "MOST_DRAWN", 2)
    html = page(case)
    assert html.count(f"Drawn are the 2 most often best; the other {many - 2} are in decision.csv.") == 2
    figure = next(one for one in read(html).all("svg") if one.attrs.get("aria-labelledby", "").startswith("ac-"))
    assert sum(label.words() in {one.label for one in RIVALS} for label in figure.all("text")) <= 2 * 2
    shares = np.array([[0.5, 0.3, 0.2, 0.0], [0.6, 0.1, 0.3, 0.0]])
    assert technical.most_often_best(shares, [3, 3]) == [0, 3]
    assert technical.most_often_best(shares[:, :2], [0, 1]) == [0, 1]


def test_outcomes_of_many_options_are_listed_for_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """R82: of 2,000 options 500 tables of outcomes would make a page of 10 MB; summary.csv has them all."""
    monkeypatch.setattr(payers_and_groups, "LISTED", 1)
    assert "The other 1 are in summary.csv." in page(no_decision())


def test_inputs_that_move_nothing_are_not_said_to_move_it_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """R82: of 2,000 rivals two are compared, so that nearly all of 4,000 inputs move nothing."""
    monkeypatch.setattr(sensitivity, "MOST_SWEEPS", 1)
    turn = SwitchingValue(
        "gain", "the gain", (), True, "1", "2", "1", "3", RIVALS[0].name, RIVALS[1].name, (1.0, 2.0, 3.0), turns=True
    )
    still = replace(turn, results=(2.0, 2.0, 2.0), turns=False)
    case = rivals()
    result = gather(case.dataset, case.record, plan=case.plan, tables=case.tables)
    turns = (turn, replace(turn, results=(1.5, 2.0, 2.5)), still, still)
    figure = sensitivity._sweeps(result, Changes(turns, still=("hold (calls)", "cost (calls)")))
    moved = "Another one input moved the result less."
    assert figure.note == f"{moved} Two inputs tried changed nothing: hold (calls); cost (calls)."
    assert f"right: {RIVALS[0].label.lower()} ahead" in figure.dek.lower()
    monkeypatch.setattr(sensitivity, "MOST_NAMED", 1)
    figure = sensitivity._sweeps(result, Changes(turns, still=("hold (calls)", "cost (calls)")))
    assert figure.note == f"{moved} Two inputs tried changed nothing: hold (calls); and 1 more."


@pytest.mark.thorough
def test_offers_do_not_pay_for_altair() -> None:
    script = (
        "import sys\nfrom tests.report.report_fixtures import several\n"
        "from wellbeva.report.page.render import render_report\n"
        "case = several()\nrender_report(case.dataset, case.record, case.plan, case.tables)\n"
        "assert 'altair' not in sys.modules and 'vl_convert' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
