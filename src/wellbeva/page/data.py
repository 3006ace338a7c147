"""All that a page's script works with, as one JSON object."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from itertools import chain
from typing import Any, Final

import numpy as np

from wellbeva.analysis.tables.decision import options_with_a_cost
from wellbeva.engine.compiled.plan_loops import Generated
from wellbeva.engine.reductions.replicates import RANDOMISATIONS
from wellbeva.engine.targets import Target
from wellbeva.errors import WellbevaError, refusal
from wellbeva.page.horizon import countable, whole_time
from wellbeva.page.inputs import hurdle, inputs_of, words_of
from wellbeva.page.module import VECTORS, NotAModuleError, module_bytes
from wellbeva.page.page_plan import BESIDE, ROLES, TIMED, differs, page_plan, page_targets, with_views
from wellbeva.page.reach import OPTION, depends, reach
from wellbeva.page.sampling import DRAWS_EACH, Rows, encoded
from wellbeva.plan.plan import Decision, Plan
from wellbeva.plan.record import CompiledScenario
from wellbeva.plan.serialise import plan_hash
from wellbeva.report.page.blocks.timing import year_word, years_of

MOST_MEMORY: Final = 256 * 2**20
"""Bytes that the rows of inputs and of results may take in a reader's browser."""
MOST_KEPT: Final = 1536
"""Rows of inputs, of totals and of what they add up, up to which these are kept: 192 MB."""
COMPARED: Final = re.compile(r"=\s*comparator\b")
"""In an equation: its numbers are of one comparator, so that a page cannot take another."""


def engine_data(
    compiled: CompiledScenario,
    variants: Mapping[str, CompiledScenario] | None = None,
    views: Mapping[str, CompiledScenario] | None = None,
    *,
    seed: int = 1,
) -> dict[str, Any]:
    """Return what the script needs to run a scenario and every change of its inputs.

    Parameters
    ----------
    compiled : CompiledScenario
    variants : mapping of name to CompiledScenario, optional
        On the scenario's own dimensions; those that have its equations are shown.
    views : mapping of name to CompiledScenario, optional
        The scenario in each other perspective, likewise; one in which nobody says what an option costs is not shown.
    seed : int

    Raises
    ------
    WellbevaError
        WB-R531 where a page cannot show the scenario, with the reason.
    """
    plan = compiled.plan
    decision = _shown(plan)
    apart = {name: differs(compiled, one) for name, one in (variants or {}).items()}
    shipped = {name: one for name, one in (variants or {}).items() if not apart[name]}
    scenarios = (compiled, *shipped.values())
    real = {name for name, row in zip(decision.options, decision.rows, strict=True) if row >= 0}
    seen = {name: one for name, one in (views or {}).items() if real <= options_with_a_cost(one.record, plan.currency)}
    reasons = (_whole_time(one) for one in (compiled, *seen.values()))
    fixed_time = next((why for why in reasons if why is not None), None)
    if fixed_time is None:
        scenarios = tuple(map(countable, scenarios))
        seen = {name: countable(one) for name, one in seen.items()}
    page = page_plan(scenarios)
    *first, outcomes = (page_targets(scenarios[0], role) for role in ROLES)
    wide, others = with_views(page.plan, seen)
    weights = {choice.parameter for some in page.choices for choice in some}
    modules = _by_option(wide, [*chain(*first), *others], weights)
    if outcomes:
        modules["outcomes"] = _module(Generated(page.plan, outcomes), page.plan)
    rows = Rows(seed)
    places = [rows.places(one.plan) for one in scenarios]
    inputs = [
        [*inputs_of(one, drives, sources, rows.draws(one.plan)), *words_of(choices, page.plan)]
        for one, drives, sources, choices in zip(scenarios, page.drives, page.sources, page.choices, strict=True)
    ]
    filled = [
        [{"draws": where[source.element] if source.element >= 0 else -1, "base": source.base} for source in sources]
        for where, sources in zip(places, page.sources, strict=True)
    ]
    named = {name: place for place, name in enumerate(shipped, 1)}
    return {
        "version": version("wellbeva"),
        "plan_hash": plan_hash(plan),
        "randomisations": RANDOMISATIONS,
        "draws_each": DRAWS_EACH,
        "seed": seed,
        "choose": decision.choose,
        "comparator": decision.comparator,
        "perspective": compiled.record.scenario.whose,
        "perspectives": {name: one.record.scenario.whose_costs for name, one in seen.items()},
        "comparable": decision.choose == "one" and not any(COMPARED.search(one.text) for one in plan.equations),
        "options": [{"name": name, "row": row} for name, row in zip(decision.options, decision.rows, strict=True)],
        "levels": list(decision.levels),
        "values": list(decision.values),
        "central": decision.central,
        "hurdle": hurdle(compiled),
        "has_net_cost": decision.net_cost is not None,
        "outcomes": _outcomes(plan, outcomes),
        "beside": {role: compiled.record.scenario.model.named(role) for role in (*BESIDE, *TIMED)},
        "fixed_time": fixed_time or "",
        "years": [(year, year_word(compiled.record, year)) for year in years_of(plan)],
        "inputs": inputs[0],
        "elements": filled[0],
        "variants": [
            {
                "name": one.name,
                "label": one.label,
                "ships": one.name in named,
                "why": apart.get(one.name, "this page does not hold it"),
                **(_changes(named[one.name], scenarios, inputs, filled) if one.name in named else {}),
            }
            for one in compiled.record.scenario.variants.values()
        ],
        "checks": {f"check.{index}": check.say for index, check in enumerate(plan.checks)},
        "samplings": rows.samplings,
        "numbers": rows.numbers.text(),
        "modules": modules,
    }


def _whole_time(compiled: CompiledScenario) -> str | None:
    """Return why all of time counts for what a page shows of a scenario, see `whole_time`."""
    return whole_time(compiled, [one.node for role in ROLES if role != "check" for one in page_targets(compiled, role)])


def _changes(
    place: int, scenarios: Sequence[CompiledScenario], inputs: list[list[Any]], filled: list[list[Any]]
) -> dict[str, Any]:
    """Return how a variant differs: its inputs, what fills its rows, the value of a unit of effect."""
    decision = scenarios[place].plan.decision
    assert decision is not None
    paths = {one["path"]: one for one in inputs[place]}
    return {
        "values": list(decision.values),
        "inputs": [one for one in inputs[place] if one not in inputs[0]],
        "gone": [one["path"] for one in inputs[0] if one["path"] not in paths],
        "elements": {
            index: mine for index, (mine, base) in enumerate(zip(filled[place], filled[0], strict=True)) if mine != base
        },
    }


def _by_option(wide: Plan, wanted: Sequence[Target], weights: Collection[str]) -> dict[str, Any]:
    """Return modules that evaluate some targets of chosen options, and which of both each element reaches.

    Checks are a module of their own, for few inputs reach them. So are totals along time, unless they are too many to
    be kept: most inputs that reach all options are a factor of the totals, so that nothing along time changes. So is
    what they add up, for what weights it (discount factors, how much time counts).
    """
    of = partial(Generated, wide, wanted, chosen=OPTION)
    checks = {one.name for one in wanted if one.role == "check"}
    apart = {"decision": {one.name for one in wanted} - checks, "checks": checks}
    wholes = {"decision": of(only=apart["decision"])}
    if checks and (refusing := of(only=checks)).rows:
        wholes["checks"] = refusing
    totals, along = of(part="totals"), of(part="along", weights=weights)
    first = len(wide.elements)
    modules, kept = wholes, 0
    if totals.height and first + totals.height <= MOST_KEPT:
        modules = {"totals": totals, **{name: of(part="rest", only=apart[name]) for name in wholes}}
        kept = totals.height
        if along.height and first + kept + along.height <= MOST_KEPT:
            modules = {"along": along, **modules, "totals": of(part="totals", weights=weights)}
            kept += along.height
    found = {name: _module(made, wide, kept) for name, made in modules.items()}
    firsts = {"along": first + totals.height, "totals": first}  # of the rows that they fill behind the elements'
    for name, part in found.items():
        made = wholes.get(name) or {"along": along, "totals": totals}[name]
        part |= {"first": firsts.get(name, 0), "reach": reach(wide, made), "depends": depends(wide, made)}
    return found


def _module(made: Generated, wide: Plan, kept: int = 0) -> dict[str, Any]:
    """Return a module of some loops, and what it reads; rows that are kept stand behind those of the elements."""
    try:
        simd, scalar = (module_bytes(made.loops, features) for features in (VECTORS, ""))
    except NotAModuleError as error:
        raise _refused(str(error)) from None
    scratch = made.loops.height * made.loops.stride
    memory = 8 * (DRAWS_EACH * (RANDOMISATIONS * (len(wide.elements) + kept) + made.height) + scratch)
    if memory > MOST_MEMORY:
        fact = f"{len(wide.elements):,} inputs and {made.height:,} results take {memory / 2**20:,.0f} MB"
        raise _refused(f"it would take more than {MOST_MEMORY // 2**20} MB in a browser", fact)
    return {
        "simd": encoded(simd),
        "scalar": encoded(scalar),
        "data": encoded(made.data.astype("<f8").tobytes()),
        "rows": encoded(made.element_rows.astype("<i8").tobytes()),
        "scratch": scratch,
        "height": made.height,
        "targets": {name: list(rows) for name, rows in made.rows.items()},
        "constants": {name: np.ravel(array).tolist() for name, array in made.constant.items()},
    }


def _shown(plan: Plan) -> Decision:
    """Return the decision; refuse scenarios whose draws or decision a page does not have."""
    if plan.decision is None:
        raise _refused("its model has no decision, and a page shows one")
    if plan.supplied:
        fact = f"the table has {plan.supplied:,} rows"
        raise _refused("its draws are the rows of a table and nothing else is uncertain", fact)
    adjusted = [one.name.split(".")[1] for one in plan.parameters if one.name.startswith("adjusted.")]
    if adjusted:
        fact = f"adjusted: {', '.join(dict.fromkeys(adjusted))}"
        raise _refused("`evidence_adjustment` makes its factors from the numbers as they are written", fact)
    return plan.decision


def _refused(reason: str, *facts: str) -> WellbevaError:
    remedy = "`wellbeva report` shows the same numbers on a page that stays as it is"
    return refusal("WB-R531", f"a living page cannot show this scenario: {reason}", remedy, *facts)


def _outcomes(plan: Plan, wanted: Sequence[Target]) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "axes": list(one.axes), "labels": [list(plan.axes[axis].labels) for axis in one.axes]}
        for one in wanted
    ]
