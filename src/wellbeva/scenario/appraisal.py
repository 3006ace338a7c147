"""Reads the keys that are not values of the model: appraisal, time, sources, budget."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import Any, Literal, cast

from wellbeva.core.spans import Located, Span
from wellbeva.errors import Collector, near_miss
from wellbeva.evidence.grading.adjustment import WORDS
from wellbeva.evidence.grading.grade import EXAMPLES, Grade
from wellbeva.scenario.appraisal_uprating import EXAMPLE, Cites, read_uprate
from wellbeva.scenario.appraisal_uprating import PATH as UPRATE
from wellbeva.scenario.spec import AppraisalSpec, Source, TimeSpec
from wellbeva.scenario.text.identifiers import NAME, PRESET, study_kind
from wellbeva.scenario.text.nodes import Entry, MapNode, Node, Scalar, entries, text_of
from wellbeva.scenario.value import Amount, Value
from wellbeva.scenario.values.amounts import parse_amount
from wellbeva.scenario.values.completion import amounts_in, dated
from wellbeva.scenario.values.labels import ValueScope
from wellbeva.scenario.values.long_form import Inherited, check_cites, read_cell
from wellbeva.scenario.values.short_form import parse_sourced
from wellbeva.scenario.values.sources import Sources, declared_grade, years_followed

STEP_LIMIT = 5_200
"""Steps of one run: a century of weeks."""
PERIODS_PER_YEAR: dict[str, Fraction] = {"year": Fraction(1), "quarter": Fraction(4), "month": Fraction(12)}
"""Of each step but the week."""
HORIZON = "time.to"
"""The path of the last period that counts."""
LEVELS = ("low", "central", "high")
KINDS = ("money", "wellbeing", "health")
PARTS = (
    "preset",
    "prices",
    "currency",
    "exchange",
    "discount",
    "wellby_value",
    "calendar",
    "discount_within_year",
    "deflator",
    "evidence_adjustment",
)

CALENDAR = {"days_per_year": (300, 400), "weeks_per_year": (50, 54)}
"""Days and weeks a year may be said to have."""

_END = re.compile(r"([0-9]{1,6})(?: ?(week|month|quarter|year)s?)?")
_RATE = re.compile(r"([A-Z]{3}) per ([A-Z]{3})(?: in ((?:19|20)[0-9]{2}))?")
EXCHANGE = re.compile(rf"appraisal\.exchange\.{_RATE.pattern}")
"""The path of a rate of exchange."""


def read_time(node: Node | None, *, collector: Collector) -> TimeSpec:
    """Read ``time``; without it there is one yearly step, 0.

    Parameters
    ----------
    node : Node or None
        The value of the key.
    collector : Collector

    Returns
    -------
    TimeSpec
        One step where `from`, `to` or `step` cannot be read; the check of the file's shape reports that.
    """
    if not isinstance(node, MapNode):
        return TimeSpec()
    first, last, starts = text_of(node, "from"), text_of(node, "to"), text_of(node, "starts")
    step = text_of(node, "step") or "year"
    if not (_whole(first) and _whole(last)) or step not in {"year", "quarter", "month", "week"}:
        return TimeSpec(span=node.span)
    low, high = int(first), int(last)
    span = _span(node, "to")
    if low > high:
        collector.error(
            "WB-S100",
            "time ends before it begins",
            span,
            facts=(f"from {low}", f"to {high}"),
            remedy="both ends are included: 'from: 0, to: 59' is 60 steps",
        )
        return TimeSpec(span=node.span)
    if high - low + 1 > STEP_LIMIT:
        collector.error(
            "WB-S100",
            "time has too many steps",
            span,
            facts=(f"at most {STEP_LIMIT:,} are run",),
            remedy="use longer steps",
        )
        return TimeSpec(span=node.span)
    year = int(starts) if _whole(starts) else None
    return TimeSpec(cast("Literal['year', 'quarter', 'month', 'week']", step), low, high, year, node.span, span)


def read_horizon(entry: Entry, written: TimeSpec, *, collector: Collector) -> TimeSpec | None:
    """Read the last period that counts, or how long is counted; None after an error.

    Parameters
    ----------
    entry : Entry
        Whose path begins with ``time``.
    written : TimeSpec
        As the file has it.
    collector : Collector
    """
    step, span = written.step, entry.value.span
    if entry.key.text != HORIZON:
        collector.error(
            "WB-S174", f"{entry.key.text!r} cannot be changed here", entry.key.span,
            facts=(f"of time the end alone can be: {HORIZON!r}",), remedy="for other periods change `time` in the file",
        )  # fmt: skip
        return None
    text = entry.value.text.strip() if isinstance(entry.value, Scalar) else ""
    match = _END.fullmatch(text)
    if match is None:
        collector.error(
            "WB-S175", f"{text[:40]!r} is neither a period nor a length of time", span,
            remedy=f"write the last period that counts, {HORIZON}={written.first}, or a length, {HORIZON}=1 {step}",
        )  # fmt: skip
        return None
    number, unit = int(match[1]), match[2]
    per_year = PERIODS_PER_YEAR if step in PERIODS_PER_YEAR else {str(step): Fraction(1)}
    periods = number * per_year[step] / per_year[unit] if unit in per_year else Fraction(0)
    if unit is not None and (unit not in per_year or periods % 1):
        collector.error(
            "WB-S175", f"{text!r} is not a whole number of periods", span,
            facts=(f"a period is a {step}",), remedy=f"give it in {step}s",
        )  # fmt: skip
        return None
    last = number if unit is None else written.first - 1 + int(periods)
    if not written.first <= last <= written.last:
        collector.error(
            "WB-S176", f"time cannot end with {text}", span,
            facts=(f"the periods that are written: {written.first} to {written.last}",),
            remedy="end it with one of these; a longer time is written in the file, with the values of its periods",
        )  # fmt: skip
        return None
    return replace(written, last=last, end=span)


def _whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6


def read_sources(node: Node | None, *, collector: Collector) -> dict[str, Source]:
    """Read ``sources``.

    Parameters
    ----------
    node : Node or None
        The value of the key.
    collector : Collector
    """
    ours = {"key", "kind", "followed", "computed", "span"}
    keys = [field.name for field in fields(Source) if field.name not in ours]
    return {
        entry.key.text: Source(
            entry.key.text,
            **{key: text_of(entry.value, key) for key in keys},
            kind=study_kind(text_of(entry.value, "design")),
            followed=_followed(entry.value, collector),
            computed=_graded(entry.value, collector),
            span=entry.key.span,
        )
        for entry in entries(node)
        if NAME.fullmatch(entry.key.text)
    }


def _graded(source: Node, collector: Collector) -> Grade:
    """Grade a source by what it declares of its study (R170)."""
    nodes = {name: source.get(name) for name in EXAMPLES} if isinstance(source, MapNode) else {}
    given = {name: node.located for name, node in nodes.items() if isinstance(node, Scalar)}
    return declared_grade(text_of(source, "design"), given, collector)


def _followed(source: Node, collector: Collector) -> float:
    node = source.get("follow_up") if isinstance(source, MapNode) else None
    return years_followed(node.located, collector=collector) if isinstance(node, Scalar) else 0.0


def read_budget(node: Node, world: ValueScope, *, collector: Collector) -> Value | None:
    """Read ``budget``: one certain amount of money above zero.

    Parameters
    ----------
    node : Node
        The value of the key.
    world : ValueScope
        Its sources may be cited, and may state a price year.
    collector : Collector

    Returns
    -------
    Value or None
        None with a diagnostic in the collector.
    """
    value = read_cell(node, inherited=Inherited(), sources=world.sources, collector=collector)
    if value is None:
        return None
    value = dated(value, world, collector)
    amount = value.amounts.get("value")
    if value.form != "number" or amount is None or not amount.currency or amount.number <= 0:
        collector.error(
            "WB-S101",
            "the budget is one sum of money above zero",
            value.span,
            facts=(f"given: {value.written}",),
            remedy="write it like '£1m'",
        )
        return None
    return value


@dataclass(slots=True)
class AppraisalReader:
    """Gathers the parts of the appraisal from the file, then from variants and the command line."""

    collector: Collector
    sources: Sources
    spec: AppraisalSpec = field(default_factory=AppraisalSpec)
    """What has been gathered so far."""

    def _set(self, **parts: Any) -> None:
        self.spec = replace(self.spec, **parts)

    def read(self, node: Node) -> None:
        """Read a preset's name, or a map of parts."""
        if isinstance(node, Scalar):
            self.part("preset", node, node.span)
            return
        for entry in entries(node):
            self.part(entry.key.text, entry.value, entry.key.span)

    def override(self, path: Located, node: Node) -> None:
        """Take ``appraisal.discount.wellbeing: 1%`` from a variant or the command line.

        Parameters
        ----------
        path : Located
            The dotted path, ``appraisal`` included.
        node : Node
            Its value.
        """
        words = path.text.split(".")[1:]
        if not words:
            self.read(node)
            return
        if words[0] not in PARTS or len(words) > 2:
            self.collector.error(
                "WB-S102",
                f"{path.text!r} is not part of the appraisal",
                path.span(),
                remedy=self._instead(words),
            )
            return
        if len(words) == 2:
            begin = len("appraisal.") + len(words[0]) + 1
            key = Scalar(path.part(begin))
            node = MapNode((Entry(key, node),), path.span(begin))
        self.part(words[0], node, path.span())

    @staticmethod
    def _instead(words: list[str]) -> str:
        if words[:2] == UPRATE.split("."):
            return f"give the whole of it, as {{{EXAMPLE.removeprefix('uprate: {')} behind 'appraisal.{UPRATE}'"
        if words[0] in PARTS:
            return f"name a part of {words[0]!r} by one word, as in 'appraisal.discount.money'"
        return near_miss(words[0], PARTS) or f"parts are {', '.join(PARTS)}"

    def part(self, name: str, node: Node, span: Span) -> None:
        """Read one part; shapes that cannot stand here are reported by the file model.

        Parameters
        ----------
        name : str
            One of `PARTS`; others are passed over.
        node : Node
            Its value.
        span : Span
            Where its name stands.
        """
        self._set(span=self.spec.span or span)
        if name in PARTS:
            self._set(spans={**self.spec.spans, name: span})
        if isinstance(node, Scalar) and node.null:
            return
        if name in {"exchange", "discount", "calendar", "deflator"}:
            given, cites = dict(getattr(self.spec, name)), dict(self.spec.cites)
            for entry in entries(node):
                getattr(self, f"_{name}")(entry, given, cites)
            self._set(**{name: given, "cites": cites})
            if not isinstance(node, MapNode):
                self.collector.error(
                    "WB-S103", f"{name!r} takes a map of keys", node.span, remedy=f"write {name}: {{…}}"
                )
        elif name == "wellby_value":
            self.wellby(node)
        elif isinstance(node, Scalar):
            self.word(name, node)

    def word(self, name: str, node: Scalar) -> None:
        """Read a part that is one word.

        Parameters
        ----------
        name : {"preset", "prices", "currency", "discount_within_year", "evidence_adjustment"}
        node : Scalar
        """
        text = node.text
        if name == "preset":
            self._set(preset=text if PRESET.fullmatch(text) else "")
            if not self.spec.preset:
                self.bad(node, "cannot be the name of a preset", "write a name like 'green-book-2026'")
        elif name == "prices":
            self._set(prices=int(text) if re.fullmatch("(19|20)[0-9]{2}", text) else None)
            if self.spec.prices is None:
                self.bad(node, "is not a price year", "write a year like 2025")
        elif name == "currency":
            self._set(currency=text if text in {"GBP", "USD", "EUR"} else "")
            if not self.spec.currency:
                self.bad(node, "is not a currency of this version", "write GBP, USD or EUR")
        elif name == "discount_within_year":
            wrong = "is not a way to discount within the year", "write 'continuous', or leave the key out"
            self._set(within_year=self._one_of(("continuous",), node, *wrong))
        elif name == "evidence_adjustment":
            wrong = "is not an adjustment for evidence", f"write none, {', '.join(WORDS)}"
            self._set(evidence_adjustment=self._one_of((*WORDS, "none"), node, *wrong).removeprefix("none"))

    def _one_of(self, words: tuple[str, ...], node: Scalar, what: str, remedy: str) -> str:
        if node.text in words:
            return node.text
        self.bad(node, what, remedy)
        return ""

    def bad(self, node: Scalar, what: str, remedy: str) -> None:
        """Note a word that cannot stand where it does, unless the shape of the file was refused for it.

        Parameters
        ----------
        node : Scalar
            The word.
        what : str
            How the message goes on behind the word.
        remedy : str
        """
        if any(error.span == node.span for error in self.collector.errors):
            return
        self.collector.error("WB-S103", f"{node.text[:40]!r} {what}", node.span, remedy=remedy)

    def wellby(self, node: Node) -> None:
        """Read one amount (central), or a map of levels, with `uprate` beside them."""
        cells = entries(node) if isinstance(node, MapNode) and set(node.keys()) & {*LEVELS, "uprate"} else None
        if cells is None:
            self._set(wellby_value={}, uprate=None)
            self.level("central", node, node.span)
            return
        around = Inherited().with_keys(cast("MapNode", node), self.sources, self.collector)
        for entry in cells:
            if isinstance(entry.value, Scalar) and entry.value.null:
                continue  # noted for the whole file
            if entry.key.text in LEVELS:
                self.level(entry.key.text, entry.value, entry.key.span, around)
            elif entry.key.text == "uprate":
                cites = dict(self.spec.cites)
                uprate = read_uprate(entry, self.sources, cites, collector=self.collector)
                self._set(uprate=uprate, cites=cites)
            elif entry.key.text not in {"source", "evidence", "licence", "note"}:
                self.collector.error(
                    "WB-S104",
                    f"{entry.key.text!r} is not a level of the WELLBY value",
                    entry.key.span,
                    remedy=near_miss(entry.key.text, (*LEVELS, "uprate")) or "levels are low, central, high",
                )

    def level(self, level: str, node: Node, span: Span, around: Inherited | None = None) -> None:
        """Read one level of the WELLBY value, an amount of money.

        Parameters
        ----------
        level : {"low", "central", "high"}
        node : Node
            Its value.
        span : Span
            Where its name stands.
        around : Inherited or None
            Source, evidence, licence and note of the map around it.
        """
        value = read_cell(node, inherited=around or Inherited(), sources=self.sources, collector=self.collector)
        if value is None:
            return
        no_money = {"label", "switch", "same_as", "count", "dirichlet"}
        if value.form in no_money or any(not amount.currency for amount in amounts_in(value)):
            self.collector.error(
                "WB-S105",
                "the value of a WELLBY is a sum of money",
                value.span or span,
                facts=(f"given: {value.written}",),
                remedy="write it like '£13,000'",
            )
            return
        self._set(wellby_value={**self.spec.wellby_value, level: value})

    def _exchange(self, entry: Entry, given: dict[tuple[str, str], Amount], cites: Cites) -> None:
        match = _RATE.fullmatch(entry.key.text)
        if match is None or match[1] == match[2]:
            self.collector.error(
                "WB-S106",
                f"{entry.key.text!r} is not an exchange rate",
                entry.key.span,
                remedy="write 'GBP per USD: 0.8', or 'GBP per USD in 2024: 0.8'",
            )
        elif isinstance(entry.value, Scalar):
            read = self._sourced(f"exchange.{entry.key.text}", entry.value, cites)
            amount = self._above_zero(read, entry.value, "is not an exchange rate", "0.8")
            if amount is not None:
                given[match[1], f"{match[2]}[{match[3]}]" if match[3] else match[2]] = amount

    def _discount(self, entry: Entry, given: dict[str, Value], _: Cites) -> None:
        kind, node = entry.key.text, entry.value
        if kind not in KINDS:
            self.collector.error(
                "WB-S107",
                f"{kind!r} is not a kind of flow that is discounted",
                entry.key.span,
                remedy=near_miss(kind, KINDS) or f"kinds are {', '.join(KINDS)}",
            )
            return
        if isinstance(node, Scalar) and PRESET.fullmatch(node.text):
            given[kind] = Value("label", word=node.text, written=node.text, span=node.span)
            return
        value = read_cell(node, inherited=Inherited(), sources=self.sources, collector=self.collector)
        if value is None:
            return
        amount = value.amounts.get("value")
        if value.form != "number" or amount is None or amount.currency or not 0 <= amount.number < 1:
            self.collector.error(
                "WB-S108",
                "a discount rate is one yearly rate from 0% to below 100%, or the name of a schedule",
                value.span,
                facts=(f"given: {value.written}",),
                remedy="write it like '3.5%' or 'green-book-standard'",
            )
            return
        given[kind] = value

    def _calendar(self, entry: Entry, given: dict[str, Fraction], _: Cites) -> None:
        low, high = CALENDAR.get(entry.key.text, (0, 0))
        if entry.key.text not in CALENDAR:
            self.collector.error(
                "WB-S109",
                f"{entry.key.text!r} is not part of the calendar",
                entry.key.span,
                remedy="write days_per_year or weeks_per_year",
            )
        elif isinstance(entry.value, Scalar):
            read = parse_amount(entry.value.located, collector=self.collector)
            amount = self._above_zero(read, entry.value, "is not a number of days or weeks", "365")
            if amount is not None and not low <= amount.number <= high:
                self.bad(entry.value, f"does not lie between {low} and {high}", f"check {entry.key.text}")
            elif amount is not None:
                given[entry.key.text] = amount.number

    def _deflator(self, entry: Entry, given: dict[int, Fraction], cites: Cites) -> None:
        if re.fullmatch("(19|20)[0-9]{2}", entry.key.text) is None:
            self.collector.error(
                "WB-S109",
                f"{entry.key.text!r} is not a year of the deflator",
                entry.key.span,
                remedy="write '2026: 103.1'",
            )
        elif isinstance(entry.value, Scalar):
            read = self._sourced(f"deflator.{entry.key.text}", entry.value, cites)
            amount = self._above_zero(read, entry.value, "is not an index of prices", "103.1")
            if amount is not None:
                given[int(entry.key.text)] = amount.number

    def _sourced(self, path: str, node: Scalar, kept: Cites) -> Amount | None:
        """Read a number with its sources; those are kept by its path."""
        read = parse_sourced(node.located, collector=self.collector)
        if read is None:
            return None
        amount, kept[path] = read
        check_cites(kept[path], self.sources, self.collector)
        return amount

    def _above_zero(self, amount: Amount | None, node: Scalar, what: str, example: str) -> Amount | None:
        """Return a number that is bare and above zero; None after an error."""
        if amount is None or (amount.number > 0 and amount.bare):
            return amount
        self.bad(node, what, f"write a bare number above zero, like {example}")
        return None


def _span(node: MapNode, key: str) -> Span:
    value = node.get(key)
    return value.span if value is not None else node.span
