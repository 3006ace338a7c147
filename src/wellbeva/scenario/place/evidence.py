"""Numbers that an area gives a scenario: what the file says comes before them, and they fill no other parameter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from wellbeva.core.spans import Span
from wellbeva.errors import Collector, Diagnostic
from wellbeva.scenario.spec import Assignment, JointDraws, Source

TAKEN = {"baseline": "LS", "population": "person"}
"""What an area can fill, and the unit the model's parameter must have."""


@dataclass(frozen=True, slots=True)
class LocalEvidence:
    """Groups, values and sources that an area gives a scenario.

    Parameters
    ----------
    groups : mapping of label to words
        Empty where none were asked for.
    whose : str
        Whose groups these are, in words.
    assignments : tuple of Assignment
        The weakest the scenario has.
    sources : mapping of str to Source
    wanting : tuple of (str, Diagnostic)
        Parameters that a place was asked to fill and cannot, and what is said of it.
    shared : bool
        Whether the scenario has groups of its own: the one baseline would stand for all of them.
    digests : mapping of str to str
        SHA-256 of each table that was used.
    """

    span: Span | None = None
    name: str = ""
    groups: dict[str, str] = field(default_factory=dict)
    whose: str = ""
    assignments: tuple[Assignment, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    wanting: tuple[tuple[str, Diagnostic], ...] = ()
    shared: bool = False
    digests: Mapping[str, str] = field(default_factory=dict)

    def join(
        self, written: list[Assignment], joint: Iterable[JointDraws] = (), *, collector: Collector
    ) -> list[Assignment]:
        """Put the area's numbers under what the file says, and note what is wanting or stands aside.

        Parameters
        ----------
        written : list of Assignment
            What `values`, groups, tables and options say.
        joint : iterable of JointDraws
            What is drawn for these takes the place of the area's number.
        collector : Collector
        """
        own: dict[str, Assignment] = {}
        for assignment in written:
            own.setdefault(assignment.parameter, assignment)
        drawn = {column.parameter for table in joint for column in table.columns}
        given = [assignment for assignment in self.assignments if assignment.parameter not in drawn]
        collector.found += [fault for parameter, fault in self.wanting if parameter not in {*own, *drawn}]
        for parameter in dict.fromkeys(assignment.parameter for assignment in given):
            if parameter in own:
                labels = [selector.label for selector in own[parameter].selectors]
                beside = min(
                    (assignment for assignment in given if assignment.parameter == parameter),
                    key=lambda assignment: [selector.label for selector in assignment.selectors] != labels,
                )
                whose = beside.selectors[0].label if beside.selectors else self.name
                collector.warn(
                    "WB-S164",
                    f"the file's own {parameter!r} stands in place of the area's, where it is given",
                    own[parameter].value.span,
                    facts=(f"{whose} has {beside.value.written}",),
                    remedy="take it out to use the area's, or leave it: this is not an error",
                )
            elif parameter == "baseline" and self.shared:
                collector.warn(
                    "WB-S165",
                    f"every group gets the one average of {self.name} as its baseline",
                    self.span,
                    facts=("an area's average is not that of a group within it",),
                    remedy="give each group a baseline of its own where you know it",
                )
        return [*given, *written]

    def check(
        self, assignments: Iterable[Assignment], joint: Iterable[JointDraws] = (), *, collector: Collector
    ) -> None:
        """Refuse an area's average in any place but the baseline.

        Parameters
        ----------
        assignments : iterable of Assignment
            All of the scenario, variant and command line included.
        joint : iterable of JointDraws
        collector : Collector
        """
        keys = {
            cite.key
            for assignment in self.assignments
            if assignment.parameter == "baseline"
            for cite in assignment.value.cites
        }
        if not keys:
            return
        for assignment in assignments:
            values = (assignment.value, *(part for _, part in assignment.value.parts))
            same = any(value.path is not None and value.path.name == "baseline" for value in values)
            cited = any(cite.key in keys for value in values for cite in value.cites)
            if assignment.parameter not in TAKEN and (same or cited):
                self.refuse(assignment.parameter, assignment.value.span, collector)
        for table in joint:
            for column in table.columns:
                if column.parameter not in TAKEN and any(cite.key in keys for cite in table.cites):
                    self.refuse(column.parameter, column.span or table.span, collector)

    def refuse(self, parameter: str, span: Span | None, collector: Collector) -> None:
        """Note that an average of an area cannot be a number of another kind.

        Parameters
        ----------
        parameter : str
            The one that it was given to.
        span : Span or None
            Where.
        collector : Collector
        """
        collector.error(
            "WB-S166",
            f"an average of an area cannot be {parameter!r}",
            span,
            facts=(
                f"the baseline is the average of {self.name}",
                "a gap between averages of areas says nothing of what an offer does for one person",
            ),
            remedy=f"give {parameter!r} from a study of people who had the offer and people who did not",
        )
