"""Generated source run by NumPy, without Numba: a draw variable is an array of indices, and scratch begins as rubbish.

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
from wellbeva.engine.arrays.functions import FUNCTIONS, round_half_away
from wellbeva.engine.compiled import fusion, module_source, plan_source
from wellbeva.engine.compiled.plan_source import Generated
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
    "inf": math.inf, "nan": math.nan, "choose": np.where, "least": np.minimum, "greatest": np.maximum,
    "max": np.maximum, "min": np.minimum, "power": np.power, "absolute": np.abs, "remainder": np.mod,
    "round_half_away": round_half_away, "sqrt": np.sqrt, "exp": np.exp, "log": np.log, "floor": np.floor,
    "ceil": np.ceil, "rung": _rung, "label": _label, "lower_rung": _lower_rung, "way": _way,
}  # fmt: skip
for _name in ("clip", "normal_cdf", "logit", "rate_to_prob", "prob_to_rate", "odds_to_prob", "prob_to_odds"):
    KNOWN[_name] = FUNCTIONS[_name]
for _name in ("area_linear", "area_exponential", "area_geometric"):
    KNOWN[_name] = _area(_name)
    KNOWN[_name.replace("area", "run_up")] = _run_up(_name.replace("area", "run_up"))


class _Rows:
    """A pointer to rows of scratch, which notes those that are read and written through it."""

    def __init__(self, scratch, start, stride):
        self.scratch, self.start, self.stride = scratch, start * stride, stride
        self.read, self.written = set(), set()

    def __getitem__(self, index):
        place = self.start + np.asarray(index)
        self.read.update(np.unique(place // self.stride).tolist())
        return self.scratch[place]

    def __setitem__(self, index, value):
        place = self.start + np.asarray(index)
        self.written.update(np.unique(place // self.stride).tolist())
        self.scratch[place] = value


def _check_apart(pointers):
    for one in pointers:
        for other in pointers:
            assert one is other or one.written.isdisjoint(other.read | other.written)


class ByNumpy:
    """As `engine.compiled.engine.Compiled`, by NumPy.

    `cache` in bytes makes passes narrower than a lane; fewer `statements` make more parts.
    """

    def __init__(self, plan, wanted, *, cache=0, statements=0):
        with ExitStack() as stack:
            if cache:
                stack.enter_context(patch.object(plan_source, "_CACHE", cache))
            if statements:
                for one in (fusion, module_source):
                    stack.enter_context(patch.object(one, "MOST_STATEMENTS", statements))
            self.made = Generated(plan, wanted)
        text = self.made.source.text
        text = text[text.index("@njit(") :] if "@njit(" in text else "PARTS = ()"
        text = re.sub(r"@njit\(.*\)\n", "", text).replace("= not ", "= ~")
        text = re.sub(r"for d in range\((.*)\):", r"for d in (np.arange(\1),):", text)
        names = dict(KNOWN, np=np)
        exec(compile(text, "generated", "exec"), names)
        self.parts = names["PARTS"]
        self.constant = self.made.constant

    def block(self, draws):
        """Evaluate the targets that vary on one lane of draws."""
        made, called = self.made, self.made.source
        x, y = np.ascontiguousarray(draws).ravel(), np.full(made.height * LANE, np.nan)
        rubbish = np.random.default_rng(1)
        for first in range(0, LANE, called.width):
            scratch = rubbish.uniform(1e5, 1e6, called.height * called.stride)
            for begin, end, start, stop in called.calls:
                for time in range(start, stop):
                    for number in range(begin, end):
                        part, stored = self.parts[number]
                        starts = [both[time & 1] for both in called.starts[number]]
                        assert len(starts) == stored <= fusion.MOST_STORED
                        # later passes go to the same rows
                        rows = [
                            scratch[start * called.stride :] if first else _Rows(scratch, start, called.stride)
                            for start in starts
                        ]
                        part(time, x[first:], y[first:], made.data, made.element_rows, *rows)
                        if not first:
                            _check_apart(rows)
        found = y.reshape(made.height, LANE)
        return {name: found[a:b].reshape(*made.shapes[name], LANE) for name, (a, b) in made.rows.items()}
