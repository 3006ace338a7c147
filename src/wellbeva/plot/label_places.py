"""Where the names of clouds of points stand: as near as may be, on none of the points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wellbeva.core.arrays import Floats

LETTER = 6.2
"""Width of a letter of 12 pixels, on average."""
HEIGHT = 15.0
STEP = 6.0


def clear_places(
    marks: Floats, outlines: Sequence[Floats], labels: Sequence[str], size: tuple[float, float]
) -> list[Floats]:
    """Return where labels stand: as near to their outline as may be, on the fewest marks and on no other label.

    Parameters
    ----------
    marks : array (mark, 2) [pixel]
    outlines : sequence of array (corner, 2) [pixel]
        Of what each label names.
    labels : sequence of str
        Of one line or several.
    size : (float, float) [pixel]
        Width and height of the figure, from which no label sticks out, if it fits.

    Returns
    -------
    list of array (3, 2) [pixel]
        The middle of each label, the point of its edge and that of the outline that lie nearest to each other.
    """
    places: list[Floats] = []
    for outline, label in zip(outlines, labels, strict=True):
        lines = label.split("\n")
        half = np.array([min(LETTER * max(map(len, lines)), size[0]) / 2, HEIGHT * len(lines) / 2])
        across, down = (np.arange(half[axis], size[axis] - half[axis] + 1, STEP) for axis in (0, 1))
        middles = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
        beside, level = (
            (np.abs(grid[:, np.newaxis] - marks[:, axis]) <= half[axis] + 2).astype(np.float64)
            for axis, grid in enumerate((across, down))
        )
        hidden = (level @ beside.T).ravel()  # how many marks lie under a label at each place
        away = np.stack([np.hypot(*np.maximum(np.abs(middles - corner) - half, 0).T) for corner in outline])
        place = middles[np.argmin(1e4 * hidden + away.min(axis=0))]
        edges = np.clip(outline, place - half, place + half)
        nearest = int(np.hypot(*(edges - outline).T).argmin())
        places.append(np.stack([place, edges[nearest], outline[nearest]]))
        # What the next label must not lie on: this one, as marks along its middle and both its edges.
        own = np.stack(np.meshgrid(np.linspace(-1, 1, 2 + int(half[0] / STEP)), [-1, 0, 1]), axis=-1).reshape(-1, 2)
        marks = np.concatenate([marks, np.repeat(own * half + place, 10, axis=0)])
    return places
