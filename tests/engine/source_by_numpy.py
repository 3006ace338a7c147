"""A model's loops as Python, run by NumPy: a draw variable is an array of indices, and scratch begins as rubbish.

Nothing is compiled, so hundreds of plans take a minute; and what is read before it was written shows at once. So does
what a part writes through one of its pointers and reads, or writes, through another: LLVM is told that none does.
"""

from __future__ import annotations

import math
import re
from contextlib import ExitStack
from unittest.mock import patch

import numpy as np

from wellbeva.engine.arrays import profiles
from wellbeva.engine.arrays.functions import FUNCTIONS, OPERATIONS
from wellbeva.engine.compiled import fusion, model_loops, python_printer
from wellbeva.engine.compiled.model_loops import DRIVER
from wellbeva.engine.compiled.plan_loops import Generated
from wellbeva.engine.lanes import LANE


def _rung(by, data, start, length):
    found = np.searchsorted(data[start : start + length], by, side="right") - 1
    return np.where(np.isfinite(by), found, -1)


def _label(by, length):
    return np.where(np.isfinite(by) & (by > -1) & (by < length), by, -1.0).astype(np.intp)


def _lower_rung(by, data, start, length):
    by = np.asarray(by)
    if length == 1:
        return np.zeros(by.shape, dtype=np.intp)
    return np.clip(np.searchsorted(data[start : start + length], by, side="right") - 1, 0, length - 2)


def _way(by, data, start, index, length):
    by = np.asarray(by)
    if length == 1:
        return np.where(np.isnan(by), np.nan, 0.0)
    way = (by - data[start + index]) / (data[start + index + 1] - data[start + index])
    return np.minimum(np.maximum(way, 0.0), 1.0)


def _area(name):
    run_up = getattr(profiles, name.replace("area", "run_up"))

    def area(t, step, onset, rise, hold, last, until=np.inf):
        up_to = [run_up(np.minimum(x, until), onset, rise, hold, last) for x in (t + step, t)]
        return up_to[0] - up_to[1]

    return area


def _run_up(name):
    run_up = getattr(profiles, name)
    return lambda *given: run_up(*(np.asarray(one) for one in given))


KNOWN = {
    **FUNCTIONS, **{name: getattr(OPERATIONS, name) for name in OPERATIONS._fields},
    "inf": math.inf, "nan": math.nan, "rung": _rung, "label": _label, "lower_rung": _lower_rung, "way": _way,
}  # fmt: skip
for _name in ("area_linear", "area_exponential", "area_geometric"):
    KNOWN[_name] = _area(_name)
    KNOWN[_name.replace("area", "run_up")] = _run_up(_name.replace("area", "run_up"))


class _Scratch:
    """Scratch, of which parts are given rows."""

    def __init__(self, size, stride):
        self.numbers, self.stride = np.random.default_rng(1).uniform(1e5, 1e6, size), stride

    def __getitem__(self, rows):
        return _Rows(self.numbers, rows.start or 0, self.stride)


class _Rows:
    """A pointer to rows of scratch, which notes those that are read and written through it."""

    def __init__(self, scratch, start, stride):
        self.scratch, self.start, self.stride = scratch, start, stride
        self.read, self.written = set(), set()

    def __getitem__(self, index):
        place = self.start + np.asarray(index)
        self.read.update(np.unique(place // self.stride).tolist())
        return self.scratch[place]

    def __setitem__(self, index, value):
        place = self.start + np.asarray(index)
        self.written.update(np.unique(place // self.stride).tolist())
        self.scratch[place] = value


def _checked(part):
    """Return a part that is held to what LLVM is told: no pointer reads or writes what another writes."""

    def run(time, x, *arrays):
        rows = [one for one in arrays if isinstance(one, _Rows)]
        assert len(rows) <= fusion.MOST_STORED
        if x.size % LANE:  # later passes go to the same rows
            plain = [one.scratch[one.start :] if isinstance(one, _Rows) else one for one in arrays]
            part(time, x, *plain)
            return
        part(time, x, *arrays)
        for one in rows:
            for other in rows:
                assert one is other or one.written.isdisjoint(other.read | other.written)

    return run


class ByNumpy:
    """As `engine.compiled.engine.Compiled`, by NumPy.

    `cache` in bytes makes passes narrower than a lane; fewer `statements` make more parts.
    """

    def __init__(self, plan, wanted, *, cache=0, statements=0):
        with ExitStack() as stack:
            if cache:
                stack.enter_context(patch.object(model_loops, "_CACHE", cache))
            if statements:
                for one in (fusion, model_loops):
                    stack.enter_context(patch.object(one, "MOST_STATEMENTS", statements))
            self.made = Generated(plan, wanted)
        text = self.made.loops.python().removeprefix(python_printer.HEADER).replace("= not ", "= ~")
        text = re.sub(r"for d in range\((.*)\):", r"for d in (np.arange(\1),):", text)
        names = dict(KNOWN, np=np)
        exec(compile(text, "generated", "exec"), names)
        names.update({part.name: _checked(names[part.name]) for part in self.made.loops.parts})
        self.run = names[DRIVER]
        self.constant = self.made.constant

    def block(self, draws):
        """Evaluate the targets that vary on one lane of draws."""
        made, loops = self.made, self.made.loops
        x, y = np.ascontiguousarray(draws).ravel(), np.full(made.height * LANE, np.nan)
        scratch = _Scratch(loops.height * loops.stride, loops.stride)
        self.run(1, 0, 0, x, y, made.data, made.element_rows, scratch)
        found = y.reshape(made.height, LANE)
        return {name: found[a:b].reshape(*made.shapes[name], LANE) for name, (a, b) in made.rows.items()}
