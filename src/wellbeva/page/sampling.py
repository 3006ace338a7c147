"""What a page draws from: scrambled points, and as much of each quantile table as its draws touch.

The script makes the same bits as `sampling.sampler`: points are combinations of direction numbers, and tables are read
by plain additions and multiplications. A piece of a table that fewer than eight draws touch takes more room than these
draws, so they are given themselves; so are all draws of a law without a table.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Floats
from wellbeva.distributions.tables import normal_scores
from wellbeva.distributions.tables.quantile_tables import POWERS, ROWS, located
from wellbeva.engine.reductions.replicates import RANDOMISATIONS
from wellbeva.plan.plan import Element, Joint, Plan
from wellbeva.sampling import dependence, sobol
from wellbeva.sampling.sampler import Sampler

Data = dict[str, Any]

DRAWS_EACH: Final = 1024
"""Draws of each randomisation: those of a run as it is by default."""
MOST_TOGETHER: Final = 4
"""Members of a copula of which each may be made certain: what the others then are is drawn from other pieces."""
SIDES: Final = 2 * ROWS
"""Rows of a table, both sides of the median."""


class Numbers:
    """Arrays of a page that its script reads as one: each is told by where it begins."""

    def __init__(self) -> None:
        self._parts: list[Floats] = []
        self._size = 0

    def put(self, numbers: npt.ArrayLike) -> int:
        """Add numbers of any shape, in C order, and return the place of the first."""
        flat = np.ascontiguousarray(numbers, dtype=np.float64).ravel()
        self._parts.append(flat)
        self._size += flat.size
        return self._size - flat.size

    def text(self) -> str:
        """All of them, as base64."""
        return encoded(np.concatenate([*self._parts, np.zeros(0)]).astype("<f8").tobytes())


def encoded(content: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(content).decode("ascii")


class Rows:
    """The draws of a scenario and its variants, each row once.

    Parameters
    ----------
    seed : int

    Attributes
    ----------
    samplings : list of dict
        What the script draws from, one after the other.
    numbers : Numbers
    """

    def __init__(self, seed: int) -> None:
        self.samplings: list[Data] = []
        self.numbers = Numbers()
        self._seed = seed
        self._rows: dict[bytes, int] = {}
        self._draws: dict[int, Floats] = {}

    def draws(self, plan: Plan) -> Floats:
        """Return the draws of a plan, array (element, draw), one randomisation after the other."""
        if id(plan) not in self._draws:
            self._draws[id(plan)] = _drawn(_sampler(plan.elements, plan.joints, self._seed))
        return self._draws[id(plan)]

    def places(self, plan: Plan) -> list[int]:
        """Return where the script has the draws of each element; what is new is drawn with what it is joined with."""
        keys = [hashlib.sha256(row.tobytes()).digest() for row in self.draws(plan)]
        new = {index for index, key in enumerate(keys) if key not in self._rows}
        joints = [joint for joint in plan.joints if new & {*joint.elements}]
        wanted = sorted(new | {index for joint in joints for index in joint.elements})
        if wanted:
            place = {index: number for number, index in enumerate(wanted)}
            moved = [replace(joint, elements=tuple(place[one] for one in joint.elements)) for joint in joints]
            sampler = _sampler([plan.elements[index] for index in wanted], moved, self._seed)
            first = sum(len(one["laws"]) for one in self.samplings)
            self.samplings.append(_sampling(sampler, self.numbers))
            here = {index: first + number for index, number in place.items()}
            for index, row in here.items():
                self._rows.setdefault(keys[index], row)
            return [here.get(index, self._rows[key]) for index, key in enumerate(keys)]
        return [self._rows[key] for key in keys]


def _sampler(elements: Sequence[Element], joints: Sequence[Joint], seed: int) -> Sampler:
    return Sampler(elements, joints, design="sobol", seed=seed, randomisations=RANDOMISATIONS, draws_each=DRAWS_EACH)


def _drawn(sampler: Sampler) -> Floats:
    return np.concatenate([sampler.block(index, 0, DRAWS_EACH) for index in range(RANDOMISATIONS)], axis=1)


def _sampling(sampler: Sampler, numbers: Numbers) -> Data:
    """Return what the script draws the elements of a sampler from."""
    blocks = range(sampler.randomisations)
    uniforms = np.concatenate([sampler.uniforms(index, 0, sampler.draws_each) for index in blocks], axis=1)
    others: dict[int, list[Floats]] = {}
    for rows, factor in sampler.copulas:
        for left in _left(len(rows)):
            for place, uniform in zip(left, _correlated(factor, left)(uniforms[rows[left]]), strict=True):
                others.setdefault(int(rows[place]), []).append(uniform)
        uniforms[rows] = dependence.correlated(factor)(uniforms[rows])
    parts = uniforms.copy()
    sampler.inverses(parts)
    laws, tables = _laws(sampler, uniforms, parts, others, numbers)
    copulas = [{"rows": rows.tolist(), "factor": factor.tolist()} for rows, factor in sampler.copulas]
    return {
        "streams": len(sampler.streams),
        "points": _points(sampler),
        "laws": laws,
        "tables": tables,
        "copulas": copulas,
        "sticks": [{"rows": rows.tolist(), "kinds": sticks.kinds.tolist()} for rows, sticks in sampler.sticks],
        "picks": [
            {"picker": picker, "rows": rows.tolist(), "columns": numbers.put(draws.T), "number": len(draws)}
            for picker, rows, draws in sampler.picks
        ],
        "scores": numbers.put(normal_scores.score_rows()) if copulas else 0,
        "tails": numbers.put(normal_scores.tail_rows()) if copulas else 0,
    }


def _left(size: int) -> list[list[int]]:
    """Return which members of a copula may be left when others are certain; of a large one all or none."""
    if size > MOST_TOGETHER:
        return []
    return [list(some) for count in range(1, size) for some in combinations(range(size), count)]


def _correlated(factor: Floats, left: list[int]) -> dependence.Change:
    """Return how the members that are left are correlated."""
    together: Floats = (factor @ factor.T)[np.ix_(left, left)]
    return dependence.correlated(np.linalg.cholesky(together).astype(np.float64))


def _points(sampler: Sampler) -> str:
    """Return direction numbers and shift, uint32 array (randomisation, stream, bits + 1, low and high half)."""
    made = sobol.randomisations(
        int(sampler.dimensions.max()) + 1,
        seed=sampler.seed,
        indices=range(sampler.randomisations),
        only=sampler.dimensions,
        points=sampler.draws_each,
    )
    words = np.stack([np.concatenate([one.directions, one.shift[:, None]], axis=1) for one in made])
    return encoded(words.astype("<u8").tobytes())


def _laws(
    sampler: Sampler, uniforms: Floats, parts: Floats, others: Mapping[int, Sequence[Floats]], numbers: Numbers
) -> tuple[list[Data], list[Data]]:
    """Return the law of each element, and the tables that they share.

    Parameters
    ----------
    sampler : Sampler
    uniforms, parts : array (element, draw)
        What the laws turn into draws or parts of a stick, and these.
    others : mapping of element to sequence of array (draw,)
        What else a law may have to turn: tables hold all that these touch, too.
    numbers : Numbers
        Added to.
    """
    inverses = sampler.inverses
    found: list[Data] = [{"kind": "left"} for _ in sampler.names]
    row, _ = located(uniforms[inverses.rows])
    tables: list[Data] = []
    for place in np.unique(inverses.place):
        users = np.flatnonzero(inverses.place == place)
        touched = np.bincount(row[users].ravel(), minlength=SIDES)
        again = [located(uniform)[0] for user in users for uniform in others.get(int(inverses.rows[user]), ())]
        if again:
            touched = POWERS * (touched + np.bincount(np.concatenate(again), minlength=SIDES))
        kept = np.flatnonzero(touched >= POWERS)
        shipped = np.isin(np.arange(SIDES), kept)
        for user in users:
            element = int(inverses.rows[user])
            shift, scale, low, high = inverses.args[:, user]
            apart = parts[element][~shipped[row[user]]]
            law = numbers.put([low, high, shift, scale])
            found[element] = {"kind": "table", "table": len(tables), "numbers": law, "apart": numbers.put(apart)}
        tables.append({"rows": kept.tolist(), "numbers": numbers.put(inverses.tables[place + kept])})
    for element, quantile in inverses.others:
        form = quantile.form
        if form is None or form.kind == "octaves":
            found[element] = {"kind": "draws", "numbers": numbers.put(parts[element])}
        else:
            found[element] = {"kind": form.kind, "numbers": numbers.put([*form.bounds, *form.tails, *form.args])}
    return found, tables
