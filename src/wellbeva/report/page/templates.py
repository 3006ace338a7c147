"""Pages beside the report, in its looks: escaping is on everywhere, no network, no script."""

from __future__ import annotations

import hashlib
import re
import sys
from functools import lru_cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from wellbeva.jit import cache_folder

_LINKS = re.compile(r"\bhttps?://[^\s<>\"']+[^\s<>\"'.,;:)]|\b10\.\d{4,9}/[^\s<>\"']*[^\s<>\"'.,;:)]|\bS\d+\b")
"""Addresses, DOIs, and signs of sources."""
_TURNING = re.compile(r"( (?:is above|is below|fell to) )([^()]+)(?= \((?:we assume|now) )")
"""The value of an input that turns the answer, in a sentence of `facts.sensitivity`."""
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
    css = file_text("style.css") + Markup("\n") + file_text("page.css")
    return environment().get_template(template).render(css=css, **values)


def file_text(name: str) -> Markup:
    """Return the text of a file in ``templates``, which is our own and is not escaped."""
    return Markup((resources.files("wellbeva.report") / "templates" / name).read_text("utf-8"))  # noqa: S704


def breaks(text: str) -> Markup:
    """Let a path or a unit go on in the next line behind a dot, a stroke or a low line, and not within a word.

    Examples
    --------
    >>> breaks("effect.walks"), breaks("<money>/year")
    (Markup('effect.<wbr>walks'), Markup('&lt;money&gt;/<wbr>year'))
    """
    return Markup(_JOINTS.sub(r"\1<wbr>", str(escape(text))))  # noqa: S704 - escaped just before


def turning(text: str) -> Markup:
    """Write the value that turns the answer in bold.

    Examples
    --------
    >>> turning("the time <b> is above 9.6 months (we assume 9.5 months)")
    Markup('the time &lt;b&gt; is above <b>9.6 months</b> (we assume 9.5 months)')
    """
    return Markup(_TURNING.sub(r"\1<b>\2</b>", str(escape(text))))  # noqa: S704 - escaped just before


def linked(text: str) -> Markup:
    """Make links of addresses of the web, of DOIs, and of the signs of sources.

    Examples
    --------
    >>> linked("S3 & <b>"), linked("javascript:x")
    (Markup('<a href="#S3">S3</a> &amp; &lt;b&gt;'), Markup('javascript:x'))
    >>> linked("doi 10.1/2.")
    Markup('doi 10.1/2.')
    >>> linked("10.1234/a.b.")
    Markup('<a href="https://doi.org/10.1234/a.b" rel="noopener noreferrer">10.1234/a.b</a>.')
    """
    said, at = Markup(), 0
    for found in _LINKS.finditer(text):
        word = found[0]
        start = "#" if word[0] == "S" else "https://doi.org/" if word[0] == "1" else ""
        anchor = '<a href="{}">{}</a>' if start == "#" else '<a href="{}" rel="noopener noreferrer">{}</a>'
        said += escape(text[at : found.start()]) + Markup(anchor).format(start + word, word)  # noqa: S704 - two of ours
        at = found.end()
    return said + escape(text[at:])


class _Kept(jinja2.BytecodeCache):
    """Templates as Python's code, beside the kernels and signed like these, for each version of what makes them."""

    def __init__(self) -> None:
        stamp = hashlib.blake2b(f"{sys.version} {version('jinja2')}".encode(), digest_size=16)
        stamp.update(Path(__file__).read_bytes())  # how they are compiled
        self._entry = f"templates-{stamp.hexdigest()}"

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if folder := cache_folder.place():
            code = cache_folder.read_signed(folder / self._entry / bucket.key, self._key(bucket))
            if code is not None:
                cache_folder.touch(folder / self._entry)
                bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if folder := cache_folder.place():
            path = folder / self._entry / bucket.key
            cache_folder.write_signed(path, self._key(bucket), bucket.bytecode_to_string())

    def _key(self, bucket: jinja2.bccache.Bucket) -> str:
        return f"{self._entry}/{bucket.key}/{bucket.checksum}"


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """Return the templates of all pages, escaping on."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("wellbeva.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_Kept(),
    )
    made.filters |= {"breaks": breaks, "linked": linked, "turning": turning}
    made.globals["symbols"] = file_text("symbols.svg")
    return made
