"""A table of studies, an effect a row, that are pooled into one value (semantics R158)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import PurePath
from statistics import NormalDist

from wellbeva.core.spans import Located
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.tables.grid import Grid
from wellbeva.scenario.tables.table_reader import TableReader
from wellbeva.scenario.text.nodes import MapNode, Scalar, text_of
from wellbeva.scenario.value import RATIOS, STUDY_KEYS, Amount, StudyTable, Value
from wellbeva.scenario.values.amounts import parse_amount
from wellbeva.scenario.values.completion import as_written

ROWS = (2, 1_000)
"""Fewest and most effects of one table."""
LABEL_LIMIT = 100
"""Characters of the name of a study."""
WARNED, REFUSED = 0.02, 0.1
"""Shares of an interval's width by which its middle may miss the effect, as in semantics R6."""
_ARMS = ("events", "n", "comparison_events", "comparison_n")
_HEADS = ("study", "effect", "se", "variance", "ci_low", "ci_high", "level", *_ARMS, "cluster", "measure")
_SPREADS = "se, variance, or ci_low and ci_high"


class _RowError(Exception):
    """A fault of one cell: its column, then code, message, facts and remedy; of no column where it is noted already."""


def read_studies(node: MapNode, reader: TableReader) -> Value | None:
    """Read ``{studies: loneliness.csv, pool: random effects}`` and the table it names; None after an error.

    Parameters
    ----------
    node : MapNode
        The value, whose other keys are read elsewhere.
    reader : TableReader
        Of the folder of the file it stands in.
    """
    listed, key = node.get("studies"), node.key("studies")
    grid = None if listed is None else reader.studies(listed)
    pooled = _pooling(node, reader.collector)
    setting = _setting(node, reader.collector)
    columns = None if grid is None or setting is None else _columns(grid, setting, reader.collector)
    if grid is None or setting is None or columns is None or pooled is None or key is None:
        return None
    grid = grid.pick(tuple(columns.values()))
    reader.warn_formulas(grid)
    if reader.troubled(grid):
        return None
    if not ROWS[0] <= grid.height <= ROWS[1]:
        reader.collector.error(
            "WB-S503",
            f"{grid.shown!r} has {grid.height:,} row{'' if grid.height == 1 else 's'} of effects",
            grid.place(0, 0).span(),
            facts=(f"from {ROWS[0]} to {ROWS[1]:,} are pooled",),
            remedy="write a single study as the value itself: `0.30 (0.05 to 0.55)`",
        )
        return None
    moderators = tuple(_heading(name.text) for name in setting)
    rows = _Rows(grid, reader.collector, {name: place for place, name in enumerate(columns)}, moderators)
    every = range(1, grid.height + 1)
    points = tuple(point for row in every if (point := rows.read(row)) is not None)
    if len(points) < grid.height:
        return None
    labels, clusters = (tuple(rows.text(row, name) for row in every) for name in ("study", "cluster"))
    if pooled.local and pooled.local not in labels:
        message = f"there is no study {pooled.local[:LABEL_LIMIT]!r} in {grid.shown!r}"
        remedy = near_miss(pooled.local, labels) or "write the name of the local study as the table has it"
        reader.collector.error("WB-S501", message, (node.key("local") or key).span, remedy=remedy)
        return None
    known = replace(
        pooled,
        labels=labels,
        clusters=clusters if any(clusters) else (),
        measure=rows.measure,
        file=grid.shown,
        setting=tuple((name.text, text) for name, text in setting.items()),
        moderators=tuple(tuple(rows.text(row, name) for row in every) for name in moderators),
    )
    drawn = f"{known.local} drawn towards the others" if known.local else known.predict
    drawn += "".join(f", {name} {text}" for name, text in known.setting)
    drawn += f", corrected by {known.correct}" if known.correct != "none" else ""
    written = f"{grid.height} effects in {PurePath(grid.shown).name}: {known.pool}, {drawn}"
    return Value("studies", points=points, studies=known, written=written, span=key.span)


def _pooling(node: MapNode, collector: Collector) -> StudyTable | None:
    """Read how the studies are pooled, by the keys beside ``studies``; None after an error."""
    words: dict[str, str] = {}
    for entry in node.entries:
        key, allowed = entry.key.text, STUDY_KEYS.get(entry.key.text)
        if allowed is None or key == "at":
            continue
        text = " ".join(text_of(entry.value).split())
        plain = text.replace("–", "-").casefold()
        word = next((known for known in allowed if known.casefold() == plain), "" if allowed else text)
        if not word:
            collector.error(
                "WB-S501",
                f"{key!r} takes {' or '.join(map(repr, allowed)) or 'the name of a study'}",
                entry.value.span,
                facts=(f"given: {text or 'no text'}",),
                remedy=near_miss(text, allowed, cutoff=0.4) or f"leave {key!r} out",
            )
            return None
        words[key] = word
    clash = ""
    if words.get("pool") == "fixed effect":
        beside, why = "pool", "a fixed effect says that all settings have the same effect"
        clash = next((key for key in ("between", "predict") if words.get(key, "average") != "average"), "")
        words.setdefault("predict", "average")
    if "local" in words and not clash:
        beside, why = "local", "a local study is drawn towards the others, which are pooled by random effects"
        given = (key for key in ("pool", "predict", "correct") if node.get(key) and words[key] != "random effects")
        clash = next(given, "")
    if clash:
        message = f"'{clash}: {words[clash]}' and '{beside}: {words[beside]}' contradict each other"
        remedy = f"leave one of them out: {clash!r} or {beside!r}"
        collector.error("WB-S501", message, (node.key(clash) or node).span, facts=(why,), remedy=remedy)
        return None
    return StudyTable((), **words)  # type: ignore[arg-type]


def _setting(node: MapNode, collector: Collector) -> dict[Scalar, str] | None:
    """Read the columns under ``at``, each with its value; None after an error."""
    given = node.get("at")
    if given is None:
        return {}
    entries = given.entries if isinstance(given, MapNode) else ()
    found = {entry.key: " ".join(text_of(entry.value).split()) for entry in entries}
    if found and all(found.values()):
        return found
    remedy = "write it like `at: {months: 12}`"
    collector.error("WB-S501", "'at' takes columns of the table, each with one value", given.span, remedy=remedy)
    return None


def _heading(text: str) -> str:
    return "_".join(text.casefold().replace("-", " ").replace("_", " ").split())


def _columns(grid: Grid, setting: Iterable[Scalar], collector: Collector) -> dict[str, int] | None:
    """Find the columns by their headings, whatever their case; what else describes the studies is not read."""
    places: dict[str, int] = {}
    wanted = {_heading(name.text): name for name in setting}
    for place, head in enumerate(grid.heads):
        name = _heading(head)
        if name in (*_HEADS, *wanted) and name not in places:
            places[name] = place
        elif name in places or (guess := near_miss(name, _HEADS, cutoff=0.8)):
            collector.warn(
                "WB-S510",
                f"the column {head.strip()[:60]!r} is not read",
                grid.place(0, place).span(),
                facts=(f"columns of studies are {', '.join(_HEADS)}",),
                remedy="keep one column of the name" if name in places else guess,
            )
    for name, asked in wanted.items():
        if name not in places:
            message = f"there is no column {asked.text[:60]!r} in {grid.shown!r}"
            remedy = near_miss(name, map(_heading, grid.heads)) or "name a column of the table"
            collector.error("WB-S501", message, asked.span, remedy=remedy)
            return None
    effects = "effect" in places and bool({"se", "variance"} & set(places) or {"ci_low", "ci_high"} <= set(places))
    if "study" in places and (effects or set(_ARMS) <= set(places)):
        return places
    missing = "effects with a spread" if "study" in places else "column 'study'"
    collector.error(
        "WB-S502",
        f"{grid.shown!r} is not a table of studies: it has no {missing}",
        grid.place(0, 0).span(),
        facts=(
            f"it has {', '.join(head.strip()[:40] for head in grid.heads[:8] if head.strip())}",
            f"needed: study, effect, and {_SPREADS}; or study, {', '.join(_ARMS)}",
        ),
        remedy="rename the headings, or map them: `studies: {file: …, columns: {effect: Their heading}}`",
    )
    return None


@dataclass(slots=True)
class _Rows:
    """The rows of one table, read into effects with their variances."""

    grid: Grid
    collector: Collector
    columns: Mapping[str, int]
    moderators: tuple[str, ...]
    measure: str = ""
    first: dict[str, int] = field(default_factory=dict)
    """The row in which each study stands first."""

    def cell(self, row: int, name: str) -> Located:
        """Return a cell; where there is no such column, an empty text in the study's."""
        cell = self.grid.place(row, self.columns.get(name, self.columns["study"]))
        return cell if name in self.columns else cell.part(0, 0)

    def text(self, row: int, name: str) -> str:
        """Return the text of a cell, empty where there is no such column."""
        return self.cell(row, name).text.strip()

    def wanted(self, row: int, name: str) -> Located:
        """Return a cell that must not be empty."""
        if not self.text(row, name):
            raise _RowError(name, "WB-S506", f"the study has no {name}", (), "write it, or delete the row")
        return self.cell(row, name)

    def read(self, row: int) -> tuple[Fraction, Amount] | None:
        """Read one effect behind its variance; None after an error, which is noted at its cell."""
        try:
            self.name(row)
            self.scale(row)
            for name in self.moderators:
                self.wanted(row, name)
            return self.counted(row) if self.text(row, "events") else self.printed(row)
        except _RowError as error:
            if error.args:
                name, code, message, facts, remedy = error.args
                study = f"study: {self.text(row, 'study')[:LABEL_LIMIT]}"
                self.collector.error(
                    code, message, self.cell(row, name).span(), facts=(study, *facts), remedy=remedy
                )  # fmt: skip
            return None

    def name(self, row: int) -> None:
        """Check that a row names its study, and twice only one whose effects are said to belong together."""
        label = self.text(row, "study")
        if not label or len(label) > LABEL_LIMIT:
            message = f"a study has a name of 1 to {LABEL_LIMIT} characters"
            raise _RowError("study", "WB-S504", message, (), "write author and year")
        # Several effects of one study are different numbers.
        same = self.first.setdefault("\n".join(self.text(row, name) for name in self.columns), row)
        first = self.first.setdefault(label.casefold(), row) if not self.text(row, "cluster") else same
        if first != row:
            lines = [self.cell(one, "study").span().line for one in (first, row)]
            facts = f"first on line {lines[0]}", f"again on line {lines[1]}"
            remedy = "delete one, or add a column `cluster` with the same word in both rows"
            raise _RowError("study", "WB-S504", f"the study {label!r} stands twice in the table", facts, remedy)

    def scale(self, row: int) -> None:
        """Read what is measured, which all rows share."""
        measure = " ".join(self.text(row, "measure").casefold().split())
        measure = measure or (RATIOS[0] if self.text(row, "events") else "")
        self.measure = measure if row == 1 else self.measure
        if measure != self.measure:
            facts = f"first row: {self.measure or 'none'}", f"here: {measure or 'none'}"
            remedy = "keep the studies of one measure, or convert the others first"
            raise _RowError("measure", "WB-S505", "effects on two scales cannot be pooled", facts, remedy)

    def number(self, row: int, name: str) -> Amount:
        """Read a number."""
        amount = parse_amount(self.wanted(row, name), collector=self.collector)
        if amount is None:
            raise _RowError
        return amount

    def beside(self, row: int, name: str, effect: Amount) -> float:
        """Read a number in the unit of the effect, which it need not repeat unless that is %."""
        amount = self.number(row, name)
        units = [(one.unit, one.currency, one.percent) for one in (effect, amount)]
        if units[1] not in (units[0], ("", "", units[0][2])):
            facts = f"effect: {as_written(effect)}", f"{name}: {as_written(amount)}"
            message = f"effect and {name} are in different units"
            raise _RowError(name, "WB-S506", message, facts, "write both in one unit, and repeat % at each")
        return float(amount.number)

    def printed(self, row: int) -> tuple[Fraction, Amount]:
        """Read an effect that the study prints, with its standard error, variance or interval."""
        effect, log = self.number(row, "effect"), self.measure in RATIOS
        given = [name for name in ("se", "variance", "ci_low") if self.text(row, name)]
        if len(given) != 1:
            facts = (f"given: {' and '.join(given) or 'none'}",)
            raise _RowError("effect", "WB-S506", "a study has one spread", facts, f"give one of {_SPREADS}")
        if log and effect.number <= 0:
            facts = (f"given: {as_written(effect)}",)
            remedy = "write the ratio itself, not its logarithm"
            raise _RowError("effect", "WB-S507", f"a {self.measure} is above zero", facts, remedy)
        if given == ["ci_low"]:
            error = self.half_width(row, effect, log=log)
        else:
            # The spread of a ratio is that of its logarithm, and a variance has the square of the unit.
            error = self.beside(row, given[0], Amount(effect.number) if log or given == ["variance"] else effect)
        if error <= 0:
            words = {"se": "standard error", "variance": "variance"}[given[0]]
            remedy = "correct it from the study: nobody measures an effect without error"
            raise _RowError(given[0], "WB-S507", f"a {words} is above zero", (f"given: {error:g}",), remedy)
        variance = error if given == ["variance"] else error**2
        return Fraction(variance), replace(effect, number=Fraction(math.log(effect.number))) if log else effect

    def half_width(self, row: int, effect: Amount, *, log: bool) -> float:
        """Return the standard error that an interval implies, which is symmetrical but for rounding."""
        low, high = (self.beside(row, name, effect) for name in ("ci_low", "ci_high"))
        centre = float(effect.number)
        level = float(self.number(row, "level").number) if self.text(row, "level") else 0.95
        ends = f"{self.text(row, 'ci_low')} to {self.text(row, 'ci_high')}"
        facts: tuple[str, ...] = (f"effect: {as_written(effect)}", f"interval: {ends}")
        if not 0 < level < 1:
            given = (f"given: {self.text(row, 'level')}",)
            raise _RowError("level", "WB-S506", "a level lies between 0% and 100%", given, "write it like 90%")
        if not low <= centre <= high or low == high or (log and low <= 0):
            remedy = "check the three numbers against the study"
            raise _RowError("ci_low", "WB-S507", "the effect does not lie in its interval", facts, remedy)
        slack = [_rounding(self.text(row, name)) for name in ("ci_low", "effect", "ci_high")]
        if log:
            slack = [by / at for by, at in zip(slack, (low, centre, high), strict=True)]
            low, centre, high = map(math.log, (low, centre, high))
        off = max(0.0, abs((low + high) / 2 - centre) - (slack[0] + slack[2]) / 2 - slack[1]) / (high - low)
        if off > WARNED:
            message = f"the interval is not symmetrical about the effect{', even as logarithms' if log else ''}"
            facts = (*facts, f"its middle misses by {off:.0%} of its width")
            remedy = "give the standard error; of ratios write `risk ratio` … in a column `measure`"
            if off > REFUSED:
                raise _RowError("ci_low", "WB-S508", message, facts, remedy)
            self.collector.warn("WB-S509", message, self.cell(row, "ci_low").span(), facts=facts, remedy=remedy)
        return (high - low) / 2 / NormalDist().inv_cdf((1 + level) / 2)

    def counted(self, row: int) -> tuple[Fraction, Amount]:
        """Return the logarithm of a ratio of two arms behind its variance.

        References
        ----------
        Borenstein, Hedges, Higgins, Rothstein (2009), Introduction to Meta-Analysis, chapter 5.
        """
        amounts = [self.number(row, name) for name in _ARMS]
        (a, n, c, m), odds = (float(one.number) for one in amounts), self.measure == "odds ratio"
        facts = tuple(f"{name}: {self.text(row, name)}" for name in _ARMS)
        if self.measure not in RATIOS[:2]:
            remedy = "write one of the two as its measure, or the effect that the study prints"
            raise _RowError("events", "WB-S505", "two arms give a risk ratio or an odds ratio", facts, remedy)
        plain = all(one.number.denominator == 1 and not one.unit for one in amounts)
        if not plain or not (0 < a <= n and 0 < c <= m) or (a == n and c == m) or (odds and (a == n or c == m)):
            remedy = "an arm has events, and no more of them than people: leave out a study without"
            raise _RowError("events", "WB-S507", "no ratio can be taken of these two arms", facts, remedy)
        size = math.log(a * (m - c) / ((n - a) * c)) if odds else math.log(a * m / (c * n))
        variance = 1 / a + 1 / c + (1 / (n - a) + 1 / (m - c) if odds else -1 / n - 1 / m)
        return Fraction(variance), Amount(Fraction(size), span=self.cell(row, "events").span())


def _rounding(text: str) -> float:
    """Return half a unit of the last digit of a number as written."""
    decimals = text.partition(".")[2]
    places = len(decimals) - len(decimals.lstrip("0123456789"))
    return 0.5 * 10.0**-places / (100 if "%" in text else 1)
