"""Annexes: equations, every input with its source, sources, data vintages, the record of the run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING

from wellbeva.evidence.grading.grade import rules
from wellbeva.report.facts.large_gain import large_gain
from wellbeva.report.facts.names import portable_path
from wellbeva.report.facts.result import Result
from wellbeva.report.facts.sampling import design_words, error_words, repeat_words
from wellbeva.report.page.annex.checklists import checklists
from wellbeva.report.page.annex.inputs import inputs_table, source_number
from wellbeva.report.page.annex.joint_inputs import drawn_together
from wellbeva.report.page.annex.logs import assumptions_log
from wellbeva.report.page.annex.pathway import pathway
from wellbeva.report.page.view import Block, Cell, Column, Facts, Note, OnRequest, Row, Section, Table
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    from wellbeva.errors import Diagnostic
    from wellbeva.plan.plan import Plan
    from wellbeva.plan.record import Record
    from wellbeva.report.facts.sensitivity import Changes
    from wellbeva.scenario.spec import Source

MANIFEST = (
    ("engine", "Engine"),
    ("elements", "Uncertain numbers"),
    ("plan_sha256", "Plan, SHA-256"),
    ("versions", "Versions"),
    ("machine", "Machine"),
    ("command", "Command"),
)
STATUS = {"": "checked", "SEEN": "read in the source", "RECALLED": "recalled, not read in the source"}
"""Status of dated data, for people."""


def annexes(record: Record, plan: Plan, result: Result, changes: Changes, *, manifest: Mapping[str, object]) -> Section:
    """Build the last part of the report: inputs, equations, sources, data, rules, warnings and the record of the run.

    Parameters
    ----------
    record : Record
    plan : Plan
    result : Result
    changes : Changes
        What would change the answer.
    manifest : mapping of str to object
        As `results.manifest.build_manifest` makes it; empty where nothing is known of how the run was made.
    """
    blocks: list[Block] = [inputs_table(record, currency=result.currency)]
    blocks += drawn_together(record, plan)
    if record.scenario.extended:
        lines = tuple(re.sub(r"`([^`]*)`", r"‘\1’", one) for one in record.scenario.extended)
        blocks.append(Note("aX", "Replaced in the scenario that this one extends", lines))
    blocks += [_left_out(record), _equations(record, plan), _sources(record), *_grading(record)]
    blocks.append(_vintages(record))
    in_force = (*(rule.words for rule in record.rules), *large_gain(plan, record))
    if in_force:
        blocks.append(Note("aU", "F. Rules of the appraisal", in_force))
    if record.warnings:
        blocks.append(Note("aW", "Warnings", tuple(map(warning_words, record.warnings))))
    if record.provisional:
        blocks.append(Note("aP", "Why the results are provisional", record.provisional))
    blocks.append(_manifest(record, plan, result, manifest))
    blocks += pathway(record, plan, result)
    blocks += [assumptions_log(record, result, changes), checklists(record, plan, result, changes)]
    return Section("s9", "Annexes", _intro(record), tuple(blocks), listed=True)


def _intro(record: Record) -> str:
    assumed = sum(given_input.evidence == "assumed" for given_input in record.inputs)
    verb = "is" if assumed == 1 else "are"
    tail = f" {numbers.capital(numbers.word_for(assumed))} of them {verb} assumed." if assumed else ""
    return (
        f"Every number, where it comes from and who may use it: {numbers.counted(len(record.inputs), 'input')}.{tail}"
    )


def _left_out(record: Record) -> Note:
    lines = record.scenario.not_counted or ("The authors name nothing left out. Ask them.",)
    return Note("aL", "B. Not in these ranges", lines)


def _equations(record: Record, plan: Plan) -> OnRequest:
    """Print the equations in the order in which they are worked out."""
    rows = tuple(
        Row(
            one.name,
            (Cell(" ".join(one.text.split())), Cell(one.unit_text or "no unit"), Cell(numbers.capital(one.doc))),
        )
        for one in plan.equations
    )
    heads = (Column("Name"), Column("Equation", css="eq"), Column("Unit"), Column("What it is"))
    table = Table("aEt", "", "As the model writes them", "", heads, rows, wide=True)
    title = f"C. Equations: {len(plan.equations)}"
    return OnRequest("aE", title, f"‘wellbeva docs {record.scenario.model.name}’ writes them out.", (table,))


def _sources(record: Record) -> Block:
    sources = record.scenario.sources.values()
    if not sources:
        return Note("aS", "D. Sources", ("The scenario names no sources.",), points=False)
    title = f"D. Sources: {numbers.counted(len(sources), 'source')}"
    rows: list[Row] = []
    for source in sources:
        sign = source_number(record, source.key)
        followed = source.follow_up and f"people followed for {source.follow_up}"
        cells = (
            Cell(source.cite or source.key),
            Cell(source.link or numbers.NOT_APPLICABLE),
            Cell("; ".join(filter(None, (source.design, followed, *_declared(source)))) or numbers.NOT_APPLICABLE),
            Cell(evidence=source.grade, under=_computed(source)) if source.grade else Cell(numbers.NOT_APPLICABLE),
            Cell(source.licence or "not stated"),
        )
        rows.append(Row(sign, cells, key=sign))
        if note := " ".join(filter(None, (source.status, source.covers and f"covers {source.covers}", source.note))):
            rows.append(Row(note, kind="note"))
    heads = map(Column, ("Source", "Address", "Design", "Evidence", "Licence"))
    columns = (Column("Sign", css="sign", hidden=True), *heads)
    return Table("aS", "", title, "", columns, tuple(rows), css="refs", linked=True)


def _declared(source: Source) -> Iterator[str]:
    """Say what a source declares of its study beside the design."""
    if source.n:
        yield f"{source.n} people"
    if source.attrition:
        yield f"{source.attrition} lost before the end"
    for name in ("blinded", "consistent", "direct"):
        if value := getattr(source, name):
            yield name if value == "true" else f"not {name}"


def _computed(source: Source) -> str:
    """Say that a grade is computed, or which one would be; nothing where that is the one that is typed."""
    if not source.evidence:
        return "computed"
    return "" if source.computed.word in ("", source.evidence) else f"computed: {source.computed.word}"


def _grading(record: Record) -> tuple[Block, ...]:
    """Print the rules by which grades are computed, where a source declares its kind of study."""
    if not any(source.kind for source in record.scenario.sources.values()):
        return ()
    rows = tuple(
        Row(
            f"{rule.feature} {rule.condition}",
            tuple(map(Cell, (rule.then, rule.source, STATUS.get(rule.status.upper(), "rule of this software")))),
        )
        for rule in rules()
    )
    heads = tuple(map(Column, ("What is declared", "Then", "Source", "Status")))
    title = "Rules for the grade of a study"
    table = Table("aGt", "", "A study falls no lower than initial", "", heads, rows, linked=True)
    return (OnRequest("aG", title, "‘wellbeva evidence grade’ prints them.", (table,)),)


def warning_words(one: Diagnostic) -> str:
    """Return what a warning says, and of which variant where it is not of all.

    Parameters
    ----------
    one : Diagnostic
    """
    return numbers.capital(f"{one.message}; in the variant {one.variant}" if one.variant else one.message)


def _vintages(record: Record) -> Block:
    if not record.vintages:
        return Note("aV", "E. Data vintages", ("No dated data were used.",), points=False)
    rows = []
    for one in record.vintages:
        status = STATUS.get(one.status, one.status.lower())
        rows.append(Row(one.name, tuple(map(Cell, (one.version, one.source, one.licence or "not stated", status)))))
    heads = tuple(map(Column, ("Data", "Version", "Source", "Licence", "Status")))
    return Table("aV", "", "E. Data vintages", "", heads, tuple(rows), css="refs", linked=True)


def _manifest(record: Record, plan: Plan, result: Result, manifest: Mapping[str, object]) -> Facts:
    scenario = record.scenario
    facts = [("Scenario", portable_path(scenario.file, scenario.file)), ("Model", scenario.model.name)]
    if scenario.variant:
        facts.append(("Variant", scenario.variant))
    facts += [("Changed by", f"--set {override}") for override in scenario.overrides]
    facts += _drawing(record, result, manifest)
    facts += [(name, _written(manifest[key])) for key, name in MANIFEST if manifest.get(key) not in (None, "")]
    facts += [(f"SHA-256 of {portable_path(path, scenario.file)}", digest) for path, digest in scenario.digests.items()]
    options = "".join(f" --set '{override}'" for override in scenario.overrides)
    variant = f" --variant {scenario.variant}" if scenario.variant else ""
    drawn = repeat_words(
        str(manifest.get("design", "")), result.drawn, manifest.get("seed"),
        left_out=result.left_out, fast=manifest.get("fast") is True,
    )  # fmt: skip
    facts += _checks(record, plan)
    facts.append(("To repeat", f"wellbeva run {portable_path(scenario.file, scenario.file)}{drawn}{variant}{options}"))
    return Facts("aM", "G. Record of this run, and QA log", tuple(facts))


def _checks(record: Record, plan: Plan) -> list[tuple[str, str]]:
    """Say what was checked, and what a person must say of it."""
    published = len(record.scenario.published)
    met = (
        f"{numbers.counted(published, 'line')}; wellbeva test says whether they are met" if published else "none given"
    )
    return [
        ("Units", f"those of all {len(plan.equations)} equations agree"),
        ("Warnings", str(len(record.warnings) or "none")),
        ("Numbers known from memory only", str(len(record.provisional) or "none")),
        ("Printed results to meet", met),
        ("Who has checked model, inputs and report", "a person must say"),
    ]


def _drawing(record: Record, result: Result, manifest: Mapping[str, object]) -> list[tuple[str, str]]:
    """Say how many draws there were, how they were made, and what that makes of the standard errors."""
    if "design" not in manifest:
        return []
    design, randomisations = str(manifest["design"]), int(str(manifest.get("randomisations", 1)))
    supplied = bool(manifest.get("supplied_draws"))
    file = numbers.listed([PurePath(one.file).name for one in record.scenario.joint]) if supplied else ""
    each = "" if supplied else f": {randomisations} randomisations of {numbers.count(result.drawn // randomisations)}"
    facts = [("Draws", numbers.count(result.drawn) + each)]
    if result.left_out:
        facts.append(("Draws left out", numbers.left_out(result.left_out, result.drawn, "draw", result.outside)))
    facts += [
        ("Design of draws", design_words(design, result.drawn, file)),
        ("Standard errors", error_words(design, result.draws, randomisations)),
    ]
    if isinstance(gap := manifest.get("fast_gap"), float):
        facts.append(("Rounding", f"--fast: {numbers.rounded_less(gap)}"))
    return facts if supplied or "seed" not in manifest else [*facts, ("Seed", str(manifest["seed"]))]


def _written(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {item}" for name, item in value.items())
    return f"{value:,}" if isinstance(value, int) and value > 9999 else str(value)
