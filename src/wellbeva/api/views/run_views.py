"""What a finished run shows: tables for pandas, charts, and its answer in a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from wellbeva.core.cards import card
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.api.analyses import Analysis
    from wellbeva.api.global_sensitivity import SalibData
    from wellbeva.api.views.charts import RunCharts
    from wellbeva.plan.record import CompiledScenario
    from wellbeva.report.facts.result import Result

MOST_COLUMNS: Final = 2_000
"""Cells of an outcome that become columns."""


class RunViews:
    """The tables, charts and analyses of a run, each made when it is first asked for.

    Cells have one name everywhere: the dotted path that ``--set`` takes, as ``hold.walks``.
    """

    compiled: CompiledScenario
    dataset: xr.Dataset
    tables: Mapping[str, pd.DataFrame]
    facts: Result

    @property
    def answer(self) -> str:
        """The sentence that the report begins with."""
        from wellbeva.report.facts.answer import answer

        return answer(self.facts).sentence

    @property
    def decision(self) -> pd.DataFrame:
        """The decision table, as decision.csv has it: a row for each option, best first."""
        return self.tables["decision"].copy()

    @property
    def summary(self) -> pd.DataFrame:
        """Every outcome of every option with its spread, as summary.csv has it."""
        return self.tables["summary"].copy()

    @cached_property
    def inputs(self) -> pd.DataFrame:
        """Every number that went in, by its path: as written, in the base case, and where it is from.

        Columns ``written, unit, base, low, high, distribution, evidence, source, layer, doc``; `low` and `high` are the
        interval or range that was printed, empty where there is none.
        """
        import pandas as pd

        rows = {
            one.path: (
                one.written,
                one.unit,
                one.base,
                *(one.interval or (float("nan"), float("nan"))),
                one.fitted,
                one.evidence,
                "; ".join(f"{cite.key} {cite.place}".strip() for cite in one.cites),
                one.layer,
                one.doc,
            )
            for one in self.compiled.record.inputs
        }
        names = ["written", "unit", "base", "low", "high", "distribution", "evidence", "source", "layer", "doc"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("path")

    @cached_property
    def draws(self) -> pd.DataFrame:
        """The kept draws, a row for each: uncertain inputs by their paths, then what comes of them.

        ``hold.walks`` is an input, ``wellbys.walks`` an outcome, ``decision.effect.walks`` a number of the decision,
        against the comparator. What no draw changes is left out, and so are outcomes by time or of more than 2,000
        cells, which `dataset` has. Where fewer draws of the inputs are kept than of the results, inputs are empty in
        the others.
        """
        import pandas as pd

        dataset, columns = self.dataset, {}
        labels = np.asarray(dataset.get("randomisation", np.zeros(0, dtype=np.int64)))
        known = np.asarray(dataset.get("input_randomisation", labels))
        rows = _numbered(labels if len(labels) else known)
        if "inputs" in dataset:
            drawn = pd.DataFrame(
                dataset["inputs"].values.T, index=_numbered(known), columns=dataset["element_path"].values
            )
            columns = dict(drawn.reindex(rows).items())
        for variable in (str(name) for name in dataset.data_vars if str(name).startswith("draws_")):
            array, name = dataset[variable], variable.removeprefix("draws_")
            axes = [str(axis) for axis in array.dims if axis != "draw"]
            if "time" not in axes and array.size <= MOST_COLUMNS * array.sizes["draw"]:
                head = name.replace("decision_", "decision.", 1) if name.startswith("decision_") else name
                values = array.transpose("draw", *axes).values.reshape(array.sizes["draw"], -1)
                cells = product(*(_told(array, axis) for axis in axes))
                columns |= {".".join(filter(None, (head, *cell))): values[:, place] for place, cell in enumerate(cells)}
        return pd.DataFrame(columns, index=rows)

    @property
    def ceac(self) -> pd.DataFrame:
        """Chances to be best of rivals over the value of one unit of effect: ``wtp, option, prob_best, mcse``.

        Raises
        ------
        WellbevaError
            ``WB-R125`` if the run is not of a choice between rivals.
        """
        curves = self._curves()[["prob_best", "prob_best_mcse"]]
        names = {"threshold": "wtp", "decision_option": "option", "prob_best_mcse": "mcse"}
        table = curves.to_dataframe(dim_order=["threshold", "decision_option"]).reset_index()
        return table.rename(columns=names)[["wtp", "option", "prob_best", "mcse"]]

    @property
    def evpi(self) -> pd.DataFrame:
        """Value of perfect information over the value of one unit of effect: ``wtp, evpi, mcse``.

        Raises
        ------
        WellbevaError
            ``WB-R125`` if the run is not of a choice between rivals.
        """
        table = self._curves()[["evpi", "evpi_mcse"]].to_dataframe().reset_index()
        return table.rename(columns={"threshold": "wtp", "evpi_mcse": "mcse"})[["wtp", "evpi", "mcse"]]

    def _curves(self) -> xr.Dataset:
        from wellbeva.api.analyses import sample_of

        if "prob_best" not in self.dataset or "evpi" not in self.dataset:
            sample_of(self.dataset)  # says why
        return self.dataset

    @property
    def plot(self) -> RunCharts:
        """Charts of the run, each an Altair chart: ``run.plot.decision()``."""
        from wellbeva.api.views.charts import RunCharts

        return RunCharts(self)

    def draws_for(self, within: float) -> pd.DataFrame:
        """Return how many draws give each number of the decision a wanted standard error.

        Parameters
        ----------
        within : float
            The standard error as a share of each number; of a chance, the error itself.

        Returns
        -------
        pandas.DataFrame
            Columns ``number, of, value, mcse, draws``; `draws` is empty where a number is certain or 0.
        """
        from wellbeva.analysis.convergence import draws_for

        return draws_for(self.dataset, within)

    def portfolio(self, budget: float) -> pd.DataFrame:
        """Return which offers a budget should buy: `analysis.portfolio.purchases.portfolio_table`.

        Parameters
        ----------
        budget : float [money]
            In the currency and prices of the appraisal, 0 or more.

        Raises
        ------
        WellbevaError
            ``WB-R150`` if the run has no offers that could be bought, ``WB-R151`` if the budget is not a sum of money,
            ``WB-R152`` if no purchase keeps all limits.
        """
        from wellbeva.api.analyses import portfolio

        return portfolio(self.dataset, self.compiled.record, budget)

    def analyse(self, wtp: Sequence[float] = (), **asked: Any) -> Analysis:
        """Return how sure the choice between rivals is, and the worth of knowing more: `analyses.analyse`.

        Parameters
        ----------
        wtp : sequence of float [money/effect]
            At the decision's own values if none is given.
        **asked
            As `analyses.analyse` takes them: ``comparator, grid, groups, population, within, progress``.

        Raises
        ------
        WellbevaError
            ``WB-R125`` if the run has no draws of a choice between rivals; else with all that cannot be asked.
        """
        from wellbeva.api.analyses import analyse, sample_of

        return analyse(sample_of(self.dataset), wtp, **{"population": 1.0, **asked})

    def evppi(self, groups: Sequence[Sequence[str]] = (), *, wtp: Sequence[float] = ()) -> pd.DataFrame:
        """Return the value of knowing each input for certain, and each group of inputs: `analyses.evppi`.

        Parameters
        ----------
        groups : sequence of sequence of str
        wtp : sequence of float [money/effect]
            At the decision's own values if none is given.

        Raises
        ------
        WellbevaError
            As for `analyse`.
        """
        from wellbeva.api.analyses import evppi, sample_of

        return evppi(sample_of(self.dataset), groups, wtp=wtp)

    def to_salib(self) -> SalibData:
        """Return the kept draws as SALib's analysers of given draws take them: ``problem``, ``x`` and ``y``.

        Raises
        ------
        WellbevaError
            ``WB-R125`` if the run has no draws of a choice between rivals, ``WB-R145`` if none of its inputs is kept.
        """
        from wellbeva.api.global_sensitivity import given_data

        return given_data(self.dataset)

    def to_arviz(self) -> Any:
        """Return the kept draws as ArviZ takes them, randomisations as chains: see `arviz_groups.to_arviz`.

        Raises
        ------
        WellbevaError
            ``WB-R194`` if ArviZ is not installed, or the run has kept no draws.
        """
        from wellbeva.api.views.arviz_groups import to_arviz

        return to_arviz(self.dataset)

    def __repr__(self) -> str:
        scenario, attributes = self.compiled.record.scenario, self.dataset.attrs
        changed = [f"variant {scenario.variant}"] if scenario.variant else []
        drawn = f"{attributes['draws']:,} draws ({attributes['design']}, seed {attributes['seed']})"
        warned = len(self.compiled.record.warnings)
        lines = [
            f"Run: {self.compiled.plan.title}",
            f"  {', '.join([*changed, *scenario.overrides]) or 'as written'}",
            f"  {self.answer if self.compiled.plan.decision else 'It compares nothing.'}"[:320],
            f"  {len(self.decision)} options; {drawn}; {warned} warning{'s' * (warned != 1)}",
            "  .decision .summary .inputs .draws .ceac .evpi .plot .report() .write(folder)",
        ]
        return card(lines)

    def _repr_html_(self) -> str:
        from wellbeva.api.views.documents import table_html

        return table_html(self.answer if self.compiled.plan.decision else self.compiled.plan.title, self._rows())

    def _rows(self) -> list[dict[str, str]]:
        """Return the decision table in words: a cell for each column that has a number."""
        plan, table = self.compiled.plan, self.decision
        if plan.decision is None:
            return []
        money, unit = plan.currency, plan.decision.effect_unit
        rivals = plan.decision.choose == "one"
        columns: dict[str, tuple[str, Any]] = {
            "cost": ("Cost", lambda x: numbers.total(x, money)),
            "savings": ("Savings", lambda x: numbers.total(x, money)),
            "wellbys": (f"{unit}s", numbers.number),
            "wellbys_per_1000": (f"{unit}s per {numbers.SYMBOLS.get(money, money)}1,000", numbers.number),
            "cost_per_wellby": (f"Cost of a {unit}", lambda x: numbers.price(x, money)),
            "nb_central": ("Net benefit", lambda x: numbers.total(x, money)),
            "prob_best" if rivals else "prob_worth_it": (
                "Best, of 100" if rivals else "Worth it, of 100",
                numbers.in_hundred,
            ),
        }
        shown = {name: told for name, told in columns.items() if table[name].fillna(0).any()}
        return [
            {"Option": str(row["label"])}
            | {
                head: write(row[name]) if row[name] == row[name] else numbers.NOT_APPLICABLE
                for name, (head, write) in shown.items()
            }
            | {"Evidence": str(row["evidence"] or "")}
            for row in table.to_dict("records")
        ]


def _numbered(randomisations: np.ndarray) -> pd.MultiIndex:
    """Number draws from 0 within their randomisation, given the randomisation of each draw."""
    import pandas as pd

    frame = pd.DataFrame({"randomisation": randomisations})
    return pd.MultiIndex.from_frame(frame.assign(draw=frame.groupby("randomisation").cumcount()))


def _told(array: xr.DataArray, axis: str) -> list[str]:
    """Return the labels of an axis as a path has them: none where there is only one."""
    labels = [str(label) for label in array[axis].values]
    return labels if len(labels) > 1 else [""]
