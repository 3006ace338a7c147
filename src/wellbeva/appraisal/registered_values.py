"""Single figures of appraisal by name, each with source, vintage and status (``data/figures.toml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from wellbeva.appraisal.errors import named
from wellbeva.appraisal.vintage import Vintage, read_rows, read_toml, vintage_of


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Parameters
    ----------
    value : Fraction
        In `unit`; of `price_year` where it is money and that year is known.
    unit : str
        Without the currency; empty for a pure number.
    currency : str
    price_year : int or None
    vintage : Vintage
        Its status is ``RECALLED`` where the figure, or the year of its prices, was not read in a source.
    note : str
    """

    value: Fraction
    unit: str
    currency: str
    price_year: int | None
    vintage: Vintage
    note: str = ""


@dataclass(frozen=True, slots=True)
class FigureSet:
    """A registered figure, or a small table of them along one axis.

    Parameters
    ----------
    name : str
    title : str
    labels : mapping of label to Figure
        One entry, under the empty label, for a single figure.
    use : str
        The label used where nobody names one; none (and several ``labels``): a label is required.
    """

    name: str
    title: str
    labels: Mapping[str, Figure]
    use: str = ""

    def figure(self, label: str = "") -> Figure:
        """Return one figure.

        Raises
        ------
        AppraisalError
            If there is no such label, or one must be named.
        """
        wanted = label or self.use
        message = (
            f"{self.name} has no figure for {wanted!r}" if wanted else f"{self.name} is a table, and no row is named"
        )
        return named(self.labels, wanted, message, listed=f"{self.title}:")


def _figure(title: str, entry: Mapping[str, Any], around: Mapping[str, Any]) -> Figure:
    part = {**around, **entry}
    return Figure(
        value=Fraction(part["value"]),
        unit=part.get("unit", ""),
        currency=part.get("currency", ""),
        price_year=part.get("price_year"),
        vintage=vintage_of(title, part),
        note=part.get("note", ""),
    )


@cache
def _figures() -> dict[str, FigureSet]:
    figures: dict[str, FigureSet] = {}
    for name, part in read_toml("figures.toml").items():
        title = part["title"]
        rows = part.get("labels")
        around = {"unit": part.get("unit", "")}
        labels = (
            {label: _figure(f"{title} ({label})", row, around) for label, row in rows.items()}
            if rows
            else {"": _figure(title, part, {})}
        )
        figures[name] = FigureSet(name, title, labels, part.get("use", ""))
    return {**figures, **_optimism()}


def _optimism() -> dict[str, FigureSet]:
    """Optimism bias as two tables along the type of project (rows without a figure left out)."""
    columns = {
        "optimism_bias_upper": ("cost_upper", "Optimism bias on cost, upper bound"),
        "optimism_bias_lower": ("cost_lower", "Optimism bias on cost, lower bound"),
        "duration_bias_upper": ("works_duration_upper", "Optimism bias on the duration of works, upper bound"),
        "duration_bias_lower": ("works_duration_lower", "Optimism bias on the duration of works, lower bound"),
    }
    rows = read_rows("optimism_bias.csv")
    return {
        name: FigureSet(
            name,
            title,
            {row["label"]: _figure(title, {**row, "value": row[column]}, {}) for row in rows if row[column]},
        )
        for name, (column, title) in columns.items()
    }


def figure_names() -> tuple[str, ...]:
    """Return the names of all registered figures."""
    return tuple(_figures())


def load_figure(name: str) -> FigureSet:
    """Return a registered figure by name.

    Raises
    ------
    AppraisalError
        If there is none, with the nearest name.

    Examples
    --------
    >>> float(load_figure("log_income_effect").figure().value)
    1.96
    >>> load_figure("qaly_wellby").figure("six").vintage.status
    'RECALLED'
    """
    message, otherwise = f"the appraisal has no figure {name!r}", ", or give the number in the scenario"
    return named(_figures(), name, message, listed="figures:", otherwise=otherwise)
