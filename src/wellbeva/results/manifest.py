"""The manifest: what is needed to run the same again, and where everything came from (DESIGN section 7)."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import PurePath

from wellbeva.engine.reductions.result import EngineResult
from wellbeva.evidence.grading.grade import EXAMPLES
from wellbeva.plan.record import CompiledScenario, Record
from wellbeva.plan.serialise import plan_hash
from wellbeva.results.run_folder import SCHEMA

VERSIONED = ("wellbeva", "numpy", "scipy", "xarray", "pandas")
COMPILERS = ("numba", "llvmlite")
"""What made the machine code of a compiled run."""
READERS = {".xlsx": "python-calamine", ".xlsm": "python-calamine", ".parquet": "pyarrow"}
"""What read a file, by the file's ending."""
_version = cache(version)
"""A run asks three times, and each answer is read from a file."""


def build_manifest(
    compiled: CompiledScenario, result: EngineResult, *, seconds: Mapping[str, float], beside: Mapping[str, object]
) -> dict[str, object]:
    """Return the manifest as plain data.

    Parameters
    ----------
    compiled : CompiledScenario
    result : EngineResult
    seconds : mapping of stage to float
    beside : mapping of str to object
        What only the caller knows: ``answer``, ``date``, ``command`` as it was given, ``draws_asked``; of a run in
        parts ``parts``, each with the ``host`` that made it and when, and ``run_sha256``.
    """
    record = compiled.record
    scenario = record.scenario
    return {
        "schema": SCHEMA,
        "scenario": {
            "title": scenario.title,
            "file": scenario.file,
            "variant": scenario.variant,
            "set": list(scenario.overrides),
            "perspective": scenario.whose,
            "model": scenario.model.name,
            "files_sha256": dict(scenario.digests),
        },
        "plan_sha256": plan_hash(compiled.plan),
        # A folder without a manifest holds a run that is not finished.
        "exit": "complete",
        "host": platform.node(),
        **beside,
        "seed": result.seed,
        "design": result.design,
        "draws": result.randomisations * result.draws_each,
        "randomisations": result.randomisations,
        "draws_each": result.draws_each,
        "supplied_draws": result.draws_each if result.supplied else 0,
        "nonfinite_draws": result.nonfinite,
        "outside_draws": result.outside,
        "engine": result.engine,
        "fast": result.fast_gap is not None,
        "fast_gap": result.fast_gap,
        "threads": result.threads,
        "elements": len(compiled.plan.elements),
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
        "versions": versions(scenario.digests, result.engine),
        "machine": {"system": platform.system(), "processor": platform.machine()},
        "data": [asdict(vintage) for vintage in record.vintages],
        "sources": _sources(record),
        "provisional": list(record.provisional),
        "warnings": [
            {"code": one.code, "message": one.message, "facts": [*map(str, one.facts)], "variant": one.variant}
            for one in record.warnings
        ],
    }


def versions(files: Iterable[str], engine: str) -> dict[str, str]:
    """Return the versions of Python and of the packages that a run used.

    Parameters
    ----------
    files : iterable of str
        Those that it read.
    engine : str
    """
    readers = (READERS.get(PurePath(file).suffix.lower(), "") for file in files)
    compilers = COMPILERS if engine == "compiled" else ()
    used = (*VERSIONED, *compilers, *dict.fromkeys(filter(None, readers)))
    return {"python": platform.python_version(), **{name: _version(name) for name in used}}


def _sources(record: Record) -> list[dict[str, str]]:
    return [
        {
            "key": source.key,
            "cite": source.cite,
            "link": source.link,
            "design": source.design,
            "evidence": source.grade,
            "licence": source.licence,
            "status": source.status,
            **{name: text for name in ("follow_up", *EXAMPLES) if (text := getattr(source, name))},
        }
        for source in record.scenario.sources.values()
    ]
