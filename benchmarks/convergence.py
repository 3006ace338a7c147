"""Error against draws: how fast each number of a scenario settles by each design.

``python -m benchmarks.convergence SCENARIO [--largest 65536] [--repeats 4]``

A scenario is run at growing numbers of draws, quasi-random and random, several times at each with seeds of their own,
so that no two runs share a draw. Squared standard errors are averaged over the repeats, which leaves 15 degrees of
freedom for each run. Printed are the errors at the most draws, how many random draws one quasi-random draw is worth
(the ratio of the squared errors, and the middle 9 of 10 of what that may be, from an F distribution), and the slope
of log error over log draws.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import fdtri

from wellbeva import api

DESIGNS = ("sobol", "random")
FREEDOM = 15
KEY = ["number", "of"]


def errors(scenario: Path, sizes: list[int], repeats: int) -> pd.DataFrame:
    """Return the standard error of each number, as the root of the mean square over repeats.

    Returns
    -------
    pandas.DataFrame
        Rows are numbers; columns are pairs of design and size.
    """
    columns = {}
    for step, size in enumerate(sizes):
        for design in DESIGNS:
            runs = [
                api.run(scenario, draws=size, design=design, seed=1 + step * repeats + repeat)
                .draws_for(0.01)
                .set_index(KEY)["mcse"]
                for repeat in range(repeats)
            ]
            columns[design, size] = np.sqrt(sum(run**2 for run in runs) / repeats)
    return pd.DataFrame(columns).dropna()


def summary(found: pd.DataFrame, repeats: int) -> pd.DataFrame:
    """Return what a quasi-random draw is worth at the most draws, its range, and the slope of each design."""
    sizes = found["sobol"].columns.to_numpy(dtype=np.float64)
    logs = np.log(sizes) - np.log(sizes).mean()
    factor = float(fdtri(FREEDOM * repeats, FREEDOM * repeats, 0.95))
    worth = (found["random"].iloc[:, -1] / found["sobol"].iloc[:, -1]) ** 2
    slopes = {f"slope {design}": (np.log(found[design]) * logs).sum(axis=1) / (logs**2).sum() for design in DESIGNS}
    return pd.DataFrame({"worth": worth, "low": worth / factor, "high": worth * factor, **slopes})


def main(words: list[str] | None = None) -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.convergence")
    parser.add_argument("scenario", type=Path)
    parser.add_argument("--largest", type=int, default=2**16)
    parser.add_argument("--repeats", type=int, default=4)
    asked = parser.parse_args(words)
    found = errors(asked.scenario, [2**power for power in range(13, asked.largest.bit_length())], asked.repeats)
    with pd.option_context("display.width", 200, "display.max_rows", None):
        print(found.map("{:.3g}".format))
        print(summary(found, asked.repeats).map("{:.3g}".format))


if __name__ == "__main__":
    main()
