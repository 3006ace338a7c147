"""Remedies with the person's own numbers, where a family does not fit a centre and its interval."""

from __future__ import annotations

from wellbeva.distributions import quantile
from wellbeva.distributions.family import FAMILIES, Centre, Given
from wellbeva.distributions.fit_result import FitError


def other_families(family: str, given: Given, centre: Centre) -> str:
    """Return a remedy for a centre and an interval that a family cannot have (FORMAT R6).

    Parameters
    ----------
    family : str
    given : Given
        The centre, `low` and `high`.
    centre : {"mean", "median"}
    """
    value, low, high, level, notation = given[centre], given["low"], given["high"], given.level, given.notation
    offers: list[str] = []
    if _has_shifted(family, given, centre):
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


def _has_shifted(family: str, given: Given, centre: Centre) -> bool:
    try:
        skewed = FAMILIES["shifted_lognormal"].recipes[centre, "low", "high"](given).distribution
    except FitError:
        return False
    least, most = FAMILIES[family].within
    start, end = quantile.ppf(skewed, [0.001, 0.999])
    return bool(least <= start and end <= most)
