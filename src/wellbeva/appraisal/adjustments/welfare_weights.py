"""Welfare weights on money by income, and incomes made comparable between households."""

from __future__ import annotations

from wellbeva.appraisal.errors import AppraisalError
from wellbeva.appraisal.registered_values import load_figure


def welfare_weight(income: float, *, median: float, elasticity: float | None = None) -> float:
    """Return the worth of a group's pound beside a pound of the median household.

    For money only, never for the value of a WELLBY, which is the same for everybody. A weighted result stands beside
    the unweighted one.

    Parameters
    ----------
    income : float
        Median equivalised income of the group, above 0.
    median : float
        Of the whole population, in money of the same year.
    elasticity : float or None
        1.3 unless said.

    Raises
    ------
    AppraisalError
        If an income is not above 0.

    References
    ----------
    HM Treasury, The Green Book (2026), distributional weights.

    Examples
    --------
    >>> round(welfare_weight(16_800, median=36_700), 2), round(welfare_weight(71_100, median=36_700), 2)
    (2.76, 0.42)
    """
    if not (income > 0.0 and median > 0.0):
        raise AppraisalError(
            "a welfare weight needs incomes above zero",
            facts=(f"income of the group: {income:g}", f"median: {median:g}"),
            remedy="give the median equivalised income of the group",
        )
    power = float(load_figure("welfare_elasticity").figure().value) if elasticity is None else elasticity
    return float((median / income) ** power)


def equivalised_income(
    income: float, *, other_adults: int = 0, older_children: int = 0, young_children: int = 0
) -> float:
    """Return a household's income as if it were a couple's.

    Parameters
    ----------
    income : float
        Of the whole household.
    other_adults : int
        Adults beside the first.
    older_children : int
        Aged 14 and over.
    young_children : int
        Below 14.

    Raises
    ------
    AppraisalError
        If a number of people is below 0.

    References
    ----------
    HM Treasury, The Green Book (2026), distributional appraisal: 0.67, 0.33, 0.33 and 0.20.

    Examples
    --------
    >>> round(equivalised_income(300)), round(equivalised_income(300, other_adults=1, young_children=2))
    (448, 214)
    """
    counts = {"other_adult": other_adults, "older_child": older_children, "young_child": young_children}
    if any(count < 0 for count in counts.values()):
        raise AppraisalError(
            "a household has no negative number of people",
            facts=tuple(f"{kind}: {count}" for kind, count in counts.items()),
            remedy="count adults beside the first, older children and young children",
        )
    table = load_figure("equivalisation")
    people = float(table.figure("first_adult").value)
    people += sum(count * float(table.figure(kind).value) for kind, count in counts.items())
    return income / people
