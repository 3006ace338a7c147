"""Finds a model file, reads it and those it extends, and joins them (FORMAT section 6)."""

from __future__ import annotations

import filecmp
import os
from dataclasses import dataclass, field
from pathlib import Path

from wellbeva.core.spans import Span
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.model.extends import check_model, join
from wellbeva.scenario.model.sections import Section, read_part
from wellbeva.scenario.schema.validate import check_nulls, check_shape, check_version
from wellbeva.scenario.spec import Model
from wellbeva.scenario.text.files import YAML_LIMIT, Files, above, absolute, inside, is_served, packaged_models
from wellbeva.scenario.text.identifiers import is_name
from wellbeva.scenario.text.nodes import scalars, text_of
from wellbeva.scenario.text.yaml_parser import read_top, read_tree

EXTENDS_LIMIT = 20
"""Models that one model may build on, in all."""


def load_model(name: str, *, beside: Path, files: Files | None = None) -> Model:
    """Load a model by name, with those it extends already joined.

    Parameters
    ----------
    name : str
    beside : Path
        Folder of the scenario: its ``models/`` is looked into first, then the ``models/`` one above, then the
        folder itself, then the models that come with wellbeva.
    files : Files, optional
        Takes the digest of every file read.

    Raises
    ------
    WellbevaError
        With everything that is wrong with the model's files.
    """
    collector = Collector()
    model = find_model(name, beside=beside, span=None, collector=collector, files=files)
    collector.stop_if_errors()
    assert model is not None  # a model that could not be made has left an error behind
    return model


def find_model(
    name: str,
    *,
    beside: Path,
    span: Span | None,
    collector: Collector,
    files: Files | None = None,
    within: tuple[Path, ...] = (),
) -> Model | None:
    """Load a model as `load_model` does, but raise nothing; None where not even its equations can be judged.

    Parameters
    ----------
    name, beside, files
        As `load_model`.
    span : Span or None
        Where the scenario names the model.
    collector : Collector
        Gets the errors too.
    within : tuple of Path, optional
        Folders that may hold a model's file, where an extended scenario may name the model: one of them must.
    """
    return _Finder(beside, collector, Files() if files is None else files, within=within).load(name, span)


def is_model(path: Path | str) -> bool:
    """Whether a file says that it is a model; False for whatever cannot be read, which loading reports."""
    return _says(Path(path), "wellbeva/model/")


def _says(path: Path, schema: str) -> bool:
    quiet = Collector()
    text = Files().read(path, str(path), limit=YAML_LIMIT, collector=quiet)
    return text is not None and read_top(text, "schema").startswith(schema)


def load_model_file(
    path: Path | str, *, collector: Collector | None = None, files: Files | None = None, judged: bool = False
) -> Model:
    """Load a model from its own file, with those it extends.

    Parameters
    ----------
    path : Path or str
    collector : Collector, optional
        Takes warnings; and errors, before they are raised.
    files : Files, optional
        Takes the digest of every file read.
    judged : bool
        Return a model whose equations can be judged, though it has errors, which are in the collector.

    Raises
    ------
    WellbevaError
        With everything that is wrong with the model's files.
    """
    collector = Collector() if collector is None else collector
    file, name = Path(path), Path(path).stem
    finder = _Finder(file.parent, collector, Files() if files is None else files)
    finder.places[name] = (file, str(path))
    model = finder.load(name, None)
    if model is None or not judged:
        collector.stop_if_errors()
    assert model is not None  # a model that could not be made has left an error behind
    return model


def model_titles(folder: Path) -> dict[Path, str]:
    """Return the model files that come with wellbeva, and those in a folder, each with its title.

    Parameters
    ----------
    folder : Path
        Need not be there.
    """
    titles: dict[Path, str] = {}
    known: set[str] = set()
    for place in (packaged_models(), folder):
        for file in sorted(place.glob("*.yaml")) if place is not None else ():
            text = Files().read(file, str(file), limit=YAML_LIMIT, collector=Collector())
            if text is not None and file.stem not in known and read_top(text, "schema").startswith("wellbeva/model/"):
                titles[file] = read_top(text, "title")
                known.add(file.stem)
    return titles


@dataclass(slots=True)
class _Finder:
    beside: Path
    collector: Collector
    files: Files
    done: dict[str, Section | None] = field(default_factory=dict)
    under_way: list[str] = field(default_factory=list)
    places: dict[str, tuple[Path, str]] = field(default_factory=dict)
    within: tuple[Path, ...] = ()
    sound: bool = True

    def load(self, name: str, span: Span | None) -> Model | None:
        part = self.part(name, span)
        if part is None or not self.sound:
            return None
        order: list[Section] = []
        self.lay_out(part, order)
        begun = len(self.collector.errors)
        joined = join(order, collector=self.collector)
        if joined is not None:
            check_model(joined, collector=self.collector)
        return joined if len(self.collector.errors) == begun else None

    def lay_out(self, part: Section, order: list[Section]) -> None:
        """List the bases before what extends them, each once."""
        for base in part.extends:
            below = self.done.get(base.text)
            if below is not None:
                self.lay_out(below, order)
        if part not in order:
            order.append(part)

    def part(self, name: str, span: Span | None) -> Section | None:
        if name in self.done:
            return self.done[name]
        if len(self.done) > EXTENDS_LIMIT:
            self.sound = False
            self.collector.error("WB-S060", "too many models extend each other", span, remedy="join some of them")
            return None
        begun = len(self.collector.errors)
        place = self.places.get(name) or self.find(name, span)
        if place is None:
            self.sound = False
            return None
        path, shown = place
        text = self.files.read(path, shown, limit=YAML_LIMIT, collector=self.collector, span=span)
        root = read_tree(text, shown, collector=self.collector) if text is not None else None
        if root is None or not check_version(root, "model", collector=self.collector):
            self.sound = False
            return None
        check_nulls(root, collector=self.collector)
        check_shape(root, "model", collector=self.collector)
        if text_of(root, "model") not in {"", name}:
            given = root.get("model")
            self.collector.error(
                "WB-S061",
                f"the file {shown!r} holds the model {text_of(root, 'model')!r}",
                given.span if given else None,
                facts=(f"it was looked for as {name!r}",),
                remedy="give the model the name of its file",
            )
        self.sound = self.sound and len(self.collector.errors) == begun
        part = read_part(root, shown, collector=self.collector)
        self.sound = self.sound and part.sound
        self.done[name] = part
        self.under_way.append(name)
        for base in scalars(root.get("extends")):
            if base.text in self.under_way:
                self.sound = False
                chain = " -> ".join([*self.under_way[self.under_way.index(base.text) :], base.text])
                self.collector.error(
                    "WB-S062",
                    "models extend each other in a circle",
                    base.span,
                    facts=(chain,),
                    remedy="cut the circle",
                )
            else:
                self.part(base.text, base.span)
        self.under_way.pop()
        return part

    def find(self, name: str, span: Span | None) -> tuple[Path, str] | None:
        if not is_name(name):
            self.collector.error(
                "WB-S063",
                f"{name[:40]!r} cannot be the name of a model",
                span,
                remedy="name the file without folder and ending: 'model: wellbeing_trajectory'",
            )
            return None
        # `..` of a bare file name is found only from the absolute path; messages show it as the user gave it.
        here = absolute(self.beside)
        places: tuple[tuple[Path, Path], ...] = (
            (here / "models", self.beside / "models"),
            (here.parent / "models", above(self.beside) / "models"),
            (here, self.beside),
        )
        places = tuple(place for place in places if is_served(place[0]))
        if self.within:
            places = tuple(place for place in places if inside(place[0], self.within))
        folders = [folder for folder, _ in places]
        packaged = packaged_models()
        ours = packaged / f"{name}.yaml" if packaged is not None else None
        for folder, shown in places:
            path = folder / f"{name}.yaml"
            try:
                there = path.exists() and path.resolve().is_relative_to(folder.resolve())
            except (OSError, RuntimeError):
                there = False
            # A scenario may bear its model's name; beside each other only the model is meant.
            if there and not (folder == here and _says(path, "wellbeva/scenario/")):
                if ours is not None and ours.is_file() and not filecmp.cmp(ours, path, shallow=False):
                    near = Path(os.path.relpath(path, here)).as_posix()  # it stands in reports, which others read
                    self.collector.warn(
                        "WB-S169",
                        f"the model {name!r} is read from {near}, not from wellbeva",
                        span,
                        facts=("wellbeva comes with another model of that name",),
                        remedy=f"if wellbeva's is meant, rename or remove {near}",
                    )
                return path, str(shown / path.name)
        if ours is not None and ours.is_file():
            return ours, f"wellbeva:models/{name}.yaml"
        known = sorted({path.stem for folder in (*folders[:2], packaged) if folder for path in folder.glob("*.yaml")})
        self.collector.error(
            "WB-S064",
            f"there is no model {name!r}",
            span,
            facts=(f"looked for {name}.yaml in models/ beside and above the scenario, beside it, and in wellbeva",),
            remedy=near_miss(name, known) or f"models found: {', '.join(known) or 'none'}",
        )
        return None
