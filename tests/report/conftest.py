"""Fixtures shared by the report's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.report.report_fixtures import SHIPPED
from wellbeva import api

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(scope="session")
def shipped() -> dict[str, api.Run]:
    """The two scenarios that people read first, run once."""
    return {name: api.run(SCENARIOS / f"{name}.yaml", draws=8192) for name in SHIPPED}
