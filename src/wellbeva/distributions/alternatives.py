"""What to write instead, where a family does not fit a centre and its interval: remedies with the person's numbers."""

from __future__ import annotations

from typing import Literal

from wellbeva.distributions import quantile
from wellbeva.distributions.family import FAMILIES, Given
from wellbeva.distributions.fit_result import FitError
from wellbeva.distributions.notation import PLAIN, Notation

Centre = Literal["mean", "median"]


def other_families(
    family: str, value: float, low: float, high: float, level: float, *, centre: Centre, notation: Notation = PLAIN
) -> str:
    """Return a remedy for a centre and an interval that a family cannot have (FORMAT R6)."""
    offers: list[str] = []
    if _has_shifted(family, value, low, high, level, centre):
        skewed = notation.family("shifted_lognormal", {centre: value, f"ci{100.0 * level:g}": (low, high)})
        offers.append(f"keep all three numbers with a skewed family{':' if notation.table else ','} {skewed}")
    unless = "" if centre == "median" else f" (if {notation.shown(value)} is the median)"
    tail = 50.0 * (1.0 - level)
    joined = notation.form("quantiles", {f"{tail:.6g}%": low, "50%": value, f"{100.0 - tail:.6g}%": high})
    where = " by moving the column from the table into the scenario" if notation.table else ""
    offers.append(f"join them as printed{unless}{where}, {joined}")
    tried = [name for name in ("gamma", "lognormal") if name != family]
    if low >= 0.0 and family != "beta" and centre == "mean":
        columns = f", in columns that end in `.{tried[0]}.mean` and `.{tried[0]}.ci{100.0 * level:g}`"
        offers.append(f"try {' or '.join(tried)} where the number cannot be below 0{columns if notation.table else ''}")
    other = "median" if centre == "mean" else "mean"
    return f"{', or '.join(offers)}; check also that the centre is a {centre} and not a {other}"


def _has_shifted(family: str, value: float, low: float, high: float, level: float, centre: Centre) -> bool:
    numbers = {centre: value, "low": low, "high": high}
    try:
        skewed = FAMILIES["shifted_lognormal"].recipes[centre, "low", "high"](Given(numbers, level)).distribution
    except FitError:
        return False
    least, most = FAMILIES[family].within
    start, end = quantile.ppf(skewed, [0.001, 0.999])
    return bool(least <= start and end <= most)
