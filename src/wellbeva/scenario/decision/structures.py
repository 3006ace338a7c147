"""Reads ``structures``: the scenario and variants, one of them right, and how likely each is."""

from __future__ import annotations

import re
from typing import Final

from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.decision.perspective import check_choose
from wellbeva.scenario.text.nodes import MapNode, Scalar, entries, text_of

AS_WRITTEN: Final = "as_written"
"""The scenario without a variant."""
_PERCENT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)\s?%")
_ROUNDED: Final = 1e-5
"""How far the sum of shares written with few digits, as thirds are, may be from 1."""


def read_structures(root: MapNode, collector: Collector) -> dict[str, float]:
    """Read the weight of each structure, by the name of its variant; empty for the scenario as written.

    Parameters
    ----------
    root : MapNode
        The whole scenario.
    collector : Collector
    """
    key, begun = root.key("structures"), len(collector.errors)
    known, given = [entry.key.text for entry in entries(root.get("variants"))], entries(root.get("structures"))
    weights: dict[str, float] = {}
    for entry in given:
        name, value = entry.key.text, entry.value
        share = _PERCENT.fullmatch(text_of(value))
        if name == AS_WRITTEN and name in known:
            facts = [f"in 'structures' {AS_WRITTEN!r} is the scenario without a variant"]
            remedy = "give the variant another name"
            collector.error(
                "WB-S380", f"a variant is called {AS_WRITTEN!r}", entry.key.span, facts=facts, remedy=remedy
            )
        elif name not in (*known, AS_WRITTEN):
            remedy = near_miss(name, (*known, AS_WRITTEN)) or f"name {', '.join([*known[:20], AS_WRITTEN])}"
            collector.error("WB-S380", f"{name!r} is not a variant", entry.key.span, remedy=remedy)
        elif share is not None and 0 < float(share[1]) <= 100:
            weights[name if name in known else ""] = float(share[1]) / 100
        elif not (isinstance(value, Scalar) and value.null):  # a missing key is already reported
            remedy = "write how likely it is that this is right, as in '40%'"
            collector.error("WB-S381", f"{text_of(value)[:40]!r} is not a weight", value.span, remedy=remedy)
    total = sum(weights.values())
    if key is not None and len(weights) == len(given) and abs(total - 1) > _ROUNDED:
        facts = [f"they add to {100 * total:.6g}%"]
        remedy = f"one structure is right, so give each its share; the scenario without a variant is {AS_WRITTEN!r}"
        collector.error("WB-S382", "the weights do not add to 100%", key.span, facts=facts, remedy=remedy)
    if key is not None:
        message = "structures are weighed for a choice between rivals"
        check_choose("several", text_of(root, "choose"), key.span, "WB-S383", message, "'structures'", collector)
    return {} if len(collector.errors) > begun else {name: weight / total for name, weight in weights.items()}
