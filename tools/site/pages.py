"""Pages of the site that are made from the code: models, gallery, Python, and what stands under what."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import wellbeva
from wellbeva.report.explain.model_facts import gather
from wellbeva.report.explain.model_page import plain
from wellbeva.scenario.loader import load_model_file


def models(source: Path) -> None:
    """Write a page for each shipped model, with its graph, and their index.

    Parameters
    ----------
    source : Path
        The folder that Sphinx reads.
    """
    rows = {}
    for path in sorted(Path("models").glob("*.yaml")):
        facts = gather(load_model_file(path))
        head, equations, rest = wellbeva.docs(path, form="md").partition("\n## Equations")
        graph = f"```{{raw}} html\n<div class='graph' tabindex='0'>{facts.graph}</div>\n```"
        text = f"{head}\n## What depends on what\n\n{graph}\n{equations}{rest}"
        _write(source / "models" / f"{path.stem}.md", text)
        rows[path.stem] = (f"[{path.stem}]({path.stem}.md)", plain(facts.title))
    _index(source / "models", "Models", "Each scenario names one, or extends one.", ("Model", "In words"), rows)


def gallery(source: Path) -> None:
    """Run each shipped scenario, put its report beside a page with its answer, and write the index.

    Parameters
    ----------
    source : Path
        The folder that Sphinx reads.
    """
    rows = {}
    for path in sorted(Path("scenarios").rglob("*.yaml"), key=lambda path: (len(path.parts), path)):
        name = "-".join(path.relative_to("scenarios").with_suffix("").parts)
        run = wellbeva.run(path)
        report = source / "extra" / "reports" / f"{name}.html"
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text(run.report(), encoding="utf-8")
        text = path.read_text(encoding="utf-8")
        parts = [
            f"# {plain(run.facts.title)}",
            plain(run.facts.question),
            f"**{plain(run.answer)}**",
            f"<a href='../reports/{name}.html'>The report</a>",
            f"`{path}`:",
            f"````yaml\n{text}````\n",
        ]
        _write(source / "gallery" / f"{name}.md", "\n\n".join(parts))
        rows[name] = (f"[{plain(run.facts.title)}]({name}.md)", plain(run.answer))
    lead = "Every scenario that comes with wellbeva, run as it stands."
    _index(source / "gallery", "Gallery", lead, ("Analysis", "Its answer"), rows)


def python(source: Path) -> None:
    """Write the reference of the Python package, from its docstrings.

    Parameters
    ----------
    source : Path
        The folder that Sphinx reads.
    """
    parts = ["# Python", "", *(inspect.getdoc(wellbeva) or "").splitlines()[2:3], ""]
    public = [name for name in wellbeva.__all__ if not name.startswith("_")]
    for name in sorted(public, key=lambda name: (inspect.isclass(getattr(wellbeva, name)), name)):
        directive = "autoclass" if inspect.isclass(getattr(wellbeva, name)) else "autofunction"
        members = "   :members:\n" if directive == "autoclass" else ""
        parts.append(f"## `{name}`\n\n```{{eval-rst}}\n.. {directive}:: wellbeva.{name}\n{members}```\n")
    _write(source / "reference" / "python.md", "\n".join(parts))


def contents(source: Path) -> None:
    """List under each index the pages of its folders, so that every page has its place in the navigation.

    Parameters
    ----------
    source : Path
        The folder that Sphinx reads.
    """
    for home, *folders in (("how-to.md", "how-to", "notebooks"), ("reference/README.md", "reference")):
        page = source / home
        links = re.findall(r"\[([^]]+)\]\(([\w/-]+)\.md\)", page.read_text(encoding="utf-8"))
        titles = {name: f"{title[0].upper()}{title[1:]} <{name}>" for title, name in links}
        found = sorted(path for folder in folders for path in (source / folder).rglob("*.md") if path != page)
        names = [path.relative_to(page.parent).with_suffix("").as_posix() for path in found]
        # In the order of the page's own list, and in its words; then those that it does not mention.
        with page.open("a", encoding="utf-8") as file:
            file.write(_toctree([*(titles[name] for name in titles if name in names), *sorted({*names} - {*titles})]))


def _index(folder: Path, title: str, lead: str, heads: tuple[str, str], rows: Mapping[str, tuple[str, str]]) -> None:
    cells = [heads, ("---", "---"), *rows.values()]
    lines = [f"# {title}", "", lead, "", *(f"| {left} | {right} |" for left, right in cells)]
    _write(folder / "index.md", "\n".join(lines) + "\n" + _toctree(rows))


def _toctree(pages: Iterable[object]) -> str:
    return "\n```{toctree}\n:hidden:\n\n" + "".join(f"{page}\n" for page in pages) + "```\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
