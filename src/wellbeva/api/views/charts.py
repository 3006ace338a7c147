"""The charts of a run, drawn from the tables that a notebook sees too."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from wellbeva.core.cards import COLUMNS, card
from wellbeva.errors import near_miss, refusal

if TYPE_CHECKING:
    import pandas as pd

    from wellbeva.api.views.run_views import RunViews

MARKS: Final = 300
"""Draws of each option in the plane."""
BARS: Final = 15


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RunCharts:
    """The charts of one run; every method returns an Altair chart.

    Parameters
    ----------
    run : RunViews
    """

    run: RunViews

    def __repr__(self) -> str:
        drawn = ((name, method.__doc__) for name, method in vars(type(self)).items() if not name.startswith("_"))
        charts = (f"  {f'.{name}()':13}{doc.splitlines()[0]}" for name, doc in drawn if doc)
        return card([f"Charts of the run: {self.run.compiled.plan.title}"[:COLUMNS], *charts])

    def decision(self) -> Any:
        """Draw each option with the range of 9 of 10 draws.

        Of rivals it is the net benefit, of offers the effect for each 1,000 of money.
        """
        import pandas as pd

        from wellbeva.plot.interactive import intervals

        dataset, order = self.run.dataset, self.run.decision
        rivals = dataset.attrs.get("choose") == "one" and "decision_net_benefit" in dataset
        name = "decision_net_benefit" if rivals else "decision_per_1000"
        if name not in dataset:
            raise refusal("WB-R232", "this run has nothing to draw of a decision", "see .summary", "it decides nothing")
        array = dataset[name].sel(statistic=["mean", "q05", "q95"])
        if rivals:
            array = array.isel({str(dataset.attrs["level_dimension"]): int(dataset.attrs["central"])})
        found = pd.DataFrame(array.transpose("decision_option", "statistic").values, columns=["mean", "q05", "q95"])
        found.insert(0, "option", dataset["decision_option"].values.astype(str))
        found = found.set_index("option").reindex(order["option"]).dropna(subset="mean").reset_index()
        return intervals(self._labelled(found), title=f"Net benefit, {self._money}" if rivals else self._per_1000)

    def ceac(self) -> Any:
        """Draw each rival's chance to be best, by the value of one unit.

        Raises
        ------
        WellbevaError
            ``WB-R125`` if the run is not of a choice between rivals.
        """
        from wellbeva.plot.interactive import curves

        return curves(self._labelled(self.run.ceac), up="prob_best", title="Chance to be best", across=self._worth)

    def evpi(self) -> Any:
        """Draw the value of perfect information, by the value of one unit.

        Raises
        ------
        WellbevaError
            ``WB-R125`` if the run is not of a choice between rivals.
        """
        from wellbeva.plot.interactive import curves

        title = f"Value of perfect information, {self._money}"
        return curves(self.run.evpi, up="evpi", title=title, across=self._worth)

    def plane(self) -> Any:
        """Draw effect and cost of some 300 draws, less the comparator's.

        Raises
        ------
        WellbevaError
            ``WB-R232`` if the run has kept no draws of a decision.
        """
        import pandas as pd

        from wellbeva.analysis.acceptability import plane
        from wellbeva.plot.interactive import cloud

        attributes, found = self.run.dataset.attrs, plane(self.run.dataset)
        if "inc_effect" not in found:
            raise refusal("WB-R232", "this run has no draws of a decision", "run it again with keep_draws=True")
        found = found.isel(draw=slice(None, None, max(1, found.sizes["draw"] // MARKS)))
        effect, cost = (found[name].transpose("decision_option", "draw").values for name in ("inc_effect", "inc_cost"))
        names = [str(name) for name in found["decision_option"].values]
        table = pd.DataFrame({"option": [name for name in names for _ in range(effect.shape[1])]})
        table = table.assign(effect=effect.ravel(), cost=cost.ravel())
        table = table[table["option"] != attributes["comparator"]]
        values = json.loads(attributes["values"])
        return cloud(
            self._labelled(table),
            effect=f"More {attributes['effect_unit']}s",
            cost=f"More cost, {self._money}",
            value=values[int(attributes["central"])] if values else None,
        )

    def tornado(self, option: str = "") -> Any:
        """Draw what each input alone does to the net benefit.

        Parameters
        ----------
        option : str
            Whose net benefit, or lead over the next, it is; the first of the table where none is named.

        Raises
        ------
        WellbevaError
            ``WB-R232`` for an option that no input moves.
        """
        from wellbeva.plot.interactive import tornado

        table = self.run.tables.get("oneway")
        known = [] if table is None else [str(name) for name in table["option"].unique() if name]
        if table is None or not known or (option and option not in known):
            remedy = near_miss(option, known) or f"name one of: {', '.join(known) or 'none'}"
            raise refusal("WB-R232", f"nothing is known to move {option[:60] or 'this decision'!r}", remedy)
        mine = table[table["option"] == (option or known[0])]
        mine = mine[mine["less"] == mine["less"].iloc[0]]
        against = f" less that of {self._label(str(mine['less'].iloc[0]))}" if mine["less"].iloc[0] else ""
        title = f"Net benefit of {self._label(option or known[0])}{against}, {self._money}"
        return tornado(mine.head(BARS), title=title)

    @property
    def _money(self) -> str:
        return str(self.run.dataset.attrs["currency"])

    @property
    def _worth(self) -> str:
        return f"Value of a {self.run.dataset.attrs['effect_unit']}, {self._money}"

    @property
    def _per_1000(self) -> str:
        return f"{self.run.dataset.attrs['effect_unit']}s for each {self._money} 1,000"

    def _label(self, option: str) -> str:
        table = self.run.decision
        return str(dict(zip(table["option"], table["label"], strict=True)).get(option, option))

    def _labelled(self, table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(option=[self._label(str(name)) for name in table["option"]])
