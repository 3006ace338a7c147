"""Look at what a scenario or a model says: explained, traced, one draw again, drawn, or as a page of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from wellbeva.api.checks import load
from wellbeva.api.runs import DEFAULT_DRAWS, Design
from wellbeva.api.sources import File, Overrides, Source, override_texts
from wellbeva.api.views.documents import Document
from wellbeva.errors import Collector
from wellbeva.scenario.text.files import Files

if TYPE_CHECKING:
    from wellbeva.scenario.spec import Model


def explain(
    path: Source,
    name: str = "",
    *,
    variant: str = "",
    overrides: Overrides = (),
    format: Literal["text", "latex", "dot", "svg", "trace", "lowered"] = "text",  # noqa: A002  (the command line's word)
    width: int = 80,
) -> Document:
    """Explain the numbers: equations with units and axes, the base case, the sources, the graph.

    Parameters
    ----------
    path : path, str or mapping
        The scenario file; or its text, or a dict with the keys of a file.
    name : str
        One parameter or equation; all if empty. Of a trace also labels: ``wellbys.visits``.
    variant : str
        A variant that the scenario names; empty for none.
    overrides : mapping of path to value, or sequence of str
        ``{"effect.visits": "0.3 (0.1 to 0.5)"}``, or as ``--set`` takes them: ``"effect.visits=0.3 (0.1 to 0.5)"``.
    format : {"text", "latex", "dot", "svg", "trace", "lowered"}
        ``svg`` draws the graph; ``trace`` goes from a name back to the lines of the files it rests on; ``lowered`` is
        what the compiled engine makes of all equations, down to the source it generates.
    width : int
        Columns of the text.

    Raises
    ------
    WellbevaError
        With everything that is wrong.
    """
    from wellbeva.report.explain.text import explain_compiled
    from wellbeva.report.explain.trace import trace, trace_text

    compiled = load(path, variant=variant, overrides=overrides)
    if format == "trace":
        return Document(trace_text(trace(compiled, name)))
    if format == "lowered":
        from wellbeva.report.explain.lowered import lowered

        return Document(lowered(compiled.plan))
    text = explain_compiled(compiled, name, format=format, width=width)
    return Document(text, "svg" if format == "svg" else "text")


def formula_workbook(path: Source, *, variant: str = "", overrides: Overrides = ()) -> bytes:
    """Write the base case as a workbook in which every input is a cell and every figure a formula (R116).

    Parameters
    ----------
    path, variant, overrides
        As `explain`.

    Returns
    -------
    bytes
        An .xlsx file.

    Raises
    ------
    WellbevaError
        With everything that is wrong; WB-R220 if the scenario is too large for a spreadsheet (R118).
    """
    from wellbeva.report.workbook.formulas.book import formula_workbook

    return formula_workbook(load(path, variant=variant, overrides=overrides)).content


def replay(
    path: Source,
    name: str = "",
    *,
    draw: int,
    randomisation: int = 0,
    draws: int = DEFAULT_DRAWS,
    seed: int = 1,
    design: Design = "sobol",
    variant: str = "",
    overrides: Overrides = (),
) -> Document:
    """Show one draw of a run again: its inputs, every intermediate, its decision.

    Parameters
    ----------
    path : path, str or mapping
        The scenario file; or its text, or a dict with the keys of a file.
    name : str
        One parameter or equation and what it needs; all if empty.
    draw, randomisation : int
        Both from 0, as failure messages print them; the draw within its randomisation.
    draws, seed, design
        Those of the run.
    variant, overrides
        Those of the run, as `explain`.

    Raises
    ------
    WellbevaError
        With everything that is wrong.
    """
    from wellbeva.report.explain.replay import Address, replay_text
    from wellbeva.report.explain.replay import replay as replay_plan
    from wellbeva.report.explain.text import needed_by

    compiled = load(path, variant=variant, overrides=overrides)
    wanted = needed_by(compiled.plan, name)
    address = Address(draw=draw, randomisation=randomisation, draws=draws, seed=seed, design=design)
    return Document(replay_text(compiled, replay_plan(compiled.plan, address), wanted=wanted, whole=not name))


def plot_inputs(
    path: Source,
    name: str = "",
    *,
    form: Literal["html", "svg", "png"] = "html",
    variant: str = "",
    overrides: Overrides = (),
) -> Document | bytes:
    """Plot the distribution of each uncertain input, with the printed numbers marked.

    Parameters
    ----------
    path : path, str or mapping
        The scenario file; or its text, or a dict with the keys of a file.
    name : str
        Only the inputs that this name needs; all if empty.
    form : {"html", "svg", "png"}
    variant, overrides
        As `explain`.

    Returns
    -------
    Document or bytes
        Bytes for ``png``.

    Raises
    ------
    WellbevaError
        With everything that is wrong.
    """
    from wellbeva.report.explain import inputs_page
    from wellbeva.report.explain.text import needed_by

    compiled = load(path, variant=variant, overrides=overrides)
    sheet = inputs_page.build_sheet(compiled, frozenset(needed_by(compiled.plan, name)) if name else None)
    if form == "html":
        return Document(inputs_page.sheet_html(sheet), "html")
    return inputs_page.sheet_png(sheet) if form == "png" else Document(inputs_page.sheet_picture(sheet), "svg")


def docs(path: File, *, form: Literal["html", "md"] = "html") -> Document:
    """Write a model's own page.

    Parameters
    ----------
    path : path or str
        A model file, or the name of a model that comes with wellbeva.
    form : {"html", "md"}
        A page, or Markdown.

    Raises
    ------
    WellbevaError
        With everything that is wrong with it, as `check` says it.
    """
    from wellbeva.compiler.check_model import check_model_alone
    from wellbeva.report.explain.model_page import model_html, model_markdown

    model = _model(path, Files())
    check_model_alone(model, Collector())
    return Document(model_html(model), "html") if form == "html" else Document(model_markdown(model))


def files_read(path: File, *, variant: str = "", overrides: Overrides = ()) -> tuple[str, ...]:
    """Return the files that a scenario or a model is made of, itself among them, so that none is written over.

    Parameters
    ----------
    path : path or str
        A scenario, a model file, or the name of a model that comes with wellbeva.
    variant, overrides
        As `explain`; of a scenario.

    Raises
    ------
    WellbevaError
        With everything that keeps it from being loaded.
    """
    from wellbeva.scenario.loader import is_model, load_scenario

    files = Files()
    if _is_named(path) or is_model(os.fspath(path)):
        _model(path, files)
        return tuple(files.digests)
    return tuple(load_scenario(os.fspath(path), variant=variant, overrides=override_texts(overrides)).digests)


def _is_named(path: File) -> bool:
    from wellbeva.scenario.text.identifiers import is_name

    return is_name(os.fspath(path)) and not Path(path).exists()


def _model(path: File, files: Files) -> Model:
    from wellbeva.scenario.loader import load_model_file
    from wellbeva.scenario.model.loader import load_model

    if _is_named(path):
        return load_model(os.fspath(path), beside=Path(), files=files)
    return load_model_file(os.fspath(path), files=files)
