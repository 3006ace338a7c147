"""The shape of scenario files: which keys there are and what kind of thing each holds; of model files, `model_models`.

These models check shape and generate the JSON Schema that editors use, which takes the words under each key. What
stands inside a text value is read by `grammar`, which knows columns; every scalar reaches these models as text (FORMAT
R27).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

from wellbeva.distributions.families import MEAN_FAMILIES


def shape_of(value: Any) -> str:
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
            Discriminator(shape_of),
        ],
    )
"""A value as a paper prints it, the long form, or a map along axes with `by`."""

Names = Annotated[Annotated[Name, Tag("text")] | Annotated[list[Name], Tag("list")], Discriminator(shape_of)]
_Places = Annotated[list[Text], Field(min_length=1, max_length=400), Tag("list")]
Places = Annotated[Annotated[Text, Tag("text")] | _Places, Discriminator(shape_of)]
Labels = Annotated[
    Annotated[list[Label], Tag("list")] | Annotated[dict[Label, Text], Tag("map")], Discriminator(shape_of)
]


# Every part would build a validator of its own when it is imported, and only those of whole files are used.
_OPEN = ConfigDict(extra="allow", frozen=True, defer_build=True)
CLOSED = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class _File(BaseModel):
    model_config = CLOSED


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


Group = Annotated[Annotated[Text, Tag("text")] | Annotated[GroupFile, Tag("map")], Discriminator(shape_of)]
Tables = list[Annotated[Annotated[Text, Tag("text")] | Annotated[TableFile, Tag("map")], Discriminator(shape_of)]]
Appraisal = Annotated[Annotated[Text, Tag("text")] | Annotated[AppraisalFile, Tag("map")], Discriminator(shape_of)]


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
    """A place in the United Kingdom whose published figures are taken: `{code: Liverpool, year: 2022-23}`."""

    code: Places
    """Code or name of the area; a list of them with `groups: areas`: `code: E08000012`."""
    year: Text | None = None
    """Year of the wellbeing, from April to March, the last one if left out: `year: 2022-23`."""
    groups: Literal["deprivation fifths", "own fifths", "age", "areas"] | None = None
    """Groups: England's fifths of neighbourhoods (`deprivation fifths`), the place's `own fifths`, `age` (16 to 64, 65
    and over), or several places (`areas`): `groups: own fifths`."""
    take: Names | None = None
    """What is taken, `baseline`, `population` or both, if not all that the model has: `take: baseline`."""
    mean: Literal["shrunk", "published"] | None = None
    """Average `shrunk` towards that of its peers (the default), or as `published`: `mean: published`."""


Area = Annotated[Annotated[Text, Tag("text")] | Annotated[AreaFile, Tag("map")], Discriminator(shape_of)]


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


class PerspectiveFile(_File):
    """How the decision is taken: `{perspective: council}`."""

    perspective: Name
    """The payer whose costs count, a label of the axis `payer` or `body`, or `everyone`: `perspective: council`."""


_First = Annotated[
    Annotated[Path, Tag("text")] | Annotated[dict[Path, Text], Field(min_length=1, max_length=1), Tag("map")],
    Discriminator(shape_of),
]


class PageFile(_File):
    """What a reader of the living page meets: `{first: {Offers: [effect, take_up: 20% to 80%]}}`."""

    first: Annotated[dict[Text, Annotated[list[_First], Field(min_length=1)]], Field(min_length=1, max_length=20)]
    """Inputs above all others, by group, as `--set` names them; a parameter's name covers all its numbers, and a range
    says from where to where the slider goes: `first: {Offers: [effect, take_up: 20% to 80%], Money: [cost_once]}`."""


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
    decision: PerspectiveFile | None = None
    """Whose costs count; everyone's without it: `{perspective: council}`."""
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
    page: PageFile | None = None
    """What a reader of the living page meets first: `{first: {Offers: [effect, take_up: 20% to 80%]}}`."""
    not_counted: list[Text] = []
    """What is left out, sentences printed in the report: `- The time of carers.`"""
    sources: dict[Name, SourceFile] = {}
    """Where numbers come from, by the key that values name: `trial: {cite: Smith (2023), evidence: strong}`."""
    published: list[Text] = []
    """Outputs the source prints, checked by `wellbeva test`: `- bcr.central in long = 3.10 within 0.005`."""
