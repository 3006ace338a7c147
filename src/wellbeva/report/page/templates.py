"""Pages beside the report, in its looks: escaping is on everywhere, no network, no script."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

import jinja2
from markupsafe import Markup, escape

_JOINTS = re.compile(r"(?<=[\w;)\]])([./_*])(?=\w)")


def fill(template: str, **values: object) -> str:
    """Fill a template of a page.

    Parameters
    ----------
    template : str
        Name of a file in ``templates``.
    **values : object
        Texts are escaped; SVG and MathML of our own making come as `Markup`.
    """
    folder = resources.files("wellbeva.report") / "templates"
    css = "\n".join((folder / name).read_text(encoding="utf-8") for name in ("style.css", "page.css"))
    return environment().get_template(template).render(css=Markup(css), **values)  # noqa: S704 - our own files


def breaks(text: str) -> Markup:
    """Let a path or a unit go on in the next line behind a dot, a stroke or a low line, and not within a word.

    Examples
    --------
    >>> breaks("effect.walks"), breaks("<money>/year")
    (Markup('effect.<wbr>walks'), Markup('&lt;money&gt;/<wbr>year'))
    """
    return Markup(_JOINTS.sub(r"\1<wbr>", str(escape(text))))  # noqa: S704 - escaped just before


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """Return the templates of all pages, escaping on."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("wellbeva.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["breaks"] = breaks
    return made
