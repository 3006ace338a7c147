"""Names for people: labels of axes, outcomes, units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING

from wellbeva.analysis.decision_arrays import NOTHING
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    from wellbeva.plan.record import Record
    from wellbeva.report.facts.result import Result
    from wellbeva.scenario.spec import Scenario

LONGEST_NAME = 60  # letters of a name that a sentence has whole
SHORTER = 2 / 3  # of a label's length, up to which another name stands in its place at the head of a row
DOING_NOTHING = "Doing nothing"
SHORT = frozenset({"bcr", "rpsc", "npsv"})
"""Names of outcomes that the field writes in capitals."""


def label_of(record: Record, option: str) -> str:
    """Return what an option is called at the head of a row, whole.

    Parameters
    ----------
    record : Record
    option : str
        Its name.
    """
    usual = DOING_NOTHING if option == NOTHING else option
    return option_names(record.scenario).get(option, (usual,))[0]


@lru_cache(maxsize=2)
def option_names(scenario: Scenario) -> Mapping[str, tuple[str, str]]:
    """Return what each option is called at the head of a row and in a sentence.

    In a sentence that is its short name, else its label; at the head of a row its label, unless the short name is far
    shorter. What brackets add to a label is left out where no two labels begin alike. In a sentence a name of more than
    a line keeps its ends, as long as no two are alike then.

    Parameters
    ----------
    scenario : Scenario
    """
    options = scenario.options
    begin = Counter(one.label.partition(" (")[0] for one in options)
    heads, said = {}, {}
    for one in options:
        name, _, rest = one.label.partition(" (")
        label = name if name and begin[name] == 1 and rest.endswith(")") else one.label or one.name
        heads[one.name], said[one.name] = label if label == name or not one.short else one.label, one.short or label
        if one.short and len(one.short) <= SHORTER * len(one.label):
            heads[one.name] = numbers.capital(one.short) if one.label[:1].isupper() else one.short
    alike = Counter(map(elided, said.values()))
    return {name: (heads[name], whole if alike[elided(whole)] > 1 else elided(whole)) for name, whole in said.items()}


def elided(name: str) -> str:
    """Leave out the middle of a name that needs more than a line.

    Examples
    --------
    >>> elided("Befriending, gardening and shared lunches for men who live alone in the four eastern wards")
    'Befriending, gardening … eastern wards'
    """
    if len(name) <= LONGEST_NAME:
        return name
    head, tail = name[:26], name[-17:]
    return f"{head.rpartition(' ')[0] or head} … {tail.partition(' ')[2] or tail}"


def spoken_name(result: Result, option: str) -> str:
    """Return the short name of an option, as it stands inside a sentence.

    Parameters
    ----------
    result : Result
    option : str
        Its name.
    """
    return numbers.in_sentence(result.by_name[option].short if option in result.by_name else option)


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
