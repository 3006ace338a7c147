"""One file: page one of a run, its engine, and the script that brings both together."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from wellbeva.analysis.evidence import inputs_by_option
from wellbeva.analysis.tables.league import BAND_SHARE
from wellbeva.page.engine.source import engine_source
from wellbeva.page.front.knobs import groups, knobs
from wellbeva.page.front.rules import encoded, source, text
from wellbeva.page.horizon import Horizon, choices_of, countable
from wellbeva.report.facts.names import axis_word
from wellbeva.report.facts.result import comparisons
from wellbeva.report.page.render import build_page
from wellbeva.report.page.templates import environment, file_text
from wellbeva.results.standard_errors import SURE
from wellbeva.scenario.appraisal import HORIZON

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.plan.record import CompiledScenario, Record
    from wellbeva.report.facts.result import Result


def living_page(
    engine: Mapping[str, Any],
    compiled: CompiledScenario,
    dataset: xr.Dataset,
    tables: Mapping[str, pd.DataFrame],
    *,
    facts: Result,
    manifest: Mapping[str, object],
    file: str,
) -> str:
    """Return a page that works out every number again when a reader moves an input.

    Parameters
    ----------
    engine : mapping
        As `page.data.engine_data` returns it.
    compiled : CompiledScenario
    dataset : xarray.Dataset
        Of the run as it is saved, at the draws of the engine.
    tables : mapping of str to DataFrame
    facts : Result
    manifest : mapping of str to object
    file : str
        Name of the scenario in commands.

    Returns
    -------
    str
        One HTML document that asks no network; what a scenario says is in it as data alone.
    """
    record = compiled.record
    page = build_page(dataset, record, compiled.plan, tables, manifest=manifest, facts=facts)
    # What page one leaves out stands on the report's other pages, which are not here.
    boxes = [replace(one, more=one.more and f"{one.more}, in the report", more_link="") for one in page.first.boxes]
    page = replace(page, first=replace(page.first, boxes=tuple(boxes)))
    ends = any(one["path"] == HORIZON for one in engine["inputs"])
    choices = choices_of(countable(compiled) if ends else compiled)
    data = {
        "engine": engine,
        "saved": encoded(facts),
        "knobs": knobs(record, facts, tables, choices),
        "spans": next((one.spans for one in choices if isinstance(one, Horizon)), {}),
        "groups": groups(record, facts, tables),
        "evidence": _evidence(record, tables),
        "words": _words(record, dataset),
        "volunteers": record.scenario.model.named("volunteer_cost"),
        "sure": SURE,
        "band_share": BAND_SHARE,
        "file": file,
        "variant": record.scenario.variant,
        "sets": record.scenario.overrides,
        "date": manifest["date"],
    }
    front = source() + "".join(map(text, ("render.js", "address.js", "view.js")))
    scripts = [_closed(script) for script in (engine_source(), front)]
    template = environment().from_string(text("page.html.j2"))
    return template.render(
        page=page, data=htmlsafe_json_dumps(data, allow_nan=False, separators=(",", ":")),
        scripts=scripts, hashes=[_hash(one) for one in scripts],
        css=file_text("style.css") + Markup(text("front.css")),  # noqa: S704 - our own
    )  # fmt: skip


def _closed(script: str) -> Markup:
    """Keep a script of our own from ending its element."""
    return Markup(script.replace("</script", "<\\/script"))  # noqa: S704 - our own


def _hash(script: str) -> Markup:
    return Markup(f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'")  # noqa: S704


def _evidence(record: Record, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the inputs that the grade of each option rests on, as the rule of grading reads them."""
    names = ("path", "evidence", "layer", "unit", "element")
    found: dict[str, Any] = {
        option: [
            {name: getattr(one, name) for name in names}
            | {"roles": sorted(one.roles), "written": one.original.written, "compared": comparisons(record, one)}
            for one in inputs
        ]
        for option, inputs in inputs_by_option(record).items()
    }
    turning = tables["oneway"].loc[tables["oneway"]["can_turn"], "element"] if "oneway" in tables else []
    return {"options": found, "turning": sorted(set(turning))}


def _words(record: Record, dataset: xr.Dataset) -> dict[str, dict[str, str]]:
    return {
        axis: {str(label): axis_word(record, axis, str(label)) for label in dataset[axis].values}
        for axis in ("payer", "group", "body")
        if axis in dataset
    }
