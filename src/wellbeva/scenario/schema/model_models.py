"""The shape of model files: which keys there are and what kind of thing each holds, as `file_models` of scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, Discriminator, Field, Tag

from wellbeva.scenario.schema.file_models import CLOSED, Label, Name, Names, Spread, Text, ValueText, shape_of


class _File(BaseModel):
    model_config = CLOSED


class AxisFile(_File):
    """An axis of the model's own: `level: {labels: [low, central, high], doc: value of a WELLBY}`."""

    doc: Text | None = None
    """What its labels are: `doc: who pays`."""
    labels: list[Label] | None = None
    """Labels in order, where the model fixes them: `labels: [low, central, high]`."""
    unit: Text | None = None
    """Unit of a ladder, an axis whose labels are rising numbers: `unit: year`."""


class ParameterFile(_File):
    """A number, switch or choice the scenario gives: `take_up: {unit: share, by: [option, group], doc: those who
    start}`.
    """

    unit: Text | None = None
    """Unit of a number: `unit: GBP/person/year`."""
    switch: Literal["true", "false"] | None = None
    """Makes it true or false; what stands here holds unless the scenario says otherwise: `switch: false`."""
    choice: list[Name] | None = None
    """Makes it one of these labels: `choice: [linear, flat]`."""
    by: Names | None = None
    """Axes it varies by, one or several: `by: [option, group]`."""
    default: Text | None = None
    """Holds unless the scenario says otherwise; only where the field has one: `default: 100%`."""
    bounds: Annotated[list[Text], Field(min_length=2, max_length=2)] | None = None
    """Lowest and highest believable value, `none` for an open end: `bounds: [0, none]`."""
    spread: Spread | None = None
    """Family of `a (b to c)`, where the unit does not say it: `spread: normal`."""
    filled_by: Literal["appraisal", "budget"] | None = Field(None, alias="from")
    """Who fills it, the appraisal or the scenario's budget: `from: appraisal`."""
    doc: Text | None = None
    """What it is, in a few words: `doc: those offered who start`."""
    short: Text | None = None
    """Its name in a sentence, after "the"; also its `doc` if there is none: `short: gain of one person`."""


class EquationFile(_File):
    """An equation with a word of explanation: `{is: people * take_up, unit: person, doc: those who start}`."""

    expression: Text = Field(alias="is")
    """The expression: `is: sum(reached * gain * step, over=[group, time])`."""
    unit: Text | None = None
    """Its unit, which is checked: `unit: WELLBY`."""
    doc: Text | None = None
    """What it is, in a few words: `doc: gained by those reached`."""


class DecisionFile(_File):
    """Expressions the decision rests on: `{effect: wellbys, cost: net_cost, value: wellby_value}`."""

    effect: Text | None = None
    """Effect of an option: `effect: wellbys`."""
    cost: Text | None = None
    """Cost of an option: `cost: net_cost`."""
    value: Text | None = None
    """Value of one unit of effect, certain: a parameter, or a product, quotient, sum or difference of such parameters
    and equations of them: `value: wellby_value`."""
    other_benefits: Text | None = None
    """Benefits in money beside the effect, taken off the cost for net benefit, but not for what a pound buys:
    `other_benefits: other_benefit`.
    """


@dataclass(frozen=True, slots=True)
class Role:
    """What can have a role.

    Parameters
    ----------
    taker : {"switch", "choice", "equation", "number"}
        ``number``: a parameter that is a number, or an equation.
    usual : str
        Names that have it where their file gives it to none, as a regular expression.
    single : bool
        Whether one name alone has it.
    """

    taker: Literal["switch", "choice", "equation", "number"]
    usual: str
    single: bool = False


_Named = Names | None


class RolesFile(_File):
    """What names of the model stand for, of which checks and reports ask: `{gain: effect, cost: [fee, cost_once]}`."""

    gain: Annotated[_Named, Role("number", "effect")] = None
    """What one person gains, as a study found it: `gain: effect`."""
    gain_lasts: Annotated[_Named, Role("number", "hold|duration|years|lasts")] = None
    """How long the gain lasts: `gain_lasts: hold`."""
    gain_believed: Annotated[_Named, Role("number", "believed", single=True)] = None
    """The share of the gain that is left after corrections of the study: `gain_believed: believed`."""
    gain_of: Annotated[_Named, Role("choice", "gain_of", single=True)] = None
    """A choice that says whose gain the study measured: `gain_of: gain_of`."""
    counted: Annotated[_Named, Role("choice", "places_for", single=True)] = None
    """A choice that says who the people counted are: `counted: places_for`."""
    gain_of_volunteer: Annotated[_Named, Role("number", "volunteer.*")] = None
    """What a volunteer gains, apart from those helped: `gain_of_volunteer: volunteer_effect`."""
    change_of_measure: Annotated[_Named, Role("number", "change_of_measure")] = None
    """What one person gains in points of another measure, by `measure`, or in SDs: `change_of_measure: change`."""
    slope_of_measure: Annotated[_Named, Role("number", "slope_of_measure", single=True)] = None
    """Life satisfaction for one point of another measure, by `measure`: `slope_of_measure: ls_per_point`."""
    level: Annotated[_Named, Role("number", "baseline.*")] = None
    """Life satisfaction that is a level and not a gain: `level: baseline`."""
    neutral_level: Annotated[_Named, Role("number", "neutral")] = None
    """The level that a life saved is held against; where it is given, gains are levels: `neutral_level: neutral`."""
    controlled: Annotated[_Named, Role("switch", "controlled", single=True)] = None
    """A switch that says that the study has a comparison group: `controlled: controlled`."""
    deadweight: Annotated[_Named, Role("number", "deadweight|reference")] = None
    """What is taken off for what would have happened anyway: `deadweight: deadweight`."""
    deadweight_of_places: Annotated[_Named, Role("number", "participation_deadweight", single=True)] = None
    """What is taken off for who would have done something similar: `deadweight_of_places: participation_deadweight`."""
    cost: Annotated[_Named, Role("number", "(?!(?:.*_)?net(?:_|$))(?:.*_)?cost(?:_.*)?")] = None
    """Numbers that say what is paid: `cost: [cost_once, cost_per_year]`."""
    saving: Annotated[_Named, Role("number", "saving.*")] = None
    """Numbers that say what is saved: `saving: saving_per_year`."""
    value_growth: Annotated[_Named, Role("number", "wellby_growth", single=True)] = None
    """By how much the value of a WELLBY grows each year: `value_growth: wellby_growth`."""
    group_income: Annotated[_Named, Role("number", "group_income", single=True)] = None
    """The income of a group: `group_income: group_income`."""
    hurdle: Annotated[_Named, Role("number", "(?:.*_)?hurdle(?:_.*)?")] = None
    """What a WELLBY costs elsewhere, which is not a value of it: `hurdle: hurdle`."""
    total_cost: Annotated[_Named, Role("equation", "cost", single=True)] = None
    """What is paid in all, savings not taken off: `total_cost: cost`."""
    total_saving: Annotated[_Named, Role("equation", "saving", single=True)] = None
    """What is saved in all: `total_saving: saving`."""
    benefit_cost_ratio: Annotated[_Named, Role("equation", "bcr", single=True)] = None
    """Benefits over costs: `benefit_cost_ratio: bcr`."""
    below_hurdle: Annotated[_Named, Role("equation", "below_hurdle", single=True)] = None
    """Whether a WELLBY costs less than the hurdle: `below_hurdle: below_hurdle`."""
    beyond_hurdle: Annotated[_Named, Role("equation", "wellbys_net", single=True)] = None
    """What is gained beyond what the money gains at the hurdle: `beyond_hurdle: wellbys_net`."""
    cost_of_place: Annotated[_Named, Role("equation", "cost_of_place", single=True)] = None
    """What one place costs: `cost_of_place: cost_of_place`."""
    cost_per_person: Annotated[_Named, Role("equation", "cost_per_reached", single=True)] = None
    """What each person who gains costs: `cost_per_person: cost_per_reached`."""
    public_cost: Annotated[_Named, Role("equation", "public_cost", single=True)] = None
    """What public bodies pay: `public_cost: public_cost`."""
    volunteers: Annotated[_Named, Role("number", "volunteers", single=True)] = None
    """How many volunteers an option needs: `volunteers: volunteers`."""
    volunteer_cost: Annotated[_Named, Role("equation", "volunteer_cost", single=True)] = None
    """What the time of volunteers is worth: `volunteer_cost: volunteer_cost`."""
    cash_by_period: Annotated[_Named, Role("equation", "cash_by_period", single=True)] = None
    """What is paid in each period, by payer, not discounted: `cash_by_period: cash_by_period`."""
    saving_by_period: Annotated[_Named, Role("equation", "saving_by_period", single=True)] = None
    """What is saved in each period, by body: `saving_by_period: saving_by_period`."""
    gain_by_period: Annotated[_Named, Role("equation", "wellbys_by_period", single=True)] = None
    """What is gained in each period: `gain_by_period: wellbys_by_period`."""
    gain_per_person_by_group: Annotated[_Named, Role("equation", "wellbys_per_person_by_group", single=True)] = None
    """What each person of a group gains: `gain_per_person_by_group: wellbys_per_person_by_group`."""
    compensating_surplus: Annotated[_Named, Role("equation", "benefit_by_surplus", single=True)] = None
    """The benefit by compensating surplus: `compensating_surplus: benefit_by_surplus`."""
    group_share: Annotated[_Named, Role("equation", "group_share", single=True)] = None
    """The share of each group in all people: `group_share: group_share`."""
    low_line: Annotated[_Named, Role("number", "low_line", single=True)] = None
    """The answer below which people count as having low life satisfaction: `low_line: low_line`."""
    answers_before: Annotated[_Named, Role("equation", "answers_before", single=True)] = None
    """The share of each group that gives each answer, 0 to 10, before the offer: `answers_before: answers_before`."""
    share_gaining: Annotated[_Named, Role("equation", "share_gaining", single=True)] = None
    """The share of each group that gains: `share_gaining: share_gaining`."""
    gain_each: Annotated[_Named, Role("equation", "gain_each", single=True)] = None
    """What each of them gains if the scale has room: `gain_each: gain_each`."""
    gain_realised: Annotated[_Named, Role("equation", "gain_realised", single=True)] = None
    """What they gain on average within the scale: `gain_realised: gain_realised`."""
    level_before: Annotated[_Named, Role("equation", "level_before", single=True)] = None
    """The mean life satisfaction of each group before the offer: `level_before: level_before`."""
    level_after: Annotated[_Named, Role("equation", "level_after", single=True)] = None
    """The same while the gain is at its fullest: `level_after: level_after`."""
    level_net: Annotated[_Named, Role("equation", "level_net", single=True)] = None
    """The level of each group over the horizon, after opportunity cost: `level_net: level_net`."""
    ede_gain: Annotated[_Named, Role("equation", "ede_gain_(atkinson|kolm)")] = None
    """Gains in an equally distributed equivalent, each along a ladder of aversion: `ede_gain: ede_gain_kolm`."""
    equity_impact: Annotated[_Named, Role("equation", "equity_(atkinson|kolm)")] = None
    """These gains less the gain of all: `equity_impact: equity_kolm`."""
    quadrant: Annotated[_Named, Role("equation", "quadrant_(atkinson|kolm)")] = None
    """In which quadrant of the equity-efficiency plane an option lies, by `quadrant`: `quadrant: quadrant_kolm`."""


class CheckFile(_File):
    """A check of the numbers, and the sentence it says: `{warn_if: gain > 2, say: A gain above 2 points is
    large.}`.
    """

    fail_if: Text | None = None
    """Stops the run where it holds: `fail_if: share_left < 0`."""
    warn_if: Text | None = None
    """Warns where it holds: `warn_if: gain > 2`."""
    say: Text
    """The sentence it says: `say: A gain above 2 points is large.`"""
    remedy: Text = ""
    """What to do about it, as the message ends: `remedy: let time run longer`. Without it: change the inputs named."""
    change: Literal["time"] | None = None
    """Where the remedy asks for other periods, the message points at them: `change: time`."""


class ModelFile(_File):
    """A wellbeva model: equations without numbers."""

    version: Literal["wellbeva/model/1"] = Field(alias="schema")
    """Version of the format, on the first line: `schema: wellbeva/model/1`."""
    model: Name
    """Name, the same as the file's: `model: befriending` in `befriending.yaml`."""
    title: Text | None = None
    """Title: `title: A gain that rises, holds and fades`."""
    doc: Text | None = None
    """What the model says and where it comes from: `doc: After the guidance of 2021, annex 2.`"""
    kind: Literal["equations", "cohort", "tree", "individuals"] | None = None
    """`equations` (the default) or `cohort`; `tree` and `individuals` are not in this version: `kind: cohort`."""
    extends: Names | None = None
    """Models this one builds on, one or several: `extends: wellbeing_trajectory`."""
    replaces: list[Name] = []
    """Names of theirs that this one gives anew or drops: `replaces: [effect]`."""
    axes: dict[
        Name, Annotated[Annotated[Text, Tag("text")] | Annotated[AxisFile, Tag("map")], Discriminator(shape_of)]
    ] = {}
    """Axes of the model's own, words or a map: `payer: who pays`."""
    units: dict[Name, Text] = {}
    """Units of the model's own: `visit: one home visit`."""
    parameters: dict[Name, ParameterFile] = {}
    """What the scenario gives, by name: `take_up: {unit: share, by: option}`."""
    equations: dict[
        Name, Annotated[Annotated[Text, Tag("text")] | Annotated[EquationFile, Tag("map")], Discriminator(shape_of)]
    ] = {}
    """`expression in unit`, or a map with is, unit and doc: `reached: people * take_up in person`."""
    states: list[Name] = []
    """States of a cohort: `states: [healthy, sick, dead]`."""
    start: dict[Name, Text] = {}
    """Share of the cohort in each state at the first step: `start: {healthy: 1}`."""
    transitions: dict[str, Text] = {}
    """Chance of a move from one step to the next, by arrow: `healthy -> sick: p_fall_sick`. Equations read the chances
    as `move_chance` (by `state` and `to`) and the share in each state as `occupancy`; the flow of those who move in a
    step is `occupancy * move_chance`."""
    tree: dict[str, Text] | None = None
    """Arrows of a decision tree (not in this version): `start -> relieved: p_relief`."""
    people: ValueText | None = None
    """Traits, events and memory of individuals (not in this version): `{traits: {age: uniform}}`."""
    outcomes: list[Name] = []
    """Names that are kept and reported: `outcomes: [wellbys, net_cost]`."""
    decision: DecisionFile | None = None
    """What the decision rests on: `{effect: wellbys, cost: net_cost, value: wellby_value}`."""
    break_even: dict[Name, Name] = {}
    """The value of the left that makes the right zero: `{hold: npsv}`."""
    show_on_and_off: list[Name] = []
    """Switches whose effect is always shown: `show_on_and_off: [publication_bias_on]`."""
    needs: dict[Name, list[Label]] = {}
    """Labels that equations name, so that a scenario must have them: `{option: [parks, trust_only]}`."""
    roles: RolesFile | None = None
    """Which names checks and reports take for what; usual names need not be said: `roles: {gain: effect}`."""
    checks: list[CheckFile] = []
    """Checks of the numbers, and what they say: `- {warn_if: gain > 2, say: A gain above 2 points is large.}`"""
