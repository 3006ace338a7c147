"""One draw of a run, again: its inputs, every intermediate, its decision; what a failure message names can be seen."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.engine.arrays.named import NamedArray
from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.replicates import RANDOMISATIONS
from wellbeva.engine.reference.interpreter import Interpreter
from wellbeva.engine.run.block_loop import sampler_of, supplied_draws
from wellbeva.engine.run.settings import asked_for, rounded_up
from wellbeva.errors import refusal
from wellbeva.language.traversal import names
from wellbeva.plan.plan import COST, EFFECT, NET_COST, Decision, Plan
from wellbeva.plan.record import CompiledScenario
from wellbeva.report.explain.text import GLUE, cells_text
from wellbeva.report.text.wrap import folded

Design = Literal["sobol", "random", "latin"]
MOST_CELLS = 24
"""Cells of one equation that are written; of more, the first and the last."""


@dataclass(frozen=True, slots=True)
class Address:
    """A draw and its run, numbered as the run numbers them and as failure messages print them.

    Parameters
    ----------
    draw, randomisation : int
        Both counted from 0; the draw within its randomisation.
    draws : int
        Draws of the run in all, as `run` is asked for them.
    seed : int
    design : {"sobol", "random", "latin"}
    """

    draw: int
    randomisation: int = 0
    draws: int = 16_384
    seed: int = 1
    design: Design = "sobol"

    @property
    def draws_each(self) -> int:
        """Draws of one randomisation: rounded up as a run does."""
        return rounded_up(self.draws) // RANDOMISATIONS


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """One draw, evaluated by the reference engine.

    Parameters
    ----------
    address : Address
    drawn : mapping of element to float
        Every uncertain input, in its own unit: the bits of ``inputs`` that a run keeps.
    values : mapping of name to NamedArray
        Parameters and equations in this draw, without the axis ``draw``. Equations on means are not among them.
    effect, cost, net_cost : mapping of option to float
        What the decision compares; empty without one. Other benefits are taken off the cost, not off the net cost.
    failing : tuple of str
        What each check says that is true in this draw.
    """

    address: Address
    drawn: dict[str, float]
    values: dict[str, NamedArray]
    effect: dict[str, float]
    cost: dict[str, float]
    net_cost: dict[str, float]
    failing: tuple[str, ...]


def replay(plan: Plan, address: Address) -> Replay:
    """Evaluate one draw of a run, every intermediate kept.

    Parameters
    ----------
    plan : Plan
    address : Address

    Raises
    ------
    WellbevaError
        WB-R102 if the run has no such draw.
    """
    _refuse_beyond(plan, address)
    drawn = _drawn(plan, address)
    walk = Interpreter(plan, draws={index: np.array([x]) for index, x in enumerate(drawn)}, count=1, replace={})
    walk.run()
    options = plan.decision.options if plan.decision is not None else ()
    parts = {
        name: dict(zip(options, value.pick("draw", 0).array.tolist(), strict=True))
        for name, value in walk.decision().items()
    }
    cost = parts.get(COST, {})
    return Replay(
        address=address,
        drawn={element.name: float(x) for element, x in zip(plan.elements, drawn, strict=True)},
        values={name: value.pick("draw", 0) for name, value in walk.values.items()},
        effect=parts.get(EFFECT, {}),
        cost=cost,
        net_cost=parts.get(NET_COST, cost),
        failing=_failing(plan, walk),
    )


def _drawn(plan: Plan, address: Address) -> Floats:
    """Return the inputs of the draw, array (element,)."""
    if plan.supplied:  # the run is its rows, whatever seed and design say (R10)
        return supplied_draws(plan)[:, address.draw]
    sampler = sampler_of(plan, design=address.design, seed=address.seed, draws_each=address.draws_each)
    # A sampler gives whole blocks; each number in one depends on its own address alone.
    start = address.draw // LANE * LANE
    return sampler.block(address.randomisation, start, LANE)[:, address.draw - start]


def _refuse_beyond(plan: Plan, address: Address) -> None:
    each, randomisations = (plan.supplied, 1) if plan.supplied else (address.draws_each, RANDOMISATIONS)
    if 0 <= address.draw < each and 0 <= address.randomisation < randomisations:
        return
    if plan.supplied:
        fact = f"the run is the {each:,} rows of its table of draws"
    else:
        fact = f"{each * randomisations:,} draws are {randomisations} randomisations of {each:,}"
    raise refusal(
        "WB-R102",
        f"this run has no draw {address.draw} of randomisation {address.randomisation}",
        "name one of these, or give the run's own --draws",
        fact,
        f"draws are numbered from 0 to {each - 1:,}, randomisations from 0 to {randomisations - 1}",
    )


def _failing(plan: Plan, walk: Interpreter) -> tuple[str, ...]:
    in_a_draw = {equation.name for equation in plan.equations if equation.stage == "mean"}.isdisjoint
    return tuple(
        "; ".join(filter(None, (check.say.rstrip("."), check.remedy)))
        for check in plan.checks
        if in_a_draw(names(check.expression)) and (walk.node(check.expression).array != 0).any()
    )


def replay_text(compiled: CompiledScenario, found: Replay, *, wanted: Collection[str], whole: bool) -> str:
    """Write a replayed draw for people.

    Parameters
    ----------
    compiled : CompiledScenario
    found : Replay
    wanted : collection of str
        Parameters and equations that are shown.
    whole : bool
        Whether the decision and the checks are shown too.
    """
    return "\n".join(_lines(compiled, found, frozenset(wanted), whole=whole)) + "\n"


def _lines(compiled: CompiledScenario, found: Replay, wanted: frozenset[str], *, whole: bool) -> Iterator[str]:
    plan, at = compiled.plan, found.address
    yield plan.title
    if plan.supplied:
        yield f"Draw {at.draw}: row {at.draw + 1} of the {plan.supplied:,} of the table of draws"
    else:
        drawn = rounded_up(at.draws)
        yield (
            f"Draw {at.draw} of randomisation {at.randomisation} ({drawn:,} draws, design {at.design}, seed {at.seed})"
        )
        if more := asked_for(at.draws, drawn):
            yield f"{drawn:,} draws{more}"
    yield from ("", "Inputs drawn", *_inputs(compiled, found, wanted))
    yield from ("", "Equations in this draw", *_equations(plan, found, wanted))
    if whole and plan.decision is not None:
        against = plan.decision.options[plan.decision.comparator] if plan.decision.comparator >= 0 else "nothing"
        yield from ("", f"Decision in this draw, against {against}", *_decided(plan.decision, found))
    if whole and plan.checks:
        yield from ("", "Checks that are true in this draw")
        for said in found.failing or ("none",):
            yield from folded(said, indent=2)


def _inputs(compiled: CompiledScenario, found: Replay, wanted: frozenset[str]) -> Iterator[str]:
    plan, paths = compiled.plan, compiled.paths
    units = {
        given_input.element: f" {given_input.unit}"
        for given_input in compiled.record.inputs
        if given_input.element and given_input.unit
    }
    shown = {
        int(index)
        for parameter in plan.parameters
        if parameter.name in wanted
        for index in parameter.elements.ravel()
        if index >= 0
    }
    for index in sorted(shown):
        element = plan.elements[index]
        drawn = f"{digits(found.drawn[element.name])}{units.get(element.name, '')}"
        yield from folded(f"{paths.get(element.name, element.name)} = {drawn} (base {digits(element.base)})", indent=2)
    if not shown:
        yield "  none: all that is asked for is certain"


def _equations(plan: Plan, found: Replay, wanted: frozenset[str]) -> Iterator[str]:
    for equation in plan.equations:
        if equation.name in wanted:
            yield f"  {equation.name}{f' [{equation.unit_text}]' if equation.unit_text else ''}"
            yield from folded(f"= {' '.join(equation.text.split())}", indent=6)
            if equation.stage == "mean":
                yield "      a ratio of means: it has no value in one draw (R45)"
            else:
                cells = cells_text(plan, found.values[equation.name], digits, MOST_CELLS)
                yield from folded(cells.replace(GLUE, " "), indent=6)


def _decided(decision: Decision, found: Replay) -> Iterator[str]:
    for option in decision.options:
        effect, cost, net = found.effect[option], found.cost[option], found.net_cost[option]
        said = f"{option}: effect {digits(effect)} {decision.effect_unit}; net cost {digits(net)} {decision.cost_unit}"
        if decision.net_cost is not None:
            said += f"; other benefits {digits(net - cost)} {decision.cost_unit}"
        if decision.values:
            value = decision.values[decision.central]
            said += f"; net benefit {digits(value * effect - cost)} {decision.cost_unit}"
        yield from folded(said, indent=2)


def digits(x: float) -> str:
    """Write a number with ten significant digits, so that it can be found again in ``results.nc``.

    Examples
    --------
    >>> digits(0.1 + 0.2), digits(1234567.0), digits(float("nan")), digits(-0.0)
    ('0.3', '1234567', 'not a number', '0')
    """
    if math.isnan(x):
        return "not a number"
    return "infinite" if math.isinf(x) else f"{x + 0.0:.10g}"
