"""Hand-made runs shaped by the contracts, so that the report is tested without an engine.

Draws are made with NumPy from the numbers given here; every variable of the Dataset is computed from them.
"""

from __future__ import annotations

import json
from collections import UserDict
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, cast

import numpy as np
import pandas as pd
import xarray as xr

from wellbeva.analysis.tables.decision import decision_table
from wellbeva.analysis.tables.incremental import incremental_table
from wellbeva.analysis.tables.league import league
from wellbeva.appraisal.vintage import Vintage
from wellbeva.core.axes import Axis
from wellbeva.core.statistics import STATISTICS
from wellbeva.distributions.spec import Distribution
from wellbeva.language.ir import Const
from wellbeva.plan.plan import Decision, Plan, PlanEquation
from wellbeva.plan.record import Input, Record, Rule
from wellbeva.report.page.annex.inputs import inputs_table
from wellbeva.scenario.spec import AppraisalSpec, Model, Option, Scenario, Source, TimeSpec
from wellbeva.scenario.text.identifiers import study_kind
from wellbeva.scenario.text.paths import Selector
from wellbeva.scenario.value import Amount, Cite, Value

SHIPPED = ("uk-community-offers", "easing-loneliness")
DESIGNS = {
    "strong": "randomised trial",
    "promising": "matched comparison",
    "initial": "before and after",
    "assumed": "",
}
QUANTILES = {"q025": 0.025, "q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95, "q975": 0.975}


@dataclass(frozen=True)
class Offer:
    """Mean and sd of effect and cost, and what stands around them."""

    name: str
    label: str
    effect: float
    sd: float
    cost: float
    cost_sd: float = 0.0
    evidence: str = "strong"
    doc: str = ""


@dataclass(frozen=True)
class Case:
    """All that `render_report` takes."""

    dataset: xr.Dataset
    record: Record
    plan: Plan
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    manifest: dict[str, object] = field(default_factory=dict)


OFFERS = (
    Offer("volunteers", "NHS Volunteer Responders", 6400, 1800, 1e6),
    Offer("happiness", "Exploring What Matters", 5900, 1500, 1e6, doc="eight-week course"),
    Offer("parkrun", "parkrun", 3000, 900, 1e6, evidence="initial"),
    Offer("mandem", "Mandem Meetup", 2700, 900, 1e6, evidence="initial", doc="men’s peer support"),
    Offer("row", "Active Row", 730, 200, 1e6, evidence="initial"),
    Offer("head", "Head Start", 400, 90, 1e6, evidence="initial"),
    Offer("arts", "Arts in schools", 350, 50, 1e6, evidence="promising"),
    Offer("power2", "Power2 Rediscover", 310, 50, 1e6, evidence="promising"),
    Offer("green", "Green social prescribing", 290, 80, 1e6, evidence="initial"),
    Offer("football", "Football Beyond Borders", 130, 40, 1e6, evidence="promising"),
    Offer("henge", "Human Henge", 120, 50, 1e6, evidence="assumed"),
)
RIVALS = (
    Offer("visits", "Weekly visits", 12.0, 6.0, 103_000, 9000, evidence="initial"),
    Offer("telephone", "Telephone friends", 9.3, 5.5, 82_000, 7000, evidence="initial"),
)
HOSTILE = (
    Offer(
        "a",
        "\u0645\u0631\u0627\u0641\u0642\u0629 \u200f(\u0632\u064a\u0627\u0631\u0627\u062a)",
        5000,
        900,
        1e6,
        doc="🙂" * 40,
    ),
    Offer("b", "x" * 300, 4000, 900, 1e6),
    Offer("c", "<script>alert(1)</script> http://a.b/\"onclick='x' S1", 90, 20, 1e6),
)
"""From right to left, in pictures, very long, and with marks of HTML."""
NOT_COUNTED = ("Savings to public services.", "Families’ wellbeing.", "Regression to the mean.", "Stigma.")


class Cases(UserDict[str, Any]):
    """Cases by name, each made when a test first asks for it."""

    def __getitem__(self, name: str) -> Case:
        made = super().__getitem__(name)
        if callable(made):
            made = self.data[name] = made()
        return cast("Case", made)


def make(
    offers: tuple[Offer, ...],
    *,
    choose: str = "several",
    draws: int = 8192,
    not_counted: tuple[str, ...] = NOT_COUNTED,
    provisional: tuple[str, ...] = (),
    title: str = "Eleven community offers",
    question: str = "Which offer gives most wellbeing for each pound?",
    values: tuple[float, float, float] = (13_000.0, 16_000.0, 20_000.0),
    budget: float | None = 1e6,
    kept: bool = True,
    left_out: int = 0,
) -> Case:
    """Make a run of offers, or of rivals with doing nothing; of all draws `draws` count, beside those left out."""
    one = choose == "one"
    names = [offer.name for offer in offers] + (["nothing"] if one else [])
    generator = np.random.default_rng(7)
    effect = np.zeros((draws, len(names)))
    cost = np.zeros((draws, len(names)))
    for index, offer in enumerate(offers):
        effect[:, index] = offer.effect + offer.sd * generator.standard_normal(draws)
        cost[:, index] = offer.cost + offer.cost_sd * generator.standard_normal(draws)
    thresholds = np.unique(np.concatenate([np.linspace(0, 40_000, 21), values]))
    plan = _plan(names, choose, values, thresholds, title)
    dataset = _dataset(names, effect, cost, values, thresholds, one=one, kept=kept)
    dataset.attrs |= {
        "title": title, "currency": "GBP", "price_year": 2025, "seed": 1, "design": "sobol",
        "randomisations": 16, "draws": draws + left_out, "nonfinite_draws": left_out, "choose": choose,
        "comparator": "nothing",
        "effect_unit": "WELLBY", "cost_unit": "GBP", "levels": json.dumps(["low", "central", "high"]),
        "values": json.dumps(list(values)), "central": 1, "level_dimension": "level", "question": question,
    }  # fmt: skip
    record = _record(offers, choose, not_counted, provisional, title, question, budget)
    tables = {"decision": decision_table(dataset, record), "summary": pd.DataFrame()}
    if one:
        tables["incremental"] = incremental_table(dataset)
    else:
        tables["league"] = league(dataset, budget=budget).rows
    manifest: dict[str, object] = {
        "seed": 1, "design": "sobol", "draws": draws + left_out, "randomisations": 16, "engine": "blocked",
        "elements": len(offers),
        "plan_sha256": "4f1c" * 16, "versions": {"python": "3.11", "wellbeva": "0.1.0"},
        "command": "wellbeva run x.yaml",
    }  # fmt: skip
    return Case(dataset, record, plan, tables, manifest)


def _statistics(drawn: np.ndarray) -> np.ndarray:
    rows = {
        "mean": drawn.mean(axis=0),
        "mcse": drawn.std(axis=0) / np.sqrt(len(drawn)) / 20,
        "sd": drawn.std(axis=0),
        "base_case": drawn.mean(axis=0),
    }
    rows |= {name: np.quantile(drawn, q, axis=0) for name, q in QUANTILES.items()}
    return np.stack([rows[name] for name in STATISTICS])


def _dataset(
    names: list[str],
    effect: np.ndarray,
    cost: np.ndarray,
    values: tuple[float, ...],
    thresholds: np.ndarray,
    *,
    one: bool,
    kept: bool,
) -> xr.Dataset:
    over = ("statistic", "decision_option")
    net = np.stack([value * effect - cost for value in values], axis=1)
    with np.errstate(all="ignore"):
        ratio = 1000 * effect / cost
        per_1000 = _statistics(np.where(cost > 0, ratio, np.nan))
        per_1000[0] = np.where(cost.mean(axis=0) > 0, 1000 * effect.mean(axis=0) / cost.mean(axis=0), np.nan)
    ahead = (
        net[:, 1, :, None] > net[:, 1, None, :]
        if one
        else effect[:, :, None] * cost[:, None, :] > effect[:, None, :] * cost[:, :, None]
    )
    data: dict[str, object] = {
        "decision_effect": (over, _statistics(effect)),
        "decision_cost": (over, _statistics(cost)),
        "decision_per_1000": (over, per_1000),
        "decision_net_benefit": (("statistic", "level", "decision_option"), _statistics(net)),
        "prob_no_benefit": (("decision_option",), (effect <= 0).mean(axis=0)),
        "prob_worth_it": (("level", "decision_option"), (net > 0).mean(axis=0)),
        "beats": (("decision_option", "decision_option_other"), ahead.mean(axis=0)),
    }
    if one:
        at = thresholds[:, None, None] * effect - cost
        top = at == at.max(axis=2, keepdims=True)
        data["prob_best"] = (("threshold", "decision_option"), (top / top.sum(axis=2, keepdims=True)).mean(axis=1))
        data["evpi"] = (("threshold",), at.max(axis=2).mean(axis=1) - at.mean(axis=1).max(axis=1))
    for name in [key for key in data if key.startswith(("prob", "beats", "evpi"))]:
        dims, array = data[name]  # type: ignore[misc]
        data[f"{name}_mcse"] = (dims, np.sqrt(np.clip(array * (1 - array), 0, None) / len(effect)))
    if kept:
        data["draws_decision_effect"] = (("draw", "decision_option"), effect)
        data["draws_decision_cost"] = (("draw", "decision_option"), cost)
    coords = {
        "statistic": list(STATISTICS),
        "decision_option": names,
        "decision_option_other": names,
        "level": ["low", "central", "high"],
    }
    if one:
        coords["threshold"] = thresholds
    made = xr.Dataset(data, coords=coords)
    made["decision_effect"].attrs["unit"] = "WELLBY"
    return made


def _plan(names: list[str], choose: str, values: tuple[float, ...], thresholds: np.ndarray, title: str) -> Plan:
    decision = Decision(
        effect=Const(value=0.0),
        cost=Const(value=0.0),
        levels=("low", "central", "high"),
        values=values,
        central=1,
        options=tuple(names),
        rows=tuple(-1 if name == "nothing" else index for index, name in enumerate(names)),
        comparator=names.index("nothing") if "nothing" in names else -1,
        choose=choose,  # type: ignore[arg-type]
        thresholds=tuple(float(one) for one in thresholds),
    )
    equation = PlanEquation(
        "wellbys", Const(value=0.0), "draw", "WELLBY", "WELLBYs gained, present value", "people * effect if a < b"
    )
    axis = Axis("option", tuple(name for name in names if name != "nothing"))
    return Plan(
        title=title, axes={"option": axis}, parameters=(), elements=(), equations=(equation,), groups=(("wellbys",),),
        outcomes=("wellbys",), decision=decision, price_year=2025,
    )  # fmt: skip


def _record(
    offers: tuple[Offer, ...],
    choose: str,
    not_counted: tuple[str, ...],
    provisional: tuple[str, ...],
    title: str,
    question: str,
    budget: float | None,
) -> Record:
    sources = {
        f"s_{offer.name}": Source(
            f"s_{offer.name}",
            f"A study of {offer.label}",
            design=DESIGNS[offer.evidence],
            evidence=offer.evidence,
            kind=study_kind(DESIGNS[offer.evidence]),
        )
        for offer in offers
    }
    inputs = tuple(
        Input(
            path=f"effect.{offer.name}", parameter="effect", doc="gain in life satisfaction of one person", unit="LS",
            selectors=(Selector("option", offer.name),), value=Value("sd", written=f"{offer.effect} ± {offer.sd}"),
            fitted="normal(mean=1, sd=0.2)" if offer.sd else "", base=offer.effect,
            element=f"effect[{offer.name}]" if offer.sd else "",
            distribution=Distribution("normal", (1.0, 0.2)) if offer.sd else None, interval=None, interval_name="",
            cites=(Cite(f"s_{offer.name}", "Table 2"),), evidence=offer.evidence, licence="figure quoted", note="",
            layer="values", roles=frozenset({"gain"}),
        )
        for offer in offers
    )  # fmt: skip
    # An offer is free only where somebody says that it costs nothing.
    inputs += tuple(
        replace(
            one, path=f"price.{offer.name}", parameter="price", doc="what is paid", unit="GBP",
            value=Value("number", written=f"£{offer.cost}"), fitted="", base=offer.cost, element="", distribution=None,
            roles=frozenset(),
        )
        for one, offer in zip(inputs, offers, strict=True)
        if offer.cost == 0
    )  # fmt: skip
    scenario = Scenario(
        file="x.yaml", title=title, question=question,
        model=Model("wellbeing_trajectory", "Wellbeing", "", "equations", "m.yaml", {}, {}, {}, {}),
        appraisal=AppraisalSpec(), time=TimeSpec(), comparator="nothing",
        choose=choose,  # type: ignore[arg-type]
        options=tuple(Option(offer.name, offer.label, offer.doc) for offer in offers),
        shown=tuple(offer.name for offer in offers), groups={"everyone": "Everyone"}, axes={}, assignments=(),
        sources=sources, variants={}, not_counted=not_counted, published=(),
        budget=None if budget is None else Value("number", {"value": Amount(Fraction(budget), currency="GBP")}),
        digests={"x.yaml": "ab" * 32},
    )  # fmt: skip
    vintage = Vintage("WELLBY value", "2021", "HM Treasury (2021)", "Open Government Licence v3.0", "SEEN")
    rules = (
        Rule("rate", "Wellbeing is discounted at 1.5% a year and money at 3.5%.", "wellbeing"),
        Rule("factors", "Year 0 is not discounted."),
    )
    return Record(
        scenario, inputs, (vintage,), rules, (), provisional, budget, costs=frozenset(one.parameter for one in inputs)
    )


def several(**changes: object) -> Case:
    """Eleven offers at £1m each."""
    return make(OFFERS, **changes)  # type: ignore[arg-type]


def rivals(**changes: object) -> Case:
    """Two rivals and doing nothing."""
    given: dict[str, object] = {
        "choose": "one",
        "budget": None,
        "title": "Easing loneliness in later life",
        "question": "Weekly visits, telephone friends, or nothing new?",
    }
    return make(RIVALS, **(given | changes))  # type: ignore[arg-type]


def input_rows(record: Record) -> dict[str, dict[str, str]]:
    """Return the table of inputs: of each path, the texts of its cells by the heads of their columns."""
    table = inputs_table(record, currency="GBP")
    heads = [column.head for column in table.columns[1:]]
    rows = [dict(zip(heads, (cell.text for cell in row.cells), strict=True)) for row in table.rows if row.cells]
    return {row["In the file"].partition(":")[0]: row for row in rows}
