"""Settings of all tests."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import settings

# Kernels that the tests compile are kept beside the tests, not among those of the person who runs them; where somebody
# has said where they belong, there.
os.environ.setdefault("WELLBEVA_CACHE", str(Path(__file__).resolve().parents[1] / ".wellbeva_cache"))
os.environ["XDG_STATE_HOME"] = str(Path(__file__).resolve().parents[1] / ".wellbeva_cache" / "state")

# A change must not fail, or pass, by the luck of the draw: continuous integration tries the same examples each time;
# at a desk every run tries new ones.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
