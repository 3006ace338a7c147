"""One sentence and an example for each form of a value, for editors that show it beside the text (FORMAT section 4)."""

from __future__ import annotations

from wellbeva.scenario.text import identifiers

VALUE = (
    "A value as a paper prints it: `0.30 (0.05 to 0.55) [trial Table 2]`, `31 of 45`, `9 months (range 3 to 18)`, "
    "`£95 in 2024 prices`, `same as hold.visits`; or the long form; or a map along axes that begins with `by`."
)

FORMS = {
    "value": "A value in the text form, where keys like `note` stand beside it: "
    "`{value: 0.30 (0.05 to 0.55), note: Read from figure 2.}`.",
    "normal": "Normal, from a mean and an sd, se or interval: `normal: {mean: 0.30, se: 0.05}`.",
    "truncated_normal": "Normal cut at low, high or both; mean and sd are those before the cut: "
    "`truncated_normal: {mean: 0.66, sd: 0.12, low: 0, high: 1}`.",
    "lognormal": "Lognormal, for ratios and sums with a long upper tail: "
    "`lognormal: {median: 1.04, ci95: [0.80, 1.35]}`.",
    "shifted_lognormal": "Lognormal moved along, for an interval that is wider on one side, and met exactly: "
    "`shifted_lognormal: {mean: 0.182, ci95: [0.001, 0.735]}`.",
    "beta": "Beta, for shares, from counts or from a mean and its spread: `beta: {events: 31, n: 45}`.",
    "gamma": "Gamma, for costs and durations: `gamma: {shape: 73.5, scale: £163.30}`.",
    "uniform": "Uniform between two ends: `uniform: {min: 0.4, max: 0.8}`.",
    "triangular": "Triangular, from lowest, most likely and highest: `triangular: {min: 3, mode: 9, max: 18}`.",
    "pert": "PERT, as triangular but smooth and with more weight near the most likely: "
    "`pert: {min: 3, mode: 9, max: 18}`.",
    "quantiles": "Quantiles as printed, joined by a smooth rising curve: "
    "`quantiles: {5%: 0.01, 50%: 0.18, 95%: 0.62}`.",
    "empirical": "Values as seen, each as likely as often it was seen: `empirical: [3 months, 4 months, 7 months]`, "
    "or value and weight: `empirical: {3 months: 5, 4 months: 2}`.",
    "mixture": 'Several values with weights that add to 100%: `mixture: {70%: "0.30 (0.05 to 0.55)", 30%: 0}`.',
    "dirichlet": "Counts that become shares adding to 1, in the place of a parameter's last axis: "
    "`dirichlet: {stays: 1251, leaves: 350}`.",
    "studies": "Pooled studies (not in this version; it comes with evidence pooling): `studies: loneliness.csv`.",
    "base": "Number of the base case, where the source uses another than the mean: `base: 0.25`.",
    "truncate": "Bounds of any family, one or both; its arguments are those before the cut: "
    "`truncate: {low: 0, high: 1}`.",
    "unit": "Unit of numbers that stand bare: `unit: months`.",
    "source": "Sources of what stands here and below, with the place in them: `source: trial Table 2; review p5`.",
    "evidence": "Strength of evidence, where it differs from the source's: `evidence: initial`.",
    "licence": "Licence, where it differs from the source's: `licence: OGL 3.0`.",
    "note": "Anything a reader should know: `note: Read from figure 2.`",
    "status": "`status: recalled` (from memory, not checked) makes every output that uses it provisional.",
    "by": "Axes that the keys below are labels of, one or two, nested in that order: "
    "`{by: group, young: 90, old: 60}`.",
    "else": "What every label has that is not named: `{by: time, 0 to 2: £500, else: £0}`.",
}
"""Keys of a value: forms and families, what may stand beside them, and what makes a map along axes."""

ARGUMENTS = {
    "mean": "Mean.",
    "median": "Median.",
    "sd": "Standard deviation.",
    "se": "Standard error of the mean, taken as its standard deviation.",
    "ci95": "Interval at 95%, `[0.05, 0.55]` or `0.05 to 0.55`; `ci90` and any other level are read too.",
    "sdlog": "Standard deviation of the logarithm.",
    "a": "First argument, events seen.",
    "b": "Second argument, non-events seen.",
    "events": "Events seen: `events: 31`.",
    "n": "Cases in all: `n: 45`.",
    "shape": "Shape.",
    "scale": "Scale: mean over shape.",
    "rate": "Rate: one over scale.",
    "min": "Lowest.",
    "mode": "Most likely.",
    "max": "Highest.",
    "low": "Lower bound.",
    "high": "Upper bound.",
}
"""Arguments of families."""


def arguments_of(family: str) -> dict[str, str]:
    """Return the arguments a family takes, with a word on each.

    Examples
    --------
    >>> arguments_of("uniform")
    {'max': 'Highest.', 'min': 'Lowest.'}
    """
    taken = set().union(*identifiers.FAMILIES[family]) - {"ci"}
    if any("ci" in one for one in identifiers.FAMILIES[family]):
        taken |= {"ci95"}
    if family == "truncated_normal":
        taken |= {"low", "high"}
    return {name: ARGUMENTS[name] for name in sorted(taken)}
