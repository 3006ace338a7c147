"""The rules in force: the preset's, with the parts that the scenario overrides, resolved to numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from wellbeva.appraisal.deflator import Deflator, load_deflator
from wellbeva.appraisal.errors import AppraisalError
from wellbeva.appraisal.presets import Preset, load_preset
from wellbeva.appraisal.schedules import factor, load_schedule, mean_factor
from wellbeva.appraisal.vintage import Vintage
from wellbeva.appraisal.wellby import LEVELS, wellby_value
from wellbeva.compiler.appraisal.figures import figure_vintages
from wellbeva.compiler.axes import Periods
from wellbeva.core.spans import Span
from wellbeva.core.units import currency_of, years_in
from wellbeva.errors import Collector
from wellbeva.evidence.grading.adjustment import provenance, rule_sentence
from wellbeva.plan.record import Input, Rule
from wellbeva.scenario.spec import AppraisalSpec, Uprate
from wellbeva.scenario.text.identifiers import SIGNS
from wellbeva.scenario.value import Amount, Value

STAND_IN = "green-book-2026"
"""Preset for judging the rest of a scenario that names an unknown preset."""
DEFAULT_DAYS = Fraction(1461, 4)
FLOWS = {"money": "Costs and money benefits", "wellbeing": "Wellbeing", "health": "Health"}
"""What is discounted, in words."""


@dataclass(frozen=True, slots=True)
class Appraisal:
    """The rules in force.

    Parameters
    ----------
    preset : Preset or None
    prices : int or None
        Price year of every sum of money after loading.
    currency : str
    discount : mapping of kind to (schedule's name or flat rate)
    wellby_values : mapping of level to Value
        The scenario's own value of a WELLBY; empty where the preset's serves.
    exchange : mapping of (str, str) to Fraction
        ``(a, b)``: units of a for one unit of b, as written; either direction serves. ``(a, b[2024])``: of that year.
    days_per_year : Fraction
    weeks_per_year : Fraction or None
    deflator : Deflator
    continuous : bool
        Whether factors fall continuously within the year (FORMAT R25); else they step by appraisal year.
    uprate : Uprate or None
        The scenario's own series, which raises its value of a WELLBY to `prices`.
    evidence_adjustment : str
        What the grade of its evidence does to a gain: ``""``, ``widen``, ``shrink`` or ``optimism``.
    place : Span or None
        Where the currency was chosen, or else the preset; that is where an amount that no file holds is at fault.
    """

    preset: Preset | None
    prices: int | None
    currency: str
    discount: Mapping[str, str | float]
    wellby_values: Mapping[str, Value]
    exchange: Mapping[tuple[str, str], Fraction]
    days_per_year: Fraction
    weeks_per_year: Fraction | None
    deflator: Deflator
    continuous: bool
    uprate: Uprate | None = None
    evidence_adjustment: str = ""
    place: Span | None = field(default=None, compare=False)

    def years_in(self, word: str) -> Fraction | None:
        """Return how many years one week, month … is by this calendar; None if the word is not a duration."""
        return years_in(word, days_per_year=self.days_per_year, weeks_per_year=self.weeks_per_year)

    @property
    def weeks(self) -> Fraction:
        """Weeks in a year."""
        return self.weeks_per_year if self.weeks_per_year is not None else self.days_per_year / 7

    @property
    def money_token(self) -> str:
        """The unit token of every sum of money: ``GBP[2023]``."""
        return f"{self.currency}[{self.prices}]" if self.prices else self.currency

    def money_factor(self, amount: Amount, token: str, collector: Collector) -> Fraction | None:
        """Return the factor that brings an amount of money to the currency and price year of a token.

        Prices move in sterling, for which alone there is a deflator: money of another currency is first exchanged, at
        the rate of its own price year, then brought to the price year. Sterling that is wanted in another currency is
        first brought to the price year, then exchanged at that year's rate. Notes an error and returns None where a
        deflator or an exchange rate is missing. Zero is zero in any currency, at any prices.

        Parameters
        ----------
        amount : Amount
            Its own price year is that of the token where it shows none.
        token : str
            Currency and price year, ``GBP[2023]``; ``GBP`` keeps the amount's price year.
        collector : Collector

        Returns
        -------
        Fraction or None
            Units of the token's money for one unit of the amount's; exact.
        """
        if not amount.number:
            return Fraction(1)
        currency, own, year = self._years(amount, token)
        moves = own is not None and year is not None and own != year
        if moves and "GBP" not in (amount.currency, currency):
            collector.error(
                "WB-A103",
                f"{amount.currency} of {own} prices cannot be brought to {year} prices",
                amount.span or self.place,
                facts=("the deflator is for sterling", f"appraisal currency: {self.currency}"),
                remedy=f"give the amount in {year} prices",
            )
            return None
        result = Fraction(1)
        if moves:
            try:
                result *= self.deflator.ratio(from_year=own or 0, to_year=year or 0)
            except AppraisalError as error:
                collector.error(
                    "WB-A101", error.message, amount.span or self.place, facts=error.facts, remedy=error.remedy
                )
                return None
        if amount.currency != currency:
            pair = self._pair(amount, token)
            if pair is None:
                at = own if currency == "GBP" else year
                self._no_rate(amount, currency, at if moves else None, collector)
                return None
            rate = self.exchange[pair]
            result *= rate if pair[0] == currency else 1 / rate
        return result

    def rests_on(self, amount: Amount, token: str) -> tuple[str, ...]:
        """Return the paths, as in `AppraisalSpec.cites`, of the indices and the rate that convert an amount.

        Parameters
        ----------
        amount : Amount
        token : str
            ``GBP[2023]``, as in `money_factor`.

        Returns
        -------
        tuple of str
            ``deflator.2019``, ``exchange.GBP per USD``; empty where the amount already has this currency and year.
        """
        currency, own, year = self._years(amount, token)
        found = [f"deflator.{one}" for one in (own, year)] if own != year and None not in (own, year) else []
        pair = self._pair(amount, token) if amount.currency != currency else None
        return (*found, *((path_of_rate(pair),) if pair is not None else ()))

    @staticmethod
    def _years(amount: Amount, token: str) -> tuple[str, int | None, int | None]:
        """Return the currency that is wanted, and the years of the prices that are given and wanted."""
        currency, year = currency_of(token)
        return currency, amount.price_year or year, year

    def _pair(self, amount: Amount, token: str) -> tuple[str, str] | None:
        """Return the key of the rate at which an amount of another currency is exchanged."""
        currency, own, year = self._years(amount, token)
        moves = own is not None and year is not None and own != year
        at = own if currency == "GBP" else year
        return _exchange_pair(self.exchange, amount.currency, currency, year=at, dated=moves and currency == "GBP")

    def _no_rate(self, amount: Amount, currency: str, year: int | None, collector: Collector) -> None:
        when = f" in {year}" if year else ""
        given = ", ".join(map(_rate_words, self.exchange))
        collector.error(
            "WB-A102",
            f"money in {amount.currency} is wanted in {currency}, and no exchange rate{when} is given",
            amount.span or self.place,
            facts=(f"appraisal currency: {self.currency}", *((f"rates given: {given}",) if given else ())),
            remedy=f"add `exchange: {{{currency} per {amount.currency}{when}: …}}` to appraisal",
        )

    def factors(self, kind: str, grid: Periods) -> list[float]:
        """Return the discount factor of each period for one kind of flow (semantics R30).

        Parameters
        ----------
        kind : {"money", "wellbeing", "health"}
            One for which `discount` has a rate.
        grid : Periods

        Returns
        -------
        list of float (period,) [no unit]
            1 for periods of year 0; where factors fall continuously, their mean over each period.

        Raises
        ------
        AppraisalError
            If a schedule ends before the last period.
        """
        rate = self.discount[kind]
        if self.continuous:
            return [mean_factor(rate, float(start), float(start + grid.step)) for start in grid.starts]
        return [factor(rate, year) for year in grid.years]


def exchange_rate(
    rates: Mapping[tuple[str, str], Fraction],
    source: str,
    target: str,
    *,
    year: int | None,
) -> Fraction | None:
    """Return units of `target` for one unit of `source`, from a rate written in either direction.

    Parameters
    ----------
    rates : mapping of (str, str) to Fraction
        ``(GBP, USD)`` is GBP per USD; ``(GBP, USD[2024])`` is the rate of 2024.
    source, target : str
        Currencies by their codes.
    year : int or None
        A rate of that year goes before one without a year.

    Returns
    -------
    Fraction or None [target / source]
        None if neither direction is given.
    """
    pair = _exchange_pair(rates, source, target, year=year, dated=False)
    if pair is None:
        return None
    return rates[pair] if pair[0] == target else 1 / rates[pair]


def _exchange_pair(
    rates: Mapping[tuple[str, str], Fraction], source: str, target: str, *, year: int | None, dated: bool
) -> tuple[str, str] | None:
    """Return the key of the rate that serves; its first currency says in which direction it is written."""
    own = ((target, f"{source}[{year}]"), (source, f"{target}[{year}]"))
    any_year = () if dated else ((target, source), (source, target))
    return next((pair for pair in (*own, *any_year) if rates.get(pair)), None)


def path_of_rate(pair: tuple[str, str]) -> str:
    """Return the path of a rate of exchange, as `AppraisalSpec.cites` has it.

    Examples
    --------
    >>> path_of_rate(("GBP", "USD[2024]"))
    'exchange.GBP per USD in 2024'
    """
    return f"exchange.{_rate_words(pair)}"


def _rate_words(pair: tuple[str, str]) -> str:
    code, year = currency_of(pair[1])
    return f"{pair[0]} per {code}{f' in {year}' if year else ''}"


def first_rate(discount: str | float) -> float:
    """Return the rate of the first year, by a schedule's name or flat."""
    return load_schedule(discount).rate(1) if isinstance(discount, str) else discount


def resolve(spec: AppraisalSpec, collector: Collector) -> Appraisal:
    """Join the preset and the scenario's overrides (FORMAT R1, R25).

    Parameters
    ----------
    spec : AppraisalSpec
        The scenario's ``appraisal``.
    collector : Collector

    Returns
    -------
    Appraisal
        After an error, with `STAND_IN` for an unknown preset and without the rates that could not be read.
    """
    preset = None
    if spec.preset:
        try:
            preset = load_preset(spec.preset)
        except AppraisalError as error:
            span = spec.spans.get("preset") or spec.span
            collector.error("WB-A104", error.message, span, facts=error.facts, remedy=error.remedy)
            preset = load_preset(STAND_IN)
    deflator = preset.deflator if preset else load_deflator()
    if spec.deflator:
        deflator = deflator.extended(spec.deflator)
    discount: dict[str, str | float] = dict(preset.discount) if preset else {}
    for kind, value in spec.discount.items():
        rate = _rate(value, collector)
        if rate is not None:
            discount[kind] = rate
    days = spec.calendar.get("days_per_year") or (preset.calendar["days_per_year"] if preset else DEFAULT_DAYS)
    return Appraisal(
        preset=preset,
        prices=spec.prices or (preset.prices if preset else None),
        currency=spec.currency or (preset.currency if preset else "GBP"),
        discount=discount,
        wellby_values=spec.wellby_value,
        exchange={pair: amount.number for pair, amount in spec.exchange.items()},
        days_per_year=days,
        weeks_per_year=spec.calendar.get("weeks_per_year"),
        deflator=deflator,
        continuous=spec.within_year == "continuous",
        uprate=spec.uprate,
        evidence_adjustment=spec.evidence_adjustment,
        place=spec.spans.get("currency") or spec.spans.get("preset") or spec.span,
    )


def _rate(value: Value, collector: Collector) -> str | float | None:
    if value.form == "label":
        try:
            return load_schedule(value.word).name
        except AppraisalError as error:
            collector.error("WB-A106", error.message, value.span, facts=error.facts, remedy=error.remedy)
            return None
    return float(value.amounts["value"].number)


def published_wellby(appraisal: Appraisal, spec: AppraisalSpec, collector: Collector) -> dict[str, Fraction]:
    """Return the preset's value of a WELLBY at each level; notes an error where the price year has none.

    Parameters
    ----------
    appraisal : Appraisal
    spec : AppraisalSpec
        Its places, for messages.
    collector : Collector

    Returns
    -------
    dict of level to Fraction [appraisal's currency per WELLBY, in its prices]
        ``low``, ``central`` and ``high``; empty after an error.
    """
    if appraisal.preset is None or appraisal.prices is None:
        collector.error(
            "WB-A108",
            "the model needs the value of a WELLBY, and nothing gives it",
            spec.span,
            facts=("appraisal names no preset", "appraisal has no wellby_value"),
            remedy="name a preset such as green-book-2026, or give `wellby_value` under appraisal",
        )
        return {}
    try:
        value = wellby_value(appraisal.prices)
    except AppraisalError as error:
        span = spec.spans.get("prices") or spec.span
        collector.error("WB-A109", error.message, span, facts=error.facts, remedy=error.remedy)
        return {}
    if appraisal.currency != "GBP":
        rate = exchange_rate(appraisal.exchange, "GBP", appraisal.currency, year=appraisal.prices)
        if rate is None:
            collector.error(
                "WB-A102",
                f"a WELLBY is valued in GBP, the appraisal is in {appraisal.currency}, and no exchange rate is given",
                spec.span,
                facts=(f"appraisal currency: {appraisal.currency}",),
                remedy="add `exchange` or `wellby_value` to appraisal",
            )
            return {}
        return {level: value.level(level) * rate for level in LEVELS}
    return {level: value.level(level) for level in LEVELS}


def vintages(appraisal: Appraisal, *, wellby_used: bool, inputs: tuple[Input, ...] = ()) -> tuple[Vintage, ...]:
    """Return the dated data in use, for the report and the manifest.

    Parameters
    ----------
    appraisal : Appraisal
    wellby_used : bool
        Whether the published value of a WELLBY is in use.
    inputs : tuple of Input
        Searched for registered figures that the appraisal filled.
    """
    used = []
    if appraisal.preset:
        used.append(appraisal.preset.vintage)
    used += [load_schedule(name).vintage for name in appraisal.discount.values() if isinstance(name, str)]
    used.append(appraisal.deflator.vintage)
    if wellby_used and appraisal.prices is not None:
        used.append(wellby_value(appraisal.prices).vintage)
    if appraisal.evidence_adjustment:
        name = f"Adjustment for evidence: {appraisal.evidence_adjustment}"
        source, status = provenance(appraisal.evidence_adjustment)
        used.append(Vintage(name, "", source, "facts and figures only", status))
    return tuple(dict.fromkeys([*used, *figure_vintages(inputs)]))


def rules_in_force(
    appraisal: Appraisal, kinds: tuple[str, ...], *, inputs: tuple[Input, ...] = (), whose_costs: str = ""
) -> tuple[Rule, ...]:
    """Return the rules in force, one sentence each.

    Parameters
    ----------
    appraisal : Appraisal
    kinds : tuple of str
        Kinds of flow that are discounted.
    inputs : tuple of Input
        Searched for a hurdle on the cost of a WELLBY.
    whose_costs : str
        In a sentence; empty for everybody's.
    """
    rules = []
    for kind in kinds:
        rate = appraisal.discount[kind]
        if isinstance(rate, float):
            how = f"at {rate * 100:g}% in every year" if rate else "not at all"
            words = f"discounted {how}"
        else:
            first = load_schedule(rate).bands[0]
            flat = len(load_schedule(rate).bands) == 1
            when = "in every year" if flat else f"to year {first.last}, lower after (schedule {rate})"
            words = f"discounted at {first.rate * 100:g}% a year {when}"
        rules.append(Rule("rate", f"{FLOWS[kind]}: {words}.", kind))
    if kinds:
        how = "fall continuously within each year" if appraisal.continuous else "step by year; year 0 is not discounted"
        rules.append(Rule("factors", f"Discount factors {how}."))
    for given_input in inputs:
        if "hurdle" in given_input.roles and given_input.base > 0:
            amount = f"{SIGNS.get(appraisal.currency, appraisal.currency)}{given_input.base:,.0f}"
            words = f"The cost of a WELLBY is held against a hurdle of {amount} a WELLBY; a hurdle is not a value."
            rules.append(Rule("hurdle", words))
    if appraisal.evidence_adjustment:
        rules.append(Rule("evidence", rule_sentence(appraisal.evidence_adjustment)))
    if appraisal.prices:
        rules.append(Rule("prices", f"Money is in {appraisal.currency} of {appraisal.prices} prices."))
    if whose_costs:
        rules.append(Rule("perspective", whose_costs))
    return tuple(rules)
