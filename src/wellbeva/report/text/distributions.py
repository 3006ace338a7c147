"""Values in the long form, and what is drawn from them, in words a reader without statistics can follow."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from wellbeva.distributions.describe import describe
from wellbeva.distributions.families import FAMILIES
from wellbeva.distributions.spec import Distribution
from wellbeva.report.text import numbers as words
from wellbeva.report.text.units import amount
from wellbeva.scenario.value import Value

FEW = 6
"""Values or parts that are written out; of more, the ends."""
FORMS = ("family", "quantiles", "empirical", "mixture")
"""Long forms, which are put in other words than the file's."""
_BARE = re.compile(r"\.0+(?!\d)|(\.\d*?[1-9])0+(?!\d)")
_ONE = re.compile(r"^(−?1 (?:month|year|point))s\b")


def trimmed(x: float, unit: str, currency: str, digits: int = 3) -> str:
    """Write a value without zeros that say nothing: ``70%`` for ``70.0%``.

    Parameters
    ----------
    x : float [unit]
    unit : str
        Of an input, as `amount` reads it: ``share``, ``year``, ``GBP/person``.
    currency : str
        Of the appraisal: ``GBP``.
    digits : int
        Significant figures.

    Examples
    --------
    >>> trimmed(0.7, "share", "GBP"), trimmed(0.75, "year", "GBP"), trimmed(1 / 12, "year", "GBP")
    ('70%', '9 months', '1 month')
    """
    return _ONE.sub(r"\1", _BARE.sub(r"\1", amount(x, unit, currency, digits)))


def percent(share: float | Fraction) -> str:
    """Write a share as percent with up to three figures.

    Examples
    --------
    >>> percent(Fraction(5, 8)), percent(0.7)
    ('62.5%', '70%')
    """
    return f"{100 * float(share):.3g}%"


def printed(value: Value, written: str, distribution: Distribution | None, unit: str, currency: str) -> str:
    """Write a value for people; short forms as they stand in the file.

    Parameters
    ----------
    value : Value
    written : str
        As it stands in the file, which may be ``same as`` another.
    distribution : Distribution or None
        What it comes to, in `unit`.
    unit, currency : str
    """
    form = value.form
    if form not in FORMS or distribution is None:
        return written
    if form == "quantiles" and distribution.family == "quantiles":
        return _points(distribution.args, unit, currency)
    if form == "empirical" and distribution.family == "empirical" and value.points:
        return _observed(value, distribution.args, unit, currency)
    if form == "mixture" and distribution.family == "mixture":
        said = [f"{percent(w)}: {_part(one, part, unit, currency)}" for w, one, part in _flat(value, distribution)]
        return "; ".join(said) if len(said) <= FEW else f"a mixture of {len(said)} parts"
    return _family(value) if form == "family" else written


def _flat(value: Value, distribution: Distribution) -> Iterator[tuple[Fraction, Value, Distribution]]:
    """Yield the parts of a mixture, those of a mixture inside it with their share of the whole."""
    for (weight, one), part in zip(value.parts, distribution.parts, strict=True):
        if one.form == "mixture" and part.family == "mixture":
            yield from ((weight * share, inner, drawn) for share, inner, drawn in _flat(one, part))
        else:
            yield weight, one, part


def _part(one: Value, part: Distribution, unit: str, currency: str) -> str:
    if one.form in FORMS:
        return printed(one, one.written, part, unit, currency)
    return one.body  # the sources stand below; in a row of parts they would hide the numbers


def _points(args: Sequence[float], unit: str, currency: str) -> str:
    pairs = [(p, trimmed(x, unit, currency)) for p, x in zip(args[::2], args[1::2], strict=True)]
    shown = pairs if len(pairs) <= FEW else [pair for pair in pairs if pair in (pairs[0], pairs[-1]) or pair[0] == 0.5]
    said = [f"median {x}" if p == 0.5 else f"{x} (the {percent(p)} point)" for p, x in shown]
    more = len(pairs) - len(shown)
    return ", ".join(said) + (f", and {words.counted(more, 'more point', 'more points')}" if more else "")


def _observed(value: Value, args: Sequence[float], unit: str, currency: str) -> str:
    numbers = [trimmed(x, unit, currency) for x in args[::2]]
    weights = [weight for weight, _ in value.points]
    counts = all(one.denominator == 1 for one in weights)
    if len(numbers) > FEW:
        said = f"{len(numbers)} values from {numbers[0]} to {numbers[-1]}"
        return f"{said}, {int(sum(weights)):,} observations" if counts else said
    if len(set(args[1::2])) == 1:
        return f"{', '.join(numbers[:-1])} or {numbers[-1]}" if len(numbers) > 1 else numbers[0]
    total = int(sum(weights))
    share = (lambda w: f"{round(w * total):,} of {total:,}") if counts else percent
    return ", ".join(f"{x} ({share(w)})" for x, w in zip(numbers, args[1::2], strict=True))


def _family(value: Value) -> str:
    """``gamma: {shape: 9, mean: £100}`` as ``Gamma: shape 9, mean £100``; beside an interval no name is needed."""
    words = [
        f"{name} {texts[0]}" if len(texts) == 1 else f"{percent(value.level)} interval {texts[0]} to {texts[1]}"
        for name, texts in value.arguments
    ]
    interval = any(len(texts) > 1 for _, texts in value.arguments)
    return ", ".join(words) if interval else f"{FAMILIES[value.family].title}: {', '.join(words)}"


def used(distribution: Distribution, fitted: str, unit: str, currency: str) -> str:
    """Say what a number is drawn from: fitted families by their parameters, other forms by their values.

    Parameters
    ----------
    distribution : Distribution
    fitted : str
        What the compiler says of it.
    unit, currency : str

    Examples
    --------
    >>> used(Distribution("beta", (31.0, 14.0)), "beta(a=31, b=14)", "share", "GBP")
    'beta(a=31, b=14)'
    >>> joined = Distribution("quantiles", (0.1, 0.4, 0.9, 0.6), 0.0, 1.0)
    >>> used(joined, describe(joined), "share", "GBP")
    'a smooth curve through the points, within 0% and 100%'
    """
    said = fitted
    if fitted != describe(distribution):
        return said
    match distribution.family:
        case "quantiles":
            ends = [trimmed(x, unit, currency) for x in (distribution.low, distribution.high) if math.isfinite(x)]
            within = f", within {' and '.join(ends)}" if len(ends) == 2 else ""
            said = f"a smooth curve through the points{within}"
        case "empirical":
            said = "these values, by weight"
        case "mixture":
            parts = list(_flat_parts(distribution))
            parts_said = [f"{percent(w)}: {used(one, describe(one), unit, currency)}" for w, one in parts]
            said = "; ".join(parts_said) if len(parts) <= FEW else f"a mixture of {len(parts)} parts"
        case "point":
            said = f"always {trimmed(distribution.args[0], unit, currency)}"
        case _:
            said = FAMILIES[distribution.family].formula(distribution) or said
    return said


def _flat_parts(distribution: Distribution, share: float = 1.0) -> Iterator[tuple[float, Distribution]]:
    for weight, part in zip(distribution.args, distribution.parts, strict=True):
        if part.family == "mixture":
            yield from _flat_parts(part, share * weight)
        else:
            yield share * weight, part
