"""The engine's files, joined into the script that a page holds."""

from __future__ import annotations

from importlib import resources


def engine_source() -> str:
    """Return the script; it names one thing, ``WellbevaEngine``, which Node can require too."""
    here = resources.files(__package__)
    files = "\n".join((here / f"{name}.js").read_text("utf-8") for name in ("draws", "reductions", "engine"))
    return (
        f'"use strict";\nconst WellbevaEngine = (() => {{\n{files}return {{load, errorOf}};\n}})();\n'
        'if (typeof module !== "undefined") module.exports = WellbevaEngine;\n'
    )
