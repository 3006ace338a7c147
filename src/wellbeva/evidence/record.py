"""An effect with all that a scenario takes over with it: a row of the library, or the result of a survey."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EffectRecord:
    """One effect and where it comes from; every field is a text as a scenario would write it.

    Parameters
    ----------
    key : str
        ``[library:KEY]`` or ``[survey:KEY]`` names it in a scenario: letters, digits and ``_``.
    title : str
        What was done, for people.
    value : str
        As a scenario writes it, with its unit: ``0.30 LS (0.05 to 0.55)``; empty where no size was published.
    measure : str
        Key of the measure in the register of measures: ``life_satisfaction``, ``swemwbs`` …
    population, comparison, follow_up : str
        Whose effect, against whom, and how long after the start it was measured: ``6 months``.
    cite, link, design, evidence, licence, status, note : str
        As under ``sources:`` of a scenario.
    date : str
        When it was read or measured: ``2026-11-30``.
    compares : str
        ``people``, ``areas`` or ``volunteers``, as under ``sources:``.
    activity : str
        What was done, in words that people search by.
    """

    key: str
    title: str
    value: str
    measure: str = "life_satisfaction"
    population: str = ""
    comparison: str = ""
    follow_up: str = ""
    cite: str = ""
    link: str = ""
    design: str = ""
    evidence: str = ""
    licence: str = ""
    status: str = ""
    note: str = ""
    date: str = ""
    compares: str = ""
    activity: str = ""
