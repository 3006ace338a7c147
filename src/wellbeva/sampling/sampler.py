"""Draws of all uncertain elements, addressed by randomisation and index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from wellbeva.distributions.spec import Distribution
from wellbeva.distributions.tables import Quantile
from wellbeva.sampling import directions, sobol, streams

Floats = npt.NDArray[np.float64]
Design = Literal["sobol", "random"]


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
    design : {"sobol", "random"}
        ``sobol``: scrambled Sobol, each randomisation on its own; dimension as the element says.
        ``random``: draw i of randomisation r is draw ``r * draws_each + i`` of the element's own stream.
    seed : int
        From 0 to 2**64 - 1.
    randomisations : int
    draws_each : int
        Draws of each randomisation, a multiple of 512.

    Raises
    ------
    ValueError
        If a number is out of range, or a name or dimension stands twice.
    """

    def __init__(
        self, elements: Sequence[Uncertain], *, design: Design, seed: int, randomisations: int = 16, draws_each: int
    ) -> None:
        streams.check_seed(seed)
        sobol.check_block(0, draws_each)
        if design not in ("sobol", "random"):
            message = f"there is no design {design!r}: use sobol or random"
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
        self._quantiles = tuple(Quantile(one.distribution) for one in elements)
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
        """Return the uniforms behind a block, strictly between 0 and 1; arguments as `block`."""
        self._check(randomisation, start, count)
        if not self.names:
            return np.empty((0, count))
        if self.design == "sobol":
            return self._scrambled[randomisation].uniforms(start=start, count=count)
        result = np.empty((len(self.names), count))
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
        for row, quantile in enumerate(self._quantiles):
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


def _refuse_twice(what: str, values: tuple[str, ...] | tuple[int, ...]) -> None:
    if len(set(values)) < len(values):
        twice = next(value for value in values if list(values).count(value) > 1)
        message = f"two elements have the {what} {twice!r}"
        raise ValueError(message)
