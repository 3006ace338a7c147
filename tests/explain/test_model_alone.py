"""A model is checked without a scenario: parsed, ordered, unit-checked, with stand-ins (R19, R24)."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.errors import WellbevaError

ROOT = Path(__file__).parents[2]
MODELS = sorted((ROOT / "models").glob("*.yaml"))
HEAD = """\
schema: wellbeva/model/1
model: walks
title: Walks
doc: What walks bring.
"""
PARAMETERS = """\
parameters:
  people: {unit: person, by: option, doc: those who walk}
  effect: {unit: LS, by: option, doc: points gained}
"""


def _model(folder: Path, text: str) -> Path:
    place = folder / "walks.yaml"
    place.write_text(HEAD + text, encoding="utf-8")
    return place


def _codes(place: Path) -> list[str]:
    with pytest.raises(WellbevaError) as caught:
        api.check(place)
    return [one.code for one in caught.value.diagnostics]


@pytest.mark.parametrize("model", MODELS, ids=lambda one: one.stem)
def test_every_shipped_model_passes(model: Path) -> None:
    assert api.check(model) == ()


@pytest.mark.parametrize(
    ("equation", "code"),
    [
        ("peple * (effect + + in WELLBY", "WB-L009"),
        ("people * efect in person*LS", "WB-L020"),
        ("people * effect in persn", "WB-U102"),
        ("people * effect in LS", "WB-U006"),
        ("people" + " + people" * 1750 + " in person", "WB-L001"),
        ("people + effect in person", "WB-U001"),
        ("total + 1 in person", "WB-C021"),
    ],
)
def test_a_broken_equation_is_refused_by_check_and_docs_alike(tmp_path: Path, equation: str, code: str) -> None:
    place = _model(tmp_path, f"{PARAMETERS}equations:\n  total: {equation}\noutcomes: [total]\n")
    assert _codes(place) == [code]
    with pytest.raises(WellbevaError) as refused:
        api.docs(place)
    with pytest.raises(WellbevaError) as checked:
        api.check(place)
    assert refused.value.diagnostics == checked.value.diagnostics
    assert all(one.span is not None and one.span.file == str(place) for one in refused.value.diagnostics)


def test_units_defaults_checks_and_the_decision_are_looked_at(tmp_path: Path) -> None:
    text = """\
parameters:
  people: {unit: person, by: option, default: 5%, doc: those who walk}
  price: {unit: moeny/person, by: option, doc: for one}
equations:
  cost: people * 1 in person
checks:
  - {warn_if: people + 1, say: Too many.}
decision: {effect: cost, cost: gone}
"""
    assert sorted(_codes(_model(tmp_path, text))) == ["WB-C046", "WB-L020", "WB-U101", "WB-U104"]


def test_labels_that_a_model_names_are_those_of_its_axes(tmp_path: Path) -> None:
    """R22: a label in an index, beside `==`, on a ladder, of time; axes that pick from each other."""
    text = """\
axes:
  payer: who pays
  origin: where they come from
  age: {unit: year, doc: at the start}
parameters:
  cost: {unit: money, by: [option, payer], doc: what it costs}
  life: {unit: year, by: age, doc: years left}
  rent: {unit: money, by: time, doc: of the year}
  share_from: {unit: share, by: [origin, group], bounds: [10%, 20%], doc: from a group}
  shape: {choice: [linear, flat], doc: how it fades}
equations:
  public: cost[payer=council] - cost[option=comparator, payer=nhs] in money
  young: life[age=18] + interp(life, age=18.5 years) in year
  late: rent[time=12] in money
  here: where(group == poor, 1, 0) in ratio
  moved: sum(where(origin == group, share_from, 0), over=origin) in share
  kind: where(shape == linear, 1, 0) in ratio
  twice: sum(cost, over=payer) * discount(health) in money
"""
    assert api.check(_model(tmp_path, text)) == ()


def test_a_cohort_is_checked_too(tmp_path: Path) -> None:
    text = """\
kind: cohort
parameters: {p_ill: {unit: share, doc: chance}, cost: {unit: money, doc: of an illness}}
states: [well, ill]
start: {well: 1}
transitions: {well -> ill: p_ill * cost}
"""
    assert _codes(_model(tmp_path, text)) == ["WB-U103"]


@pytest.mark.parametrize(
    ("label", "fine"),
    [
        *((label, False) for label in ("floor", "year", "share", "people", "total", "nothing", "else", "mean", "by")),
        *((label, False) for label in ("everyone", "t", "Home", "1")),
        ("park", True),
    ],
)
def test_r20_a_label_is_refused_in_a_model_as_in_its_scenario(tmp_path: Path, label: str, fine: bool) -> None:
    text = (
        f"{PARAMETERS}  there: {{unit: person, by: place, default: 1 person, doc: people}}\n"
        "axes:\n  place: {doc: where}\nequations:\n  total: sum(there, over=place) in person\noutcomes: [total]\n"
    )
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(
        "schema: wellbeva/scenario/1\nscenario: Walks\nmodel: walks\nappraisal: green-book-2026\n"
        "comparator: nothing\nchoose: several\noptions: {lake: {label: Lake, people: 1 person, effect: 0.1}}\n"
        f"axes: {{place: {{{label}: A place}}}}\n",
        encoding="utf-8",
    )
    model = _model(tmp_path, text)
    assert _refused(scenario) != fine
    _model(tmp_path, text.replace("doc: where", f"doc: where, labels: [{label}]"))
    assert _refused(model) != fine


def _refused(place: Path) -> bool:
    """Whether a check refuses a file, with a place for everything."""
    try:
        api.check(place)
    except WellbevaError as error:
        return all(one.span is not None for one in error.diagnostics)
    return False
