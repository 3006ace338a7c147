"""A saved run as a paper: for a committee, or the whole report, as a Word file or in print."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from wellbeva.api.sources import File
from wellbeva.errors import Collector, WellbevaError, refusal
from wellbeva.scenario.text.files import Files

if TYPE_CHECKING:
    from wellbeva.api.saved.saved_run import SavedRun

Kind = Literal["paper", "report"]
USUAL: Final[dict[str, Kind]] = {".docx": "paper", ".pdf": "report"}
"""What is written into a file of each ending, unless something else is asked for."""


class Paper(NamedTuple):
    """A file, and what was left out of the template that it was made from."""

    content: bytes
    left_out: tuple[str, ...] = ()


def paper(folder: File, to: File, *, kind: Kind | None = None, template: File | None = None) -> Paper:
    """Make a paper of a run folder.

    Parameters
    ----------
    folder : path
        That `wellbeva run` wrote.
    to : path
        Whose ending says which file is made: ``.docx`` or ``.pdf``; nothing is written.
    kind : {"paper", "report"}, optional
        Two pages for a committee, or the whole report; by the ending if left out: the first in Word, the second in PDF.
    template : path, optional
        A Word file with tags, which the paper fills.

    Raises
    ------
    WellbevaError
        ``WB-R525`` for another ending, or a template with a report; ``WB-R521`` without the extra or the program that
        it needs; as `open_saved`, `fill_template`, `print_page` and `print_word`.
    """
    ending = Path(to).suffix.lower()
    if ending not in USUAL:
        remedy = f"name a file that ends in {' or '.join(USUAL)}"
        raise refusal("WB-R525", f"no paper can be written as {Path(to).name[-60:]!r}", remedy)
    wanted = kind or ("paper" if template else USUAL[ending])
    if template and wanted == "report":
        raise refusal("WB-R525", "a template is for the paper, not for the whole report", "leave out --template")
    if ending == ".pdf" and template is None:
        from wellbeva.report.paper.print import print_page

        return Paper(print_page(_page(folder, wanted)))
    made = _word(folder, wanted, template)
    if ending == ".docx":
        return made
    from wellbeva.report.paper.print import print_word

    return made._replace(content=print_word(made.content))


def _page(folder: File, kind: Kind) -> str:
    """Return a page to be printed: the report as it was written, if it is there and leads nowhere by itself."""
    from wellbeva.api.saved.saved_run import open_saved
    from wellbeva.report.page.render import render
    from wellbeva.report.paper.committee import committee_paper
    from wellbeva.report.paper.print import POLICY
    from wellbeva.results.run_folder import REPORT

    if kind == "report" and (Path(folder) / REPORT).is_file():
        written = (Path(folder) / REPORT).read_text("utf-8")
        if written.lower().count("http-equiv") == written.count(POLICY):
            return written
    page = open_saved(folder).page()
    return render(page) if kind == "report" else render(replace(page, sections=committee_paper(page)), paper=True)


def _word(folder: File, kind: Kind, template: File | None) -> Paper:
    from wellbeva.api.saved.saved_run import open_saved

    if find_spec("docxtpl") is None:
        remedy = "install it: pip install 'wellbeva[word]'"
        raise refusal("WB-R521", "a Word file is written with the extra 'word', which is not installed", remedy)
    saved = open_saved(folder)
    if template is not None:
        return _filled(saved, Path(template))
    from wellbeva.report.paper.committee import committee_paper
    from wellbeva.report.paper.word_file import whole_report, word_file

    page = saved.page()
    sections = committee_paper(page) if kind == "paper" else whole_report(page)
    return Paper(word_file(page, sections, date=str(saved.manifest["date"])))


def _filled(saved: SavedRun, template: Path) -> Paper:
    from wellbeva.report.paper.committee import committee_paper
    from wellbeva.report.paper.template import FILE_LIMIT, fill_template, values_of

    collector = Collector()
    content = Files().read_bytes(template, str(template), limit=FILE_LIMIT, collector=collector)
    if content is None:
        raise WellbevaError(collector.errors)
    page = saved.page()
    warning = " ".join((*page.strip, page.first.loud)).strip()
    beside = {
        "question": page.title, "name": page.name, "about": " · ".join(page.eyebrow), "warning": warning,
        "foot": page.foot,
    }  # fmt: skip
    return Paper(*fill_template(content, str(template), values_of(committee_paper(page), beside)))
