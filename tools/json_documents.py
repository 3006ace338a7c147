"""The JSON Schemas of what the verbs write with ``--json``, from the types of their documents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tools.json_schema import Columns, Maybe, of, some
from wellbeva.analysis.dictionary.columns import dictionary
from wellbeva.api.differences import Difference
from wellbeva.api.global_sensitivity import METHODS
from wellbeva.api.precision.run_plans import RunPlan, Shards
from wellbeva.api.saved.reproduce import Reproduction
from wellbeva.cli.commands import analyse, cache, check, docs, run, test
from wellbeva.cli.commands.batch import merge
from wellbeva.cli.commands.evidence import calibrate, grade, persistence
from wellbeva.cli.commands.rewrite import inputs
from wellbeva.cli.commands.saved import bundle, report
from wellbeva.cli.commands.survey.plan import SurveyPlanDocument
from wellbeva.cli.json_output import RunDocument
from wellbeva.cli.verbs import DiagnosticDocument, ErrorDocument, RefusedFile, TextDocument
from wellbeva.evidence.bias.correction import Correction
from wellbeva.evidence.determinants.places import Places
from wellbeva.evidence.determinants.slopes import Slopes
from wellbeva.evidence.grading.grade import EXAMPLES, Grade
from wellbeva.evidence.measures.register import Measure
from wellbeva.evidence.place_profile import PlaceProfile
from wellbeva.evidence.pooling.pool import Pooled
from wellbeva.evidence.record import EffectRecord
from wellbeva.evidence.survey.result import MeasureResult, SurveyResult
from wellbeva.local.areas import Area
from wellbeva.local.tables import Record
from wellbeva.local.wellbeing import Estimate


def written(file: str) -> Columns:
    """Return the rows of a table by the name of its file, as the dictionary describes them."""
    entries = [table for table in dictionary().values() if table.file == file]
    return Columns({name: column.meaning for entry in entries for name, column in entry.columns.items()})


def columns(names: str, *, more: bool = False) -> Columns:
    """Return the rows of a table that is written to no file; there may be more columns."""
    return Columns(dict.fromkeys(names.split(), ""), more)


def keys(names: str, kind: Any) -> dict[str, Any]:
    """Return keys that all hold the same kind of value."""
    return dict.fromkeys(names.split(), kind)


def each(document: Any) -> tuple[Any, ...]:
    """Return what a verb writes of one file, or of several."""
    return document, [(document, RefusedFile)]


ERRORS = columns("number of value mcse expected wanted draws")
MANIFEST = {
    **keys("schema plan_sha256 exit host answer date command design engine results_sha256", str),
    **keys("draws_asked seed draws randomisations draws_each supplied_draws", int),
    **keys("nonfinite_draws outside_draws threads elements", int),
    **keys("keep_draws allow_nonfinite fast", bool),
    "fast_gap": float,
    "scenario": {
        **keys("title file variant perspective model", str),
        "set": list[str],
        "files_sha256": dict[str, str],
    },
    "seconds": dict[str, float],
    "versions": dict[str, str],
    "machine": {"system": str, "processor": str},
    "data": [keys("name version source licence status", str)],
    "sources": [
        {
            **keys("key cite link design evidence licence status", str),
            **dict.fromkeys(("follow_up", *EXAMPLES), Maybe(str)),
        }
    ],
    "provisional": list[str],
    "warnings": [{**keys("code message variant", str), "facts": list[str]}],
    "tables": list[str],
    "precision": Maybe(ERRORS),
    "run_sha256": Maybe(str),
    "parts": Maybe([keys("part host date", str)]),
}
CHOSEN = "option effect cost net_benefit cost_per_effect chosen"
TABLES = [table.file for table in dictionary().values() if "analyse" in table.by and table.columns]
RUN = of(RunDocument, decision=written("decision"), manifest=MANIFEST)
ESTIMATES = dict[str, replace(of(Estimate), name="AreaEstimate")]  # `Estimate` is that of a regression
AREA = of(
    Area,
    year=str,
    wellbeing=ESTIMATES,
    uk=ESTIMATES,
    fifths=tuple[int, ...],
    child_poverty=dict[str, of(dict, before_housing_costs=float, after_housing_costs=float)],
    tables=list[Record],
)
MEASURE = of(MeasureResult, instrument={"key": str, "title": str}, improved=bool | None)
SLOPES = {
    "slopes": of(Slopes, covariance=list[list[float]]),
    "normal_sds": list[float],
    "correlations": list[list[float]],
    "ordered": list[float],
}
PLACES = of(
    Places,
    places=columns("place people gap gap_se who who_se determinants determinants_se rest rest_se mean low high weight"),
    spreads=columns("sd low high"),
)
SUMMARY = columns("name before before_low before_high after after_low after_high")
OBSERVED = columns("name before before_low before_high after after_low after_high observed observed_low observed_high")
SECONDS = {"clock": float, "processor": float}
PLAN = {
    **some(RunPlan, "draws design engine threads measured memory disk"),
    "seconds": SECONDS,
    "of_which": dict.fromkeys(("start", "draw", "files"), SECONDS),
    "shards": (of(Shards, join=SECONDS, seconds=float), None),
    "errors": ERRORS,
}
SWEEP = {
    **keys("folder table", str),
    "cells": int,
    "refused": [{"cell": int, "reason": str}],
    "options": columns("option label cells lowest median highest by first_in"),
}
DIFF = {
    **some(Difference, "old new draws beside"),
    "changes": [{"change": str, "parts": [keys("name old new old_at new_at", str)]}],
    "ranking": keys("old new", list[str]),
    "table": written("diff"),
}
INTERVAL = tuple[float, float]
AVERAGE = {"average": float, "interval": INTERVAL, "tau2": float}
POOLED = {
    **AVERAGE,
    **some(Pooled, "studies between interval_method se df tau2_interval i2 q q_df q_p"),
    **dict.fromkeys(("measure", "pool", "not_seen"), str),
    "logarithms": bool,
    "at": dict[str, str],
    "new_setting": INTERVAL | None,
    "weights": dict[str, float],
    "without": dict[str, of(dict, **AVERAGE)],
    "publication_bias": [
        some(Correction, "method p finding cautions") | {"average": float, "interval": INTERVAL | None}
    ],
}
WORDS = (
    *("slurm", "new", "explain", "page", "docs", "export", "migrate"),
    *("evidence add", "survey questionnaire", "cache clear", "cache warm"),
)
"""Verbs without a document of their own; `schema` prints the schema itself, and `mcp` speaks a protocol."""
DOCUMENTS: dict[str, Any] = {
    "errors": ErrorDocument,
    "text": TextDocument,
    "run": (*each(RUN), run.ShardDocument),
    "plan": PLAN,
    "merge": (RUN, merge.MissingDocument, merge.MergedDocument),
    "sweep": (SWEEP, {"shard": str, "folder": str, "cells": int}),
    "check": each(check.CheckDocument),
    "models": docs.ModelsDocument,
    "test": each(test.TestDocument),
    "analyse": of(
        analyse.AnalysisDocument,
        tables={
            **{name: Maybe(written(name)) for name in TABLES},
            **{name: Maybe(written("sobol")) for name in METHODS},
            **dict.fromkeys(("two_way", "multi_way"), Maybe(columns(CHOSEN, more=True))),
        },
    ),
    "diff": DIFF,
    "report": report.PaperDocument,
    "bundle": bundle.BundleDocument,
    "reproduce": of(Reproduction, bit_equal=bool),
    "place": of(PlaceProfile, area=AREA, estimates=ESTIMATES, uk=ESTIMATES),
    "import": inputs.ImportDocument,
    "data list": list[Record],
    "data show": (AREA, replace(of(Record, first_rows=list[dict[str, str]]), name="TableDocument")),
    "evidence list": list[EffectRecord],
    "evidence show": EffectRecord,
    "evidence measures": [of(Measure, value=str, caution=str)],
    "evidence pool": POOLED,
    "evidence persistence": persistence.PersistenceDocument,
    "evidence calibrate": of(calibrate.CalibrationDocument, totals=OBSERVED, inputs=SUMMARY),
    "evidence grade": (grade.RulesDocument, Grade),
    "evidence regress": {**SLOPES, "places": (PLACES, None)},
    "survey answers": of(SurveyResult, "record", measures=[MEASURE], warnings=list[DiagnosticDocument]),
    "survey plan": SurveyPlanDocument,
    "cache list": cache.CacheDocument,
    **dict.fromkeys(WORDS, TextDocument),
}
"""By verb; one that refuses writes an `ErrorDocument`. A tuple has alternatives."""
