"""Draws of all uncertain elements, addressed by randomisation and index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from wellbeva.distributions.spec import Distribution
from wellbeva.distributions.tables import Quantile
from wellbeva.sampling import directions, joint, latin, sobol, streams

Floats = npt.NDArray[np.float64]
Design = Literal["sobol", "random", "latin"]


class Uncertain(Protocol):
    """What the sampler reads of an element (`compiler.plan.Element`)."""

    @property
    def name(self) -> str:
        """Name of the random stream."""
        ...

    @property
    def dimension(self) -> int:
        """Dimension of the quasi-random design."""
        ...

    @property
    def distribution(self) -> Distribution:
        """What is drawn from."""
        ...


class Sampler:
    """Draws, block by block. Nothing changes after it is built, so threads may share it.

    Parameters
    ----------
    elements : sequence of Element
        Names unique; in the design ``sobol`` dimensions too.
    joints : sequence of Joint
        Elements that are drawn together (see `joint`); each element in one at most.
    design : {"sobol", "random", "latin"}
        ``sobol``: scrambled Sobol, each randomisation on its own; dimension as the element says.
        ``random``: draw i of randomisation r is draw ``r * draws_each + i`` of the element's own stream.
        ``latin``: Latin hypercube, one point of each element in each of ``draws_each`` equal strata (see `latin`).
    seed : int
        From 0 to 2**64 - 1.
    randomisations : int
    draws_each : int
        Draws of each randomisation, a multiple of 512.

    Raises
    ------
    ValueError
        If a number is out of range, a name or dimension stands twice, or a joint does not fit the elements.
    """

    def __init__(
        self,
        elements: Sequence[Uncertain],
        joints: Sequence[joint.Joined] = (),
        *,
        design: Design,
        seed: int,
        randomisations: int = 16,
        draws_each: int,
    ) -> None:
        streams.check_seed(seed)
        sobol.check_block(0, draws_each)
        if design not in ("sobol", "random", "latin"):
            message = f"there is no design {design!r}: use sobol, random or latin"
            raise ValueError(message)
        if randomisations < 1 or draws_each < 1:
            message = f"at least one randomisation of {sobol.BLOCK} draws: {randomisations} of {draws_each} asked for"
            raise ValueError(message)
        self.names = tuple(one.name for one in elements)
        _refuse_twice("name", self.names)
        self.design = design
        self.seed = seed
        self.randomisations = randomisations
        self.draws_each = draws_each
        joint.check(joints, len(elements))
        self._copulas = _changes(joints, "copula", joint.correlated)
        self._drawn = _changes(joints, "dirichlet", joint.shared_out) + _changes(joints, "rows", joint.picked)
        replaced = {int(row) for rows, _ in self._drawn for row in rows}
        self._quantiles = tuple(
            (row, Quantile(one.distribution)) for row, one in enumerate(elements) if row not in replaced
        )
        self._dimensions = np.array([one.dimension for one in elements], dtype=np.intp)
        self._scrambled: tuple[sobol.Scrambled, ...] = ()
        if design == "sobol" and elements:
            _refuse_twice("dimension", tuple(one.dimension for one in elements))
            needed = int(self._dimensions.max()) + 1
            directions.check_dimensions(needed)
            self._scrambled = tuple(
                sobol.randomisation(needed, seed=seed, index=index, only=self._dimensions)
                for index in range(randomisations)
            )

    def uniforms(self, randomisation: int, start: int, count: int) -> Floats:
        """Return the elements' own uniforms behind a block, strictly between 0 and 1, before any joint is applied.

        Arguments, errors and shape as `block`.
        """
        self._check(randomisation, start, count)
        if not self.names:
            return np.empty((0, count))
        if self.design == "sobol":
            return self._scrambled[randomisation].uniforms(start=start, count=count)
        result = np.empty((len(self.names), count))
        if self.design == "latin":
            for row, name in enumerate(self.names):
                result[row] = latin.uniforms(
                    self.seed, name, randomisation=randomisation, draws=self.draws_each, start=start, count=count
                )
            return result
        first = randomisation * self.draws_each + start
        for row, name in enumerate(self.names):
            result[row] = streams.uniforms(self.seed, name, start=first, count=count)
        return result

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
        result = self.uniforms(randomisation, start, count)
        for rows, change in (*self._copulas, *self._drawn):
            result[rows] = change(result[rows])
        for row, quantile in self._quantiles:
            result[row] = quantile(result[row])
        return result

    def _check(self, randomisation: int, start: int, count: int) -> None:
        sobol.check_block(start, count)
        if not 0 <= randomisation < self.randomisations or start + count > self.draws_each:
            message = (
                f"there are {self.randomisations} randomisations of {self.draws_each} draws; asked for draws {start} "
                f"to {start + count - 1} of randomisation {randomisation}"
            )
            raise ValueError(message)


def _changes(
    joints: Sequence[joint.Joined], kind: joint.Kind, make: Callable[[Floats], joint.Change]
) -> tuple[tuple[npt.NDArray[np.intp], joint.Change], ...]:
    """Prepare the joints of one kind: the rows they hold, and what they do to them."""
    return tuple((np.array(one.elements, dtype=np.intp), make(one.matrix)) for one in joints if one.kind == kind)


def _refuse_twice(what: str, values: tuple[str, ...] | tuple[int, ...]) -> None:
    if len(set(values)) < len(values):
        twice = next(value for value in values if list(values).count(value) > 1)
        message = f"two elements have the {what} {twice!r}"
        raise ValueError(message)
