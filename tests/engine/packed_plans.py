"""Plans that are reduced by NumPy and by kernels, from the same values of the blocked engine."""

from __future__ import annotations

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from tests.engine.engine_plans import Make, axis, element, equation, parameter, plan
from wellbeva.engine.blocked import Blocked
from wellbeva.engine.reductions import chunk as chunks
from wellbeva.engine.reductions.accumulator import Accumulator
from wellbeva.engine.reductions.kept_draws import DrawStore
from wellbeva.engine.reductions.moments import join
from wellbeva.engine.reference.interpreter import Interpreter
from wellbeva.engine.targets import CopiedDraws, targets
from wellbeva.plan.plan import Check, Decision


def collect(made, sampler, layout, *, packed, block=1024, threads=1, everything=False, allow_nonfinite=False):
    """Reduce a run, chunks in any number of threads; they are taken in their order."""
    wanted = targets(made)
    with np.errstate(all="ignore"):
        evaluator = Blocked(made, wanted)
    keep = DrawStore(made, wanted, evaluator.constant, layout=layout, everything=everything)
    base = Interpreter(made, draws={}, count=0, replace={})
    base.run()
    given = {"layout": layout, "base": base, "block": block, "allow_nonfinite": allow_nonfinite, "kernels": packed}
    found = Accumulator(made, wanted, evaluator, keep, sampler=CopiedDraws(sampler), **given)
    tasks = [(row, start) for row, size in enumerate(layout.sizes) for start in range(0, size, chunks.CHUNK)]
    stop = threading.Event()
    with ThreadPoolExecutor(threads) as pool:
        for part in pool.map(lambda task: found.chunk(*task, stop), tasks):
            found.take(part)
    return found


def tree(nodes):
    """Join nodes in pairs of neighbours until one is left; an odd one waits for the next round."""
    level = list(nodes)
    while len(level) > 1:
        joined = [join(level[index], level[index + 1]) for index in range(0, len(level) - 1, 2)]
        level = joined + level[len(level) - len(level) % 2 :]
    return level[0]


def everything(found):
    """Return all that a run hands on, as bytes by name."""
    told = {}
    for kind, several in (
        ("moments", found.moments()),
        ("quantiles", found.quantiles()),
        ("tally", {"": found.tally()}),
    ):
        for name, one in several.items():
            for field in dataclasses.fields(one) if one is not None else ():
                value = getattr(one, field.name)
                if isinstance(value, np.ndarray):
                    # one NaN is as good as another: which of two a sum hands on is the processor's choice
                    plain = np.where(np.isnan(value), np.nan, value) if value.dtype == float else value
                    told[f"{kind}.{name}.{field.name}"] = plain.tobytes()
    for kind, several in (("draws", found.keep.draws()), ("inputs", found.keep.inputs())):
        told |= {f"{kind}.{name}": value.tobytes() for name, value in several.items()}
    told["true"] = repr([sorted(part.true.items()) for parts in found._parts.values() for part in parts]).encode()
    told["nonfinite"] = str(found.nonfinite).encode()
    return told


def direct(options, *, choose="one", comparator=0, levels=True, checks=()):
    """Effect and cost are drawn themselves, and a third number of whose logarithm there is an outcome.

    Elements: effect, then cost of each option; then the third number. An option ``nothing`` stands last.
    """
    names = [f"o{k}" for k in range(options)]
    axes = {"option": axis("option", *names), "level": axis("level", "low", "high")}
    make = Make(axes, {"e": ("draw", "option"), "c": ("draw", "option"), "x": ("draw",)})
    elements = [
        element(f"{name}[{one}]", k * options + j, 1.0) for k, name in enumerate("ec") for j, one in enumerate(names)
    ]
    elements.append(element("x", 2 * options, 1.0))
    parameters = [
        parameter("e", np.ones(options), ("option",), range(options)),
        parameter("c", np.ones(options), ("option",), range(options, 2 * options)),
        parameter("x", 1.0, (), 2 * options),
    ]
    gain, price, log = make.ref("e"), make.ref("c"), make.call("log", make.ref("x"))
    equations = [equation("gain", gain), equation("price", price), equation("log_x", log)]
    equations.append(equation("both", make.add(gain, price)))
    equations.append(equation("fixed", make.const(2.5)))
    make.symbols |= {one.name: one.expression.axes for one in equations}
    nothing = choose == "one"
    decision = Decision(
        effect=make.ref("gain"),
        cost=make.ref("price"),
        levels=("low", "high") if levels else (),
        values=(1.0, 3.0) if levels else (),
        central=1 if levels else 0,
        options=(*names, "nothing") if nothing else tuple(names),
        rows=(*range(options), -1) if nothing else tuple(range(options)),
        comparator=comparator,
        choose=choose,
        thresholds=(0.0, 1.0, 2.0, 3.0),
    )
    told = [
        Check(severity, make.compare("gt", make.ref(name), make.const(limit)), "Too much.")
        for severity, name, limit in checks
    ]
    return plan(axes, parameters, equations, elements=elements, decision=decision, checks=told)


def nasty(rng, shape):
    """Whole numbers that tie, zeros of both signs, and numbers from 1e-300 to 1e100."""
    x = rng.integers(-2, 3, shape).astype(float)
    x = np.where(rng.random(shape) < 0.1, -0.0, x)
    wide = rng.normal(size=shape) * 10.0 ** rng.uniform(-300, 100, shape)
    return np.where(rng.random(shape) < 0.1, wide, x)
