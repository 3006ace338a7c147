"""From one value as written to one cell: a constant, or a distribution with its base case."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache

import numpy as np

from wellbeva.compiler.appraisal.units_and_prices import Converter, Target, written_amount
from wellbeva.compiler.parameters.bounds import bounds_of, fail_if_draws_lie_outside, within_reach
from wellbeva.compiler.parameters.quote import notation_of, percent_forgotten
from wellbeva.core.arrays import Floats
from wellbeva.distributions.describe import describe
from wellbeva.distributions.families import MEAN_FAMILIES
from wellbeva.distributions.families.beta import fit_dirichlet
from wellbeva.distributions.families.discrete import fit_empirical
from wellbeva.distributions.families.mixture import fit_mixture
from wellbeva.distributions.families.quantiles import fit_quantiles
from wellbeva.distributions.family import family_of
from wellbeva.distributions.fit import WARNED_FROM, fit_family, truncated
from wellbeva.distributions.fit_result import Fit, FitError
from wellbeva.distributions.moments import mean
from wellbeva.distributions.notation import PLAIN, Notation
from wellbeva.distributions.spec import Distribution
from wellbeva.evidence.errors import EvidenceError
from wellbeva.plan.plan import Bounds
from wellbeva.scenario.spec import Layer, ParameterSpec
from wellbeva.scenario.text.identifiers import SHAPES
from wellbeva.scenario.value import Amount, Cite, Value
from wellbeva.scenario.values.completion import PLAIN_ARGUMENTS, RATES

LS_LIKE = ("LS", "SD", "step", "point")


@dataclass(frozen=True, slots=True)
class FittedValue:
    """One value as it is used, in the parameter's unit.

    Parameters
    ----------
    base : float
        Base case: the constant, the distribution's mean, or what ``base:`` says (FORMAT R7).
    distribution : Distribution or None
        None for constants.
    interval : tuple of float or None
        The ends as printed.
    interval_name : str
        ``95% interval``, ``range`` …
    drawn : str
        How it is drawn, in words, where its distribution alone does not say it; else empty.
    bounds : Bounds or None
        Of the parameter, as far as draws can lie outside; None where none can. Follows from the rest and the parameter.
    """

    base: float
    distribution: Distribution | None = None
    interval: tuple[float, float] | None = None
    interval_name: str = ""
    drawn: str = ""
    bounds: Bounds | None = field(default=None, compare=False)


def family_for(spec: ParameterSpec, target: Target) -> str:
    """Choose the family of ``a (b to c)`` by the parameter's unit (FORMAT R5).

    Parameters
    ----------
    spec : ParameterSpec
        Its own `spread` decides where it names a family.
    target : Target
        The parameter's unit.
    """
    if spec.spread in MEAN_FAMILIES:
        return spec.spread
    tokens = {token for token, power in target.unit.powers if power > 0}
    low = spec.bounds[0]
    if target.text == "share":
        return "beta"
    if tokens & set(LS_LIKE) or (low is not None and low.number < 0):
        return "normal"
    return "lognormal" if target.text == "ratio" else "gamma"


def spread_family(spec: ParameterSpec, target: Target) -> str:
    """Choose the family of ``a (se b)`` (FORMAT R5): normal; for what lies between 0% and 100%, a beta.

    Parameters
    ----------
    spec : ParameterSpec
        Its own `spread` decides where it names a family.
    target : Target
        The parameter's unit.
    """
    if spec.spread in MEAN_FAMILIES:
        return spec.spread
    low, high = spec.bounds
    wider = (low is not None and low.number < 0) or (high is not None and high.number > 1)
    return "beta" if target.text == "share" and not wider else "normal"


class ValueReader:
    """Reads values of one parameter.

    Parameters
    ----------
    spec : ParameterSpec
    target : Target
        Empty unit for switches and choices.
    converter : Converter
    """

    def __init__(self, spec: ParameterSpec, target: Target, converter: Converter) -> None:
        self._spec = spec
        self._target = target
        self._converter = converter
        self._collector = converter.collector

    def read(self, value: Value) -> FittedValue | None:
        """Return the cell a value comes to, or None after noting an error."""
        if self._spec.kind == "switch":
            return FittedValue(float(value.word == "true"))
        if self._spec.kind == "choice":
            return FittedValue(float(self._spec.choices.index(value.word)))
        try:
            cell = self._number(value)
        except _NotConvertedError:
            return None
        return self.within_bounds(cell if value.times == 1 else _multiplied(cell, float(value.times)), value)

    def scaled(self, numbers: tuple[float, ...], lead: Amount) -> Floats | None:
        """Return numbers, `lead` among them, in the parameter's unit; None after noting an error.

        Parameters
        ----------
        numbers : tuple of float
        lead : Amount
            The number 1 in their unit, currency and prices; without any of these they are in the parameter's own.
        """
        factor: Fraction | None = Fraction(1)
        if lead.unit or lead.currency or lead.price_year is not None:
            factor = self._converter.exact(lead, self._target)
        return None if factor is None else np.asarray(numbers, dtype=np.float64) * float(factor)

    def _number(self, value: Value) -> FittedValue:
        if value.form == "number":
            return FittedValue(self._converted(value.amounts["value"]))
        base = None if value.base is None else self._converted(value.base)
        numbers = self._numbers(value)
        fit = self._fitted(value, numbers)
        if fit.distribution.family == "point":
            # a share of a Dirichlet that nobody, or everybody, was seen to have
            return FittedValue(fit.distribution.args[0])
        interval, name = self._interval(value, numbers)
        shared = f"{describe(fit.distribution)}, one share of a Dirichlet" if value.form == "dirichlet" else ""
        if value.form == "studies":
            from wellbeva.compiler.parameters import studies

            shared = studies.pooled(value, self._factor(value)).sentence(describe(fit.distribution))
        return FittedValue(mean(fit.distribution) if base is None else base, fit.distribution, interval, name, shared)

    def _fitted(self, value: Value, numbers: dict[str, float]) -> Fit:
        try:
            fit = self._fit(value, numbers)
        except FitError as error:
            # Each share of a Dirichlet is read separately; a fault of the counts is reported once.
            if value.form != "dirichlet" or value.word == value.shares[0][0]:
                self._refuse_fit(value, numbers, error)
            raise _NotConvertedError from error
        if fit.misses > WARNED_FROM and fit.fitted is not None:
            low, high = (self._notation(value).shown(float(f"{end:.4g}")) for end in fit.fitted)
            self._collector.warn(
                "WB-D102",
                f"the fitted interval misses the printed one by {fit.misses * 100:.0f}% of its width",
                value.span,
                facts=(f"printed: {value.written}", f"fitted: {low} to {high}"),
                remedy="check the interval, or give another family in the long form",
            )
        return fit

    def _refuse_fit(self, value: Value, numbers: dict[str, float], error: FitError) -> None:
        """Note that nothing fits, with the numbers as they are written."""
        try:
            self._fit(value, numbers, self._notation(value))
        except FitError as again:
            error = again
        with_percent = percent_forgotten(value, self._target)
        message = f"{self._spec.name} is a share, from 0% to 100%" if with_percent else error.message
        self._collector.error("WB-D101", message, value.span, facts=error.facts, remedy=with_percent or error.remedy)

    def _notation(self, value: Value) -> Notation:
        return notation_of(value, self._converter, self._target)

    def _numbers(self, value: Value) -> dict[str, float]:
        """Convert the amounts; by now each shows its unit, except for the plain ones."""
        plain = value.amounts and PLAIN_ARGUMENTS.issuperset(value.amounts)
        if plain and (self._target.is_duration or self._target.currency):
            self._collector.error(
                "WB-C070",
                f"{self._spec.name} must show its unit, and a share of events has none",
                value.span,
                facts=(f"written: {value.written}", f"the model's unit: {self._target.words}"),
                remedy="give a mean with its unit, and its spread",
            )
            raise _NotConvertedError
        return {
            name: float(amount.number) if name in PLAIN_ARGUMENTS else self._converted(amount, inverse=name in RATES)
            for name, amount in value.amounts.items()
        }

    def _fit(self, value: Value, numbers: dict[str, float], notation: Notation = PLAIN) -> Fit:
        fit = self._fit_points(value) if value.form in SHAPES else self._fit_family(value, numbers, notation)
        low, high = (None if end is None else self._converted(end) for end in value.truncate)
        if low is not None or high is not None:
            kept = truncated(fit.distribution, -math.inf if low is None else low, math.inf if high is None else high)
            fit = Fit(kept, fit.misses, fit.fitted)
        return fit

    def _fit_family(self, value: Value, numbers: dict[str, float], notation: Notation) -> Fit:
        """Fit a family that the text form implies, or that the long form names."""
        family = value.family
        if value.form == "interval":
            family = family_for(self._spec, self._target)
            numbers = {"mean": numbers["centre"], "low": numbers["low"], "high": numbers["high"]}
        elif value.form in ("se", "sd"):
            family = spread_family(self._spec, self._target)
            numbers = {"mean": numbers["centre"], "sd": numbers[value.form]}
        elif value.form != "family":
            family = {"range": "pert", "count": "beta"}[value.form]
        return _fit(family, tuple(numbers.items()), float(value.level), notation)

    def _fit_points(self, value: Value) -> Fit:
        """Fit the forms that are made of several values."""
        if value.form == "quantiles":
            return fit_quantiles([(float(at), self._converted(amount)) for at, amount in value.points])
        if value.form == "empirical":
            return fit_empirical([(float(weight), self._converted(amount)) for weight, amount in value.points])
        if value.form == "mixture":
            parts = [self._part(part) for _, part in value.parts]
            self._refuse_bare_parts(value)
            return fit_mixture([float(weight) for weight, _ in value.parts], parts)
        if value.form == "studies":
            return Fit(self._pooled(value))
        found = fit_dirichlet([float(amount.number) for _, amount in value.shares])
        return Fit(found[[label for label, _ in value.shares].index(value.word)])

    def _pooled(self, value: Value) -> Distribution:
        """Pool studies, ratios only for a parameter that is one; raises after noting an error."""
        from wellbeva.compiler.parameters import studies

        if (table := value.studies) and table.ratio and self._target.text != "ratio":
            self._collector.error(
                "WB-S511",
                f"{self._spec.name} is not a ratio, and these studies give a {table.measure}",
                value.span,
                facts=(f"the studies: {value.written}", f"the model's unit: {self._target.words}"),
                remedy="pool effects in the parameter's unit, or let a parameter in ratio multiply its base",
            )
            raise _NotConvertedError
        try:
            found = studies.pooled(value, self._factor(value))
            law = found.law()
        except EvidenceError as error:
            message, remedy = (text[:1].lower() + text[1:] for text in (error.message, error.remedy.rstrip(".")))
            raise FitError(message, error.facts, remedy) from error
        if found.estimate.studies < studies.FEW:
            self._collector.warn(
                "WB-S512",
                f"{found.estimate.studies} studies hardly show how much settings differ",
                value.span,
                facts=(f"at least {studies.FEW} are pooled for a new setting", f"here: {value.written}"),
                remedy="search for more studies, or widen the value and say that it is assumed",
            )
        return law

    def _factor(self, value: Value) -> float:
        """Return what turns the unit of the studies, which they share, into the parameter's; raises after an error."""
        return self._converted(replace(value.points[0][1], number=Fraction(1)))

    def _part(self, value: Value) -> Distribution:
        """Return one part of a mixture: a constant is a point."""
        if value.form == "number":
            return Distribution("point", (self._converted(value.amounts["value"]),))
        if value.base is not None:
            self._collector.error(
                "WB-V105",
                "a part of a mixture has no base case of its own",
                value.base.span or value.span,
                facts=(f"the part: {value.written}",),
                remedy="write `base` beside `mixture`, for the whole of it, or leave it out",
            )
            raise _NotConvertedError
        return self._fitted(value, self._numbers(value)).distribution

    def _refuse_bare_parts(self, value: Value) -> None:
        """Refuse parts if only some show a unit; raises after noting an error."""
        amounts = (item for _, part in value.parts for item in part.amounts.items())
        leads = [one for name, one in amounts if name not in PLAIN_ARGUMENTS and one.number]
        bare = next((lead for lead in leads if not lead.unit), None)
        other = next((lead for lead in leads if lead.unit), None)
        if bare is not None and other is not None:
            self._collector.error(
                "WB-C071",
                "one part of the mixture shows a unit, and another shows none",
                bare.span or value.span,
                facts=(f"one is {written_amount(other)}", f"another is {written_amount(bare)}"),
                remedy="write the unit at each part, or `unit:` beside the mixture",
            )
            raise _NotConvertedError

    def _converted(self, amount: Amount, *, inverse: bool = False) -> float:
        """Convert an amount, of a rate one over it; raises after noting an error."""
        exact = self._converter.exact(amount, replace(self._target, inverse=True) if inverse else self._target)
        if exact is None:
            raise _NotConvertedError
        return float(exact)

    @staticmethod
    def _interval(value: Value, numbers: dict[str, float]) -> tuple[tuple[float, float] | None, str]:
        if value.form == "range":
            return (numbers["min"], numbers["max"]), "range"
        if "low" in numbers and "high" in numbers:
            return (numbers["low"], numbers["high"]), f"{float(value.level) * 100:g}% interval"
        return None, ""

    def within_bounds(self, cell: FittedValue, value: Value, rows: Floats | None = None) -> FittedValue | None:
        """Refuse a base case outside the parameter's bounds; a share lies in 0 to 1 (FORMAT R24).

        Parameters
        ----------
        cell : FittedValue
        value : Value
        rows : array (row,) [unit of the parameter] or None
            The numbers, if the cell is a column of a table of draws.
        """
        bounds = bounds_of(self._spec, self._target, self._converter)
        low, high = bounds.low, bounds.high
        if (low is not None and cell.base < low) or (high is not None and cell.base > high):
            notation = self._notation(value)
            bare = not (notation.sign or notation.behind) and (self._target.text != "share" or not value.amounts)
            number = f"{notation.shown(cell.base)} {self._target.text if bare else ''}"
            self._collector.error(
                "WB-V104",
                f"{self._spec.name} is outside its bounds",
                value.span,
                facts=(f"the number is {number.strip()}", f"the model allows {bounds.words}"),
                remedy=percent_forgotten(value, self._target) or "correct the number, or the model's bounds",
            )
            return None
        if cell.distribution is None or (low is None and high is None):
            return cell
        drawn = cell.drawn or describe(cell.distribution)
        if fail_if_draws_lie_outside(
            self._spec.name,
            cell.distribution,
            bounds,
            drawn=drawn,
            rows=rows,
            span=value.span,
            collector=self._collector,
        ):
            return None
        return replace(cell, bounds=within_reach(cell.distribution, bounds))


def _multiplied(cell: FittedValue, factor: float) -> FittedValue:
    """Return what a value as it is written comes to times a factor (semantics R228)."""
    law = cell.distribution
    return replace(
        cell,
        base=cell.base * factor,
        distribution=None if law is None else family_of(law).times(law, factor),
        interval=None if cell.interval is None else (cell.interval[0] * factor, cell.interval[1] * factor),
        drawn=cell.drawn and f"{factor:g} × {cell.drawn}",
    )


@lru_cache(maxsize=4096)
def _fit(family: str, numbers: tuple[tuple[str, float], ...], level: float, notation: Notation) -> Fit:
    """Fit a family, once for all variants of a scenario: an interval takes 1 ms, most of the time of compiling."""
    return fit_family(family, dict(numbers), level=level, notation=notation)


class _NotConvertedError(Exception):
    """An amount, or a part of a mixture, that was refused; the error is noted already."""


def cites_of(value: Value) -> tuple[Cite, ...]:
    """Return every source of a value, those of its parts too, each once."""
    below = (cite for _, part in value.parts for cite in cites_of(part))
    return tuple(dict.fromkeys((*value.cites, *below)))


def rests_on_the_covering_source(value: Value, layer: Layer) -> bool:
    """Whether a value, or a part of it, names no source, so that the one that covers all stands behind it.

    Parameters
    ----------
    value : Value
    layer : Layer
        From which the value comes; a model's default never rests on it, nor does what was typed over the scenario.
    """
    if layer in ("default", "set") or value.evidence == "assumed" or (layer == "appraisal" and value.evidence):
        return False
    if value.parts:
        return any(rests_on_the_covering_source(part, layer) for _, part in value.parts)
    return not value.cites
