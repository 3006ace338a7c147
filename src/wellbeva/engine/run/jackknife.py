"""Means of supplied draws with one row left out at a time, for the error of a function of means (R44)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.engine.blocked import Blocked
from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.bounds import InputBounds
from wellbeva.engine.reductions.moments import nonfinite
from wellbeva.engine.reductions.replicates import Layout, Rows, whole_lanes
from wellbeva.engine.run.plan_cache import base_case
from wellbeva.engine.targets import targets
from wellbeva.plan.plan import Plan

_NUMBERS = 2**20
"""Numbers of leave-one-out means that are held at once."""


def left_out_means(
    plan: Plan, draws: Floats, means: Mapping[str, Floats], *, without: int = 0
) -> Iterator[dict[str, Floats]]:
    """Give the means over all rows but one, some rows at a time.

    The rows are evaluated once more, since the means over all of them must be known first. Their order plays no part.

    Parameters
    ----------
    plan : Plan
    draws : array (element, row) [unit of each element]
        At least two rows.
    means : mapping of quantity to array over its axes [unit of each quantity]
        Over all rows, of ``mean.<equation>.<k>``, ``decision.effect`` or ``decision.cost``.
    without : int
        Rows that the run left out, because a number in them is not usable or an input is outside its bounds: they are
        left out here too.

    Yields
    ------
    dict of quantity to array (row, *axes)
        Mean + (mean - x) / (N - 1), for each row x.
    """
    every = targets(plan)
    wanted = [target for target in every if target.name in means]
    looked = [target for target in every if target.role != "check"] if without else wanted
    with np.errstate(all="ignore"):  # what is not finite is told by the run itself
        evaluator = Blocked(plan, looked)
    total = draws.shape[1]
    count = total - without
    watch = InputBounds(plan, every, base_case(plan))
    rows = Rows(draws, Layout((total,), supplied=True))
    cells = max(evaluator.width, sum(int(np.size(mean)) for mean in means.values()), 1)
    size = max(1, _NUMBERS // (cells * LANE)) * LANE
    for start in range(0, total, size):
        here = min(size, total - start)
        with np.errstate(all="ignore"):
            drawn = rows.block(0, start, whole_lanes(here))
            values = evaluator.block(drawn)
        values = {name: value[..., :here] for name, value in values.items()}
        if without:
            strays = watch.strays(drawn[:, :here])
            bad = np.zeros(here, dtype=bool) if strays is None else strays.any(axis=0)
            for value in values.values():
                bad |= nonfinite(value.reshape(-1, here))
            values = {name: value[..., ~bad] for name, value in values.items()}
            here -= int(np.count_nonzero(bad))
            if not here:
                continue
        means_without = {}
        for target in wanted:
            mean = means[target.name]
            held = values[target.name] if target.name in values else evaluator.constant[target.name][..., None]
            by_row = np.moveaxis(held, -1, 0)
            if target.role == "decision" and plan.decision is not None:
                by_row = plan.decision.over_options(by_row.reshape(len(by_row), -1))
            means_without[target.name] = mean + (mean - by_row) / (count - 1)
            if len(means_without[target.name]) < here:
                means_without[target.name] = np.repeat(means_without[target.name], here, axis=0)
        yield means_without
