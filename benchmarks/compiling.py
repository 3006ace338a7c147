"""How long the compiled engine takes to compile a model: 15, 60 and 240 equations, cold and from the disk.

The model is generated: blocks of fifteen equations, each with sums, exponentials, a recurrence and choices of its own
and each adding to the totals of the one before. Each measurement is a process of its own, in which all is imported and
the plan is ready before the clock starts. Cold: the cache is empty. From the disk: a process before has filled it.
After the clock has stopped the process counts the parts that were compiled and compares a block of draws with the
blocked engine.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.benchmark import Asked, Benchmark, Measured, Task, answer, clean_environment

EQUATIONS_OF_A_BLOCK = 15
OPTIONS = ("walks", "visits", "courses", "sports")
GROUPS = ("young", "middle", "older", "oldest")
HEAD = """schema: wellbeva/model/1
model: generated
title: A model of many equations
axes:
  level: {labels: [low, central, high], doc: which value of a WELLBY is used}
parameters:
  wellby_value: {unit: money/WELLBY, by: level, from: appraisal, doc: value of one WELLBY}
"""
PARAMETERS = """  people_K: {unit: person, by: [option, group], doc: people offered a place}
  take_up_K: {unit: share, by: option, doc: those who start}
  share_K: {unit: share, by: group, doc: those who start and stay}
  effect_K: {unit: LS, by: option, bounds: [none, none], doc: full gain}
  decay_K: {unit: ratio, by: option, doc: log of the gain lost in the first year}
  rate_K: {unit: 1/year, by: option, doc: rate of leaving}
  price_K: {unit: money/person, by: option, doc: cost of each person}
  yearly_K: {unit: money/year, by: option, doc: cost of each year}
"""
EQUATIONS = """  started_K: people_K * take_up_K in person
  reached_K: started_K * share_K in person
  left_K: exp(-decay_K * sqrt((t + step / 2) / 1 year)) in ratio
  peak_K: clip(effect_K, -1, 2) in LS
  gain_K: peak_K * left_K in LS
  lapse_K: rate_to_prob(rate_K, step) in share
  staying_K: lag(staying_K * (1 - lapse_K), 1) in share
  by_group_K: sum(reached_K * gain_K * staying_K * step * discount(wellbeing), over=time) in WELLBY
  wellbys_K: BEFORE_WELLBYS sum(by_group_K, over=group) in WELLBY
  variable_K: price_K * sum(started_K, over=group) in money
  running_K: sum(yearly_K * staying_K * step * discount(money), over=time) in money
  cost_K: BEFORE_COST variable_K + running_K in money
  benefit_K: wellbys_K * wellby_value in money
  net_K: benefit_K - cost_K in money
  lasting_K: mean(where(left_K > 50%, staying_K, 0), over=time) in share
"""
SCENARIO = """schema: wellbeva/scenario/1
scenario: A model of many equations
question: How soon is it compiled? All numbers are made up.
model: generated
appraisal: green-book-2026
time: {step: year, from: 0, to: 9, starts: 2026}
comparator: nothing
choose: one
groups: {young: Young, middle: Middle, older: Older, oldest: Oldest}
"""
TIMED = """
import json, sys, time
import numpy as np
from wellbeva import api
from wellbeva.engine.blocked import Blocked
from wellbeva.engine.compiled import module_cache
from wellbeva.engine.compiled.engine import Compiled
from wellbeva.engine.run.block_loop import sampler_of
from wellbeva.engine.targets import targets
plan = api.load(sys.argv[1]).plan
compiled, compile_module = [], module_cache.compile_module
module_cache.compile_module = lambda *given: compiled.append(given) or compile_module(*given)
start = time.perf_counter()
Compiled(plan, targets(plan)).prepare()
seconds = time.perf_counter() - start
draws = sampler_of(plan, design="random", seed=1, draws_each=512).block(0, 0, 512)
mine, theirs = Compiled(plan, targets(plan)).block(draws), Blocked(plan, targets(plan)).block(draws)
assert mine.keys() == theirs.keys()
apart = max(float(np.abs(mine[name] - theirs[name]).max() / np.abs(theirs[name]).max()) for name in theirs)
print(json.dumps({"seconds": seconds, "compiled": len(compiled), "apart": apart}))
"""


@dataclass(frozen=True, slots=True)
class Warmed:
    """What a process came to: what it compiled, and how far its numbers are from the blocked engine's."""

    seconds: float
    compiled: int
    apart: float


def model(equations: int) -> str:
    """Return a model of so many equations, a multiple of 15."""
    blocks = range(1, equations // EQUATIONS_OF_A_BLOCK + 1)
    text = HEAD + "".join(PARAMETERS.replace("_K", f"_{block}") for block in blocks) + "equations:\n"
    for block in blocks:
        before = ("", "") if block == 1 else (f"wellbys_{block - 1} +", f"cost_{block - 1} +")
        written = EQUATIONS.replace("_K", f"_{block}")
        text += written.replace("BEFORE_WELLBYS ", before[0] + " ").replace("BEFORE_COST ", before[1] + " ")
    last = blocks[-1]
    kept = [f"wellbys_{last}", f"cost_{last}", *(f"{name}_{block}" for block in blocks for name in ("net", "lasting"))]
    text += "outcomes:\n" + "".join(f"  - {name}\n" for name in kept)
    return text + f"decision: {{effect: wellbys_{last}, cost: cost_{last}, value: wellby_value}}\n"


def scenario(equations: int) -> str:
    """Return a scenario for it: 28 uncertain numbers for each fifteen equations."""
    blocks = range(1, equations // EQUATIONS_OF_A_BLOCK + 1)
    text = SCENARIO + "options:\n"
    for number, option in enumerate(OPTIONS):
        text += f"  {option}:\n    label: Offer {number + 1}\n"
        for block in blocks:
            some = (block + number) % 5
            people = ", ".join(f"{group}: {100 + 10 * some}" for group in GROUPS)
            text += f"""    people_{block}: {{by: group, {people}}}
    take_up_{block}: {100 + some} of 150
    effect_{block}: 0.{30 + some} (se 0.10)
    decay_{block}: {{lognormal: {{median: 0.5{some}, sdlog: 0.25}}}}
    rate_{block}: {{gamma: {{mean: 0.1{some} per year, sd: 0.03 per year}}}}
    price_{block}: {{gamma: {{mean: £{200 + some} in 2023 prices, sd: £30 in 2023 prices}}}}
    yearly_{block}: {{triangular: {{min: £1k in 2023 prices, mode: £2k in 2023 prices, max: £4k in 2023 prices}}}}
"""
    text += "values:\n"
    for block in blocks:
        shares = ", ".join(f"{group}: {30 + number} of 60" for number, group in enumerate(GROUPS))
        text += f"  share_{block}: {{by: group, {shares}}}\n"
    return text + "sources:\n  assumed: {cite: Made up for timing, evidence: assumed, covers: all}\n"


def written(equations: int, folder: Path) -> Path:
    """Write model and scenario, and return the scenario's path."""
    (folder / "generated.yaml").write_text(model(equations), "utf-8")
    path = folder / "many.yaml"
    path.write_text(scenario(equations), "utf-8")
    return path


def warmed(path: Path, cache: Path) -> Warmed:
    """Warm a scenario's model in a process of its own."""
    command = [sys.executable, "-c", TIMED, str(path)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=clean_environment(cache))
    return Warmed(**json.loads(done.stdout))


def _cold(size: int, _threads: int) -> Task:
    folder = Path(tempfile.mkdtemp())
    path = written(size, folder)

    def task() -> Measured:
        found = warmed(path, Path(tempfile.mkdtemp(dir=folder)))
        return Measured(found, amount=found.seconds)

    return task


def _kept(size: int, _threads: int) -> Task:
    folder = Path(tempfile.mkdtemp())
    path, cache = written(size, folder), folder / "cache"
    warmed(path, cache)

    def task() -> Measured:
        found = warmed(path, cache)
        return Measured(found, amount=found.seconds)

    return task


def compiled_and_right(mine: object, _other: object) -> None:
    """Something was compiled, and what came of it agrees with the blocked engine (1e-13 of a target's largest)."""
    found = answer(mine)
    assert isinstance(found, Warmed)
    assert found.compiled > 0, found
    assert found.apart < 1e-13, found


def loaded_and_right(mine: object, _other: object) -> None:
    """Nothing was compiled, and the numbers are as right."""
    found = answer(mine)
    assert isinstance(found, Warmed)
    assert found.compiled == 0, found
    assert found.apart < 1e-13, found


def _benchmark(
    name: str,
    seconds: float,
    size: int,
    prepare: Callable[[int, int], Task],
    agree: Callable[[object, object], None],
) -> Benchmark:
    return Benchmark(
        name=f"{name}-{size}",
        against="a bound in seconds",
        ask=seconds,
        asked=Asked.SECONDS,
        ours=prepare,
        theirs=None,
        agree=agree,
        sizes=(size,),
        tiny=EQUATIONS_OF_A_BLOCK,
        counts="equations",
        repeats=3,
    )


BENCHMARKS = (
    _benchmark("compile", 2.0, 15, _cold, compiled_and_right),
    _benchmark("compile", 3.0, 60, _cold, compiled_and_right),
    _benchmark("compile", 6.0, 240, _cold, compiled_and_right),
    *(_benchmark("compile-kept", 0.5, size, _kept, loaded_and_right) for size in (15, 60, 240)),
)
