"""Reads Dataset, Record and tables once, and hands on plain frozen facts; nothing after it knows xarray or pandas."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from wellbeva.analysis.decision_arrays import NOTHING, DecisionView, decision_view, share_ahead
from wellbeva.analysis.evidence import Evidence, effect_inputs, inputs_by_option, without_comparison
from wellbeva.core.cards import Card
from wellbeva.report.facts.names import DOING_NOTHING, LONGEST_NAME, label_of, option_names
from wellbeva.report.text import numbers
from wellbeva.results.variables import draws_counted
from wellbeva.scenario.text.identifiers import STUDY_KINDS

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.analysis.headline import Headline
    from wellbeva.plan.plan import Plan
    from wellbeva.plan.record import Input, Record


@dataclass(frozen=True, slots=True)
class Spread:
    """Average and quantiles of one number over all futures; NaN where there are none."""

    mean: float
    q05: float = math.nan
    q25: float = math.nan
    q75: float = math.nan
    q95: float = math.nan
    sd: float = math.nan
    mcse: float = math.nan

    @property
    def has_range(self) -> bool:
        """Whether there is a spread to show."""
        return math.isfinite(self.q05) and math.isfinite(self.q95) and self.q05 < self.q95


@dataclass(frozen=True, slots=True, eq=False)
class OptionFacts:
    """One option of the decision.

    Parameters
    ----------
    head, short : str
        Its name at the head of a row and inside sentences, as `names.option_names` has them.
    effect, cost, per_1000, net : Spread
        In the unit of the effect, in money, effect for each 1,000 of money, money at the central value.
    net_by_level : tuple of float
        Average net benefit at each level of value.
    no_benefit, worth_it, best : float
        Shares of draws; NaN where not reported.
    effect, cost, net are against the comparator.
    paid, saved, other : float
        Averages against the comparator: what is paid, what is saved, and other benefits in money; `cost` is the first
        less the others.
    own_effect, own_cost : float
        Averages of the option by itself: what it gains, and what is paid for it.
    unpriced : bool
        Whether nobody wrote a sum of money down for it.
    gains, loses, saves, repays : bool
        Whether its effect is above 0, and below it; its net cost below 0; its net benefit at the central value above 0:
        each beyond the noise of the draws.
    evidence, evidence_note : str
        Grade of its effect, or the lowest grade that can turn the choice, and what stands beside it; empty if nothing
        says.
    uncontrolled : bool
        Whether its effect rests on a study without a comparison group.
    place_cost : float
        Average cost of one person reached; NaN if the model gives none.
    """

    name: str
    label: str
    head: str
    short: str
    doc: str
    effect: Spread
    cost: Spread
    per_1000: Spread
    net: Spread
    net_by_level: tuple[float, ...]
    no_benefit: float
    worth_it: float
    best: float
    evidence: str
    evidence_note: str
    uncontrolled: bool
    place_cost: float
    cost_per_wellby: float
    bcr: float
    status: str
    nothing: bool
    paid: float = math.nan
    saved: float = math.nan
    other: float = math.nan
    own_effect: float = math.nan
    own_cost: float = math.nan
    unpriced: bool = False
    gains: bool = False
    loses: bool = False
    saves: bool = False
    repays: bool = False

    @property
    def opening(self) -> str:
        """Its name at the start of a sentence."""
        return numbers.capital(self.short)

    @property
    def brief(self) -> str:
        """Its name where there is room for a line: as at the head of a row, if that is no longer."""
        return self.head if len(self.head) <= LONGEST_NAME else self.opening

    @property
    def aside(self) -> str:
        """What its label says beyond its name at the head of a row."""
        name, _, rest = self.label.partition(" (")
        if self.head == name and rest.endswith(")"):
            return rest[:-1]
        return "" if self.head == self.label else numbers.in_sentence(self.label)

    @property
    def heading(self) -> tuple[str, str]:
        """Its name at the head of a row, and what is said of it in grey."""
        return self.head, self.aside or self.doc

    @property
    def hollow(self) -> str:
        """Class of its dot: filled, hollow, or a dashed ring."""
        return {"initial": "h", "assumed": "a"}.get(self.evidence, "")


@dataclass(frozen=True, repr=False)
class Result(Card):
    """All that page one and the tables need.

    Parameters
    ----------
    options : tuple of OptionFacts
        In the order of the scenario.
    order : tuple of str
        Their names, best first, as in ``decision.csv``.
    beats : mapping of (name, name) to float
        Share of draws in which the first is ahead of the second, ties shared equally.
    found : analysis.headline.Headline
        The form of the answer, picked by rule.
    comparator, reference : str
        What is compared with, in words; its name among the options, empty if it is not one of them.
    draws, left_out, outside : int
        Draws that every number is made of; draws beside them that are left out; how many of these because an input is
        outside its bounds, while in the others a number is not finite.
    value : float
        Central value of one unit of effect; NaN if there is none.
    budget : float
        NaN where offers are not compared at one.
    place_words : str
        What `OptionFacts.place_cost` is the cost of.
    cost_words : str
        What the decision's cost is, after the word cost.
    perspective : str
        Whose costs these are, in a sentence; empty where they are everybody's.
    """

    title: str
    question: str
    choose: Literal["one", "several"]
    currency: str
    price_year: int | None
    draws: int
    comparator: str
    reference: str
    options: tuple[OptionFacts, ...]
    order: tuple[str, ...]
    beats: Mapping[tuple[str, str], float]
    found: Headline
    levels: tuple[str, ...]
    values: tuple[float, ...]
    value: float
    budget: float
    effect_unit: str
    provisional: tuple[str, ...]
    not_counted: tuple[str, ...]
    uncertain: bool
    fixed: int
    place_words: str = "for each person who gains"
    cost_words: str = "less savings"
    perspective: str = ""
    left_out: int = 0
    outside: int = 0

    @property
    def drawn(self) -> int:
        """Draws of the run, those left out among them."""
        return self.draws + self.left_out

    @property
    def unit(self) -> str:
        """The unit of effect in the plural: ``WELLBYs``."""
        return self.effect_unit if self.effect_unit.endswith("s") else f"{self.effect_unit}s"

    @cached_property
    def real(self) -> tuple[OptionFacts, ...]:
        """The options without the comparator."""
        return tuple(option for option in self.options if not option.nothing and option.name != self.reference)

    @property
    def against(self) -> str:
        """The comparator's name inside sentences, where it is an option with numbers of its own; else empty."""
        option = self.by_name.get(self.reference)
        return "" if option is None or option.nothing else option.short

    def option(self, name: str) -> OptionFacts:
        """Return one option by its name."""
        return self.by_name[name]

    @cached_property
    def by_name(self) -> Mapping[str, OptionFacts]:
        """The options by their names."""
        return {option.name: option for option in self.options}

    def ahead(self, first: OptionFacts, second: OptionFacts) -> float:
        """Return the share of draws in which `first` is ahead of `second`.

        Parameters
        ----------
        first, second : OptionFacts

        Returns
        -------
        float
            From 0 to 1, ties shared equally; NaN if one of them is not among the decision's options.
        """
        return self.beats.get((first.name, second.name), math.nan)


def gather(dataset: xr.Dataset, record: Record, *, plan: Plan, tables: Mapping[str, pd.DataFrame]) -> Result:
    """Collect what the report says from a run.

    Parameters
    ----------
    dataset : xarray.Dataset
        As `results.dataset` makes it.
    record : Record
    plan : Plan
        For the values of one unit of effect and the comparator.
    tables : mapping of str to DataFrame
        See `render_report`; ``decision`` is needed if the plan has a decision.

    Returns
    -------
    Result
    """
    from wellbeva.analysis.headline import answer
    from wellbeva.analysis.tables.decision import unpriced

    decision, view, scenario = plan.decision, decision_view(dataset), record.scenario
    names = list(decision.options) if decision else []
    reference = names[decision.comparator] if decision and decision.comparator >= 0 else ""
    no_cost_given = unpriced(dataset, record)
    options = tuple(_Reader(dataset, record, view, tables["decision"], no_cost_given).options()) if view else ()
    grades = {option.name: option.evidence for option in options}
    return Result(
        title=scenario.title,
        question=scenario.question,
        choose=scenario.choose,
        currency=plan.currency,
        price_year=plan.price_year,
        draws=draws_counted(dataset.attrs),
        left_out=int(dataset.attrs["draws"]) - draws_counted(dataset.attrs),
        outside=int(dataset.attrs.get("outside_draws", 0)),
        comparator=label_of(record, scenario.comparator),
        reference=reference,
        options=options,
        order=tuple(tables["decision"]["option"]) if decision else (),
        beats=_Beats(dataset, names),
        found=answer(dataset, grades=grades, no_cost_given=no_cost_given),
        levels=decision.levels if decision else (),
        values=decision.values if decision else (),
        value=decision.values[decision.central] if decision and decision.values else math.nan,
        budget=math.nan if record.budget is None else record.budget,
        effect_unit=decision.effect_unit if decision else "",
        provisional=record.provisional,
        not_counted=scenario.not_counted,
        uncertain=any(given_input.element for given_input in record.inputs),
        fixed=sum(
            1
            for given_input in record.inputs
            if not given_input.element and math.isfinite(given_input.base) and given_input.layer != "default"
        ),
        place_words="of one place" if scenario.model.named("cost_of_place") in dataset else "for each person who gains",
        cost_words="less savings and other benefits" if "decision_net_cost" in dataset else "less savings",
        perspective=scenario.whose_costs,
    )


def uncontrolled(record: Record, inputs: Sequence[Input]) -> bool:
    """Whether the effect of an option with these inputs rests on a study without a comparison group.

    The scenario says so itself where its model has a switch for it. Else the kind of study that the effect's
    source declares says so, or says otherwise; where it declares none, a grade of initial or below does, because the
    rule of grading gives it to before-and-after studies and survey links; so does a number after `--set`.

    Parameters
    ----------
    record : Record
    inputs : sequence of Input
        Of one option, as `analysis.evidence.inputs_by_option` returns them.
    """
    declared = [one.original.written for one in inputs if "controlled" in one.roles and one.layer != "default"]
    effects = effect_inputs(inputs)
    compared = [group for one in effects for group in comparisons(record, one)]
    return without_comparison(declared, compared, [one.evidence or one.layer for one in effects])


def comparisons(record: Record, given: Input) -> list[bool | None]:
    """Return of each study behind a number whether it had a comparison group; None where its design is in prose.

    Parameters
    ----------
    record : Record
    given : Input
    """
    from wellbeva.compiler.checks.study_design import studies_behind

    return [STUDY_KINDS.get(study.kind) for study in studies_behind(record.scenario, given) if study.design]


def spread_of(array: xr.DataArray) -> Spread:
    """Read a Spread from an array over ``statistic`` alone."""
    return spread_at([str(name) for name in array["statistic"].values], array.values)


def spread_at(statistics: Sequence[str], values: Iterable[float]) -> Spread:
    """Make a Spread of what a cell holds.

    Parameters
    ----------
    statistics : sequence of str
    values : iterable of float [any unit]
        One for each statistic.
    """
    at = {name: float(value) for name, value in zip(statistics, values, strict=True)}
    wanted = ("mean", "q05", "q25", "q75", "q95", "sd", "mcse")
    return Spread(*(at.get(name, math.nan) for name in wanted))


class _Reader:
    """Reads the numbers of each option, against the comparator."""

    def __init__(
        self,
        dataset: xr.Dataset,
        record: Record,
        view: DecisionView,
        table: pd.DataFrame,
        no_cost_given: frozenset[str],
    ) -> None:
        self.dataset, self.record, self.view, self.no_cost_given = dataset, record, view, no_cost_given
        self.rows = {str(row["option"]): row for row in table.to_dict("records")}
        self.evidence: Mapping[str, Evidence] = table.attrs["evidence"]
        self.declared = {option.name: option for option in record.scenario.options}
        self.inputs = inputs_by_option(record)
        effect, cost, per_1000 = map(self.spreads, ("decision_effect", "decision_cost", "decision_per_1000"))
        self.effect, self.cost, self.per_1000 = effect, cost, per_1000
        self.net = [self.spreads("decision_net_benefit", level) for level in range(len(view.levels))]

    def options(self) -> Iterator[OptionFacts]:
        for index, name in enumerate(self.view.options):
            yield self.option(index, name)

    def option(self, index: int, name: str) -> OptionFacts:
        declared, row, view = self.declared, self.rows[name], self.view
        nothing = name == NOTHING and name not in declared
        net = tuple(spreads[name] for spreads in self.net)
        return OptionFacts(
            name=name,
            label=DOING_NOTHING if nothing else declared[name].label or name,
            head=label_of(self.record, name),
            short=DOING_NOTHING if nothing else option_names(self.record.scenario)[name][1],
            doc=declared[name].doc if name in declared else "",
            effect=self.effect[name],
            cost=self.cost[name],
            per_1000=self.per_1000[name],
            net=net[view.central] if net else Spread(math.nan),
            net_by_level=tuple(one.mean for one in net),
            no_benefit=row["prob_no_benefit"],
            # What nobody gave a cost for can be worth none.
            worth_it=math.nan if name in self.no_cost_given else row["prob_worth_it"],
            best=row["prob_best"],
            evidence=self.evidence[name].grade,
            evidence_note=self.evidence[name].note,
            uncontrolled=not nothing and uncontrolled(self.record, self.inputs.get(name, ())),
            place_cost=_place_cost(self.dataset, self.record, name),
            cost_per_wellby=row["cost_per_wellby"],
            bcr=row["bcr"],
            status=row["status"],
            nothing=nothing,
            paid=row["cost"],
            saved=row["savings"],
            other=row["other_benefits"],
            own_effect=row["own_wellbys"],
            own_cost=row["own_cost"],
            unpriced=name in self.no_cost_given,
            gains=bool(view.gaining[index]),
            loses=bool(view.losing[index]),
            saves=bool(view.saving[index]),
            repays=bool(view.repaying[index]),
        )

    def spreads(self, variable: str, level: int = 0) -> Mapping[str, Spread]:
        """Read mean and quantiles of a variable of all options."""
        array = _at(self.dataset[variable], level).transpose("decision_option", "statistic")
        names = [str(value) for value in array["decision_option"].values]
        statistics = [str(value) for value in array["statistic"].values]
        return dict(zip(names, (spread_at(statistics, values) for values in array.values), strict=True))


def of_draws(mean: float, drawn: Any) -> Spread:
    """Make a Spread from kept draws around a mean over all draws.

    Parameters
    ----------
    mean : float
    drawn : array (draw,) [unit of the mean]

    Returns
    -------
    Spread
        Without a standard error.
    """
    low, quarter, three, high = (float(one) for one in np.quantile(drawn, [0.05, 0.25, 0.75, 0.95]))
    return Spread(mean, low, quarter, three, high, float(np.std(drawn)))


def _at(array: xr.DataArray, level: int) -> xr.DataArray:
    for axis in ("level", "decision_level"):
        if axis in array.dims:
            return array.isel({axis: level})
    return array


def _place_cost(dataset: xr.Dataset, record: Record, name: str) -> float:
    for variable in map(record.scenario.model.named, ("cost_of_place", "cost_per_person")):
        known = variable in dataset and dataset[variable].dims == ("statistic", "option")
        if known and name in dataset.indexes["option"]:
            return spread_of(dataset[variable].sel(option=name)).mean
    return math.nan


class _Beats(Mapping[tuple[str, str], float]):
    """Shares of draws in which one option is ahead of another, by their names; ties are shared equally."""

    def __init__(self, dataset: xr.Dataset, names: Sequence[str]) -> None:
        self._dataset = dataset
        self._at = {name: place for place, name in enumerate(names)}

    def __getitem__(self, pair: tuple[str, str]) -> float:
        return share_ahead(self._dataset, *(self._at[name] for name in pair))[0]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return product(self._at, self._at)

    def __len__(self) -> int:
        return len(self._at) ** 2
