"""What goes with life satisfaction in a survey: a file in, slopes with their covariance out, as a scenario has them."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wellbeva.api.sources import File
from wellbeva.errors import Collector, Diagnostic, refusal
from wellbeva.evidence.errors import EvidenceError

if TYPE_CHECKING:
    from wellbeva.evidence.determinants.panel import Panel
    from wellbeva.evidence.determinants.places import Places
    from wellbeva.evidence.determinants.slopes import Slopes
    from wellbeva.evidence.survey.columns import AnswerTable

LOWEST, HIGHEST = 0.0, 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Determinants:
    """What a survey says of determinants.

    Parameters
    ----------
    slopes : Slopes
    ordered : tuple of float
        The same slopes if answers are ordered and no more [points per SD]; empty if not asked for.
    places : Places or None
        Why places differ; None if not asked for.
    file : str
    warnings : tuple of Diagnostic
    """

    slopes: Slopes
    ordered: tuple[float, ...]
    places: Places | None
    file: str
    warnings: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Headings of a survey's file, apart from the determinants.

    Parameters
    ----------
    outcome : str
        The answers, from 0 to 10.
    also, kinds : sequence of str
        What is held equal: numbers, and words.
    person, wave, area : str
        Who answered, when, and where they live; empty where no column says it. The time is held equal.
    """

    outcome: str = "life_satisfaction"
    also: Sequence[str] = ()
    kinds: Sequence[str] = ()
    person: str = ""
    wave: str = ""
    area: str = ""


def regress(
    survey: File,
    on: Sequence[str],
    columns: Columns = Columns(),
    *,
    effects: str = "",
    cluster: str = "",
    together: bool = False,
    ordered: bool = False,
    places: bool = False,
) -> Determinants:
    """Return how many points of life satisfaction go with each determinant, and with two of them together.

    Parameters
    ----------
    survey : path
        A CSV file or a workbook with a row for each person and time.
    on : sequence of str
        Headings of the determinants; ``trust=Trust in neighbours`` gives one the label of a model.
    columns : Columns
    effects : str
        ``person``, ``area`` or ``none``, as `evidence.determinants.slopes.regress` has it.
    cluster : str
        ``person`` or ``area``: within which answers may resemble each other.
    together : bool
        Whether the two determinants may act together.
    ordered : bool
        Whether to check the slopes by an ordered logit.
    places : bool
        Whether to say why places differ.

    Raises
    ------
    WellbevaError
        ``WB-R402``, ``WB-R491`` to ``WB-R495``, with row and column where one is at fault.
    """
    from wellbeva.api.evidence.surveys import answer_table
    from wellbeva.evidence.determinants import slopes as estimators
    from wellbeva.evidence.determinants.places import why_places_differ

    collector, file = Collector(), os.fspath(survey)
    table = answer_table(file, collector)
    collector.stop_if_errors()
    assert table is not None
    try:
        panel = _panel(table, on, columns, collector)
        slopes = estimators.regress(panel, effects=effects, clusters=cluster, together=together)
        check = estimators.ordered_slopes(panel, effects=slopes.effects, together=together) if ordered else ()
        why = why_places_differ(panel, together=together) if places else None
    except EvidenceError as fault:
        message = "these answers cannot say what goes with life satisfaction"
        raise refusal("WB-R495", message, fault.remedy, fault.message, *fault.facts) from None
    _cautions(slopes, check, collector)
    return Determinants(slopes, check, why, file, collector.warnings)


def _cautions(slopes: Slopes, check: Sequence[float], collector: Collector) -> None:
    from wellbeva.evidence.determinants.slopes import LEAST_DF, MANY

    if slopes.alone:
        collector.warn(
            "WB-R497",
            "people who answered once are left out, as nobody is there to compare them with",
            facts=(f"{slopes.alone:,} of {slopes.people:,} people",),
            remedy="to use their answers too, say --effects area or none",
        )
    for name, one in zip(slopes.names, slopes.estimates, strict=True):
        if one.df < LEAST_DF:
            collector.warn(
                "WB-R498",
                f"few {MANY[slopes.clusters]} say how sure the slope of {name} is; its interval may be too narrow",
                facts=(f"{one.df:.1f} degrees of freedom, from {slopes.cluster_count or slopes.rows:,} of them",),
                remedy="ask in more places before you use it",
            )
    for name, one, other in zip(slopes.names, slopes.estimates, check, strict=bool(check)):
        if not one.low <= other <= one.high:
            collector.warn(
                "WB-R499",
                f"the slope of {name} depends on whether answers are numbers or only ordered",
                facts=(f"numbers: {one.value:.3g} ({one.low:.3g} to {one.high:.3g})", f"ordered: {other:.3g}"),
                remedy="show both",
            )


def _panel(table: AnswerTable, on: Sequence[str], columns: Columns, collector: Collector) -> Panel:
    import pandas as pd

    from wellbeva.evidence.determinants.panel import TOGETHER, Panel
    from wellbeva.evidence.survey.answers import MISSING, REFUSED, unanswered
    from wellbeva.scenario.text.identifiers import NAME

    cut = [one.partition("=") for one in on]
    labels = {label.strip(): heading.strip() or label.strip() for label, _, heading in cut}
    for label in labels:
        if not NAME.fullmatch(label) or label == TOGETHER:
            remedy = "give it one of small letters, digits and '_': trust=Trust in neighbours"
            raise refusal("WB-R491", f"{label[:40]!r} cannot be the label of a determinant", remedy)
    measured = [columns.outcome, *labels.values(), *columns.also]
    words = [*columns.kinds, *filter(None, (columns.wave, columns.person, columns.area))]
    at = {name: table.named(name, collector) or 0 for name in (*measured, *words)}
    if len(at) < len(measured) + len(words) or len(labels) < len(on):
        raise refusal("WB-R491", "a column or a label is named twice", "give each column one part")
    collector.stop_if_errors()
    cells = pd.DataFrame({name: table.columns[column] for name, column in at.items()}, dtype=object)
    texts = cells.apply(lambda column: column.str.strip())
    kinds = texts.apply(lambda column: column.map({text: unanswered(text) for text in column.unique()}))
    # Of words, a refusal is a kind of its own: people who would rather not say their gender may differ.
    empty = (kinds == MISSING) | ((kinds == REFUSED) & kinds.columns.isin(measured))
    signed = texts[measured].replace("−", "-", regex=True)
    numbers = signed.apply(pd.to_numeric, errors="coerce").replace([math.inf, -math.inf], math.nan)
    for name, strange in (numbers.isna() & ~empty[measured]).items():
        table.report(
            collector.error,
            "WB-R492",
            f"this is not a number, and {table.heads[at[name]].strip()!r} holds numbers",
            at[name],
            dict.fromkeys(strange.index[strange], ""),
            remedy="write a number, or leave the cell empty; words are held equal by --kind",
        )
    answers = numbers[columns.outcome]
    table.report(
        collector.error,
        "WB-R493",
        f"this is not an answer from {LOWEST:g} to {HIGHEST:g}",
        at[columns.outcome],
        dict.fromkeys(answers.index[(answers < LOWEST) | (answers > HIGHEST)], ""),
        remedy="leave the cell empty where nobody answered, and bring other scales to 0 to 10",
    )
    if columns.person:
        asked = texts.loc[~empty[columns.person], [one for one in (columns.person, columns.wave) if one]]
        first = asked.index.to_series().groupby([asked[name] for name in asked]).transform("min")
        table.report(
            collector.error,
            "WB-R494",
            "this person answers twice at one time, as far as the columns say",
            at[columns.person],
            {row: f"first on line {table.cell(one + 1, 0).line}" for row, one in first.items() if row != one},
            remedy="keep one of the rows, and name the column of the time by --wave",
        )
    collector.stop_if_errors()
    lacking = empty.any(axis=1)
    if lacking.any():
        collector.warn(
            "WB-R496",
            "rows with an empty cell are left out",
            table.cell(int(lacking.idxmax()) + 1, 0),
            facts=(f"{lacking.sum():,} of {len(lacking):,} rows; this is the first",),
            remedy="if those who skip a question differ from the others, the slopes are not those of all",
        )
    numbers, texts = numbers[~lacking], texts[~lacking]
    return Panel(
        numbers[columns.outcome].to_numpy(dtype=float),
        {label: numbers[heading].to_numpy(dtype=float) for label, heading in labels.items()},
        {name: numbers[name].to_numpy(dtype=float) for name in columns.also},
        {name: texts[name].tolist() for name in (*columns.kinds, columns.wave) if name},
        texts[columns.person].tolist() if columns.person else None,
        texts[columns.area].tolist() if columns.area else None,
    )


def scenario_part(result: Determinants, key: str = "our_survey") -> str:
    """Return what a scenario on ``models/determinants.yaml`` takes, to be pasted.

    Each slope is a normal whose 95% interval is that of Student's t, and their correlations are those of the normals,
    so that the draws are exactly a multivariate normal.

    Parameters
    ----------
    result : Determinants
    key : str
        Of the source.

    Raises
    ------
    WellbevaError
        ``WB-R491`` for a key that no source can have.
    """
    from wellbeva.evidence.determinants.panel import TOGETHER
    from wellbeva.evidence.determinants.slopes import EFFECTS
    from wellbeva.scenario.text.identifiers import NAME

    if not NAME.fullmatch(key):
        raise refusal("WB-R491", f"{key[:40]!r} cannot be the key of a source", "use small letters, digits and '_'")
    found = result.slopes
    written = [f"{one.value:.4g} (se {se:.4g})" for one, se in zip(found.estimates, found.spreads, strict=True)]
    paths = [name if name == TOGETHER else f"slope.{name}" for name in found.names]
    values = dict(zip(found.names, written, strict=True))
    lines = ["values:", "  slope:", "    by: determinant"]
    lines += [f"    {name}: {value}" for name, value in values.items() if name != TOGETHER]
    lines += [f"    source: {key}"]
    lines += [f"  {TOGETHER}: {{value: {values[TOGETHER]}, source: {key}}}"] if TOGETHER in values else []
    pairs = [(one, other) for other in range(len(paths)) for one in range(other)]
    lines += ["correlations:"] if pairs else []
    lines += [
        f"  {paths[one]} with {paths[other]}: {{normal: {found.correlations[one, other]:.4f}, source: {key}}}"
        for one, other in pairs
    ]
    sds = ", ".join(f"{sd:.3g} of {name}" for name, sd in zip(found.names, found.sds, strict=False))
    note = f"What goes with a determinant is not what follows from moving it. One SD is {sds}, taken as known."
    design = f"survey link; {EFFECTS[found.effects]}, {found.people:,} people, {found.rows:,} answers"
    return "\n".join(
        [
            *lines,
            "sources:",
            f"  {key}:",
            f"    cite: {json.dumps(f'Our own survey, {Path(result.file).name}', ensure_ascii=False)}",
            f"    design: {json.dumps(design)}",
            "    evidence: initial",
            "    compares: people",
            f"    note: {json.dumps(note)}",
            "",
        ]
    )
