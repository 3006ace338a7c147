"""R20: a name that the results use is refused with a place, or works; no name is ever overwritten."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from wellbeva import api
from wellbeva.errors import WellbevaError

MODEL = """
schema: wellbeva/model/1
model: small
title: Small
axes:
  place: {{labels: [{labels}], doc: where}}
{axes}
parameters:
  gain: {{unit: LS, by: [option, group], doc: points gained}}
  hold: {{unit: year, default: 1 year, doc: how long}}
  price: {{unit: money, by: option, default: £0, doc: cost}}
  worth: {{unit: money/WELLBY, default: £10k in 2023 prices, doc: value}}
  people: {{unit: person, default: 100 people, doc: people}}
  lump: {{unit: money, default: £10k in 2023 prices, doc: sum}}
  there: {{unit: share, by: place, default: 1, doc: share}}
{parameters}
equations:
  wellbys: people * sum(gain, over=group) * hold in WELLBY
  spent: price * 1 in money
  net: worth * wellbys - spent in money
  everywhere: there * 1 in share
{equations}
outcomes: [wellbys, spent, net, everywhere{outcomes}]
decision: {{effect: wellbys, cost: spent, value: worth}}
break_even: {{hold: net}}
"""
SCENARIO = """
schema: wellbeva/scenario/1
scenario: Small
model: small
appraisal: {{prices: 2023, currency: GBP}}
comparator: nothing
choose: {choose}
groups: {{{groups}}}
options:
{options}
{open_axes}
sources: {{trial: {{cite: A trial, covers: all, evidence: initial}}}}
published:
  - decision.effect.{option} on average = {effect} WELLBY within 1 WELLBY
  - break_even.hold.{option} = {hold:f} years within 0.00001 years
"""
OPTION = "  {name}: {{label: {name}, gain: 0.1 (0.05 to 0.15), price: £500 in 2023 prices (£400 to £600)}}"
ROLES = ("outcome", "equation", "parameter", "axis", "label", "group", "option")
OURS = {"wellbys", "spent", "net", "everywhere", "place", "walks", "young", "old"}


def write(folder: Path, role: str, names: list[str], choose: str) -> Path:
    """Write a scenario and its model in which each name plays one role; number k of them comes to k + 2."""
    model = dict.fromkeys(("axes", "parameters", "equations", "outcomes"), "") | {"labels": "home"}
    scenario: dict[str, object] = {"groups": "young: Young, old: Old", "options": OPTION.format(name="walks")}
    scenario |= {"choose": choose, "option": "walks"}
    open_axes = ""
    for number, name in enumerate(names):
        read = f"  read_{number}: {{}} * 1 in money\n"
        if role == "outcome":
            model["equations"] += f"  {name}: {number + 2} * lump in money\n"
            model["outcomes"] += f", {name}"
            continue
        if role == "equation":
            model["equations"] += f"  {name}: {number + 2} * lump in money\n{read.format(name)}"
        elif role == "parameter":
            model["parameters"] += f"  {name}: {{unit: money, default: £{number + 2}0k, doc: d}}\n"
            model["equations"] += read.format(name)
        elif role == "axis":
            model["axes"] += f"  {name}: {{doc: d}}\n"
            model["parameters"] += f"  p_{number}: {{unit: money, by: {name}, default: £{number + 2}0k, doc: d}}\n"
            model["equations"] += read.format(f"p_{number}")
            open_axes = open_axes or "axes:\n"
            open_axes += f"  {name}: {{a_{number}: A, b_{number}: B}}\n"
        else:
            break
        model["outcomes"] += f", read_{number}"
    if names and role == "label":
        model["labels"] = ", ".join(names)
    groups = len(names) if names and role == "group" else 2
    scenario |= {"effect": 10 * groups, "hold": 0.005 / groups}
    if names and role == "group":
        scenario["groups"] = ", ".join(f"{name}: {name}" for name in names)
    if names and role == "option":
        scenario |= {"options": "\n".join(OPTION.format(name=name) for name in names), "option": names[0]}
    (folder / "small.yaml").write_text(MODEL.format(**model), encoding="utf-8")
    path = folder / "scenario.yaml"
    path.write_text(SCENARIO.format(**scenario, open_axes=open_axes), encoding="utf-8")
    return path


def refused(path: Path) -> set[str]:
    """Return the names that a check refuses, each with a place and a remedy."""
    try:
        api.check(path)
    except WellbevaError as error:
        found = [one for one in error.diagnostics if one.severity == "error"]
        if all(one.span is not None and one.remedy for one in found):
            return {one.message.split("'")[1] for one in found}
        raise
    return set()


@pytest.mark.thorough
def test_every_name_of_the_results_is_refused_or_works(tmp_path: Path) -> None:
    names: set[str] = set()
    for choose in ("one", "several"):
        done = api.run(write(tmp_path, "", [], choose), draws=8192, keep_draws=True)
        dataset = done.dataset
        names |= {str(name) for name in (*dataset.variables, *dataset.dims, *dataset.attrs)}
        for array in dataset.variables.values():
            names |= set(array.attrs)
        for table in done.tables.values():
            names |= set(table.columns)
    names |= {"break_even_hold", "decision", "break_even", "level", "decision_level", "input_draw"}
    names = {name for name in names - OURS if re.fullmatch("[a-z][a-z0-9_]*", name)}
    assert len(names) > 100
    for role in ROLES:
        left = sorted(names)
        while gone := refused(write(tmp_path, role, left, "one")):
            assert gone <= set(left), (role, gone)
            left = [name for name in left if name not in gone]
        if role in ("outcome", "axis"):
            # The model says so without a scenario.
            assert {"evpi", "draws_wellbys", "break_even_hold", "inputs"} <= set(names) - set(left)
            write(tmp_path, role, ["evpi", "draws_wellbys"], "one")
            assert refused(tmp_path / "small.yaml") == {"evpi", "draws_wellbys"}
        for choose in ("one", "several") if role in ("outcome", "axis", "group", "option") else ("one",):
            path = write(tmp_path, role, left, choose)
            done = api.run(path, draws=8192, keep_draws=True)
            done.write(tmp_path / "out", report=choose == "one")
            if choose == "one":
                assert [one.verdict for one in api.test(path, draws=8192)] == ["met", "met"], role
            for index, name in enumerate(left if role in ("outcome", "equation", "parameter", "axis") else ()):
                ours = done.dataset[name if role == "outcome" else f"read_{index}"].sel(statistic="mean")
                assert np.allclose(ours, (index + 2) * 10_000, rtol=1e-12), (role, name)


@pytest.mark.parametrize("name", ["level", "break_even_hold", "draws_net", "net_resolution", "evpi", "inputs"])
def test_an_outcome_with_a_name_of_the_results_is_refused_where_it_stands(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, "outcome", [name], "several")
    with pytest.raises(WellbevaError) as caught:
        api.check(path)
    (one,) = (each for each in caught.value.diagnostics if each.severity == "error")
    assert (one.code, one.message) == ("WB-R001", f"the results keep the name {name!r} for themselves")
    assert one.span is not None
    assert one.span.text[one.span.column - 1 :].startswith(name)


@pytest.mark.parametrize("name", ["label", "short", "doc", "note"])
def test_a_parameter_with_the_name_of_a_text_of_ours_is_refused_where_it_stands(tmp_path: Path, name: str) -> None:
    """In an option `label: 0.4` is its label, in a table the column `note` a note: the parameter kept its default."""
    assert refused(write(tmp_path, "parameter", [name, f"{name}s"], "one")) == {name}
    assert not refused(write(tmp_path, "equation", [name], "one"))
