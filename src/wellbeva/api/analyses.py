"""Analyses of a decision's uncertainty, from a run or from another model's draws."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.core.cards import Card
from wellbeva.errors import Collector, near_miss, refusal
from wellbeva.results.csv_file import csv_bytes, csv_text

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.analysis.uncertainty.sample import DecisionSample
    from wellbeva.api.runs import Run
    from wellbeva.core.arrays import Floats
    from wellbeva.plan.record import Record
    from wellbeva.plan.research import Research


MOST_RANKED = 50
"""Options whose ranks are counted; of more nobody reads them."""
MOST_GROUPS = 1_000
"""Groups of inputs that are valued at once."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Analysis(Card):
    """Tables of a decision's uncertainty.

    Parameters
    ----------
    sample : DecisionSample
    wtp : array (threshold,) [money/effect]
        At which information is valued.
    tables : mapping of name to DataFrame
        ``incremental``, ``ceac``, ``cost_effective``, ``ranks``, ``expected_loss``, ``evpi``, ``risk``, ``evppi``
        and where it is asked ``within``, see `analysis.uncertainty.tables`; ``indices``, ``decision_values`` and
        ``value_based_price``, see the files of these names; ``evsi`` and where they are asked ``evppi_pairs``,
        ``best_along`` and ``best_changes``, see `analysis.uncertainty.information`.
    units : mapping of str to object
        Attributes of the run's dataset, `results.csv_file.UNITS` among them; empty for another model's draws.
    """

    sample: DecisionSample
    wtp: Floats
    tables: Mapping[str, pd.DataFrame]
    units: Mapping[str, object] = field(default_factory=dict)

    def write(self, folder: str | os.PathLike[str]) -> Path:
        """Write each table as CSV into a folder, which is made where there is none, and return it.

        Raises
        ------
        OSError
            If the system refuses.
        """
        return write_tables(folder, self.tables, units=self.units)

    def write_sample(self, folder: str | os.PathLike[str]) -> Path:
        """Write the draws beside the tables, with an R script that checks them: `sample_folder.write_sample`.

        Raises
        ------
        WellbevaError
            ``WB-R191`` if the draws cannot be read back from such files.
        OSError
            If the system refuses.
        """
        from wellbeva.api.files.sample_folder import write_sample

        return write_sample(folder, self)


def write_tables(
    folder: str | os.PathLike[str],
    tables: Mapping[str, pd.DataFrame],
    *,
    units: Mapping[str, object] | None = None,
    bare: bool = False,
) -> Path:
    """Write each table as CSV into a folder, which is made where there is none, and return it.

    Parameters
    ----------
    folder : path or str
    tables : mapping of name to DataFrame
    units : mapping of str to object, optional
        As `results.csv_file.csv_text` takes them.
    bare : bool
        Without a byte-order mark, as other packages read files.

    Raises
    ------
    OSError
        If the system refuses.
    """
    from wellbeva.core import atomic

    place = refuse_folder(folder)
    place.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        atomic.write(place / f"{name}.csv", csv_text(table).encode() if bare else csv_bytes(table, units))
    return place


def refuse_folder(folder: str | os.PathLike[str]) -> Path:
    """Return the path of a folder for tables, if tables may be written there.

    Raises
    ------
    WellbevaError
        ``WB-R205`` if it is a file, or the folder of a run, whose own tables would be lost.
    """
    place = Path(folder)
    fact = ""
    if place.exists() and not place.is_dir():
        fact = "it is a file"
    elif (place / "manifest.json").exists():
        fact = "it is the folder of a run, whose tables have the same names"
    if fact:
        remedy = "name another folder, which is made if there is none"
        message = f"tables cannot be written into {str(place)[-60:]!r}"
        raise refusal("WB-R205", message, remedy, fact)
    return place


def read_sample(folder: str | os.PathLike[str]) -> DecisionSample:
    """Read draws: ``costs``, ``effects`` and ``parameters``, each a CSV or a Parquet file, and a run's ``sample.json``.

    Raises
    ------
    WellbevaError
        With everything that is wrong.
    """
    from wellbeva.analysis.uncertainty.sample import DecisionSample
    from wellbeva.scenario.tables import sample_tables

    collector = Collector()
    read = sample_tables.read_sample(Path(folder), os.fspath(folder).rstrip("/"), collector)
    collector.stop_if_errors()
    assert read is not None
    return DecisionSample(read.options, read.effects, read.costs, read.parameters, **dict(read.design))


def sample_of(dataset: xr.Dataset) -> DecisionSample:
    """Return the kept draws of a run's rivals.

    Raises
    ------
    WellbevaError
        ``WB-R125`` if the run decides nothing, chooses several, or has kept no draws.
    """
    from wellbeva.analysis.uncertainty.sample import sample_of_run

    if dataset.attrs.get("choose") == "several":
        sample = None
        fact, remedy = "it chooses several: any set of its offers may be bought", "ask it of rivals, 'choose: one'"
    else:
        sample = sample_of_run(dataset)
        fact = "it has no draws of a decision"
        remedy = "run it again without --no-draws, or with --keep-draws"
    if sample is None:
        what = "this run cannot say which option is best, nor what knowing more is worth"
        raise refusal("WB-R125", what, remedy, fact)
    return sample


def analyse(
    sample: DecisionSample,
    wtp: Sequence[float] = (),
    *,
    comparator: str = "",
    grid: Sequence[float] = (),
    groups: Sequence[Sequence[str]] = (),
    population: float | None = None,
    uptake: Mapping[str, float] | None = None,
    dataset: xr.Dataset | None = None,
    pairs: bool = False,
    along: Sequence[str] = (),
    within: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Analysis:
    """Analyse the uncertainty of a decision.

    Parameters
    ----------
    sample : DecisionSample
    wtp : sequence of float [money/effect]
        What one unit of the effect may be worth: information is valued there; at the sample's own values if none is
        given.
    comparator : str
        The option that others are held against; the sample's own, or the cheapest on average, if none is named.
    grid : sequence of float [money/effect]
        Further thresholds of the curves.
    groups : sequence of sequence of str
        Inputs that are known together.
    population : float, optional
        How many such decisions there are.
    uptake : mapping of option to float, optional
        Share of such decisions in which it is chosen today; what is left is the comparator's.
    dataset : xarray.Dataset, optional
        The run whose draws they are: its studies, groups and payers, and what else is not given here.
    pairs : bool
        Whether every pair of inputs is valued too.
    along : sequence of str
        Inputs along which the chances to be best are given.
    within : float, optional [percent]
        Also say how likely each option's net benefit is to be so near the highest, 0 to 100.
    progress : callable, optional
        Called with how many inputs, groups or pairs are done, and how many there are.

    Raises
    ------
    WellbevaError
        With everything that is wrong in what is asked.
    """
    import pandas as pd

    from wellbeva.analysis.tables.value_based_price import price_table
    from wellbeva.analysis.uncertainty import tables
    from wellbeva.analysis.uncertainty.curves import curves
    from wellbeva.analysis.uncertainty.decision_values import decision_value_table
    from wellbeva.analysis.uncertainty.indices import IndexTable
    from wellbeva.analysis.uncertainty.information.along import best_along
    from wellbeva.analysis.uncertainty.information.evsi import study_table
    from wellbeva.analysis.uncertainty.information.pairs import pair_table

    asked = research_of(dataset)
    studies = asked.studies
    if population is not None:
        studies = tuple(replace(study, population=population) for study in studies)
    groups = [*groups, *asked.known_together]
    uptake = asked.uptake if uptake is None else uptake
    wtp, comparator = wtp or sample.values, comparator or sample.comparator
    collector = Collector()
    _refuse(sample, [*([comparator] if comparator else []), *uptake], wtp, grid, collector)
    _refuse_shares(uptake, collector)
    if population is not None and asked.population is not None:
        collector.error(
            "WB-R162",
            "the number of decisions is given twice",
            facts=(f"--population: {population:g}", f"the scenario's `decisions`: {asked.population:.4g}, discounted"),
            remedy="leave out --population, or change `decisions`",
        )
    _refuse_numbers(population, within, collector)
    _refuse_inputs(sample, groups, along, collector, pairs=pairs)
    collector.stop_if_errors()
    at = np.unique(np.asarray(wtp, dtype=np.float64))
    found = curves(sample, np.unique(np.concatenate([at, np.asarray(grid, dtype=np.float64)])))
    against = _index(sample, comparator)
    own = sample.comparator  # costs are less its own, whatever the others are held against
    prices = [price_table(sample, float(value), comparator=own, rivals=True, cases={}) for value in at]
    made = {
        "incremental": tables.incremental_table(sample),
        "ceac": tables.acceptability_table(sample, found),
        "cost_effective": tables.comparator_table(sample, against, found.wtp),
        "expected_loss": tables.loss_table(sample, found),
        "evpi": tables.perfect_information_table(found),
        "risk": tables.risk_table(sample, at, comparator=against),
        "value_based_price": pd.concat(prices, ignore_index=True),
    }
    if len(sample.options) <= MOST_RANKED:
        made["ranks"] = tables.rank_table(sample, at)
    if within is not None:
        made["within"] = tables.within_table(sample, found.wtp, within)
    if sample.inputs:
        if population is None and dataset is not None:
            population = 1.0 if asked.population is None else asked.population
        made["evppi"] = tables.partial_information_table(sample, at, groups, population=population, progress=progress)
        shares = IndexTable(sample, at)
        made |= {"indices": shares.table(groups, progress=progress)} if shares.quantities else {}
    more = {
        "evsi": study_table(sample, at, studies),
        "decision_values": decision_value_table(
            sample, at, uptake=uptake, comparator=_index(sample, own or comparator), dataset=dataset
        ),
    }
    made |= {name: table for name, table in more.items() if table is not None}
    if pairs:
        made["evppi_pairs"] = pair_table(sample, at, progress=progress)
    if along:
        made["best_along"], made["best_changes"] = best_along(sample, list(dict.fromkeys(along)), at)
    return Analysis(sample, at, made, {} if dataset is None else dataset.attrs)


def research_of(dataset: xr.Dataset | None) -> Research:
    """Return what the scenario of a run says of studies, groups of inputs, and the decisions that they serve."""
    from wellbeva.plan.research import RESEARCH, Research

    told = None if dataset is None else dataset.attrs.get(RESEARCH)
    return Research() if told is None else Research.from_json(told)


def evppi(sample: DecisionSample, groups: Sequence[Sequence[str]] = (), *, wtp: Sequence[float] = ()) -> pd.DataFrame:
    """Return what it is worth to know each input for certain, and each group: `tables.partial_information_table`.

    Parameters
    ----------
    sample : DecisionSample
    groups : sequence of sequence of str
        Inputs that are known together.
    wtp : sequence of float [money/effect]
        At the sample's own values if none is given.

    Raises
    ------
    WellbevaError
        With everything that is wrong in what is asked.
    """
    from wellbeva.analysis.uncertainty.tables import partial_information_table

    at, collector = wtp or sample.values, Collector()
    _refuse(sample, (), at, (), collector)
    _refuse_inputs(sample, groups, (), collector, pairs=False)
    collector.stop_if_errors()
    return partial_information_table(sample, np.unique(np.asarray(at, dtype=np.float64)), groups)


def _index(sample: DecisionSample, comparator: str) -> int:
    return sample.options.index(comparator) if comparator else int(sample.cost.mean(axis=0).argmin())


def over_structures(path: str | os.PathLike[str], run: Run, wtp: Floats) -> dict[str, pd.DataFrame]:
    """Return tables of a decision averaged over the scenario's structures; none where it has no ``structures``.

    Parameters
    ----------
    path : path or str
        The scenario file.
    run : Run
        Of the scenario as written; each structure is run with as many draws of the same streams.
    wtp : array (threshold,) [money/effect]

    Raises
    ------
    WellbevaError
        ``WB-S384`` if a structure's results cannot be averaged with the others'.
    """
    from wellbeva.analysis.uncertainty.structures import structural_tables
    from wellbeva.api.checks import refuse_unlike_structures
    from wellbeva.api.runs import run as run_scenario
    from wellbeva.scenario.decision.structures import AS_WRITTEN

    scenario = run.compiled.record.scenario
    runs = {"": run}
    for name in scenario.structures:
        runs.setdefault(name, run_scenario(path, variant=name, draws=int(run.dataset.attrs["draws"])) if name else run)
    refuse_unlike_structures(scenario, {name: made.compiled.plan for name, made in runs.items()})
    weights = {name or AS_WRITTEN: weight for name, weight in scenario.structures.items()}
    samples = {name or AS_WRITTEN: sample_of(runs[name].dataset) for name in scenario.structures}
    return structural_tables(samples, weights, wtp) if weights else {}


def portfolio(dataset: xr.Dataset, record: Record, budget: float) -> pd.DataFrame:
    """Return what a budget should buy of a run's offers.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
    budget : float [money]

    Raises
    ------
    WellbevaError
        See `Run.portfolio`.
    """
    from wellbeva.analysis.portfolio.offers import offers_of_run
    from wellbeva.analysis.portfolio.purchases import portfolio_table, purchase

    offers = offers_of_run(dataset, record)
    if offers is None:
        message = "this run has no offers that a budget could buy"
        remedy = "ask it of a scenario with 'choose: several' whose offers have a cost"
        raise refusal("WB-R150", message, remedy)
    if isinstance(budget, bool) or not (isinstance(budget, Real) and math.isfinite(budget) and budget >= 0):
        remedy = "give a sum in the currency of the appraisal, 0 or more, as 1000000"
        raise refusal("WB-R151", f"{str(budget)[:60]!r} is not a budget", remedy)
    best = purchase(offers, budget)
    if best.conflict:
        raise refusal(
            "WB-R152",
            f"no purchase keeps {best.limits}",
            "spend more, or ask less of 'at_least', or allow more in 'at_most' and 'places'",
            *(limit.facts(offers.choices.most) for limit in best.conflict),
        )
    return portfolio_table(offers, [budget])


def _refuse(
    sample: DecisionSample,
    options: Sequence[str],
    wtp: Sequence[float],
    grid: Sequence[float],
    collector: Collector,
) -> None:
    """Refuse thresholds and options that cannot be asked of a sample."""
    from wellbeva.scenario.tables.sample_tables import FARTHEST

    wrong = [one for one in (*wtp, *grid) if not 0 <= one <= FARTHEST]
    if wrong or not len(wtp):
        collector.error(
            "WB-R126",
            f"{wrong[0]:g} is not what a unit of the effect can be worth" if wrong else "nothing values the effect",
            remedy="give what one unit of the effect is worth, 0 or more, as --wtp 20000",
        )
    for option in options:
        if option not in sample.options:
            collector.error(
                "WB-R130",
                f"{option[:60]!r} is not an option of this sample",
                remedy=near_miss(option, sample.options) or f"the options are: {', '.join(sample.options[:20])}",
            )


def _refuse_shares(uptake: Mapping[str, float], collector: Collector) -> None:
    """Refuse shares of today's decisions that cannot be."""
    if not (all(0 <= share <= 1 for share in uptake.values()) and sum(uptake.values()) <= 1 + 1e-9):
        collector.error(
            "WB-R160",
            "the shares of today's decisions are not from 0 to 1, or exceed 1 together",
            facts=(", ".join(f"{name[:60]} {share:.4g}" for name, share in [*uptake.items()][:20]),),
            remedy="give some options their share, as --uptake visits=0.3; what is left is the comparator's",
        )


def _refuse_numbers(population: float | None, within: float | None, collector: Collector) -> None:
    """Refuse a number of decisions or a percentage that can be none."""
    if population is not None and not (math.isfinite(population) and population > 0):
        message, remedy = f"{population:g} is not a number of decisions", "give a number above 0, as --population 5000"
        collector.error("WB-R202", message, remedy=remedy)
    if within is not None and not 0 <= within <= 100:
        message = f"{within:g}% is not how near to the best an option may be"
        collector.error("WB-R193", message, remedy="give a percentage from 0 to 100, as --within 5")


def _refuse_inputs(
    sample: DecisionSample, groups: Sequence[Sequence[str]], along: Sequence[str], collector: Collector, *, pairs: bool
) -> None:
    """Refuse inputs that cannot be asked of a sample."""
    from wellbeva.analysis.uncertainty.information.pairs import MOST, paired
    from wellbeva.plan.limits import MOST_TOGETHER

    varying = paired(sample) if pairs or along else ()
    if pairs and not 2 <= len(varying) <= MOST:
        collector.error(
            "WB-R153",
            f"{len(varying)} inputs that vary cannot be valued in pairs",
            facts=(f"they have {len(varying) * (len(varying) - 1) // 2:,} pairs",),
            remedy=f"ask it of 2 to {MOST} inputs; --group values the pairs of more that you name",
        )
    for name in along:
        if name in sample.inputs and name not in varying:
            collector.error("WB-R154", f"{name[:60]!r} never varies", remedy="name an input that does after --along")
    for group in (*groups[: MOST_GROUPS + 1], *([name] for name in along)):
        for name in group:
            if name not in sample.inputs:
                collector.error(
                    "WB-R127",
                    f"{name[:60]!r} is not an input of this sample",
                    remedy=near_miss(name, sample.inputs) or f"the inputs are: {', '.join([*sample.inputs][:20])}",
                )
        if len(group) > MOST_TOGETHER:
            collector.error(
                "WB-R128",
                f"{len(group)} inputs cannot be valued together",
                facts=("the pairs of more have thousands of coefficients, which no usual number of draws tells apart",),
                remedy=f"name up to {MOST_TOGETHER} in a group; the value of perfect information bounds that of more",
            )
    if len(groups) > MOST_GROUPS:
        collector.error("WB-R128", f"{len(groups):,} groups are too many", remedy=f"ask for up to {MOST_GROUPS:,}")
