"""``wellbeva explain``: equations and base case, the graph, one draw again, a trace to source lines, what is drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from wellbeva.cli.options import ScenarioArgument, SetOption, VariantOption, argument, count, option
from wellbeva.cli.output import columns, put, refuse
from wellbeva.errors import refusal

Picture = Literal["html", "svg", "png"]
PICTURES: Final[dict[str, Picture]] = {".html": "html", ".htm": "html", ".svg": "svg", ".png": "png"}


def explain(
    scenario: ScenarioArgument,
    name: Annotated[str, argument("One parameter or equation; all if not given.", "NAME")] = "",
    form: Annotated[
        Literal["text", "latex", "dot", "svg", "xlsx"],
        typer.Option(
            "--format",
            help="Words, equations for a paper, the graph of what depends on what, or a workbook of formulas.",
        ),
    ] = "text",
    trace: Annotated[str, option("Trace a name back to its source lines, as 'wellbys.visits'.")] = "",
    draw: Annotated[int | None, option("Show every intermediate of this draw, numbered from 0.")] = None,
    randomisation: Annotated[
        int, typer.Option(help="The randomisation the draw is in, from 0 to 15; with --draw.")
    ] = 0,
    draws: Annotated[int, count("Draws of the run that the draw is of; with --draw.")] = 16384,
    seed: Annotated[int, typer.Option(help="The run's seed; with --draw.")] = 1,
    design: Annotated[
        Literal["sobol", "random", "latin"], typer.Option(help="The run's design; with --draw.")
    ] = "sobol",
    plot: Annotated[
        bool, option("Draw the distribution of each input: HTML, SVG or PNG by the ending of -o.", "--plot")
    ] = False,
    stage: Annotated[
        Literal["written", "lowered"],
        typer.Option(help="Equations as written, or as the compiled engine rewrites them, pass by pass."),
    ] = "written",
    out: Annotated[Path | None, option("Write a file instead of printing.", "--out", "-o")] = None,
    override: SetOption = None,
    variant: VariantOption = "",
) -> None:
    """Show how a number comes about: its equations, intermediates and sources, one draw, the distributions."""
    from wellbeva import api

    _refuse_two(name=name, trace=bool(trace), draw=draw is not None, plot=plot, form=form, stage=stage)
    overrides = tuple(override or ())
    if out is None and (plot or form == "xlsx"):
        out = Path(f"{scenario.stem}-{'inputs.html' if plot else 'model.xlsx'}")
    refuse(out, inputs=lambda: api.files_read(scenario, variant=variant, overrides=overrides))
    if plot:
        put(api.plot_inputs(scenario, name, form=_picture(out), variant=variant, overrides=overrides), out)
        return
    if form == "xlsx":
        put(api.formula_workbook(scenario, variant=variant, overrides=overrides), out)
        return
    if stage == "lowered":
        content = api.explain(scenario, variant=variant, overrides=overrides, format="lowered")
    elif trace:
        content = api.explain(scenario, trace, variant=variant, overrides=overrides, format="trace")
    elif draw is not None:
        content = api.replay(
            scenario,
            name,
            draw=draw,
            randomisation=randomisation,
            draws=draws,
            seed=seed,
            design=design,
            variant=variant,
            overrides=overrides,
        )
    else:
        content = api.explain(scenario, name, variant=variant, overrides=overrides, format=form, width=columns(out))
    put(content.rstrip("\n") + "\n", out)


def _picture(out: Path | None) -> Picture:
    ending = out.suffix.lower() if out is not None else ".html"
    if ending not in PICTURES:
        raise refusal(
            "WB-R105",
            f"a file that ends in {ending!r} is not a kind of picture we write",
            "give the file one of these endings, as -o inputs.html",
            "we write .html, .svg and .png",
        )
    return PICTURES[ending]


def _refuse_two(*, name: str, trace: bool, draw: bool, plot: bool, form: str, stage: str) -> None:
    """Refuse to answer two questions at once."""
    asked = [word for word, given in (("--trace", trace), ("--draw", draw), ("--plot", plot)) if given]
    if form != "text":
        asked.append(f"--format {form}")
    if stage != "written":
        asked.append(f"--stage {stage}")
    # Both would answer for the whole model or for a name of their own, and say nothing of this one.
    if name and (trace or stage != "written" or form == "xlsx"):
        asked.insert(0, f"the name {name!r}")
    if len(asked) > 1:
        raise refusal("WB-R104", f"{' and '.join(asked)} ask for different things", "ask for one of them at a time")
