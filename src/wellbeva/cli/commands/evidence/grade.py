"""``wellbeva evidence grade``: the rules by which studies are graded, and the grade of one study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypedDict

from wellbeva.cli.json_output import print_json
from wellbeva.cli.options import JsonOption, option
from wellbeva.cli.output import print_lines, wrapped
from wellbeva.evidence.grading.adjustment import WORDS, figures, rule_sentence

if TYPE_CHECKING:
    from wellbeva.evidence.grading.adjustment import Figure
    from wellbeva.evidence.grading.grade import Rule

FIRST = 30
"""Columns of what a rule asks."""


class RulesDocument(TypedDict):
    """The rules, and by adjustment what a grade can do to a number."""

    rules: tuple[Rule, ...]
    adjustments: dict[str, list[Figure]]


def grade(
    design: Annotated[str, option("Kind of study, as trial; without it the rules are printed.")] = "",
    n: Annotated[str, option("People whose answers were analysed, in all arms: 146.")] = "",
    attrition: Annotated[str, option("Share lost before the last measurement: 12%.")] = "",
    blinded: Annotated[str, option("true or false: nobody who answered knew who took part.")] = "",
    consistent: Annotated[str, option("true or false: its studies or sites agree.")] = "",
    direct: Annotated[str, option("true or false: this offer, people like these, wellbeing itself.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Grade a study by published rules; without --design print the rules, and what a grade can do to a number."""
    from wellbeva.api.evidence.grades import study_grade

    said = {"n": n, "attrition": attrition, "blinded": blinded, "consistent": consistent, "direct": direct}
    if design or any(said.values()):
        found = study_grade(design, **said)
        if as_json:
            print_json(found)
        else:
            print_lines([found.word, *(line for reason in found.reasons for line in wrapped(reason))])
        return
    from wellbeva.evidence.grading.grade import rules

    if as_json:
        adjustments = {name: [*figures(name).values()] for name in WORDS}
        print_json(RulesDocument(rules=rules(), adjustments=adjustments))
        return
    print_lines(_table())


def _table() -> list[str]:
    from wellbeva.evidence.grading.grade import rules

    lines = ["Rules for the grade of a study: where its design starts, then steps down."]
    source = ""
    for rule in rules():
        begins = f"  {rule.feature + ' ' + rule.condition:{FIRST}}{rule.then}"
        lines += [begins] if rule.source == source else ["", begins, *_source(rule.source, rule.status)]
        source = rule.source
    lines += ["", "A study falls no lower than initial; what is not declared costs nothing.", ""]
    lines += ["What a grade can do to a number (evidence_adjustment, none by default):"]
    for name in WORDS:
        lines += ["", f"  {name}", *wrapped(rule_sentence(name), indent="    ")]
        for row in figures(name).values():
            lines += wrapped(f"{row.grade}: {row.note}", indent="      ")
        for source, status in dict.fromkeys((row.source, row.status) for row in figures(name).values()):
            lines += _source(source, status)
    lines += ["", "One study: wellbeva evidence grade --design trial --n 60 --attrition 40%"]
    return lines


def _source(source: str, status: str) -> list[str]:
    known = " (recalled, not read in the source)" if status == "recalled" else ""
    return wrapped(source + known, indent=" " * 6)
