"""What the studies of a table come to together."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wellbeva.core.spans import Located, Span
from wellbeva.errors import Collector, Diagnostic, refusal
from wellbeva.evidence.errors import EvidenceError
from wellbeva.scenario.text.files import Files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wellbeva.compiler.parameters.studies import PooledValue
    from wellbeva.evidence.bias.correction import Correction
    from wellbeva.evidence.pooling.pool import Pooled


@dataclass(frozen=True, slots=True, eq=False)
class PooledStudies:
    """Studies, what they come to, and how far that rests on single ones and on those that were published.

    Parameters
    ----------
    value : PooledValue
    unit : str
        As the table shows it, or its measure; empty where it shows none.
    without : mapping of str to Pooled
        Without each study in turn.
    corrections : tuple of Correction
        For studies that were not published; empty where they cannot be looked at, as `unseen` says.
    unseen : str
    warnings : tuple of Diagnostic
        Of the table.
    """

    value: PooledValue
    unit: str
    without: Mapping[str, Pooled]
    corrections: tuple[Correction, ...]
    unseen: str
    warnings: tuple[Diagnostic, ...]


def pool_studies(file: str | os.PathLike[str], at: Sequence[str] = (), **how: str) -> PooledStudies:
    """Pool the studies of a table, which is read as a scenario reads it (semantics R158).

    Parameters
    ----------
    file : path or str
        A CSV file or an Excel workbook.
    at : sequence of str
        Columns of the table with their values in the setting asked for, on which effects are regressed: ``months=12``.
    **how : str
        ``pool``, ``between`` and ``interval``, as a scenario takes them (semantics R159).

    Raises
    ------
    WellbevaError
        With every fault of the table; ``WB-R510`` where its studies cannot be pooled so.
    """
    from wellbeva.compiler.parameters.studies import pooled
    from wellbeva.evidence.bias.corrections import corrections
    from wellbeva.evidence.pooling.pool import leave_one_out
    from wellbeva.scenario.tables.studies import read_studies
    from wellbeva.scenario.tables.table_reader import TableReader
    from wellbeva.scenario.text.nodes import Entry, MapNode, Scalar

    path, collector = Path(file), Collector()

    def entry(key: str, word: str | MapNode, place: str) -> Entry:
        return Entry(
            Scalar(Located.bare(key, place)), word if isinstance(word, MapNode) else Scalar(Located.bare(word, place))
        )

    entries = [entry("studies", path.name, str(path))]
    entries += [entry(key, word, f"--{key}") for key, word in how.items() if word]
    if at:
        pairs = (text.partition("=") for text in at)
        setting = MapNode(tuple(entry(name.strip(), value, "--at") for name, _, value in pairs), Span("--at", 1, 1))
        entries.append(entry("at", setting, "--at"))
    folder = "" if str(path.parent) == "." else str(path.parent)
    value = read_studies(
        MapNode(tuple(entries), entries[0].key.span), TableReader(path.parent, folder, Files(), collector)
    )
    collector.stop_if_errors()
    assert value is not None
    try:
        found = pooled(value)
    except EvidenceError as error:
        said = error.message, *error.facts
        raise refusal("WB-R510", "these studies cannot be pooled so", error.remedy, *said) from None
    unit, how = found.table.measure or value.points[0][1].unit, found.table.how
    rows: tuple[Correction, ...] = ()
    unseen = ""
    try:
        rows = corrections(found.studies, **how)
    except EvidenceError as error:
        unseen = error.message
    return PooledStudies(found, unit, leave_one_out(found.studies, **how), rows, unseen, tuple(collector.found))
