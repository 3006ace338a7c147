"""Results of the scenario stage: a checked scenario and its model, frozen, with places."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Literal

from wellbeva.core.cards import Card
from wellbeva.core.spans import Located, Span
from wellbeva.evidence.grading.grade import UNGRADED, Grade
from wellbeva.scenario.decision.page import FirstInputs
from wellbeva.scenario.decision.perspective import EVERYONE
from wellbeva.scenario.decision.portfolio import PortfolioSpec
from wellbeva.scenario.decision.research import ResearchSpec
from wellbeva.scenario.text.nodes import Node
from wellbeva.scenario.text.paths import DottedPath, Selector
from wellbeva.scenario.value import Amount, Cite, Value


@dataclass(frozen=True, slots=True)
class Correlation:
    """One line of ``correlations``: ``take_up.visits with completion.visits: 0.3 [assumed]`` (FORMAT R16).

    Parameters
    ----------
    left, right : DottedPath
        As written. The same path twice joins every pair of its elements.
    value : Value
        A number from -1 to 1, or a spread whose mean is used.
    scale : {"rank", "normal"}
        ``rank``: Spearman's correlation (what studies print); ``normal``: of the normal scores.
    """

    left: DottedPath
    right: DottedPath
    value: Value
    scale: Literal["rank", "normal"] = "rank"
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class DrawColumn:
    """One column of joint draws: the cells of one parameter that it fills, and its numbers, a row a draw.

    Parameters
    ----------
    parameter : str
    selectors : tuple of Selector
        As in `Assignment`.
    numbers : tuple of float
        As written; `unit`, `currency` and `price_year` hold for all of them (all empty: in the parameter's own unit).
    """

    parameter: str
    selectors: tuple[Selector, ...]
    numbers: tuple[float, ...]
    unit: str = ""
    currency: str = ""
    price_year: int | None = None
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class JointDraws:
    """A table with ``rows: draw`` (FORMAT R10): each row is one draw of all its columns.

    Parameters
    ----------
    first : DrawColumn or None
        The first column that varies, as it was read, of all tables that are joined; its name picks the row, whatever
        becomes of the column.
    """

    file: str
    columns: tuple[DrawColumn, ...]
    cites: tuple[Cite, ...] = ()
    span: Span | None = field(default=None, compare=False)
    first: DrawColumn | None = None

    @property
    def rows(self) -> int:
        """Number of draws."""
        return len(self.columns[0].numbers) if self.columns else 0


Layer = Literal["default", "appraisal", "values", "table", "option", "variant", "set"]


def element_name(parameter: str, selectors: Sequence[Selector]) -> str:
    """Name the uncertain element of a value that fills some cells of a parameter: ``effect[visits]``, ``deadweight``.

    Parameters
    ----------
    parameter : str
    selectors : sequence of Selector
    """
    ordered = sorted(selectors, key=lambda selector: selector.axis) if len(selectors) > 1 else selectors
    labels = ", ".join(f"else of {one.axis}" if one.rest else one.words for one in ordered)
    return f"{parameter}[{labels}]" if labels else parameter


@dataclass(frozen=True, slots=True)
class Assignment:
    """One value and the cells it fills. What is written once is drawn once (FORMAT R16a).

    Parameters
    ----------
    parameter : str
        A parameter's name, or an equation's that is overridden (FORMAT R17).
    selectors : tuple of Selector
        At most one an axis; an axis not named is filled whole. Empty: the whole parameter.
    value : Value
    layer : {"default", "appraisal", "values", "table", "option", "variant", "set"}
        Where it came from; assignments are listed from weakest to strongest, so a later one wins.
    path : DottedPath
        The parameter and the labels, ``effect.visits``: made once, since every variant asks for it.
    element : str
        Name of the uncertain element that it makes, ``effect[visits]``: the key of the random stream (DESIGN section
        5), so it is made of the file's words alone.
    node : Node or None
        What is written, with the place of each text; None where no file of the scenario says it.
    """

    parameter: str
    selectors: tuple[Selector, ...]
    value: Value
    layer: Layer
    node: Node | None = field(default=None, compare=False, repr=False)
    path: DottedPath = field(init=False, compare=False, repr=False)
    element: str = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        labels = tuple(selector.words for selector in self.selectors)
        object.__setattr__(self, "path", DottedPath(self.parameter, labels))
        object.__setattr__(self, "element", element_name(self.parameter, self.selectors))


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of ``sources``; ``kind`` is the kind of study that ``design`` begins with, empty for prose.

    ``compares`` is ``people``, ``areas``, ``volunteers`` or empty where nothing says whom it compares; ``prices`` is
    the price year of its sums that name none; ``followed`` is `follow_up` in years, 0 where nothing says how long.
    ``n``, ``attrition``, ``blinded``, ``consistent`` and ``direct`` stand as written; ``computed`` is the grade that
    follows from them and the kind (R170), with an empty word where no kind is declared.
    """

    key: str
    cite: str = ""
    link: str = ""
    design: str = ""
    evidence: str = ""
    licence: str = ""
    status: str = ""
    note: str = ""
    covers: str = ""
    compares: str = ""
    prices: str = ""
    follow_up: str = ""
    n: str = ""
    attrition: str = ""
    blinded: str = ""
    consistent: str = ""
    direct: str = ""
    kind: str = ""
    followed: float = 0.0
    computed: Grade = UNGRADED
    span: Span | None = field(default=None, compare=False)

    @property
    def grade(self) -> str:
        """Return the grade as typed, else as computed; empty where nothing says."""
        return self.evidence or self.computed.word


@dataclass(frozen=True, slots=True)
class Uprate:
    """``appraisal.wellby_value.uprate``: series that raise the value of a WELLBY to the appraisal's prices.

    Parameters
    ----------
    gdp_per_head : mapping of year to index
        Real gross domestic product per head, on any base.
    elasticity : Fraction or None
        Of the value with respect to income; None: the guidance's.
    """

    gdp_per_head: Mapping[int, Fraction]
    elasticity: Fraction | None = None
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class AppraisalSpec:
    """The ``appraisal`` key: a preset's name and the parts that are overridden.

    Parameters
    ----------
    preset : str
        Empty if the scenario gives all parts itself.
    prices : int or None
        Price year.
    currency : str
        Empty: the preset's, else GBP.
    exchange : mapping of (str, str) to Amount
        ``(GBP, USD): 0.8`` for ``GBP per USD: 0.8``.
    discount : mapping of str to Value or str
        Kind (``money``, ``wellbeing``, ``health``) to a flat yearly rate or a schedule's name (a Value of form
        ``label``).
    wellby_value : mapping of str to Value
        Level (``low``, ``central``, ``high``) to money; a single value is ``central``.
    calendar : mapping of str to Fraction
        ``days_per_year`` or ``weeks_per_year``.
    within_year : str
        ``discount_within_year``: ``""`` or ``continuous``.
    evidence_adjustment : str
        What a grade does to gains (R172): ``""``, ``widen``, ``shrink`` or ``optimism``.
    deflator : mapping of year to index
        Years added to the deflator, or replaced; on the base of the preset's series.
    cites : mapping of str to tuple of Cite
        Sources of rates and indices, by their path: ``exchange.GBP per USD``, ``deflator.2026``; nothing where none is
        named.
    uprate : Uprate or None
        How ``wellby_value`` comes from its own price year to the appraisal's; None: by the deflator alone.
    """

    preset: str = ""
    prices: int | None = None
    currency: str = ""
    exchange: Mapping[tuple[str, str], Amount] = field(default_factory=dict)
    discount: Mapping[str, Value] = field(default_factory=dict)
    wellby_value: Mapping[str, Value] = field(default_factory=dict)
    calendar: Mapping[str, Fraction] = field(default_factory=dict)
    within_year: str = ""
    evidence_adjustment: str = ""
    span: Span | None = field(default=None, compare=False)
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False)
    deflator: Mapping[int, Fraction] = field(default_factory=dict)
    cites: Mapping[str, tuple[Cite, ...]] = field(default_factory=dict)
    uprate: Uprate | None = None


@dataclass(frozen=True, slots=True)
class TimeSpec:
    """The ``time`` key: whole steps from `first` to `last`, both included; `end` is where the last one is given."""

    step: Literal["year", "quarter", "month", "week"] = "year"
    first: int = 0
    last: int = 0
    starts: int | None = None
    span: Span | None = field(default=None, compare=False)
    end: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its name, words, doc, and the words for it inside sentences, if others than its label."""

    name: str
    label: str
    doc: str = ""
    span: Span | None = field(default=None, compare=False)
    short: str = ""


OverDraws = Literal["", "on average", "sd of draws", "quantile", "share", "draw by draw"]
"""What of the draws a published line gives; the base case where it does not say."""


@dataclass(frozen=True, slots=True)
class Published:
    """One line of ``published`` (FORMAT section 9).

    Parameters
    ----------
    asked, path : str, DottedPath
        The text before the ``=``, and the output that it begins with.
    variant, at : str, Amount or None
        Of ``in VARIANT`` and ``at £20000``.
    over : str
        Empty (base case), ``on average``, ``sd of draws``, ``quantile``, ``share``, or ``draw by draw`` (the widest
        gap to the parameter at `other`, over all draws).
    argument : Amount or None
        The q of ``5% quantile of draws``, the threshold of ``share of draws above £0``.
    value : Amount or None
        The printed number; None for a label.
    label : str
    within : Amount or None
        Tolerance.
    written : Located
        The whole line.
    """

    asked: str
    path: DottedPath
    variant: str
    at: Amount | None
    over: OverDraws
    argument: Amount | None
    value: Amount | None
    label: str
    within: Amount | None
    written: Located
    other: DottedPath | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """A named variant as listed for people; its overrides are applied by the loader."""

    name: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class AxisSpec:
    """An axis of the model's own: words, fixed labels, or a ladder."""

    name: str
    doc: str = ""
    labels: tuple[str, ...] = ()
    unit: str = ""
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """One parameter a model needs.

    Parameters
    ----------
    name : str
    unit : Located
        Text of the unit; empty text for switches and choices.
    kind : {"number", "switch", "choice"}
    choices : tuple of str
    by : tuple of str
        The axes it may have, which are the axes it has.
    default : Value or None
    bounds : tuple of (Amount or None, Amount or None)
    spread : str
        Family for ``a (b to c)``; empty: by the unit (FORMAT R5).
    filled_by : {"", "appraisal", "budget"}
        ``from: appraisal`` is filled by the preset, ``from: budget`` by the scenario's ``budget``.
    doc, short : str
    span : Span
    unread : bool
        Whether its default or bounds could not be read, which is already reported.
    """

    name: str
    unit: Located
    kind: Literal["number", "switch", "choice"] = "number"
    choices: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    default: Value | None = None
    bounds: tuple[Amount | None, Amount | None] = (None, None)
    spread: str = ""
    filled_by: Literal["", "appraisal", "budget"] = ""
    doc: str = ""
    span: Span | None = field(default=None, compare=False)
    unread: bool = False
    short: str = ""


@dataclass(frozen=True, slots=True)
class EquationSpec:
    """One equation as written: expression, unit, doc."""

    name: str
    expression: Located
    unit: Located | None
    doc: str = ""


@dataclass(frozen=True, slots=True)
class TransitionSpec:
    """One arrow: ``healthy -> sick: p_fall_sick``; an expression ``else`` takes what is left."""

    source: str
    target: str
    expression: Located
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """A ``fail_if`` or ``warn_if``, what to say and to do; ``change`` is ``time`` where it asks for other periods."""

    severity: Literal["fail_if", "warn_if"]
    expression: Located
    say: str
    remedy: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True)
class DecisionSpec:
    """Expressions for effect, cost, value of one unit of effect and benefits in money beside it."""

    effect: Located
    cost: Located
    value: Located | None = None
    other_benefits: Located | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Model(Card):
    """A model file, with those it extends already joined (FORMAT section 6).

    ``units`` names units of the model's own (``{visit: one home visit}``), beside those everybody knows.
    ``replaced`` holds parameters of extended models that became equations: setting one is an error.
    ``places`` holds where keys and names stand that are not definitions, by path: ``break_even.hold``.
    ``roles`` holds the names that have a role, by role (R90).
    """

    name: str
    title: str
    doc: str
    kind: Literal["equations", "cohort"]
    file: str
    axes: Mapping[str, AxisSpec]
    units: Mapping[str, str]
    parameters: Mapping[str, ParameterSpec]
    equations: Mapping[str, EquationSpec]
    states: tuple[str, ...] = ()
    start: Mapping[str, Located] = field(default_factory=dict)
    transitions: tuple[TransitionSpec, ...] = ()
    outcomes: tuple[str, ...] = ()
    outcome_spans: Mapping[str, Span] = field(default_factory=dict, compare=False)
    decision: DecisionSpec | None = None
    break_even: Mapping[str, str] = field(default_factory=dict)
    show_on_and_off: tuple[str, ...] = ()
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    checks: tuple[CheckSpec, ...] = ()
    replaced: tuple[str, ...] = ()
    places: Mapping[str, Span] = field(default_factory=dict, compare=False)
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def named(self, role: str) -> str:
        """Return the first name that has a role, empty if none does."""
        return next(iter(self.roles.get(role, ())), "")

    @property
    def settable(self) -> frozenset[str]:
        """Names that a scenario may give a value (R17)."""
        return frozenset((*self.parameters, *self.equations))

    @property
    def unread(self) -> frozenset[str]:
        """Parameters whose default or bounds could not be read."""
        return frozenset(parameter.name for parameter in self.parameters.values() if parameter.unread)

    @property
    def rests_on_the_appraisal(self) -> frozenset[str]:
        """Parameters that the appraisal fills, or whose money it converts."""
        money = re.compile("money|GBP|USD|EUR|[£$€]")
        every = self.parameters.items()
        return frozenset(name for name, one in every if one.filled_by == "appraisal" or money.search(one.unit.text))


@dataclass(frozen=True, repr=False)
class Scenario(Card):
    """A scenario file, its tables, the chosen variant and the command line, joined in order (FORMAT R1).

    Parameters
    ----------
    file : str
        Path as given; `digests` has the SHA-256 of each file that was read, by path as shown.
    comparator : str
        An option's name, or ``nothing``.
    choose : {"one", "several"}
    options : tuple of Option, in the order of the file
    shown : tuple of str
        Options kept in the decision and the report.
    groups : mapping of label to words
        ``{"everyone": "Everyone"}`` if the file names none.
    axes : mapping of axis to (mapping of label to words)
        Labels the scenario gives for the model's axes.
    assignments : tuple of Assignment
        From weakest to strongest; model defaults are not among them.
    budget : Value or None
        Money each offer is compared at in the league table (``choose: several``).
    prices : int or None
        Price year of sums that name none, themselves or in their source (R127).
    perspective : Located or None
        The payer whose costs count; None for everyone (R244).
    whole : Model or None
        The model with everybody's costs, where that of a perspective has taken its place.
    portfolio, research, thresholds : PortfolioSpec or None, ResearchSpec or None, Located or None
    first_inputs : mapping of title to tuple of FirstInput
        Those that a reader of the living page meets first.
    structures, variant : mapping of str to float, str
        Weights of variants, and the one in force; the empty name is the scenario as written.
    overrides : tuple of str
        What `--set` said, as written.
    correlations, joint : tuple of Correlation, tuple of JointDraws
    extended : tuple of str
        Sentences: the keys that this scenario replaces in those that it ``extends``.
    unread : frozenset of str
        Names of parameters and equations that an error leaves partly unknown, and names that the model
        does not have. That is already reported; the rest can be judged, and never becomes a plan.
    """

    file: str
    title: str
    question: str
    model: Model
    appraisal: AppraisalSpec
    time: TimeSpec
    comparator: str
    choose: Literal["one", "several"]
    options: tuple[Option, ...]
    shown: tuple[str, ...]
    groups: Mapping[str, str]
    axes: Mapping[str, Mapping[str, str]]
    assignments: tuple[Assignment, ...]
    sources: Mapping[str, Source]
    variants: Mapping[str, Variant]
    not_counted: tuple[str, ...]
    published: tuple[Published, ...]
    budget: Value | None = None
    prices: int | None = None
    perspective: Located | None = None
    whole: Model | None = field(default=None, compare=False, repr=False)
    portfolio: PortfolioSpec | None = None
    research: ResearchSpec | None = None
    first_inputs: FirstInputs = field(default_factory=dict)
    structures: Mapping[str, float] = field(default_factory=dict)
    thresholds: Located | None = None
    variant: str = ""
    overrides: tuple[str, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False)
    correlations: tuple[Correlation, ...] = ()
    joint: tuple[JointDraws, ...] = ()
    extended: tuple[str, ...] = ()
    unread: frozenset[str] = frozenset()

    # What is kept for a scenario is looked up by its identity; its mappings have no hash.
    __hash__ = object.__hash__

    @cached_property
    def option_labels(self) -> Mapping[str, str]:
        """Label of each option, by its name; a report asks for thousands."""
        return {option.name: option.label for option in self.options}

    @property
    def whose(self) -> str:
        """The payer whose costs count, or ``everyone``."""
        return EVERYONE if self.perspective is None else self.perspective.text

    @property
    def whose_costs(self) -> str:
        """Whose costs count, in one sentence; empty where everyone's do."""
        if self.perspective is None:
            return ""
        payer, body = (self.axes.get(axis, {}).get(self.whose, "") for axis in ("payer", "body"))
        less = ", less its own savings" if body else ""
        return f"Costs are those of one payer ({payer or body}){less}; what others pay is not counted."
