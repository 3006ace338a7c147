"""Papers in Word: the numbers of decision.csv, two pages, text alternatives; a template may be anybody's."""

from __future__ import annotations

import csv
import io
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.report.report_fixtures import SHIPPED
from wellbeva import api
from wellbeva.api.saved.papers import Kind, paper
from wellbeva.cli import main
from wellbeva.errors import WellbevaError
from wellbeva.report.page.render import render
from wellbeva.report.page.view import Page, Table
from wellbeva.report.paper.committee import committee_paper
from wellbeva.report.paper.pictures import with_own_looks
from wellbeva.report.paper.print import print_page
from wellbeva.report.paper.template import fill_template, values_of
from wellbeva.report.paper.word_file import whole_report, word_file
from wellbeva.report.text import numbers
from wellbeva.results.csv_file import csv_bytes

pytestmark = pytest.mark.extras

docx = pytest.importorskip("docx")
pytest.importorskip("docxtpl")

Parts = dict[str, bytes]


@pytest.fixture(scope="module")
def folder(shipped: dict[str, api.Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shipped["easing-loneliness"].write(tmp_path_factory.mktemp("runs") / "easing")


@pytest.fixture(scope="module")
def papers(shipped: dict[str, api.Run], shipped_views: dict[str, Page]) -> dict[str, bytes]:
    return {
        name: word_file(page, committee_paper(page), date=shipped[name].date) for name, page in shipped_views.items()
    }


def texts(content: bytes) -> str:
    """Return all words of a Word file, those of its tables too."""
    word = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(line.text for line in word.paragraphs), *cells]).replace("\N{NO-BREAK SPACE}", " ")


def code_of(make: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(WellbevaError) as refused:
        make()
    (one,) = refused.value.diagnostics
    assert one.remedy
    return one.code, " ".join(one.lines)


@pytest.mark.parametrize("name", SHIPPED)
def test_r223_a_paper_has_the_answer_and_the_numbers_of_decision_csv(
    name: str, papers: dict[str, bytes], shipped: dict[str, api.Run], tmp_path: Path
) -> None:
    said = texts(papers[name])
    assert shipped[name].answer in said
    file = tmp_path / "decision.csv"
    file.write_bytes(csv_bytes(shipped[name].tables["decision"]))
    with file.open(encoding="utf-8-sig") as lines:
        rows = [row for row in csv.DictReader(lines) if row["option"] != "nothing"]
    one = shipped[name].facts.choose == "one"
    for row in rows:
        shown = (
            numbers.total(float(row["nb_central"]), "GBP") if one else numbers.number(float(row["wellbys_per_1000"]))
        )
        assert shown in said.splitlines()


def test_r223_every_picture_has_a_text_alternative_and_heads_repeat(
    shipped: dict[str, api.Run], shipped_views: dict[str, Page]
) -> None:
    page = shipped_views["easing-loneliness"]
    word = docx.Document(io.BytesIO(word_file(page, whole_report(page), date=shipped["easing-loneliness"].date)))
    told = word.element.body.xpath(".//wp:docPr/@descr")
    assert len(told) == len(word.element.body.xpath(".//wp:inline")) > 20
    assert all(text.strip() for text in told)
    assert len(word.element.body.xpath(".//w:tblHeader")) == len(word.tables) > 10


def test_r223_no_two_pictures_of_a_table_have_one_text(
    shipped: dict[str, api.Run], shipped_views: dict[str, Page]
) -> None:
    """One input of several options has a row for each."""
    page = shipped_views["easing-loneliness"]
    word = docx.Document(io.BytesIO(word_file(page, whole_report(page), date=shipped["easing-loneliness"].date)))
    told = [table._tbl.xpath(".//wp:docPr/@descr") for table in word.tables]
    assert [one for one in told if len(one) > len({*one})] == []
    (moved,) = (one for one in told if one[-1:] and one[-1].endswith("Difference in net benefit"))
    assert moved[2:4] == [
        f"Time at full gain, {who}, Difference in net benefit" for who in ("Weekly befriending visits", "A link worker")
    ]
    (balance,) = (one for one in told if one[:1] and one[0].startswith("Council"))
    assert balance[1] == "Council, Weekly befriending visits: −£32k"


def test_r223_a_saved_run_has_the_paper_of_the_run_to_the_byte(folder: Path, papers: dict[str, bytes]) -> None:
    assert paper(folder, "paper.docx").content == papers["easing-loneliness"]


@pytest.mark.parametrize("name", SHIPPED)
def test_r223_a_paper_is_two_pages(name: str, papers: dict[str, bytes], tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None or not list(Path(office).resolve().parent.glob("libswlo.so")):
        pytest.skip("LibreOffice Writer is not installed")
    (tmp_path / "paper.docx").write_bytes(papers[name])
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), "paper.docx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=300)
    told = subprocess.run(["pdfinfo", tmp_path / "paper.pdf"], check=True, capture_output=True, text=True).stdout
    assert re.search(r"^Pages: +2$", told, re.MULTILINE)


@pytest.mark.parametrize("name", SHIPPED)
def test_r223_a_paper_is_printed_on_two_pages(name: str, shipped_views: dict[str, Page], tmp_path: Path) -> None:
    page = shipped_views[name]
    file = tmp_path / "paper.pdf"
    file.write_bytes(print_page(render(replace(page, sections=committee_paper(page)), paper=True)))
    told = subprocess.run(["pdfinfo", file], check=True, capture_output=True, text=True).stdout
    assert re.search(r"^Pages: +[12]$", told, re.MULTILINE)
    said = subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True, text=True).stdout
    assert " ".join(page.first.answer.split()) in " ".join(said.split())
    assert "Before you decide" in said
    assert name != "easing-loneliness" or said.count("Which group gains most in all differs by option") == 1


def test_r223_a_long_word_at_the_head_of_a_column_leaves_the_others_on_the_page(
    shipped_views: dict[str, Page], tmp_path: Path
) -> None:
    page = shipped_views["easing-loneliness"]
    (told,) = (section for section in committee_paper(page) if section.key == "groups")
    (table,) = (block for block in told.blocks if isinstance(block, Table))
    long = replace(table, columns=(table.columns[0], replace(table.columns[1], head=250 * "w"), *table.columns[2:]))
    file = tmp_path / "paper.pdf"
    file.write_bytes(print_page(render(replace(page, sections=(replace(told, blocks=(long,)),)), paper=True)))
    said = subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True, text=True).stdout
    for shown in ("3.5 0.86 to 7.1", "9.3 4.7 to 16", "5.1 0.98 to 11", "6.5 1.6 to 13", "3.8 −0.41 to 9.3"):
        assert shown in said


TEMPLATE = """\
Report of the director: {{ question }}
{% for line in recommendation.lines %}{{ line }} {% endfor %}
{% if warning %}{{ warning }}{% endif %}{{ compared.table.heads[0] }}
"""


def template(text: str = TEMPLATE, change: Callable[[Parts], None] | None = None) -> bytes:
    """Return a template as a council might make it, with a table whose rows are repeated."""
    word = docx.Document()
    for line in text.splitlines():
        word.add_paragraph(line)
    table = word.add_table(3, 2)
    for row, tag in ((0, "{%tr for row in compared.table.rows %}"), (2, "{%tr endfor %}")):
        table.cell(row, 0).text = tag
    table.cell(1, 0).text, table.cell(1, 1).text = "{{ row.name }}", "{{ row.cells[1] }}"
    written = io.BytesIO()
    word.save(written)
    with zipfile.ZipFile(written) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    if change:
        change(parts)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return packed.getvalue()


@pytest.fixture(scope="module")
def filled(shipped_views: dict[str, Page]) -> Callable[[bytes], bytes]:
    page = shipped_views["easing-loneliness"]
    values = values_of(committee_paper(page), {"question": page.title, "name": page.name, "warning": ""})
    return lambda content: fill_template(content, "council.docx", values)[0]


def test_r224_a_template_is_filled(filled: Callable[[bytes], bytes], shipped: dict[str, api.Run]) -> None:
    said = texts(filled(template()))
    run = shipped["easing-loneliness"]
    assert run.answer in said
    net = {row["label"]: numbers.total(row["nb_central"], "GBP") for row in run.decision.to_dict("records")}
    assert any(line.startswith(net["Telephone friends"]) for line in said.splitlines())


def added(name: str, content: bytes = b"x") -> Callable[[Parts], None]:
    return lambda parts: parts.update({name: content})


def linked(kind: str, target: str, part: str = "word/_rels/document.xml.rels") -> Callable[[Parts], None]:
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    link = f'<Relationship Id="rIdX" Type="{office}/{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    empty = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'

    def change(parts: Parts) -> None:
        parts[part] = parts.get(part, empty).replace(b"</Relationships>", link.encode())

    return change


def in_text(markup: str) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        parts["word/document.xml"] = parts["word/document.xml"].replace(b"<w:p>", f"<w:p>{markup}".encode(), 1)

    return change


def declared(parts: Parts) -> None:
    parts["word/settings.xml"] = b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (added("word/vbaProject.bin"), "a program"),
        (added("word/embeddings/sheet.xlsx"), "a foreign file"),
        (added("../out.xml"), "leads out of its folder"),
        (linked("image", "https://example.org/pixel.png"), "has Word fetch"),
        (linked("oleObject", "file:///etc/passwd"), "has Word fetch"),
        (linked("hyperlink", "file:///etc/passwd"), "has Word fetch"),
        (in_text("<w:r><w:instrText>DDE</w:instrText></w:r><w:r><w:instrText>AUTO cmd</w:instrText></w:r>"), "DDE"),
        (in_text('<w:fldSimple w:instr=" INCLUDEPICTURE http://x "/>'), "INCLUDE"),
        (in_text("<w:fldSimple w:instr=' HYPERLINK \"file:///etc/passwd\" '/>"), "HYPERLINK"),
        (in_text("<w:r><w:instrText>{{ name }}</w:instrText></w:r>"), "fetches or runs"),
        (in_text("<w:altChunk/>"), "another document"),
        (in_text("<w:mailMerge><w:connectString w:val='Data Source=x'/></w:mailMerge>"), "a list of addresses"),
        (in_text("<w:r><w:pict><v:imagedata xmlns:v='urn:v' src='https://example.org/'/></w:pict></w:r>"), "a picture"),
        (declared, "document type"),
        (added("word/large.xml", b" " * (65 << 20)), "more than"),
        (added("WORD/document.xml"), "twice"),
    ],
)
def test_r224_a_template_that_fetches_or_runs_something_is_refused(
    filled: Callable[[bytes], bytes], change: Callable[[Parts], None], said: str
) -> None:
    code, told = code_of(lambda: filled(template(change=change)))
    assert code == "WB-R522"
    assert said in told


@pytest.mark.parametrize("target", ['"https://example.org/"', "\\l _Toc1", '"mailto:clerk@example.org"'])
def test_r224_links_that_a_reader_follows_are_kept(
    filled: Callable[[bytes], bytes], target: str, shipped: dict[str, api.Run]
) -> None:
    change = in_text(f"<w:fldSimple w:instr=' HYPERLINK {target} '/>")
    assert shipped["easing-loneliness"].answer in texts(filled(template(change=change)))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"x" * (8 << 20) + b"x"], ids=["empty", "cut", "large"])
def test_r224_what_is_no_template_is_refused(filled: Callable[[bytes], bytes], content: bytes) -> None:
    assert code_of(lambda: filled(content))[0] == "WB-R522"


@pytest.mark.parametrize(
    "tag",
    [
        "{{ question.__class__.__mro__ }}",
        "{{ question.upper() }}",
        "{{ 'x' * 10000000000 }}",
        "{{ question|upper }}",
        "{% set x = 1 %}",
        3 * "{% for a in next.lines %}" + 3 * "{% endfor %}",
        "{% include 'x' %}",
        "{{ range(9) }}",
        "{{ nobody }}",
        "{{ question",
    ],
)
def test_r224_tags_name_choose_and_repeat_and_no_more(filled: Callable[[bytes], bytes], tag: str) -> None:
    code, _ = code_of(lambda: filled(template(tag)))
    assert code == "WB-R523"


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("{{ next.lines }}", "a tag names no words but a list"),
        ("{{ next }}", "a tag names no words but all of title, lines, table"),
        ("{{ next.table }}", "a tag names no words but nothing"),
        ("{{ next.items }}", "a tag names no words but a part of the program"),
        ("{{ question.upper }}", "a tag names no words but a part of the program"),
        ("{{ qestion }}", "there is no 'qestion'"),
        ("{{ next.linse }}", "there is no 'linse', but title, lines, table"),
        ("{{ next.lines[99] }}", "there is no 99: there are 3"),
        ("{{r question }}", "{{r …}} writes into no paragraph: only {% %} may begin so"),
        ("{{p question }}", "{{p …}} writes into no paragraph: only {% %} may begin so"),
    ],
)
def test_r224_a_tag_writes_words_alone(filled: Callable[[bytes], bytes], tag: str, said: str) -> None:
    """Of a method of Python a paper had its address in memory, and of `{{p` a text outside all paragraphs."""
    assert code_of(lambda: filled(template(tag))) == ("WB-R523", said)


def test_r224_a_number_of_a_loop_is_words(filled: Callable[[bytes], bytes]) -> None:
    tag = "{% for line in next.lines %}{{ loop.index }}. {% endfor %}"
    assert "1. 2. 3. " in texts(filled(template(tag)))


def test_r224_the_link_to_a_template_is_left_out_and_said(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change = linked("attachedTemplate", "file:///C:/council.dotm", "word/_rels/settings.xml.rels")
    (tmp_path / "council.docx").write_bytes(template(change=change))
    out = tmp_path / "paper.docx"
    words = [
        "report",
        str(folder),
        "--to",
        str(out),
        "--template",
        str(tmp_path / "council.docx"),
    ]
    assert main.main(words) == 0
    assert "WB-R526" in capsys.readouterr().err
    with zipfile.ZipFile(out) as made:
        assert all(b"council.dotm" not in made.read(name) for name in made.namelist())


def test_only_word_and_pdf_are_written(folder: Path) -> None:
    assert code_of(lambda: paper(folder, "paper.txt"))[0] == "WB-R525"
    assert code_of(lambda: paper(folder, "r.docx", kind="report", template="t.docx"))[0] == "WB-R525"


def test_r223_what_is_printed_runs_nothing_and_reads_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("a secret", "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        secret = (tmp_path / "secret.txt").as_uri()
        asked = f'<link rel="preconnect" href="{address}"><img src="{address}"><iframe src="{secret}"></iframe>'
        script = "<script>document.body.append('it ran')</script>"
        page = f'<!doctype html><title>A</title><p>A page</p>{asked}<object data="{secret}"></object>{script}'
        (tmp_path / "a.pdf").write_bytes(print_page(page))
        with pytest.raises(BlockingIOError):
            server.accept()
    told = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], check=True, capture_output=True, text=True).stdout
    assert told.split() == ["A", "page"]


def test_r223_a_report_that_leads_elsewhere_is_made_again(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("a secret", "utf-8")
    place = shutil.copytree(folder, tmp_path / "run")
    leads = f'<meta http-equiv="refresh" content="0; url={(tmp_path / "secret.txt").as_uri()}"><p>A page</p>'
    (place / "report.html").write_text(leads, "utf-8")
    (tmp_path / "a.pdf").write_bytes(paper(place, "a.pdf").content)
    told = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], check=True, capture_output=True, text=True).stdout
    assert "secret" not in told
    assert "Which offer gives most wellbeing" in told


def test_r223_a_report_is_printed_as_it_was_written(folder: Path, tmp_path: Path) -> None:
    place = shutil.copytree(folder, tmp_path / "run")
    page = place / "report.html"
    page.write_text(page.read_text("utf-8").replace("<h1", "<p>as it stood</p><h1", 1), "utf-8")
    (tmp_path / "a.pdf").write_bytes(paper(place, "a.pdf").content)
    told = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], check=True, capture_output=True, text=True).stdout
    assert "as it stood" in told


def test_a_machine_without_printers_says_what_to_install(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    assert code_of(lambda: paper(folder, "paper.pdf", kind="paper"))[0] == "WB-R521"
    assert code_of(lambda: paper(folder, "report.pdf"))[0] == "WB-R521"


@pytest.mark.parametrize(
    ("program", "kind", "said"),
    [
        ("exit 133", "report", "printer did not print | it broke off, as where memory is short"),
        ("kill -9 $$", "report", "printer did not print | it broke off, as where memory is short"),
        ("exit 3", "report", "printer did not print | it ended with status 3"),
        ("exit 0", "paper", "printer did not print | it wrote nothing"),
    ],
)
def test_a_program_that_fails_is_named(
    program: str, kind: Kind, said: str, monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    printer = tmp_path / "printer"
    printer.write_text(f"#!/bin/sh\n{program}\n")
    printer.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(printer))
    monkeypatch.setattr("wellbeva.report.paper.print.find_spec", lambda name: None)
    with pytest.raises(WellbevaError) as refused:
        paper(folder, "paper.pdf", kind=kind)
    (one,) = refused.value.diagnostics
    assert one.code == "WB-R524"
    assert f"{one.message} | {one.facts[0]}".startswith(said)
    assert str(tmp_path) not in " ".join(one.lines)


def test_weasyprint_prints_where_a_browser_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("weasyprint")
    monkeypatch.setattr(shutil, "which", lambda name: "/bin/false")
    assert print_page("<title>A</title><p>A page").startswith(b"%PDF")


def test_weasyprint_prints_where_no_browser_does(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("weasyprint")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert print_page("<title>A</title><img src='file:///etc/passwd'><p>A page").startswith(b"%PDF")


def test_weasyprint_has_the_columns_and_the_type_of_print() -> None:
    page = "<style>@media print,(min-width:60rem){.beside{display:grid}}</style><svg class='x'/><svg class=\"row\"/>"
    made = with_own_looks(page)
    assert "@media print{.beside{display:grid}}" in made
    assert made.partition('<svg class="row"/>')[2].startswith("<style>text{font:10.5px Arial,")


def test_weasyprint_has_the_bars_of_an_evidence_mark() -> None:
    """A symbol elsewhere in the page it does not find."""
    for name, filled in (("ev0", 0), ("ev1", 1), ("ev3", 3)):
        made = with_own_looks(f'<svg aria-hidden="true"><use href="#{name}"/></svg>{name}')
        assert made.startswith('<svg aria-hidden="true" viewBox="0 0 20 18"><rect x="1" y="11" width="4.5" height="6"')
        assert made.endswith(f"</svg>{name}")
        assert made.count("<rect") == 3
        assert made.count('fill="#17212b"') == filled
    assert with_own_looks('<svg><use href="#other"/></svg>') == '<svg><use href="#other"/></svg>'
