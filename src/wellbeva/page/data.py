"""All that a page's script works with, as one JSON object (docs/design/page.md)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final

import numpy as np

from wellbeva.analysis.tables.decision import options_with_a_cost
from wellbeva.engine.compiled.plan_loops import Generated
from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.replicates import RANDOMISATIONS
from wellbeva.engine.targets import Target
from wellbeva.errors import WellbevaError, refusal
from wellbeva.page.inputs import input_data, value_paths
from wellbeva.page.module import VECTORS, NotAModuleError, module_bytes
from wellbeva.page.page_plan import page_plan, page_targets
from wellbeva.page.sampling import Numbers, encoded, sampling_data
from wellbeva.plan.plan import Plan
from wellbeva.plan.record import CompiledScenario
from wellbeva.plan.serialise import plan_hash
from wellbeva.sampling.sampler import Sampler

FORMAT: Final = 1
DRAWS_EACH: Final = 1024
"""Draws of each randomisation: those of a run as it is by default."""
MOST_MEMORY: Final = 256 * 2**20
"""Bytes that the rows of inputs and of results may take in a reader's browser."""


def engine_data(compiled: CompiledScenario, *, seed: int = 1) -> dict[str, Any]:
    """Return what the script needs to run a scenario and every change of its inputs.

    Parameters
    ----------
    compiled : CompiledScenario
    seed : int

    Raises
    ------
    WellbevaError
        WB-R520 where a page cannot show the scenario, with the reason.
    """
    plan = compiled.plan
    refuse_what_no_page_shows(plan)
    wide, drives = page_plan(compiled)
    numbers = Numbers()
    with_draws = Sampler(
        plan.elements, plan.joints, design="sobol", seed=seed, randomisations=RANDOMISATIONS, draws_each=DRAWS_EACH
    )
    sampling, draws = sampling_data(with_draws, numbers)
    outcomes = page_targets(compiled, "outcome")
    modules = {
        "decision": _module(wide, [*page_targets(compiled, "decision"), *page_targets(compiled, "check")]),
        "outcomes": _module(wide, outcomes) if outcomes else None,
    }
    decision = plan.decision
    assert decision is not None
    words = {option.name: option.label for option in compiled.record.scenario.options}
    given = options_with_a_cost(compiled.record, plan.currency)
    return {
        "format": FORMAT,
        "version": version("wellbeva"),
        "plan_hash": plan_hash(plan),
        "title": plan.title,
        "question": compiled.record.scenario.question,
        "randomisations": RANDOMISATIONS,
        "draws_each": DRAWS_EACH,
        "seed": seed,
        "choose": decision.choose,
        "comparator": decision.comparator,
        "options": [
            {"name": name, "label": words.get(name, "Doing nothing"), "priced": name in given, "row": row}
            for name, row in zip(decision.options, decision.rows, strict=True)
        ],
        "levels": list(decision.levels),
        "values": list(decision.values),
        "central": decision.central,
        "thresholds": list(decision.thresholds) if decision.choose == "one" else [],
        "currency": plan.currency,
        "effect_unit": decision.effect_unit,
        "has_net_cost": decision.net_cost is not None,
        "outcomes": _outcomes(plan, outcomes),
        "inputs": input_data(compiled, drives, draws, valued=value_paths(compiled)),
        "variants": [],
        "checks": {f"check.{index}": check.say for index, check in enumerate(plan.checks)},
        "elements": [{"draws": drive.source, "base": drive.input.base} for drive in drives if drive.element >= 0],
        "sampling": sampling,
        "numbers": numbers.text(),
        "modules": modules,
    }


def _module(wide: Plan, wanted: Sequence[Target]) -> dict[str, Any]:
    """Return a module that evaluates some targets, and what it reads."""
    made = Generated(wide, wanted)
    try:
        simd, scalar = (module_bytes(made.loops, features) for features in (VECTORS, ""))
    except NotAModuleError as error:
        raise _refused(str(error)) from None
    scratch = made.loops.height * made.loops.stride
    memory = 8 * (LANE * (RANDOMISATIONS * len(wide.elements) + made.height) * DRAWS_EACH // LANE + scratch)
    if memory > MOST_MEMORY:
        fact = f"{len(wide.elements):,} inputs and {made.height:,} results take {memory / 2**20:,.0f} MB"
        raise _refused(f"it would take more than {MOST_MEMORY // 2**20} MB in a browser", fact)
    return {
        "simd": base64.b64encode(simd).decode("ascii"),
        "scalar": base64.b64encode(scalar).decode("ascii"),
        "data": encoded(made.data.astype("<f8")),
        "rows": encoded(made.element_rows.astype("<i8")),
        "scratch": scratch,
        "height": made.height,
        "targets": {name: list(rows) for name, rows in made.rows.items()},
        "constants": {name: np.ravel(array).tolist() for name, array in made.constant.items()},
    }


def refuse_what_no_page_shows(plan: Plan) -> None:
    """Refuse scenarios whose draws or decision a page does not have.

    Raises
    ------
    WellbevaError
        WB-R520.
    """
    if plan.decision is None:
        raise _refused("its model has no decision, and a page shows one")
    if plan.supplied:
        raise _refused(
            "its draws are the rows of a table and nothing else is uncertain", f"the table has {plan.supplied:,} rows"
        )
    adjusted = [one.name for one in plan.parameters if one.name.startswith("adjusted.")]
    if adjusted:
        raise _refused(
            "`evidence_adjustment` works out its factors from the numbers as they are written",
            f"adjusted: {', '.join(name.split('.')[1] for name in adjusted[:6])}",
        )


def _refused(reason: str, *facts: str) -> WellbevaError:
    remedy = "`wellbeva report` shows the same numbers on a page that stays as it is"
    return refusal("WB-R520", f"a living page cannot show this scenario: {reason}", remedy, *facts)


def _outcomes(plan: Plan, wanted: Sequence[Target]) -> list[dict[str, Any]]:
    found = []
    for one in wanted:
        if one.role == "outcome":
            unit = plan.equation(one.name).unit_text
            labels = [list(plan.axes[axis].labels) for axis in one.axes]
            found.append({"name": one.name, "unit": unit, "axes": list(one.axes), "labels": labels})
    return found
