"""JavaScript in tests: by Node, which needs no page."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest


def javascript(source: str, folder: Path) -> Any:
    """Return what a script hands to ``give``, through JSON.

    Parameters
    ----------
    source : str
    folder : Path
        Where the script may lie.
    """
    node = shutil.which("node")
    if not node:
        pytest.fail("Node is not installed; these tests need it: apt-get install nodejs")
    file = folder / "script.js"
    file.write_text(f"const give=x=>process.stdout.write(JSON.stringify(x));{source}", encoding="utf-8")
    done = subprocess.run([node, str(file)], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)
