"""Diagnostics: collected, shown once, each with place, facts and remedy.

Errors are public API. A message says what is wrong in words of the file, shows the line with
the fault underlined, names the two facts that disagree, and says what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from wellbeva.core.cards import card
from wellbeva.core.did_you_mean import near_miss
from wellbeva.core.spans import Span

__all__ = [
    "Collector",
    "Diagnostic",
    "PlacelessError",
    "Severity",
    "Subject",
    "WellbevaError",
    "grouped",
    "near_miss",
    "render",
]

Severity = Literal["error", "warning"]
LINES_NAMED = 20
"""Lines of one file that a warning of several places names."""
DOUBTED = "WB-E003"
"""A rule of the model warns; its numbers differ from variant to variant."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The number of a parameter that a fact tells.

    Parameters
    ----------
    name, number : str
        As the fact tells them: ``effect.visits = 0.3 LS``.
    parameter : str
    labels : frozenset of str
        Those of the cell that it fills.
    """

    name: str
    number: str
    parameter: str
    labels: frozenset[str]

    def __str__(self) -> str:
        return f"{self.name} = {self.number}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """An error or a warning.

    Parameters
    ----------
    code : str
        ``WB-`` and a letter for the stage and a number: F file, S scenario, V value, L language,
        U unit, D distribution, A appraisal, C compiler, E engine, R results.
    message : str
        One sentence without a full stop at its end.
    span : Span or None
        Its place; None where no file is concerned.
    facts : tuple of str or Subject
        The facts that disagree, one a line. An engine knows an input by its name alone; its place is added by whoever
        knows it.
    remedy : str
        What to do; may be empty only for warnings.
    variant : str
        The only variant to which it applies; empty if it applies to the scenario itself.
    several : str
        The message for several warnings of this kind, ``{count} sums are taken to be in 2024 prices``; empty where each
        has a message of its own.
    """

    code: str
    message: str
    span: Span | None = None
    facts: tuple[str | Subject, ...] = ()
    remedy: str = ""
    severity: Severity = "error"
    variant: str = ""
    several: str = ""

    def __repr__(self) -> str:
        return card(render(self).splitlines())

    @property
    def lines(self) -> tuple[str, ...]:
        """The facts as they are printed, the variant last."""
        return (*map(str, self.facts), *((f"in the variant {self.variant}",) if self.variant else ()))


class WellbevaError(Exception):
    """The input, or the machine, keeps a stage from its result.

    Parameters
    ----------
    diagnostics : iterable of Diagnostic
    unchecked : str
        What could not be checked because of them, so that more may be wrong; empty if nothing is known to be left.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic], unchecked: str = "") -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        self.unchecked = unchecked
        super().__init__("\n\n".join([*map(render, self.diagnostics), *filter(None, [self.more])]))

    def __repr__(self) -> str:
        return card(str(self).splitlines())

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows instead of a traceback, whose lines are ours and not the user's."""
        return str(self).splitlines()

    @property
    def more(self) -> str:
        """Say in one line that more may be wrong; empty if nothing is known to be left unchecked."""
        return self.unchecked and f"More may follow once these are fixed: {self.unchecked} could not be checked."


def refusal(code: str, message: str, remedy: str, *facts: str | Subject, span: Span | None = None) -> WellbevaError:
    """Return the error of one diagnostic, to be raised.

    Parameters
    ----------
    code, message, remedy, facts, span
        As in `Diagnostic`.
    """
    return WellbevaError([Diagnostic(code, message, span, facts, remedy)])


class PlacelessError(Exception):
    """Numbers do not bear what is asked of them; whoever read them knows their place, and adds code and span.

    Parameters
    ----------
    message : str
        One sentence without a full stop.
    facts : tuple of str
        The facts that disagree.
    remedy : str
        What to do.
    """

    def __init__(self, message: str, facts: tuple[str, ...], remedy: str) -> None:
        self.message = message
        self.facts = facts
        self.remedy = remedy
        super().__init__(f"{message}: {'; '.join(facts)}. {remedy}" if facts else f"{message}. {remedy}")


@dataclass(slots=True)
class Collector:
    """Gathers diagnostics so that all are shown at once."""

    found: list[Diagnostic] = field(default_factory=list)

    def error(
        self, code: str, message: str, span: Span | None = None, *, facts: Iterable[str] = (), remedy: str = ""
    ) -> None:
        """Note an error and go on.

        Parameters
        ----------
        code, message, span, facts, remedy
            As in `Diagnostic`.
        """
        self.found.append(Diagnostic(code, message, span, tuple(facts), remedy))

    def warn(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        *,
        facts: Iterable[str] = (),
        remedy: str = "",
        several: str = "",
    ) -> None:
        """Note a warning and go on.

        Parameters
        ----------
        code, message, span, facts, remedy, several
            As in `Diagnostic`.
        """
        self.found.append(Diagnostic(code, message, span, tuple(facts), remedy, "warning", several=several))

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The errors, without the warnings, each once."""
        return tuple(dict.fromkeys(one for one in self.found if one.severity == "error"))

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """The warnings, each once."""
        return tuple(dict.fromkeys(one for one in self.found if one.severity == "warning"))

    def stop_if_errors(self, unchecked: str = "") -> None:
        """Raise everything found, if an error is among it; `unchecked` as in `WellbevaError`."""
        if self.errors:
            raise WellbevaError(dict.fromkeys(self.found), unchecked)


def grouped(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Join the warnings of one kind into one that names the lines of all; each thing is said once (semantics R128).

    It stands where the first of its kind stood, points at the first line, and names the variants in which alone it is
    so. A rule of the model that warns in the scenario and in variants is told with the scenario's numbers.
    """
    kinds: dict[object, list[Diagnostic]] = {}
    for one in dict.fromkeys(diagnostics):
        # The last fact of what a model doubts is the model's rule.
        said = one.several or (one.code == DOUBTED and (one.message, *one.facts[-1:]))
        kinds.setdefault((one.code, said) if said else one, []).append(one)
    return tuple(_joined(members) if len(members) > 1 else members[0] for members in kinds.values())


def _joined(members: list[Diagnostic]) -> Diagnostic:
    """Make one warning of several of a kind; a line that is there in the scenario is not named for a variant too."""
    if not members[0].several:
        first = min(members, key=lambda one: bool(one.variant))
        variants = list(dict.fromkeys(one.variant for one in members if one is not first))
        more = f"also in the variant{'s' * (len(variants) > 1)} {', '.join(variants)}, with other numbers"
        return replace(first, facts=(*first.lines, more), variant="")
    members = sorted(
        members,
        key=lambda one: (one.span.file.startswith("--"), one.span.file, one.span.line) if one.span else (True, "", 0),
    )
    lines: dict[str, dict[int, str]] = {}
    for one in members:
        if one.span:
            rows = lines.setdefault(one.span.file, {})
            rows[one.span.line] = rows.get(one.span.line, "x") and one.variant
    facts = []
    for file, rows in lines.items():
        names = [f"{line}{f' (variant {variant})' if variant else ''}" for line, variant in rows.items()]
        more = f" and {len(names) - LINES_NAMED} more" if len(names) > LINES_NAMED else ""
        where = f" of {file}" if len(lines) > 1 else ""
        written = f"line{'s' if len(rows) > 1 else ''} {', '.join(names[:LINES_NAMED])}{more}{where}"
        facts.append(f"values of {file}" if file.startswith("--") else written)
    message = members[0].several.format(count=len(members))
    remedy = min((one.remedy for one in members), key=len)  # the plainest of them
    return replace(members[0], message=message, facts=tuple(facts), remedy=remedy, variant="", several="")


def render(diagnostic: Diagnostic) -> str:
    """Write a diagnostic as the terminal shows it, without colour."""
    where = f"{diagnostic.span}: " if diagnostic.span else ""
    lines = [f"{where}{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}"]
    span = diagnostic.span
    if span and span.text:
        source, column = _window(span)
        number = str(span.line)
        gutter = " " * len(number)
        under = "^" * max(1, min(span.length, len(source) - column + 1))
        lines += [f"{gutter} |", f"{number} | {source}", f"{gutter} | {' ' * (column - 1)}{under}"]
    lines += [f"  - {fact}" for fact in diagnostic.lines]
    if diagnostic.remedy:
        lines.append(f"  remedy: {diagnostic.remedy}")
    return "\n".join(lines)


def _window(span: Span) -> tuple[str, int]:
    """Cut a long line around the fault; control characters become blanks, columns are kept."""
    width = 100
    column = max(1, min(span.column, len(span.text) + 1))
    start = max(0, column - 1 - width // 2) if len(span.text) > width else 0
    text = span.text[start : start + width]
    cut = "".join(" " if ord(char) < 32 or 127 <= ord(char) < 160 else char for char in text)
    head = "..." if start else ""
    tail = "..." if start + width < len(span.text) else ""
    return head + cut + tail, column - start + len(head)
