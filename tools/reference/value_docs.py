"""One sentence and an example for each form of a value, for editors that show it beside the text (FORMAT section 4)."""

from __future__ import annotations

from wellbeva.distributions.families import ARGUMENTS, LONG_FORMS

VALUE = (
    "A value as a paper prints it: `0.30 (0.05 to 0.55) [trial Table 2]`, `31 of 45`, `9 months (range 3 to 18)`, "
    "`£95 in 2024 prices`, `same as hold.visits`; or the long form; or a map along axes that begins with `by`."
)

FORMS = {
    "value": "A value in the text form, where keys like `note` stand beside it: "
    "`{value: 0.30 (0.05 to 0.55), note: Read from figure 2.}`.",
    **{name: family.doc for name, family in LONG_FORMS.items()},
    "quantiles": "Quantiles as printed, joined by a smooth rising curve: "
    "`quantiles: {5%: 0.01, 50%: 0.18, 95%: 0.62}`.",
    "empirical": "Values as seen, each as likely as often it was seen: `empirical: [3 months, 4 months, 7 months]`, "
    "or value and weight: `empirical: {3 months: 5, 4 months: 2}`.",
    "mixture": 'Several values with weights that add to 100%: `mixture: {70%: "0.30 (0.05 to 0.55)", 30%: 0}`.',
    "dirichlet": "Counts that become shares adding to 1, in the place of a parameter's last axis: "
    "`dirichlet: {stays: 1251, leaves: 350}`.",
    "studies": "Studies in a table that are pooled, a row each with effect and standard error, variance or interval: "
    "`studies: loneliness.csv`.",
    "pool": "How studies are pooled: `pool: random effects`, unless given, or `fixed effect`.",
    "between": "Estimator of the variance between studies: `between: REML`, unless given, `Paule-Mandel` or "
    "`DerSimonian-Laird`.",
    "interval": "Error of the pooled average: `interval: Hartung-Knapp`, unless given, `Hartung-Knapp with floor` or "
    "`normal`.",
    "predict": "What of pooled studies is drawn: `predict: new setting`, unless given, a setting that no study has "
    "seen; or `average`, the mean over settings.",
    "correct": "Correction of pooled studies for those not published: `correct: none`, unless given, `PET-PEESE` or "
    "`selection model`.",
    "local": "The study of the place that is appraised, which the others draw towards their average: `local: Trial 1`.",
    "at": "Columns that pooled effects are regressed on, each with its value in the place that is appraised: "
    "`at: {months: 12}`.",
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

_ENDS = {
    "ci95": "Interval at 95%, `[0.05, 0.55]` or `0.05 to 0.55`; `ci90` and any other level are read too.",
    "low": "Lower bound.",
    "high": "Upper bound.",
}


def arguments_of(family: str) -> dict[str, str]:
    """Return the arguments a family takes, with a word on each.

    Examples
    --------
    >>> arguments_of("uniform")
    {'max': 'Highest.', 'min': 'Lowest.'}
    """
    form = LONG_FORMS[family]
    words = _ENDS | {argument.name: argument.doc for argument in (*ARGUMENTS, *form.own_arguments)}
    taken = {"ci95" if name == "ci" else name for name in set().union(*form.sets)}
    return {name: words[name] for name in sorted(taken | ({"low", "high"} if form.takes_bounds else set()))}
