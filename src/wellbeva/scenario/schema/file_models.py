"""The shape of scenario and model files: which keys there are and what kind of thing each holds.

These models check shape and generate the JSON Schema that editors use, which takes the words under each key. What
stands inside a text value is read by `grammar`, which knows columns; every scalar reaches these models as text (FORMAT
R27).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

from wellbeva.distributions.families import MEAN_FAMILIES


def _kind(value: Any) -> str:
    """Distinguish a text, a map and a list, so that only one shape is tried and reported."""
    return "map" if isinstance(value, dict | BaseModel) else "list" if isinstance(value, list | tuple) else "text"


Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Label = Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9_]{0,39}|-?[0-9]{1,9}(\.[0-9]{1,6})?)$")]
Path = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_-]+)*$", max_length=200)]
Year = Annotated[str, StringConstraints(pattern=r"^(19|20)[0-9]{2}$")]
Step = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,5}$")]
Grade = Literal["strong", "promising", "initial", "assumed"]
Currency = Literal["GBP", "USD", "EUR"]

if TYPE_CHECKING:
    Spread: TypeAlias = str
    # mypy follows no recursive alias through Annotated; what it needs to know is this.
    ValueText: TypeAlias = str | dict[str, Any] | list[Any]
else:
    Spread = Literal[MEAN_FAMILIES]
    from typing_extensions import TypeAliasType

    ValueText = TypeAliasType(
        "ValueText",
        Annotated[
            Annotated[str, Tag("text")]
            | Annotated[dict[str, "ValueText"], Tag("map")]
            | Annotated[list["ValueText"], Tag("list")],
            Discriminator(_kind),
        ],
    )
"""A value as a paper prints it, the long form, or a map along axes with `by`."""

Names = Annotated[Annotated[Name, Tag("text")] | Annotated[list[Name], Tag("list")], Discriminator(_kind)]
Labels = Annotated[Annotated[list[Label], Tag("list")] | Annotated[dict[Label, Text], Tag("map")], Discriminator(_kind)]


# Every part would build a validator of its own when it is imported, and only those of whole files are used.
_OPEN = ConfigDict(extra="allow", frozen=True, defer_build=True)
_CLOSED = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class _File(BaseModel):
    model_config = _CLOSED


class TimeFile(_File):
    """The steps of the run; both ends are included: `{step: year, from: 0, to: 9, starts: 2026}`."""

    step: Literal["year", "quarter", "month", "week"] = "year"
    """Length of one step, `year` unless said: `step: month`."""
    first: Step = Field(alias="from")
    """First step, usually 0: `from: 0`."""
    last: Step = Field(alias="to")
    """Last step, included in the run: `to: 9` after `from: 0` makes ten steps."""
    starts: Year | None = None
    """Calendar year in which step 0 begins, for rules that change by date: `starts: 2026`."""


class AppraisalFile(_File):
    """Rules of appraisal, a preset and the parts that are overridden: `{preset: green-book-2026, prices: 2025}`."""

    preset: str | None = None
    """Name of a preset, whose parts hold unless this map gives them: `preset: green-book-2026`."""
    prices: Year | None = None
    """Price year of all money; sums of other years are converted by the deflator: `prices: 2023`."""
    currency: Currency | None = None
    """Currency of all results, `GBP` unless said: `currency: USD`."""
    exchange: dict[str, str] = {}
    """Exchange rates as the source prints them, in either direction: `{GBP per USD: 0.8}`."""
    discount: dict[Literal["money", "wellbeing", "health"], ValueText] = {}
    """Yearly rate, or the name of a schedule, for each kind of flow: `{money: green-book-standard, wellbeing:
    1.5%}`."""
    wellby_value: ValueText | None = None
    """Value of one WELLBY, one amount or three levels: `£13,000`, or `{low: "£10,000", central: "£13,000", high:
    "£16,000"}`; `uprate` beside them raises it to `prices` by real GDP per head, and by the deflator: `{central:
    "£13,000 in 2019 prices", uprate: {gdp_per_head: {2019: 100, 2023: 100.7}, elasticity: 1.3}}`."""
    calendar: dict[Literal["days_per_year", "weeks_per_year"], str] = {}
    """Days or weeks in a year, where the source counts its own way: `{days_per_year: 365}`."""
    deflator: dict[Year, str] = {}
    """Years added to the deflator, or replaced, on the base of the preset's series: `{2026: 103.1}`."""
    discount_within_year: Literal["continuous"] | None = None
    """Discount within the year too, instead of by whole years: `discount_within_year: continuous`."""
    evidence_adjustment: Literal["none", "widen", "shrink", "optimism"] | None = None
    """What the grade of its evidence does to a gain: `none` (the default), `widen` its spread, `shrink` it towards no
    effect, or `optimism`, the published corrections of gains and costs: `evidence_adjustment: shrink`."""


class OptionFile(BaseModel):
    """One option: its words, and any parameter of the model: `visits: {label: Weekly visits, people: 120, take_up:
    70%}`.
    """

    model_config = _OPEN
    __pydantic_extra__: dict[str, ValueText] = Field(init=False)

    label: Text | None = None
    """Words for people, shown in tables and figures: `label: Weekly befriending visits`."""
    short: Text | None = None
    """Words for it inside sentences, where the label is long: `short: weekly visits`."""
    doc: Text | None = None
    """What is offered, in a sentence: `doc: An hour a week with a trained volunteer.`"""


class GroupFile(BaseModel):
    """One group: its words, and any parameter of the model that varies by group: `young: {label: Under 30, people:
    90}`.
    """

    model_config = _OPEN
    __pydantic_extra__: dict[str, ValueText] = Field(init=False)

    label: Text | None = None
    """Words for people, shown in tables and figures: `label: Under 30`."""
    doc: Text | None = None
    """Who they are, in a sentence: `doc: Pupils of the two schools.`"""


class TableFile(_File):
    """A table with headings as its author published them: `{file: life_table.csv, columns: {age: Age, rate_die:
    Rate}}`.
    """

    file: Text
    """CSV file or Excel workbook (.xlsx) beside the scenario or in the folder above; of draws, a Parquet file too:
    `file: costs.csv`."""
    sheet: Text | None = None
    """Sheet of an Excel workbook; the first one that is not hidden unless named: `sheet: Costs 2023`."""
    columns: dict[str, Text] = {}
    """Ours: theirs; other columns are not read: `{age: Age, rate_die: Rate}`."""
    rows: Text | None = None
    """The axis whose labels the rows are, in order, where no column holds labels: `rows: time`; `rows: draw` holds
    joint draws."""
    source: Text | None = None
    """Of joint draws, keys of sources with the place in them: `source: trial Appendix 3`."""


Group = Annotated[Annotated[Text, Tag("text")] | Annotated[GroupFile, Tag("map")], Discriminator(_kind)]
Tables = list[Annotated[Annotated[Text, Tag("text")] | Annotated[TableFile, Tag("map")], Discriminator(_kind)]]
Appraisal = Annotated[Annotated[Text, Tag("text")] | Annotated[AppraisalFile, Tag("map")], Discriminator(_kind)]


class VariantFile(BaseModel):
    """A named variant: words, and overrides by dotted path: `long: {label: Gains last longer, hold.visits: 24
    months}`.
    """

    model_config = _OPEN
    __pydantic_extra__: dict[str, ValueText] = Field(init=False)

    label: Text | None = None
    """Words for people, shown in tables and figures: `label: Gains last longer`."""
    note: Text | None = None
    """Why this variant is looked at: `note: The guidance of 2021 says two years.`"""
    parents: Names | None = Field(None, alias="from")
    """Variants whose overrides come first: `from: [long, cheap]`."""
    options: list[Name] | None = None
    """Options kept in the decision and the report, while equations still see all: `options: [visits]`."""
    tables: Tables | None = None
    """Tables that override what the scenario says: `tables: [people_2030.csv]`."""
    correlations: dict[str, ValueText] | None = None
    """Correlations that are added, or that replace those of the same pair: `{take_up.visits with completion.visits:
    0}`."""


class SourceFile(_File):
    """Where numbers come from; a value names its key: `trial: {cite: Smith (2023), evidence: strong}`, then `0.30
    [trial Table 2]`.
    """

    cite: Text | None = None
    """Reference, as a list of references prints it: `cite: Smith and Jones (2023) Gardens and wellbeing`."""
    link: Text | None = None
    """Address where it can be read: `link: https://doi.org/10.1000/182`."""
    design: Text | None = None
    """Kind of study (trial, natural experiment, matched comparison, before and after, survey link or judgement), and
    any detail after a semicolon: `design: trial; 146 people on a waiting list`.
    """
    evidence: Grade | None = None
    """Strength of evidence, which every number of this source has unless it says otherwise; if left out, it follows
    from the kind of study and what is declared of it: `evidence: promising`."""
    licence: Text | None = None
    """Licence of the data: `licence: OGL 3.0`."""
    status: Literal["recalled"] | None = None
    """`status: recalled` (from memory, not checked) makes every output that uses it provisional."""
    note: Text | None = None
    """Anything a reader should know: `note: Second edition; table 3 has a misprint.`"""
    covers: Literal["all"] | None = None
    """`covers: all` makes this the source of every number that names none."""
    compares: Literal["people", "areas", "volunteers"] | None = None
    """Whom the study compares: `compares: areas` where its numbers are means of districts or wards, which may be a
    baseline and never what one person gains; `compares: volunteers` where it measured those who help.
    """
    prices: Year | None = None
    """Price year of its sums of money that name none: `prices: 2021`."""
    follow_up: Text | None = None
    """How long its study followed people, past which nobody measured how much of the gain was left: `follow_up: 12
    months`."""
    n: Text | None = None
    """People whose answers its study analysed, in all arms together: `n: 146`."""
    attrition: Text | None = None
    """Share of those who began its study and were lost before the last measurement: `attrition: 12%`."""
    blinded: Literal["true", "false"] | None = None
    """Whether whoever answered, or judged, did not know who took part: `blinded: false`."""
    consistent: Literal["true", "false"] | None = None
    """Whether its studies, or its sites, agree: `consistent: false`."""
    direct: Literal["true", "false"] | None = None
    """Whether it studied this offer, people like these, and wellbeing itself: `direct: false`."""


class AreaFile(_File):
    """A place in the United Kingdom, from whose published figures baseline, population and groups are taken: `{code:
    Liverpool, year: 2022-23}`.
    """

    code: Text
    """Code or name of the area: `code: E08000012`."""
    year: Text | None = None
    """Year of the wellbeing, from April to March, the last one if left out: `year: 2022-23`."""
    groups: Literal["deprivation fifths"] | None = None
    """Makes the fifths of England's neighbourhoods that are found in the area the groups: `groups: deprivation
    fifths`."""
    take: Names | None = None
    """What is taken, `baseline`, `population` or both, if not all that the model has: `take: baseline`."""
    mean: Literal["shrunk", "published"] | None = None
    """Average `shrunk` towards that of its peers (the default), or as `published`: `mean: published`."""


Area = Annotated[Annotated[Text, Tag("text")] | Annotated[AreaFile, Tag("map")], Discriminator(_kind)]


class ScaleFile(_File):
    """An offer that is bought by the place: `{places: 200, least: 50, most: 400}`."""

    places: Text
    """Places that it has as the scenario describes it: `places: 200`."""
    least: Text | None = None
    """Fewest places that can be bought, if any are; 1 without it: `least: 50`."""
    most: Text | None = None
    """Most places that can be bought; those described without it: `most: 400`."""


class PortfolioFile(_File):
    """How offers may be bought together, which no model can derive: `{budgets: [£1m], needs: {visits: usual_care}}`."""

    budgets: list[Text] = []
    """Sums of money to spend; without them `budget`, and two and five times as much: `budgets: [£1m, £2m, £5m]`."""
    offers: dict[Name, ScaleFile] = {}
    """Offers that are bought by the place; any other is bought whole: `{visits: {places: 200, most: 400}}`."""
    not_together: list[list[Name]] = []
    """Offers of which at most one is bought: `[[visits, usual_care]]`."""
    needs: dict[Name, Names] = {}
    """An offer, and those without which it is not bought: `{visits: usual_care}`."""
    at_least: dict[Path, Text] = {}
    """What all that is bought must come to, by outcome: `{wellbys_by_group.old: 20 WELLBY}`."""
    at_most: dict[Path, Text] = {}
    """What it may come to: `{cost: £300k}`."""
    within_budget: Text | None = None
    """Share of futures in which the purchase must cost no more than the budget; without it, on average:
    `within_budget: 90%`."""


class StudyFile(_File):
    """A study that could be done before the choice: `{label: A trial, measures: take_up.visits, design: trial, people:
    [100, 400], sd: 40%}`.
    """

    label: Text
    """Words for it: `label: A trial of visits`."""
    measures: Path
    """The uncertain number that it measures, by its dotted path: `measures: take_up.visits`."""
    design: Literal["trial", "survey", "share"]
    """`trial`: two arms of equal size, whose means differ by the number; `survey`: the mean of one group of people;
    `share`: how many of them: `design: trial`."""
    people: Annotated[list[Text], Field(min_length=1, max_length=20)]
    """Sizes to consider, the smallest first; of a trial in each arm: `people: [100, 200, 400]`."""
    sd: Text | None = None
    """Standard deviation of what is measured between people, in the unit of the number; a share has none: `sd: 40%`."""
    cost: Text | None = None
    """What the study costs however large it is: `cost: £80k in 2023 prices`."""
    cost_each: Text | None = None
    """What each person in it costs besides: `cost_each: £150 in 2023 prices`."""
    reports_after: Text | None = None
    """How long it takes until it reports; decisions before then do not gain: `reports_after: 18 months`."""


class DecisionsFile(_File):
    """How often a decision like this one is taken: `{per_year: 12, years: 8 years}`."""

    per_year: Text
    """Decisions like this one, each as large as the scenario describes it, a year: `per_year: 12`."""
    years: Text
    """How long such decisions will be taken from now on: `years: 8 years`."""


class ScenarioFile(_File):
    """A wellbeva scenario: options, groups, and numbers with their sources."""

    version: Literal["wellbeva/scenario/1"] = Field(alias="schema")
    """Version of the format, on the first line: `schema: wellbeva/scenario/1`."""
    scenario: Text
    """Title: `scenario: Easing loneliness in later life`."""
    question: Text | None = None
    """The question answered: `question: Which offer gives most for the money?`"""
    model: Name
    """Name of a model file, from `models/` beside the scenario or above it, or from wellbeva: `model:
    wellbeing_trajectory`."""
    extends: Text | None = None
    """Another scenario that this one builds on, beside it or in the folder above; this file's keys win: `extends:
    parks.yaml`."""
    appraisal: Appraisal
    """The rules of appraisal, a preset's name or a map of parts: `appraisal: green-book-2026`."""
    prices: Year | None = None
    """Price year of every sum of money that names none and whose source names none; results stay in the appraisal's
    prices: `prices: 2021`."""
    time: TimeFile | None = None
    """Steps of the run, both ends included; one year without it: `time: {step: year, from: 0, to: 9}`."""
    comparator: Name = "nothing"
    """The option all others are compared with; `nothing` adds one without cost or effect: `comparator: usual_care`."""
    choose: Literal["one", "several"]
    """`choose: one` of rivals, or `choose: several` offers of which any set may be bought; it decides what may be
    said."""
    options: dict[Name, OptionFile] = {}
    """What can be chosen, each with its words and its own numbers: `visits: {label: Weekly visits, people: 120}`."""
    groups: dict[Name, Group] = {}
    """Groups of people, words or a map with what is known of each: `{young: Under 30, old: 30 and over}`."""
    axes: dict[Name, Labels] = {}
    """Labels of the model's own axes: `{payer: [council, nhs]}`."""
    area: Area | None = None
    """A place whose average life satisfaction and population are the weakest numbers of `baseline` and `population`:
    `E08000012`, or `{code: Liverpool, year: 2022-23, groups: deprivation fifths}`."""
    values: dict[Path, ValueText] = {}
    """Parameters that are the same for every option, by name or dotted path; an option's own value wins: `hold: 9
    months [trial]`."""
    tables: Tables = []
    """CSV files or Excel workbooks with numbers, each a path or a map: `[costs.csv, {file: life.xlsx, columns: {age:
    Age}}]`."""
    people: dict[str, str] | None = None
    """Simulated people (not in this version): `{simulated: 4000}`."""
    correlations: dict[str, ValueText] | None = None
    """Pairs of values that move together, by Spearman's rank correlation: `take_up.visits with completion.visits: 0.3
    [assumed]`."""
    variants: dict[Name, VariantFile] = {}
    """Named variants, each a few overrides by dotted path: `long: {label: Gains last longer, hold.visits: 24
    months}`."""
    structures: dict[Name, Text] | None = None
    """Variants of which one is right, and how likely each is, with `choose: one`; `wellbeva analyse` averages over
    them: `structures: {as_written: 60%, long: 40%}`."""
    budget: ValueText | None = None
    """Money at which offers are compared, with `choose: several`: `budget: £1m`."""
    thresholds: Text | None = None
    """Values of one unit of effect that curves go through, with `choose: one`: `thresholds: £0 to £50k by £500`."""
    portfolio: PortfolioFile | None = None
    """How offers may be bought together, with `choose: several`: `{budgets: [£1m, £5m], not_together: [[visits,
    usual_care]]}`."""
    studies: Annotated[dict[Name, StudyFile], Field(max_length=20)] = {}
    """Studies that could be done before the choice, with `choose: one`: `{survey: {label: A survey, measures:
    take_up.visits, design: share, people: [100, 400]}}`."""
    known_together: Annotated[list[Annotated[list[Path], Field(min_length=1)]], Field(max_length=100)] = []
    """Uncertain numbers that one study would settle together, by dotted paths; a path without labels names all of
    them: `[[take_up.visits, completion.visits]]`."""
    decisions: DecisionsFile | None = None
    """How often a decision like this one is taken, with `choose: one`; without it once: `{per_year: 12, years: 8
    years}`."""
    uptake: dict[Name, Text] = {}
    """Share of such decisions in which each option is chosen today, with `choose: one`; the rest is the comparator's:
    `uptake: {visits: 30%}`."""
    not_counted: list[Text] = []
    """What is left out, sentences printed in the report: `- The time of carers.`"""
    sources: dict[Name, SourceFile] = {}
    """Where numbers come from, by the key that values name: `trial: {cite: Smith (2023), evidence: strong}`."""
    published: list[Text] = []
    """Outputs the source prints, checked by `wellbeva test`: `- bcr.central in long = 3.10 within 0.005`."""


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


class RolesFile(_File):
    """What names of the model stand for, of which checks and reports ask: `{gain: effect, cost: [fee, cost_once]}`."""

    gain: Names | None = None
    """What one person gains, as a study found it: `gain: effect`."""
    gain_lasts: Names | None = None
    """How long the gain lasts: `gain_lasts: hold`."""
    gain_believed: Names | None = None
    """The share of the gain that is left after corrections of the study: `gain_believed: believed`."""
    gain_of: Names | None = None
    """A choice that says whose gain the study measured: `gain_of: gain_of`."""
    counted: Names | None = None
    """A choice that says who the people counted are: `counted: places_for`."""
    gain_of_volunteer: Names | None = None
    """What a volunteer gains, apart from those helped: `gain_of_volunteer: volunteer_effect`."""
    change_of_measure: Names | None = None
    """What one person gains in points of another measure, by `measure`, or in SDs: `change_of_measure: change`."""
    slope_of_measure: Names | None = None
    """Life satisfaction for one point of another measure, by `measure`: `slope_of_measure: ls_per_point`."""
    level: Names | None = None
    """Life satisfaction that is a level and not a gain: `level: baseline`."""
    neutral_level: Names | None = None
    """The level that a life saved is held against; where it is given, gains are levels: `neutral_level: neutral`."""
    controlled: Names | None = None
    """A switch that says that the study has a comparison group: `controlled: controlled`."""
    deadweight: Names | None = None
    """What is taken off for what would have happened anyway: `deadweight: deadweight`."""
    deadweight_of_places: Names | None = None
    """What is taken off for who would have done something similar: `deadweight_of_places: participation_deadweight`."""
    cost: Names | None = None
    """Numbers that say what is paid: `cost: [cost_once, cost_per_year]`."""
    saving: Names | None = None
    """Numbers that say what is saved: `saving: saving_per_year`."""
    value_growth: Names | None = None
    """By how much the value of a WELLBY grows each year: `value_growth: wellby_growth`."""
    group_income: Names | None = None
    """The income of a group: `group_income: group_income`."""
    hurdle: Names | None = None
    """What a WELLBY costs elsewhere, which is not a value of it: `hurdle: hurdle`."""
    total_cost: Names | None = None
    """What is paid in all, savings not taken off: `total_cost: cost`."""
    total_saving: Names | None = None
    """What is saved in all: `total_saving: saving`."""
    benefit_cost_ratio: Names | None = None
    """Benefits over costs: `benefit_cost_ratio: bcr`."""
    below_hurdle: Names | None = None
    """Whether a WELLBY costs less than the hurdle: `below_hurdle: below_hurdle`."""
    beyond_hurdle: Names | None = None
    """What is gained beyond what the money gains at the hurdle: `beyond_hurdle: wellbys_net`."""
    cost_of_place: Names | None = None
    """What one place costs: `cost_of_place: cost_of_place`."""
    cost_per_person: Names | None = None
    """What each person who gains costs: `cost_per_person: cost_per_reached`."""
    public_cost: Names | None = None
    """What public bodies pay: `public_cost: public_cost`."""
    volunteers: Names | None = None
    """How many volunteers an option needs: `volunteers: volunteers`."""
    volunteer_cost: Names | None = None
    """What the time of volunteers is worth: `volunteer_cost: volunteer_cost`."""
    cash_by_period: Names | None = None
    """What is paid in each period, by payer, not discounted: `cash_by_period: cash_by_period`."""
    saving_by_period: Names | None = None
    """What is saved in each period, by body: `saving_by_period: saving_by_period`."""
    gain_by_period: Names | None = None
    """What is gained in each period: `gain_by_period: wellbys_by_period`."""
    gain_per_person_by_group: Names | None = None
    """What each person of a group gains: `gain_per_person_by_group: wellbys_per_person_by_group`."""
    compensating_surplus: Names | None = None
    """The benefit by compensating surplus: `compensating_surplus: benefit_by_surplus`."""


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
        Name, Annotated[Annotated[Text, Tag("text")] | Annotated[AxisFile, Tag("map")], Discriminator(_kind)]
    ] = {}
    """Axes of the model's own, words or a map: `payer: who pays`."""
    units: dict[Name, Text] = {}
    """Units of the model's own: `visit: one home visit`."""
    parameters: dict[Name, ParameterFile] = {}
    """What the scenario gives, by name: `take_up: {unit: share, by: option}`."""
    equations: dict[
        Name, Annotated[Annotated[Text, Tag("text")] | Annotated[EquationFile, Tag("map")], Discriminator(_kind)]
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
