"""Builds the documents' site: ``python -m tools.site [FOLDER]``, which is ``make docs``; no network is needed."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import main as build

from tools.site import pages

ROOT = Path(__file__).parents[2]


def main(out: Path) -> int:
    """Copy the documents, write beside them what is made from the code, and build; a warning fails.

    Parameters
    ----------
    out : Path
        Holds `source`, `scenarios`, `ipython` and `html` afterwards.
    """
    source, html, scenarios = (out.absolute() / name for name in ("source", "html", "scenarios"))
    for folder in (source, html, scenarios):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "docs", source)
    shutil.copytree(ROOT / "scenarios", scenarios)  # notebooks look for it in the folders above theirs
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    (source / "changelog.md").write_text(changes.replace("](docs/", "]("), encoding="utf-8")
    # Notebooks are run here and nowhere else: that their kernels speak over TCP need not be said once for each.
    settings = out.absolute() / "ipython" / "profile_default" / "ipython_kernel_config.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('{"IPKernelApp": {"log_level": 40}}\n', encoding="utf-8")
    os.environ["IPYTHONDIR"] = str(settings.parents[1])
    os.chdir(ROOT)
    pages.models(source)
    pages.gallery(source)
    pages.python(source)
    pages.contents(source)
    return build(["-b", "html", "-W", "--keep-going", "-q", str(source), str(html)])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/site")))
