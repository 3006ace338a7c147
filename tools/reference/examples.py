"""One example for each way to write an uncertain number; the reference prints them and the tests run them."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from wellbeva.distributions.families import LONG_FORMS


@dataclass(frozen=True, slots=True)
class ValueExample:
    """One way to write a number.

    Parameters
    ----------
    family : str
        As a file names it, or `explain` what is drawn from.
    arguments : str
        What is written, in words.
    when : str
        When to use it.
    unit : str
        Of the parameter in the example.
    written : str
        As it stands in a scenario, after the parameter's name.
    mean : float
        Of what is drawn, in the parameter's unit, to the figures given.
    low, high : float
        Quantiles at 2.5% and 97.5%.
    """

    family: str
    arguments: str
    when: str
    unit: str
    written: str
    mean: float
    low: float
    high: float


TEXT = (
    ValueExample(
        "normal", "centre (low to high), for points, standard deviations and whatever may be below zero",
        "a study prints an average and its 95% interval", "LS", "0.30 (0.05 to 0.55) [assumed]", 0.3, 0.05, 0.55,
    ),
    ValueExample(
        "beta", "centre (low to high), for a share", "a share with its interval; it cannot leave 0% to 100%", "share",
        "69% (55% to 81%) [assumed]", 0.69, 0.5524, 0.8124,
    ),
    ValueExample(
        "gamma", "centre (low to high), for money, durations, counts and rates",
        "a sum of money with its interval; it cannot fall below zero", "money",
        "£95 in 2023 prices (80 to 112) [assumed]", 95, 79.66, 111.7,
    ),
    ValueExample(
        "lognormal", "centre (low to high), for a ratio", "a relative risk, or one thing as a multiple of another",
        "ratio", "1.30 (1.10 to 1.53) [assumed]", 1.3, 1.098, 1.528,
    ),
    ValueExample(
        "normal", "centre (90% CI low to high)", "an interval at another level", "LS",
        "0.30 (90% CI 0.09 to 0.51) [assumed]", 0.3, 0.0498, 0.5502,
    ),
    ValueExample(
        "normal", "centre (se error), or (sd deviation)", "a regression table prints a standard error", "LS",
        "1.04 (se 0.30) [assumed]", 1.04, 0.452, 1.628,
    ),
    ValueExample(
        "beta", "events of people", "a share that was counted: no interval is needed", "share",
        "31 of 45 [assumed]", 0.6889, 0.548, 0.8139,
    ),
    ValueExample(
        "pert", "most likely (range lowest to highest)", "a judgement; its average is not the most likely value",
        "year", "9 years (range 3 to 18) [assumed]", 9.5, 4.56, 15.06,
    ),
)  # fmt: skip

LONG = (
    *(
        ValueExample(name, family.needs, *astuple(family.example)) for name, family in LONG_FORMS.items()
    ),
    ValueExample(
        "quantiles", "probability: value, two or more, both rising",
        "a study or an expert gives quantiles; they are kept exactly and joined smoothly", "LS",
        "{quantiles: {2.5%: 0.05, 50%: 0.30, 97.5%: 0.55}, source: assumed}", 0.3, 0.05, 0.55,
    ),
    ValueExample(
        "empirical", "a list of values, or value: weight", "the values that were seen are all that can happen", "year",
        "{empirical: {3 years: 5, 4 years: 2}, source: assumed}", 3.2857, 3, 4,
    ),
    ValueExample(
        "mixture", "share: value, shares that add to 100%",
        "with some chance the whole effect is absent, or another study is right", "LS",
        '{mixture: {70%: "0.30 (0.05 to 0.55)", 30%: 0}, source: assumed}', 0.21, 0, 0.53,
    ),
)  # fmt: skip

DIRICHLET = "{dirichlet: {well: 60, ill: 30, dead: 10}, source: assumed}"
"""Shares that add to 1, along the last axis of a parameter."""

STUDIES = "{studies: loneliness.csv, pool: random effects, predict: new setting, source: assumed}"
"""Studies that are pooled."""
