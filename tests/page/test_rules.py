"""The report's rules in JavaScript say what they say in Python: numbers, names, page one of moved scenarios."""

from __future__ import annotations

import dataclasses
import json
import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.page.engine_result import engine_result
from tests.page.script import javascript
from tests.tiers import thorough_after
from wellbeva import api
from wellbeva.analysis.tables.league import BAND_SHARE
from wellbeva.page.front.rules import encoded, source
from wellbeva.page.front.translation import NotTranslatedError, translate
from wellbeva.page.page_plan import TIMED
from wellbeva.report.facts.answer import answer
from wellbeva.report.facts.difference import difference
from wellbeva.report.facts.names import axis_word
from wellbeva.report.facts.result import Result
from wellbeva.report.facts.sensitivity import Changes
from wellbeva.report.page.blocks.timing import timing_blocks, year_word, years_of
from wellbeva.report.page.cells import money_tick, tick
from wellbeva.report.page.registry import ReportInputs
from wellbeva.report.page.summary.balance import balance_table
from wellbeva.report.page.summary.league import league_table
from wellbeva.report.page.summary.rivals import best_tiles, rivals_table, telling_letters, tiles_title
from wellbeva.report.page.view import Block
from wellbeva.report.text import numbers
from wellbeva.report.text.units import amount
from wellbeva.results.standard_errors import SURE

SCENARIOS = Path(__file__).parents[2] / "scenarios"

LABELS = (
    "Weekly befriending visits", "NHS Volunteer Responders", "A worker who links people to NHS groups", "Home-Start",
    "One-to-one mentoring", "Arts in schools (Factory International)", "Éva's choir", "🌳 walks", "A", "A and B",
    "Option 3", "", "Doing nothing", "</script><b>",
)  # fmt: skip


def test_numbers_and_names_are_written_alike(tmp_path: Path) -> None:
    luck = random.Random(1)
    values = [0.0, 0.725, 9.96, 1349.0, 9960.0, 999.5, -0.00003, 0.995, 1e12, math.nan]
    values += [luck.choice((-1, 1)) * 10 ** luck.uniform(-6, 10) for _ in range(1500)]
    values += [round(luck.uniform(0, 100), luck.randint(0, 4)) for _ in range(500)]
    shares = [0.0, 1.0, 0.0004, 0.0005, 0.9995, 0.05, 0.95, 0.45, 0.55, *(luck.random() for _ in range(500))]
    finite = [x for x in values if math.isfinite(x)]
    asked: list[tuple[Callable[..., object], list[Any]]] = [
        *((write, [x]) for x in values for write in (numbers.number, numbers.price, numbers.total)),
        *((write, [x]) for x in finite for write in (numbers.count, tick)),
        *((money_tick, [x, "GBP"]) for x in finite),
        *(
            (amount, [x, unit, "GBP"])
            for x in values[:300]
            for unit in ("share", "year", "LS", "GBP[2025]/person", "ratio")
        ),
        *((say, [p, 16384]) for p in shares for say in (numbers.chance, numbers.in_futures, numbers.in_thousand)),
        *((numbers.in_ten, [p]) for p in shares),
        *((numbers.in_sentence, [label]) for label in LABELS),
        (telling_letters, [list(LABELS[:11])]),
        *((numbers.tiles, [[luck.random() for _ in range(luck.randint(1, 6))]]) for _ in range(200)),
    ]
    calls = [(f"{one.__module__.rpartition('.')[2]}${one.__name__}", encoded(given)) for one, given in asked]
    said = javascript(
        f"{source()}give({json.dumps(calls)}.map(([name,given])=>eval(name)(...facts.revived(given))))", tmp_path
    )
    assert said == [list(x) if isinstance(x := one(*given), tuple) else x for one, given in asked]


def test_what_has_no_translation_is_refused() -> None:
    def with_try(x: float) -> float:
        try:
            return 1 / x
        except ZeroDivisionError:
            return 0.0

    with_try.__qualname__ = "with_try"
    with_try.__module__ = "wellbeva.trial"
    with pytest.raises(NotTranslatedError, match="Try"):
        translate([with_try], {})


MOVED = {
    "easing-stress": ((), ("take_up=10%",), ("time.to=1 year",)),
    "park-and-neighbours": ((),),
    "easing-loneliness": (
        (), ("take_up.visits=30%",), ("participation_deadweight=90%",), ("take_up.phone=0%",),
        ("external_validity=5%",), ("hold.visits=60 months",),
    ),
    "uk-community-offers": (
        (), ("effect.parkrun=3",), ("effect.nhs_volunteers=-0.2",), ("publication_bias=0%",),
        ("effect.mandem=0", "effect.power2=-1"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", thorough_after(2, MOVED))
def test_r232_page_one_is_that_of_the_report(name: str, tmp_path: Path) -> None:
    """R232: every word, number and mark, from the facts of the scenario as saved and the numbers of a moved run."""
    runs = [api.run(SCENARIOS / f"{name}.yaml", draws=16384, overrides=list(moved)) for moved in MOVED[name]]
    # Grades have a test of their own: a moved run has others.
    cases = [_case(run) for run in runs]
    said = javascript(
        f"{source()}const saved=facts.revived({json.dumps(encoded(runs[0].facts))});"
        f"give({json.dumps(cases)}.map((one)=>({PAGE_ONE})(facts.result(saved,one.run,{SURE},{BAND_SHARE}),one)))",
        tmp_path,
    )
    for one, run in zip(said, runs, strict=True):
        _same(one, _plain(_page_one(run, runs[0])), name)


PAGE_ONE = """(result, one) => {
  const d = one.difference;
  const less = d && new difference$Difference(result.option(d.first), result.option(d.second), facts.revived(d.spread));
  const shown = balance$shown_options(result, true);
  const tiles = result.choose === "one" ? rivals$best_tiles(result) : [];
  return {
    answer: answer$answer(result),
    table: result.choose === "one" ? rivals$rivals_table(result, less) : league$league_table(result),
    tiles, title: tiles.length ? rivals$tiles_title(tiles) : "",
    cash: facts.cash(result, one.run, one),
    balance: shown.length
      ? balance$balance_of(facts.lines(result, one.run, shown, { ...one, ...one.engine }), result, shown, true) : null,
  };
}"""


def _case(run: api.Run) -> dict[str, Any]:
    record, data = run.compiled.record, run.dataset
    less = difference(data, run.facts) if run.facts.choose == "one" else None
    outcomes = [(str(name), one) for name, one in data.data_vars.items() if one.attrs.get("kind") == "outcome"]
    return {
        "run": engine_result(run),
        "difference": less and {"first": less.first.name, "second": less.second.name, "spread": encoded(less.spread)},
        "engine": {
            "outcomes": [
                {
                    "name": name, "axes": one.dims[1:],
                    "labels": [[str(x) for x in data[axis].values] for axis in one.dims[1:]],
                }
                for name, one in outcomes
            ],
            "years": [(year, year_word(record, year)) for year in years_of(run.compiled.plan)],
            "beside": {role: record.scenario.model.named(role) for role in TIMED},
        },
        "words": {
            axis: {str(label): axis_word(record, axis, str(label)) for label in data[axis].values}
            for axis in ("payer", "group", "body") if axis in data
        },
        "volunteers": record.scenario.model.named("volunteer_cost"),
    }  # fmt: skip


def _page_one(run: api.Run, saved: api.Run) -> dict[str, object]:
    """Return page one of a moved run, graded as the saved one."""
    grades = {one.name: (one.evidence, one.evidence_note, one.uncontrolled) for one in saved.facts.options}
    options = tuple(
        dataclasses.replace(
            one, **dict(zip(("evidence", "evidence_note", "uncontrolled"), grades[one.name], strict=True))
        )
        for one in run.facts.options
    )
    result = dataclasses.replace(run.facts, options=options)
    less = difference(run.dataset, result) if result.choose == "one" else None
    tiles = best_tiles(result) if result.choose == "one" else ()
    return {
        "answer": answer(result),
        "table": rivals_table(result, less) if result.choose == "one" else league_table(result),
        "tiles": tiles,
        "title": tiles_title(tiles) if tiles else "",
        "cash": next(iter(_cash(run, result)), None),
        "balance": balance_table(run.dataset, run.compiled.record, result, best=True),
    }


def _cash(run: api.Run, result: Result) -> list[Block]:
    report = ReportInputs(run.dataset, run.compiled.record, run.compiled.plan, run.tables, result, Changes())
    return [block for block in timing_blocks(report) if block.key == "tc"]


def _plain(x: Any) -> Any:
    if dataclasses.is_dataclass(x):
        return {field.name: _plain(getattr(x, field.name)) for field in dataclasses.fields(x)}
    if isinstance(x, dict):
        return {key: _plain(value) for key, value in x.items()}
    if isinstance(x, tuple | list):
        return [_plain(one) for one in x]
    return None if isinstance(x, float) and not math.isfinite(x) else x


def _same(one: Any, other: Any, place: str) -> None:
    """Compare words exactly and places of marks to what their sums round to."""
    if isinstance(one, dict) and isinstance(other, dict):
        assert one.keys() == other.keys(), place
        for key in one:
            _same(one[key], other[key], f"{place}.{key}")
    elif isinstance(one, list) and isinstance(other, list):
        assert len(one) == len(other), place
        for at, (first, second) in enumerate(zip(one, other, strict=True)):
            _same(first, second, f"{place}[{at}]")
    elif isinstance(one, int | float) and not isinstance(one, bool) and isinstance(other, int | float):
        assert math.isclose(one, other, rel_tol=1e-9, abs_tol=0.011), place  # percent, rounded to two decimals
    else:
        assert one == other, place
