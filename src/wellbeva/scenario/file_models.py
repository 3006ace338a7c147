"""The shape of scenario and model files: which keys there are and what kind of thing each holds.

These models check shape and generate the JSON Schema that editors use. What stands inside a text
value is read by `grammar`, which knows columns; every scalar reaches these models as text (FORMAT R27).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag


def _kind(value: Any) -> str:
    """Tell a text, a map and a list apart, so that only one shape is tried and reported."""
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
    # mypy follows no recursive alias through Annotated; what it needs to know is this.
    ValueText: TypeAlias = str | dict[str, Any] | list[str]
else:
    from typing_extensions import TypeAliasType

    ValueText = TypeAliasType(
        "ValueText",
        Annotated[
            Annotated[str, Tag("text")]
            | Annotated[dict[str, "ValueText"], Tag("map")]
            | Annotated[list[str], Tag("list")],
            Discriminator(_kind),
        ],
    )
"""A value as a paper prints it, the long form, or a map along axes with `by`."""

Names = Annotated[Annotated[Name, Tag("text")] | Annotated[list[Name], Tag("list")], Discriminator(_kind)]
Labels = Annotated[Annotated[list[Label], Tag("list")] | Annotated[dict[Label, Text], Tag("map")], Discriminator(_kind)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, title=None)


class TimeFile(_File):
    """The steps of the run; both ends are included."""

    step: Literal["year", "quarter", "month", "week"] = "year"
    """Length of one step."""
    first: Step = Field(alias="from")
    """First step, usually 0."""
    last: Step = Field(alias="to")
    """Last step."""
    starts: Year | None = None
    """Calendar year of step 0."""


class AppraisalFile(_File):
    """Rules of appraisal: a preset and the parts that are overridden."""

    preset: str | None = None
    """Name of a preset, for instance `green-book-2026`."""
    prices: Year | None = None
    """Price year of all money."""
    currency: Currency | None = None
    """Currency of all results."""
    exchange: dict[str, str] = {}
    """Exchange rates as the source prints them, `GBP per USD: 0.8`."""
    discount: dict[Literal["money", "wellbeing", "health"], ValueText] = {}
    """Yearly rate, or the name of a schedule, for each kind of flow."""
    wellby_value: ValueText | None = None
    """Value of one WELLBY: one amount, or low, central and high."""
    calendar: dict[Literal["days_per_year", "weeks_per_year"], str] = {}
    """Days or weeks in a year, where the source counts its own way."""
    deflator: dict[Year, str] = {}
    """Years added to the deflator, or replaced, on the base of the preset's series."""
    discount_within_year: Literal["continuous"] | None = None
    """Discount within the year too, instead of by whole years."""


class OptionFile(BaseModel):
    """One option: its words, and any parameter of the model."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True)
    __pydantic_extra__: dict[str, ValueText] = Field(init=False)

    label: Text | None = None
    """Words for people."""
    doc: Text | None = None
    """What is offered."""


class GroupFile(BaseModel):
    """One group: its words, and any parameter of the model that varies by group."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True)
    __pydantic_extra__: dict[str, ValueText] = Field(init=False)

    label: Text | None = None
    """Words for people."""
    doc: Text | None = None
    """Who they are."""


class TableFile(_File):
    """A table with headings as its author published them."""

    file: Text
    """CSV file beside the scenario or in the folder above."""
    columns: dict[str, Text] = {}
    """Ours: theirs; other columns are not read."""
    rows: Text | None = None
    """The axis whose labels the rows are, in order, where no column holds labels."""


Group = Annotated[Annotated[Text, Tag("text")] | Annotated[GroupFile, Tag("map")], Discriminator(_kind)]
Tables = list[Annotated[Annotated[Text, Tag("text")] | Annotated[TableFile, Tag("map")], Discriminator(_kind)]]
Appraisal = Annotated[Annotated[Text, Tag("text")] | Annotated[AppraisalFile, Tag("map")], Discriminator(_kind)]


class VariantFile(BaseModel):
    """A named variant: words, and overrides by dotted path."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True)
    __pydantic_extra__: dict[str, ValueText] = Field(init=False)

    label: Text | None = None
    """Words for people."""
    note: Text | None = None
    """Why this variant."""
    parents: Names | None = Field(None, alias="from")
    """Variants whose overrides come first."""
    options: list[Name] | None = None
    """Options kept in the decision and the report; equations still see all."""
    tables: Tables | None = None
    """Tables that override."""


class SourceFile(_File):
    """Where numbers come from."""

    cite: Text | None = None
    """Reference."""
    link: Text | None = None
    """Address."""
    design: Text | None = None
    """Design of the study, for instance `randomised trial`."""
    evidence: Grade | None = None
    """Strength of evidence."""
    licence: Text | None = None
    """Licence of the data."""
    status: Text | None = None
    """`recalled` makes every output that uses it provisional."""
    note: Text | None = None
    """Anything a reader should know."""
    covers: Literal["all"] | None = None
    """`all`: the source of every number without one of its own."""


class ScenarioFile(_File):
    """A wellbeva scenario: options, groups, numbers with their sources."""

    version: Literal["wellbeva/scenario/1"] = Field(alias="schema")
    """Version of the format."""
    scenario: Text
    """Title."""
    question: Text | None = None
    """The question answered."""
    model: Name
    """Name of a model file."""
    extends: Text | None = None
    """Another scenario (not in this version)."""
    appraisal: Appraisal
    """A preset's name, or the rules."""
    time: TimeFile | None = None
    """Steps of the run."""
    comparator: Name = "nothing"
    """An option's name, or `nothing`."""
    choose: Literal["one", "several"]
    """`one` of rivals, or `several` offers."""
    options: dict[Name, OptionFile] = {}
    """What can be chosen."""
    groups: dict[Name, Group] = {}
    """Groups of people: words, or a map with what is known of each."""
    axes: dict[Name, Labels] = {}
    """Labels of the model's own axes."""
    values: dict[Path, ValueText] = {}
    """Parameters that are the same for every option."""
    tables: Tables = []
    """CSV tables."""
    people: dict[str, str] | None = None
    """Simulated people (not in this version)."""
    correlations: dict[str, str] | None = None
    """Rank correlations (not in this version)."""
    variants: dict[Name, VariantFile] = {}
    """Named variants."""
    budget: ValueText | None = None
    """Money at which offers are compared (`choose: several`)."""
    not_counted: list[Text] = []
    """Sentences printed in the report."""
    sources: dict[Name, SourceFile] = {}
    """Where numbers come from."""
    published: list[Text] = []
    """Outputs the source prints, checked by `wellbeva test`."""


class AxisFile(_File):
    """An axis of the model's own."""

    doc: Text | None = None
    """What its labels are."""
    labels: list[Label] | None = None
    """Labels, where the model fixes them, in order."""
    unit: Text | None = None
    """Unit of a ladder's rising numbers."""


class ParameterFile(_File):
    """A number, switch or choice the scenario gives."""

    unit: Text | None = None
    """Unit of a number."""
    switch: Literal["true", "false"] | None = None
    """Makes it a switch; the value holds unless the scenario says otherwise."""
    choice: list[Name] | None = None
    """Makes it a choice of labels."""
    by: Names | None = None
    """Axes it varies by."""
    default: Text | None = None
    """Holds unless the scenario says otherwise."""
    bounds: Annotated[list[Text], Field(min_length=2, max_length=2)] | None = None
    """Lowest and highest believable value; `none` for an open end."""
    spread: (
        Literal["normal", "lognormal", "beta", "gamma", "uniform", "triangular", "pert", "truncated_normal"] | None
    ) = None
    """Family of `a (b to c)`, where the unit does not say it."""
    filled_by: Literal["appraisal", "budget"] | None = Field(None, alias="from")
    """Who fills it: the appraisal, or the scenario's budget."""
    doc: Text | None = None
    """What it is."""


class EquationFile(_File):
    """An equation with a word of explanation."""

    expression: Text = Field(alias="is")
    """The expression."""
    unit: Text | None = None
    """Its unit."""
    doc: Text | None = None
    """What it is."""


class DecisionFile(_File):
    """Expressions the decision rests on."""

    effect: Text | None = None
    """Effect of an option."""
    cost: Text | None = None
    """Cost of an option."""
    value: Text | None = None
    """Value of one unit of effect."""
    maximise: Text | None = None
    """One payoff instead of effect and cost."""


class CheckFile(_File):
    """A check, and the sentence it says."""

    fail_if: Text | None = None
    """Stops the run where it holds."""
    warn_if: Text | None = None
    """Warns where it holds."""
    say: Text
    """The sentence."""


class ModelFile(_File):
    """A wellbeva model: equations without numbers."""

    version: Literal["wellbeva/model/1"] = Field(alias="schema")
    """Version of the format."""
    model: Name
    """Name, the same as the file's."""
    title: Text | None = None
    """Title."""
    doc: Text | None = None
    """What the model says."""
    kind: Literal["equations", "cohort", "tree", "individuals"] | None = None
    """`tree` and `individuals` are not in this version."""
    extends: Names | None = None
    """Models this one builds on."""
    replaces: list[Name] = []
    """Names of theirs that this one gives anew or drops."""
    axes: dict[
        Name, Annotated[Annotated[Text, Tag("text")] | Annotated[AxisFile, Tag("map")], Discriminator(_kind)]
    ] = {}
    """Axes of the model's own."""
    units: dict[Name, Text] = {}
    """Units of the model's own."""
    parameters: dict[Name, ParameterFile] = {}
    """What the scenario gives."""
    equations: dict[
        Name, Annotated[Annotated[Text, Tag("text")] | Annotated[EquationFile, Tag("map")], Discriminator(_kind)]
    ] = {}
    """`expression in unit`, or is, unit and doc."""
    states: list[Name] = []
    """States of a cohort."""
    start: dict[Name, Text] = {}
    """Share of the cohort in each state at the first step."""
    transitions: dict[str, Text] = {}
    """`state -> state: chance`."""
    tree: dict[str, Text] | None = None
    """Arrows of a decision tree (not in this version)."""
    people: ValueText | None = None
    """Traits, events and memory (not in this version)."""
    outcomes: list[Name] = []
    """Names that are kept and reported."""
    decision: DecisionFile | None = None
    """What the decision rests on."""
    break_even: dict[Name, Name] = {}
    """The value of the left that makes the right nought."""
    show_on_and_off: list[Name] = []
    """Switches whose effect is always shown."""
    needs: dict[Name, list[Label]] = {}
    """Labels that equations name."""
    checks: list[CheckFile] = []
    """Checks of the numbers."""
