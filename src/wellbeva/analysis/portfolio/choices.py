"""What may be bought together, and the limits that a purchase keeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wellbeva.core.arrays import Flags, Floats, Ints

SLACK = 1e-8
"""How far rounding may take a sum beyond a limit, as a share of the limit."""
MOST_BUNDLES = 5_000
"""Purchases of offers with rules or places that are listed; more are left to a programme."""


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

    def holds(self, units: Ints) -> bool:
        """Whether a purchase keeps it, int array (offer,)."""
        total, slack = float(self.each @ units), SLACK * float(np.abs(self.each) @ units)
        return self.least - slack <= total <= self.most + slack

    def facts(self, most: Ints) -> str:
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
        In the order of the file, which resolves ties.
    least, most : int array (offer,)
        Units that are bought of an offer if any are; 1 and 1 of one that is bought whole.
    exclusive : tuple of (tuple of int)
        At most one of these offers is bought.
    needs : tuple of (int, int)
        An offer, and the one without which it is not bought.
    limits : tuple of Limit
        Beside the budget.
    """

    names: tuple[str, ...]
    least: Ints
    most: Ints
    exclusive: tuple[tuple[int, ...], ...] = ()
    needs: tuple[tuple[int, int], ...] = ()
    limits: tuple[Limit, ...] = ()

    @property
    def linked(self) -> Flags:
        """Whether more than the budget says how an offer is bought: places or a rule, bool array (offer,)."""
        linked: Flags = self.most > 1
        linked[[offer for offers in (*self.exclusive, *self.needs) for offer in offers]] = True
        return linked

    @property
    def listed(self) -> bool:
        """Whether the best purchase is found among lists, without a programme."""
        return not self.limits and self.bundles() is not None

    def bundles(self) -> Ints | None:
        """Return every purchase of the linked offers, int array (bundle, offer); None if over `MOST_BUNDLES`."""
        bundles = np.zeros((1, len(self.names)), dtype=np.int64)
        for offer in np.flatnonzero(self.linked):
            units = [0, *range(self.least[offer], self.most[offer] + 1)]
            if len(units) * len(bundles) > MOST_BUNDLES:
                return None
            numbers = np.tile(units, len(bundles))
            bundles = np.repeat(bundles, len(units), axis=0)
            bundles[:, offer] = numbers
        return bundles[self.follows_rules(bundles)]

    def allows(self, units: Ints) -> bool:
        """Whether a purchase keeps every rule but the budget, int array (offer,)."""
        bought = units > 0
        scaled = bool(((units >= self.least * bought) & (units <= self.most)).all())
        return scaled and bool(self.follows_rules(units)) and all(limit.holds(units) for limit in self.limits)

    def follows_rules(self, units: Ints) -> Flags:
        """Whether purchases hold nothing that excludes another, and all that is needed, int array (…, offer)."""
        bought = units > 0
        follows: Flags = np.full(bought.shape[:-1], True)
        for offers in self.exclusive:
            follows &= bought[..., list(offers)].sum(axis=-1) <= 1
        for offer, needed in self.needs:
            follows &= bought[..., needed] | ~bought[..., offer]
        return follows
