"""The report a commissioner reads: one self-contained HTML file made from a Dataset, a Record and tables.

`render_report` is imported on first use, so that importing the package stays cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wellbeva.report.page.render import render_report

__all__ = ["render_report"]


def __getattr__(name: str) -> object:
    """Import `render_report` when it is first asked for."""
    if name == "render_report":
        from wellbeva.report.page.render import render_report

        return render_report
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
