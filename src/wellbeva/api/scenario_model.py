"""A scenario as a function: values of its uncertain inputs in, outcomes out, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from wellbeva.api.checks import faults_in_place, load
from wellbeva.api.runs import EngineName
from wellbeva.api.sources import File, Overrides, Source
from wellbeva.core.cards import COLUMNS, card, few
from wellbeva.engine.run.settings import RunSettings
from wellbeva.errors import Collector, WellbevaError, near_miss, refusal

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr

    from wellbeva.core.arrays import Floats
    from wellbeva.plan.plan import Plan
    from wellbeva.plan.record import CompiledScenario
    from wellbeva.sampling.sampler import Sampler


EDGE: Final = 2.0**-32
"""Distance of the bounds of `ScenarioModel.problem` from 0 and 1, where most quantiles are infinite."""
SHOWN: Final = 4
"""Inputs and outcomes that a notebook names."""
_SLACK: Final = 1e-9
"""How far the sum of shares that a user computes may be from 1."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ScenarioModel:
    """A scenario as a function of its uncertain inputs; `model` makes one.

    Parameters
    ----------
    compiled : CompiledScenario
    engine : {"auto", "reference", "blocked", "compiled"}

    Examples
    --------
    >>> offers = model("scenarios/uk-community-offers.yaml")
    >>> medians = offers.ppf([[0.5] * len(offers.problem["names"])])
    >>> offers(medians)["decision_effect"].dims
    ('row', 'decision_option')
    """

    compiled: CompiledScenario
    engine: EngineName = "auto"

    def __repr__(self) -> str:
        outcomes = (*self.plan.outcomes, *(("decision",) if self.plan.decision else ()))
        lines = [
            f"ScenarioModel: {self.plan.title}",
            f"  {len(self.inputs)} uncertain inputs: {', '.join(few(self.inputs, SHOWN))}",
            f"  {len(outcomes)} outcomes: {', '.join(few(outcomes, SHOWN))}",
            "  .inputs .problem .ppf(uniforms)   model(inputs): a Dataset along `row`",
        ]
        return card(line[: 2 * COLUMNS] for line in lines)

    @property
    def plan(self) -> Plan:
        """The plan that is evaluated."""
        return self.compiled.plan

    @property
    def inputs(self) -> tuple[str, ...]:
        """Paths of the uncertain inputs, as ``hold.walks``, in the order of the columns of a table of inputs."""
        paths = self.compiled.paths
        return tuple(paths.get(element.name, element.name) for element in self.plan.elements)

    @property
    def problem(self) -> dict[str, Any]:
        """The problem as SALib wants it, in uniforms that are independent of each other: `ppf` makes values of them.

        Inputs that are drawn together are one group of uniforms: those that a copula or a Dirichlet is made from, or
        the one that picks a row of supplied draws.
        """
        sampler = self._sampler()
        paths = self.compiled.paths
        names = [paths.get(sampler.streams[row], sampler.streams[row]) for row in sampler.read]
        problem = {"num_vars": len(names), "names": names, "bounds": [[EDGE, 1 - EDGE] for _ in names]}
        groups = {"groups": [self._group(row) for row in sampler.read]} if self.plan.joints else {}
        return problem | groups

    def _group(self, row: int) -> str:
        """Return the name of the group that a stream belongs to."""
        picked = [joint for joint in self.plan.joints if joint.picker is not None]
        for joint in self.plan.joints:
            if row in joint.elements or (joint in picked and row == len(self.inputs) + picked.index(joint)):
                return ", ".join(self.inputs[element] for element in joint.elements)
        return self.inputs[row]

    def _sampler(self) -> Sampler:
        from wellbeva.sampling.sampler import Sampler

        if not self.inputs:
            raise refusal("WB-R145", "nothing in this scenario is uncertain", "give an input a range")
        return Sampler(self.plan.elements, self.plan.joints, design="random", seed=1, draws_each=512)

    def ppf(self, u: npt.ArrayLike) -> Floats:
        """Turn uniforms into values of the inputs.

        Parameters
        ----------
        u : array (row, factor)
            Between 0 and 1, one column for each of the names of `problem`.

        Returns
        -------
        array (row, input) [unit of each input]

        Raises
        ------
        WellbevaError
            ``WB-R140`` for another number of columns, ``WB-R143`` for 0, 1 or what lies beyond.
        """
        sampler = self._sampler()
        points = _table(u, len(sampler.read))
        if not ((points > 0) & (points < 1)).all():
            fact = "at 0 and at 1 many an input is infinite"
            remedy = "keep inside, as the bounds of the problem do; for a design that visits its bounds, as Morris's, "
            raise refusal("WB-R143", "a uniform is not between 0 and 1", f"{remedy}take 0.005 and 0.995", fact)
        uniforms = np.full((len(sampler.streams), len(points)), 0.5)
        uniforms[list(sampler.read)] = points.T
        return sampler.draws(uniforms).T

    def __call__(self, inputs: npt.ArrayLike | Mapping[str, npt.ArrayLike]) -> xr.Dataset:
        """Evaluate the scenario.

        Parameters
        ----------
        inputs : array (row, input) [unit of each input], or mapping of input to array (row,)
            In the order of `inputs`; what a mapping leaves out keeps its value of the base case.

        Returns
        -------
        xarray.Dataset
            Along ``row``: the outcomes, ``decision_effect``, ``decision_cost`` and ``decision_net_benefit``, as a run
            names them, whose draws they are to the last bit where engine and inputs are the same. What is made from
            means over all draws has no value in a row, and is not there.

        Raises
        ------
        WellbevaError
            With what is wrong with the inputs, or with the first row that the scenario refuses.
        """
        from wellbeva.compiler.diagnostic_spans import with_places
        from wellbeva.engine.run.block_loop import run_rows
        from wellbeva.results.dataset import values_by_row

        values = _table(self._columns(inputs) if isinstance(inputs, Mapping) else inputs, len(self.inputs))
        self._refuse_broken_shares(values)
        try:
            result = run_rows(self.plan, values.T, RunSettings(engine=self.engine, keep_draws=True))
        except WellbevaError as error:
            # How to replay a draw, or to keep fewer, is of no use for rows that no run has.
            remedy = "give the row other inputs, or fewer rows at a time"
            said = [replace(diagnostic, remedy=remedy) for diagnostic in error.diagnostics]
            raise WellbevaError(with_places(said, self.compiled)) from None
        return values_by_row(self.plan, result)

    def refuse_unknown(self, names: Iterable[str]) -> None:
        """Refuse names that are not of uncertain inputs.

        Raises
        ------
        WellbevaError
            ``WB-R140``.
        """
        collector = Collector()
        for name in names:
            if name not in self.inputs:
                remedy = near_miss(str(name), self.inputs) or f"the inputs are: {', '.join(self.inputs[:20])}"
                collector.error("WB-R140", f"{str(name)[:60]!r} is not an uncertain input", remedy=remedy)
        collector.stop_if_errors()

    def _columns(self, inputs: Mapping[str, npt.ArrayLike]) -> Floats:
        """Return the inputs that are named, and the base case of the others, array (row, input)."""
        self.refuse_unknown(inputs)
        bases = {path: element.base for path, element in zip(self.inputs, self.plan.elements, strict=True)}
        columns = [np.atleast_1d(inputs.get(path, base)) for path, base in bases.items()]
        try:
            return np.stack(np.broadcast_arrays(*columns), axis=-1)
        except ValueError:
            raise refusal("WB-R140", "inputs have different numbers of rows", "give each as many, or one") from None

    def _refuse_broken_shares(self, values: Floats) -> None:
        for joint in self.plan.joints:
            wrong = np.abs(values[:, list(joint.elements)].sum(axis=1) - 1) > _SLACK
            if joint.kind == "dirichlet" and wrong.any():
                names = ", ".join(self.inputs[element] for element in joint.elements)
                message = f"the shares {names} do not add to 1 in row {int(wrong.argmax()) + 1:,}"
                raise refusal("WB-R142", message, "vary them together: 'ppf' makes such shares from uniforms")


def _table(values: npt.ArrayLike, columns: int) -> Floats:
    """Return values as array (row, column), unless they have another shape or are not numbers."""
    try:
        table = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise refusal("WB-R141", "the inputs are not numbers", "give an array of numbers") from None
    if table.ndim != 2 or table.shape[1] != columns or not len(table):
        fact = f"their shape is {table.shape}"
        remedy = f"give an array (row, input) with {columns} columns, or a mapping of name to array"
        raise refusal("WB-R140", "the inputs are not a table of rows with a column for each", remedy, fact)
    if not np.isfinite(table).all():
        row = int(np.argmin(np.isfinite(table).all(axis=1))) + 1
        raise refusal("WB-R141", f"row {row:,} holds what is not a finite number", "leave the row out")
    return table


def model(
    path: Source, *, variant: str = "", overrides: Overrides = (), engine: EngineName = "auto", base: File = ""
) -> ScenarioModel:
    """Return a scenario as a function of its uncertain inputs, for a sampler, an optimiser or an emulator.

    Parameters
    ----------
    path, variant, overrides, base
        As `load`.
    engine : {"auto", "reference", "blocked", "compiled"}
        ``auto`` picks the one predicted to finish first.

    Raises
    ------
    WellbevaError
        With everything that is wrong.
    """
    from wellbeva.engine.run.plan_cache import base_case

    compiled = load(path, variant=variant, overrides=overrides, base=base)
    with faults_in_place(compiled):
        base_case(compiled.plan)
    return ScenarioModel(compiled, engine)
