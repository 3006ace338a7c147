"""The limit: `fading_gain` with four options, four groups and ten years as a kernel written by hand.

A block of 512 draws is the innermost, contiguous loop, every exponential vectorises, and what is left of the gain is
summed in registers over the years. The compiled engine, which knows the model from its text alone, is held against it.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from wellbeva.jit.kernel import bits, float_of, fma, part
from wellbeva.jit.kernel import kernel as compiled
from wellbeva.plan.plan import Plan

Floats = npt.NDArray[np.float64]

LANE: Final = 512
OPTIONS: Final = 4
GROUPS: Final = 4
YEARS: Final = 10
FIRST: Final = 1  # row of the first option's inputs; before them stands what all options share
EACH: Final = 8  # rows of one option: take-up, effect, decay of four groups, fixed cost, cost of each person

LOG2_E: Final = 1.4426950408889634
LN2_HIGH: Final = 6.93147180369123816490e-01
LN2_LOW: Final = 1.90821492927058770002e-10
ROUND: Final = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to a whole number, which then fills the low bits
# Minimax on |r| <= ln(2)/2 of exp(r) = 1 + r + r**2 * q(r): relative error 3.6e-18 (Remez, 60 digits).
C2: Final = 0.5000000000000011
C3: Final = 0.16666666666666413
C4: Final = 0.041666666666530155
C5: Final = 0.008333333333494461
C6: Final = 0.0013888888943630114
C7: Final = 0.00019841269506578688
C8: Final = 2.480149309890655e-05
C9: Final = 2.7557586373840165e-06
C10: Final = 2.763024837921144e-07
C11: Final = 2.5000061602835666e-08


@part
def _exp(x: float) -> Any:
    """Return exp(x) for x <= 0; below -708, where it would not be a normal number, exp(-708)."""
    x = max(x, -708.0)
    shifted = fma(x, LOG2_E, ROUND)
    whole = shifted - ROUND
    r = fma(-whole, LN2_LOW, fma(-whole, LN2_HIGH, x))
    p = fma(C11, r, C10)
    p = fma(p, r, C9)
    p = fma(p, r, C8)
    p = fma(p, r, C7)
    p = fma(p, r, C6)
    p = fma(p, r, C5)
    p = fma(p, r, C4)
    p = fma(p, r, C3)
    p = fma(p, r, C2)
    p = fma(p, r, 1.0)
    p = fma(p, r, 1.0)
    return float_of(bits(p) + (bits(shifted) << np.uint64(52)))


@compiled
def _fade(decay: Floats, root: Floats, factor: Floats, people: float, left: Floats) -> None:
    """Add to `left` what a group has of the gain over all years, discounted."""
    for draw in range(LANE):
        rate = decay[draw]
        years = 0.0
        for year in range(YEARS):
            years = fma(factor[year], _exp(root[year] * rate), years)
        left[draw] = fma(people, years, left[draw])


@compiled
def _appraise(x: Floats, believed: Floats, offered: float, effect: Floats, cost: Floats) -> None:
    """Turn what is left of the gain, in `effect`, into WELLBYs, and write the cost."""
    for draw in range(LANE):
        take_up = x[0, draw]
        effect[draw] = effect[draw] * take_up * x[1, draw] * believed[draw]
        cost[draw] = fma(x[EACH - 1, draw] * take_up, offered, x[EACH - 2, draw])


@compiled
def kernel(x: Floats, y: Floats, people: Floats, root: Floats, factor: Floats) -> None:
    """Evaluate the model.

    Parameters
    ----------
    x : array (lane, element, 512)
        In the order of the plan's elements.
    y : array (lane, row, 512)
        Filled: WELLBYs of each option, then its cost.
    people : array (option, group)
    root, factor : array (year,)
        What decay is multiplied by in the exponent, and the discount factor.
    """
    for lane in range(x.shape[0]):
        for option in range(OPTIONS):
            mine = x[lane, FIRST + EACH * option : FIRST + EACH * (option + 1)]
            effect = y[lane, option]
            for draw in range(LANE):
                effect[draw] = 0.0
            offered = 0.0
            for group in range(GROUPS):
                _fade(mine[2 + group], root, factor, people[option, group], effect)
                offered += people[option, group]
            _appraise(mine, x[lane, 0], offered, effect, y[lane, OPTIONS + option])


def certain(plan: Plan) -> tuple[Floats, Floats, Floats]:
    """Return what the kernel needs of a plan's certain numbers, and refuse a plan that is not the kernel's own."""
    names = [one.name.partition("[")[0] for one in plan.elements]
    each = ["take_up", "effect", *["decay"] * GROUPS, "cost_fixed", "cost_per_person"]
    assert names == ["believed", *each * OPTIONS], names
    middle = plan.parameter("t").values + plan.parameter("step").values / 2
    return plan.parameter("people").values, -np.sqrt(middle), plan.parameter("discount.wellbeing").values
