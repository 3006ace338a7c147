"""What studies, and a choice made otherwise, would be worth: sentences for the terminal and the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wellbeva.analysis.uncertainty.decision_values import WHOLE
from wellbeva.plan.research import Research
from wellbeva.report.facts.sensitivity import words_of
from wellbeva.report.text import numbers
from wellbeva.results.standard_errors import SURE

if TYPE_CHECKING:
    import pandas as pd

    from wellbeva.plan.record import Record

CHOICES = {
    "implementation": "{detail} in every such decision, instead of today's mix, would add {worth} to each.",
    "heterogeneity": "Choosing by group ({detail}) would add {worth}.",
    "perspective": "Choosing in one payer's view ({detail}) would lose {worth}.",
}


@dataclass(frozen=True, slots=True)
class WorthKnowing:
    """What it is worth to know an input, or some together [money], and its words as `words_of` returns them."""

    worth: float
    error: float
    words: tuple[str, str, str]


def worth_knowing(table: pd.DataFrame | None, record: Record) -> list[WorthKnowing]:
    """Return the inputs that it is worth more than nothing to know, beyond the noise of the draws, best first.

    Parameters
    ----------
    table : DataFrame or None
        ``evppi``.
    record : Record
    """
    if table is None:
        return []
    # Where the value is too low, what is held out is the better figure.
    better = (row._replace(evppi=row.held_out) if row.note else row for row in table.itertuples())
    worth = [row for row in better if row.evppi > SURE * row.se and row.held_out > 0]
    groups = {", ".join(names): names for names in record.research.known_together}
    return [
        WorthKnowing(row.evppi, row.se, _words(groups.get(row.parameters, (row.parameters,)), record)) for row in worth
    ]


def _words(names: tuple[str, ...], record: Record) -> tuple[str, str, str]:
    """Return what `words_of` does, of inputs that are known together in one."""
    if len(names) == 1:
        return words_of(names[0], record)
    every = [words_of(name, record) for name in names]
    heads = [
        numbers.listed([f"{words[place]} ({words[2]})" if words[2] else words[place] for words in every])
        for place in (0, 1)
    ]
    return heads[0], heads[1], "known together"


def study_sentences(table: pd.DataFrame, research: Research, wtp: float, currency: str) -> list[str]:
    """Say of each study which size is worth most beyond its cost.

    Parameters
    ----------
    table : DataFrame
        As `analysis.uncertainty.information.evsi.study_table` makes it.
    research : Research
        Has the words for studies.
    wtp : float [money/effect]
    currency : str
        Its code.
    """
    best = table[(table["wtp"] == wtp) & table["best"]].set_index("study")
    sentences = [] if len(best) else ["No study is worth its cost."]
    for study in research.studies:
        if study.name in best.index:
            row, arms = best.loc[study.name], " in each arm" if study.arms > 1 else ""
            sums = (row["population_evsi"], study.population * row["se"], row["cost"], row["enbs"])
            worth, error, cost, less = (numbers.total(value, currency) for value in sums)
            people = f"{numbers.capital(study.label)}: {numbers.count(row['people'])} people{arms}"
            largest = row["people"] == max(study.people)
            more = " It is the largest size asked about: a larger one may be worth more." if largest else ""
            served = "" if study.population == 1 else f" to the {numbers.number(study.population)} decisions it serves"
            sentences.append(
                f"{people} would be worth {worth} (± {error}){served}, less the {cost} that it costs: {less}.{more}"
            )
        elif len(best):
            sentences.append(f"{numbers.capital(study.label)} is not worth its cost.")
    return sentences


def choice_sentences(table: pd.DataFrame, wtp: float, currency: str) -> list[str]:
    """Say what it would add to choose the best everywhere, or by group, and what a payer's own choice would lose.

    Parameters
    ----------
    table : DataFrame
        As `analysis.uncertainty.decision_values.decision_value_table` makes it.
    wtp : float [money/effect]
    currency : str
        Its code; empty if it is not known.
    """
    sentences = []
    for row in table[table["wtp"] == wtp].itertuples():
        whole = row.detail.endswith(WHOLE)
        if whole and row.value <= 0:
            sentences.append("What choosing by group would add is not known: no outcome gives the cost by group.")
            continue
        value, error = (numbers.total(number, currency).strip() for number in (row.value, row.se))
        sentences.append(CHOICES[row.kind].format(detail=row.detail, worth=f"{value} (± {error}){' or more' * whole}"))
    return sentences
