"""Whether a change moves a bit of any result: hashes of what runs hand on, before and after.

    python -m tools.bits DIR             write the hashes, and the random scenarios behind some of them
    python -m tools.bits DIR --against   run the same again and name what differs

What is run: every shipped scenario by each engine and design, on one thread and two; and scenarios whose values are
changed by chance.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from rich.progress import track

import wellbeva
from tools import mutate

DRAWS = 8192
RUNS = [
    {"engine": engine, "design": design, "threads": threads}
    for engine in ("reference", "blocked", "compiled")
    for design in ("sobol", "random", "latin")
    for threads in (1, 2)
    if engine == "blocked" or design == "sobol"
]
Hashes = dict[str, str]


def random_scenarios(folder: Path, count: int, seed: int = 1) -> None:
    """Write scenarios with values changed within their type, as far as they pass `check`, until there are enough."""
    number = 0
    while sum(1 for _ in folder.glob("*/s.yaml")) < count:
        number += 1
        place = folder / f"{number:04d}"
        for name, data in mutate.mutant(seed, number, ["scenario"])[1].items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(data)
        try:
            wellbeva.check(place / "s.yaml")
        except wellbeva.WellbevaError:
            (place / "s.yaml").unlink()


def plans(folder: Path) -> Iterator[tuple[str, Path, dict[str, object]]]:
    """Yield name, scenario and settings of every run."""
    for path in mutate.SCENARIOS:
        for given in RUNS:
            yield f"{path.stem} {' '.join(map(str, given.values()))}", path, {**given, "draws": DRAWS}
    for path in sorted(folder.glob("*/s.yaml")):
        engine = ("blocked", "compiled", "reference")[int(path.parent.name) % 8 if int(path.parent.name) % 8 < 3 else 0]
        yield f"random {path.parent.name} {engine}", path, {"engine": engine, "draws": DRAWS, "threads": 1}


def hashes(path: Path, given: dict[str, object]) -> Hashes:
    """Return a hash of each array and table of a run, or of its refusal."""
    try:
        run = wellbeva.run(path, **given)  # type: ignore[arg-type]
    except wellbeva.WellbevaError as error:
        return {"refused": _hash(" ".join(one.code for one in error.diagnostics).encode())}
    found = {name: _hash(_bytes(array.to_numpy())) for name, array in run.dataset.variables.items()}
    return {**found, **{f"{name}.csv": _hash(table.to_csv().encode()) for name, table in run.tables.items()}}


def _bytes(array: np.ndarray) -> bytes:
    return repr(array.tolist()).encode() if array.dtype.kind in "OUT" else np.ascontiguousarray(array).tobytes()


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def main(words: list[str] | None = None) -> int:
    """Return 0 unless something differs."""
    parser = argparse.ArgumentParser(prog="python -m tools.bits", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--against", action="store_true", help="compare with the hashes that are there")
    parser.add_argument("--random", type=int, default=100, help="how many scenarios are changed by chance")
    asked = parser.parse_args(words)
    file = asked.folder / "hashes.json"
    if not asked.against:
        random_scenarios(asked.folder / "random", asked.random)
    found = {name: hashes(path, given) for name, path, given in track([*plans(asked.folder / "random")], "runs")}
    count = sum(map(len, found.values()))
    if not asked.against:
        file.write_text(json.dumps(found, indent=1), encoding="utf-8")
        print(
            f"{count:,} hashes of {len(found)} runs, {sum('refused' in one for one in found.values())} of them refused"
        )
        return 0
    before: dict[str, Hashes] = json.loads(file.read_text(encoding="utf-8"))
    differ = [
        f"{run}: {name}"
        for run in sorted(before.keys() | found.keys())
        for name in sorted(before.get(run, {}).keys() | found.get(run, {}).keys())
        if before.get(run, {}).get(name) != found.get(run, {}).get(name)
    ]
    print(*differ[:50], sep="\n")
    print(f"{len(differ):,} of {count:,} hashes of {len(found)} runs differ")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
