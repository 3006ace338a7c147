"""Names for people: labels of axes, outcomes, units."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from wellbeva.analysis.decision_arrays import NOTHING
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    from wellbeva.plan.record import Record
    from wellbeva.report.facts.result import Result

DOING_NOTHING = "Doing nothing"
SHORT = frozenset({"bcr", "rpsc", "npsv"})
"""Names of outcomes that the field writes in capitals."""


def label_of(record: Record, option: str) -> str:
    """Return an option's label, or its name where it has none.

    Parameters
    ----------
    record : Record
    option : str
        Its name.
    """
    labels = {NOTHING: DOING_NOTHING} | {one.name: one.label for one in record.scenario.options}
    return labels.get(option) or option


def spoken_name(result: Result, option: str) -> str:
    """Return the short name of an option, as it stands inside a sentence.

    Parameters
    ----------
    result : Result
    option : str
        Its name.
    """
    return numbers.in_sentence(next((one.short for one in result.options if one.name == option), option))


def axis_word(record: Record, axis: str, label: str) -> str:
    """Return the words for a label of an axis.

    Parameters
    ----------
    record : Record
    axis, label : str
        As the plan has them.
    """
    if axis == "option":
        return label_of(record, label)
    if axis == "group":
        return record.scenario.groups.get(label, label)
    return record.scenario.axes.get(axis, {}).get(label, label)


def outcome_words(name: str, doc: str) -> str:
    """Name an outcome: its doc if the model has one, else its own name.

    Parameters
    ----------
    name : str
    doc : str
        As the model has it; empty if it has none.
    """
    if not doc and name in SHORT:
        return name.upper()
    return numbers.capital(doc or name.replace("_", " ")).replace("Wellbys", "WELLBYs").replace("wellby", "WELLBY")


def unit_words(unit: str, result: Result, name: str = "") -> str:
    """Write a unit for people: ``money`` in the currency and prices of the appraisal.

    A name that ends in ``per_1000`` counts thousands of the money in its unit.

    Parameters
    ----------
    unit : str
        As the dataset has it: ``WELLBY/money``.
    result : Result
        Its currency and price year are written.
    name : str
        Of the outcome that has the unit.
    """
    money = numbers.symbol(result.currency)
    prices = f", {result.price_year} prices" if result.price_year and "money" in unit else ""
    if name.endswith("per_1000") and unit.endswith("/money"):
        return f"{unit.removesuffix('money')}{money}1,000{prices}"
    return f"{unit.replace('money', money.strip())}{prices}"


def portable_path(path: str, scenario: str) -> str:
    """Write a path for readers elsewhere: of one from the root of this machine no folder above the scenario's.

    Parameters
    ----------
    path, scenario : str
        Of a file, and of the scenario's.
    """
    whole, folder = PurePath(path), PurePath(scenario).parent
    if not whole.is_absolute():
        return path
    return (whole.relative_to(folder) if whole.is_relative_to(folder) else PurePath(whole.name)).as_posix()
