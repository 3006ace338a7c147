"""Reducing draws while they are at hand: moments, histograms, the decision, checks, kept draws."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from wellbeva.compiler.plan import Decision, Plan
from wellbeva.engine.failures import Stopped
from wellbeva.engine.histogram import Histogram, bins
from wellbeva.engine.keep import Keep
from wellbeva.engine.layout import Layout, whole_lanes
from wellbeva.engine.named import Floats, Named
from wellbeva.engine.outcome import Moments, Quantiles, Tally
from wellbeva.engine.reduce import CHUNK, Node, lane_tree, lanes, tree
from wellbeva.engine.reference import Walk
from wellbeva.engine.tally import DecisionCounts
from wellbeva.engine.targets import Evaluator, Sampler, Target

PROBABILITIES: Final = (0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975)
_HIGHEST: Final = "decision.highest"
_REGRET: Final = "decision.regret"
MOST_TIMED_CELLS: Final = 2_000
"""Cells of an outcome by time of which histograms are kept; a histogram takes some 150 kB, and few read so many."""


@dataclass(slots=True, eq=False)
class ChunkPart:
    """What one chunk of one stretch of draws comes to."""

    stretch: int
    count: int
    nodes: dict[str, Node] = field(default_factory=dict)
    counts: DecisionCounts | None = None
    free: npt.NDArray[np.bool_] | None = None
    true: dict[str, int] = field(default_factory=dict)


class Collect:
    """All reductions of a run.

    Parameters
    ----------
    plan : Plan
    wanted : list of Target
    evaluator : Evaluator
    keep : Keep
    sampler : Sampler
    layout : Layout
    block : int
        Draws evaluated at once.
    """

    def __init__(
        self,
        plan: Plan,
        wanted: list[Target],
        evaluator: Evaluator,
        keep: Keep,
        *,
        sampler: Sampler,
        layout: Layout,
        block: int,
    ) -> None:
        self.plan, self.wanted, self.evaluator, self.keep = plan, wanted, evaluator, keep
        self.sampler, self.layout, self.block = sampler, layout, block
        self._parts: dict[int, list[ChunkPart]] = {}
        self._axes = {one.name: one.axes for one in wanted if one.role in ("outcome", "mean")}
        self._free: npt.NDArray[np.bool_] | None = None
        if plan.decision is not None:
            self._axes |= dict.fromkeys(("decision.effect", "decision.cost", "decision.per_1000"), ("option",))
            if plan.decision.levels:
                self._axes["decision.net_benefit"] = ("level", "option")
            self._free = np.zeros(len(plan.decision.options), dtype=bool)
        self._histograms = {
            name: Histogram(int(np.prod(self._shape(name))))
            for name in self._axes
            if not self._exact(name) and name not in evaluator.constant and not name.startswith("mean.")
            if "time" not in self._axes[name] or int(np.prod(self._shape(name))) <= MOST_TIMED_CELLS
        }
        if layout.supplied and plan.decision is not None and plan.decision.choose == "one":
            self._axes[_REGRET] = ("threshold", "option")
        self._lock = threading.Lock()

    # ---- one chunk, in a worker

    def chunk(self, stretch: int, start: int, stop: threading.Event) -> ChunkPart:
        """Evaluate and reduce one chunk.

        Raises
        ------
        Stopped
            At the first draw that is not finite or that a ``fail_if`` refuses.
        """
        count = min(CHUNK, self.layout.sizes[stretch] - start)
        part = ChunkPart(stretch, count)
        if self.plan.decision is not None:
            part.counts = DecisionCounts(self.plan.decision)
        gathered: dict[str, list[tuple[Floats, Floats]]] = {}
        with np.errstate(all="ignore"):
            for offset in range(0, count, self.block):
                if stop.is_set():
                    break
                size = min(self.block, count - offset)
                self._block(part, start + offset, size, gathered)
        for name, pairs in gathered.items():
            mean = np.concatenate([mean for mean, _ in pairs])
            part.nodes[name] = lane_tree(mean, np.concatenate([m2 for _, m2 in pairs]), draws=count)
        return part

    def _block(
        self,
        part: ChunkPart,
        start: int,
        size: int,
        gathered: dict[str, list[tuple[Floats, Floats]]],
    ) -> None:
        drawn = self.sampler.block(part.stretch, start, whole_lanes(size))
        values = self.evaluator.block(drawn)
        if drawn.shape[1] > size:
            # whole lanes were evaluated; what filled the last one up counts nowhere
            drawn = drawn[:, :size]
            values = {name: value[..., :size] for name, value in values.items()}
        place = self.layout.place(part.stretch, start)
        self.keep.store_inputs(*place, drawn)
        quantities = {
            one.name: values[one.name].reshape(-1, size)
            for one in self.wanted
            if one.role in ("outcome", "mean") and one.name in values
        }
        if self.plan.decision is not None:
            quantities |= self._decide(self.plan.decision, part, values, size, gathered)
        reduced = {name: lanes(x) for name, x in quantities.items()}
        self._refuse(quantities, reduced, values, place, drawn)
        for name, pair in reduced.items():
            gathered.setdefault(name, []).append(pair)
            self.keep.store(name, *place, quantities[name])
        for index, _ in enumerate(self.plan.checks):
            name = f"check.{index}"
            if name in values:
                part.true[name] = part.true.get(name, 0) + int(np.count_nonzero(values[name]))
        numbers = {name: bins(quantities[name]) for name in self._histograms if name in quantities}
        with self._lock:
            for name, number in numbers.items():
                self._histograms[name].add(number)

    def _decide(
        self,
        decision: Decision,
        part: ChunkPart,
        values: Mapping[str, Floats],
        size: int,
        gathered: dict[str, list[tuple[Floats, Floats]]],
    ) -> dict[str, Floats]:
        effect, cost = (self._rows(decision, name, values, size) for name in ("decision.effect", "decision.cost"))
        if part.counts is None:
            raise AssertionError("a plan with a decision counts it")
        highest = part.counts.add(effect, cost)
        if highest.size:
            gathered.setdefault(_HIGHEST, []).append(lanes(highest))
        if _REGRET in self._axes:
            gathered.setdefault(_REGRET, []).append(lanes(regret(decision, highest, effect, cost)))
        free = np.asarray((cost <= 0).any(axis=1))
        part.free = free if part.free is None else np.logical_or(part.free, free)
        found = {"decision.effect": effect, "decision.cost": cost}
        found["decision.per_1000"] = per_1000(effect, cost)
        if decision.levels:
            found["decision.net_benefit"] = net_benefit(decision, effect, cost)
        return found

    def _rows(self, decision: Decision, name: str, values: Mapping[str, Floats], size: int) -> Floats:
        """Return effect or cost over the options of the decision; ``nothing`` has neither."""
        target = next(one for one in self.wanted if one.name == name)
        whole = values[name] if name in values else self.evaluator.constant[name][..., None]
        rows = np.zeros((len(decision.rows), size))
        for place, row in enumerate(decision.rows):
            if row >= 0:
                rows[place] = whole[row] if "option" in target.axes else whole
        return rows

    def _refuse(
        self,
        quantities: Mapping[str, Floats],
        reduced: Mapping[str, tuple[Floats, Floats]],
        values: Mapping[str, Floats],
        at: tuple[int, int],
        drawn: Floats,
    ) -> None:
        """Stop at the first draw of the block that may not be."""
        bad: list[tuple[int, int, str]] = []
        names = [one.name for one in self.wanted]
        for name, (_, m2) in reduced.items():
            if name in names and not np.isfinite(m2).all():
                wrong = ~np.isfinite(quantities[name]).all(axis=0)
                place = int(np.argmax(wrong)) if wrong.any() else int(np.argmax(np.abs(quantities[name]).max(axis=0)))
                bad.append((place, names.index(name), name))
        for index, check in enumerate(self.plan.checks):
            name = f"check.{index}"
            if check.severity == "fail_if" and name in values:
                true = (values[name] != 0).reshape(-1, drawn.shape[1]).any(axis=0)
                if true.any():
                    bad.append((int(np.argmax(true)), -1, name))
        if bad:
            place, _, name = min(bad)
            shown = None if self.layout.supplied else at[0]
            raise Stopped(name, shown, at[1] + place, drawn[:, place].copy())

    # ---- all chunks, in the calling thread

    def take(self, part: ChunkPart) -> None:
        """Take over one chunk; called in their order."""
        self._parts.setdefault(part.stretch, []).append(part)
        if self._free is not None and part.free is not None:
            self._free |= part.free

    def moments(self) -> dict[str, Moments]:
        """Return the moments of every quantity, a row a stretch."""
        rows = sorted(self._parts)
        count = np.array(self.layout.sizes, dtype=np.int64)
        found: dict[str, Moments] = {}
        for name, axes in self._axes.items():
            shape = self._shape(name)
            if name in self.evaluator.constant and not name.startswith("decision."):
                value = np.broadcast_to(self.evaluator.constant[name], (len(rows), *shape))
                found[name] = Moments(axes, count, np.array(value), np.zeros((len(rows), *shape)))
                continue
            joined = [tree([part.nodes[name] for part in self._parts[row]]) for row in rows]
            mean = np.stack([one.mean for one in joined]).reshape(len(rows), *shape)
            m2 = np.stack([one.m2 for one in joined]).reshape(len(rows), *shape)
            if name == "decision.per_1000":
                mean[:, self._free], m2[:, self._free] = np.nan, np.nan
            found[name] = Moments(axes, count, mean, m2)
        return found

    def quantiles(self) -> dict[str, Quantiles]:
        """Return the quantiles of every quantity that varies or not, means of ratios apart."""
        chances = np.array(PROBABILITIES)
        found: dict[str, Quantiles] = {}
        for name, axes in self._axes.items():
            if name.startswith("mean.") or name == _REGRET:
                continue
            shape = (len(chances), *self._shape(name))
            if name in self.evaluator.constant and not name.startswith("decision."):
                values = np.array(np.broadcast_to(self.evaluator.constant[name], shape))
                found[name] = Quantiles(axes, chances, values, np.zeros(shape))
                continue
            if not self._exact(name) and name not in self._histograms:
                continue
            if self._exact(name):
                values = exact_quantiles(self._kept(name), chances)
                resolution = np.zeros_like(values)
            else:
                values, resolution = self._histograms[name].quantiles(chances)
            if name == "decision.per_1000":
                values[:, self._free], resolution[:, self._free] = np.nan, np.nan
            found[name] = Quantiles(axes, chances, values.reshape(shape), resolution.reshape(shape))
        return found

    def tally(self) -> Tally | None:
        """Return the counts of the decision, a row a stretch."""
        decision = self.plan.decision
        if decision is None:
            return None
        rows = sorted(self._parts)
        totals: list[DecisionCounts] = []
        highest: list[Floats] = []
        for row in rows:
            total = DecisionCounts(decision)
            for part in self._parts[row]:
                if part.counts is not None:
                    total.merge(part.counts)
            totals.append(total)
            nodes = [part.nodes[_HIGHEST] for part in self._parts[row] if _HIGHEST in part.nodes]
            highest.append(tree(nodes).mean if nodes else np.zeros(0))
        return Tally(
            thresholds=np.array(decision.thresholds if decision.choose == "one" else (), dtype=np.float64),
            best=np.stack([one.best for one in totals]),
            max_net_benefit=np.stack(highest),
            no_benefit=np.stack([one.no_benefit for one in totals]),
            worth_it=np.stack([one.worth_it for one in totals]),
            beats=np.stack([one.beats for one in totals]),
            count=np.array(self.layout.sizes, dtype=np.int64),
        )

    def warnings(self, walk: Walk) -> tuple[tuple[str, float], ...]:
        """Return what each ``warn_if`` says that is true anywhere, and in which share of draws (of cells)."""
        found: list[tuple[str, float]] = []
        parts: Sequence[ChunkPart] = [part for several in self._parts.values() for part in several]
        draws = sum(part.count for part in parts)
        for index, check in enumerate(self.plan.checks):
            if check.severity != "warn_if":
                continue
            base: Named = walk.node(check.expression)
            share = float((base.array != 0).mean())
            name = f"check.{index}"
            if any(name in part.true for part in parts):
                shape = next(one.axes for one in self.wanted if one.name == name)
                cells = int(np.prod([len(self.plan.axes[axis]) for axis in shape]))
                share = sum(part.true[name] for part in parts) / (draws * cells)
            if share > 0 or (base.array != 0).any():
                found.append((check.say, share))
        return tuple(found)

    # ---- small things

    def _shape(self, name: str) -> tuple[int, ...]:
        decision = self.plan.decision
        if name.startswith("decision.") and decision is not None:
            lengths = {"option": len(decision.options), "level": len(decision.levels)}
            lengths["threshold"] = len(decision.thresholds)
            return tuple(lengths[axis] for axis in self._axes[name])
        return tuple(len(self.plan.axes[axis]) for axis in self._axes[name])

    def _exact(self, name: str) -> bool:
        if name in ("decision.per_1000", "decision.net_benefit"):
            return self.keep.exact("decision.effect") and self.keep.exact("decision.cost")
        return self.keep.exact(name)

    def _kept(self, name: str) -> Floats:
        decision = self.plan.decision
        if decision is not None and name in ("decision.per_1000", "decision.net_benefit"):
            effect, cost = self.keep.cells("decision.effect"), self.keep.cells("decision.cost")
            return per_1000(effect, cost) if name == "decision.per_1000" else net_benefit(decision, effect, cost)
        return self.keep.cells(name)


def per_1000(effect: Floats, cost: Floats) -> Floats:
    """Return effect for each 1,000 of cost, array (option, draw); 0 where the cost is not above 0."""
    paid = cost > 0
    return np.where(paid, 1000 * effect / np.where(paid, cost, 1.0), 0.0)


def net_benefit(decision: Decision, effect: Floats, cost: Floats) -> Floats:
    """Return net benefit at each level, array (level and option, draw)."""
    values = np.array(decision.values)[:, None, None]
    return (values * effect - cost).reshape(-1, effect.shape[1])


def regret(decision: Decision, highest: Floats, effect: Floats, cost: Floats) -> Floats:
    """Return the highest net benefit less that of each option, array (threshold and option, draw).

    Its spread is the error of the value of perfect information in one sample of independent draws.
    """
    thresholds = np.array(decision.thresholds)[:, None, None]
    return (highest[:, None, :] - (thresholds * effect - cost)).reshape(-1, effect.shape[1])


def exact_quantiles(x: Floats, probabilities: Floats) -> Floats:
    """Return quantiles of kept draws, array (q, cell), by straight lines between the sorted draws."""
    ordered = np.sort(x, axis=1)
    position = (x.shape[1] - 1) * probabilities
    before = np.floor(position).astype(np.intp)
    after = np.minimum(before + 1, x.shape[1] - 1)
    low, high = ordered[:, before], ordered[:, after]
    return np.ascontiguousarray((low + (position - before) * (high - low)).T)
