"""LibreOffice as a judge of workbooks: it works out every formula anew, whatever stands beside it in the file."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Mapping
from html import unescape
from pathlib import Path

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
WRONG = 12345.678
_CELL = re.compile(r'<c r="([A-Z]+\d+)"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
_ALWAYS = (
    '<item oor:path="/org.openoffice.Office.Calc/Formula/Load">'
    '<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>'
)
Cells = dict[str, float | str]


def spoiled(content: bytes, target: Path, edits: Mapping[str, str] | None = None) -> Path:
    """Write a workbook whose formulas all stand beside the same wrong value, and of which some cells are changed.

    Parameters
    ----------
    content : bytes
    target : Path
        An empty file that is written.
    edits : mapping of cell to str
        What stands in a cell of the sheet Inputs: a number, or a word.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        places = {f"xl/worksheets/sheet{n}.xml": name for n, name in enumerate(sheet_names(old), 1)}
        for name in old.namelist():
            text = old.read(name)
            if name in places:
                formula = r'(<c r="\w+"(?: s="\d+")?)(?: t="\w+")?>(<f>.*?</f>)<v>.*?</v>'
                written = re.sub(formula, rf"\1>\2<v>{WRONG}</v>", text.decode())
                for cell, value in (edits or {}).items() if places[name] == "Inputs" else ():
                    written, count = re.subn(
                        rf'<c r="{cell}"( s="\d+")?(?: t="s")?><v>.*?</v></c>', _of(cell, value), written
                    )
                    assert count == 1, cell
                text = written.encode()
            new.writestr(name, text)
    return target


def _of(cell: str, value: str) -> str:
    number = re.fullmatch(r"-?[\d.]+(e-?\d+)?", value)
    inner = f"><v>{value}</v>" if number else f' t="inlineStr"><is><t>{value}</t></is>'
    return rf'<c r="{cell}"\1{inner}</c>'


def recalculated(files: Iterable[Path], folder: Path, *, always: bool = True) -> dict[str, dict[str, Cells]]:
    """Open workbooks in one start of LibreOffice, have them written again, and return their cells by file and sheet.

    Parameters
    ----------
    files : iterable of Path
    folder : Path
        Empty; for the profile and what is written.
    always : bool
        Whether formulas are worked out on loading; a new profile shows the values that stand in the file.
    """
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    spaces = 'xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
    item = _ALWAYS if always else ""
    (profile / "registrymodifications.xcu").write_text(f"<oor:items {spaces}>{item}</oor:items>", "utf-8")
    subprocess.run(
        [
            str(SOFFICE), "--headless", f"-env:UserInstallation={profile.parent.as_uri()}", "--convert-to", "xlsx",
            "--outdir", str(folder / "out"), *map(str, files),
        ],
        check=True, capture_output=True, timeout=600,
    )  # fmt: skip
    return {path.stem: cells_of(path.read_bytes()) for path in sorted((folder / "out").glob("*.xlsx"))}


def sheet_names(archive: zipfile.ZipFile) -> list[str]:
    return [unescape(name) for name in re.findall(r'<sheet name="(.*?)"', archive.read("xl/workbook.xml").decode())]


def cells_of(content: bytes, *, formulas: bool = False) -> dict[str, Cells]:
    """Return the values of a workbook's cells by sheet; of those with a formula alone where `formulas` is set."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        strings = "xl/sharedStrings.xml"
        written = archive.read(strings).decode() if strings in archive.namelist() else ""
        shared = re.findall(r"<si>(.*?)</si>", written, re.DOTALL)
        texts = [unescape("".join(re.findall(r"<t[^>]*>(.*?)</t>", one, re.DOTALL))) for one in shared]
        found: dict[str, Cells] = {}
        for number, sheet in enumerate(sheet_names(archive), 1):
            cells = _CELL.findall(archive.read(f"xl/worksheets/sheet{number}.xml").decode())
            found[sheet] = {
                cell: _value(attributes, body, texts)
                for cell, attributes, body in cells
                if "<v>" in body and ("<f" in body or not formulas)
            }
        return found


def _value(attributes: str, body: str, texts: list[str]) -> float | str:
    text = body.partition("<v>")[2].partition("</v>")[0]
    kind = re.search(r't="(\w+)"', attributes)
    if kind is None or kind[1] == "n":
        return float(text)
    return texts[int(text)] if kind[1] == "s" else unescape(text)
