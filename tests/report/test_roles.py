"""R90: checks and reports ask for roles, so that a model with other names loses nothing of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from ruamel.yaml import YAML

from tests.tiers import thorough_after
from wellbeva import api
from wellbeva.errors import Collector, WellbevaError
from wellbeva.scenario.model.roles import roles_in
from wellbeva.scenario.model.sections import read_part
from wellbeva.scenario.text.yaml_parser import read_tree

ROOT = Path(__file__).parents[2]
MODELS = sorted((ROOT / "models").glob("*.yaml"))
FIGURES = {"hurdle", "median_income", "qaly_wellby", "qaly_value", "wellby_value"}
"""Names by which the appraisal fills a parameter, which are not a model's to choose."""
VALUES = ("options", "groups", "values", "variants", "correlations")
"""Keys of a scenario below which values stand."""
DRAWS = 8192


@pytest.mark.parametrize("path", MODELS, ids=[path.stem for path in MODELS])
def test_r90_a_shipped_model_declares_its_roles(path: Path) -> None:
    """None of them is left to the usual name, and all are of names that can have them."""
    tree = read_tree(path.read_text("utf-8"), path.name, collector=Collector())
    assert tree is not None
    part = read_part(tree, path.name, collector=Collector())
    assert not {role for role in roles_in(part) if role not in part.roles}


def test_r90_a_usual_name_has_its_role_unless_the_file_gives_it_to_another(tmp_path: Path) -> None:
    def lasts(roles: str) -> tuple[str, ...]:
        text = (
            "schema: wellbeva/model/1\nmodel: tiny\nparameters:\n  hold: {unit: year, doc: how long}\n"
            f"  months: {{unit: year, doc: how long, too}}\n{roles}equations: {{gain: hold * months in year*year}}\n"
        ).replace("how long, too", "how long too")
        (tmp_path / "tiny.yaml").write_text(text)
        tree = read_tree(text, "tiny.yaml", collector=Collector())
        assert tree is not None
        return roles_in(read_part(tree, "tiny.yaml", collector=Collector())).get("gain_lasts", ())

    assert lasts("") == ("hold",)
    assert lasts("roles: {gain_lasts: months}\n") == ("months",)
    assert lasts("roles: {gain_lasts: [hold, months]}\n") == ("hold", "months")
    assert lasts("roles: {gain_lasts: []}\n") == ()


# ---- every name of a shipped model, renamed


def parts_of(model: str) -> dict[str, dict[str, Any]]:
    """Return a shipped model and those it extends, as plain data."""
    found = {model: YAML(typ="safe", pure=True).load((ROOT / "models" / f"{model}.yaml").read_text("utf-8"))}
    below = found[model].get("extends", [])
    for name in [below] if isinstance(below, str) else below:
        found |= parts_of(name)
    return found


class Renamer:
    """Gives every parameter and equation of a model another name, wherever it stands."""

    def __init__(self, parts: Mapping[str, Mapping[str, Any]]) -> None:
        names = [name for part in parts.values() for key in ("parameters", "equations") for name in part.get(key, {})]
        self.new = {name: f"n{i}x" for i, name in enumerate(dict.fromkeys(names)) if name not in FIGURES}
        self.old = {new: name for name, new in self.new.items()}

    def text(self, text: str) -> str:
        """Rename what stands in an expression, before its unit."""
        body, mark, unit = text.rpartition(" in ")
        return self.anywhere(body if mark else text) + mark + (unit if mark else "")

    def anywhere(self, text: str) -> str:
        return re.sub(r"(?<![\w.])[a-z]\w*", lambda one: self.new.get(one[0], one[0]), text)

    def back(self, text: str) -> str:
        return re.sub(r"\bn\d+x\b", lambda one: self.old.get(one[0], one[0]), text)

    def each(self, node: Any) -> Any:
        """Rename names that stand alone: of outcomes, of roles, of what is replaced."""
        if isinstance(node, dict):
            return {self.new.get(str(key), key): self.each(value) for key, value in node.items()}
        return [self.each(one) for one in node] if isinstance(node, list) else self.new.get(node, node)

    def model(self, part: Mapping[str, Any]) -> dict[str, Any]:
        made = dict(part)
        for key in ("outcomes", "break_even", "show_on_and_off", "replaces"):
            if key in made:
                made[key] = self.each(made[key])
        made["roles"] = {role: self.each(names) for role, names in part.get("roles", {}).items()}
        made["parameters"] = {self.new.get(name, name): spec for name, spec in part.get("parameters", {}).items()}
        made["equations"] = {
            self.new.get(name, name): self.text(one)
            if isinstance(one, str)
            else {**one, "is": self.anywhere(one["is"])}
            for name, one in part.get("equations", {}).items()
        }
        if "decision" in made:
            made["decision"] = {key: self.anywhere(one) for key, one in made["decision"].items()}
        made["checks"] = [
            {key: one if key == "say" else self.anywhere(one) for key, one in check.items()}
            for check in part.get("checks", [])
        ]
        return made

    def scenario(self, whole: Mapping[str, Any]) -> dict[str, Any]:
        made = {key: self.values(one) if key in VALUES else one for key, one in whole.items()}
        return made | ({"page": self.paths(whole["page"])} if "page" in whole else {})

    def paths(self, page: Mapping[str, Any]) -> dict[str, Any]:
        """Rename the inputs that a page shows first, under their headings, with or without a range."""
        first = {
            heading: [self.anywhere(one) if isinstance(one, str) else self.values(one) for one in inputs]
            for heading, inputs in page["first"].items()
        }
        return {**page, "first": first}

    def values(self, node: Any) -> Any:
        """Rename the keys of values, which may be dotted paths, and what a value is the same as."""
        if isinstance(node, dict):
            return {
                re.sub(r"^[a-z]\w*", lambda one: self.new.get(one[0], one[0]), str(key)): self.values(one)
                for key, one in node.items()
            }
        if isinstance(node, list):
            return [self.values(one) for one in node]
        return "same as " + self.anywhere(node[8:]) if isinstance(node, str) and node.startswith("same as ") else node


def written(folder: Path, name: str, *, renamed: bool) -> tuple[Path, Renamer]:
    """Write a shipped scenario beside its models, as they are or with every name another."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.width = False, 10_000
    scenario = YAML(typ="safe", pure=True).load((ROOT / "scenarios" / f"{name}.yaml").read_text("utf-8"))
    parts = parts_of(scenario["model"])
    renamer = Renamer(parts)
    (folder / "models").mkdir(parents=True)
    for model, part in parts.items():
        made = renamer.model(part) if renamed else dict(part)
        with (folder / "models" / f"{model}.yaml").open("w", encoding="utf-8") as file:
            file.write(f"schema: {made.pop('schema')}\n")
            yaml.dump(made, file)
    made = renamer.scenario(scenario) if renamed else dict(scenario)
    made.pop("published", None)
    path = folder / "s.yaml"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"schema: {made.pop('schema')}\n")
        yaml.dump(made, file)
    return path, renamer


def said(path: Path, renamer: Renamer) -> list[tuple[str, ...]]:
    try:
        found = api.check(path)
    except WellbevaError as error:
        found = error.diagnostics

    def back(text: str) -> str:
        return renamer.back(text.replace(str(path.parent), ""))

    words = ((one.code, back(one.message), tuple(sorted(map(back, one.facts))), back(one.remedy)) for one in found)
    return sorted((code, message, re.sub(r"/\S+", "", str(facts)), remedy) for code, message, facts, remedy in words)


def headings(page: str, renamer: Renamer) -> set[str]:
    """Give what stands in headings of the page and of its tables; draws have other streams under other names."""
    found = re.findall(r"<(?:h[1-4]|th|caption|dt|summary)[^>]*>(.*?)</", page, re.DOTALL)
    texts = (renamer.back(re.sub(r"<[^>]*>|\s+", " ", text).lower()) for text in found)
    drawn = re.compile("sha-256|the difference had")  # whether it had settled is a matter of the draws
    return {re.sub(r"[\d.,]+", "#", text.replace("_", " ")).strip() for text in texts if not drawn.search(text)}


def tolerance(dataset: xr.Dataset) -> float:
    """Four errors of the difference of two runs, relative: of the cost and the effect, of which the others are made.

    Under other names inputs have other streams. Where all is certain, rounding is left.
    """
    errors = 0.0
    for name in ("decision_cost", "decision_effect"):
        mean, mcse = (abs(dataset[name].sel(statistic=one).to_numpy()) for one in ("mean", "mcse"))
        errors += float(np.max(mcse[mean > 0] / mean[mean > 0]))
    return 4 * 2**0.5 * errors + 1e-12


@pytest.mark.parametrize(
    "name",
    thorough_after(
        1,
        [
            "published/frijters2024-simple",
            "easing-loneliness",
            "appraisal/growing_value",
            "appraisal/cost_effectiveness",
        ],
    ),
)
def test_r90_a_model_with_other_names_loses_nothing_in_checks_and_reports(tmp_path: Path, name: str) -> None:
    path, _ = written(tmp_path / "as_it_is", name, renamed=False)
    other, renamer = written(tmp_path / "renamed", name, renamed=True)
    assert said(other, renamer) == said(path, renamer)
    first, second = api.run(path, draws=DRAWS), api.run(other, draws=DRAWS)
    within = tolerance(first.dataset)
    for before, after in zip(first.facts.options, second.facts.options, strict=True):
        for field in ("evidence", "evidence_note", "uncontrolled", "saves", "unpriced", "status"):
            assert getattr(after, field) == getattr(before, field)
        for field in ("place_cost", "bcr", "paid", "saved", "other", "own_cost"):
            assert np.isclose(getattr(after, field), getattr(before, field), rtol=within, equal_nan=True), field
    assert second.facts.place_words == first.facts.place_words
    assert headings(second.report(), renamer) == headings(first.report(), renamer)
