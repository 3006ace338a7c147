"""The fixed binary tree over the chunks of a run, whose nodes can be computed apart and joined to the same bits.

Its leaves are chunks of 2^16 draws of a stretch, one stretch after the other. The upper levels part the stretches, the
lower ones the chunks of a stretch, at the largest power of two below their number: as moments are joined
(`engine.reductions.moments`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from wellbeva.engine.lanes import CHUNK


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """A node: several whole stretches, or neighbouring chunks of one.

    Parameters
    ----------
    stretch, stretches : int
        The first stretch, and how many.
    chunk, chunks : int
        The first chunk of each, and how many of the longest.
    """

    stretch: int
    stretches: int
    chunk: int
    chunks: int

    @property
    def name(self) -> str:
        """The node as the name of its file."""
        return f"{self.stretch}+{self.stretches}.{self.chunk}+{self.chunks}"


class Tree:
    """The tree over the chunks of a run.

    Parameters
    ----------
    sizes : sequence of int
        Draws of each stretch (`engine.reductions.replicates.Layout.sizes`).
    first : (int, int)
        The first stretch, and the draw of each with which they begin, where a run is extended (`Work.added`).
    """

    def __init__(self, sizes: Sequence[int], first: tuple[int, int] = (0, 0)) -> None:
        self._sizes, self._begin = tuple(sizes), first
        self._chunks = [-(-size // CHUNK) for size in sizes]
        self._first = [0, *accumulate(self._chunks)]
        self.leaves = self._first[-1]
        self.root = Node(0, len(sizes), 0, max(self._chunks))

    def halves(self, node: Node) -> tuple[Node, Node]:
        """Return the two nodes of which a node that is not a leaf consists."""
        if node.stretches > 1:
            left = _power_below(node.stretches)
            return (
                self._stretches(node.stretch, left),
                self._stretches(node.stretch + left, node.stretches - left),
            )
        left = _power_below(node.chunks)
        return (
            Node(node.stretch, 1, node.chunk, left),
            Node(node.stretch, 1, node.chunk + left, node.chunks - left),
        )

    def _stretches(self, first: int, count: int) -> Node:
        return Node(first, count, 0, max(self._chunks[first : first + count]))

    def span(self, node: Node) -> range:
        """Return the leaves of a node, by their numbers."""
        last = node.stretch + node.stretches - 1
        stop = self._first[last] + min(self._chunks[last], node.chunk + node.chunks)
        return range(self._first[node.stretch] + node.chunk, stop)

    def tasks(self, node: Node) -> list[tuple[int, int]]:
        """Return the chunks of a node, each a stretch and the draw of it with which it begins."""
        stretch, draw = self._begin
        return [(stretch + row, draw + start) for row, start in self._starts(node)]

    def draws(self, node: Node) -> int:
        """Return the draws of a node."""
        return sum(min(CHUNK, self._sizes[row] - start) for row, start in self._starts(node))

    def _starts(self, node: Node) -> Iterator[tuple[int, int]]:
        for row in range(node.stretch, node.stretch + node.stretches):
            for chunk in range(node.chunk, min(node.chunk + node.chunks, self._chunks[row])):
                yield row, chunk * CHUNK

    def missing(self, leaves: range, present: Collection[Node], largest: int) -> Iterator[Node]:
        """Yield the largest nodes among some leaves of which none is present, in their order.

        Parameters
        ----------
        leaves : range
            Numbers of leaves.
        present : collection of Node
        largest : int
            Leaves that a node has at most.
        """
        starts = sorted(self.span(node).start for node in present)
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            span = self.span(node)
            if node in present or span.stop <= leaves.start or leaves.stop <= span.start:
                continue
            inside = leaves.start <= span.start and span.stop <= leaves.stop
            # nodes are nested, and none around this one is present
            empty = bisect_left(starts, span.start) == bisect_left(starts, span.stop)
            if len(span) == 1 or (inside and len(span) <= largest and empty):
                yield node
            else:
                waiting += reversed(self.halves(node))

    def cover(self, present: Collection[Node]) -> tuple[list[Node], list[Node]]:
        """Return the largest nodes present that make up the run, in their order, and the nodes that lack."""
        used, lacking, waiting = [], [], [self.root]
        while waiting:
            node = waiting.pop()
            if node in present:
                used.append(node)
            elif len(self.span(node)) > 1:
                waiting += reversed(self.halves(node))
            else:
                lacking.append(node)
        return used, lacking

    def shard(self, index: int, count: int) -> range:
        """Return the leaves of one of several shards, whose sizes differ by a sixteenth at most, and rather less nodes.

        Parameters
        ----------
        index : int
            From 1.
        count : int
        """
        unit = _power_below(max(2, self.leaves // (16 * count) + 1))
        units = -(-self.leaves // unit)
        first, stop = ((part * units // count) * unit for part in (index - 1, index))
        return range(min(first, self.leaves), min(stop, self.leaves))


def _power_below(number: int) -> int:
    """Return the largest power of two below a number of at least 2.

    Examples
    --------
    >>> _power_below(16), _power_below(17)
    (8, 16)
    """
    return 1 << (number - 1).bit_length() - 1
