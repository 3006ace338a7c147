"""``wellbeva report``: a run folder as a paper for a committee, or as a whole report, in Word or PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypedDict

from wellbeva.cli import errors
from wellbeva.cli.options import JsonOption, argument, option
from wellbeva.cli.output import put, refuse
from wellbeva.errors import Diagnostic


class PaperDocument(TypedDict):
    """The file, and what the template would have fetched."""

    file: str
    bytes: int
    left_out: list[str]


def report(
    folder: Annotated[Path, argument("A run folder.", "RUN")],
    to: Annotated[Path, option("The file: paper.docx, or report.pdf.")],
    kind: Annotated[
        Literal["paper", "report"] | None,
        option("Two pages for a committee, or the whole report; the first in Word, the second in PDF."),
    ] = None,
    template: Annotated[Path | None, option("Your own Word file with tags, as the documents show.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a run as a paper for a committee, or as a whole report: Word or PDF."""
    from wellbeva.api.saved.papers import paper
    from wellbeva.cli.json_output import print_json

    refuse(to, inputs=lambda: [str(template)] if template else [])
    made = paper(folder, to, kind=kind, template=template)
    if made.left_out:
        message = "the paper leaves out what the template fetches"
        errors.show([Diagnostic("WB-R526", message, facts=made.left_out, severity="warning")])
    put(made.content, to)
    if as_json:
        print_json(PaperDocument(file=str(to), bytes=len(made.content), left_out=list(made.left_out)))
