"""What may be bought together, and the limits that a purchase keeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wellbeva.analysis.uncertainty.sample import Indices
from wellbeva.engine.reductions.result import Floats

SLACK = 1e-8
"""Share of a limit by which rounding may pass it."""


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """Bounds of a sum over what is bought.

    Parameters
    ----------
    name : str
        As the scenario writes it.
    each : array (offer,) [unit of the limit]
        What one unit of each offer adds.
    least, most : float [unit of the limit]
    """

    name: str
    each: Floats
    least: float = -np.inf
    most: float = np.inf

    def holds(self, units: Indices) -> bool:
        """Whether a purchase keeps it, int array (offer,)."""
        total, slack = float(self.each @ units), SLACK * float(np.abs(self.each) @ units)
        return self.least - slack <= total <= self.most + slack

    def facts(self, most: Indices) -> str:
        """Say what it asks, and what all that may be bought comes to, int array (offer,)."""
        asked = [f"at least {self.least:,.6g}"] if np.isfinite(self.least) else []
        asked += [f"at most {self.most:,.6g}"] if np.isfinite(self.most) else []
        return f"{self.name}: {' and '.join(asked)}; all offers together come to {float(self.each @ most):,.6g}"


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """What may be bought: whole offers, or places of them.

    Parameters
    ----------
    names : tuple of str
        In the order of the file, by which ties are resolved.
    least, most : int array (offer,)
        Units that are bought of an offer if any are; 1 and 1 of one that is bought whole.
    exclusive : tuple of (tuple of int)
        Offers of which at most one is bought.
    needs : tuple of (int, int)
        An offer, and the one without which it is not bought.
    limits : tuple of Limit
        Beside the budget.
    """

    names: tuple[str, ...]
    least: Indices
    most: Indices
    exclusive: tuple[tuple[int, ...], ...] = ()
    needs: tuple[tuple[int, int], ...] = ()
    limits: tuple[Limit, ...] = ()

    @property
    def plain(self) -> bool:
        """Whether whole offers are bought, and nothing but the budget keeps any from being bought with others."""
        return bool((self.most == 1).all()) and not (self.exclusive or self.needs or self.limits)

    def allows(self, units: Indices) -> bool:
        """Whether a purchase keeps every rule but the budget, int array (offer,)."""
        bought = units > 0
        return (
            bool(((units >= self.least * bought) & (units <= self.most)).all())
            and all(bought[list(one)].sum() <= 1 for one in self.exclusive)
            and all(bought[needed] or not bought[offer] for offer, needed in self.needs)
            and all(limit.holds(units) for limit in self.limits)
        )
