"""Reads ``decision``, the payer whose costs count (semantics R244), and checks keys against ``choose``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from wellbeva.core.spans import Located, Span
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.text.nodes import MapNode, Node, Scalar, text_of

PATH: Final = "decision.perspective"
EVERYONE: Final = "everyone"
"""In the place of a payer: all costs count, as without a perspective."""


def check_choose(unfit: str, given: str, place: Span, code: str, message: str, what: str, collector: Collector) -> None:
    """Note a key that stands beside the wrong ``choose``.

    Parameters
    ----------
    unfit : str
        ``one`` or ``several``: beside this it cannot stand.
    given : str
        What the scenario says.
    place : Span
    code, message : str
    what : str
        What can be left out instead: ``the budget``.
    collector : Collector
    """
    if given == unfit:
        wanted = "several" if unfit == "one" else "one"
        facts, remedy = [f"the scenario says 'choose: {unfit}'"], f"leave {what} out, or write 'choose: {wanted}'"
        collector.error(code, message, place, facts=facts, remedy=remedy)


def perspective_in(root: MapNode) -> Scalar | None:
    """Return what a file says of the perspective; None where it says nothing, or no word."""
    decision = root.get("decision")
    node = decision.get("perspective") if isinstance(decision, MapNode) else None
    return node if isinstance(node, Scalar) and not node.null else None


def read_perspective(
    node: Node | None, axes: Mapping[str, Mapping[str, str]], *, decides: bool, collector: Collector
) -> Located | None:
    """Read the payer whose costs count; None for everyone, or after an error.

    Parameters
    ----------
    node : Node or None
        A name, as the file or `--set` gives it.
    axes : mapping of axis to (mapping of label to words)
    decides : bool
        Whether the model has a decision.
    collector : Collector
    """
    name = text_of(node).strip()
    if node is None or name == EVERYONE:
        return None
    named = ((axis, label) for axis in ("payer", "body") for label in axes.get(axis, ()))
    known = dict.fromkeys(label for axis, label in named if label != f"every_{axis}")
    remedy = f"leave it out, or write '{EVERYONE}'"
    if not decides:
        collector.error("WB-S170", "the model makes no decision", node.span, remedy=remedy)
    elif not known:
        facts = ["no axis 'payer' or 'body' has names here"]
        collector.error("WB-S171", "nothing says who pays", node.span, facts=facts, remedy=remedy)
    elif not isinstance(node, Scalar) or name not in known:
        remedy = near_miss(name, (*known, EVERYONE)) or f"name one of {', '.join([*known, EVERYONE][:20])}"
        what = f"{name[:40]!r} is" if name else "a map is"
        collector.error("WB-S172", f"{what} neither a payer nor a body", node.span, remedy=remedy)
    else:
        return node.located.stripped()
    return None
