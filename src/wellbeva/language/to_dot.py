"""The graph of equations and parameters: as a tree of text, and as DOT."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

MAX_LINES = 500


def references(graph: Mapping[str, Set[str]], name: str) -> tuple[str, ...]:
    """Return the names that an equation refers to, sorted; none for a parameter.

    Parameters
    ----------
    graph : mapping of name to names
        Each equation and the names it refers to; names without an entry are parameters.
    name : str
    """
    return tuple(sorted(graph.get(name, frozenset())))


def roots(graph: Mapping[str, Set[str]]) -> tuple[str, ...]:
    """Return the names nothing else refers to, in the order of the graph."""
    used = {other for name, others in graph.items() for other in others if other != name}
    return tuple(name for name in graph if name not in used)


def to_tree(
    graph: Mapping[str, Set[str]], root: str, *, words: Mapping[str, str] | None = None, deepest: int | None = None
) -> str:
    """Write the dependencies of a name as an indented tree.

    Parameters
    ----------
    graph : mapping of name to names
        Each equation and the names it refers to; names without an entry are parameters.
    root : str
    words : mapping of name to str, optional
        Written behind a name (its unit, its value).
    deepest : int, optional
        Levels below the root after which a branch goes on further down, from the margin.

    Returns
    -------
    str
        A name whose branch is already above is followed by ``…``, one whose branch goes on further down by ``↓``;
        at most 500 lines.

    Examples
    --------
    >>> print(to_tree({"cost": {"people", "fee"}, "people": {"offered"}}, "cost"))
    cost
    ├── fee
    └── people
        └── offered
    >>> print(to_tree({"cost": {"people"}, "people": {"offered"}, "offered": {"asked"}}, "cost", deepest=2))
    cost
    └── people
        └── offered ↓
    offered
    └── asked
    """
    lines: list[str] = []
    seen: set[str] = set()
    later: dict[str, None] = {}
    # a stack and not recursion: a chain of 500 equations is deeper than Python likes
    stack: list[tuple[str, str, str, int]] = [(root, "", "", 0)]
    while stack and len(lines) < MAX_LINES:
        name, lead, indent, depth = stack.pop()
        below = references(graph, name)
        again = name in seen and bool(below)
        cut = depth == deepest and bool(below) and not again
        note = f"  {words[name]}" if words and name in words else ""
        lines.append(f"{lead}{name}{' …' if again else ' ↓' if cut else ''}{note}")
        if cut:
            later[name] = None
        elif not again:
            seen.add(name)
            stack += reversed(list(_branches(below, indent, depth + 1)))
        if not stack:
            # A branch that came up again less deep has been written out by now.
            later = {branch: None for branch in later if branch not in seen}
            stack += [(branch, "", "", 0) for branch in list(later)[:1]]
    if stack:
        left = len(stack) + len({*later} - seen - {name for name, *_ in stack})
        lines.append(f"… and {left} branches more")
    return "\n".join(lines)


def _branches(below: Sequence[str], indent: str, depth: int) -> Iterator[tuple[str, str, str, int]]:
    for position, name in enumerate(below):
        branch, deeper = ("└── ", "    ") if position == len(below) - 1 else ("├── ", "│   ")
        yield name, indent + branch, indent + deeper, depth


def to_dot(graph: Mapping[str, Set[str]], *, outcomes: Set[str] = frozenset()) -> str:
    """Write the graph in Graphviz' DOT: equations as boxes, parameters as ellipses, outcomes bold.

    Parameters
    ----------
    graph : mapping of name to names
        Each equation and the names it refers to; names without an entry are parameters.
    outcomes : set of str, optional
        Equations whose boxes are bold.

    Examples
    --------
    >>> print(to_dot({"cost": {"fee"}}))
    digraph model {
      rankdir=LR;
      "cost" [shape=box];
      "fee" [shape=ellipse];
      "fee" -> "cost";
    }
    """
    parameters = sorted({other for others in graph.values() for other in others} - graph.keys())
    lines = ["digraph model {", "  rankdir=LR;"]
    lines += [f"  {_quoted(name)} [shape=box{', style=bold' if name in outcomes else ''}];" for name in graph]
    lines += [f"  {_quoted(name)} [shape=ellipse];" for name in parameters]
    lines += [f"  {_quoted(other)} -> {_quoted(name)};" for name in graph for other in references(graph, name)]
    return "\n".join([*lines, "}"])


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
