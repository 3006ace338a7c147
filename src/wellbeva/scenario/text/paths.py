"""How a file names the cells of a parameter: a dotted path, or labels of each axis."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from wellbeva.core.spans import Located, Span


@dataclass(frozen=True, slots=True)
class DottedPath:
    """A name and labels of it, written with dots between them: ``effect.visits.often`` (FORMAT R15)."""

    name: str
    labels: tuple[str, ...] = ()
    span: Span | None = field(default=None, compare=False)

    @classmethod
    def read(cls, path: Located) -> Self:
        """Read what `PATH` matches."""
        name, *labels = path.text.split(".")
        return cls(name, tuple(labels), path.span())

    def __str__(self) -> str:
        return ".".join((self.name, *self.labels))


@dataclass(frozen=True, slots=True)
class Selector:
    """Which labels of one axis an assignment fills: one label, a range of steps, or all that is left.

    ``label`` set: that label. ``steps`` set: ``a to b`` on `time`, both ends included. Neither: ``else``.
    """

    axis: str
    label: str = ""
    steps: tuple[int, int] | None = None
    span: Span | None = field(default=None, compare=False)

    @property
    def words(self) -> str:
        """The labels as a file writes them."""
        return self.label or ("else" if self.steps is None else f"{self.steps[0]} to {self.steps[1]}")

    @property
    def rest(self) -> bool:
        """Whether it is ``else``."""
        return not self.label and self.steps is None
