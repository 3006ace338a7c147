"""What people want to know about a Plan and an engine does not: words, sources, grades, vintages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from wellbeva.appraisal.vintage import Vintage
from wellbeva.core.cards import Card, card
from wellbeva.distributions.spec import Distribution
from wellbeva.errors import Diagnostic
from wellbeva.plan.plan import Plan, PlanParameter
from wellbeva.plan.research import Research
from wellbeva.scenario.spec import JointDraws, Layer, Scenario
from wellbeva.scenario.text.paths import DottedPath, Selector
from wellbeva.scenario.value import Cite, Value


@dataclass(frozen=True, slots=True, repr=False)
class Input(Card):
    """One number (or word) that went in, and where it came from.

    Parameters
    ----------
    path : str
        Dotted: ``effect.visits``.
    parameter, doc, unit : str
    selectors : tuple of Selector
        The cells it fills; an axis it fills whole is left out.
    value : Value
        As it was read, with its place; of shares of one Dirichlet the whole, with the label as `word`.
    fitted : str
        The long form that was chosen, ``beta(a=24.1, b=10.3)``; empty for constants.
    base : float
        In the parameter's unit; NaN for words.
    element : str
        Name of the uncertain element; empty for constants.
    distribution : Distribution or None
    interval : tuple of (float, float) or None
        The printed interval or range, in the parameter's unit; `interval_name` is its name.
    cites : tuple of Cite
    evidence : str
        Grade: own, else its source's; ``assumed`` for defaults that no source supports; empty if nothing says.
    layer : str
        ``default``, ``appraisal``, ``values``, ``table``, ``option``, ``variant``, ``set``.
    recalled : tuple of str
        Why what rests on it is provisional, one sentence each: what of it is known from memory (semantics R11).
    same_as : Input or None
        The number whose value, draws, sources and grade it has, where it is written ``same as`` another.
    table : JointDraws or None
        The table that has it as a column.
    roles : frozenset of str
        Those of its parameter (R90).
    """

    path: str
    parameter: str
    doc: str
    unit: str
    selectors: tuple[Selector, ...]
    value: Value
    fitted: str
    base: float
    element: str
    distribution: Distribution | None
    interval: tuple[float, float] | None
    interval_name: str
    cites: tuple[Cite, ...]
    evidence: str
    licence: str
    note: str
    layer: Layer
    recalled: tuple[str, ...] = ()
    same_as: Input | None = None
    table: JointDraws | None = None
    roles: frozenset[str] = frozenset()

    def cells(self, parameter: PlanParameter, plan: Plan) -> tuple[slice, ...]:
        """Return the cells that its path names; inputs named more closely may fill some of them.

        Parameters
        ----------
        parameter : PlanParameter
            Its own.
        plan : Plan
            With the labels of the axes.
        """
        index = [slice(None)] * len(parameter.axes)
        for selector in self.selectors:
            if not selector.rest:
                labels = plan.axes[selector.axis].labels
                first, last = selector.steps or (selector.label, selector.label)
                span = slice(labels.index(str(first)), labels.index(str(last)) + 1)
                index[parameter.axes.index(selector.axis)] = span
        return tuple(index)

    @property
    def labels(self) -> tuple[tuple[str, str], ...]:
        """Axis and label of each selector, as a file writes them."""
        return tuple((selector.axis, selector.words) for selector in self.selectors)

    @property
    def written(self) -> str:
        """The value as written in the file."""
        return self.value.written

    @property
    def original(self) -> Input:
        """Itself, or the number that it is the ``same as``."""
        return self.same_as or self


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the appraisal that is in force.

    Parameters
    ----------
    about : {"rate", "factors", "hurdle", "prices", "uprating", "evidence", "perspective"}
        ``rate``: at which one kind of flow is discounted; ``factors``: how the factors run within a year.
    words : str
        One sentence.
    kind : str
        Of a rate, what it discounts: ``money``, ``wellbeing`` or ``health``.
    """

    about: Literal["rate", "factors", "hurdle", "prices", "uprating", "evidence", "perspective"]
    words: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class FirstGroup:
    """Inputs that a living page shows first, under one title.

    Parameters
    ----------
    title : str
    sliders : mapping of path to (float, float) or None
        From where to where its slider goes, in the unit of the parameter; None where the page chooses.
    """

    title: str
    sliders: Mapping[str, tuple[float, float] | None]


@dataclass(frozen=True, slots=True, repr=False)
class Record(Card):
    """Everything for people.

    Parameters
    ----------
    scenario : Scenario
    inputs : tuple of Input
    vintages : tuple of Vintage
    rules : tuple of Rule
    warnings : tuple of Diagnostic
    provisional : tuple of str
        Why results are provisional, one sentence each; empty if they are not.
    budget : float or None
        The scenario's `budget` in the appraisal's currency and prices.
    budgets : tuple of float [money]
        At which `portfolio` asks what to buy, likewise.
    purchase_limits : mapping of DottedPath to (float, float)
        Least and most of an outcome's sum over the purchase, in the unit of the outcome.
    research : Research
        What could be learnt before one option is chosen, and the decisions that it would serve.
    first_inputs : tuple of FirstGroup
        As the scenario chooses them; empty where the page does.
    costs : frozenset of str
        The parameters that the decision's cost depends on, benefits in money other than savings not among them.
    """

    scenario: Scenario
    inputs: tuple[Input, ...]
    vintages: tuple[Vintage, ...]
    rules: tuple[Rule, ...]
    warnings: tuple[Diagnostic, ...]
    provisional: tuple[str, ...]
    budget: float | None = None
    budgets: tuple[float, ...] = ()
    purchase_limits: Mapping[DottedPath, tuple[float, float]] = field(default_factory=dict)
    research: Research = field(default_factory=Research)
    first_inputs: tuple[FirstGroup, ...] = ()
    costs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class CompiledScenario:
    """A Plan for the engine and a Record for people."""

    plan: Plan
    record: Record

    @property
    def paths(self) -> dict[str, str]:
        """Path of each uncertain element by its name, ``hold.walks`` for ``hold[walks]``: that of its own number."""
        drawn = [entry.original for entry in self.record.inputs if entry.element]
        return {entry.element: entry.path for entry in reversed(drawn)}

    def __repr__(self) -> str:
        scenario, uncertain = self.record.scenario, len(self.plan.elements)
        changed = [f"variant {scenario.variant}"] if scenario.variant else []
        warned = len(self.record.warnings)
        lines = [
            f"Compiled: {self.plan.title}",
            f"  model {scenario.model.name}; {', '.join([*changed, *scenario.overrides]) or 'as written'}",
            f"  options: {', '.join(self.plan.decision.options) if self.plan.decision else 'none'}",
            f"  {len(self.record.inputs)} inputs, {uncertain} of them uncertain; {warned} warning{'s' * (warned != 1)}",
        ]
        return card(lines)
