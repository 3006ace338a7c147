"""Loads a scenario: file, model, tables, variant and command line, joined in order (FORMAT R1)."""

from __future__ import annotations

from collections.abc import Sequence as SequenceOf
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from wellbeva.core.spans import Located, Span
from wellbeva.errors import Collector, WellbevaError, near_miss
from wellbeva.scenario.cells import Reader
from wellbeva.scenario.families import later
from wellbeva.scenario.files import YAML_LIMIT, Files
from wellbeva.scenario.gather import gather_labels
from wellbeva.scenario.labels import World
from wellbeva.scenario.model_loader import is_model, load_model, load_model_file
from wellbeva.scenario.nodes import Mapping, Node, Scalar, entries, scalars, text_of
from wellbeva.scenario.published import read_published
from wellbeva.scenario.settings import AppraisalReader, read_budget, read_sources, read_time
from wellbeva.scenario.shape import check_nulls, check_shape, check_version
from wellbeva.scenario.spec import Assignment, Model, Published, Scenario, Selector, Value
from wellbeva.scenario.table_values import parameters_in, read_table
from wellbeva.scenario.tables import Table, TableReader
from wellbeva.scenario.variants import VARIANT_LIMIT, Overrider, chain, variant_list
from wellbeva.scenario.yaml_tree import read_tree

__all__ = ["is_model", "load_model_file", "load_scenario"]

OWN_KEYS = ("label", "doc")
"""Keys of an option or a group that are no parameters."""
LATER_KEYS = ("extends", "people", "correlations")


def load_scenario(
    path: Path | str,
    *,
    variant: str = "",
    overrides: SequenceOf[str] = (),
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
    collector = Collector() if collector is None else collector
    loader = _Loader(Path(path), str(path), collector, variant, tuple(overrides))
    scenario = loader.load()
    collector.stop_if_errors()
    assert scenario is not None  # a scenario that could not be made has left an error behind
    return scenario


@dataclass(slots=True)
class _Loader:
    path: Path
    shown: str
    collector: Collector
    variant: str
    overrides: tuple[str, ...]
    files: Files = field(default_factory=Files)
    spans: dict[str, Span] = field(default_factory=dict)

    def load(self) -> Scenario | None:
        root = self.root()
        if root is None:
            return None
        model = self.model(root)
        if model is None:
            return None
        return self.scenario(root, model)

    def root(self) -> Mapping | None:
        """Read the file and check its shape; what is wrong there does not end the reading."""
        text = self.files.read(self.path, self.shown, limit=YAML_LIMIT, collector=self.collector)
        root = read_tree(text, self.shown, collector=self.collector) if text is not None else None
        if root is None or not check_version(root, "scenario", collector=self.collector):
            return None
        check_nulls(root, collector=self.collector)
        check_shape(root, "scenario", collector=self.collector)
        self.spans = {entry.key.text: entry.key.span for entry in root.entries}
        for key in LATER_KEYS:
            if key in self.spans:
                later(f"'{key}'", self.spans[key], self.collector)
        return root

    def model(self, root: Mapping) -> Model | None:
        node = root.get("model")
        if not isinstance(node, Scalar) or node.null:
            return None
        inner = Collector()
        try:
            return load_model(node.text, beside=self.path.parent, span=node.span, collector=inner, files=self.files)
        except WellbevaError:
            return None
        finally:
            self.collector.found += inner.found

    def scenario(self, root: Mapping, model: Model) -> Scenario:
        folder = str(Path(self.shown).parent)
        reader = TableReader(self.path.parent, "" if folder == "." else folder, self.files, self.collector)
        tables = reader.read_all(root.get("tables"))
        axes, options = gather_labels(root, model, tables, shown=self.shown, collector=self.collector)
        sources = read_sources(root.get("sources"))
        world = World(model, axes, read_time(root.get("time"), collector=self.collector), sources)
        appraisal = AppraisalReader(self.collector, sources)
        given = root.get("appraisal")
        if given is not None:
            appraisal.read(given)
        budget = self.budget(root, world)
        assignments = self.assignments(root, world, tables)
        overrider = Overrider(world, appraisal, reader, self.collector, budget, tuple(axes["option"]), assignments)
        variants = variant_list(root.get("variants"))
        self.check_variants(root, world, reader)
        if self.variant:
            for node in chain(self.variant, root.get("variants"), at=None, collector=self.collector):
                overrider.variant(node)
        for text in self.overrides:
            overrider.command_line(text)
        self.check_needs(model, axes)
        return Scenario(
            self.shown,
            text_of(root, "scenario"),
            text_of(root, "question"),
            model,
            appraisal.spec(),
            world.time,
            self.comparator(root, axes["option"]),
            self.choose(root),
            options,
            overrider.shown,
            axes["group"],
            {axis: labels for axis, labels in axes.items() if axis in model.axes},
            tuple(overrider.assignments),
            sources,
            variants,
            tuple(one.text for one in scalars(root.get("not_counted"))),
            self.published(root, model, tuple(variants)),
            overrider.budget,
            self.variant,
            self.overrides,
            dict(self.files.digests),
            self.spans,
        )

    def budget(self, root: Mapping, world: World) -> Value | None:
        node = root.get("budget")
        if node is None:
            return None
        if text_of(root, "choose") == "one":
            self.collector.error(
                "WB-S148",
                "a budget is for offers that are ranked, not for rivals",
                self.spans["budget"],
                facts=("the scenario says 'choose: one'",),
                remedy="leave the budget out, or write 'choose: several'",
            )
        return read_budget(node, dict(world.sources), collector=self.collector)

    def assignments(self, root: Mapping, world: World, tables: list[Table]) -> list[Assignment]:
        """Read `values`, tables and options, from weakest to strongest (R1)."""
        found: list[Assignment] = []
        written: dict[str, Span] = {}
        reader = Reader(world, "values", self.collector)
        for entry in entries(root.get("values")):
            written.setdefault(entry.key.text.partition(".")[0], entry.key.span)
            found += reader.read(entry)
        found += self.owned("group", root.get("groups"), world, written)
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
            found += read_table(table, world, layer="table", collector=self.collector)
        return found + for_options

    def owned(
        self, axis: Literal["group", "option"], node: Node | None, world: World, written: dict[str, Span]
    ) -> list[Assignment]:
        """Read the numbers that stand under each option or group: they belong to its label."""
        found: list[Assignment] = []
        reader = Reader(world, "option" if axis == "option" else "values", self.collector)
        for owner in entries(node):
            fixed = (Selector(axis, owner.key.text, span=owner.key.span),)
            for entry in entries(owner.value):
                if entry.key.text not in OWN_KEYS:
                    written.setdefault(entry.key.text.partition(".")[0], entry.key.span)
                    found += reader.read(entry, fixed=fixed, also=OWN_KEYS)
        return found

    def check_variants(self, root: Mapping, world: World, tables: TableReader) -> None:
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
            if isinstance(entry.value, Mapping):
                trial = AppraisalReader(self.collector, dict(world.sources))
                Overrider(world, trial, tables, self.collector).variant(entry.value)

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

    def comparator(self, root: Mapping, options: dict[str, str]) -> str:
        node = root.get("comparator")
        if not isinstance(node, Scalar) or node.text in {"nothing", *options}:
            return node.text if isinstance(node, Scalar) else "nothing"
        self.collector.error(
            "WB-S151",
            f"the comparator {node.text!r} is no option",
            node.span,
            facts=(f"options are {', '.join(options) or 'none'}",),
            remedy=near_miss(node.text, (*options, "nothing")) or "name an option, or 'nothing'",
        )
        return "nothing"

    def choose(self, root: Mapping) -> Literal["one", "several"]:
        return "several" if text_of(root, "choose") == "several" else "one"

    def published(self, root: Mapping, model: Model, variants: tuple[str, ...]) -> tuple[Published, ...]:
        lines: list[Published] = []
        for node in scalars(root.get("published")):
            located: Located = node.located
            line = read_published(located, model=model, variants=variants, collector=self.collector)
            if line is not None:
                lines.append(line)
        return tuple(lines)
