"""How soon `wellbeva check` answers on a long scenario with variants, against importing what it stands on."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.benchmark import Benchmark, Task

BARE = "import numpy, scipy.special, pydantic, yaml, typer"
VARIANTS = 8
HEAD = """schema: wellbeva/scenario/1
scenario: A long list of offers
question: Which of them?
model: wellbeing_trajectory
appraisal: green-book-2026
time: {step: year, from: 0, to: 9, starts: 2026}
comparator: nothing
choose: several
groups: {young: Under 25, old: Over 65}
axes: {payer: {council: Council, nhs: NHS}, body: {nhs_saves: NHS}}
"""
LINES_OF_AN_OFFER = 19


def _offer(number: int) -> str:
    """Write one option: a dozen numbers, each with its source, and intervals of its own."""
    end = 78 + number % 5
    return f"""  offer_{number}:
    label: Offer {number}
    doc: What offer {number} does
    people: {{by: group, young: {100 + number} people, old: {50 + number} people}}
    take_up: 70% (60% to {end}%) [study_{number} Table 2]
    completion: {30 + number % 10} of 45 [study_{number}]
    effect:
      by: group
      young: 0.30 (0.05 to 0.{50 + number % 10}) [study_{number} Table 3]
      old: 0.20 (se 0.05) [study_{number}]
    hold: 9 months (range 3 to {15 + number % 4}) [study_{number}]
    fade: 1 year [study_{number}]
    cost_once: {{by: payer, council: "£5,000 in 2023 prices", nhs: £0, source: study_{number}}}
    cost_per_person:
      by: payer
      council: £95 in 2022 prices (£80 to £{110 + number % 7})
      nhs: £10 in 2023 prices
      source: study_{number}
    deadweight: 10% [assumed]
"""


def scenario(lines: int) -> str:
    """Return a scenario of about as many lines, a source for each offer, with eight variants."""
    offers = max(1, lines // (LINES_OF_AN_OFFER + 2))
    text = HEAD + "options:\n" + "".join(_offer(number) for number in range(offers)) + "variants:\n"
    for number in range(VARIANTS):
        text += f"  v{number}: {{label: Variant {number}, hold.offer_{number % offers}: 12 months (range 6 to 20)}}\n"
    text += "sources:\n"
    for number in range(offers):
        text += f"  study_{number}:\n    {{cite: Study {number}, design: before and after, evidence: initial}}\n"
    return text


def _python(*words: str) -> Task:
    """Run an interpreter that keeps bytecode, as a user's does: the libraries on the other side have theirs anyway."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def task() -> int:
        return subprocess.run([sys.executable, *words], check=True, capture_output=True, env=environment).returncode

    return task


def _check(size: int, _threads: int) -> Task:
    file = Path(tempfile.mkdtemp()) / "long.yaml"
    file.write_text(scenario(size), "utf-8")
    return _python("-m", "wellbeva", "check", str(file))


def _bare(_size: int, _threads: int) -> Task:
    return _python("-c", BARE)


def _both_ended_well(ours: object, theirs: object) -> None:
    assert ours == theirs == 0


BENCHMARK = Benchmark(
    name="check-2000-lines",
    against=f"python -c '{BARE}', that is, importing what the command stands on and doing nothing",
    ask=3.3,  # one second where the bare imports take 0.3 s
    ours=_check,
    theirs=_bare,
    agree=_both_ended_well,
    sizes=(2_000,),
    tiny=60,
    counts="lines",
)
