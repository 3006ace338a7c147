"""Values of a loop that LLVM turns into vectors: the words in which the elementary functions are written.

A function of this folder is a Python function of `Real`s that writes LLVM's instructions when it is run. It has no
branch and calls nothing, so a loop over it becomes vector code of whatever width the machine has, and the bits are the
same for every width.
(`counted`, which looks numbers up, is a loop itself.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from llvmlite import ir

DOUBLE: Final = ir.DoubleType()
WORD: Final = ir.IntType(64)

# `afn` speaks of calls to libm only, so an instruction that carries it, and no other flag, keeps its IEEE meaning: sums
# of two doubles survive among instructions that may be contracted.
GUARD: Final = ("afn",)


class Written:
    """A value of a function that is being written."""

    def __init__(self, builder: ir.IRBuilder, value: ir.Value) -> None:
        self.builder = builder
        self.value = value


class Truth(Written):
    """A condition."""

    def __and__(self, other: Truth) -> Truth:
        return Truth(self.builder, self.builder.and_(self.value, other.value))

    def __or__(self, other: Truth) -> Truth:
        return Truth(self.builder, self.builder.or_(self.value, other.value))

    def __xor__(self, other: Truth) -> Truth:
        return Truth(self.builder, self.builder.xor(self.value, other.value))


class Word(Written):
    """A pattern of 64 bits; sums wrap, and shifts to the right bring in zeros."""

    def _with(self, operation: str, other: Word | int) -> Word:
        return Word(self.builder, getattr(self.builder, operation)(self.value, self.like(other).value))

    def __add__(self, other: Word | int) -> Word:
        return self._with("add", other)

    def __sub__(self, other: Word | int) -> Word:
        return self._with("sub", other)

    def __rsub__(self, other: int) -> Word:
        return self.like(other) - self

    def __and__(self, other: Word | int) -> Word:
        return self._with("and_", other)

    def __or__(self, other: Word | int) -> Word:
        return self._with("or_", other)

    def __lshift__(self, places: int) -> Word:
        return self._with("shl", places)

    def __rshift__(self, places: int) -> Word:
        return self._with("lshr", places)

    def __gt__(self, other: int) -> Truth:
        return Truth(self.builder, self.builder.icmp_signed(">", self.value, ir.Constant(WORD, other)))

    def like(self, number: Word | int) -> Word:
        """Return `number` as a value of the same function."""
        return number if isinstance(number, Word) else Word(self.builder, ir.Constant(WORD, number))

    def number(self) -> Real:
        """Return this signed whole number as a double."""
        return Real(self.builder, self.builder.sitofp(self.value, DOUBLE))

    def real(self) -> Real:
        """Return the double that has these bits."""
        return Real(self.builder, self.builder.bitcast(self.value, DOUBLE))


class Real(Written):
    """A double, with the arithmetic of IEEE 754: nothing is contracted or reordered."""

    def like(self, number: Real | float) -> Real:
        """Return `number` as a value of the same function."""
        return number if isinstance(number, Real) else Real(self.builder, ir.Constant(DOUBLE, float(number)))

    def calls(self, name: str, *others: Real | float) -> Real:
        """Return the result of LLVM's own function `name` for this and `others`."""
        arguments = [self.value, *(self.like(other).value for other in others)]
        kind = ir.FunctionType(DOUBLE, [DOUBLE] * len(arguments))
        function = self.builder.module.declare_intrinsic(f"llvm.{name}", [DOUBLE], kind)
        return Real(self.builder, self.builder.call(function, arguments))

    def _with(self, operation: str, other: Real | float) -> Real:
        value = self.like(other).value
        return Real(self.builder, getattr(self.builder, operation)(self.value, value, flags=GUARD))

    def _against(self, sign: str, other: Real | float) -> Truth:
        return Truth(self.builder, self.builder.fcmp_ordered(sign, self.value, self.like(other).value, flags=GUARD))

    def __add__(self, other: Real | float) -> Real:
        return self._with("fadd", other)

    def __sub__(self, other: Real | float) -> Real:
        return self._with("fsub", other)

    def __mul__(self, other: Real | float) -> Real:
        return self._with("fmul", other)

    def __truediv__(self, other: Real | float) -> Real:
        return self._with("fdiv", other)

    def __mod__(self, other: Real | float) -> Real:
        """Return the exact rest of a division whose quotient is cut towards 0, C's ``fmod``."""
        return self._with("frem", other)

    def __radd__(self, other: float) -> Real:
        return self.like(other) + self

    def __rsub__(self, other: float) -> Real:
        return self.like(other) - self

    def __rmul__(self, other: float) -> Real:
        return self.like(other) * self

    def __rtruediv__(self, other: float) -> Real:
        return self.like(other) / self

    def __neg__(self) -> Real:
        return Real(self.builder, self.builder.fneg(self.value))

    def __abs__(self) -> Real:
        return self.calls("fabs")

    def __lt__(self, other: Real | float) -> Truth:
        return self._against("<", other)

    def __gt__(self, other: Real | float) -> Truth:
        return self._against(">", other)

    def __ge__(self, other: Real | float) -> Truth:
        return self._against(">=", other)

    def __le__(self, other: Real | float) -> Truth:
        return self._against("<=", other)

    def equals(self, other: Real | float) -> Truth:
        """Say whether both are the same number: 0 is -0, and nan is nothing."""
        return self._against("==", other)

    def differs(self, other: Real | float) -> Truth:
        """Say whether both are numbers, and not the same one."""
        return self._against("!=", other)

    def is_nan(self) -> Truth:
        """Say whether this is nan."""
        return Truth(self.builder, self.builder.fcmp_unordered("uno", self.value, self.value, flags=GUARD))

    def signed_as(self, other: Real) -> Real:
        """Return this with the sign of `other`."""
        return self.calls("copysign", other)

    def bits(self) -> Word:
        """Return the bits of this double."""
        return Word(self.builder, self.builder.bitcast(self.value, WORD))

    def whole(self) -> Word:
        """Return this cut towards 0; anything where that is not a word of 64 bits."""
        return Word(self.builder, self.builder.fptosi(self.value, WORD))


class Numbers(Written):
    """A pointer to doubles."""

    def __getitem__(self, index: Word) -> Real:
        return Real(self.builder, self.builder.load(self.builder.gep(self.value, [index.value])))


def fma(a: Real, b: Real | float, c: Real | float) -> Real:
    """Return ``a * b + c``, rounded once.

    Parameters
    ----------
    a : Real
    b, c : Real or float
        Numbers become constants of the function.
    """
    return a.calls("fma", b, c)


def pick(condition: Truth, yes: Real | float, no: Real | float) -> Real:
    """Return `yes` where the condition holds, else `no`; both have been worked out.

    Parameters
    ----------
    condition : Truth
    yes, no : Real or float
        Numbers become constants of the function.
    """
    builder = condition.builder
    first, second = (x.value if isinstance(x, Real) else ir.Constant(DOUBLE, float(x)) for x in (yes, no))
    return Real(builder, builder.select(condition.value, first, second))


def pick_word(condition: Truth, yes: Word | int, no: Word) -> Word:
    """Return `yes` where the condition holds, else `no`; both have been worked out.

    Parameters
    ----------
    condition : Truth
    yes : Word or int
        A number becomes a constant of the function.
    no : Word
    """
    return Word(no.builder, no.builder.select(condition.value, no.like(yes).value, no.value))


def counted(first: Word, stop: Word, begin: Word, step: Callable[[Word, Word], Word]) -> Word:
    """Return what is left when each whole number from `first` to the one before `stop` has had its turn.

    Parameters
    ----------
    first, stop : Word
    begin : Word
        What there is before the first turn.
    step : callable
        Makes of a number, and of what there was before it, what there is after it.
    """
    builder = first.builder
    before, loop, after = builder.block, builder.append_basic_block("loop"), builder.append_basic_block("after")
    builder.cbranch(builder.icmp_signed("<", first.value, stop.value), loop, after)
    builder.position_at_end(loop)
    number, held = builder.phi(WORD), builder.phi(WORD)
    stepped = step(Word(builder, number), Word(builder, held)).value
    following = builder.add(number, ir.Constant(WORD, 1), flags=("nsw",))
    for phi, start, then in ((number, first.value, following), (held, begin.value, stepped)):
        phi.add_incoming(start, before)
        phi.add_incoming(then, builder.block)
    builder.cbranch(builder.icmp_signed("<", following, stop.value), loop, after)
    builder.position_at_end(after)
    left = builder.phi(WORD)
    left.add_incoming(begin.value, before)
    left.add_incoming(stepped, loop)
    return Word(builder, left)


def between(x: Real, low: float, high: float) -> Real:
    """Return `x` brought into the range from `low` to `high`; nan stays nan.

    Parameters
    ----------
    x : Real
    low, high : float
        Both included, `low` not above `high`.
    """
    above = pick(x < low, low, x)
    return pick(above > high, high, above)


def polynomial(x: Real, coefficients: tuple[float, ...]) -> Real:
    """Return the sum of ``coefficients[k] * x**k`` by Horner's rule, each step rounded once.

    Parameters
    ----------
    x : Real
    coefficients : tuple of float
        From the constant term upwards; at least one.
    """
    total = x.like(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = fma(total, x, coefficient)
    return total
