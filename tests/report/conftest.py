"""Fixtures shared by the report's tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from wellbeva import api

sys.path.insert(0, str(Path(__file__).parent))

from report_fixtures import SHIPPED

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(scope="session")
def shipped() -> dict[str, api.Run]:
    """The two scenarios that people read first, run once."""
    return {name: api.run(SCENARIOS / f"{name}.yaml", draws=8192) for name in SHIPPED}
