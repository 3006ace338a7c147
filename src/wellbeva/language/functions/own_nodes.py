"""Functions that have nodes of their own, and rules of their own in `language.typing`."""

from __future__ import annotations

from wellbeva.language.functions.registry import Function, register

LATER = ("quantile", "sd", "gini", "mean_pair_distance", "kolm", "atkinson", "time_in")
"""Functions of the format that this version does not have yet."""


register(
    Function(
        "sum", ("x",), "of x", "The sum over one or several axes.", "sum(x, over=group)",
        form="reduction", axes="drops `over`",
    ),
    Function(
        "mean", ("x",), "of x", "The plain mean over axes.", "mean(x, over=group)",
        form="reduction", axes="drops `over`",
    ),
    Function(
        "product", ("x",), "none", "The product over axes.", "product(x, over=group)",
        form="reduction", axes="drops `over`",
    ),
    Function(
        "count", ("axis",), "none", "The number of labels of an axis.", "count(group)", form="special", axes="none",
    ),
    Function("cumsum", ("x",), "of x", "The running sum, the own label included.", "cumsum(x)", form="ordered"),
    Function(
        "lag", ("x", "initial"), "both equal", "The value one label earlier; `initial` at the first label.",
        "lag(x, 0)", form="ordered", axes="union and `over`",
    ),
    Function(
        "where", ("condition", "yes", "no"), "yes and no equal",
        "The second operand where the first is true, else the third.", "where(2 > 1, 5, 7)", 5.0, form="special",
    ),
    Function(
        "discount", ("kind",), "none", "The appraisal's discount factor for money, wellbeing or health (FORMAT R25).",
        "discount(wellbeing)", form="special", axes="time",
    ),
    Function(
        "area_linear", ("onset", "rise", "hold", "fade"), "durations give a duration",
        "Exact area within each step under a profile that waits, rises in a line to 1, holds, fades in a line to 0.",
        "area_linear(0 years, 0 years, 1 year, 0 years)", form="profile", axes="union and time",
    ),
    Function(
        "area_exponential", ("onset", "rise", "hold", "retention", "until"), "durations give a duration",
        "As area_linear, but fading exponentially with `retention` left after a year; cut off at `until`, if given.",
        "area_exponential(0 years, 0 years, 0 years, 50%, until=10 years)", form="profile", axes="union and time",
        keywords=("until",), optional=1,
    ),
    Function(
        "area_geometric", ("onset", "rise", "hold", "retention", "until"), "durations give a duration",
        "As area_exponential, but falling in one step at each year's end and flat between.",
        "area_geometric(0 years, 0 years, 1 year, 50%)", form="profile", axes="union and time",
        keywords=("until",), optional=1,
    ),
    Function(
        "integrate", ("x",), "x times duration", "Trapezium between the points of time (half-cycle correction).",
        "integrate(x, over=time)", form="ordered", axes="drops time",
    ),
    Function(
        "share_after", ("x", "duration"), "none",
        "The share of the sum of x over time that falls later than `duration`; 0 where the sum is 0.",
        "share_after(x, 1 year)", form="special", axes="drops time",
    ),
    Function(
        "interp", ("x",), "of x",
        "The value on a straight line between the rungs of a ladder, `axis=value`; flat below the first and above the "
        "last.", "interp(rate, age=62 years)", form="ladder", axes="union, drops the ladder",
    ),
    Function(
        "ratio", ("a", "b"), "quotient", "The ratio of the means over draws (FORMAT R23).", "ratio(cost, wellbys)",
        form="special", axes="union without draw",
    ),
    Function(
        "contract", ("x", "moves"), "of x; moves has none",
        "Where everybody is after a move: sum over state of x[state] * moves[state, to], read along state again.",
        "contract(x, moves)", form="special", axes="union without `to`",
    ),
)  # fmt: skip
