"""Settings of all tests."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import tiers

# Kernels that the tests compile are kept beside the tests, not among those of the person who runs them; where somebody
# has said where they belong, there.
os.environ.setdefault("WELLBEVA_CACHE", str(Path(__file__).resolve().parents[1] / ".wellbeva_cache"))
os.environ["XDG_STATE_HOME"] = str(Path(__file__).resolve().parents[1] / ".wellbeva_cache" / "state")

# As the command does, before NumPy is first imported: tests run beside each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A shell starts what is put into the background with interruptions ignored, and children would inherit that; those of
# tests that interrupt them must end, as in a terminal.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A change must not fail, or pass, by the luck of the draw or by how busy the machine is: continuous integration tries
# the same examples each time; at a desk every run tries new ones.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("desk", patient)
settings.register_profile("ci", patient, derandomize=True)
settings.load_profile("desk")
if os.environ.get("CI"):
    settings.load_profile("ci")


def pytest_configure(config: pytest.Config) -> None:
    """Let `make test` try fewer examples of each property than `make test-all`."""
    tiers.everyday = "not thorough" in config.getoption("markexpr")
    current = settings()
    settings.register_profile("everyday", current, max_examples=tiers.examples(current.max_examples))
    settings.load_profile("everyday")
