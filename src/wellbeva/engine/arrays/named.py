"""Arrays that know their axes, and how two of them meet: by name, never by position."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.core.axes import FIXED_ORDER, in_order


@dataclass(frozen=True, slots=True, eq=False)
class NamedArray:
    """An array over named axes, one dimension each, in the fixed order.

    Parameters
    ----------
    axes : tuple of str
        ``draw``, where it is among them, first.
    array : array over `axes`
    """

    axes: tuple[str, ...]
    array: Floats

    def pick(self, axis: str, index: int) -> NamedArray:
        """Return one label's slice; the array itself where it lacks the axis.

        Parameters
        ----------
        axis : str
        index : int
            Place of the label on the axis, from 0.
        """
        if axis not in self.axes:
            return self
        place = self.axes.index(axis)
        return NamedArray(drop(self.axes, axis), np.take(self.array, index, axis=place))


def drop(axes: tuple[str, ...], *gone: str) -> tuple[str, ...]:
    """Return `axes` without those in `gone`, order kept."""
    return tuple(axis for axis in axes if axis not in gone)


def own_axes(axes: Iterable[str]) -> tuple[str, ...]:
    """Return a plan's own axes (those outside the fixed order), in its order."""
    return tuple(axis for axis in axes if axis not in FIXED_ORDER)


def union(own: tuple[str, ...], *several: tuple[str, ...]) -> tuple[str, ...]:
    """Return all axes of several operands in the fixed order."""
    return in_order((axis for axes in several for axis in axes), own)


def expand(value: NamedArray, axes: tuple[str, ...]) -> Floats:
    """Return the array with a dimension of length 1 for each of `axes` that it lacks.

    Parameters
    ----------
    value : NamedArray
    axes : tuple of str
        In the fixed order, those of `value` among them.

    Returns
    -------
    array, one dimension for each of `axes`
        A view.

    Raises
    ------
    ValueError
        If the value has an axis that is not among `axes`; that is a fault of the caller.
    """
    if not set(value.axes) <= set(axes):
        raise ValueError(f"cannot align {value.axes} with {axes}")
    return value.array[tuple(slice(None) if axis in value.axes else None for axis in axes)]


def spread(value: NamedArray, axes: tuple[str, ...], lengths: dict[str, int]) -> NamedArray:
    """Return the value with all of `axes`, repeated along those that it lacks (a read-only view).

    Parameters
    ----------
    value : NamedArray
    axes : tuple of str
        In the fixed order, those of `value` among them.
    lengths : dict of axis to int
        Labels of each of `axes`; of ``draw`` the number of draws.
    """
    return NamedArray(axes, np.broadcast_to(expand(value, axes), tuple(lengths[axis] for axis in axes)))
