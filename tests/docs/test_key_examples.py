"""The example under every key, as an editor shows it, is read and compiled in a file of its own."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
import xlsxwriter

from tools.reference.file_schemas import words_under_keys
from tools.reference.value_docs import FORMS
from wellbeva import api
from wellbeva.distributions.families import LONG_FORMS
from wellbeva.errors import WellbevaError
from wellbeva.scenario.schema import file_models, model_models
from wellbeva.scenario.text.identifiers import SHAPES
from wellbeva.scenario.value import STUDY_KEYS

SCENARIO = {
    "schema": "schema: wellbeva/scenario/1",
    "scenario": "scenario: An example",
    "model": "model: shown",
    "appraisal": "appraisal: green-book-2026",
    "choose": "choose: one",
    "time": "time: {step: year, from: 0, to: 4}",
    "axes": "axes: {age: [60, 70], payer: [council]}",
    "groups": "groups: {young: Under 30, old: 30 and over}",
    "options": (
        "options:\n"
        "  visits: {label: Visits, people: 100, effect: 0.3, completion: '31 of 45', take_up: '70% (60% to 80%)'}\n"
        "  usual_care: {label: Usual care, people: 100, effect: 0.1}"
    ),
    "values": "values: {hold: 9 months, effect: 0.3}",
    "variants": "variants: {long: {label: Long, hold: 2 years}, cheap: {label: Cheap, hold: 1 month}}",
    "sources": "sources: {trial: {cite: A trial}}",
}
MODEL = {
    "schema": "schema: wellbeva/model/1",
    "model": "model: shown",
    "title": "title: Shown",
    "axes": "axes:\n  payer: who pays\n  level: {labels: [low, central, high], doc: value}",
    "parameters": (
        "parameters:\n"
        "  people: {unit: person, by: [option, group]}\n"
        "  take_up: {unit: share, by: [option, group], default: 70%}\n"
        "  gain: {unit: LS, by: [option, time], default: 1}\n"
        "  hold: {unit: year, by: option, default: 1 year}\n"
        "  cost: {unit: money, by: option, default: £5}\n"
        "  share_left: {unit: share, default: 50%}\n"
        "  publication_bias_on: {switch: true}\n"
        "  wellby_value: {unit: money/WELLBY, by: level, from: appraisal}"
    ),
    "equations": (
        "equations:\n"
        "  reached: people * take_up in person\n"
        "  wellbys: sum(reached * gain * step, over=[group, time]) * hold / 1 year in WELLBY\n"
        "  net_cost: cost * where(publication_bias_on, 1, 1) in money\n"
        "  other_benefit: cost * 2 in money\n"
        "  npsv: wellbys * wellby_value - net_cost in money\n"
        "  payoff: npsv[level=central] in money"
    ),
    "outcomes": "outcomes: [wellbys, net_cost, npsv, payoff]",
}
USES = {
    "schema": "schema: wellbeva/scenario/1",
    "scenario": "scenario: Uses the model",
    "model": "model: shown",
    "appraisal": "appraisal: green-book-2026",
    "choose": "choose: one",
    "options": "options: {parks: {people: 5}, trust_only: {people: 5}}",
    "values": "values: {take_up: 50%}",
}
COHORT = {
    "kind": "kind: cohort",
    "states": "states: [healthy, sick, dead]",
    "start": "start: {healthy: 1}",
    "transitions": "transitions: {healthy -> sick: p_fall_sick}",
    "parameters": MODEL["parameters"] + "\n  p_fall_sick: {unit: share, default: 10%}",
}
EXTENDING = {
    "extends": ({}, "values: {take_up: 50%, effect: 1, hold: 1 year}"),
    "replaces": (
        {
            "extends": "extends: wellbeing_trajectory",
            "parameters": "parameters: {points: {unit: LS, default: 1}}",
            "equations": "equations: {effect: points in LS}",
        },
        "values: {take_up: 50%, hold: 1 year}",
    ),
    "roles": (
        {
            "extends": "extends: wellbeing_trajectory",
            "parameters": (
                "parameters:\n"
                "  volunteer_effect: {unit: LS, default: 0.1}\n  volunteers: {unit: person, default: 9 people}\n"
                "  neutral: {unit: LS, default: 2}\n"
                "  change: {unit: SD, default: 0}\n  ls_per_point: {unit: LS/SD, default: 0}\n"
                "  wellby_growth: {unit: share, default: 0%}\n"
                "  group_income: {unit: money, default: £20k}\n"
                "  hurdle: {unit: money/WELLBY, default: £2500}\n"
                "  low_line: {unit: LS, default: 7}\n"
                "  fee: {unit: money, default: £5}"
            ),
            "equations": (
                "equations:\n"
                "  below_hurdle: 1 in ratio\n"
                "  wellbys_net: wellbys * 1 in WELLBY\n"
                "  cost_of_place: fee * 1 in money\n"
                "  benefit_by_surplus: fee * 2 in money\n"
                "  group_share: fee * 3 in money\n"
                "  answers_before: fee * 4 in money\n"
                "  share_gaining: fee * 5 in money\n"
                "  gain_each: fee * 6 in money\n"
                "  gain_realised: fee * 7 in money\n"
                "  level_before: fee * 8 in money\n"
                "  level_after: fee * 9 in money\n"
                "  level_net: fee * 10 in money\n"
                "  ede_gain_kolm: fee * 11 in money\n"
                "  equity_kolm: fee * 12 in money\n"
                "  quadrant_kolm: fee * 13 in money"
            ),
        },
        "values: {take_up: 50%, effect: 1, hold: 1 year}",
    ),
}
"""What a model that extends another needs beside the example, and what its scenario then gives."""
HOMES = {
    "ScenarioFile": ("", {}),
    "TimeFile": ("time:", {"from": "from: 0", "to": "to: 9"}),
    "AppraisalFile": ("appraisal:", {"preset": "preset: green-book-2026"}),
    "OptionFile": ("options:\n  visits:", {"people": "people: 100", "effect": "effect: 0.3"}),
    "GroupFile": ("groups:\n  young:", {"label": "label: Young"}),
    "TableFile": ("tables:\n  -", {"file": "file: costs.csv"}),
    "VariantFile": (
        "variants:\n  long: {hold: 2 years}\n  cheap: {cost_once: £5}\n  longer:",
        {"hold": "hold: 2 years"},
    ),
    "SourceFile": ("sources:\n  trial:", {"cite": "cite: A trial"}),
    "AreaFile": ("area:", {"code": "code: E08000012"}),
    "PageFile": ("page:", {}),
    "PerspectiveFile": ("decision:", {}),
    "PortfolioFile": ("portfolio:", {"budgets": "budgets: [£1m]"}),
    "ScaleFile": ("portfolio:\n  budgets: [£1m]\n  offers:\n    visits:", {"places": "places: 200"}),
    "StudyFile": (
        "decisions: {per_year: 12, years: 8 years}\nstudies:\n  trial:",
        {
            "label": "label: A trial",
            "measures": "measures: take_up.visits",
            "design": "design: trial",
            "people": "people: [100]",
            "sd": "sd: 40%",
        },
    ),
    "DecisionsFile": ("decisions:", {"per_year": "per_year: 12", "years": "years: 8 years"}),
    "ModelFile": ("", {}),
    "AxisFile": ("axes:\n  more:", {}),
    "ParameterFile": ("parameters:\n  more:", {}),
    "EquationFile": (
        "equations:\n  wellbys:",
        {"is": "is: sum(reached * gain * step, over=[group, time])", "unit": "unit: WELLBY"},
    ),
    "DecisionFile": ("decision:", {"effect": "effect: wellbys", "cost": "cost: net_cost"}),
    "RolesFile": ("roles:", {}),
    "CheckFile": ("checks:\n  -", {"warn_if": "warn_if: share_left < 0", "say": "say: Too little."}),
}
"""Where the keys of a class stand, and what stands beside them."""
ALONE = {"fail_if": "warn_if", "warn_if": "fail_if", "switch": "unit", "choice": "unit"}
"""Keys that another may not stand beside."""
NOT_YET = {("ScenarioFile", "people"), ("ModelFile", "tree"), ("ModelFile", "people")}
KEYS = [(owner, key) for owner, words in words_under_keys().items() for key in words]


def example(owner: str, key: str) -> str:
    """Return the example in the words under a key: what begins with the key, else what is more than a word."""
    return from_words(words_under_keys()[owner][key], key)


def from_words(words: str, key: str) -> str:
    quoted = re.findall(r"`([^`]+)`", " ".join(words.split()))
    named = [one for one in quoted if one.startswith(f"{key}:")]
    found = named or [one for one in quoted if re.match(r"[\[{-]", one)] or [one for one in quoted if ": " in one]
    assert found, f"{key}: {words!r} has no example"
    return placed(key, found[-1])


def placed(key: str, text: str) -> str:
    """Write an example as it stands in a file, under its key."""
    if text.startswith(f"{key}:"):
        return text
    return f"{key}: {text}" if text[0] in "{[" else f"{key}:\n  {text}"


def within(owner: str, key: str, text: str) -> dict[str, str]:
    """Return the part of a file in which an example stands, by its first key."""
    header, beside = HOMES[owner]
    if not header:
        return {key: text}
    lines = {name: line for name, line in {**beside, **AROUND.get((owner, key), {})}.items() if name != ALONE.get(key)}
    lines[key] = text
    last = header.rpartition("\n")[2]
    depth = " " * (len(last) - len(last.lstrip(" ")) + 2)
    body = "\n".join(textwrap.indent(line, depth) for line in lines.values())
    return {header.partition(":")[0]: f"{header}\n{body}"}


AROUND: dict[tuple[str, str], dict[str, str]] = {
    ("AppraisalFile", "currency"): {"exchange": "exchange: {GBP per USD: 0.8}"},
    ("TableFile", "columns"): {"file": "file: life_table.csv"},
    ("TableFile", "rows"): {"file": "file: by_year.csv"},
    ("TableFile", "sheet"): {"file": "file: life.xlsx"},
    ("TableFile", "source"): {"file": "file: draws.csv", "rows": "rows: draw"},
    ("ParameterFile", "unit"): {"default": "default: £0"},
    ("ParameterFile", "choice"): {"default": "default: flat"},
    ("ParameterFile", "by"): {"unit": "unit: ratio", "default": "default: 1"},
    ("ParameterFile", "default"): {"unit": "unit: share"},
    ("ParameterFile", "bounds"): {"unit": "unit: ratio", "default": "default: 1"},
    ("ParameterFile", "spread"): {"unit": "unit: ratio", "default": "default: 1"},
    ("ParameterFile", "from"): {"unit": "unit: ratio"},
    ("ParameterFile", "doc"): {"unit": "unit: share", "default": "default: 1"},
    ("ParameterFile", "short"): {"unit": "unit: LS", "default": "default: 1"},
}


def files(folder: Path) -> None:
    """Write the files that examples name."""
    parts = {**SCENARIO, "scenario": "scenario: Parks"}
    (folder / "parks.yaml").write_text("\n".join(parts.values()) + "\n", "utf-8")
    (folder / "costs.csv").write_text("option,fade\nvisits,6 months\n", "utf-8")
    (folder / "people_2030.csv").write_text("option,people\nvisits,7\n", "utf-8")
    (folder / "life_table.csv").write_text("Age,Rate,Lives\n60,0.01,5\n70,0.02,4\n", "utf-8")
    (folder / "by_year.csv").write_text("cost_per_year\n" + "£5\n" * 5, "utf-8")
    (folder / "draws.csv").write_text("retention.visits\n0.5\n0.6\n", "utf-8")
    with xlsxwriter.Workbook(folder / "life.xlsx") as book:
        for name in ("Table", "Costs 2023"):
            sheet = book.add_worksheet(name)
            head = ("Age", "rate_die") if name == "Table" else ("option", "rise")
            row = (60, 0.01) if name == "Table" else ("visits", "3 months")
            sheet.write_row(0, 0, head)
            sheet.write_row(1, 0, row)
            if name == "Table":
                sheet.write_row(2, 0, (70, 0.02))
    (folder / "shown.yaml").write_text(
        "schema: wellbeva/model/1\nmodel: shown\nextends: wellbeing_trajectory\n"
        "axes: {age: {unit: year, doc: age}}\n"
        "parameters: {rate_die: {unit: per year, by: age, default: 0.1 per year}}\n",
        "utf-8",
    )


def compiled(folder: Path, owner: str, key: str, text: str) -> None:
    """Read and compile a scenario that holds the example, or that uses a model which holds it."""
    part = within(owner, key, text)
    files(folder)
    if owner in list(HOMES)[: list(HOMES).index("ModelFile")]:
        of_scenario(folder, part, text)
    else:
        of_model(folder, part, text)
    api.load(folder / "file.yaml")


def of_scenario(folder: Path, part: dict[str, str], text: str) -> None:
    first = next(iter(part))
    parts = {**SCENARIO, **part}
    if first in ("budget", "portfolio"):
        parts["choose"] = "choose: several"
    if first == "axes":
        parts["axes"] = parts["axes"].replace("{payer", "{age: [60, 70], payer")
    if "wellbeing_trajectory" in text:
        del parts["axes"]
    if " fifths" in text:
        del parts["groups"]
    (folder / "file.yaml").write_text("\n".join(parts.values()) + "\n", "utf-8")


def of_model(folder: Path, part: dict[str, str], text: str) -> None:
    first = next(iter(part))
    parts = {**MODEL, **(COHORT if first in COHORT and first != "parameters" else {})}
    for each, block in part.items():
        # An example among names joins those that are there.
        joins = each in ("parameters", "equations", "axes") and "\n" in block
        parts[each] = joined(parts[each], block) if joins else block
    name = parts["model"].removeprefix("model: ")
    uses = {**USES, "model": f"model: {name}"}
    if first in EXTENDING:
        more, values = EXTENDING[first]
        parts = {**{each: parts[each] for each in ("schema", "model")}, **more, **part}
        uses["values"] = values
    if text == "unit: year" and first == "axes":
        uses["axes"] = "axes: {more: [1, 2]}"
    if "from: appraisal" in text:
        parts["parameters"] = parts["parameters"].replace("\n  more:", "\n  welfare_elasticity:")
    (folder / f"{name}.yaml").write_text("\n".join(parts.values()) + "\n", "utf-8")
    (folder / "file.yaml").write_text("\n".join(uses.values()) + "\n", "utf-8")


def joined(whole: str, block: str) -> str:
    """Put one more name into a map of names, in the place of an older of the same name."""
    name = re.match(r"\s*(\w+):", block.partition("\n")[2])
    assert name is not None
    kept = [line for line in whole.splitlines() if not line.startswith(f"  {name[1]}:")]
    return "\n".join([*kept, block.partition("\n")[2]])


@pytest.mark.thorough
@pytest.mark.parametrize(("owner", "key"), [one for one in KEYS if one not in NOT_YET], ids=lambda one: one)
def test_the_example_of_every_key_runs(owner: str, key: str, tmp_path: Path) -> None:
    compiled(tmp_path, owner, key, example(owner, key))


@pytest.mark.parametrize(("owner", "key"), sorted(NOT_YET), ids=lambda one: one)
def test_what_is_not_in_this_version_says_so_and_is_refused(owner: str, key: str, tmp_path: Path) -> None:
    assert "not in this version" in words_under_keys()[owner][key]
    with pytest.raises(WellbevaError) as caught:
        compiled(tmp_path, owner, key, example(owner, key))
    assert any(re.search(r"later|not in this version|this version", str(one)) for one in caught.value.diagnostics)


@pytest.mark.parametrize("kind", ["tree", "individuals"])
def test_kinds_that_are_not_in_this_version(kind: str, tmp_path: Path) -> None:
    words = words_under_keys()["ModelFile"]["kind"]
    assert re.search(rf"`{kind}`.* not in this version", words)
    with pytest.raises(WellbevaError) as caught:
        compiled(tmp_path, "ModelFile", "kind", f"kind: {kind}")
    assert any(re.search(r"later|not in this version|this version", str(one)) for one in caught.value.diagnostics)


@pytest.mark.parametrize("owner", [one for one in HOMES if one not in ("ScenarioFile", "ModelFile")])
def test_the_example_of_every_map_runs(owner: str, tmp_path: Path) -> None:
    header = HOMES[owner][0]
    key = header.partition(":")[0]
    words = getattr(file_models, owner, getattr(model_models, owner, None)).__doc__
    text = re.findall(r"`([^`]+)`", " ".join(words.split()))[0]
    if header.endswith("-"):
        text = f"{key}:\n  - {text}"
    elif "\n" in header and text.startswith("{"):
        text = f"{header.replace('wellbys', 'reached')} {text}"
    else:
        text = placed(key, text)
    compiled(
        tmp_path, "ScenarioFile" if owner in list(HOMES)[: list(HOMES).index("ModelFile")] else "ModelFile", key, text
    )


@pytest.mark.parametrize("form", [one for one in FORMS if one not in (*LONG_FORMS, *SHAPES)])
def test_the_example_of_every_key_of_a_value_runs(form: str, tmp_path: Path) -> None:
    text = next(one for one in re.findall(r"`([^`]+)`", FORMS[form]) if ": " in one)
    beside = "" if form == "value" else "value: 70% (60% to 80%)"
    if form in STUDY_KEYS:
        rows = "study,effect,se,months\n" + "".join(f"Trial {k},0.{k},0.1{k},{5 * k % 7 + 7}\n" for k in range(1, 7))
        (tmp_path / "loneliness.csv").write_text(rows, "utf-8")
    where, cell = {
        "value": ("effect", text),
        "unit": ("hold", f"{{value: 9, {text}}}"),
        "by": ("people", text),
        "else": ("cost_per_year", text),
        "base": ("effect", f"{{normal: {{mean: 0.3, se: 0.1}}, {text}}}"),
        "truncate": ("effect", f"{{normal: {{mean: 0.3, se: 0.1}}, {text}}}"),
        "source": ("take_up", f"{{{beside}, {text}}}"),
        **dict.fromkeys(STUDY_KEYS, ("effect", f"{{studies: loneliness.csv, {text}}}")),
    }.get(form, ("take_up", f"{{{beside}, {text}}}"))
    if form == "source":
        cell = cell.replace("; review p5", "; trial p5")
    compiled(tmp_path, "OptionFile", where, f"{where}: {cell}")
