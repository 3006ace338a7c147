"""What makes settings differ: the design of a regression of effects on moderators, subgroups among them."""

from __future__ import annotations

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.errors import near_miss
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.pooling.studies import Studies


def design_of(studies: Studies) -> Floats:
    """Return the design whose first coefficient is the average in the setting: array (effect, coefficient).

    Columns are counted from the setting: numbers as distances from its own, in ranges of the studies', names of
    subgroups as indicators of every subgroup but its own.

    Parameters
    ----------
    studies : Studies

    Raises
    ------
    EvidenceError
        If the setting lies outside those studied, a moderator is constant or a combination of others, or there are not
        more studies than coefficients.
    """
    columns = [np.ones(len(studies))]
    for name, value in studies.setting.items():
        given = studies.moderators[name]
        if isinstance(value, str):
            groups = sorted(set(given))
            if value not in groups:
                raise EvidenceError(
                    f"No study has '{value}' as its {name}",
                    (f"studies have {', '.join(groups)}",),
                    near_miss(value, groups) or "Name one of these.",
                )
            columns += [
                np.array([other == group for other in given], dtype=float) for group in groups if group != value
            ]
            continue
        numbers = np.asarray(given, dtype=float)
        low, high = numbers.min(), numbers.max()
        if not low <= value <= high:
            raise EvidenceError(
                f"{value:g} lies outside the {name} of the studies",
                (f"theirs is from {low:g} to {high:g}", "nobody measured what happens beyond"),
                "Name a value between these.",
            )
        columns.append((numbers - value) / max(high - low, np.finfo(float).tiny))
    design = np.column_stack(columns)
    independent = len(set(studies.names))
    if studies.setting and independent <= len(columns):
        raise EvidenceError(
            "There are too few studies for the coefficients",
            (f"studies: {independent}", f"coefficients, the average among them: {len(columns)}"),
            "Add studies, or take fewer moderators: ten studies for each is a common rule.",
        )
    constant = any(len(set(studies.moderators[name])) < 2 for name in studies.setting)
    if constant or np.linalg.matrix_rank(design, tol=1e-9 * len(studies)) < len(columns):
        raise EvidenceError(
            f"The studies do not tell apart what goes with {' and '.join(studies.setting)}",
            ("a moderator is the same in all studies, or follows from the others",),
            "Leave one of them out.",
        )
    return design
