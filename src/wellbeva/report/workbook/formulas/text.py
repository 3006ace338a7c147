"""Formulas of a spreadsheet as values: arithmetic on them writes the formula, with no more brackets than it needs.

The functions of the language need nothing of their own here: each is made of `Operations`, and `EXCEL` is these.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from wellbeva.engine.arrays.functions import COMPARISONS
from wellbeva.language.functions import Operations

COMPARISON, SUM, PRODUCT, POWER, ATOM = range(5)
"""How tightly a formula holds together."""
MOST_ARGUMENTS: Final = 255
_SMALL: Final = 1e-5
"""Below it EXP(x)-1 and LN(1+x) lose digits, and three terms of their series have all of them."""
HUGE: Final = 1e300
"""Stands for infinity."""
Operand: TypeAlias = "Formula | float"


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """A part of a formula.

    Parameters
    ----------
    text : str
    rank : int
        From `COMPARISON` to `ATOM`.
    logical : bool
        Whether it gives TRUE or FALSE rather than a number.
    constant : float or None
        Its constant value.
    """

    text: str
    rank: int = ATOM
    logical: bool = False
    constant: float | None = None

    @property
    def number(self) -> Formula:
        """The same as a number: 1 for TRUE."""
        return call("IF", self, 1.0, 0.0) if self.logical else self

    @property
    def condition(self) -> Formula:
        """The same as TRUE or FALSE."""
        return self if self.logical else compare("ne", self, 0.0)

    def within(self, rank: int) -> str:
        """Return the text, in brackets if it holds together less tightly than `rank`."""
        return self.text if self.rank >= rank else f"({self.text})"

    def __add__(self, other: Operand) -> Formula:
        return _join(self, "+", other, SUM, SUM)

    def __radd__(self, other: Operand) -> Formula:
        return formula(other) + self

    def __sub__(self, other: Operand) -> Formula:
        return _join(self, "-", other, SUM, PRODUCT)

    def __rsub__(self, other: Operand) -> Formula:
        return formula(other) - self

    def __mul__(self, other: Operand) -> Formula:
        return _join(self, "*", other, PRODUCT, PRODUCT)

    def __rmul__(self, other: Operand) -> Formula:
        return formula(other) * self

    def __truediv__(self, other: Operand) -> Formula:
        return _join(self, "/", other, PRODUCT, POWER)

    def __rtruediv__(self, other: Operand) -> Formula:
        return formula(other) / self

    def __neg__(self) -> Formula:
        return Formula(f"-{self.number.within(ATOM)}", SUM)

    def __abs__(self) -> Formula:
        return call("ABS", self)

    def __lt__(self, other: Operand) -> Formula:
        return compare("lt", self, other)

    def __le__(self, other: Operand) -> Formula:
        return compare("le", self, other)

    def __gt__(self, other: Operand) -> Formula:
        return compare("gt", self, other)

    def __ge__(self, other: Operand) -> Formula:
        return compare("ge", self, other)


def formula(x: Operand) -> Formula:
    """Return a number as a formula; a formula as it is.

    Examples
    --------
    >>> formula(0.5).text, formula(-3.0).text, (1.0 - formula(-3.0) * 2.0).text
    ('0.5', '-3', '1-(-3)*2')
    """
    if isinstance(x, Formula):
        return x
    if not math.isfinite(x):
        return Formula("NA()")
    text = str(int(x)) if x == int(x) and abs(x) < 1e15 else repr(float(x)).upper()
    return Formula(text, SUM if x < 0 else ATOM, constant=float(x))


def quoted(text: str) -> str:
    """Return a text as a formula holds it."""
    return '"' + text.replace('"', '""') + '"'


def call(name: str, *args: Operand | str) -> Formula:
    """Call a function of the spreadsheet; a text among the arguments is a range, or written as it is.

    Parameters
    ----------
    name : str
    *args : Formula, float or str
    """
    return Formula(f"{name}({','.join(x if isinstance(x, str) else formula(x).text for x in args)})")


def many(name: str, args: Iterable[str]) -> Formula:
    """Call SUM, PRODUCT, MIN or MAX of however many arguments: in calls of calls, where a call takes no more.

    Parameters
    ----------
    name : str
    args : iterable of str
        Cells and ranges.
    """
    parts = list(args)
    while len(parts) > MOST_ARGUMENTS:
        parts = [call(name, *parts[at : at + MOST_ARGUMENTS]).text for at in range(0, len(parts), MOST_ARGUMENTS)]
    return Formula(parts[0]) if len(parts) == 1 and ":" not in parts[0] else call(name, *parts)


def _join(left: Formula, sign: str, other: Operand, rank: int, right: int) -> Formula:
    last = formula(other).number
    if sign in "+-" and last.constant == 0:
        return left.number
    if sign == "+" and left.constant == 0:
        return last
    # A minus in front belongs to the number alone, wherever it does not lead the formula.
    tight = ATOM if last.text.startswith("-") else right
    return Formula(f"{left.number.within(rank)}{sign}{last.within(tight)}", rank)


_SIGNS: Final = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def compare(op: str, left: Operand, right: Operand) -> Formula:
    """Compare two numbers; two constants at once.

    Parameters
    ----------
    op : {"eq", "ne", "lt", "le", "gt", "ge"}
    left, right : Formula or float
    """
    a, b = formula(left).number, formula(right).number
    if a.constant is not None and b.constant is not None:
        return _truth(bool(COMPARISONS[op](a.constant, b.constant)))
    return Formula(f"{a.within(SUM)}{_SIGNS[op]}{b.within(SUM)}", COMPARISON, logical=True)


def _truth(x: bool) -> Formula:
    return Formula("TRUE" if x else "FALSE", logical=True, constant=float(x))


def logic(op: str, left: Formula, right: Formula) -> Formula:
    """Join two conditions.

    Parameters
    ----------
    op : {"and", "or"}
    left, right : Formula
    """
    decides = 1.0 if op == "or" else 0.0
    for one, other in ((left, right), (right, left)):
        if one.constant is not None:
            return _truth(bool(decides)) if bool(one.constant) == bool(decides) else other.condition
    return Formula(call(op.upper(), left.condition, right.condition).text, logical=True)


def negated(x: Formula) -> Formula:
    """Return the formula that is TRUE where `x` is not."""
    return _truth(not x.constant) if x.constant is not None else Formula(f"NOT({x.condition.text})", logical=True)


def choose(condition: Formula, yes: Operand, no: Operand) -> Formula:
    """Return `yes` where the condition holds, else `no`.

    Parameters
    ----------
    condition : Formula
    yes, no : Formula or float
    """
    if condition.constant is not None:
        return formula(yes if condition.constant else no)
    return call("IF", condition.condition, formula(yes).number, formula(no).number)


def _power(x: Operand, exponent: Operand) -> Formula:
    base, power = formula(x).number, formula(exponent).number
    raised = Formula(f"{base.within(ATOM)}^{power.within(ATOM)}", POWER)
    # In Excel nothing to the power of nothing is an error.
    return raised if power.constant else choose(compare("eq", power, 0.0), 1.0, raised)


def _expm1(x: Formula) -> Formula:
    return choose(abs(x) < _SMALL, x * (1.0 + x / 2.0 * (1.0 + x / 3.0)), call("EXP", x) - 1.0)


def _log(x: Formula) -> Formula:
    # A cell has no infinity; 1 over this is zero, as 1 over minus infinity is.
    return choose(compare("eq", x, 0.0), -HUGE, call("LN", x))


def _log1p(x: Formula) -> Formula:
    return choose(abs(x) < _SMALL, x * (1.0 - x * (0.5 - x / 3.0)), call("LN", 1.0 + x))


EXCEL: Final = Operations(
    absolute=abs, ceil=lambda x: -call("INT", -x), choose=choose, exp=lambda x: call("EXP", x), expm1=_expm1,
    floor=lambda x: call("INT", x), greatest=lambda a, b: call("MAX", a, b), least=lambda a, b: call("MIN", a, b),
    log=_log, log1p=_log1p, normal_cdf=lambda x: call("NORMSDIST", x), power=_power,
    remainder=lambda a, b: a - b * call("INT", a / b), sign=lambda x: call("SIGN", x), sqrt=lambda x: call("SQRT", x),
    trunc=lambda x: call("TRUNC", x),
)  # fmt: skip

ARITHMETIC: Final[dict[str, Callable[[Formula, Formula], Formula]]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": _power,
}
