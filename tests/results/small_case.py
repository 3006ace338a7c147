"""Two offers of 100 places and doing nothing, small enough for hand arithmetic; reduced here by plain NumPy.

wellbys = people * effect * held, cost = people * price, npsv = wellbys * value - cost,
cost_per_wellby = ratio(cost, wellbys).
"""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from wellbeva.core.axes import Axis
from wellbeva.core.units import Unit
from wellbeva.distributions.spec import Distribution
from wellbeva.engine.reductions.result import EngineResult, Moments, Quantiles, Tally
from wellbeva.language.ir import Binary, Ratio, Ref
from wellbeva.plan.plan import BreakEven, Decision, Element, Plan, PlanEquation, PlanParameter

ONE = Unit()
PROBABILITIES = np.asarray([0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975])
EFFECT = np.asarray([0.4, 0.1])
"""Base case of the two effects, LS a person."""
SPREAD = np.asarray([0.2, 0.05])
PRICE = np.asarray([2000.0, 1800.0])
"""£ a person."""
HELD = 0.5
"""Years."""
VALUES = (13_000.0, 16_000.0, 20_000.0)


def parameter(name, axes, values, elements=None):
    values = np.asarray(values, dtype=np.float64)
    cells = np.full(values.shape, -1) if elements is None else np.asarray(elements)
    return PlanParameter(name, axes, ONE, "float", values, cells.astype(np.int32), f"what {name} is")


def times(left, right, axes):
    return Binary(op="mul", left=left, right=right, axes=axes)


def small_plan(*, choose="one", effect=EFFECT, price=PRICE, levels=True):
    drawn = ("draw", "option")
    people = Ref(name="people")
    gain = Ref(name="effect", axes=drawn)
    spent = Ref(name="price", axes=("option",))
    wellbys = times(times(people, gain, drawn), Ref(name="held"), drawn)
    value = Ref(name="wellby_value", axes=("level",))
    wide = ("draw", "option", "level")
    npsv = Binary(
        op="sub",
        left=times(Ref(name="wellbys", axes=drawn), value, wide),
        right=Ref(name="cost", axes=("option",)),
        axes=wide,
    )
    per = Ratio(top=Ref(name="cost", axes=("option",)), bottom=Ref(name="wellbys", axes=drawn), axes=("option",))
    options = ("visits", "calls") + (("nothing",) if choose == "one" else ())
    decision = Decision(
        effect=Ref(name="wellbys", axes=drawn),
        cost=Ref(name="cost", axes=("option",)),
        levels=("low", "central", "high") if levels else (),
        values=VALUES if levels else (),
        central=1 if levels else 0,
        options=options,
        rows=(0, 1, -1)[: len(options)],
        comparator=2 if choose == "one" else -1,
        choose=choose,
        thresholds=(0.0, *VALUES),
    )
    return Plan(
        title="Two offers",
        axes={
            "option": Axis("option", ("visits", "calls"), ("Weekly visits", "Telephone calls")),
            "level": Axis("level", ("low", "central", "high")),
        },
        parameters=(
            parameter("people", (), 100.0),
            parameter("effect", ("option",), effect, [0, 1]),
            parameter("held", (), HELD),
            parameter("price", ("option",), price),
            parameter("wellby_value", ("level",), VALUES),
        ),
        elements=(
            Element(
                "effect[visits]", 0, Distribution("normal", (float(effect[0]), float(SPREAD[0]))), float(effect[0])
            ),
            Element("effect[calls]", 1, Distribution("normal", (float(effect[1]), float(SPREAD[1]))), float(effect[1])),
        ),
        equations=(
            PlanEquation("wellbys", wellbys, "draw", "WELLBY", "WELLBYs gained", ""),
            PlanEquation("cost", times(people, spent, ("option",)), "draw", "GBP", "cost to everybody", ""),
            PlanEquation("npsv", npsv, "draw", "GBP", "net present social value", ""),
            PlanEquation("cost_per_wellby", per, "mean", "GBP/WELLBY", "cost of a WELLBY", ""),
        ),
        groups=(("wellbys",), ("cost",), ("npsv",), ("cost_per_wellby",)),
        outcomes=("wellbys", "cost", "npsv", "cost_per_wellby"),
        decision=decision,
        break_even=(BreakEven("held", "npsv"), BreakEven("effect", "npsv")),
        price_year=2025,
    )


def moments(axes, draws):
    """Reduce array (randomisation, draw, *axes)."""
    count = np.full(draws.shape[0], draws.shape[1])
    mean = draws.mean(axis=1)
    return Moments(axes, count, mean, ((draws - mean[:, None]) ** 2).sum(axis=1))


def quantiles(axes, draws):
    flat = draws.reshape(-1, *draws.shape[2:])
    values = np.quantile(flat, PROBABILITIES, axis=0)
    return Quantiles(axes, PROBABILITIES, values, np.full(values.shape, 0.25))


def tally(plan, effect, cost):
    decision = plan.decision
    at = np.asarray(decision.thresholds)[:, None]
    net = at * effect[:, :, None] - cost[:, :, None]
    number = len(decision.options)
    top = net.max(axis=-1, keepdims=True)
    ties = (net == top).sum(axis=-1)
    best = np.stack([((net == top) & (ties == tie)[..., None]).sum(axis=1) for tie in range(1, number + 1)], axis=-1)
    none = decision.comparator < 0
    gain = effect - (0 if none else effect[..., [decision.comparator]])
    spent = cost - (0 if none else cost[..., [decision.comparator]])
    values = np.asarray(decision.values)[:, None]
    worth = (values * gain[:, :, None] - spent[:, :, None] > 0).sum(axis=1)
    if decision.choose == "one":
        central = decision.values[decision.central] * effect - cost if decision.values else effect
        beats = (central[..., :, None] > central[..., None, :]).sum(axis=1)
    else:
        score = decision.values[decision.central] * effect - cost if decision.values else effect
        free = np.maximum(cost[..., :, None], cost[..., None, :]) <= 0
        per_pound = effect[..., :, None] * cost[..., None, :] > effect[..., None, :] * cost[..., :, None]
        beats = np.where(free, score[..., :, None] > score[..., None, :], per_pound).sum(axis=1)
        best = best[:, :0]
    count = np.full(effect.shape[0], effect.shape[1])
    return Tally(
        np.asarray(decision.thresholds),
        best,
        net.max(axis=-1).mean(axis=1),
        (gain <= 0).sum(axis=1),
        worth,
        beats,
        count,
    )


def reduce(plan, effects, *, keep=True, price=PRICE):
    """Engine result of drawn effects, array (randomisation, draw, 2)."""
    wellbys = 100 * effects * HELD
    cost = np.broadcast_to(100 * price, wellbys.shape)
    npsv = wellbys[..., None] * np.asarray(VALUES) - cost[..., None]
    decision = plan.decision
    nothing = np.zeros((*wellbys.shape[:2], len(decision.options) - 2))
    effect, spent = (np.concatenate([one, nothing], axis=-1) for one in (wellbys, cost))
    found = {
        "wellbys": (("option",), wellbys),
        "cost": (("option",), cost),
        "npsv": (("option", "level"), npsv),
        "decision.effect": (("option",), effect),
        "decision.cost": (("option",), spent),
        "mean.cost_per_wellby.0": (("option",), wellbys),
    }
    if decision.levels:
        net = np.asarray(decision.values)[:, None] * effect[:, :, None] - spent[:, :, None]
        found["decision.net_benefit"] = (("level", "option"), net)
    if decision.choose == "several" and (price > 0).all():
        found["decision.per_1000"] = (("option",), 1000 * effect / spent)
    kept = {name: array for name, (_, array) in found.items() if name in {"npsv", "decision.effect", "decision.cost"}}
    return EngineResult(
        engine="by hand",
        design="random",
        seed=7,
        threads=1,
        randomisations=effects.shape[0],
        draws_each=effects.shape[1],
        moments={name: moments(axes, array) for name, (axes, array) in found.items()},
        quantiles={
            name: quantiles(axes, array) for name, (axes, array) in found.items() if not name.startswith("mean.")
        },
        tally=tally(plan, effect, spent),
        kept_each=effects.shape[1] if keep else 0,
        draws=kept if keep else {},
        inputs={f"effect[{name}]": effects[..., index] for index, name in enumerate(("visits", "calls"))}
        if keep
        else {},
    )


def small_case(
    *, choose="one", effect=EFFECT, price=PRICE, levels=True, keep=True, randomisations=16, draws=512, seed=3
):
    plan = small_plan(choose=choose, effect=effect, price=price, levels=levels)
    generator = np.random.default_rng(seed)
    effects = effect + SPREAD * generator.standard_normal((randomisations, draws, 2))
    return SimpleNamespace(
        plan=plan, result=reduce(plan, effects, keep=keep, price=price), effects=effects, replace=replace
    )
