"""An estimate as a person writes it: a number with its interval or standard error."""

from __future__ import annotations

from collections.abc import Callable

from scipy.special import ndtri

from wellbeva.core.spans import Located
from wellbeva.errors import Collector
from wellbeva.scenario.value import Amount
from wellbeva.scenario.values.short_form import parse_value


def _bare(amount: Amount) -> float:
    return float(amount.number)


def read_estimate(text: str, number: Callable[[Amount], float] = _bare) -> tuple[float, float] | None:
    """Return a number and its standard error: of an interval, its width over that of the normal distribution.

    Parameters
    ----------
    text : str
        ``0.40 (0.20 to 0.60)``, ``£520 (se £20)``.
    number : callable of Amount to float
        Brings an amount into the unit that is asked for; without it units are not looked at.

    Returns
    -------
    (float, float) or None
        None for what has neither.

    Raises
    ------
    WellbevaError
        If it cannot be read.
    """
    collector = Collector()
    value = parse_value(Located.bare(text.strip(), "estimate"), collector=collector) if text.strip() else None
    collector.stop_if_errors()
    if value is None or value.form not in ("se", "interval"):
        return None
    amounts = {name: number(amount) for name, amount in value.amounts.items()}
    if value.form == "se":
        return amounts["centre"], amounts["se"]
    return amounts["centre"], (amounts["high"] - amounts["low"]) / (2 * float(ndtri((1 + float(value.level)) / 2)))
