"""Named variants and ``--set``: overrides by dotted path, in one order (FORMAT R1, R15, R17)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from wellbeva.core.spans import Located, Piece
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.appraisal import EXCHANGE, AppraisalReader, read_budget, read_horizon
from wellbeva.scenario.appraisal_uprating import PATH as UPRATE
from wellbeva.scenario.correlations import Pair, read_correlations, touches
from wellbeva.scenario.decision.perspective import PATH as PERSPECTIVE
from wellbeva.scenario.decision.perspective import read_perspective
from wellbeva.scenario.joint_draws import JointColumns, hidden, is_draws, read_joint, with_the_first
from wellbeva.scenario.schema.validate import check_nulls
from wellbeva.scenario.spec import Assignment, Correlation, JointDraws, Layer, Model, TimeSpec, Variant
from wellbeva.scenario.tables.locations import TableHomes
from wellbeva.scenario.tables.table_reader import Table
from wellbeva.scenario.tables.tidy import read_table
from wellbeva.scenario.text.files import FORBIDDEN_VALUE, printable
from wellbeva.scenario.text.identifiers import PATH
from wellbeva.scenario.text.nodes import Entry, MapNode, Node, Scalar, entries, scalars, text_of
from wellbeva.scenario.text.paths import DottedPath
from wellbeva.scenario.text.yaml_parser import read_part
from wellbeva.scenario.value import Value
from wellbeva.scenario.values.by_axis import CellReader
from wellbeva.scenario.values.completion import NO_NUMBERS, in_stated_prices
from wellbeva.scenario.values.labels import ValueScope, lies_beyond, reaches_beyond, resolve_path

OWN_KEYS = ("label", "note", "from", "options", "tables", "correlations")
VARIANT_LIMIT = 100
"""Variants of one scenario."""
AREA = "area"
"""The key of the file that ``--set`` takes too, unless the model has a number of that name."""
SET_WHOLE = f"appraisal.{UPRATE}"
"""The part of the appraisal that ``--set`` takes as a map: who reads it checks all that is in it."""
AS_WRITTEN = re.compile(r"as written\s*[×x*]\s*([0-9]{1,12}(?:\.[0-9]{1,20})?)")
"""The number that stands there, times a factor (semantics R228)."""
FROM_LIMIT = 30
"""Variants that may follow from each other."""


@dataclass(slots=True)
class OverrideStack:
    """Applies overrides to what the scenario says."""

    world: ValueScope
    appraisal: AppraisalReader
    tables: TableHomes
    collector: Collector
    budget: Value | None = None
    shown: tuple[str, ...] = ()
    assignments: list[Assignment] = field(default_factory=list)
    correlations: dict[Pair, Correlation] = field(default_factory=dict)
    drawn: tuple[JointColumns, ...] = ()
    areas: tuple[str, ...] = ()
    """Overrides of the area, which were read with the file."""
    perspective: Located | None = None
    time: TimeSpec | None = None
    """Where an override ends the time that counts."""

    def copy(self) -> OverrideStack:
        """Return a stack that begins where this one stands, and changes nothing of it."""
        sources = self.world.sources.copy()
        return replace(
            self,
            world=replace(self.world, sources=sources),
            appraisal=replace(self.appraisal, sources=sources),
            assignments=list(self.assignments),
            correlations=dict(self.correlations),
        )

    @property
    def joint(self) -> tuple[JointDraws, ...]:
        """The joint draws, without those that nothing is left of."""
        return tuple(columns.whole for columns in self.drawn)

    @property
    def left(self) -> tuple[JointDraws, ...]:
        """The joint draws without the cells that a variant or ``--set`` fills."""
        return tuple(columns.left for columns in self.drawn)

    def entry(self, entry: Entry, layer: Layer) -> None:
        """Apply one override: a part of the appraisal, the end of time, the budget, the perspective, or a value.

        Parameters
        ----------
        entry : Entry
            Dotted path and what stands behind it.
        layer : {"variant", "set"}
            Noted in the assignments that it makes.
        """
        head = entry.key.text.partition(".")[0]
        if head == "appraisal":
            self.appraisal.override(entry.key.located, entry.value)
        elif head == "time":
            self.time = read_horizon(entry, self.world.time, collector=self.collector) or self.time
        elif entry.key.text == "budget":
            budget = read_budget(entry.value, self.world, collector=self.collector)
            self.budget = budget or self.budget
        elif entry.key.text == PERSPECTIVE:
            decides = self.world.model.decision is not None
            self.perspective = read_perspective(entry.value, self.world.axes, decides=decides, collector=self.collector)
        elif isinstance(entry.value, Scalar) and (factor := AS_WRITTEN.fullmatch(entry.value.text.strip())):
            self.multiply(entry, factor[1])
        else:
            reader = CellReader(self.world, layer, self.collector)
            self.assign(reader.read(entry, also=(*OWN_KEYS, "appraisal", "time", "budget", PERSPECTIVE)))

    def multiply(self, entry: Entry, factor: str) -> None:
        """Multiply the number that is written at a path, where it stands: ``as written × 1.25`` (semantics R228).

        Parameters
        ----------
        entry : Entry
            Dotted path and what stands behind it.
        factor : str
        """
        found = resolve_path(entry.key.located, self.world, collector=self.collector)
        if found is None:
            return
        path = DottedPath(found[0], tuple(selector.words for selector in found[1]))
        places = [place for place, one in enumerate(self.assignments) if one.path == path]
        spec = self.world.model.parameters.get(path.name)
        if not places and not path.labels and spec is not None and spec.default is not None:
            self.assignments.insert(0, Assignment(path.name, (), spec.default, "default"))
            places = [0]
        if not places or self.assignments[places[-1]].value.form in NO_NUMBERS or not Fraction(factor):
            remedy = near_miss(entry.key.text, (str(one.path) for one in self.assignments if not places))
            self.collector.error(
                "WB-S137",
                f"{entry.key.text} has no number of its own to multiply" if Fraction(factor) else "a factor is above 0",
                (entry.value.span if not Fraction(factor) else entry.key.span),
                facts=tuple(f"written: {self.assignments[place].value.written}" for place in places[-1:]),
                remedy=remedy or "write the number itself, such as --set effect.visits=0.3",
            )
            return
        old = self.assignments[places[-1]]
        written = f"{factor} × {old.value.written}"
        value = replace(old.value, times=old.value.times * Fraction(factor), written=written)
        # it stays in its layer: numbers named more closely still stand over it
        self.assignments[places[-1]] = replace(old, value=value)

    def assign(self, found: list[Assignment]) -> None:
        """Add assignments; what they fill no longer comes from joint draws (R10)."""
        found = [in_stated_prices(assignment, self.world, self.collector) for assignment in found]
        self.assignments += found
        self.drawn = tuple(
            left for columns in self.drawn for left in columns.under_values(found, self.world, collector=self.collector)
        )

    def variant(self, node: MapNode) -> None:
        """Apply one variant's own overrides, tables first, and keep its options."""
        options = node.get("options")
        if options is not None:
            self.shown = self.options(options)
        for table in self.tables.read_all(node.get("tables")):
            if is_draws(table):
                self.draw(table)
            else:
                self.assign(read_table(table, self.world, layer="variant", collector=self.collector))
        self.correlations |= read_correlations(node.get("correlations"), self.world, collector=self.collector)
        for entry in node.entries:
            if entry.key.text not in OWN_KEYS:
                self.entry(entry, "variant")

    def draw(self, table: Table) -> None:
        """Put a variant's joint draws over whatever filled their cells."""
        draws = read_joint(table, self.world, collector=self.collector)
        if draws is not None:
            under = (columns.under_draws(draws.columns, self.world, collector=self.collector) for columns in self.drawn)
            over = tuple(left for layers in under for left in layers)
            *_, draws = with_the_first((*(columns.whole for columns in over), draws))
            self.drawn = (*over, JointColumns(draws, draws))
            self.assignments = [
                assignment for assignment in self.assignments if not hidden(assignment, draws, self.world)
            ]
            self.correlations = {
                pair: correlation
                for pair, correlation in self.correlations.items()
                if not touches(pair, draws, self.world)
            }

    def options(self, node: Node) -> tuple[str, ...]:
        """Read the options a variant keeps, in the scenario's order."""
        known = tuple(self.world.axes["option"])
        names = {scalar.text for scalar in scalars(node)}
        # A scenario without options has its own message.
        for scalar in scalars(node) if known else ():
            if scalar.text not in known:
                self.collector.error(
                    "WB-S130",
                    f"there is no option {scalar.text!r} to keep",
                    scalar.span,
                    remedy=near_miss(scalar.text, known) or f"options are {', '.join(known)}",
                )
        if not names:
            self.collector.error("WB-S130", "a variant keeps at least one option", node.span, remedy="name an option")
        return tuple(name for name in known if name in names)

    def ended(self) -> TimeSpec:
        """Cut what is written along time where an override ends it, say so once, and return the time that counts."""
        time = self.time
        if time is None:
            return self.world.time
        cut = [str(one.path) for one in self.assignments if reaches_beyond(one.selectors, time)]
        self.assignments = [one for one in self.assignments if not lies_beyond(one.selectors, time)]
        tables = [columns.within(time) for columns in self.drawn]
        cut += [one.parameter for table in self.joint for one in table.columns if reaches_beyond(one.selectors, time)]
        self.drawn = tuple(columns for columns in tables if columns.whole.columns)
        self.correlations = {
            pair: correlation
            for pair, correlation in self.correlations.items()
            if not any(lies_beyond(selectors, time) for _, selectors in pair)
        }
        if cut:
            several = len(dict.fromkeys(cut)) - 4
            self.collector.warn(
                "WB-S177", f"what is written for periods after {time.last} is not counted", time.end,
                facts=(", ".join([*dict.fromkeys(cut)][:4]) + (f" and {several} more" if several > 0 else ""),),
            )  # fmt: skip
        return time

    def command_line(self, text: str) -> None:
        """Apply one ``--set path=value``."""
        path, equals, given = text.partition("=")
        bad = FORBIDDEN_VALUE.search(text)
        if bad:
            self.collector.error(
                "WB-F006",
                f"the character U+{ord(bad.group()):04X} may not stand in an override",
                Located.bare(printable(text[:200]), "--set").span(),
                remedy="delete it",
            )
            return
        whole, key, begin = _located(text), path.strip(), len(path) + 1
        braces, message, place, remedy = given.lstrip().startswith("{"), "", whole.span(begin), ""
        if not equals or (PATH.fullmatch(key) or EXCHANGE.fullmatch(key)) is None:
            message, place = f"{text[:60]!r} is not an override", whole.span()
            remedy = "write it like --set effect.visits=0.3"
        elif not given.strip():
            message, place = f"{key!r} is given no value", whole.span(len(path))
            remedy = "write it after the '='"
        elif braces and key.partition(".")[0] == "appraisal" and key != SET_WHOLE:
            message = f"{key!r} takes no map on the command line"
            remedy = "set one number at a time, such as --set appraisal.discount.money=2%"
        if message:
            self.collector.error("WB-S131", message, place, remedy=remedy)
            return
        value: Node | None = Scalar(whole.part(begin))
        if braces:
            # The long form, as it would stand in the file (FORMAT section 4).
            before = len(self.collector.errors)
            value = read_part(text, begin, "--set", collector=self.collector)
            if value is not None:
                check_nulls(value, collector=self.collector)
            value = None if len(self.collector.errors) > before else value
        if value is not None:
            self.entry(Entry(Scalar(whole.part(0, len(path)).stripped()), value), "set")


def areas_of(overrides: Iterable[str], model: Model) -> tuple[str, ...]:
    """Return the overrides that are about another area, ``area=E08000012`` (semantics R140).

    Parameters
    ----------
    overrides : iterable of str
        As ``--set`` takes them.
    model : Model
        A number of its own that is called so is what is meant.
    """
    halves = [(text, *text.partition("=")[::2]) for text in overrides if not FORBIDDEN_VALUE.search(text)]
    named = tuple(text for text, key, value in halves if key.strip() == AREA and value.strip())
    return () if AREA in model.settable else named


def placed(root: MapNode, override: str) -> MapNode:
    """Return the tree of a scenario that is about the area of an override; the other keys of a long form stay.

    Parameters
    ----------
    root : MapNode
    override : str
        One of `areas_of`.
    """
    begin = override.index("=") + 1
    value = Scalar(_located(override).part(begin + len(override[begin:]) - len(override[begin:].lstrip())))
    given = root.get(AREA)
    area = _with(given, "code", value) if isinstance(given, MapNode) else value
    return _with(root, AREA, area)


def _with(node: MapNode, name: str, value: Node) -> MapNode:
    """Return a map with another value of a key, in the place of its own or behind all others."""
    new = Entry(node.key(name) or Scalar(Located.bare(name, "--set")), value)
    kept = tuple(new if entry.key.text == name else entry for entry in node.entries)
    return replace(node, entries=kept if node.get(name) is not None else (*kept, new))


def _located(override: str) -> Located:
    return Located(override, "--set", (Piece(0, 1, 1, override[:500]),))


def variant_list(node: Node | None) -> dict[str, Variant]:
    """Return the variants as listed for people."""
    return {
        entry.key.text: Variant(
            entry.key.text, text_of(entry.value, "label") or entry.key.text, text_of(entry.value, "note")
        )
        for entry in entries(node)
    }


def chain(name: str, node: Node | None, *, at: Scalar | None, collector: Collector) -> list[MapNode]:
    """Return a variant's maps in the order they are applied: those it is ``from`` first, each once.

    Parameters
    ----------
    name : str
    node : Node or None
        The ``variants`` of the scenario.
    at : Scalar or None
        Where the name is given, if in the file.
    collector : Collector
    """
    known = {entry.key.text: entry for entry in entries(node)}
    order: list[str] = []
    under_way: list[str] = []

    def visit(one: str, where: Scalar | None) -> None:
        if one not in known:
            span = where.span if where else Located.bare(printable(one), "--variant").span()
            collector.error(
                "WB-S132",
                f"there is no variant {one!r}",
                span,
                remedy=near_miss(one, known)
                or (f"variants are {', '.join(known)}" if known else "leave it out: this scenario has no variants"),
            )
        elif one in under_way:
            members = under_way[under_way.index(one) :]
            if one != min(members):
                return  # every variant is followed, so the cycle is reported from its first name
            circle = " -> ".join([*members, one])
            collector.error(
                "WB-S133",
                "variants follow from each other in a circle",
                (where or known[one].key).span,
                facts=(circle,),
                remedy="cut the circle",
            )
        elif len(under_way) > FROM_LIMIT:
            collector.error(
                "WB-S134",
                "too many variants follow from each other",
                known[one].key.span,
                remedy="write the overrides out",
            )
        elif one not in order:
            under_way.append(one)
            value = known[one].value
            for parent in scalars(value.get("from") if isinstance(value, MapNode) else None):
                visit(parent.text, parent)
            under_way.pop()
            order.append(one)

    visit(name, at)
    return [value for one in order if isinstance(value := known[one].value, MapNode)]
