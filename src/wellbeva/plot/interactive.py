"""Charts of a run's tables for a notebook: plain Altair, to be changed, joined and saved by whoever asked for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from wellbeva.plot import theme

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 480
HUES = (theme.DOT, theme.COST, theme.BAR, "#3f7d5a", "#8a4f8a", theme.INK3)


def curves(table: pd.DataFrame, *, up: str, title: str, across: str) -> alt.Chart:
    """Draw a line for each option over the value of one unit of effect.

    Parameters
    ----------
    table : DataFrame
        ``wtp``, the column `up`, and ``option`` where there are several lines.
    up : str
        Name of the column.
    title, across : str
        What the column and ``wtp`` are, with their units.
    """
    lines = alt.Chart(table).mark_line(color=theme.DOT).encode(
        x=alt.X("wtp:Q", title=across),
        y=alt.Y(f"{up}:Q", title=title),
        tooltip=[alt.Tooltip(column) for column in table.columns],
    )  # fmt: skip
    chart: alt.Chart = lines.encode(**_options()) if "option" in table else lines
    return chart.properties(width=WIDTH)


def intervals(table: pd.DataFrame, *, title: str) -> alt.LayerChart | alt.FacetChart:
    """Draw the mean of each option and the range of 9 of 10 draws, in the order of the table.

    Parameters
    ----------
    table : DataFrame
        ``option, mean, q05, q95``.
    title : str
        What is drawn, with its unit.
    """
    rows = alt.Chart(table).encode(y=alt.Y("option:N", title=None, sort=None, axis=alt.Axis(labelLimit=WIDTH // 2)))
    tips = [alt.Tooltip(column) for column in table.columns]
    zero = alt.Chart().mark_rule(color=theme.LINE2).encode(x=alt.datum(0))
    lines = rows.mark_rule(color=theme.BAR, strokeWidth=3).encode(
        x=alt.X("q05:Q", title=title), x2="q95:Q", tooltip=tips
    )
    means = rows.mark_point(color=theme.DOT, filled=True, size=80, opacity=1).encode(x="mean:Q", tooltip=tips)
    return alt.layer(zero, lines, means, data=table).properties(width=WIDTH)


def cloud(table: pd.DataFrame, *, effect: str, cost: str, value: float | None) -> alt.LayerChart | alt.FacetChart:
    """Draw the cost-effectiveness plane; on the right of the dashed line an option is worth its cost.

    Parameters
    ----------
    table : DataFrame
        ``option, effect, cost``, a row for each draw of each option, both less the comparator's.
    effect, cost : str
        What they are, with their units.
    value : float or None [cost/effect]
        Slope of the line; none is drawn without it.
    """
    low, high = min(0.0, float(table["cost"].min())), max(0.0, float(table["cost"].max()))
    up = alt.Y("cost:Q", title=cost, scale=alt.Scale(domain=[low, high]))
    points = alt.Chart(table).mark_point(size=14, opacity=0.5)
    layers: list[Any] = [points.encode(x=alt.X("effect:Q", title=effect), y=up, **_options("shape", alt.Shape))]
    if value is not None:
        ends = [float(end) for end in (table["effect"].min(), table["effect"].max())]
        line = alt.Chart(alt.InlineData(values=[{"effect": end, "cost": value * end} for end in ends]))
        layers.append(line.mark_line(color=theme.INK3, strokeDash=[4, 3], clip=True).encode(x="effect:Q", y=up))
    return alt.layer(*layers).properties(width=WIDTH)


def tornado(table: pd.DataFrame, *, title: str) -> alt.LayerChart | alt.FacetChart:
    """Draw what each input alone does to a result between the ends of its interval, the widest first.

    Parameters
    ----------
    table : DataFrame
        ``path, low_value, high_value, low_result, base_result, high_result``, as oneway.csv has them.
    title : str
        What the result is, with its unit.
    """
    rows = alt.Chart(table).encode(
        y=alt.Y("path:N", title=None, sort=None, axis=alt.Axis(labelLimit=WIDTH // 2)),
        tooltip=[alt.Tooltip(column) for column in table.columns],
    )
    base = alt.Chart(table).mark_rule(color=theme.INK).encode(x="mean(base_result):Q")
    off = alt.Scale(zero=False)
    ends = (("low_result", theme.PALE), ("high_result", theme.BAR))
    bars = [
        rows.mark_bar(color=hue).encode(
            x=alt.X("base_result:Q", title=title, axis=alt.Axis(format="~s"), scale=off), x2=end
        )
        for end, hue in ends
    ]
    return alt.layer(*bars, base).properties(width=WIDTH)


def _options(mark: str = "strokeDash", channel: type = alt.StrokeDash) -> dict[str, Any]:
    """Tell options by their colour and by one thing more, in the order in which they come."""
    legend = alt.Legend(title=None, orient="bottom", columns=2, labelLimit=WIDTH // 2)
    hues = alt.Color("option:N", sort=None, scale=alt.Scale(range=[*HUES]), legend=legend)
    return {"color": hues, mark: channel("option:N", sort=None, legend=legend)}
