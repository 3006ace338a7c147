"""The money value of large changes in life satisfaction, where a linear value no longer serves."""

from __future__ import annotations

from math import expm1

from wellbeva.appraisal.registered_values import load_figure

LARGE_CHANGE = 0.5
"""Points of life satisfaction a person and year beyond which the guidance asks for the compensating surplus."""


def compensating_surplus(change: float, *, income: float, log_income_effect: float | None = None) -> float:
    """Return the income a person could lose after a change and be as satisfied as before.

    Asked for as a sensitivity of the high value, where a change is above about 0.5 points. Negative for a loss.

    Parameters
    ----------
    change : float
        Points of life satisfaction (0-10), for a year.
    income : float
        Yearly income of the person.
    log_income_effect : float or None
        Points for one unit of log income; 1.96 unless said.

    Returns
    -------
    float
        Money of the income's currency and prices.

    References
    ----------
    HM Treasury, Wellbeing guidance for appraisal (2021): CS = M (1 - exp(-change / 1.96)).

    Examples
    --------
    >>> round(compensating_surplus(1.0, income=30_000))
    11989
    """
    return -income * expm1(-change / _effect(log_income_effect))


def equivalent_surplus(change: float, *, income: float, log_income_effect: float | None = None) -> float:
    """Return the income that would do as much for a person as the change does.

    Parameters
    ----------
    change, income, log_income_effect
        As `compensating_surplus`, which the guidance prefers.

    References
    ----------
    HM Treasury, Wellbeing guidance for appraisal (2021): ES = M (exp(change / 1.96) - 1).

    Examples
    --------
    >>> round(equivalent_surplus(1.0, income=30_000))
    19969
    """
    return income * expm1(change / _effect(log_income_effect))


def _effect(given: float | None) -> float:
    return float(load_figure("log_income_effect").figure().value) if given is None else given
