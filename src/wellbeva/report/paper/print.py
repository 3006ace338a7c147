"""Print a page or a paper to PDF with a program of this machine, or with WeasyPrint."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from wellbeva.errors import refusal
from wellbeva.report.paper.pictures import with_own_looks

SHELL: Final = "chromium-headless-shell"
READERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
SECONDS: Final = 300
"""After which a program that prints is ended."""


def print_page(html: str) -> bytes:
    """Print a page of our own: by Chromium where there is one, else by WeasyPrint.

    Parameters
    ----------
    html : str
        Without scripts, links to files or addresses that are fetched.

    Raises
    ------
    WellbevaError
        ``WB-R521`` if there is neither; ``WB-R524`` if the program fails.
    """
    browser = next(filter(None, map(shutil.which, (SHELL, *READERS))), None)
    if browser is None:
        return _weasyprint(html)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "page.html").write_text(html, "utf-8")
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # which Chromium asks of root
        _do(
            [
                browser, "--headless", *root, "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                f"--user-data-dir={folder / 'profile'}", "--no-pdf-header-footer",
                f"--print-to-pdf={folder / 'page.pdf'}", (folder / "page.html").as_uri(),
            ]
        )  # fmt: skip
        return (folder / "page.pdf").read_bytes()


def print_word(content: bytes) -> bytes:
    """Print a Word file by LibreOffice.

    Parameters
    ----------
    content : bytes

    Raises
    ------
    WellbevaError
        ``WB-R521`` without LibreOffice; ``WB-R524`` if it fails, as it does without its part for texts, Writer.
    """
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        remedy = "install LibreOffice, or write paper.docx and print it in Word"
        raise refusal("WB-R521", "nothing on this machine prints a Word file", remedy)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "paper.docx").write_bytes(content)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        _do([office, profile, "--headless", "--convert-to", "pdf", "--outdir", name, str(folder / "paper.docx")])
        if not (folder / "paper.pdf").is_file():
            raise _failed(office, "it wrote nothing")
        return (folder / "paper.pdf").read_bytes()


def _weasyprint(html: str) -> bytes:
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except ImportError as error:
        remedy = "install Chromium, or the extra: pip install 'wellbeva[pdf]'; or open report.html and print it"
        raise refusal("WB-R521", "nothing on this machine prints a page", remedy) from error
    content: bytes = HTML(string=with_own_looks(html), url_fetcher=URLFetcher(allowed_protocols=())).write_pdf()
    return content


def _do(command: Sequence[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)  # noqa: S603 - programs of this machine
    except (subprocess.SubprocessError, OSError) as error:
        raise _failed(command[0], str(error).splitlines()[0][:200]) from error


def _failed(program: str, why: str) -> Exception:
    remedy = "see whether it prints by itself, or write a .docx file and print that in Word"
    return refusal("WB-R524", f"{Path(program).name} did not print", remedy, why)
