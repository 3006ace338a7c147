"""How strong the evidence of an option is, by the rule printed in every report (VISUAL section 5)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Literal

from wellbeva.plan.record import Input, Record

GRADES = ("assumed", "initial", "promising", "strong")
"""Grades from weakest to strongest."""

EFFECT_TOKENS = ("LS", "WELLBY", "SD", "QALY", "step", "point")
"""Units that mark an input as an effect on wellbeing or health."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Grade of an option.

    Parameters
    ----------
    grade : str
        One of `GRADES`; empty where no input says.
    assumed : int
        Inputs graded ``assumed`` that somebody wrote down for this option (model defaults are not counted).
    inputs : tuple of str
        Paths of the inputs whose grade it is.
    """

    grade: str = ""
    assumed: int = 0
    inputs: tuple[str, ...] = ()

    def __deepcopy__(self, _: object) -> Evidence:
        """Return the same: pandas copies what stands beside a table with each column that is taken from it."""
        return self

    @property
    def note(self) -> str:
        """What is said beside the grade."""
        return f"{self.assumed} {'input' if self.assumed == 1 else 'inputs'} assumed" if self.assumed else ""


def inputs_by_option(record: Record) -> Mapping[str, tuple[Input, ...]]:
    """Return the inputs that fill cells of each option, in their order: its own, and those given once for all."""
    own: dict[str, list[tuple[int, Input]]] = {one.name: [] for one in record.scenario.options}
    shared: list[tuple[int, Input]] = []
    for place, given_input in enumerate(record.inputs):
        option = dict(given_input.labels).get("option")
        (shared if option is None else own.setdefault(option, [])).append((place, given_input))
    return {name: tuple(one for _, one in sorted(mine + shared, key=itemgetter(0))) for name, mine in own.items()}


def effect_inputs(inputs: Iterable[Input]) -> tuple[Input, ...]:
    """Return the inputs that state an effect on wellbeing.

    These have the role of a gain; where nothing that has it is written, every number in points of life satisfaction,
    WELLBYs, standard deviations, QALYs, or steps or points of a scale, money per such unit and model defaults apart.
    """
    written = [given_input for given_input in inputs if given_input.layer not in {"default", "appraisal"}]
    named = tuple(one for one in written if "gain" in one.roles)
    if named:
        return named
    return tuple(one for one in written if any(counts(one.unit, token) for token in EFFECT_TOKENS))


def counts(unit: str, token: str) -> bool:
    """Whether a token stands in the numerator of a unit's text.

    Parameters
    ----------
    unit : str
        As printed, ``LS*year/person``.
    token : str
        ``LS``.
    """
    above = unit.partition("/")[0]
    return token in above.replace("*", " ").replace("(", " ").replace(")", " ").split()


def evidence_of(
    inputs: Sequence[Input], *, choose: Literal["one", "several"], turning: Collection[str] | None = None
) -> Evidence:
    """Grade one option.

    Parameters
    ----------
    inputs : sequence of Input
        Those of the option (`inputs_by_option`).
    choose : {"one", "several"}
        An offer carries the lowest grade among its effect inputs. An option among rivals carries the lowest grade
        among the studied inputs that can turn the choice (all studied inputs, where none can); ``assumed`` ones are
        left out and counted beside it, unless no study stands behind anything that it does for people.
    turning : collection of str, optional
        Names of uncertain elements that can turn the choice (`analysis.tables.oneway`); for rivals these alone give
        the grade.

    Returns
    -------
    Evidence
    """
    assumed = sum(given_input.evidence == "assumed" and given_input.layer != "default" for given_input in inputs)
    if choose == "several":
        graded = [
            effect_given_input for effect_given_input in effect_inputs(inputs) if effect_given_input.evidence in GRADES
        ]
    else:
        # The appraisal's own figures (the value of a WELLBY) say nothing of how an option was studied.
        studied = [
            given_input
            for given_input in inputs
            if given_input.evidence in GRADES[1:] and given_input.layer not in ("default", "appraisal")
        ]
        # Where no studied input can turn the choice, the grade is still that of the studies behind the option.
        graded = [one for one in studied if turning is not None and one.element in turning] or studied
        effects = effect_inputs(inputs)
        if effects and not any(one.evidence in GRADES[1:] for one in effects):
            graded = []  # studies of something else, as of how people fare, do not make its gain a studied one
    if not graded:
        only_assumed = choose == "one" and assumed > 0
        return Evidence("assumed" if only_assumed else "", assumed, ())
    lowest = next(grade for grade in GRADES if any(one.evidence == grade for one in graded))
    return Evidence(lowest, assumed, tuple(one.path for one in graded if one.evidence == lowest))


def without_comparison(declared: Sequence[str], compared: Sequence[bool | None], grades: Sequence[str]) -> bool:
    """Whether a gain rests on a study without a comparison group: as declared, else by its studies, else by its grades.

    Parameters
    ----------
    declared : sequence of str
        What the switch for it says, the last for most: ``true`` where there was a group.
    compared : sequence of bool, optional
        Of each study behind the gain.
    grades : sequence of str
        Of the gain's inputs; ``set`` for one that a reader typed, which no study compared.
    """
    if declared:
        return declared[-1] != "true"
    if False in compared:
        return True
    if compared and all(compared):
        return False
    return any(grade in ("initial", "assumed", "set") for grade in grades)
