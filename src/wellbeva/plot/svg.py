"""Makes an exported chart fit for a page: its own ids, one name and description, no size, no styles, no scripts."""

from __future__ import annotations

import contextlib
import re
from xml.etree import ElementTree as Tree

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_DROPPED = {f"{{{SVG}}}style", f"{{{SVG}}}script", f"{{{SVG}}}title", f"{{{SVG}}}desc", f"{{{SVG}}}metadata"}


ADDRESSES = 80 << 30
"""Bytes of addresses that the browser engine behind Vega-Lite reserves, and a margin; it ends the process without."""
NO_ROOM = (
    "because they need 80 GB of addresses and this process may have less; to have them, run `ulimit -v unlimited` first"
)


def figures_fit() -> bool:
    """Whether the process may reserve the addresses without which a figure ends it."""
    with contextlib.suppress(ImportError):
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        return limit == resource.RLIM_INFINITY or limit >= ADDRESSES
    return True


def finish(svg: str, *, key: str, title: str, desc: str) -> str:
    """Return the chart ready to be put into a page.

    Parameters
    ----------
    svg : str
        As the renderer wrote it.
    key : str
        Prefix of every id; several charts on one page collide on clip paths without it.
    title, desc : str
        The finding; then the form and two or three numbers. Plain text.

    Returns
    -------
    str
        An ``svg`` element with ``viewBox`` but without ``width`` and ``height``, ``role="img"``, named by its own
        ``title`` and ``desc``.
    """
    Tree.register_namespace("", SVG)
    Tree.register_namespace("xlink", XLINK)
    root = Tree.fromstring(svg)  # noqa: S314 - our own renderer's output, no entities
    _clean(root, key)
    for name in ("width", "height", "class", "style"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-labelledby", f"{key}-title {key}-desc")
    for place, (name, text) in enumerate((("title", title), ("desc", desc))):
        element = Tree.Element(f"{{{SVG}}}{name}", {"id": f"{key}-{name}"})
        element.text = text
        root.insert(place, element)
    return Tree.tostring(root, encoding="unicode")


def _clean(element: Tree.Element, key: str) -> None:
    for child in list(element):
        if child.tag in _DROPPED:
            element.remove(child)
        else:
            _clean(child, key)
    for name in list(element.attrib):
        value = element.attrib[name]
        if name.startswith("aria-") or name in {"role", "class"} or name.lower().startswith("on"):
            del element.attrib[name]
        elif name == "id":
            element.attrib[name] = f"{key}-{value}"
        elif name in {"href", f"{{{XLINK}}}href"}:
            if value.startswith("#"):
                element.attrib[name] = f"#{key}-{value[1:]}"
            else:
                del element.attrib[name]
        elif "url(#" in value:
            element.attrib[name] = _REFERENCE.sub(rf"url(#{key}-\1)", value)
