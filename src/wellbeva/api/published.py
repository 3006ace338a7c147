"""Compare what a scenario's ``published`` lines print with what comes out here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wellbeva.api.checks import load, refuse_unreadable_lines
from wellbeva.api.runs import DEFAULT_DRAWS, run
from wellbeva.api.sources import Source
from wellbeva.core.cards import Card
from wellbeva.report.text.numbers import left_out

if TYPE_CHECKING:
    import xarray as xr

    from wellbeva.plan.plan import Plan


@dataclass(frozen=True, slots=True, repr=False)
class Verdict(Card):
    """The verdict on one published line, in words for people.

    Parameters
    ----------
    path, printed, ours, within : str
    verdict : {"met", "missed", "undecided", "unreadable"}
    note : str
        Why it is undecided or unreadable, and how many draws were left out; empty otherwise.
    """

    path: str
    printed: str
    ours: str
    within: str
    verdict: Literal["met", "missed", "undecided", "unreadable"]
    note: str = ""


def test(
    path: Source,
    *,
    draws: int = DEFAULT_DRAWS,  # noqa: PT028  (the command's word, no test)
    seed: int = 1,  # noqa: PT028
    allow_nonfinite: bool = False,  # noqa: PT028
) -> list[Verdict]:
    """Compare the scenario's ``published`` lines with what wellbeva computes.

    Parameters
    ----------
    path : path, str or mapping
        As `load`.
    draws : int
        Of the run behind lines that speak of draws; rounded up as in `run`.
    seed : int
    allow_nonfinite : bool
        Leave out draws with a number that is not finite or an input outside its bounds, as a source may have done
        silently; the notes say how many.

    Raises
    ------
    WellbevaError
        With everything that is wrong.
    """
    from wellbeva.analysis.published_checks import judge, needs_every_draw
    from wellbeva.analysis.tables.break_even import bounds_of, with_break_even
    from wellbeva.compiler.appraisal.published_amounts import number_reader, rate_reader

    compiled = load(path)
    scenario = compiled.record.scenario
    variants = {line.variant for line in scenario.published if line.variant}
    refuse_unreadable_lines(scenario, {"": compiled.plan, **{name: load(path, variant=name).plan for name in variants}})
    left: dict[str, str] = {}

    def evaluated(variant: str) -> tuple[xr.Dataset, Plan]:
        keep = needs_every_draw(scenario.published, variant)
        done = run(path, variant=variant, draws=draws, seed=seed, keep_draws=keep, allow_nonfinite=allow_nonfinite)
        if done.result.left_out:
            total = int(done.dataset.attrs["draws"])
            left[variant] = left_out(done.result.left_out, total, "draw", done.result.outside)
        plan = done.compiled.plan
        return with_break_even(done.dataset, plan, bounds=bounds_of(done.compiled.record)), plan

    results = judge(scenario.published, evaluated, to_number=number_reader(scenario), rate=rate_reader(scenario))
    return [
        Verdict(
            path=judged.line.asked,
            printed=_shown(judged.printed),
            ours=_shown(judged.ours),
            within=_shown(judged.tolerance) if judged.tolerance else "",
            verdict=judged.outcome,
            note="; ".join(note for note in (judged.reason, left.get(judged.line.variant, "")) if note),
        )
        for judged in results
    ]


def _shown(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:,.6g}"
