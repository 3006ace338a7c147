"""Additionality: the difference that an offer makes to what would have happened without it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from wellbeva.appraisal.errors import AppraisalError, named
from wellbeva.appraisal.registered_values import Figure
from wellbeva.appraisal.vintage import read_rows, vintage_of


@dataclass(frozen=True, slots=True)
class Case:
    """One case, with the offer or without it.

    Parameters
    ----------
    gross : float
        Gross impact, in any unit.
    leakage, displacement, substitution : float
        Shares of the impact that go outside the target area, are lost by others nearby, and replace a similar activity.
    multiplier : float
        Further impact for each unit of impact, at least 0; 1 is none.
    """

    gross: float
    leakage: float = 0.0
    displacement: float = 0.0
    substitution: float = 0.0
    multiplier: float = 1.0

    @property
    def net(self) -> float:
        """Net impact in the unit of `gross`: ``GI (1 - L) (1 - Dp) (1 - S) M``.

        Raises
        ------
        AppraisalError
            If a share does not lie between 0 and 1, or the multiplier is below 0.
        """
        shares = {"leakage": self.leakage, "displacement": self.displacement, "substitution": self.substitution}
        for name, share in shares.items():
            if not 0.0 <= share <= 1.0:
                raise AppraisalError(
                    f"{name} must lie between 0% and 100%", facts=(f"given: {share * 100:g}%",), remedy="give a share"
                )
        if not self.multiplier >= 0.0:
            raise AppraisalError(
                "a multiplier is not below 0",
                facts=(f"given: {self.multiplier:g}",),
                remedy="1 stands for no further impact",
            )
        remaining = (1.0 - self.leakage) * (1.0 - self.displacement) * (1.0 - self.substitution)
        return self.gross * remaining * self.multiplier


def additional_impact(offer: Case, *, reference: Case | None = None) -> float:
    """Return the impact of an offer beyond the reference case, in the unit of the gross impact.

    The reference case *is* the deadweight: whoever gives one takes no deadweight off the gross impact.

    Parameters
    ----------
    offer : Case
    reference : Case or None
        What would have happened without the offer; None is nothing.

    References
    ----------
    English Partnerships / Homes and Communities Agency, Additionality Guide:
    ``AI = GI (1 - L) (1 - Dp) (1 - S) M - GI* (1 - L*) (1 - Dp*) (1 - S*) M*``.

    Examples
    --------
    >>> offer = Case(200, leakage=0.1, displacement=0.25, multiplier=1.1)
    >>> round(additional_impact(offer, reference=Case(50, leakage=0.1)), 6)
    103.5
    """
    return offer.net - (0.0 if reference is None else reference.net)


@cache
def _levels() -> dict[str, dict[str, Figure]]:
    levels: dict[str, dict[str, Figure]] = {}
    for row in read_rows("additionality_levels.csv"):
        name = f"Usual level of {row['factor'].replace('_', ' ')}: {row['level'].replace('_', ' ')}"
        vintage = vintage_of(name, row)
        levels.setdefault(row["factor"], {})[row["level"]] = Figure(Fraction(row["value"]), "", "", None, vintage)
    return levels


def usual_level(factor: str, level: str) -> Figure:
    """Return a ready reckoner's level of one factor. Every one is recalled, not read: its status says so.

    Parameters
    ----------
    factor : {"leakage", "displacement", "multiplier_neighbourhood", "multiplier_regional"}
    level : str
        ``low``, ``medium``, ``high``; of the shares also ``none`` and ``total``, of leakage ``very_high``.

    Returns
    -------
    Figure
        A share; of a multiplier, the impact in all for each unit of impact.

    Raises
    ------
    AppraisalError
        If there is no such factor or level.

    References
    ----------
    Homes and Communities Agency, Additionality Guide, 4th edition (2014), sections 4.2 to 4.5.

    Examples
    --------
    >>> leakage = usual_level("leakage", "low")
    >>> float(leakage.value), leakage.vintage.status
    (0.1, 'RECALLED')
    """
    message, otherwise = "the ready reckoner of additionality has no {!r}", ", or give a share of your own"
    levels = named(_levels(), factor, message.format(factor), listed="it has", otherwise=otherwise)
    return named(levels, level, message.format(level), listed="it has", otherwise=otherwise)
