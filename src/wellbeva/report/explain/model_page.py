"""A model's own page: what it asks for, its equations, what it gives, and a scenario to start from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wellbeva.report.explain.model_facts import Facts, gather
from wellbeva.report.explain.skeleton import skeleton
from wellbeva.report.page.templates import fill
from wellbeva.scenario.spec import Model

_CODE = re.compile(r"(`[^`]+`)")
_QUOTES = re.compile(r"`+")
_BLOCK = re.compile(r"^(?=>|(?:#+|[+-])(?:\s|$))|^\d+(?=[.)]\s)")
"""What begins a heading, a list or a quotation where it begins a line."""
_BAR = re.compile(r"(?<!\\)\|")
"""A bar ends a cell even inside code."""


def model_html(model: Model) -> str:
    """Write the page as one self-contained HTML document.

    Parameters
    ----------
    model : Model
        With those it extends joined, as `scenario.loader.load_model_file` gives it.
    """
    facts = gather(model)
    return fill("model.html.j2", model=model, m=facts, counts=_counts(facts), skeleton=skeleton(model))


def _counts(facts: Facts) -> str:
    counts = ((facts.parameters, "input"), (facts.equations, "equation"), (facts.outcomes, "outcome"))
    return ", ".join(f"{len(some):,} {one}{'' if len(some) == 1 else 's'}" for some, one in counts)


def model_markdown(model: Model) -> str:
    """Write the page as Markdown, without the graph.

    Parameters
    ----------
    model : Model
    """
    return "\n".join(_markdown(model, gather(model), skeleton(model))) + "\n"


def _markdown(model: Model, m: Facts, start: str) -> Iterator[str]:
    yield f"# {plain(m.title)}"
    yield ""
    yield f"The model `{model.name}`, from `{model.file}`."
    if model.doc:
        yield from ("", plain(model.doc))
    yield from ("", "## Axes", "", *(f"- `{name}`: {plain(words)}" for name, words in m.axes))
    if model.units:
        units = (f"- `{name}`: {plain(words)}" for name, words in model.units.items())
        yield from ("", "## Units of its own", "", *units)
    yield from ("", "## Inputs", "")
    yield from table(
        ("Input", "Unit", "Varies by", "Default", "Bounds", "What it is"),
        [(f"`{p.name}`", p.unit, p.by, p.default, p.bounds, p.doc) for p in m.parameters],
    )
    if model.states:
        yield from (
            "",
            "## States and moves",
            "",
            f"States: {', '.join(model.states)}. Whoever does not move stays.",
            "",
        )
        yield from (f"- starts in `{name}`: `{text}`" for name, text in m.start)
        yield from (f"- {name}: `{text}`" for name, text in m.transitions)
    yield from ("", "## Equations")
    for e in m.equations:
        yield from ("", f"### `{e.name}`{f' [{e.unit}]' if e.unit else ''}", "")
        if e.doc:
            yield from (plain(e.doc), "")
        yield f"    {e.name} = {e.text}"
    yield from ("", "## Outcomes", "")
    yield from table(("Outcome", "Unit", "What it is"), [(f"`{name}`", unit, doc) for name, unit, doc in m.outcomes])
    if m.decision:
        yield from ("", "## Decision", "", *(f"- {name}: `{text}`" for name, text in m.decision))
    if model.break_even:
        yield from ("", "## Break-even", "")
        yield from (f"- The value of `{left}` at which `{right}` is 0." for left, right in model.break_even.items())
    if m.checks:
        yield from ("", "## Checks", "")
        yield from (f"- {plain(check.says)} This is {check.effect} where `{check.rule}`" for check in m.checks)
    # Longer than any run of back quotes inside, so that nothing inside ends the block.
    fence = "`" * (1 + max([2, *(len(run) for run in _QUOTES.findall(start))]))
    yield from ("", "## A scenario to start from", "")
    yield from (f"{fence}yaml", f"# {model.name}-start.yaml", *start.splitlines(), fence)


def plain(text: str) -> str:
    r"""Keep text from being read as Markdown or HTML; what stands in back quotes stays code.

    Examples
    --------
    >>> plain("a_b <i> `c_d`")
    'a\\_b &lt;i> `c_d`'
    """
    parts = _CODE.split(" ".join(text.split()))
    text = "".join(part if place % 2 else _escaped(part) for place, part in enumerate(parts))
    return _BLOCK.sub(lambda found: f"{found[0]}\\", text)


def _escaped(text: str) -> str:
    for mark in "\\`*_[]|~":
        text = text.replace(mark, "\\" + mark)
    return text.replace("&", "&amp;").replace("<", "&lt;")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Write a table in Markdown, a line at a time.

    Parameters
    ----------
    heads : sequence of str
        In Markdown already.
    rows : sequence of sequence of str
        Cells under the heads, as text; `plain` keeps them from being read as Markdown.
    """
    yield f"| {' | '.join(heads)} |"
    yield f"|{'|'.join('---' for _ in heads)}|"
    for row in rows:
        yield f"| {' | '.join(_BAR.sub(chr(92) + '|', plain(cell)) for cell in row)} |"
