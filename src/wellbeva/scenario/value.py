"""One value as a file gives it: numbers still as written, with places.

`Amount` holds an exact fraction and the unit's text. Converting units and prices and fitting distributions is the
compiler's work, which alone knows model, appraisal and families together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from wellbeva.core.spans import Span
from wellbeva.core.units import CURRENCIES
from wellbeva.scenario.text.paths import DottedPath

Grade = Literal["strong", "promising", "initial", "assumed"]


@dataclass(frozen=True, slots=True)
class Amount:
    """One number as written: ``£1,314 in 2023 prices``, ``9 months``, ``67.1%``, ``10/6``.

    Parameters
    ----------
    number : Fraction
        Exact; ``%`` already divided by 100, ``k``/``m``/``bn`` multiplied in.
    unit : str
        Text of the unit without the currency that leads (``months``, ``per year``, ``people``); may be empty. One that
        does not lead stands in it as its code: ``WELLBY per GBP``.
    percent : bool
        Whether it was written with ``%``.
    currency : str
        ``GBP``, ``USD``, ``EUR`` … or empty.
    price_year : int or None
        Of ``in 2023 prices``.
    scale : str
        The letter of ``k``, ``million`` …, as it was written; multiplied in.
    """

    number: Fraction
    unit: str = ""
    percent: bool = False
    currency: str = ""
    price_year: int | None = None
    span: Span | None = field(default=None, compare=False)
    scale: str = field(default="", compare=False)

    @property
    def bare(self) -> bool:
        """Whether it is a number and nothing else: no unit, no percentage, no money."""
        return not (self.unit or self.percent or self.currency)

    @property
    def currencies(self) -> tuple[str, ...]:
        """Every currency it shows, above the line or below it."""
        return _currencies(self.currency, self.unit)


@lru_cache(maxsize=1024)
def _currencies(leading: str, unit: str) -> tuple[str, ...]:
    return tuple(word for word in (leading, *re.findall(r"[A-Za-z_]\w*", unit)) if word in CURRENCIES)


@dataclass(frozen=True, slots=True)
class Cite:
    """A reference to a source: key and place in it (``hmt2021 Annex 2``); of an area's data, the year too."""

    key: str
    place: str = ""
    span: Span | None = field(default=None, compare=False)
    year: str = ""


@dataclass(frozen=True, slots=True)
class StudyTable:
    """What is known of the studies that are pooled into one value, and how they are (semantics R158, R159).

    Parameters
    ----------
    labels : tuple of str
        The study of each effect.
    clusters : tuple of str
        Which effects are of the same people or place; empty where each is on its own.
    measure : str
        As the table says. With one of `RATIOS` the effects are logarithms of ratios.
    file : str
        The table, as messages show it.
    pool, between, interval, predict, correct : str
        See `STUDY_KEYS`.
    local : str
        The study of the place that is appraised, which is drawn towards the others; empty for none.
    setting : tuple of (str, str)
        Columns that effects are regressed on, each with its value in the place that is appraised.
    moderators : tuple of tuple of str
        These columns, as the table has them.
    """

    labels: tuple[str, ...]
    clusters: tuple[str, ...] = ()
    measure: str = ""
    file: str = ""
    pool: str = "random effects"
    between: str = "REML"
    interval: str = "Hartung-Knapp"
    predict: str = "new setting"
    correct: str = "none"
    local: str = ""
    setting: tuple[tuple[str, str], ...] = ()
    moderators: tuple[tuple[str, ...], ...] = ()

    @property
    def ratio(self) -> bool:
        """Whether the effects are logarithms of ratios."""
        return self.measure in RATIOS

    @property
    def how(self) -> dict[str, str]:
        """How the studies are pooled, as the functions that pool them take it."""
        return {"model": self.pool, "between": self.between, "interval": self.interval}


STUDY_KEYS = {
    "pool": ("random effects", "fixed effect"),
    "between": ("REML", "Paule-Mandel", "DerSimonian-Laird"),
    "interval": ("Hartung-Knapp", "Hartung-Knapp with floor", "normal"),
    "predict": ("new setting", "average"),
    "correct": ("none", "PET-PEESE", "selection model"),
    "local": (),
    "at": (),
}
"""What may stand beside ``studies``, and the words it takes, the default first; ``local`` takes the name of a study,
``at`` columns with their values in the place that is appraised."""
RATIOS = ("risk ratio", "odds ratio", "rate ratio", "hazard ratio")
"""Measures that are pooled as logarithms."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of one cell, in the text form or the long form (FORMAT sections 3 and 4).

    Parameters
    ----------
    form : str
        ``number`` (a constant), ``label``, ``switch``, ``same_as``; or how the uncertainty was given:
        ``interval`` (a (b to c)), ``range`` (most likely, lowest, highest: PERT), ``se``, ``sd``, ``count`` (a of b);
        or in the long form ``family``, ``quantiles``, ``empirical``, ``mixture``, ``dirichlet``, ``studies``.
    amounts : mapping
        By name. interval: centre, low, high; range: mode, min, max; se/sd: centre, se or sd; count: events, n;
        number: value; family: the arguments as named in FORMAT section 4 (``mean``, ``sd``, ``shape`` …, and
        ``low``/``high`` for an interval, with `level`).
    family : str
        Long form only: ``normal``, ``lognormal``, ``shifted_lognormal``, ``beta``, ``gamma``, ``triangular``,
        ``pert``, ``uniform``, ``truncated_normal``.
    level : Fraction
        Level of the interval; 95/100 unless said.
    word : str
        For ``label``: the label; for ``switch``: ``true`` / ``false``; for ``same_as``: the path as written.
    path : DottedPath or None
        For ``same_as``: the number meant, its labels in the order of the model's axes.
    base : Amount or None
        ``base:`` of the long form.
    truncate : tuple of (Amount or None, Amount or None)
        Lower and upper bound of ``truncate:``, or of a truncated family.
    cites : tuple of Cite
        Own sources, or those inherited from the nearest ``source:`` around it.
    evidence, licence, note : str
        Own words; empty where only the source has them.
    status : str
        ``recalled``: known from memory, whatever the source's status is.
    points : tuple of (Fraction, Amount)
        quantiles: probability and value, both rising. empirical: weight (1 unless said) and value. studies: squared
        standard error, in the value's unit squared, and effect.
    parts : tuple of (Fraction, Value)
        mixture: weight and the value it has; weights add to 1.
    arguments : tuple of (str, tuple of str)
        family: the arguments and their numbers as written, an interval's two.
    shares : tuple of (str, Amount)
        dirichlet: label of `axis` and its count; the assignment fills these labels of `axis`, which add to 1.
    axis : str
        dirichlet: the axis that is filled.
    studies : StudyTable or None
        studies: what stands beside each effect of `points`, and how they are pooled.
    times : Fraction
        Every draw is multiplied by it, and the base case (semantics R228).
    written, body : str
        The value as it stands in the file; of the text form, the same without the sources in [ ] behind it.
    """

    form: Literal[
        "number", "label", "switch", "same_as", "interval", "range", "se", "sd", "count", "family",
        "quantiles", "empirical", "mixture", "dirichlet", "studies",
    ]  # fmt: skip
    amounts: Mapping[str, Amount] = field(default_factory=dict)
    family: str = ""
    level: Fraction = Fraction(95, 100)
    word: str = ""
    base: Amount | None = None
    truncate: tuple[Amount | None, Amount | None] = (None, None)
    cites: tuple[Cite, ...] = ()
    evidence: str = ""
    licence: str = ""
    note: str = ""
    written: str = ""
    span: Span | None = field(default=None, compare=False)
    points: tuple[tuple[Fraction, Amount], ...] = ()
    parts: tuple[tuple[Fraction, Value], ...] = ()
    status: str = ""
    shares: tuple[tuple[str, Amount], ...] = ()
    axis: str = ""
    body: str = ""
    path: DottedPath | None = None
    arguments: tuple[tuple[str, tuple[str, ...]], ...] = ()
    studies: StudyTable | None = None
    times: Fraction = Fraction(1)
