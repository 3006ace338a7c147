"""References such as ``[library:KEY]``: as a whole value, and behind a number (semantics R167)."""

from __future__ import annotations

import re
from dataclasses import replace

from wellbeva.core.spans import Located
from wellbeva.errors import Collector
from wellbeva.evidence.record import EffectRecord
from wellbeva.scenario.text.identifiers import REFERENCE
from wellbeva.scenario.text.yaml_parser import read_part
from wellbeva.scenario.value import Amount, Cite, Value
from wellbeva.scenario.values.completion import centre_of, same_unit, with_amounts
from wellbeva.scenario.values.short_form import parse_value
from wellbeva.scenario.values.sources import Sources

LIFE_SATISFACTION, POINT = "life_satisfaction", "LS"


def record_value(record: EffectRecord, at: Located, *, collector: Collector) -> Value | None:
    """Read the value of a record, a number with or without its spread; None after an error.

    Parameters
    ----------
    record : EffectRecord
    at : Located
        Where the record is named or written, for the places of its numbers.
    collector : Collector
    """
    inner = Collector()
    value = _parsed(Located.bare(record.value, at.file), inner)
    if value is None or value.cites or value.form in {"label", "switch", "same_as"}:
        collector.error(
            "WB-S535",
            f"the value of the record {record.key!r} cannot be read",
            at.span(),
            facts=(f"it is {record.value[:60]!r}", *(one.message for one in inner.errors)),
            remedy="write it like '0.30 LS (0.05 to 0.55)', without a source in [ ]",
        )
        return None
    own = at.span()

    def here(amount: Amount) -> Amount:
        return replace(amount, span=own)

    return replace(with_amounts(value, here, here), span=own)


def _parsed(text: Located, collector: Collector) -> Value | None:
    """Read a value in the text form, or in braces in the long form."""
    if not text.text.startswith("{"):
        return parse_value(text, collector=collector)
    # A cell may be a reference, and a reference reads its record as a cell.
    from wellbeva.scenario.values.long_form import Inherited, read_cell

    node = read_part(text.text, 0, text.file, collector=collector)
    return None if node is None else read_cell(node, inherited=Inherited(), sources=None, collector=collector)


def referred(text: Located, cite: Cite, sources: Sources, *, collector: Collector) -> Value | None:
    """Read a reference that stands for the whole value of its record; None after an error.

    Parameters
    ----------
    text : Located
        ``[library:KEY]``.
    cite : Cite
        What stands in the brackets.
    sources : Sources
    collector : Collector
    """
    record = sources.records.get(cite.key)
    if record is None:
        return None  # noted
    if not record.value:
        collector.error(
            "WB-S534",
            f"{cite.key!r} has no size that was published",
            text.span(),
            facts=(record.note,) if record.note else (),
            remedy=f"write a number of your own before it, '0.3 {POINT} [{cite.key}]', and say in a note why",
        )
        return None
    value = record_value(record, text, collector=collector)
    written = text.text.strip()
    return value and replace(value, cites=(cite,), body=record.value, written=f"{record.value} {written}")


def whole_reference(text: str) -> bool:
    """Whether a text is one reference and nothing else.

    Examples
    --------
    >>> whole_reference("[library:exploring_what_matters]"), whole_reference("0.3 [library:befriending]")
    (True, False)
    """
    return re.fullmatch(rf"\[\s*{REFERENCE.pattern}\s*\]", text.strip()) is not None


def check_against_records(name: str, unit: str, value: Value, sources: Sources, collector: Collector) -> None:
    """Refuse a record of another measure where life satisfaction is wanted; warn of a number that is not its record's.

    Parameters
    ----------
    name, unit : str
        Of the parameter.
    value : Value
    sources : Sources
    collector : Collector
    """
    for _, part in value.parts:
        check_against_records(name, unit, part, sources, collector)
    for cite in value.cites:
        record = sources.records.get(cite.key)
        if record is None or not record.value:
            continue
        if value.body == record.value:
            if unit == POINT and record.measure != LIFE_SATISFACTION:
                collector.error(
                    "WB-S536",
                    f"{cite.key!r} is not measured in life satisfaction, and {name!r} is",
                    value.span,
                    facts=(f"the record: {record.value}, {record.measure}", f"{name}: {unit}"),
                    remedy="take a model that maps it, such as 'model: measured_change', which carries the error too",
                )
            elif value.form == "number" and not cite.key.startswith("measure:"):  # a rule of conversion is exact
                collector.warn(
                    "WB-S539",
                    f"{name!r} counts as certain, for nobody printed a spread of {cite.key!r}",
                    value.span,
                    facts=(f"the record: {record.value}",),
                    remedy=f"write the standard error that you think it has: '{record.value} (se …) [{cite.key}]'",
                )
            continue
        theirs = parse_value(Located.bare(record.value, cite.key), collector=Collector())
        own, printed = (one and centre_of(one) for one in (value, theirs))
        comparable = own and printed and same_unit(printed, Amount(own.number, unit)) and not value.note
        if own and printed and comparable and own.number != printed.number:
            collector.warn(
                "WB-S537",
                f"the number is not the one of its source {cite.key!r}",
                value.span,
                facts=(f"written: {value.body or value.written}", f"the record: {record.value}"),
                remedy=f'write "[{cite.key}]" alone for the record\'s number, or say in a note why it differs',
            )
