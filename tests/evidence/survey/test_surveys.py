"""Whole surveys: from files to a result, a file that a scenario takes, and messages that name nobody."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter

from wellbeva import api
from wellbeva.api.evidence.grades import study_grade
from wellbeva.api.evidence.surveys import survey, to_file, to_plain
from wellbeva.cli.main import main
from wellbeva.errors import WellbevaError, render
from wellbeva.evidence.record import from_json
from wellbeva.evidence.survey import change

HERE = Path(__file__).parent
QUESTION = "Overall, how satisfied are you with your life nowadays?"
HEADS = "id,life_satisfaction"


def table(heads: str, people: Iterable[int], row: Callable[[int], str]) -> str:
    return "\n".join([heads, *map(row, people)])


BEFORE = table(HEADS, range(1, 41), lambda who: f"{who},{3 + who % 5}")
AFTER = table(HEADS, range(1, 36), lambda who: f"{who},{4 + who % 6}")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def files(*texts: str) -> list[str]:
    names = ["before.csv", "after.csv", "theirs.csv", "theirs_after.csv"][: len(texts)]
    for name, text in zip(names, texts, strict=True):
        Path(name).write_text(text + "\n", "utf-8")
    return names


def test_r175_a_result_holds_who_answered_and_who_left() -> None:
    result = survey(*files(BEFORE, AFTER))
    (one,) = result.measures
    assert (result.people_before, result.people_after, result.people_matched) == (40, 35, 35)
    assert (one.attrition.matched, one.attrition.dropped, one.attrition.joined) == (35, 5, 0)
    # Five dropped out: too few to say their mean.
    assert one.attrition.dropped_mean is None
    assert (one.design, one.grade, one.final_key) == ("before and after", "initial", "raw")
    assert one.cautions[0].key == "no_comparison"
    assert result.record.value == one.value
    change = [4 + person % 6 - 3 - person % 5 for person in range(1, 36)]
    assert one.final.value == pytest.approx(np.mean(change))


def test_r175_a_workbook_and_headings_in_the_words_of_the_question_read_the_same() -> None:
    expected = survey(*files(BEFORE, AFTER)).measures
    for name, text in (("before.xlsx", BEFORE), ("after.xlsx", AFTER)):
        with xlsxwriter.Workbook(name) as book:
            sheet = book.add_worksheet()
            for row, line in enumerate(
                text.replace("life_satisfaction", QUESTION.replace(",", "") + " (0-10)").split("\n")
            ):
                for column, cell in enumerate(line.split(",")):
                    sheet.write(row, column, cell if row == 0 else float(cell))
    found = survey("before.xlsx", "after.xlsx").measures
    assert found[0].final == expected[0].final
    assert found[0].matched_after == expected[0].matched_after


def test_r175_what_excel_made_of_an_answer_is_said_at_its_cell() -> None:
    for name in ("before.xlsx", "after.xlsx"):
        with xlsxwriter.Workbook(name) as book:
            sheet = book.add_worksheet("Answers")
            sheet.write_row(0, 0, HEADS.split(","))
            for who in range(1, 31):
                sheet.write_row(who, 0, [who, 7 * who % 9 + (who % 3 == 0 and name == "after.xlsx")])
            if name == "after.xlsx":
                sheet.write_datetime(3, 1, datetime(2024, 10, 7), book.add_format({"num_format": "dd/mm/yy"}))
                sheet.write_formula(5, 1, "=1/0", None, "#DIV/0!")
                sheet.write_formula(6, 0, "=1/0", None, "#REF!")
    result = survey("before.xlsx", "after.xlsx")
    said = {str(one.span): one.facts[0] for one in result.warnings}
    assert said == {
        "after.xlsx:Answers!A7:7:1": "this cell holds an error of Excel, #REF!",
        "after.xlsx:Answers!B4:4:1": "Excel holds this cell as a date, not as a number or a text",
        "after.xlsx:Answers!B6:6:1": "this cell holds an error of Excel, #DIV/0!",
    }
    cells = {one.span.line: one.span.written for one in result.warnings if one.span}
    assert cells == {4: "7 October 2024", 6: "#DIV/0!", 7: "#REF!"}
    assert result.measures[0].ordered
    assert result.measures[0].ordered.agrees


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "The times of asking are not given"),
        ({"asked_before": "2023-04", "asked_after": "2023-10"}, "Here they are 6 months"),
        ({"asked_before": "2023-04", "asked_after": "2023-04"}, ""),
        ({"reliability": "0.4"}, ""),
        ({"reliability": "0.4 (0.3 to 0.5)"}, ""),
    ],
)
def test_r220_a_correlation_over_two_weeks_is_not_one_over_months(told: dict[str, str], said: str) -> None:
    (one,) = survey(*files(BEFORE, AFTER), entered_low=True, **told).measures
    texts = [caution.text for caution in one.cautions if caution.key == "reliability_of_weeks"]
    assert [said in text for text in texts] == ([True] if said else [])


def compared(rng: np.random.Generator) -> Iterator[str]:
    def row(who: int) -> str:
        return f"{who},s{who % 12},{30 + who % 40},{'woman' if who % 3 else 'man'},{rng.integers(2, 10)}"

    for people in (range(60), range(60), range(100, 180), range(100, 180)):
        yield table("id,site,age,gender,life_satisfaction", people, row)


def test_r178_a_comparison_may_be_two_files_or_one_with_waves() -> None:
    before, after, first, last = compared(np.random.default_rng(5))
    names = files(before, after, first, last)
    two = survey(names[0], names[1], names[2:])
    rows = [f"{line},before" for line in first.split("\n")[1:]] + [f"{line},after" for line in last.split("\n")[1:]]
    Path("both.csv").write_text("\n".join([f"{first.split()[0]},wave", *rows]))
    one = survey(names[0], names[1], ["both.csv"])
    assert one.measures[0].steps == two.measures[0].steps
    (found,) = two.measures
    assert (found.design, found.grade, found.final_key) == ("matched comparison", "initial", "balanced")
    assert found.comparison is not None
    assert [row.characteristic for row in found.comparison.balance] == [
        "Life satisfaction before",
        "age",
        "gender: woman",
    ]
    assert all(abs(row.weighted_gap) < 1e-6 for row in found.comparison.balance)
    assert found.sites is not None
    assert found.sites == 12  # people of both groups came to each
    chance = survey(names[0], names[1], names[2:], randomised=True).measures[0]
    assert (chance.design, chance.grade, chance.final_key) == ("trial", "promising", "ancova")
    chose = [[caution.key for caution in one.cautions].count("chose_themselves") for one in (found, chance)]
    assert chose == [1, 0]


def test_r178_without_weights_the_difference_of_changes_does_not_stand() -> None:
    """The group starts below everybody of the comparison, and regains 40% of the way to its mean without any gain."""

    def answers(people: Iterable[int], low: int) -> tuple[str, str]:
        starts = {who: low + who % 4 for who in people}
        after = {who: round(8 + 0.6 * (start - 8)) + (-1) ** (who // 4) for who, start in starts.items()}
        waves = [table("id,life_satisfaction", people, lambda who: f"{who},{one[who]}") for one in (starts, after)]  # noqa: B023
        return waves[0], waves[1]

    ours, theirs = answers(range(1, 41), 1), answers(range(101, 161), 6)
    names = files(*ours, *theirs)
    (found,) = survey(names[0], names[1], names[2:]).measures
    changes, ancova, balanced = (step.estimate for step in found.steps[1:])
    assert balanced is None
    assert changes is not None
    assert ancova is not None
    assert changes.low > 1
    assert ancova.low < 0 < ancova.high
    assert (found.final_key, found.grade, found.final) == ("ancova", "initial", ancova)
    assert {"not_balanced", "estimates_disagree"} <= {caution.key for caution in found.cautions}


def test_r178_what_cannot_be_made_alike_is_said() -> None:
    """All women beside men and women, an age that somebody left out, and a column that is the same for all."""

    def answers(people: Iterable[int], gain: int, others: str) -> str:
        def row(who: int) -> str:
            age = "" if who == 7 else 30 + who % 9
            return f"{who},2024,{age},{others if who % 2 else 'woman'},{2 + who % 6 + gain * (who % 2)}"

        return table("id,year,age,gender,life_satisfaction", people, row)

    ours, theirs = ([answers(range(40), gain, others) for gain in (0, 2)] for others in ("woman", "man"))
    names = files(*ours, *theirs)
    (one,) = survey(names[0], names[1], names[2:], site="year").measures
    told = [caution.text for caution in one.cautions if caution.key == "not_balanced"]
    why = "age (not everybody gave a number), gender (one has kinds of people that the other lacks)"
    assert told == [f"Not made alike between the group and the comparison: {why}."]
    assert one.final_key == "balanced"
    # One site for all: nothing is known of how sites differ.
    assert one.sites is None


def test_r180_the_value_is_one_that_a_scenario_takes(capsys: pytest.CaptureFixture[str]) -> None:
    """Its interval is Student's; a scenario draws a normal whose spread is that interval's."""
    assert main(["survey", *files(BEFORE, AFTER), "--name", "our_walks"]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.split("\n"))) <= 80
    document = json.loads(Path("our_walks.survey.json").read_text("utf-8"))
    assert document["schema"] == "wellbeva/effect/1"
    scenario = {
        "schema": "wellbeva/scenario/1",
        "scenario": "Walks",
        "question": "Are they worth it?",
        "model": "wellbeing_trajectory",
        "appraisal": "green-book-2026",
        "time": {"step": "month", "from": 0, "to": 35, "starts": 2026},
        "comparator": "nothing",
        "choose": "one",
        "axes": {"payer": {"council": "The council"}, "body": {"nobody": "No body"}},
        "options": {
            "walks": {
                "label": "Walks",
                "people": "60 people [us]",
                "completion": "70% [us]",
                "effect": f"{document['effect']['value']} [us]",
                "deadweight": "50% (range 20% to 80%) [assumed]",
                "hold": "6 months [assumed]",
                "cost_per_person": "£120 in 2023 prices [us]",
            }
        },
        "not_counted": ["Nothing."],
        "sources": {"us": {key: document["effect"][key] for key in ("cite", "design", "evidence")}},
    }
    assert api.check(scenario) == ()


@pytest.mark.parametrize(
    ("people", "stay", "grade"),
    [(250, 250, "strong"), (150, 150, "promising"), (250, 190, "initial"), (245, 195, "initial")],
)
def test_r180_the_grade_is_that_of_the_printed_rules(people: int, stay: int, grade: str) -> None:
    """As `wellbeva evidence grade --design trial --n … --attrition …` gives it for the people of both groups."""
    rng = np.random.default_rng(180)

    def answers(first: int, count: int) -> str:
        return table("id,life_satisfaction", range(first, first + count), lambda who: f"{who},{rng.integers(2, 10)}")

    names = files(answers(0, people), answers(0, stay), answers(1000, people), answers(1000, stay))
    (found,) = survey(names[0], names[1], names[2:], randomised=True).measures
    assert found.grade == study_grade("trial", n=str(2 * stay), attrition=f"{1 - stay / people:.1%}").word == grade
    assert found.grade_reason.count("one step down") == {"strong": 0, "promising": 1, "initial": 2}[grade]


def test_r179_the_ordered_check_is_of_the_change_as_measured_where_that_is_corrected() -> None:
    """All of a rise is taken off and more: answers still rose, and no two ways disagree on that."""
    names = files(BEFORE, AFTER)
    (found,) = survey(*names, entered_low=True, population_mean=9.9, reliability="0.3").measures
    raw, final = found.steps[0].estimate, found.final
    assert raw is not None
    assert raw.value > 0 > final.value
    assert found.ordered
    assert found.ordered.agrees


def test_less_loneliness_is_a_fall_that_is_better(capsys: pytest.CaptureFixture[str]) -> None:
    def lonely(less: int) -> str:
        row = lambda who: f"{who},3,{3 - less * (who % 2)},{3 - less * (who % 3 > 0)}"  # noqa: E731
        return table("id,ucla_1,ucla_2,ucla_3", range(30), row)

    assert main(["survey", *files(lonely(0), lonely(1))]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Loneliness went down by about 1.17 points. We cannot say that the group did it. 95% interval −" in said


def test_r180_json_holds_nothing_that_is_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["survey", "--json", *files(BEFORE, AFTER.replace("\n7,", "\n7,Jo Bloggs said "))]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["measures"][0]["attrition"]["dropped"] == 6
    assert "Jo Bloggs" not in json.dumps(document["measures"])
    result = survey("before.csv", "after.csv")
    assert "Jo Bloggs" not in to_file(result)
    assert to_plain(result)["measures"] == document["measures"]


@pytest.mark.parametrize(
    ("file", "name"), [("2024 walks (after).csv", "survey_2024_walks"), ("W" * 60 + ".csv", "w" * 40)]
)
def test_r180_a_survey_has_a_name_that_a_scenario_takes(file: str, name: str) -> None:
    files(BEFORE, AFTER)
    Path("after.csv").rename(file)
    assert survey("before.csv", file).name == name


def test_r180_strange_characters_of_a_file_name_are_in_no_result() -> None:
    files(BEFORE, AFTER)
    odd = "after\x1b[31m\u202e\u202f.csv"
    Path("after.csv").rename(odd)
    text = to_file(survey("before.csv", odd, name="walks"))
    assert from_json(text).cite == "Our own survey, before.csv, after�[31m��.csv"
    assert all(char.isprintable() for char in text.replace("\n", ""))


def test_r177_a_mean_and_a_correlation_are_of_the_first_measure() -> None:
    """7.5 is no mean of loneliness, which is asked from 3 to 9 and better the lower."""
    heads = "id,life_satisfaction,ucla_1,ucla_2,ucla_3"
    names = files(*[table(heads, range(30), lambda who, k=k: f"{who},{who % 7},{1 + who % k},2,3") for k in (2, 3)])
    Path(names[1]).write_text(Path(names[1]).read_text().replace("\n3,3,", "\n3,6,"))
    result = survey(*names, entered_low=True, population_mean=7.5, reliability="0.6")
    steps = [next(step for step in one.steps if step.key == "regression_to_the_mean") for one in result.measures]
    assert "the mean that you gave (7.50)" in steps[0].note
    assert (steps[1].estimate, steps[1].key) == (None, "regression_to_the_mean")


def test_r175_merged_cells_are_no_sites() -> None:
    files(BEFORE, AFTER)
    with xlsxwriter.Workbook("before.xlsx") as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([("id", "site", 5), *((who, f"walk {who}", who % 7) for who in range(1, 41))]):
            sheet.write_row(row, 0, cells)
        sheet.write(0, 2, "life_satisfaction")
        sheet.merge_range(1, 1, 20, 1, "walk A")
    with pytest.raises(WellbevaError) as error:
        survey("before.xlsx", "after.csv")
    (found,) = error.value.diagnostics
    assert (found.code, found.facts) == ("WB-R427", ("this cell is merged with others",))


@pytest.mark.parametrize("cell", ["@a." * 20_000 + " x", "1" + " " * 100_000 + "2", "9" * 100_000])
def test_a_long_cell_takes_no_long_time(cell: str) -> None:
    names = files(table(HEADS, range(30), lambda who: f"{cell}{who},{who % 5}"), AFTER)
    start = time.process_time()
    with pytest.raises(WellbevaError):
        survey(*names)
    heads = f"{HEADS},{'how satisfied are you ' * 5_000}"
    files(table(heads, range(30), lambda who: f"{who},{cell if who == 3 else who % 5},5"), AFTER)
    assert any(one.code == "WB-R409" for one in survey(*names).warnings)
    assert time.process_time() - start < 10


def test_nothing_is_written_where_a_folder_is_in_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    Path("walks.html").mkdir()
    assert main(["survey", *files(BEFORE, AFTER), "--name", "walks"]) == 2
    assert "'walks.html' is a folder" in capsys.readouterr().err
    assert not Path("walks.survey.json").exists()


def test_a_fall_of_loneliness_is_said_to_be_better(capsys: pytest.CaptureFixture[str]) -> None:
    heads = "id,ucla_1,ucla_2,ucla_3"
    before = table(heads, range(40), lambda who: f"{who},3,3,{1 + who % 3}")
    after = table(heads, range(40), lambda who: f"{who},{1 + who % 2},2,{1 + who % 3}")
    assert main(["survey", *files(before, after), "--name", "walks"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "Loneliness went down by about 2.50 points. We cannot say that the group did it. 95% interval −2.66 to" in said
    )


def test_r178_of_many_columns_the_first_are_compared_and_few_are_named() -> None:
    """Hundreds took minutes, and their headings made a note that no scenario reads."""
    rng = np.random.default_rng(8)
    heads = ",".join([HEADS, *(f"{'long ' * 400}{one}" for one in range(9)), *(f"q{one}" for one in range(300))])

    def row(who: int) -> str:
        return (
            f"{who},{rng.integers(2, 9)}" + f",{who or ''}" * 9 + "".join(f",{one}" for one in rng.integers(1, 6, 300))
        )

    names = files(*[table(heads, range(80), row) for _ in range(4)])
    start = time.process_time()
    result = survey(names[0], names[1], names[2:])
    assert time.process_time() - start < 20
    assert result.measures[0].comparison is not None
    assert len(result.measures[0].comparison.balance) == 21
    (told,) = [one.text for one in result.measures[0].cautions if one.text.startswith("Not made alike")]
    assert "other columns (the first 20 are compared), long long" in told
    assert told.endswith("… (not everybody gave a number), and 6 more.")
    assert from_json(to_file(result)) == result.record


def test_r178_an_age_without_end_is_not_a_number() -> None:
    names = files(*[table(WIDE, range(30), lambda who, k=k: f"{who},{who % k},{who % 7},1e308") for k in (5, 6, 5, 6)])
    (one, *_) = survey(names[0], names[1], names[2:]).measures
    assert one.comparison is not None
    assert [row.characteristic for row in one.comparison.balance] == ["Life satisfaction before"]


@pytest.mark.thorough
def test_a_million_answers_take_less_than_five_seconds() -> None:
    rng, half = np.random.default_rng(6), 500_000
    for name, shift in (("before.csv", 0), ("after.csv", 1)):
        scores = rng.integers(0, 10, half) + shift
        Path(name).write_text("id,life_satisfaction\n" + "".join(f"{who},{one}\n" for who, one in enumerate(scores)))
    start = time.process_time()
    survey("before.csv", "after.csv")
    assert time.process_time() - start < 5


SECRET = "Mary Smith of Elm Road said that she was lonely"
NAMED = "id,full name,remarks,life_satisfaction"
WORDS = "How satisfied are you with your life nowadays?"
SITED = "id,site,life_satisfaction"
WIDE = "id,life_satisfaction,worthwhile,age"
DATED = table(f"Date,{HEADS}", range(24), lambda who: f"{{{who % 2}}},{who},{(who * who) % 7}")
MESSAGES: dict[str, tuple[tuple[str, ...], dict[str, object]]] = {
    "nobody has an id": ((BEFORE.replace(HEADS, "visit,life_satisfaction"), AFTER), {}),
    "one question twice": ((table(f"{HEADS},Life satisfaction", [1], lambda _: "1,5,5"), AFTER), {}),
    "no such column": ((BEFORE, AFTER), {"site": "ID number"}),
    "names and free text": (
        (table(NAMED, range(30), lambda who: f"{who},Mary Smith,{SECRET},{12 if who == 7 else who % 5}"), AFTER),
        {},
    ),
    "another wording": ((table(f"{HEADS},{WORDS}", range(30), lambda who: f"{who},{who % 4},5"), AFTER), {}),
    "half a measure": ((table(f"{HEADS},swemwbs_1", range(30), lambda who: f"{who},{who % 4},5"), AFTER), {}),
    "no id in a row": ((BEFORE.replace("\n3,", "\n,"), AFTER), {}),
    "an id twice": ((BEFORE, AFTER.replace("\n9,", "\n08,")), {}),
    "ids that are names": (
        (
            table(HEADS, range(65, 90), lambda who: f"Ann Lee{chr(who)},{who % 5}"),
            table(HEADS, range(65, 90), lambda who: f"Ann Lee{chr(who)},{who % 7}"),
        ),
        {},
    ),
    "impossible answers": (
        (BEFORE, AFTER.replace("\n3,7", "\n3,77").replace("\n5,9", "\n5,07/10/2024").replace("\n6,4", "\n6,#N/A")),
        {},
    ),
    "a shifted row": (
        (
            table(WIDE, range(30), lambda who: f"{who},41,6,7" if who == 4 else f"{who},{who % 5},{who % 4},40"),
            table(WIDE, range(30), lambda who: f"{who},{who % 6},{who % 7},40"),
        ),
        {},
    ),
    "another scale": ((BEFORE, table(HEADS, range(1, 36), lambda who: f"{who},{10 * (who % 7) + 10}")), {}),
    "eight people": ((table(HEADS, range(1, 9), lambda who: f"{who},{who}"), AFTER), {}),
    "all answers are equal": ((table(HEADS, range(20), "{},7".format), table(HEADS, range(20), "{},7".format)), {}),
    "asked once": ((BEFORE.replace("life_satisfaction", "worthwhile"), AFTER), {}),
    "asked of the group alone": ((BEFORE, AFTER, BEFORE.replace("life_satisfaction", "worthwhile"), AFTER), {}),
    "nobody of the comparison has an id": (
        (table(WIDE, range(30), lambda who: f"{who},{who % 5},{who % 4},40"), AFTER, f"{WIDE}\n,5,5,40", AFTER),
        {},
    ),
    "no known question": (("id,mood\n1,5", "id,mood\n1,5"), {}),
    "headings alone": ((HEADS, AFTER), {}),
    "a strange correlation": ((BEFORE, AFTER), {"reliability": "59"}),
    "a correlation outside its interval": ((BEFORE, AFTER), {"reliability": "0.59 (0.6 to 0.7)"}),
    "a mean off the scale": ((BEFORE, AFTER), {"population_mean": float("nan"), "entered_low": True}),
    "most name no site": ((table(SITED, range(40), lambda who: f"{who},{'a' * (who % 3 == 0)},{who % 7}"), AFTER), {}),
    "some name no site": ((table(SITED, range(40), lambda who: f"{who},{who % 3 or ''},{who % 7}"), AFTER), {}),
    "a quote that is never closed": ((BEFORE, f'{AFTER}\n"Mary of Elm Road,5'), {}),
    "a strange month": ((BEFORE, AFTER), {"asked_before": "Oct 22"}),
    "months that are swapped": ((BEFORE, AFTER), {"asked_before": "2023-10", "asked_after": "2023-04"}),
    "three files of a comparison": ((BEFORE, AFTER), {"comparison": ("a.csv", "b.csv", "c.csv")}),
    "a strange name": ((BEFORE, AFTER), {"name": "our walks"}),
    "chance without a comparison": ((BEFORE, AFTER), {"randomised": True}),
    "files that are swapped": (
        (DATED.format("2024-10-07", "07/10/2024"), DATED.format("2024-03-05", "05/03/2024").replace(",4\n", ",6\n")),
        {},
    ),
    "no table": ((BEFORE, AFTER), {"comparison": ("a.pdf",)}),
    "waves that are not told": ((BEFORE, AFTER, BEFORE), {}),
    "waves of one time": ((BEFORE, AFTER, "id,wave,life_satisfaction\n1,before,5\n2,at lunch,5"), {}),
}


def test_messages_are_exact_and_show_no_neighbour(monkeypatch: pytest.MonkeyPatch) -> None:
    """To see messages that have changed on purpose, write `told` into the file."""
    monkeypatch.setattr(change, "ORDERED_PEOPLE", 0)  # no message is of the ordered check, which takes long
    parts = []
    for title, (texts, asked) in MESSAGES.items():
        before, after, *theirs = files(*texts)
        more = {"comparison": theirs, **asked}
        try:
            found = survey(before, after, **more).warnings  # type: ignore[arg-type]
        except WellbevaError as error:
            found = error.diagnostics
        assert found, title
        parts.append(f"== {title} ==\n\n" + "\n\n".join(map(render, found)))
    told = "\n\n".join(parts) + "\n"
    assert "Elm Road" not in told
    assert "Mary" not in told
    assert told == (HERE / "messages.txt").read_text("utf-8")
