"""Written style that a check can hold: `python -m tools.style`, part of `make lint`.

- A public function with two or more arguments describes them under Parameters.
- Words that are out, and what to write instead.
- A folder of the source holds at most some twelve files, and a file, Python or JavaScript, at most 600 lines.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "wellbeva"
WORDS = {
    r"\bnoughts?\b": "zero",
    r"\bastray\b": "out of bounds",
    r"\bhangs? on\b": "depends on",
    r"(?<![Tt]here )\b(?:is|are|was|were) no (?!longer|more|less|fewer|need|such|other|one\b)[a-z]+": "is not a …",
}
"""Patterns that are out, in the source and the documents, and what to write instead."""
MOST_FILES, MOST_LINES = 12, 600


def undocumented(path: Path) -> Iterator[str]:
    """Yield the public functions of a file that have two or more arguments and describe none."""
    yield from _undocumented(ast.parse(path.read_text(encoding="utf-8")), path.relative_to(ROOT))


def _undocumented(node: ast.AST, path: Path) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        public = not getattr(child, "name", "_").startswith("_")
        if isinstance(child, ast.ClassDef) and public:
            yield from _undocumented(child, path)
        if isinstance(child, ast.FunctionDef) and public and not _is_overload(child) and not _inherits(child, node):
            given = [*child.args.posonlyargs, *child.args.args, *child.args.kwonlyargs]
            given = [arg for arg in given if arg.arg not in {"self", "cls"} and not _has_help(arg)]
            described = "Parameters\n" in (ast.get_docstring(child) or "")
            if len(given) >= 2 and not described:
                yield f"{path}:{child.lineno}: {child.name} does not describe its arguments under Parameters"


def _has_help(arg: ast.arg) -> bool:
    """Whether an argument of a command is described where it stands: its docstring is the command's help."""
    return arg.annotation is not None and re.match(r"Annotated\[|\w+Option\b", ast.unparse(arg.annotation)) is not None


def _inherits(function: ast.FunctionDef, owner: ast.AST) -> bool:
    """Whether a method without a docstring has that of a base class."""
    return isinstance(owner, ast.ClassDef) and bool(owner.bases) and ast.get_docstring(function) is None


def _is_overload(function: ast.FunctionDef) -> bool:
    return any(
        getattr(part, "id", getattr(part, "attr", "")) in {"overload", "override"} for part in function.decorator_list
    )


def words(path: Path) -> Iterator[str]:
    """Yield the places of a file with words that are out."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        for pattern, better in WORDS.items():
            for match in re.finditer(pattern, line):
                yield f"{path.relative_to(ROOT)}:{number}: {match.group()!r}: write {better!r}"


def heaps() -> Iterator[str]:
    """Yield the folders of the source with too many files."""
    for folder in (SOURCE, *(path for path in SOURCE.rglob("*") if path.is_dir())):
        count = len(list(folder.glob("*.py"))) - 1
        if count > MOST_FILES:
            yield f"{folder.relative_to(ROOT)}: {count} files, {MOST_FILES} are the most: make a room for some of them"


def long() -> Iterator[str]:
    """Yield the files of the source with too many lines."""
    for path in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.js")]):
        count = path.read_text(encoding="utf-8").count("\n")
        if count > MOST_LINES:
            yield f"{path.relative_to(ROOT)}: {count} lines, {MOST_LINES} are the most"


def main() -> None:
    """Print everything that is out; the exit status says whether anything is."""
    python = sorted(SOURCE.rglob("*.py"))
    texts = [*python, *sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"]
    faults = [*heaps(), *long(), *(fault for path in python for fault in undocumented(path))]
    faults += [fault for path in texts for fault in words(path)]
    print("\n".join(faults) or "written style: nothing is out")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
