"""No collection of circles falls into the time until a command answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCENARIO = Path(__file__).parents[2] / "scenarios" / "easing-loneliness.yaml"
CHECK = """
import gc, sys
from wellbeva.__main__ import entry
gc.callbacks.append(lambda phase, _: print(phase, file=sys.stderr))
sys.argv = ["wellbeva", "check", sys.argv[1]]
entry()
"""


def test_a_file_is_checked_without_a_collection() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CHECK, str(SCENARIO)], capture_output=True, text=True, timeout=300, check=True
    )
    assert "nothing wrong" in ended.stdout
    assert "start" not in ended.stderr.splitlines()
