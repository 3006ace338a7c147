"""Print a page or a paper to PDF with a program of this machine, or with WeasyPrint."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from wellbeva.errors import WellbevaError, refusal
from wellbeva.report.paper.pictures import with_own_looks

SHELL: Final = "chromium-headless-shell"
READERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
ELSE: Final = "install the extra: pip install 'wellbeva[pdf]'; or open report.html and print it"
"""What helps where no browser prints."""
POLICY: Final = (
    """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">"""
)
"""Of our pages: nothing is run, and nothing read or fetched."""
SECONDS: Final = 300
"""After which a program that prints is ended."""


def print_page(html: str) -> bytes:
    """Print a page of our own: by Chromium where there is one that can, else by WeasyPrint.

    Parameters
    ----------
    html : str
        From anybody, if nothing in it leads elsewhere by itself: none of it is run, and it reads and fetches nothing.

    Raises
    ------
    WellbevaError
        ``WB-R521`` if there is neither; ``WB-R524`` if Chromium fails and there is no other.
    """
    browser = next(filter(None, map(shutil.which, (SHELL, *READERS))), None)
    if browser is None:
        return _weasyprint(html)
    try:
        return _chromium(browser, html)
    except WellbevaError:
        if find_spec("weasyprint") is None:
            raise
        return _weasyprint(html)


def _chromium(browser: str, html: str) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "page.html").write_text(f"<!doctype html>{POLICY}{html}", "utf-8")
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # which Chromium asks of root
        _do(
            [
                browser, "--headless", *root, "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--host-resolver-rules=MAP * ~NOTFOUND",
                f"--user-data-dir={folder / 'profile'}", "--no-pdf-header-footer",
                f"--print-to-pdf={folder / 'page.pdf'}", (folder / "page.html").as_uri(),
            ],
            ELSE,
        )  # fmt: skip
        if not (folder / "page.pdf").is_file():
            raise _failed(browser, "it wrote nothing", ELSE)
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
        instead = "write paper.docx and print it in Word"
        command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", name, str(folder / "paper.docx")]
        _do(command, instead)
        if not (folder / "paper.pdf").is_file():
            raise _failed(office, "it wrote nothing", f"install its part for texts, LibreOffice Writer, or {instead}")
        return (folder / "paper.pdf").read_bytes()


def _weasyprint(html: str) -> bytes:
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except ImportError as error:
        remedy = f"install Chromium, or {ELSE}"
        raise refusal("WB-R521", "nothing on this machine prints a page", remedy) from error
    content: bytes = HTML(string=with_own_looks(html), url_fetcher=URLFetcher(allowed_protocols=())).write_pdf()
    return content


def _do(command: Sequence[str], instead: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)  # noqa: S603 - programs of this machine
    except subprocess.TimeoutExpired as error:
        raise _failed(command[0], f"it took more than {SECONDS} seconds", instead) from error
    except subprocess.CalledProcessError as error:
        # Above 128 a shell that starts the program tells a signal.
        if 0 < error.returncode <= 128:
            raise _failed(command[0], f"it ended with status {error.returncode}", instead) from error
        why = "it broke off, as where memory is short or held to a limit"
        raise _failed(command[0], why, f"give it more, by `ulimit -v unlimited`, or {instead}") from error
    except OSError as error:
        raise _failed(command[0], f"it does not start: {error.strerror}", instead) from error


def _failed(program: str, why: str, remedy: str) -> Exception:
    return refusal("WB-R524", f"{Path(program).name} did not print", remedy, why)
