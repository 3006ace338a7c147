"""Settings of all tests."""

from __future__ import annotations

import gc
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
    # Of processes side by side each begins with other folders and reads what another has written of those it comes to
    # later: that pytest rewrites every file of tests takes longest of all that is done before the first test.
    if hasattr(config, "workerinput") and config.args == ["tests"]:
        number, count = int(config.workerinput["workerid"].removeprefix("gw")), config.workerinput["workercount"]
        folders = sorted({str(Path(*one.parts[:2])) for one in Path("tests").rglob("test_*.py")})
        begin = len(folders) * number // count
        config.args = folders[begin:] + folders[:begin]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every process have the tests in the same order."""
    items.sort(key=lambda item: item.path)


def pytest_collection_finish() -> None:
    """Let the collector not walk through what was read again and again: it stays."""
    gc.freeze()
