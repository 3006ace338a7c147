"""The registered functions: operands, unit rule, axes rule, words, and an example that the tests evaluate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Form = Literal["reduction", "elementwise", "profile", "ordered", "ladder", "special"]


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the language.

    Parameters
    ----------
    name : str
    operands : tuple of str
        Names of the operands that stand by position, as a person writes them.
    form : str
        ``elementwise`` functions become `ir.Call`; the others have nodes of their own.
    unit : str
        The unit rule in words.
    axes : str
        The axes rule in words.
    doc : str
        One sentence; formula and source where there is one.
    example : str
        An expression of numbers alone where that can be, else one that shows the use.
    value : float or None
        What the example gives, in the unit of its result; None where it needs axes.
    keywords : tuple of str
        Operands that may be given by name.
    optional : int
        How many of the last operands may be left out.
    """

    name: str
    operands: tuple[str, ...]
    form: Form
    unit: str
    axes: str
    doc: str
    example: str
    value: float | None = None
    keywords: tuple[str, ...] = ()
    optional: int = 0

    @property
    def usage(self) -> str:
        """How it is written: ``clip(x, low, high)``."""
        over = {"reduction": ", over=axis", "ordered": ", over=time", "ladder": ", axis=value"}.get(self.form, "")
        return f"{self.name}({', '.join(self.operands)}{over})"


_EXP1 = 2.718281828459045

_ALL = (
    Function(
        "sum", ("x",), "reduction", "of x", "drops `over`", "The sum over one or several axes.", "sum(x, over=group)"
    ),
    Function("mean", ("x",), "reduction", "of x", "drops `over`", "The plain mean over axes.", "mean(x, over=group)"),
    Function(
        "product", ("x",), "reduction", "none", "drops `over`", "The product over axes.", "product(x, over=group)"
    ),
    Function(
        "min", ("a", "b"), "special", "both equal", "union", "The smaller of its operands, or over axes.",
        "min(3, 2)", 2.0
    ),
    Function(
        "max", ("a", "b"), "special", "both equal", "union", "The larger of its operands, or over axes.",
        "max(3, 2)", 3.0
    ),
    Function("count", ("axis",), "special", "none", "none", "The number of labels of an axis.", "count(group)"),
    Function("cumsum", ("x",), "ordered", "of x", "keeps", "The running sum, the own label included.", "cumsum(x)"),
    Function(
        "lag", ("x", "initial"), "ordered", "both equal", "union and `over`",
        "The value one label earlier; `initial` at the first label.", "lag(x, 0)",
    ),
    Function(
        "where", ("condition", "yes", "no"), "special", "yes and no equal", "union",
        "The second operand where the first is true, else the third.", "where(2 > 1, 5, 7)", 5.0,
    ),
    Function(
        "clip", ("x", "low", "high"), "elementwise", "all equal", "union", "x, but not below low nor above high.",
        "clip(12, 0, 10)", 10.0,
    ),
    Function("exp", ("x",), "elementwise", "none", "keeps", "The exponential.", "exp(1)", _EXP1),
    Function("log", ("x",), "elementwise", "none", "keeps", "The natural logarithm.", "log(10)", 2.302585092994046),
    Function(
        "normal_cdf", ("x",), "elementwise", "none", "keeps", "The standard normal distribution function.",
        "normal_cdf(1.96)", 0.9750021048517795,
    ),
    Function(
        "logit", ("p",), "elementwise", "none", "keeps", "log(p / (1 - p)).", "logit(0.75)", 1.0986122886681098
    ),
    Function("sqrt", ("x",), "elementwise", "square root of x's", "keeps", "The square root.", "sqrt(2)",
        1.4142135623730951),
    Function("abs", ("x",), "elementwise", "of x", "keeps", "The size without the sign.", "abs(0 - 3)", 3.0),
    Function(
        "round", ("x",), "elementwise", "of x", "keeps", "To the nearest whole; halves go away from 0.",
        "round(2.5)", 3.0
    ),
    Function("floor", ("x",), "elementwise", "of x", "keeps", "The whole number below.", "floor(2.7)", 2.0),
    Function("ceil", ("x",), "elementwise", "of x", "keeps", "The whole number above.", "ceil(2.2)", 3.0),
    Function(
        "mod", ("a", "b"), "elementwise", "both equal", "union", "a - b * floor(a / b): the sign of b.",
        "mod(7, 3)", 1.0
    ),
    Function(
        "discount", ("kind",), "special", "none", "time",
        "The appraisal's discount factor for money, wellbeing or health (FORMAT R25).", "discount(wellbeing)",
    ),
    Function(
        "area_linear", ("onset", "rise", "hold", "fade"), "profile", "durations give a duration", "union and time",
        "Exact area within each step under a profile that waits, rises in a line to 1, holds, fades in a line to 0.",
        "area_linear(0 years, 0 years, 1 year, 0 years)",
    ),
    Function(
        "area_exponential", ("onset", "rise", "hold", "retention", "until"), "profile", "durations give a duration",
        "union and time",
        "As area_linear, but fading exponentially with `retention` left after a year; cut off at `until`, if given.",
        "area_exponential(0 years, 0 years, 0 years, 50%, until=10 years)", keywords=("until",), optional=1,
    ),
    Function(
        "area_geometric", ("onset", "rise", "hold", "retention", "until"), "profile", "durations give a duration",
        "union and time",
        "As area_exponential, but falling in one step at each year's end and flat between.",
        "area_geometric(0 years, 0 years, 1 year, 50%)", keywords=("until",), optional=1,
    ),
    Function(
        "integrate", ("x",), "ordered", "x times duration", "drops time",
        "Trapezium between the points of time (half-cycle correction).", "integrate(x, over=time)",
    ),
    Function(
        "share_after", ("x", "duration"), "special", "none", "drops time",
        "The share of the sum of x over time that falls later than `duration`; 0 where the sum is 0.",
        "share_after(x, 1 year)",
    ),
    Function(
        "interp", ("x",), "ladder", "of x", "union, drops the ladder",
        "The value on a straight line between the rungs of a ladder, `axis=value`; flat below the first and above the "
        "last.", "interp(rate, age=62 years)",
    ),
    Function(
        "rate_to_prob", ("rate", "duration"), "elementwise", "rate times duration must be none", "union",
        "1 - exp(-rate * duration): a constant rate as the chance within a duration (Briggs et al. 2006, section 3.2).",
        "rate_to_prob(0.5 / (1 year), 1 year)", 0.3934693402873666,
    ),
    Function(
        "prob_to_rate", ("p", "duration"), "elementwise", "none divided by duration", "union",
        "-log(1 - p) / duration: a chance within a duration as a constant rate (Briggs et al. 2006, section 3.2).",
        "prob_to_rate(0.5, 1 year)", 0.6931471805599453,
    ),
    Function(
        "odds_to_prob", ("odds",), "elementwise", "none", "keeps", "odds / (1 + odds).", "odds_to_prob(3)", 0.75
    ),
    Function(
        "ratio", ("a", "b"), "special", "quotient", "union without draw",
        "The ratio of the means over draws (FORMAT R23).", "ratio(cost, wellbys)",
    ),
    Function(
        "contract", ("x", "moves"), "special", "of x; moves has none", "union without `to`",
        "Where everybody is after a move: sum over state of x[state] * moves[state, to], read along state again.",
        "contract(x, moves)",
    ),
)  # fmt: skip

FUNCTIONS: Mapping[str, Function] = {one.name: one for one in _ALL}
"""The functions by name."""

LATER = ("quantile", "sd", "gini", "mean_pair_distance", "kolm", "atkinson", "time_in")
"""Functions of the format that this version does not have yet."""

KINDS_OF_DISCOUNT = ("money", "wellbeing", "health")
