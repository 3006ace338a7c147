"""Fixtures shared by the report's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.report.report_fixtures import SHIPPED
from wellbeva import api
from wellbeva.report.page.render import build_page
from wellbeva.report.page.view import Page

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(scope="session")
def shipped() -> dict[str, api.Run]:
    """The two scenarios that people read first, run once."""
    return {name: api.run(SCENARIOS / f"{name}.yaml", draws=8192) for name in SHIPPED}


@pytest.fixture(scope="session")
def shipped_views(shipped: dict[str, api.Run]) -> dict[str, Page]:
    """What their templates print."""
    return {
        name: build_page(run.dataset, run.compiled.record, run.compiled.plan, run.tables, manifest=run.manifest())
        for name, run in shipped.items()
    }


@pytest.fixture(scope="session")
def shipped_reports(shipped: dict[str, api.Run]) -> dict[str, str]:
    """Their reports, as HTML."""
    return {name: run.report() for name, run in shipped.items()}
