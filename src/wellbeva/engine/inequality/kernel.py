"""All indices of `indices` for many draws and options in one pass, in machine code.

The people of a group who do not move stand at the eleven answers, those who move at one number between each two of
them, the same fraction above the answer below. So the order within each unit of the scale is that of the groups'
fractions: these are sorted, not the people. A row of `mass` is a fraction (`rests`), a column an answer, the twelfth
column is padding. Loops over the columns are without branches, and run to ``len(answers)``: LLVM vectorises those whose
length it does not know, and writes the others out.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from wellbeva.core.arrays import Floats, Ints
from wellbeva.jit.kernel import kernel, part, scratch

WIDTH: Final = 12
_TOP = 10
_SURE = 1e-12
_FAR = _TOP + 1.0
"""Whoever moves that far, or further, is at an end."""


@part
def _rows(moving: Floats, gain: Floats, shift: Ints, row_of: Ints, apart: Floats, rests: Floats) -> int:
    """Part each gain into whole answers and a rest, and sort the rests; return how many rows there are.

    Row 0 is that of the rest 0, and of all who do not move; after the last rest comes 1.
    """
    rows, groups = 1, len(gain)
    for group in range(groups):
        bounded = min(max(gain[group], -_FAR), _FAR)
        whole = math.floor(bounded)
        rest = bounded - whole
        if rest >= 1.0:  # a loss too small to leave 1
            whole, rest = whole + 1, 0.0
        shift[group] = int(whole)
        apart[group] = rest if moving[group] * gain[group] != 0.0 else 2.0
        rows += apart[group] < 2.0
    rests[0] = 0.0
    for group in range(groups):
        row = 1
        for other in range(groups):
            row += (apart[other] < apart[group]) | ((apart[other] == apart[group]) & (other < group))
        row_of[group] = row if row < rows else 0
        rests[row] = apart[group]
    rests[rows] = 1.0
    return rows


@part
def _moments(before: Floats, loss: Floats, padded: Floats, out: Floats) -> None:
    """Write mean, variance and loss of each group, one group after the other, before anybody moves; and its people."""
    for group in range(before.shape[0]):
        mean, lost, square = 0.0, 0.0, 0.0
        for k in range(_TOP + 1):
            mean += before[group, k] * k
            lost += before[group, k] * loss[k]
        for k in range(_TOP + 1):
            square += before[group, k] * (k - mean) * (k - mean)
            padded[(3 * group + 1) * WIDTH + k] = before[group, k]
        out[3 * group] = mean
        out[3 * group + 1] = square
        out[3 * group + 2] = lost


@part
def _move(
    padded: Floats,
    shift: int,
    rest: float,
    row: int,
    weight: float,
    go: float,
    aversion: float,
    loss: Floats,
    mass: Floats,
    moments: Floats,
) -> None:
    """Move a share of one group: put it into its row, and its moments into those of the group.

    ``padded`` has the group's people by answer, from `WIDTH` on, and nobody before and after, so that those who move
    are read from one place on. Its variance is taken about where the mean would be if the scale had no ends, so that
    nothing cancels.
    """
    first = WIDTH - shift  # where those are who come to lie above 0
    at_0, at_10 = 0.0, 0.0
    for place in range(WIDTH, first):
        at_0 += padded[place]
    for place in range(first + _TOP, 2 * WIDTH):
        at_10 += padded[place]
    centre = min(max(moments[0] + shift + rest, 0.0), 10.0)
    mean, square = at_10 * (10.0 - centre) - at_0 * centre, at_10 * (10.0 - centre) ** 2 + at_0 * centre**2
    lost = 0.0
    inside, places = padded[first : first + _TOP], mass[row * WIDTH : row * WIDTH + _TOP]
    for column in range(_TOP):
        people = inside[column]
        away = column + rest - centre
        mean += people * away
        square += people * away * away
        lost += people * loss[column]
        places[column] = weight * people
    lost = lost * math.exp(-aversion * rest) + at_0 + at_10 * loss[_TOP]
    mass[0] += weight * at_0
    mass[_TOP] += weight * at_10
    apart = centre + mean - moments[0]
    moments[1] = (1.0 - go) * moments[1] + go * (square - mean * mean) + go * (1.0 - go) * apart * apart
    moments[0] += go * apart
    moments[2] = (1.0 - go) * moments[2] + go * lost


@part
def _percentile(share: float, rows: int, rests: Floats, mass: Floats, below: Floats) -> float:
    """Return the number below which a share of people is, each spread over one point (`indices.People`).

    ``below[k]`` is the share below k - 1/2. From there on the density is the mass within half a point: at each rest it
    gains one cell, and loses the one a unit further down.
    """
    column = 0
    while column < _TOP and below[column + 1] < share - _SURE:
        column += 1
    reached, density, found = below[column], 0.0, column + 0.5
    if column > 0:
        for row in range(rows):
            density += mass[row * WIDTH + column - 1]
    for row in range(rows):
        density += mass[row * WIDTH + column]
        if column > 0:
            density -= mass[row * WIDTH + column - 1]
        width = rests[row + 1] - rests[row]
        step = width * density
        if reached + step >= share - _SURE:
            found = column - 0.5 + rests[row] + ((share - reached) / density if step > _SURE else width)
            break
        reached += step
    return min(max(found, 0.0), 10.0)


@kernel
def _by_rank(rows: int, rests: Floats, mass: Floats, line: int, mean: float, answers: Floats, out: Floats) -> None:
    """Write the indices that need everybody in order: pairs, halves, percentiles and counts of answers."""
    reached, below = scratch(WIDTH, np.float64), scratch(WIDTH, np.float64)
    pairs, lower, above = scratch(WIDTH, np.float64), scratch(WIDTH, np.float64), scratch(WIDTH, np.float64)
    for k in range(len(answers)):
        reached[k] = 0.0
        pairs[k] = 0.0
        lower[k] = 0.0
        above[k] = 0.0
    for row in range(rows):
        for k in range(len(answers)):
            reached[k] += mass[row * WIDTH + k]
            above[k] += mass[row * WIDTH + k] * rests[row]
    total = 0.0
    below[0] = 0.0
    for k in range(WIDTH - 1):
        column = reached[k]
        reached[k] = total
        total += column
        below[k + 1] = total - above[k]
    for row in range(rows):
        width = rests[row + 1] - rests[row]
        for k in range(len(answers)):
            reached[k] += mass[row * WIDTH + k]
            pairs[k] += reached[k] * (1.0 - reached[k]) * width
            lower[k] += max(0.5 - reached[k], 0.0) * width
    distance, poor = 0.0, 0.0
    for k in range(_TOP):
        distance += pairs[k]
        poor += lower[k]
    low = _percentile(0.1, rows, rests, mass, below)
    high = _percentile(0.9, rows, rests, mass, below)
    out[1] = 2.0 * distance
    out[2] = 2.0 * mean - 4.0 * poor
    out[3] = high - low
    out[4] = high / low if low > 0.0 else math.nan
    out[5] = distance / mean if mean > 0.0 else math.nan
    out[8] = below[5]
    out[9] = below[line]


@kernel
def _by_group(shares: Floats, moments: Floats, aversion: float, out: Floats) -> float:
    """Write the indices made of the groups' own, and return the mean of all."""
    groups = len(shares)
    mean, loss = 0.0, 0.0
    for group in range(groups):
        mean += shares[group] * moments[3 * group]
        loss += shares[group] * moments[3 * group + 2]
    least, most, between, within, equivalent = moments[0], moments[0], 0.0, 0.0, 0.0
    below, slope, spread = 0.0, 0.0, 0.0
    for group in range(groups):
        share, distance = shares[group], moments[3 * group] - mean
        least, most = min(least, moments[3 * group]), max(most, moments[3 * group])
        between += share * distance * distance
        within += share * moments[3 * group + 1]
        equivalent -= share * math.log(moments[3 * group + 2]) / aversion
        rank = below + share / 2.0 - 0.5
        slope += share * rank * distance
        spread += share * rank * rank
        below += share
    whole = -math.log(loss) / aversion
    out[0] = math.sqrt(between + within)
    out[7] = mean - whole
    out[10] = most - least
    out[11] = slope / spread if groups > 1 else math.nan
    out[12] = slope / spread / mean if groups > 1 and mean > 0.0 else math.nan
    out[13] = between
    out[14] = within
    out[15] = equivalent - whole
    out[16] = mean - equivalent
    return mean


@kernel
def _atkinson(rows: int, rests: Floats, mass: Floats, power: float, mean: float, answers: Floats, out: Floats) -> None:
    """Write Atkinson's index; a mean power (of power 0, a mean logarithm) is of whoever is above 0."""
    sums, total, at_0 = scratch(WIDTH, np.float64), 0.0, 0.0
    for k in range(len(answers)):
        sums[k] = 0.0
    for row in range(rows):
        at_0 += mass[row * WIDTH] if rests[row] == 0.0 else 0.0
        if power == 0.5:
            for k in range(len(answers)):
                sums[k] += mass[row * WIDTH + k] * math.sqrt(answers[k] + rests[row])
        else:
            for k in range(_TOP + 1):
                if mass[row * WIDTH + k] > 0.0 and k + rests[row] > 0.0:
                    log = math.log(k + rests[row])
                    sums[k] += mass[row * WIDTH + k] * (math.exp(power * log) if power != 0.0 else log)
    for k in range(_TOP + 1):
        total += sums[k]
    if mean <= 0.0 or (power <= 0.0 and at_0 > 0.0):
        out[6] = math.nan
    else:
        out[6] = 1.0 - math.exp(math.log(total) / power if power != 0.0 else total) / mean


@kernel
def all_indices(
    before: Floats,
    share: Floats,
    moving: Floats,
    gain: Floats,
    start: int,
    stop: int,
    line: int,
    aversions: Floats,
    answers: Floats,
    loss: Floats,
    out: Floats,
) -> None:
    """Write all indices of some draws, after each option.

    Parameters
    ----------
    before : array (draw, group, answer) [share]
        This and the next three may have one draw that stands for all.
    share : array (draw, group) [share]
    moving : array (draw, option, group) [share]
    gain : array (draw, option, group) [LS]
    start, stop : int
        Draws.
    line : int [LS]
    aversions : array (2,)
        One less Atkinson's, and Kolm's.
    answers, loss : array (WIDTH,)
        The answers k and, for Kolm, exp(-aversion k).
    out : array (draw, option, index)
        In the order of `indices.INDICES`.
    """
    groups, options = before.shape[1], moving.shape[1]
    mass, padded = scratch((groups + 1) * WIDTH, np.float64), scratch(3 * WIDTH * groups, np.float64)
    rests, apart = scratch(groups + 2, np.float64), scratch(groups, np.float64)
    shift, row_of = scratch(groups, np.int64), scratch(groups, np.int64)
    first, moments = scratch(3 * groups, np.float64), scratch(3 * groups, np.float64)
    power, aversion = aversions[0], aversions[1]
    for place in range(3 * WIDTH * groups):
        padded[place] = 0.0
    for draw in range(start, stop):
        b = draw if before.shape[0] > 1 else 0
        w = draw if share.shape[0] > 1 else 0
        m = draw if moving.shape[0] > 1 else 0
        d = draw if gain.shape[0] > 1 else 0
        _moments(before[b], loss, padded, first)
        for option in range(options):
            rows = _rows(moving[m, option], gain[d, option], shift, row_of, apart, rests)
            for cell in range(rows * WIDTH):
                mass[cell] = 0.0
            for group in range(groups):
                weight, row = share[w, group], row_of[group]
                go = moving[m, option, group] if row > 0 else 0.0
                people = padded[3 * WIDTH * group : 3 * WIDTH * (group + 1)]
                for k in range(len(answers)):
                    mass[k] += weight * (1.0 - go) * people[WIDTH + k]
                own = moments[3 * group : 3 * group + 3]
                for moment in range(3):
                    own[moment] = first[3 * group + moment]
                if row > 0:
                    _move(people, shift[group], rests[row], row, weight * go, go, aversion, loss, mass, own)
            found = out[draw, option]
            mean = _by_group(share[w], moments, aversion, found)
            _by_rank(rows, rests, mass, line, mean, answers, found)
            _atkinson(rows, rests, mass, power, mean, answers, found)
