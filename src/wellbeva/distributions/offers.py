"""What to write instead, where a family does not fit a centre and its interval: remedies with the person's numbers."""

from __future__ import annotations

from wellbeva.distributions import quantile
from wellbeva.distributions.describe import number
from wellbeva.distributions.failure import FitError
from wellbeva.distributions.shifted import Centre, fit_shifted, quantiles_text

__all__ = ["Centre", "other_families", "percent"]

_WITHIN = {"beta": (0.0, 1.0), "gamma": (0.0, float("inf")), "lognormal": (0.0, float("inf"))}
"""Where a number of these families lies; another family that leaves it for one draw in a thousand is not offered."""


def other_families(family: str, value: float, low: float, high: float, level: float, *, centre: Centre) -> str:
    """Return a remedy for a centre and an interval that a family cannot have (FORMAT R6)."""
    offers: list[str] = []
    ends = f"ci{100.0 * level:g}: [{low:.10g}, {high:.10g}]"
    if _has_shifted(family, value, low, high, level, centre):
        offers.append(
            f"keep all three numbers with a skewed family, `{{shifted_lognormal: {{{centre}: {value:.10g}, {ends}}}}}`"
        )
    unless = "" if centre == "median" else f" (if {value:.10g} is the median)"
    offers.append(f"join them as printed{unless}, `{quantiles_text(value, low, high, level)}`")
    tried = [name for name in ("gamma", "lognormal") if name != family]
    if low >= 0.0 and family != "beta" and centre == "mean":
        offers.append(f"try {' or '.join(tried)} where the number cannot be below 0")
    other = "median" if centre == "mean" else "mean"
    return f"{', or '.join(offers)}; check also that the centre is a {centre} and not a {other}"


def percent(level: float) -> str:
    """Write a level for people: 95%."""
    return f"{number(float(level) * 100.0)}%"


def _has_shifted(family: str, value: float, low: float, high: float, level: float, centre: Centre) -> bool:
    try:
        found = fit_shifted(value, centre=centre, low=low, high=high, level=level).distribution
    except FitError:
        return False
    least, most = _WITHIN.get(family, (-float("inf"), float("inf")))
    start, end = quantile.ppf(found, [0.001, 0.999])
    return bool(least <= start and end <= most)
