"""Events read in runs of letters are those that ruamel.yaml reads letter by letter, faults among them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from wellbeva.scenario.text.yaml_events import parse_events

ROOT = Path(__file__).parents[2]
FOLDERS = ("models", "scenarios", "tests")
_SPEC = importlib.util.spec_from_file_location("mutate", Path(__file__).parent / "mutate.py")
assert _SPEC
assert _SPEC.loader
mutate = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(mutate)

KEPT = ("value", "style", "anchor", "tag", "implicit", "flow_style", "explicit")
ODD = """# a comment \ufeff of its own
k: one two  # behind it
"a: b": {x: a:b, y: [1, 2 ,three : 3, "q: r", 'it''s'], ? z : , http://x.y/#z: 1}\r
folded: one
  two   three:four

  five#six #seven
? |
  literal: x
: >-
  folded
  text
list:
- a
-   - b
    - - c
- : -
- {? p : q, r, "s":t, : u}
blank: \xa0around\xa0
wide: \u2028 over\x85 lines\u2029
tabs: {a: b\t,\t"c\td": e}
end: last"""


def ruamels(text: str) -> Iterable[Any]:
    yield from YAML(typ="safe", pure=True).parse(text)


def told(parse: Callable[[str], Iterable[Any]], text: str) -> list[tuple[object, ...]]:
    """Everything that is used of the events, and of the fault that ends them."""
    found: list[tuple[object, ...]] = []
    try:
        for one in parse(text):
            kept = tuple(getattr(one, name, None) for name in KEPT)
            found.append((type(one).__name__, *kept, place(one.start_mark), place(one.end_mark)))
    except MarkedYAMLError as fault:
        found.append((fault.context, place(fault.context_mark), fault.problem, place(fault.problem_mark)))
    except (YAMLError, ValueError, OverflowError, LookupError, AttributeError, TypeError, AssertionError) as fault:
        found.append((type(fault), str(fault)))  # what ruamel lets out of its own machinery
    return found


def place(mark: Any) -> tuple[int, int, int] | None:
    return None if mark is None else (mark.line, mark.column, mark.index)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_of_ours(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.yaml"))
    assert len(files) > 3
    for file in files:
        text = file.read_bytes().decode("utf-8", "replace")
        assert told(parse_events, text) == told(ruamels, text), file


def test_odd_but_right() -> None:
    expected = told(ruamels, ODD)
    assert expected[-1][0] == "StreamEndEvent"
    assert told(parse_events, ODD) == expected


@pytest.mark.parametrize("seed", range(4))
def test_mutants(seed: int) -> None:
    small = sorted((Path(__file__).parent / "small").glob("*.yaml"))
    texts = [ODD.encode(), *(one.read_bytes() for one in small)]
    faults = 0
    for data in texts:
        for mutant in mutate.mutants(data, seed=seed, count=40):
            text = mutant.decode("utf-8", "replace")
            expected = told(ruamels, text)
            assert told(parse_events, text) == expected, text
            faults += expected[-1][0] != "StreamEndEvent"
    assert 20 < faults < 40 * len(texts) - 20, "some are YAML and some are not"
