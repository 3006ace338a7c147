"""The discount rates that a reader may choose: of each kind of flow the factors of every schedule (semantics R237)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wellbeva.appraisal.errors import AppraisalError
from wellbeva.appraisal.schedules import load_schedule, schedule_names
from wellbeva.compiler.appraisal.rules import FLOWS, first_rate, resolve
from wellbeva.compiler.axes import periods
from wellbeva.errors import Collector
from wellbeva.plan.record import Record

UNDISCOUNTED = "0%"


@dataclass(frozen=True, slots=True)
class DiscountRate:
    """The discount rate of one kind of flow.

    Parameters
    ----------
    kind : str
        ``money``, ``wellbeing`` or ``health``.
    word : str
        The rate in force, as `--set` takes it: a schedule's name, or a yearly rate.
    factors : dict of word to tuple of float (time,)
        Of the rates that may be chosen, that in force among them.
    """

    kind: str
    word: str
    factors: dict[str, tuple[float, ...]]
    name: str = "Discount rate"

    @property
    def path(self) -> str:
        """Where `--set` changes it."""
        return f"appraisal.discount.{self.kind}"

    @property
    def parameter(self) -> str:
        """What the factors fill."""
        return f"discount.{self.kind}"

    @property
    def where(self) -> str:
        """What is discounted, in words."""
        return FLOWS[self.kind].lower()

    def first(self, word: str) -> float:
        """Return the rate of the first year that a word stands for."""
        return first_rate(word if word in schedule_names() else float(word.removesuffix("%")) / 100)

    @property
    def words(self) -> dict[str, str]:
        """Each rate for people: ``3.5% (green-book-standard)``."""
        named = {word: f"{self.first(word) * 100:g}% ({word})" for word in self.factors if word in schedule_names()}
        return {word: named.get(word, word) for word in self.factors} | {UNDISCOUNTED: "not discounted"}

    @property
    def source(self) -> str:
        """Who says so; empty for a rate of the scenario's own."""
        return load_schedule(self.word).vintage.version if self.word in schedule_names() else ""


def discount_rates(record: Record) -> list[DiscountRate]:
    """Return the discount rates of a scenario of which another would give other factors.

    Parameters
    ----------
    record : Record
    """
    appraisal = resolve(record.scenario.appraisal, Collector())
    grid = periods(record.scenario, weeks_per_year=appraisal.weeks)
    found = []
    for kind in (rule.kind for rule in record.rules if rule.about == "rate"):
        own = appraisal.discount[kind]
        word = own if isinstance(own, str) else f"{own * 100:.12g}%"
        factors: dict[str, tuple[float, ...]] = {}
        choice: dict[str, str | float] = {word: own} | {name: name for name in schedule_names()} | {UNDISCOUNTED: 0.0}
        for name, rate in choice.items():
            try:
                some = tuple(replace(appraisal, discount={kind: rate}).factors(kind, grid))
            except AppraisalError:
                continue  # the schedule ends before the last period
            if some not in factors.values():
                factors[name] = some
        if len(factors) > 1:
            found.append(DiscountRate(kind, word, factors))
    return found
