"""Row pictures of the page as SVG files of their own, with the page's own marks and colours."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from markupsafe import Markup

from wellbeva.report.page.templates import environment, file_text
from wellbeva.report.page.view import Picture

_COLOUR = re.compile(r"(--\w+):(#\w+)")
_RULE = re.compile(r"(?:^|(?<=\}))(?:svg )?\.[\w.]+\{(?=[^}]*(?:fill|stroke))(?![^}]*Text)[^}]*\}", re.MULTILINE)
"""Of marks; in forced colours they take those of the system."""
_DRAWN = re.compile(r'<svg (?:class="(?:row|under)"|width="[1-9])[^>]*>')
_PRINTED = re.compile(r"@media print,\(min-width:\w+\)")
_USED = re.compile(r'><use href="#(\w+)"/>')
_SYMBOL = re.compile(r'<symbol id="(\w+)"( viewBox="[^"]*">.*?)</symbol>')
FONTS = "Arial, Liberation Sans, DejaVu Sans, sans-serif"


def picture_svg(picture: Picture, width: int) -> str:
    """Return a picture as an SVG file.

    Parameters
    ----------
    picture : Picture
    width : int [pixel]
    """
    drawn = _marks().picture(picture)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{picture.height}" font-family="{FONTS}">'
        f"{_looks()}{drawn}</svg>"
    )


def with_own_looks(html: str) -> str:
    """Return a page as WeasyPrint needs it.

    Row pictures and keys have its colours and type of their own, and evidence marks their bars, for they take nothing
    from around them. No rule for print stands in one list with a width, for such a list is left out whole.
    """
    type_of_words = f"<style>text{{font:10.5px {FONTS}}}</style>"  # the size that the page's style has in print
    bars = dict(_SYMBOL.findall(str(file_text("symbols.svg"))))
    html = _USED.sub(lambda used: bars.get(used[1], used[0]), _PRINTED.sub("@media print", html))
    return _DRAWN.sub(lambda start: start[0] + type_of_words + _looks(), html)


def key_words(keys: tuple[str, ...]) -> str:
    """Say what the marks of a figure mean, in the words of the page's key.

    Parameters
    ----------
    keys : tuple of str
        As `Table.keys`.
    """
    text = str(_marks().key_line(keys)).replace("</b>", ":</b>").replace("</span><span>", "</span>; <span>")
    return Markup(re.sub(r"</span>\s+<span>", "; ", text)).striptags()  # noqa: S704 - all tags are taken out


@cache
def _marks() -> Any:
    return environment().get_template("marks.html.j2").module


@cache
def _looks() -> str:
    """Return the rules of the page's style that colour marks, with its colours written out, and its hatching."""
    style = str(file_text("style.css"))
    colours = dict(reversed(_COLOUR.findall(style)))
    rules = re.sub(r"var\((--\w+)\)", lambda name: colours[name[1]], "".join(_RULE.findall(style)))
    return f"<style>{rules}</style>{file_text('symbols.svg')}"
