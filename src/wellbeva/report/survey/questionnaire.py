"""A questionnaire to print: large print on A4, in the exact words of its sources, a sheet for each time point."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from wellbeva.errors import refusal
from wellbeva.evidence.survey.instruments import BY_KEY, Instrument
from wellbeva.report.page.templates import fill

SETS: Final = {
    "ons4": ("life_satisfaction", "worthwhile", "happiness", "anxiety"),
    "ucla3": ("ucla3",),
}
"""In the order printed."""
LICENSED: Final = "swemwbs"


def questionnaire(measures: Sequence[str] = ("ons4", "ucla3"), *, group: str = "") -> str:
    """Write the questionnaire, one self-contained HTML document.

    Parameters
    ----------
    measures : sequence of str
        Keys of `SETS`.
    group : str
        Who asks, printed at the head of a sheet.

    Raises
    ------
    WellbevaError
        ``WB-R452`` for a measure that is not known or named twice, ``WB-R453`` for SWEMWBS, which is licensed.
    """
    if LICENSED in measures:
        raise refusal(
            "WB-R453",
            "SWEMWBS is protected by copyright, and its statements are not in wellbeva",
            "get its sheet at https://warwick.ac.uk/fac/sci/med/research/platform/wemwbs/using, print it beside this "
            "one, and head its seven columns swemwbs_1 to swemwbs_7",
            "free for public bodies, charities, community interest companies and social enterprises; others pay",
        )
    for measure in measures:
        if measure not in SETS or measures.count(measure) > 1:
            why = "it is named twice" if measure in SETS else "its words are not known here"
            remedy = f"name each of these once at most: {', '.join(SETS)}"
            raise refusal("WB-R452", f"the questionnaire cannot ask {measure[:40]!r}", remedy, why)
    asked = [BY_KEY[key] for measure, keys in SETS.items() if measure in measures for key in keys]
    # A character that turns the line, or none, has no place on a sheet.
    group = "".join(char for char in group if char.isprintable())
    return fill("questionnaire.html.j2", group=group, asked=asked, blocks=_blocks(asked), terms=_terms(asked))


def _blocks(asked: Sequence[Instrument]) -> list[tuple[Instrument, list[str]]]:
    """Return questions that share an introduction and answers, each with an instrument that has both."""
    shared = groupby(asked, key=lambda one: (one.introduction, one.answers))
    lists = [list(several) for _, several in shared]
    return [(several[0], [question.wording for one in several for question in one.questions]) for several in lists]


def _terms(asked: Sequence[Instrument]) -> list[tuple[str, str]]:
    """Return terms and source of each instrument, those of a set once."""
    return list(dict.fromkeys((one.terms, one.source) for one in asked))
