"""Combinations of inputs for people: in a terminal of 80 columns, and two inputs as a picture."""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING

from wellbeva.analysis.deterministic.combinations import COLUMNS, choices, finding
from wellbeva.report.text.units import amount

if TYPE_CHECKING:
    import pandas as pd

    from wellbeva.api import ScenarioModel


class CombinationsMap:
    """What is chosen at each combination of values, in words.

    Parameters
    ----------
    model : ScenarioModel
    table : DataFrame
        As `api.combinations` makes it.
    """

    def __init__(self, model: ScenarioModel, table: pd.DataFrame) -> None:
        record, decision = model.compiled.record, model.plan.decision
        labels = {option.name: option.label for option in record.scenario.options}
        table = table.assign(option=table["option"].replace(labels))
        units = {given.path: given.unit for given in record.inputs}
        base = {name: one.base for name, one in zip(model.inputs, model.plan.elements, strict=True)}
        self.inputs = [str(name) for name in table.columns[: -len(COLUMNS)]]
        levels = [sorted(set(table[name])) for name in self.inputs]
        self.words = [
            [amount(value, units[name], model.plan.currency) for value in values]
            for name, values in zip(self.inputs, levels, strict=True)
        ]
        self.near = tuple(
            min(range(len(values)), key=lambda place: abs(values[place] - base[name]))
            for name, values in zip(self.inputs, levels, strict=True)
        )
        self.chosen = choices(table).reshape([len(values) for values in levels])
        self.finding = finding(table, rivals=decision is not None and decision.choose == "one")

    def lines(self) -> list[str]:
        """Return what a terminal prints: a map of two inputs, of more the corners; the ranges if none differ."""
        if (self.chosen == self.chosen.flat[0]).all():
            pairs = zip(self.inputs, self.words, strict=True)
            return [self.finding, *(f"{name}: {words[0]} to {words[-1]}" for name, words in pairs)]
        if len(self.inputs) > 2:
            ends = ((0, "lowest"), (-1, "highest"))
            corners = [f"All at their {word}: {self.chosen[(end,) * len(self.inputs)] or 'none'}" for end, word in ends]
            return [self.finding, *corners]
        (left, *_, right), sides = self.words
        letter = {name: ascii_uppercase[at % 26] for at, name in enumerate(dict.fromkeys(self.chosen.flat))}
        margin, width = max(map(len, sides)), max(2 * len(self.words[0]), len(left) + len(right) + 2)
        rows: list[str] = []
        for row, (side, names) in enumerate(zip(sides, self.chosen.T, strict=True)):
            cells = (letter[name] + " *"[(column, row) == self.near] for column, name in enumerate(names))
            rows.insert(0, f"{side:>{margin}} │ {''.join(cells)}")
        foot = [f"{'':{margin}} └{'─' * (width + 1)}", f"{'':{margin}}   {left}{right:>{width - len(left)}}"]
        key = [*(f"{mark}  {name or 'none'}" for name, mark in letter.items()), "*  nearest to the base case"]
        return [self.finding, "", f"{self.inputs[1]}, by {self.inputs[0]} across", *rows, *foot, *key]

    def picture(self) -> str:
        """Return the map of two inputs as SVG: the finding as its title, and a text alternative."""
        from wellbeva.plot.technical import Words, combination_map

        spans = (f"{name} from {words[0]} to {words[-1]}" for name, words in zip(self.inputs, self.words, strict=True))
        desc = f"Map of {' by '.join(spans)}, all other inputs at their base; a ring is nearest to the base case."
        words = Words("map", self.finding, desc, *self.inputs)
        across, up = self.words
        return combination_map(words, across=across, up=up, chosen=self.chosen.tolist(), base=self.near)
