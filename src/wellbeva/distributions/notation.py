"""How a person writes the numbers of one quantity, so that a message shows them as the file does."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


def number(value: float) -> str:
    """Write a number with up to six significant digits, without an exponent where it stays short.

    Examples
    --------
    >>> number(1234567.0), number(0.25), number(0.00001234)
    ('1,234,567', '0.25', '1.234e-05')
    """
    if abs(value) >= 1e5 and abs(value) < 1e15:
        return f"{value:,.0f}"
    return f"{value:.6g}"


def percent(share: float) -> str:
    """Write a share for people: 95%."""
    return f"{number(100.0 * float(share))}%"


def _quoted(text: str) -> str:
    """Write a text inside { }, in quotation marks where it would end there."""
    return f'"{text}"' if set(text) & set("[]{},:#'") and '"' not in text else text


@dataclass(frozen=True, slots=True)
class Notation:
    """The sign, the unit and the scale in which a file writes a quantity that is reckoned in another unit.

    Parameters
    ----------
    size : float
        The value of 1 as written: 0.01 where % is written, 1/12 where months are and the quantity is in years.
    sign : str
        Before the digits: ``£``.
    behind : str
        After them: ``%``, `` months``.
    prices : str
        After these: `` in 2023 prices``; left out of sentences.
    source : str
        The text under ``source`` beside a form in its map: ``pilot``.
    table : bool
        Whether the file is a table, whose cells hold no braces; the arguments of a family have columns there.

    Examples
    --------
    >>> months = Notation(size=1 / 12, behind=" months", source="pilot")
    >>> months.shown(0.75), months.form("normal", {"mean": 0.75, "sd": 0.25})
    ('9 months', '`{normal: {mean: 9 months, sd: 3 months}, source: pilot}`')
    """

    size: float = 1.0
    sign: str = ""
    behind: str = ""
    prices: str = ""
    source: str = ""
    table: bool = False

    def shown(self, value: float) -> str:
        """Write a number for a sentence, to six digits."""
        written = self._written(value)
        return self._around(number(written) if abs(written) >= 1e5 else f"{written:,.6g}", value)

    def exact(self, value: float) -> str:
        """Write a number as a file takes it: to ten digits, without commas or an exponent."""
        return self._around(format(Decimal(f"{self._written(value):.10g}"), "f"), value) + self.prices

    def form(self, name: str, arguments: dict[str, float | tuple[float, float]], *, plain: bool = False) -> str:
        """Write a long form, as in YAML.

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
        return f"`{{{name}: {{{inside}}}{f', source: {_quoted(self.source)}' if self.source else ''}}}`"

    def family(self, name: str, arguments: dict[str, float | tuple[float, float]], *, plain: bool = False) -> str:
        """Say how to write a family here: its long form, or in a table its columns.

        Parameters
        ----------
        name : str
            Not ``quantiles`` or another form that is not a family: these have no columns.
        arguments, plain
            As for `form`.

        Examples
        --------
        >>> Notation(table=True).family("beta", {"a": 0.5, "b": 20.5})
        'in place of this, write `0.5` into a column that ends in `.beta.a`, `20.5` into one in `.beta.b`'
        """
        if not self.table:
            return self.form(name, arguments, plain=plain)
        write = PLAIN.exact if plain else self.exact
        cells = {
            f"{name}.{key}": f"{write(given[0])} to {write(given[1])}" if isinstance(given, tuple) else write(given)
            for key, given in arguments.items()
        }
        if self.source:
            cells["source"] = self.source
        (first, lead), *others = cells.items()
        rest = "".join(f", `{cell}` into one in `.{column}`" for column, cell in others)
        return f"in place of this, write `{lead}` into a column that ends in `.{first}`{rest}"

    def _written(self, value: float) -> float:
        return value / self.size

    def _around(self, digits: str, value: float) -> str:
        minus = "-" if value < 0.0 else ""
        return f"{minus}{self.sign}{digits.removeprefix('-')}{self.behind}"


PLAIN = Notation()
"""Numbers in the quantity's own unit."""
