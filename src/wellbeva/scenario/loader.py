"""Loads a scenario: file, model, tables, variant and command line, joined in order (FORMAT R1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from wellbeva.core.spans import Located, Span
from wellbeva.errors import Collector, Diagnostic, near_miss
from wellbeva.scenario.appraisal import AppraisalReader, read_budget, read_sources, read_time
from wellbeva.scenario.axis_labels import OF_LABELS, forget_labels, gather_labels
from wellbeva.scenario.correlations import check_not_drawn, read_correlations
from wellbeva.scenario.decision.page import read_first_inputs
from wellbeva.scenario.decision.perspective import check_choose, perspective_in, read_perspective
from wellbeva.scenario.decision.portfolio import read_portfolio
from wellbeva.scenario.decision.research import KEYS as RESEARCH_KEYS
from wellbeva.scenario.decision.research import read_research
from wellbeva.scenario.decision.structures import read_structures
from wellbeva.scenario.extends import Chain, read_chain
from wellbeva.scenario.joint_draws import JointColumns, check_apart, is_draws, read_joint, with_the_first
from wellbeva.scenario.model.loader import find_model, is_model, load_model_file
from wellbeva.scenario.overrides import VARIANT_LIMIT, OverrideStack, areas_of, chain, placed, variant_list
from wellbeva.scenario.place.evidence import LocalEvidence
from wellbeva.scenario.published import read_published
from wellbeva.scenario.references.kinds import Home
from wellbeva.scenario.schema.validate import check_shape
from wellbeva.scenario.spec import Assignment, Model, Published, Scenario, Source, Variant
from wellbeva.scenario.tables.locations import TableHomes
from wellbeva.scenario.tables.table_reader import Table
from wellbeva.scenario.tables.tidy import parameters_in, read_table
from wellbeva.scenario.text.files import Files, home_folders
from wellbeva.scenario.text.nodes import MapNode, Node, Scalar, entries, scalars, text_of
from wellbeva.scenario.text.paths import Selector
from wellbeva.scenario.value import Value
from wellbeva.scenario.values.by_axis import CellReader
from wellbeva.scenario.values.completion import in_stated_prices
from wellbeva.scenario.values.families import later
from wellbeva.scenario.values.labels import ValueScope
from wellbeva.scenario.values.sources import Sources

__all__ = ["Loaded", "is_model", "load_model_file", "load_once", "load_scenario"]

UNCHECKED = "numbers and equations"
"""What cannot be checked where labels, time or the model are in doubt (R81)."""
OWN_KEYS = {"option": ("label", "short", "doc"), "group": ("label", "doc")}
"""Keys of an option or a group that are not parameters."""
LATER_KEYS = ("people",)
HOLDING_NUMBERS = ("values", "options", "tables", "budget", "area", "appraisal")
HOLDING_WORDS = (
    *("scenario", "question", "sources", "correlations", "variants", "structures", "portfolio", "published"),
    *("not_counted", "decision", "thresholds", "page", *RESEARCH_KEYS),
)
"""Keys of a file whose faults leave labels, time and model as they are."""


def load_scenario(
    path: Path | str,
    *,
    variant: str = "",
    overrides: Sequence[str] = (),
    collector: Collector | None = None,
) -> Scenario:
    """Load a scenario with everything it names.

    Parameters
    ----------
    path : Path or str
    variant : str, optional
        Name of the variant in force.
    overrides : sequence of str, optional
        ``path=value`` as `--set` gives them; the strongest layer.
    collector : Collector, optional
        Takes the warnings of a scenario that loads.

    Returns
    -------
    Scenario

    Raises
    ------
    WellbevaError
        With everything that is wrong, each with its place.
    """
    return load_once(path, collector=collector, overrides=overrides).scenario(variant, tuple(overrides))


def load_once(
    path: Path | str,
    *,
    collector: Collector | None = None,
    files: Files | None = None,
    overrides: Sequence[str] = (),
) -> Loaded:
    """Read a scenario's files once, for the scenario itself and its variants.

    Parameters
    ----------
    path : Path or str
    collector : Collector, optional
        Takes the warnings, those of what is asked for later too.
    files : Files, optional
        Reads the files; those that it was given stand on no disk, and tables and models are looked for beside them.
    overrides : sequence of str
        As ``--set`` takes them: of those on the area the last one is read with the file (semantics R140).

    Raises
    ------
    WellbevaError
        With everything that is wrong, each with its place.
    """
    collector = Collector() if collector is None else collector
    files = Files() if files is None else files
    loaded = _Loader(Path(path), str(path), collector, files, tuple(overrides)).load()
    if loaded is None:
        collector.stop_if_errors(UNCHECKED)
    assert loaded is not None  # a scenario that could not be made has left an error behind
    return loaded


@dataclass(slots=True)
class _Loader:
    path: Path
    shown: str
    collector: Collector
    files: Files = field(default_factory=Files)
    overrides: tuple[str, ...] = ()
    spans: dict[str, Span] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    sound: bool = True
    """Whether labels and time are as they are written, so that what rests on them can be judged beside other faults."""

    def load(self) -> Loaded | None:
        chain = self.chain()
        if chain is None:
            return None
        shapes = self.collector.errors
        model = self.model(chain.root)
        if model is None:
            return None
        self.unread |= model.unread
        self.weigh_shapes(shapes, chain, model)
        areas = areas_of(self.overrides, model)
        if areas:
            chain = replace(chain, root=placed(chain.root, areas[-1]))
        return self.ready(chain, model, areas)

    @property
    def roots(self) -> tuple[Path, ...]:
        """The scenario's folder and the one above, beyond which no file is read."""
        return home_folders(self.path)

    def chain(self) -> Chain | None:
        """Read the file and those it extends, and check the shape of the whole; faults do not end the reading."""
        chain = read_chain(self.path, self.shown, files=self.files, collector=self.collector)
        if chain is None:
            return None
        check_shape(chain.root, "scenario", collector=self.collector)
        self.spans = {entry.key.text: entry.key.span for entry in chain.root.entries}
        for key in LATER_KEYS:
            if key in self.spans:
                later(f"'{key}'", self.spans[key], self.collector)
        return chain

    def model(self, root: MapNode) -> Model | None:
        node = root.get("model")
        if not isinstance(node, Scalar) or node.null:
            return None
        inner = Collector()
        beside = Path(node.span.file).parent
        model = find_model(
            node.text, beside=beside, span=node.span, collector=inner, files=self.files, within=self.roots
        )
        self.collector.found += inner.found
        return model

    def ready(self, chain: Chain, model: Model, areas: tuple[str, ...]) -> Loaded:
        """Read all that holds for every variant."""
        root = chain.root
        homes = TableHomes(self.roots, self.files, self.collector, model, self.shown)
        begun = len(self.collector.found)
        listed = homes.read_all(root.get("tables"))
        if self.wrong_since(begun):
            self.unread |= model.settable
        tables = [table for table in listed if not is_draws(table)]
        begun = len(self.collector.found)
        axes, options = gather_labels(root, model, tables, shown=self.shown, collector=self.collector)
        sources = Sources(read_sources(root.get("sources"), collector=self.collector), Home(self.path, self.files).find)
        area = self.area(root.get("area"), model, axes, sources)
        if area.groups:
            axes["group"] = dict(area.groups)
        nameless = homes.broken or self.labels_unread(root.get("area"), area)
        sources |= area.sources
        world = self.world(root, model, axes, sources, homes)
        self.sound = self.sound and not nameless and not self.wrong_since(begun)
        appraisal = AppraisalReader(self.collector, sources)
        given, begun = root.get("appraisal"), len(self.collector.found)
        if given is not None:
            appraisal.read(given)
        if self.wrong_since(begun):
            self.unread |= model.rests_on_the_appraisal
        if self.wrong_since(0) and not appraisal.spec.preset:
            self.sound = False  # not even which kinds of flow are discounted need be known
        begun = len(self.collector.found)
        budget = self.budget(root, world)
        if self.wrong_since(begun):
            self.unread |= {
                parameter.name for parameter in model.parameters.values() if parameter.filled_by == "budget"
            }
        written = self.assignments(root, world, tables)
        begun = len(self.collector.found)
        draws = [read_joint(table, world, collector=self.collector) for table in listed if is_draws(table)]
        if self.wrong_since(begun):
            self.unread |= model.settable
        joint = with_the_first(draw for draw in draws if draw is not None)
        assignments = area.join(written, joint, collector=self.collector)
        check_apart(joint, assignments, world, collector=self.collector)
        correlations = read_correlations(root.get("correlations"), world, collector=self.collector)
        variants = variant_list(root.get("variants"))
        base = OverrideStack(
            world,
            appraisal,
            homes,
            self.collector,
            budget,
            tuple(axes["option"]),
            assignments,
            correlations,
            tuple(JointColumns(draws_of_table, draws_of_table) for draws_of_table in joint),
            areas,
            read_perspective(perspective_in(root), axes, decides=model.decision is not None, collector=self.collector),
        )
        self.check_variants(root, base, area)
        begun = len(self.collector.found)
        self.check_needs(model, axes)
        self.sound = self.sound and not self.wrong_since(begun)
        published = self.published(root, world, tuple(variants))
        comparator = self.comparator(root, axes["option"])
        if nameless:
            forget_labels(self.collector)
        scenario = Scenario(
            self.shown,
            text_of(root, "scenario"),
            text_of(root, "question"),
            model,
            appraisal.spec,
            world.time,
            comparator,
            self.choose(root),
            options,
            base.shown,
            axes["group"],
            {axis: labels for axis, labels in axes.items() if axis in model.axes},
            (),
            dict(sources),
            variants,
            tuple(scalar.text for scalar in scalars(root.get("not_counted"))),
            published,
            prices=world.prices,
            portfolio=read_portfolio(
                root,
                options=axes["option"],
                outcomes=model.outcomes,
                choose=self.choose(root),
                collector=self.collector,
            ),
            research=read_research(
                root,
                options=dict.fromkeys((*axes["option"], comparator)),
                choose=self.choose(root),
                collector=self.collector,
            ),
            first_inputs=read_first_inputs(root),
            structures=read_structures(root, self.collector),
            thresholds=self.thresholds(root),
            spans=self.spans,
            extended=chain.sentences,
        )
        return Loaded(root, base, scenario, self.files, variants, area, self.unread, self.sound)

    def world(
        self,
        root: MapNode,
        model: Model,
        axes: dict[str, dict[str, str]],
        sources: Sources,
        homes: TableHomes,
    ) -> ValueScope:
        prices = text_of(root, "prices")
        time = read_time(root.get("time"), collector=self.collector)
        year = int(prices) if prices.isdigit() else None
        return ValueScope(model, axes, time, sources, year, homes.read_studies)

    def wrong_since(self, begun: int) -> bool:
        """Whether an error was noted after the first so many diagnostics."""
        return any(diagnostic.severity == "error" for diagnostic in self.collector.found[begun:])

    def weigh_shapes(self, errors: Iterable[Diagnostic], chain: Chain, model: Model) -> None:
        """Note the names that a key or a value of the wrong kind (already reported) leaves unknown."""
        keys = [entry.key for entry in chain.root.entries]
        for error in errors:
            span = error.span or Span(self.shown, 0, 1)
            above = [key for key in keys if key.span.file == span.file and key.span.line <= span.line]
            section = max(above, key=lambda key: key.span.line).text if above else ""
            name = span.written.partition(".")[0]
            if section in ("values", "options") and name in model.settable:
                self.unread.add(name)
            elif section in HOLDING_NUMBERS:
                self.unread |= model.settable
            elif section not in HOLDING_WORDS:
                self.sound = False

    def weigh(self, names: Iterable[str], world: ValueScope, begun: int) -> None:
        """Note the names whose values were read with an error; a name that nobody knows may be meant for any."""
        if self.wrong_since(begun):
            self.unread |= set(names)
            if not world.model.settable.issuperset(names):
                self.unread |= world.model.settable
            if any(diagnostic.code in OF_LABELS for diagnostic in self.collector.found[begun:]):
                # Figures of the appraisal go by labels, too.
                self.unread |= world.model.rests_on_the_appraisal

    def area(
        self, node: Node | None, model: Model, axes: Mapping[str, Mapping[str, str]], sources: dict[str, Source]
    ) -> LocalEvidence:
        if node is None:
            return LocalEvidence()
        from wellbeva.scenario.place.area import read_area  # few scenarios are about a place

        return read_area(node, model, axes, sources, collector=self.collector)

    def labels_unread(self, node: Node | None, area: LocalEvidence) -> bool:
        """Say whether a place, or an axis, would have named labels, had it been read."""
        groups = isinstance(node, MapNode) and node.get("groups") is not None
        codes = {diagnostic.code for diagnostic in self.collector.found}
        return (groups and not area.groups) or not codes.isdisjoint({"WB-S146", "WB-S197"})

    def budget(self, root: MapNode, world: ValueScope) -> Value | None:
        node = root.get("budget")
        if node is None:
            return None
        message = "a budget is for offers that are ranked, not for rivals"
        check_choose(
            "one", text_of(root, "choose"), self.spans["budget"], "WB-S148", message, "the budget", self.collector
        )
        return read_budget(node, world, collector=self.collector)

    def thresholds(self, root: MapNode) -> Located | None:
        node = root.get("thresholds")
        if node is not None:
            place, message = self.spans["thresholds"], "thresholds are for a choice between rivals, not for offers"
            check_choose(
                "several", text_of(root, "choose"), place, "WB-S400", message, "the thresholds", self.collector
            )
        return node.located if isinstance(node, Scalar) else None

    def assignments(self, root: MapNode, world: ValueScope, tables: list[Table]) -> list[Assignment]:
        """Read `values`, tables and options, from weakest to strongest (R1)."""
        assignments: list[Assignment] = []
        written: dict[str, Span] = {}
        reader = CellReader(world, "values", self.collector)
        for entry in entries(root.get("values")):
            name, begun = entry.key.text.partition(".")[0], len(self.collector.found)
            written.setdefault(name, entry.key.span)
            assignments += reader.read(entry)
            self.weigh((name,), world, begun)
        assignments += self.owned("group", root.get("groups"), world, written)
        for_options = self.owned("option", root.get("options"), world, written)
        in_tables: dict[str, Span] = {}
        for table in tables:
            for name, span in parameters_in(table).items():
                other = written.get(name) or in_tables.get(name)
                if other is not None and name in world.settable():
                    self.collector.error(
                        "WB-S149",
                        f"{name!r} is given in a table and elsewhere too",
                        span,
                        facts=(f"elsewhere at {other}", f"in the table {table.shown}"),
                        remedy="keep one of them, or name the table inside a variant",
                    )
                in_tables.setdefault(name, span)
            begun = len(self.collector.found)
            assignments += read_table(table, world, layer="table", collector=self.collector)
            self.weigh(parameters_in(table), world, begun)
        return [in_stated_prices(one, world, self.collector) for one in assignments + for_options]

    def owned(
        self, axis: Literal["group", "option"], node: Node | None, world: ValueScope, written: dict[str, Span]
    ) -> list[Assignment]:
        """Read the numbers that stand under each option or group: they belong to its label."""
        assignments: list[Assignment] = []
        reader = CellReader(world, "option" if axis == "option" else "values", self.collector)
        for owner in entries(node):
            fixed = (Selector(axis, owner.key.text, span=owner.key.span),)
            for entry in entries(owner.value):
                if entry.key.text not in OWN_KEYS[axis]:
                    name, begun = entry.key.text.partition(".")[0], len(self.collector.found)
                    written.setdefault(name, entry.key.span)
                    assignments += reader.read(entry, fixed=fixed, also=OWN_KEYS[axis])
                    self.weigh((name,), world, begun)
        return assignments

    def check_variants(self, root: MapNode, base: OverrideStack, area: LocalEvidence) -> None:
        """Read every variant, so that a fault in one that is not chosen is found too."""
        variants = root.get("variants")
        if len(entries(variants)) > VARIANT_LIMIT:
            self.collector.error(
                "WB-S135",
                "the scenario has too many variants",
                entries(variants)[VARIANT_LIMIT].key.span,
                facts=(f"at most {VARIANT_LIMIT} are read",),
                remedy="vary single numbers with --set, or with a sensitivity analysis",
            )
            return
        for entry in entries(variants):
            chain(entry.key.text, variants, at=entry.key, collector=self.collector)
            if isinstance(entry.value, MapNode):
                trial = base.copy()
                trial.variant(entry.value)
                area.check(trial.assignments, collector=self.collector)

    def check_needs(self, model: Model, axes: dict[str, dict[str, str]]) -> None:
        for axis, labels in model.needs.items():
            for label in labels:
                if label not in axes.get(axis, {}):
                    place = {"option": "options", "group": "groups"}.get(axis, "axes")
                    self.collector.error(
                        "WB-S150",
                        f"the model {model.name!r} needs the {axis} {label!r}",
                        self.spans.get(place) or self.spans.get("model"),
                        facts=(f"the scenario has {', '.join(axes.get(axis, ())) or 'none'}",),
                        remedy=f"add {label!r} under '{place}'",
                    )

    def comparator(self, root: MapNode, options: dict[str, str]) -> str:
        node = root.get("comparator")
        if not isinstance(node, Scalar) or node.text in {"nothing", *options}:
            return node.text if isinstance(node, Scalar) else "nothing"
        self.collector.error(
            "WB-S151",
            f"the comparator {node.text!r} is not an option",
            node.span,
            facts=(f"options are {', '.join(options) or 'none'}",),
            remedy=near_miss(node.text, (*options, "nothing")) or "name an option, or 'nothing'",
        )
        return "nothing"

    def choose(self, root: MapNode) -> Literal["one", "several"]:
        return "several" if text_of(root, "choose") == "several" else "one"

    def published(self, root: MapNode, world: ValueScope, variants: tuple[str, ...]) -> tuple[Published, ...]:
        lines: list[Published] = []
        for node in scalars(root.get("published")):
            line = read_published(node.located, world=world, variants=variants, collector=self.collector)
            if line is not None:
                lines.append(line)
        return tuple(lines)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario with all that holds for every variant; its own assignments are those of `base`.

    What several variants hold they share: a value that none of them changes is one object in all.
    """

    root: MapNode
    base: OverrideStack
    plain: Scenario
    files: Files
    known: Mapping[str, Variant]
    area: LocalEvidence
    unread: set[str]
    sound: bool

    def judged(self, variant: str = "", overrides: tuple[str, ...] = ()) -> Scenario:
        """Put a variant and the command line in force, errors or not, for whoever judges the rest.

        Parameters
        ----------
        variant : str
            A variant that the scenario names; empty for none.
        overrides : tuple of str
            As ``--set`` takes them, ``hold.visits=18 months``, in order; they come after the variant.

        Returns
        -------
        Scenario
            With the names that an error keeps from being known as `unread`; the errors are in the collector.

        Raises
        ------
        WellbevaError
            With everything that is wrong, where labels or time are in doubt.
        """
        before = len(self.base.collector.errors)
        scenario = self._with(variant, overrides)
        if not self.sound:
            self.base.collector.stop_if_errors(UNCHECKED)
        unread = self.unread
        if len(self.base.collector.errors) > before:
            unread = unread | self.base.world.model.settable
        return replace(scenario, unread=frozenset(unread))

    def scenario(self, variant: str = "", overrides: tuple[str, ...] = ()) -> Scenario:
        """Put a variant and the command line in force.

        Parameters
        ----------
        variant, overrides
            As `judged`.

        Raises
        ------
        WellbevaError
            With everything that is wrong, in the whole file too.
        """
        scenario = self._with(variant, overrides)
        self.base.collector.stop_if_errors(UNCHECKED)
        return scenario

    def _with(self, variant: str, overrides: tuple[str, ...]) -> Scenario:
        over = self.base.copy()
        if variant:
            for node in chain(variant, self.root.get("variants"), at=None, collector=over.collector):
                over.variant(node)
        for text in overrides:
            if text not in over.areas:
                over.command_line(text)
        time = over.ended()
        self.area.check(over.assignments, over.joint, collector=over.collector)
        check_not_drawn(over.correlations, over.left, over.world, collector=over.collector)
        cited = over.world.sources
        return replace(
            self.plain,
            # Variants that cite nothing more share the very same mapping, by which the compiler knows them.
            sources=self.plain.sources if len(cited) == len(self.plain.sources) else dict(cited),
            appraisal=over.appraisal.spec,
            time=time,
            shown=over.shown,
            assignments=tuple(over.assignments),
            budget=over.budget,
            perspective=over.perspective,
            variant=variant,
            overrides=overrides,
            digests=self.files.digests | dict(self.area.digests),
            correlations=tuple(over.correlations.values()),
            joint=over.joint,
        )
