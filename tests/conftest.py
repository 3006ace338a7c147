"""Settings of all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# A change must not fail, or pass, by the luck of the draw: continuous integration tries the same examples each time;
# at a desk every run tries new ones.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
