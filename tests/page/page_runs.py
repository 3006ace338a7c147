"""States of a page run by Node, and how far their numbers are from those of `wellbeva run`."""

import json
import math
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from tests.report.test_browser import tool
from wellbeva.api.checks import compiled_and_loaded
from wellbeva.api.pages import views_of
from wellbeva.compiler.compile import compile_scenario, dimensions
from wellbeva.errors import Collector
from wellbeva.page.data import engine_data
from wellbeva.page.engine.source import engine_source

SCRIPT = Path(__file__).parent / "states.js"
STATISTICS = ("mean", "mcse", "sd", "q05", "q25", "q75", "q95")


@cache
def page_of(path: str | Path) -> dict[str, Any]:
    """Return the data of a scenario's page, its variants with it."""
    compiled, loaded = compiled_and_loaded(path, "", (), "", Collector())
    known = dimensions(compiled.plan)
    variants = {name: compile_scenario(loaded.scenario(name), known=known) for name in loaded.known}
    return engine_data(compiled, variants, views_of(loaded, compiled))


def states(folder: Path, data: object, asked: Sequence[object], mode: str = "", *, draws: bool = False) -> list[Any]:
    """Run states of a page one after the other, in Node; of the first, return the draws of the inputs too."""
    paths = [folder / name for name in ("engine.js", "data.json", "states.json", "out.json")]
    paths[0].write_text(engine_source())
    paths[1].write_text(json.dumps(data))
    paths[2].write_text(json.dumps(asked))
    subprocess.run([tool("node", package="nodejs"), SCRIPT, *paths, mode, "draws" * draws], check=True, timeout=300)
    found: list[Any] = json.loads(paths[3].read_text())
    return found


def gaps(page: Any, run: xr.Dataset) -> dict[str, float]:
    """Return the largest difference of each number from the run's, as a share of the number and its spread."""
    found: dict[str, float] = {}
    for name in ("effect", "cost", "net_cost"):
        if (known := f"decision_{name}") in run:
            for statistic in STATISTICS:
                if statistic in run[known]["statistic"]:
                    found[f"{name} {statistic}"] = _gap(page[name][statistic], run[known], statistic)
    if "decision_net_benefit" in run:
        benefit = run["decision_net_benefit"]
        found["net benefit mean"] = _gap(page["net_benefit"]["mean"], benefit, "mean")
        found["net benefit error"] = _gap(page["net_benefit"]["mcse"], benefit, "mcse")
        central = benefit.isel({run.attrs["level_dimension"]: page["central"]})
        found["net benefit q95"] = _gap(page["net_benefit"]["q95"], central, "q95")
    for name in ("prob_no_benefit", "prob_worth_it"):
        if name in run:
            found[name] = float(np.abs(_numbers(page[name]) - run[name].values.ravel()).max(initial=0.0))
    rate = run["decision_per_1000"]
    found |= {f"per 1,000 {one}": _gap(page["per_1000"][one], rate, one) for one in ("mean", "mcse", "q05", "q95")}
    for name, outcome in page["detail"]["outcomes"].items():
        # what is left of a gain in a late period is a difference: its last digits are those of the gain
        found[name] = _gap(_until_the_end(outcome["mean"], run[name]), run[name], "mean", together=True)
    if page["prob_best"]:
        best = run["prob_best"].sel(threshold=page["values"][page["central"]])
        found["best"] = float(np.abs(_numbers(page["prob_best"]) - best.values).max())
    return found


def _until_the_end(means: list[float], run: xr.DataArray) -> object:
    """Leave out the periods that a run whose horizon is shorter does not have."""
    sizes = {str(name): size for name, size in run.sizes.items() if name != "statistic"}
    if "time" not in sizes:
        return means
    after = math.prod([*sizes.values()][[*sizes].index("time") + 1 :])
    whole = np.size(means) * sizes["time"] // math.prod(sizes.values())
    return np.reshape(means, (-1, whole, after))[:, : sizes["time"]]


def _numbers(values: object) -> np.ndarray:
    flat = np.array(values, dtype=object).ravel()
    return np.array([math.nan if one is None else float(one) for one in flat])


def _gap(page: object, run: xr.DataArray, statistic: str, *, together: bool = False) -> float:
    """Numbers are compared in the size of the mean and the spread: what is next to zero has no digits of its own.

    Where cells are compared together, the size is that of the largest.
    """
    numbers, known = _numbers(page), run.sel(statistic=statistic).values.ravel()
    spread = np.nan_to_num(run.sel(statistic="sd").values.ravel())
    assert numbers.shape == known.shape
    assert (np.isnan(numbers) == np.isnan(known)).all()
    mean = np.abs(run.sel(statistic="mean").values.ravel())
    size = np.fmax(np.fmax(np.abs(known), np.fmax(spread, mean)), np.finfo(float).tiny)
    size = np.fmax.reduce(size, initial=0.0) if together else size
    return float(np.nanmax(np.abs(numbers - known) / size, initial=0.0))
