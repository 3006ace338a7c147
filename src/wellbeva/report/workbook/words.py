"""Beside the names that a table has as keys, the words that the report has for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from wellbeva.analysis.dictionary.columns import Column, WrittenTable
from wellbeva.report.facts.names import axis_word, label_of, outcome_words
from wellbeva.report.facts.sensitivity import input_words, names_of
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.plan.record import Record

HAS_WORDS: Final = {("decision", "option"), ("assumptions", "name"), ("inputs", "path"), ("equity", "index")}
"""Tables and their columns of names that have a column of words already."""

HEADINGS: Final = {"option": "Name", "path": "Input, in words"}
"""Of columns of words; of the others it is the heading of the names with “in words”."""


class Words:
    """The words of a run's report for options, outcomes and inputs.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
    """

    def __init__(self, dataset: xr.Dataset, record: Record) -> None:
        self.dataset, self.record = dataset, record
        self.inputs = {key: one for one in reversed(record.inputs) for key in (one.parameter, one.element, one.path)}
        # An input of a one-way analysis has its name and its path; words stand once, beside the path.
        self.of: dict[str, Callable[[str], str]] = {
            **dict.fromkeys(("option", "less", "against"), lambda name: label_of(record, name)),
            **dict.fromkeys(("path", "parameters", "name"), self._inputs),
            "parameter": self._parameter,
            "index": lambda name: numbers.capital(name.replace("_", " ")),
            "outcome": self._outcome,
        }

    def beside(self, listed: WrittenTable, table: pd.DataFrame) -> tuple[WrittenTable, pd.DataFrame]:
        """Return a table with a column of words after each column of names, and with that column in its dictionary.

        Parameters
        ----------
        listed : WrittenTable
        table : DataFrame
        """
        table, columns = table.copy(deep=False), {}
        for place, name in reversed([*enumerate(table.columns, 1)]):
            columns[name] = listed.columns.get(name) or Column(name, name)
            if name in self.of and (listed.name, name) not in HAS_WORDS:
                words = {key: self.of[name](key) if key else "" for key in table[name].unique()}
                heading = HEADINGS.get(name, f"{columns[name].heading}, in words")
                table.insert(place, heading, table[name].map(words))
                columns[heading] = Column(heading, heading, "", "The name before it as the report words it.")
        return replace(listed, columns={name: columns[name] for name in table.columns}), table

    def _inputs(self, paths: str) -> str:
        return "; ".join(map(self._input, paths.split(", ")))

    def _input(self, path: str) -> str:
        variant = self.record.scenario.variants.get(path)
        return numbers.capital(input_words(self.inputs.get(path), self.record) or (variant and variant.label) or path)

    def _parameter(self, name: str) -> str:
        doc = self.inputs[name].doc if name in self.inputs else ""
        return numbers.capital(names_of(name, doc, self.record.scenario.model)[0])

    def _outcome(self, path: str) -> str:
        name, *labels = path.removeprefix("decision.").split(".")
        variable = self.dataset.get(f"decision_{name}" if path.startswith("decision.") else name)
        if variable is None:
            return path
        axes = [str(axis) for axis in variable.dims if axis not in {"statistic", "option", "decision_option"}]
        said = (
            f"period {x}" if axis == "time" else axis_word(self.record, axis, x)
            for axis, x in zip(axes, labels, strict=False)
        )
        return ": ".join(filter(None, (outcome_words(name, variable.attrs.get("doc", "")), ", ".join(said))))
