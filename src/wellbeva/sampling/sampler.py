"""Draws of all uncertain elements, addressed by randomisation and index."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np

from wellbeva.core.arrays import Floats, Ints
from wellbeva.distributions.spec import Distribution
from wellbeva.plan.plan import Element, Joint
from wellbeva.sampling import dependence, latin, sobol, sobol_directions, streams
from wellbeva.sampling.inverse_cdf import InverseCdfs

Design = Literal["sobol", "random", "latin"]
Pick = tuple[int, Ints, Floats]
"""Whose uniform picks a row of supplied draws, which elements get its numbers, and the draws (row, k)."""


class Sampler:
    """Draws, block by block. Threads may share it.

    Parameters
    ----------
    elements : sequence of Element
        Names and streams unique; in the design ``sobol`` dimensions too.
    joints : sequence of Joint
        Elements that are drawn together (see `dependence`); each element in one at most. A picker of rows that is not
        an element has a stream and a dimension as elements do.
    design : {"sobol", "random", "latin"}
        ``sobol``: scrambled Sobol, each randomisation on its own; dimension as the element says.
        ``random``: draw i of randomisation r is draw ``r * draws_each + i`` of the element's own stream.
        ``latin``: Latin hypercube, one point of each element in each of ``draws_each`` equal strata (see `latin`).
    seed : int
        From 0 to 2**64 - 1.
    randomisations : int
    draws_each : int
        Draws of each randomisation, a multiple of 512.

    Attributes
    ----------
    streams : tuple of str
        Of the elements, and after them those of the pickers.
    read : tuple of int
        Streams whose uniforms make a draw: of supplied rows the one that picks them, of a Dirichlet all but the last.

    Raises
    ------
    ValueError
        If a number is out of range, a name, stream or dimension occurs twice, or a joint does not fit the elements.
    """

    def __init__(
        self,
        elements: Sequence[Element],
        joints: Sequence[Joint] = (),
        *,
        design: Design,
        seed: int,
        randomisations: int = 16,
        draws_each: int,
    ) -> None:
        streams.check_seed(seed)
        sobol.check_block(0, draws_each)
        if design not in ("sobol", "random", "latin"):
            raise ValueError(f"there is no design {design!r}: use sobol, random or latin")
        if randomisations < 1 or draws_each < 1:
            message = f"at least one randomisation of {sobol.BLOCK} draws: {randomisations} of {draws_each} asked for"
            raise ValueError(message)
        self.names = tuple(element.name for element in elements)
        _refuse_twice("name", self.names)
        self.design = design
        self.seed = seed
        self.randomisations = randomisations
        self.draws_each = draws_each
        dependence.check(joints, len(elements))
        pickers = [joint.picker for joint in joints if joint.picker is not None]
        self.streams = (*(element.stream or element.name for element in elements), *(picker.name for picker in pickers))
        _refuse_twice("stream", self.streams)
        self.copulas = tuple((_rows(joint), joint.matrix) for joint in joints if joint.kind == "copula")
        self.sticks = tuple(
            (_rows(joint), dependence.sticks(joint.matrix)) for joint in joints if joint.kind == "dirichlet"
        )
        self.picks = _picks(joints, len(elements))
        self._correlated = tuple((rows, dependence.correlated(factor)) for rows, factor in self.copulas)
        self._picked = tuple((picker, rows, dependence.picked(draws)) for picker, rows, draws in self.picks)
        self._laws = tuple(self._rows_and_laws(elements))
        self.read = tuple(sorted({row for row, _ in self._laws} | {picker for picker, _, _ in self.picks}))
        dimensions = [*(element.dimension for element in elements), *(picker.dimension for picker in pickers)]
        self.dimensions = np.array(dimensions, dtype=np.intp)
        if design == "sobol" and elements:
            _refuse_twice("dimension", tuple(self.dimensions.tolist()))
            sobol_directions.check_dimensions(int(self.dimensions.max()) + 1)
        self._inverses: InverseCdfs | None = None
        self._scrambled: tuple[sobol.Scrambled, ...] | None = None
        self._lock = threading.Lock()

    @property
    def inverses(self) -> InverseCdfs:
        """Quantile functions of the rows of a block, made at the first use: by whoever draws."""
        with self._lock:
            if self._inverses is None:
                self._inverses = _inverses(self._laws)
            return self._inverses

    def _rows_and_laws(self, elements: Sequence[Element]) -> list[tuple[int, Distribution]]:
        """Return rows, and the laws that turn their uniforms into draws or parts of a stick."""
        laws: dict[int, Distribution | None] = {row: element.distribution for row, element in enumerate(elements)}
        laws |= {int(row): None for _, rows, _ in self.picks for row in rows}
        laws |= {int(row): law for rows, sticks in self.sticks for row, law in zip(rows, sticks.parts, strict=True)}
        return [(row, law) for row, law in laws.items() if law is not None]

    def uniforms(self, randomisation: int, start: int, count: int) -> Floats:
        """Return the elements' own uniforms behind a block, before any joint is applied.

        Parameters
        ----------
        randomisation, start, count : int
            As `block`.

        Returns
        -------
        array (element, count)
            Strictly between 0 and 1.

        Raises
        ------
        ValueError
            As `block`.
        """
        return self._uniforms(randomisation, start, count)[: len(self.names)]

    def _uniforms(self, randomisation: int, start: int, count: int) -> Floats:
        """Return the uniforms of the elements, and below them those of the pickers."""
        self.check_block(randomisation, start, count)
        if not self.names:
            return np.empty((0, count))
        if self.design == "sobol":
            return self._points()[randomisation].uniforms(start=start, count=count)
        result = np.empty((len(self.streams), count))
        if self.design == "latin":
            for row, name in enumerate(self.streams):
                result[row] = latin.uniforms(
                    self.seed, name, randomisation=randomisation, draws=self.draws_each, start=start, count=count
                )
            return result
        first = randomisation * self.draws_each + start
        for row, name in enumerate(self.streams):
            result[row] = streams.uniforms(self.seed, name, start=first, count=count)
        return result

    def _points(self) -> tuple[sobol.Scrambled, ...]:
        """Return the randomisations of the quasi-random design, scrambled at the first use: kernels do it alone."""
        with self._lock:
            if self._scrambled is None:
                self._scrambled = sobol.randomisations(
                    int(self.dimensions.max()) + 1,
                    seed=self.seed,
                    indices=range(self.randomisations),
                    only=self.dimensions,
                    points=self.draws_each,
                )
            return self._scrambled

    def block(self, randomisation: int, start: int, count: int) -> Floats:
        """Return a block of draws.

        Parameters
        ----------
        randomisation : int
            From 0.
        start, count : int
            Draws within the randomisation; multiples of 512.

        Returns
        -------
        array (elements, count), C-contiguous [unit of each element]
            The same bits however the draws are cut into blocks.

        Raises
        ------
        ValueError
            If the block reaches beyond the draws of the randomisation, or is not made of whole 512s.
        """
        return self.draws(self._uniforms(randomisation, start, count))

    def draws(self, uniforms: Floats) -> Floats:
        """Turn uniforms into draws, in their place.

        Parameters
        ----------
        uniforms : array (stream, count)
            From 2**-53 to 1 - 2**-53, in the order of `streams`; only those of `read` play a part.

        Returns
        -------
        array (elements, count) [unit of each element]
        """
        result = uniforms
        # The order matters: copulas correlate uniforms, laws turn uniforms into draws or into parts of a stick, sticks
        # become shares. The uniform that picks a row has no law, so it is still a uniform at the end.
        for rows, change in self._correlated:
            result[rows] = change(result[rows])
        self.inverses(result)
        for rows, sticks in self.sticks:
            result[rows] = sticks.broken(result[rows])
        for picker, rows, change in self._picked:
            result[rows] = change(result[[picker]])
        return result[: len(self.names)]

    def check_block(self, randomisation: int, start: int, count: int) -> None:
        """Refuse a block that reaches beyond the draws of the randomisation, or is not made of whole 512s.

        Parameters
        ----------
        randomisation, start, count : int
            As `block`.

        Raises
        ------
        ValueError
            If it does, or there is no such randomisation.
        """
        sobol.check_block(start, count)
        if not 0 <= randomisation < self.randomisations or start + count > self.draws_each:
            message = (
                f"there are {self.randomisations} randomisations of {self.draws_each} draws; asked for draws {start} "
                f"to {start + count - 1} of randomisation {randomisation}"
            )
            raise ValueError(message)


@lru_cache(maxsize=2)
def _inverses(laws: tuple[tuple[int, Distribution], ...]) -> InverseCdfs:
    """Return the quantile functions of a block's rows; those of the last plans are kept, for their next run."""
    return InverseCdfs(laws)


def _rows(joint: Joint) -> Ints:
    return np.array(joint.elements, dtype=np.int64)


def _picks(joints: Sequence[Joint], elements: int) -> tuple[Pick, ...]:
    """Prepare the rows of supplied draws; pickers come below the elements, in the order of the joints."""
    below = iter(range(elements, elements + len(joints)))
    return tuple(
        (joint.elements[0] if joint.picker is None else next(below), _rows(joint), joint.matrix)
        for joint in joints
        if joint.kind == "rows"
    )


def _refuse_twice(what: str, values: tuple[str, ...] | tuple[int, ...]) -> None:
    if len(set(values)) < len(values):
        twice = next(value for value in values if list(values).count(value) > 1)
        raise ValueError(f"two elements have the {what} {twice!r}")
