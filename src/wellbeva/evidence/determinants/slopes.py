"""How many points of life satisfaction go with one standard deviation of each determinant, alone and together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.evidence.determinants.panel import EXACT, TOGETHER, Panel, means
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.robust import Estimate, Indices, fit_several, independent, ordered_logit

EFFECTS = {
    "none": "people and places as they are",
    "person": "each person with the same person at another time",
    "area": "people of one area with each other",
}
"""What is compared."""
LEAST_DF = 4.0
"""Below it, Satterthwaite's interval is known to be too narrow at times (Pustejovsky and Tipton 2018)."""
_NORMAL = 1.959963984540054
_STEP = 0.01
_LEVELS = 21
_STEEPEST = 8.0
"""Logits for one SD; beyond it the answers are separated, and the likelihood grows without end."""


@dataclass(frozen=True, slots=True, eq=False)
class Slopes:
    """Slopes on determinants in standard deviations.

    Parameters
    ----------
    names : tuple of str
        The determinants, and `TOGETHER` if their product is there.
    estimates : tuple of Estimate
        Of each [points per SD; per SD and SD].
    covariance : array (name, name)
        Of the estimates.
    sds : tuple of float
        Standard deviation of each determinant among the rows, in its own unit.
    held, left_out : tuple of str
        Columns that were held equal, and those that were to be, and have no spread beside the others.
    effects : str
        One of `EFFECTS`.
    clusters : str
        ``person``, ``area`` or empty: within which answers may resemble each other.
    cluster_count, rows, people : int
        Clusters and rows that are compared, and people who answered.
    alone : int
        People with one row, who say nothing where each person is compared with the same person.
    """

    names: tuple[str, ...]
    estimates: tuple[Estimate, ...]
    covariance: Floats
    sds: tuple[float, ...]
    held: tuple[str, ...]
    left_out: tuple[str, ...]
    effects: str
    clusters: str
    cluster_count: int
    rows: int
    people: int
    alone: int

    @property
    def spreads(self) -> Floats:
        """Standard deviations of normals whose 95% intervals are those of Student's t."""
        return np.array([(one.high - one.low) / (2 * _NORMAL) for one in self.estimates])

    @property
    def correlations(self) -> Floats:
        """Correlations between the estimates."""
        errors = np.sqrt(np.diag(self.covariance))
        return np.asarray(self.covariance / np.outer(errors, errors))


def regress(panel: Panel, *, effects: str = "", clusters: str = "", together: bool = False) -> Slopes:
    """Regress answers on determinants.

    Effects of people or areas are taken off by the within transformation. Errors are CR2 with Satterthwaite's degrees
    of freedom. Those of the transformed columns are those of all dummies in full, as the clusters contain the people or
    areas that are taken off.

    Parameters
    ----------
    panel : Panel
    effects : str
        One of `EFFECTS`; if not given, of people where one answered twice, else of areas, else none.
    clusters : str
        ``person`` or ``area``; areas if not given and known.
    together : bool
        Whether the two determinants may act together.

    Raises
    ------
    EvidenceError
        Where the answers cannot say it.

    References
    ----------
    Wooldridge (2010), Econometric Analysis of Cross Section and Panel Data, section 10.5; Pustejovsky and
    Tipton (2018), doi 10.1080/07350015.2016.1247004, theorem 2, which holds for least squares without weights
    (corrigendum, doi 10.1080/07350015.2023.2174123); the product is formed before the person's mean is taken off,
    Giesselmann and Schmidt-Catran (2022), doi 10.1177/0049124120914934.
    """
    effects = effects or _default_effects(panel)
    for word, known in ((effects, EFFECTS), (clusters, MANY)):
        if word not in known:
            raise EvidenceError(f"{word[:40]!r} is not known", (), f"say one of {', '.join(filter(None, known))}")
    columns, names = panel.columns(together=together), (*panel.determinants, *([TOGETHER] if together else []))
    people, rows, alone = len(set(panel.people or range(len(panel.outcome)))), len(panel.outcome), 0
    if effects == "person":
        alone = int((np.bincount(panel.group("person")) == 1).sum())  # their rows become zero, and add nothing
        if alone == people:
            raise EvidenceError(
                "each person answered once, so nobody can be compared with the same person at another time",
                (f"{people:,} people, {rows:,} rows",),
                "give the answers of another time too, or say --effects area or none",
            )
    clusters = clusters or (
        "area" if panel.areas is not None or effects == "area" else "person" if panel.people else ""
    )
    cluster = _clusters(panel, effects, clusters)
    outcome, design = panel.outcome, {"": np.ones(rows)} | columns  # the intercept is the column without a name
    if effects != "none":
        group, stacked = panel.group(effects), np.stack([outcome, *columns.values()], axis=1)
        outcome, *within = (stacked - means(stacked, group)[group]).T
        design = dict(zip(columns, within, strict=True))
    made = independent(design, columns)
    _refuse(made, names, effects)
    design = {name: column for name, column in design.items() if name not in made}
    matrix, at = np.stack([*design.values()], axis=1), [list(design).index(name) for name in names]
    estimates, covariance = fit_several(outcome, matrix, at, cluster)
    count = 0 if cluster is None else int(cluster.max()) + 1 - (alone if clusters == "person" else 0)
    if min(one.se for one in estimates) < EXACT:
        fact = "the columns say each answer exactly"
        if np.ptp(outcome) < EXACT:
            fact = f"no answer differs{_WITHIN[effects]}"
        message = "there is no way to tell how sure a slope is"
        raise EvidenceError(message, (fact,), "check the columns, or compare others")
    if min(one.df for one in estimates) <= 0.0:
        fact = f"{count:,} {MANY[clusters]}"
        raise EvidenceError(f"too few {MANY[clusters]} say how sure the slopes are", (fact,), "ask in more of them")
    return Slopes(
        names,
        estimates,
        covariance,
        tuple(float(x.std(ddof=1)) for x in panel.determinants.values()),
        tuple(name for name in design if name and name not in names),
        tuple(made),
        effects,
        clusters,
        count,
        rows - alone,
        people,
        alone,
    )


MANY = {"": "rows", "person": "people", "area": "areas"}
_WITHIN = {"none": "", "person": " within a person", "area": " within an area"}


def _default_effects(panel: Panel) -> str:
    if panel.people is not None and len(set(panel.people)) < len(panel.people):
        return "person"
    return "area" if panel.areas is not None else "none"


def _clusters(panel: Panel, effects: str, clusters: str) -> Indices | None:
    if effects == "area" and clusters != "area":
        raise EvidenceError(
            "where areas have effects, answers of one area resemble each other", (), "leave out --cluster, or say area"
        )
    if not clusters:
        return None
    cluster = panel.group(clusters)
    if cluster.max() == 0:
        raise EvidenceError(
            f"all answers are of one {clusters}, so nothing is known of how {MANY[clusters]} differ",
            (f"{len(cluster):,} rows",),
            "give answers of more of them, or leave the column out",
        )
    if effects == "person" and clusters == "area":
        person = panel.group("person")
        moved = len(np.unique(np.stack([person, cluster]), axis=1).T) - int(person.max()) - 1
        if moved:
            fact = f"{moved:,} of {person.max() + 1:,} people answered from two areas"
            raise EvidenceError("people moved between areas", (fact,), "say --cluster person, or leave movers out")
    return cluster


def _refuse(made: dict[str, str], names: tuple[str, ...], effects: str) -> None:
    """Refuse determinants that do not vary, or that other columns make up."""
    for name, by in made.items():
        if by and (name in names or not {*by.split(" and ")}.isdisjoint(names)):
            fact = "their columns are collinear"
            raise EvidenceError(f"{name} says the same as {by}", (fact,), "leave one of them out")
        if name in names:
            raise EvidenceError(
                f"{name} never varies{_WITHIN[effects]}, so that nothing is known of it there",
                (f"compared: {EFFECTS[effects]}",),
                "leave it out, or say --effects none",
            )


def ordered_slopes(panel: Panel, *, effects: str, together: bool = False) -> tuple[float, ...]:
    """Return the slopes in points if answers are ordered and no more: the check of `regress`.

    An ordered logit, whose means of people or areas stand among its columns in the place of their effects, after
    Mundlak. A slope is the mean over all rows of the change of the expected answer.

    Parameters
    ----------
    panel : Panel
        Whose answers are whole numbers.
    effects : str
        One of `EFFECTS`.
    together : bool

    References
    ----------
    McCullagh (1980), Regression models for ordinal data, Journal of the Royal Statistical Society B 42(2): 109-142;
    Mundlak (1978), doi 10.2307/1913646; of a product, Ai and Norton (2003), doi 10.1016/S0165-1765(03)00032-6.
    """
    levels, answer = np.unique(panel.outcome, return_inverse=True)
    if len(levels) > _LEVELS or (levels % 1.0).any():
        fact = f"{len(levels):,} answers differ"
        raise EvidenceError("only whole answers are ordered ones", (fact,), f"have at most {_LEVELS}, or no --ordered")
    columns = before = panel.columns(together=together)
    if effects != "none":
        group = panel.group(effects)
        averages = means(np.stack([*columns.values()], axis=1), group)[group]
        columns = columns | {f"mean of {name}": column for name, column in zip([*columns], averages.T, strict=True)}
    columns = {name: column - column.mean() for name, column in columns.items()}
    made = independent(columns, columns)
    names = [name for name in columns if name not in made]
    matrix = np.stack([columns[name] for name in names], axis=1)
    scale = matrix.std(axis=0)
    model, found = ordered_logit(answer, matrix / scale)
    if not found.mle_retvals["converged"] or np.abs(found.params[: len(names)]).max() > _STEEPEST:
        fact = "a determinant says exactly where answers change"
        raise EvidenceError("answers are in order, so that an ordered logit has no end", (fact,), "leave out --ordered")
    moves = {name: names.index(name) for name in panel.determinants}

    def expected(**shift: float) -> Floats:
        moved = matrix.copy()
        for name, size in shift.items():
            moved[:, moves[name]] += size
        if together:
            one, other = (before[name] + shift.get(name, 0.0) for name in moves)
            moved[:, names.index(TOGETHER)] += one * other - before[TOGETHER]
        return np.asarray(model.predict(found.params, exog=moved / scale) @ levels)

    slopes = [float((expected(**{name: _STEP}) - expected(**{name: -_STEP})).mean() / (2 * _STEP)) for name in moves]
    if together:
        a, b = moves
        corners = [expected(**{a: i * _STEP, b: j * _STEP}) * i * j for i in (-1, 1) for j in (-1, 1)]
        slopes.append(float(np.mean(corners)) / _STEP**2)
    return tuple(slopes)
