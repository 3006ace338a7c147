"""Optimism bias: the mark-up on costs that a type of project has shown, less the part that has been managed away."""

from __future__ import annotations

from collections.abc import Mapping

from wellbeva.appraisal.errors import AppraisalError
from wellbeva.appraisal.registered_values import load_figure


def mitigated_bias(upper: float, mitigation: float) -> float:
    """Return the mark-up that is left when a share of its causes has been dealt with.

    Parameters
    ----------
    upper : float
        Upper bound of the mark-up, as a share of the cost; 0.51 is 51%.
    mitigation : float
        Share of the upper bound that has been managed away, 0 to 1.

    Raises
    ------
    AppraisalError
        If the mitigation is not a share.

    References
    ----------
    HM Treasury, Supplementary Green Book guidance: optimism bias.

    Examples
    --------
    >>> round(mitigated_bias(0.51, 0.92), 6)
    0.0408
    """
    if not 0.0 <= mitigation <= 1.0:
        raise AppraisalError(
            "mitigation of optimism bias must lie between 0% and 100%",
            facts=(f"given: {mitigation * 100:g}%",),
            remedy="give the share of the upper bound that has been managed away",
        )
    return upper * (1.0 - mitigation)


def optimism_bias(shares: Mapping[str, float], *, mitigation: float = 0.0) -> float:
    """Return the mark-up on the cost of a project that is a mix of types.

    Parameters
    ----------
    shares : mapping of str to float
        Type of project (``standard_buildings``, ``nonstandard_buildings``, ``standard_civil``, ``nonstandard_civil``,
        ``equipment``, ``outsourcing``) to its share of the cost; they add to 1.
    mitigation : float
        Share of the upper bound that has been managed away.

    Returns
    -------
    float
        Share of the cost.

    Raises
    ------
    AppraisalError
        Unknown type, shares that do not add to 1, mitigation that is not a share.

    References
    ----------
    HM Treasury, Supplementary Green Book guidance: optimism bias, upper bounds by type of project.

    Examples
    --------
    >>> round(optimism_bias({"nonstandard_buildings": 0.3, "standard_buildings": 0.7}), 6)
    0.321
    >>> round(optimism_bias({"nonstandard_buildings": 1.0}, mitigation=0.92), 6)
    0.0408
    """
    total = sum(shares.values())
    if abs(total - 1.0) > 1e-9 or any(share < 0.0 for share in shares.values()):
        raise AppraisalError(
            "the shares of a mixed project must add to 100%",
            facts=(f"they add to {total * 100:.6g}%",),
            remedy="give each type's share of the cost",
        )
    table = load_figure("optimism_bias_upper")
    upper = sum(share * float(table.figure(kind).value) for kind, share in shares.items())
    return mitigated_bias(upper, mitigation)
