"""What depends on what: as a tree of text, and as DOT."""

from __future__ import annotations

from collections.abc import Mapping, Set

MAX_LINES = 500


def references(graph: Mapping[str, Set[str]], name: str) -> tuple[str, ...]:
    """Return what a name refers to among the names of the graph and beyond, sorted."""
    return tuple(sorted(graph.get(name, frozenset())))


def roots(graph: Mapping[str, Set[str]]) -> tuple[str, ...]:
    """Return the names nothing else refers to, in the order of the graph."""
    used = {other for name, others in graph.items() for other in others if other != name}
    return tuple(name for name in graph if name not in used)


def to_tree(graph: Mapping[str, Set[str]], root: str, *, words: Mapping[str, str] | None = None) -> str:
    """Write what a name depends on as an indented tree.

    Parameters
    ----------
    graph : mapping of name to names
        Each equation and the names it refers to; names without an entry are parameters.
    root : str
    words : mapping of name to str, optional
        Written behind a name (its unit, its value).

    Returns
    -------
    str
        A name whose branch stands already above is followed by ``…``; at most 500 lines.

    Examples
    --------
    >>> print(to_tree({"cost": {"people", "fee"}, "people": {"offered"}}, "cost"))
    cost
    ├── fee
    └── people
        └── offered
    """
    lines: list[str] = []
    seen: set[str] = set()
    # a stack and not recursion: a chain of 500 equations is deeper than Python likes
    stack: list[tuple[str, str, str]] = [(root, "", "")]
    while stack and len(lines) < MAX_LINES:
        name, lead, indent = stack.pop()
        below = references(graph, name)
        again = name in seen and bool(below)
        said = f"  {words[name]}" if words and name in words else ""
        lines.append(f"{lead}{name}{' …' if again else ''}{said}")
        if again:
            continue
        seen.add(name)
        for position in reversed(range(len(below))):
            last = position == len(below) - 1
            branch, deeper = ("└── ", "    ") if last else ("├── ", "│   ")
            stack.append((below[position], indent + branch, indent + deeper))
    if stack:
        lines.append(f"… and {len(stack)} branches more")
    return "\n".join(lines)


def to_dot(graph: Mapping[str, Set[str]], *, outcomes: Set[str] = frozenset()) -> str:
    """Write the graph in Graphviz' DOT: equations as boxes, parameters as ellipses, outcomes bold.

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
