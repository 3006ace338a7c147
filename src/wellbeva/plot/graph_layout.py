"""Where the nodes of a graph of dependencies stand: in columns, each right of all that it uses.

References
----------
Sugiyama, Tagawa and Toda (1981), Methods for visual understanding of hierarchical system structures, IEEE Transactions
on Systems, Man, and Cybernetics 11(2), 109-125. doi:10.1109/TSMC.1981.4308636. Columns by longest path, order by
barycentres, then places by the mean of the neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

SWEEPS = 24


@dataclass(frozen=True, slots=True)
class Placed:
    """A layout.

    Parameters
    ----------
    column : mapping of node to int
    height : mapping of node to float
        Of its middle; the smallest distance of two in a column is 1.
    edges : tuple of sequence of (column, height)
        One for each edge, from what is used to what uses it, with a point in each column it crosses.
    back : tuple of (str, str)
        Edges against the direction: a recurrence that looks at the step before.
    """

    column: Mapping[str, int]
    height: Mapping[str, float]
    edges: tuple[tuple[tuple[int, float], ...], ...]
    back: tuple[tuple[str, str], ...]


def place(uses: Mapping[str, Set[str]]) -> Placed:
    """Lay out a graph.

    Parameters
    ----------
    uses : mapping of name to names
        What each name uses; names without an entry use nothing.

    Examples
    --------
    >>> place({"cost": {"people", "fee"}, "people": {"offered"}}).column
    {'cost': 2, 'people': 1, 'fee': 1, 'offered': 0}
    """
    back = _back_edges(uses)
    forward = {name: sorted(other for other in others if (other, name) not in back) for name, others in uses.items()}
    column = _columns(uses, forward)
    rows, chains, columns = _with_stations(forward, column)
    neighbours = _neighbours(chains)
    _order(rows, neighbours)
    height = _heights(rows, neighbours)
    return Placed(
        column,
        {name: height[name] for name in column},
        tuple(tuple((columns[one], height[one]) for one in chain) for chain in chains),
        tuple(sorted(back)),
    )


def _names(uses: Mapping[str, Set[str]]) -> list[str]:
    return list(dict.fromkeys([*uses, *(other for name in uses for other in sorted(uses[name]))]))


def _back_edges(uses: Mapping[str, Set[str]]) -> set[tuple[str, str]]:
    """Find (used, user) whose removal leaves no circle, by a depth-first walk without recursion."""
    found: set[tuple[str, str]] = set()
    state: dict[str, int] = {}
    for root in uses:
        if root in state:
            continue
        state[root] = 1
        stack = [(root, iter(sorted(uses[root])))]
        while stack:
            name, rest = stack[-1]
            other = next(rest, None)
            if other is None:
                state[name] = 2
                stack.pop()
            elif state.get(other) == 1:
                found.add((other, name))
            elif other not in state:
                state[other] = 1
                stack.append((other, iter(sorted(uses.get(other, ())))))
    return found


def _columns(uses: Mapping[str, Set[str]], forward: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Put each name right of all it uses, and what uses nothing just left of its first user."""
    depth: dict[str, int] = {}
    for root in uses:
        stack = [root]
        while stack:
            name = stack[-1]
            missing = [other for other in forward.get(name, ()) if other not in depth]
            if name in depth or not missing:
                depth.setdefault(name, 1 + max((depth[other] for other in forward.get(name, ())), default=-1))
                stack.pop()
            else:
                stack += missing
    first_user: dict[str, int] = {}
    for name, others in forward.items():
        for other in others:
            first_user[other] = min(first_user.get(other, depth[name]), depth[name])
    return {
        name: depth[name] if forward.get(name) or name not in first_user else first_user[name] - 1
        for name in _names(uses)
    }


_SEPARATOR = "\n"
"""Between the ends of an edge and a column in the name of a station; no name holds it."""


def _with_stations(
    forward: Mapping[str, Sequence[str]], column: Mapping[str, int]
) -> tuple[list[list[str]], list[tuple[str, ...]], dict[str, int]]:
    """Give long edges a station in each column they cross; return the column of every name and station too."""
    columns = dict(column)
    rows: list[list[str]] = [[] for _ in range(max(column.values(), default=0) + 1)]
    for name, at in column.items():
        rows[at].append(name)
    chains = []
    for name, others in forward.items():
        for other in others:
            stations = []
            for at in range(column[other] + 1, column[name]):
                # Edges from one name share their way until they part.
                station = _SEPARATOR.join([other, "", str(at)])
                if station not in columns:
                    columns[station] = at
                    rows[at].append(station)
                stations.append(station)
            chains.append((other, *stations, name))
    return rows, chains, columns


def _neighbours(chains: Sequence[Sequence[str]]) -> dict[str, tuple[set[str], set[str]]]:
    """Return for each node and station those on its left and on its right."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for chain in chains:
        for left, right in pairwise(chain):
            found.setdefault(left, (set(), set()))[1].add(right)
            found.setdefault(right, (set(), set()))[0].add(left)
    return found


def _order(rows: list[list[str]], neighbours: Mapping[str, tuple[set[str], set[str]]]) -> None:
    """Sort each column by the mean place of its neighbours, forth and back; keep the order with fewest crossings."""
    best, fewest = [list(row) for row in rows], _crossings(rows, neighbours)
    for sweep in range(SWEEPS):
        side = sweep % 2
        order = range(1, len(rows)) if side == 0 else range(len(rows) - 2, -1, -1)
        for at in order:
            other = {name: index for index, name in enumerate(rows[at - 1 if side == 0 else at + 1])}
            means = {}
            for index, name in enumerate(rows[at]):
                near = [other[one] for one in neighbours.get(name, (set(), set()))[side]]
                means[name] = sum(near) / len(near) if near else index * len(other) / max(1, len(rows[at]))
            rows[at].sort(key=lambda name, means=means: means[name])  # type: ignore[misc]
        found = _crossings(rows, neighbours)
        if found < fewest:
            best, fewest = [list(row) for row in rows], found
    rows[:] = best


def _crossings(rows: Sequence[Sequence[str]], neighbours: Mapping[str, tuple[set[str], set[str]]]) -> int:
    total = 0
    for left, right in pairwise(rows):
        places = {name: index for index, name in enumerate(right)}
        ends = [at for name in left for at in sorted(places[one] for one in neighbours.get(name, (set(), set()))[1])]
        total += sum(a > b for index, a in enumerate(ends) for b in ends[index + 1 :])
    return total


def _heights(rows: Sequence[Sequence[str]], neighbours: Mapping[str, tuple[set[str], set[str]]]) -> dict[str, float]:
    """Move every node towards the mean of its neighbours, order and distance kept."""
    height = {name: index - (len(row) - 1) / 2 for row in rows for index, name in enumerate(row)}
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = []
            for name in row:
                near = [height[one] for side in neighbours.get(name, (set(), set())) for one in side]
                wanted.append(sum(near) / len(near) if near else height[name])
            height |= zip(row, _apart(wanted), strict=True)
    least = min(height.values(), default=0.0)
    return {name: at - least for name, at in height.items()}


def _apart(wanted: Sequence[float]) -> list[float]:
    """Return the places nearest to those wanted (least squares) that rise by at least 1: pool adjacent violators."""
    pools: list[tuple[float, int]] = []
    for index, at in enumerate(wanted):
        total, count = at - index, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            before = pools.pop()
            total, count = total + before[0], count + before[1]
        pools.append((total, count))
    levels = [total / count for total, count in pools for _ in range(count)]
    return [level + index for index, level in enumerate(levels)]
