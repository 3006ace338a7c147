"""Texts, pages and pictures that print in full, and are a few lines or a closed frame in a notebook."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import Final, Literal, Self

from wellbeva.core.cards import COLUMNS, LINES, card

HEIGHT: Final = 600
Kind = Literal["text", "html", "svg", "page"]


class Document(str):
    """A string that a notebook shows by its kind; in all else it is a string.

    Parameters
    ----------
    text : str
    kind : {"text", "html", "svg", "page"}
        A document of HTML is shown in a frame of its own, isolated from the notebook and without scripts; of a living
        page alone its own scripts run, which its policy names.

    Examples
    --------
    >>> Document("wellbys = people * gain")
    wellbys = people * gain
    """

    kind: Kind

    def __new__(cls, text: str, kind: Kind = "text") -> Self:
        """Return a text that knows its kind."""
        made = super().__new__(cls, text)
        made.kind = kind
        return made

    def __repr__(self) -> str:
        lines = self.splitlines()
        if self.kind == "text" and len(lines) < LINES:
            return card(lines)
        more = f"… {len(lines):,} lines of {self.kind}, which print(…) shows"
        return card([*(line[:COLUMNS] for line in lines[: LINES - 2]), more])

    def _repr_html_(self) -> str:
        if self.kind in {"html", "page"}:
            allowed = "allow-scripts" if self.kind == "page" else ""
            frame = f'srcdoc="{escape(self)}" width="100%" height="{HEIGHT}" style="border: 1px solid #ccc"'
            return f'<iframe sandbox="{allowed}" {frame}></iframe>'
        if self.kind == "svg":
            picture = b64encode(self.encode()).decode()
            return f'<img alt="" src="data:image/svg+xml;base64,{picture}">'
        return f'<pre class="{PLAIN}" style="font-family: monospace">{escape(self)}</pre>'


PLAIN: Final = "tex2jax_ignore mathjax_ignore"
"""Class of what a notebook is not to read as formulas, although it has dollars in it."""


def table_html(heading: str, rows: list[dict[str, str]]) -> str:
    """Return a heading and a table of texts for a notebook, escaped.

    Parameters
    ----------
    heading : str
    rows : list of dict of str to str
        Cells by the heading of their column, the same in every row.
    """
    heads = "".join(f"<th>{escape(name)}</th>" for name in (rows[0] if rows else ()))
    lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row.values())}</tr>" for row in rows)
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"
    return f'<div class="{PLAIN}" style="overflow-x: auto"><p><strong>{escape(heading)}</strong></p>{table}</div>'
