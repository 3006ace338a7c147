"""One cell's value, in the text form or the long form (FORMAT section 4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from wellbeva.core.spans import Located
from wellbeva.distributions.families import LONG_FORMS
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.spec import Source
from wellbeva.scenario.text import identifiers
from wellbeva.scenario.text.nodes import Entry, ListNode, MapNode, Node, Scalar
from wellbeva.scenario.value import STUDY_KEYS, Amount, Cite, Value
from wellbeva.scenario.values.amounts import parse_amount, split_currency, with_codes
from wellbeva.scenario.values.completion import amounts_in, complete
from wellbeva.scenario.values.distribution_forms import read_dirichlet, read_empirical, read_mixture, read_quantiles
from wellbeva.scenario.values.families import read_argument, read_family, text_wanted
from wellbeva.scenario.values.labels import ReadStudies
from wellbeva.scenario.values.references import referred, whole_reference
from wellbeva.scenario.values.short_form import parse_cites, parse_range, parse_value
from wellbeva.scenario.values.sources import Sources

_DATED = re.compile(r"(?<=[A-Z]{3})\[([0-9]{4})\]")
_PRICES = re.compile(r"\s+in\s+(?P<year>[0-9]{4})\s+prices$")
_FORMS = f"families are {', '.join(LONG_FORMS)}; other forms are {', '.join(identifiers.SHAPES)}"
_UNIT_WORDS = re.compile(r"(?!.*\b(?:in|[12][0-9]{3})\b)[A-Za-z0-9_][A-Za-z0-9_ /*]{0,59}")
"""A unit without a price year, which only money has."""


@dataclass(frozen=True, slots=True)
class Inherited:
    """Source, grade, licence and note of the maps around a value, for values without their own (FORMAT R2, R12)."""

    cites: tuple[Cite, ...] = ()
    evidence: str = ""
    licence: str = ""
    note: str = ""

    def with_keys(self, node: MapNode, sources: Mapping[str, Source] | None, collector: Collector) -> Inherited:
        """Return a copy in which the `source`, `evidence`, `licence` and `note` of a map replace those inherited.

        Parameters
        ----------
        node : MapNode
        sources : mapping of str to Source, or None
            The scenario's sources; None where there are none to check against.
        collector : Collector
        """
        found = self
        for entry in node.entries:
            key, value = entry.key.text, entry.value
            if key not in identifiers.INHERITED_KEYS:
                continue
            if not isinstance(value, Scalar) or value.null:
                text_wanted(key, value, collector)
                continue
            if key == "source":
                cites = parse_cites(value.located, collector=collector)
                check_cites(cites, sources, collector)
                found = replace(found, cites=cites)
            elif key == "evidence":
                found = replace(found, evidence=grade(value, collector))
            elif key == "licence":
                found = replace(found, licence=value.text)
            else:
                found = replace(found, note=value.text)
        return found


def grade(node: Scalar, collector: Collector) -> str:
    """Return a grade of evidence, or an empty text with an error noted (FORMAT R11).

    Parameters
    ----------
    node : Scalar
    collector : Collector
    """
    if node.text in identifiers.GRADES:
        return node.text
    collector.error(
        "WB-S030",
        f"{node.text!r} is not a grade of evidence",
        node.span,
        facts=(f"grades are {', '.join(identifiers.GRADES)}",),
        remedy=near_miss(node.text, identifiers.GRADES) or "use one of the four grades",
    )
    return ""


def check_cites(cites: tuple[Cite, ...], sources: Mapping[str, Source] | None, collector: Collector) -> None:
    """Note every source that is not under `sources`; with `sources` None nothing is known to check against.

    Parameters
    ----------
    cites : tuple of Cite
    sources : mapping of str to Source, or None
        By key. ``assumed`` needs no entry.
    collector : Collector
    """
    if sources is None:
        return
    for cite in cites:
        if isinstance(sources, Sources) and identifiers.REFERENCE.fullmatch(cite.key):
            sources.refer(cite, collector)
        elif cite.key != "assumed" and cite.key not in sources:
            collector.error(
                "WB-S031",
                f"there is no source {cite.key!r}",
                cite.span,
                remedy=near_miss(cite.key, (*sources, "assumed"))
                or f"add {cite.key!r} under 'sources', or write [assumed]",
            )


def read_cell(
    node: Node,
    *,
    inherited: Inherited,
    sources: Mapping[str, Source] | None,
    collector: Collector,
    depth: int = 0,
    studies: ReadStudies | None = None,
) -> Value | None:
    """Read one value, in either form; None after an error.

    Parameters
    ----------
    node : Node
    inherited : Inherited
        Source, evidence, licence and note of the map around it.
    sources : mapping or None
        The scenario's sources; None where there are none to check against (a model's defaults).
    collector : Collector
    depth : int
        How many mixtures stand around it.
    studies : callable or None
        Reads a table of studies; None where none may stand.
    """
    if isinstance(node, ListNode):
        items = [item.text for item in node.items if isinstance(item, Scalar)]
        reference = len(items) == 1 and identifiers.REFERENCE.fullmatch(items[0])
        remedy = (
            f'write it in quotes: "[{items[0]}]"' if reference else "write one value, or a map with 'by' and labels"
        )
        collector.error("WB-S032", "a value is not a list", node.span, remedy=remedy)
        return None
    if isinstance(node, MapNode):
        return _LongForm(inherited, sources, collector, depth, studies).read(node)
    if node.null:
        return None  # noted for the whole file
    if isinstance(sources, Sources) and whole_reference(node.text):
        begin, end = node.text.index("[") + 1, node.text.index("]")
        cites = parse_cites(node.located.part(begin, end), collector=collector)
        check_cites(cites, sources, collector)
        value = referred(node.located, cites[0], sources, collector=collector)
    else:
        value = parse_value(node.located, collector=collector)
        check_cites(value.cites if value else (), sources, collector)
    return value and _inherit(value, inherited)


def _inherit(value: Value, inherited: Inherited) -> Value:
    if not (inherited.cites or inherited.evidence or inherited.licence or inherited.note):
        return value
    return replace(
        value,
        cites=value.cites or inherited.cites,
        evidence=value.evidence or inherited.evidence,
        licence=value.licence or inherited.licence,
        note=value.note or inherited.note,
    )


@dataclass(frozen=True, slots=True)
class _LongForm:
    """Reads one map as one value."""

    inherited: Inherited
    sources: Mapping[str, Source] | None
    collector: Collector
    depth: int
    studies: ReadStudies | None

    def read(self, node: MapNode) -> Value | None:
        """Read the form and what stands beside it; None after an error."""
        before = len(self.collector.errors)
        forms = self.forms(node)
        if len(self.collector.errors) == before and len(forms) != 1:
            self.collector.error(
                "WB-S035",
                "a value needs exactly one of 'value', a family, or one of the other long forms",
                node.span,
                facts=(f"here: {', '.join(entry.key.text for entry in forms) or 'none'}",),
                remedy=_FORMS,
            )
        if len(self.collector.errors) > before:
            return None
        around = self.inherited.with_keys(node, self.sources, self.collector)
        value = self.central(forms[0], around, node)
        if value is None:
            return None
        own = value.span if forms[0].key.text == "value" else forms[0].key.span
        value = _inherit(replace(_extras(value, node, self.collector), span=own), around)
        return None if len(self.collector.errors) > before else value

    def forms(self, node: MapNode) -> list[Entry]:
        """Return the entries that are a form; note an error for each key that a value cannot have."""
        forms: list[Entry] = []
        for entry in node.entries:
            key = entry.key.text
            if key == "value" or key in LONG_FORMS or key in identifiers.SHAPES:
                forms.append(entry)
            elif key not in identifiers.CELL_KEYS and not (key in STUDY_KEYS and node.get("studies") is not None):
                nearest = near_miss(key, identifiers.LONG_KEYS)
                self.collector.error(
                    "WB-S034",
                    f"{key!r} is not a key of a value",
                    entry.key.span,
                    facts=(_FORMS,) if isinstance(entry.value, MapNode) or not nearest else (),
                    remedy=nearest or "write one of these, or 'by' and the name of an axis above labels",
                )
        return forms

    def central(self, form: Entry, around: Inherited, node: MapNode) -> Value | None:
        """Read the form itself, of studies with what stands beside it in the map."""
        key, collector = form.key.text, self.collector
        if key in _POINTS:
            return _POINTS[key](form, collector=collector)
        if key == "mixture":
            below = replace(around, note="")

            def part(node: Node, depth: int) -> Value | None:
                return read_cell(
                    node, inherited=below, sources=self.sources, collector=collector, depth=depth, studies=self.studies
                )

            return read_mixture(form, read=part, depth=self.depth, collector=collector)
        if key == "studies":
            return self.pooled(node, form)
        if key != "value":
            return read_family(form, collector=collector)
        if not isinstance(form.value, Scalar):
            text_wanted("value", form.value, collector)
            return None
        return read_cell(form.value, inherited=Inherited(), sources=self.sources, collector=collector)

    def pooled(self, node: MapNode, form: Entry) -> Value | None:
        """Read studies that are pooled, where a table may be read."""
        if self.studies is not None:
            return self.studies(node)
        self.collector.error(
            "WB-S500",
            "studies are pooled into a parameter of the model only",
            form.key.span,
            facts=("prices, rates, correlations and the appraisal's own figures are read without tables",),
            remedy="pool them by 'wellbeva evidence pool', and write the number that it prints",
        )
        return None


_POINTS = {"quantiles": read_quantiles, "empirical": read_empirical, "dirichlet": read_dirichlet}


_BESIDE = {
    ("truncate", "empirical"): "leave out the values that lie beyond the bound",
    ("truncate", "mixture"): "write 'truncate' into the part that it is about, so that the weights stay as printed",
    ("truncate", "dirichlet"): "shares lie between 0 and 1 as they are",
    ("base", "dirichlet"): "the base case is each label's count over their sum; it keeps the sum at 1",
    ("unit", "dirichlet"): "counts have no unit, and what they fill is a share",
    ("truncate", "number"): "a certain number has no bounds",
    ("base", "number"): "a certain number is its own base case",
    ("truncate", "same_as"): "the same number has the same bounds",
    ("base", "same_as"): "the same number has the same base case",
    ("unit", "same_as"): "the same number has the same unit",
}
"""Keys that make no sense beside a form, each with the reason."""


def _extras(value: Value, node: MapNode, collector: Collector) -> Value:
    unit: Amount | None = None
    for entry in node.entries:
        key, given = entry.key.text, entry.value
        if (key, value.form) in _BESIDE:
            collector.error(
                "WB-S054",
                f"{key!r} cannot stand beside {value.form!r}",
                entry.key.span,
                remedy=f"leave it out: {_BESIDE[key, value.form]}",
            )
        elif key == "truncate":
            value = replace(value, truncate=_bounds(given, collector))
        elif key in {"base", "unit", "status"}:
            if not isinstance(given, Scalar) or given.null:
                text_wanted(key, given, collector)
            elif key == "status":
                value = replace(value, status=_status(given, collector))
            elif key == "base":
                value = replace(value, base=parse_amount(given.located, collector=collector))
            else:
                unit = _unit(value, given.located, collector)
    return complete(value, collector, unit=unit) or value


def _status(node: Scalar, collector: Collector) -> str:
    """Return the status of a value, or an empty text with an error noted (semantics R11)."""
    if node.text in identifiers.STATUSES:
        return node.text
    word = identifiers.STATUSES[0]
    collector.error(
        "WB-S005",
        f"{node.text!r} is not one of the words that may stand here",
        node.span,
        facts=(f"allowed: {word!r}",),
        remedy=near_miss(node.text, identifiers.STATUSES) or f"write {word!r}, or leave the key out",
    )
    return ""


def _bounds(node: Node, collector: Collector) -> tuple[Amount | None, Amount | None]:
    """Read ``{low: 0, high: 1}`` or ``0 to 1``."""
    if isinstance(node, Scalar):
        if node.null:
            return (None, None)
        return parse_range(node.located, collector=collector) or (None, None)
    if not isinstance(node, MapNode) or not node.entries or set(node.keys()) - {"low", "high"}:
        collector.error("WB-S036", "'truncate' takes low, high or both", node.span, remedy="write {low: 0, high: 1}")
        return (None, None)
    ends = {entry.key.text: read_argument(entry, collector) for entry in node.entries}
    low, high = ends.get("low"), ends.get("high")
    if low and high and low.number >= high.number:
        collector.error("WB-S036", "the lower bound is not below the upper", node.span, remedy="swap them")
    return low, high


def _unit(value: Value, text: Located, collector: Collector) -> Amount | None:
    """Return the number 1 in the unit of the ``unit:`` key, for a value that shows none; None after an error."""
    words = with_codes(" ".join(text.text.split()))
    prices = _PRICES.search(words)
    years = {*_DATED.findall(words), *([prices["year"]] if prices else [])}
    unit, currency = split_currency(_DATED.sub("", words[: prices.start()] if prices else words))
    one = Amount(Fraction(1), unit, currency=currency, price_year=int(years.pop()) if years else None, span=text.span())
    twice = years or (prices and _DATED.search(words))
    if twice or (unit and not _UNIT_WORDS.fullmatch(unit)) or (prices and not one.currencies):
        remedy = "write a unit like 'months', or 'GBP[2023]' for pounds in 2023 prices"
        collector.error("WB-S040", f"{text.text.strip()[:40]!r} is not a unit", text.span(), remedy=remedy)
        return None
    if any(amount.unit or (currency and amount.currency) for amount in amounts_in(value)):
        collector.error(
            "WB-S040", "the unit is given twice, in the value and under 'unit'", text.span(), remedy="keep one of them"
        )
        return None
    return one
