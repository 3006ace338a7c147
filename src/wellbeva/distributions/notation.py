"""How a person writes the numbers of one quantity, so that a message shows them as the file does."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from wellbeva.distributions.describe import number


@dataclass(frozen=True, slots=True)
class Notation:
    """The sign, the unit and the scale in which a file writes a quantity that is reckoned in another unit.

    Parameters
    ----------
    size : float
        What 1 as written comes to: 0.01 where % is written, 1/12 where months are and the quantity is in years.
    sign : str
        Before the digits: ``£``.
    behind : str
        After them: ``%``, `` months``.
    prices : str
        After these: `` in 2023 prices``; left out of sentences.
    beside : str
        What stands beside a form in its map: ``source: pilot``.

    Examples
    --------
    >>> months = Notation(size=1 / 12, behind=" months", beside="source: pilot")
    >>> months.shown(0.75), months.form("normal", {"mean": 0.75, "sd": 0.25})
    ('9 months', '`{normal: {mean: 9 months, sd: 3 months}, source: pilot}`')
    """

    size: float = 1.0
    sign: str = ""
    behind: str = ""
    prices: str = ""
    beside: str = ""

    def shown(self, value: float) -> str:
        """Write a number for a sentence, to six digits."""
        written = self._written(value)
        return self._around(number(written) if abs(written) >= 1e5 else f"{written:,.6g}", value)

    def exact(self, value: float) -> str:
        """Write a number as a file takes it: to ten digits, without commas or an exponent."""
        return self._around(format(Decimal(f"{self._written(value):.10g}"), "f"), value) + self.prices

    def form(self, name: str, arguments: dict[str, float | tuple[float, float]], *, plain: bool = False) -> str:
        """Write a long form.

        Parameters
        ----------
        arguments : mapping of str to number or to (lower end, upper end)
        plain : bool
            Whether the arguments have no unit, as shapes and counts.
        """
        write = PLAIN.exact if plain else self.exact
        inside = ", ".join(
            f"{key}: [{write(given[0])}, {write(given[1])}]" if isinstance(given, tuple) else f"{key}: {write(given)}"
            for key, given in arguments.items()
        )
        return f"`{{{name}: {{{inside}}}{', ' if self.beside else ''}{self.beside}}}`"

    def _written(self, value: float) -> float:
        return value / self.size

    def _around(self, digits: str, value: float) -> str:
        minus = "-" if value < 0.0 else ""
        return f"{minus}{self.sign}{digits.removeprefix('-')}{self.behind}"


PLAIN = Notation()
"""Numbers in the quantity's own unit."""
