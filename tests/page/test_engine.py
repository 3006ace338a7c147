"""A page's numbers are those of `wellbeva run` with the same changes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wellbeva
import wellbeva.page.data
from tests.page.page_runs import gaps, page_of, states
from tests.report.test_browser import chromium
from tests.shipped import COVERING
from tests.tiers import thorough_after
from wellbeva.errors import WellbevaError
from wellbeva.page import module
from wellbeva.page.engine.source import engine_source
from wellbeva.sampling.sampler import Sampler

CLOSE = 1e-12
"""Sums of 16,384 draws in another order, and elementary functions without fused operations: some 1e-15 each. A law that
is multiplied is as close as its table (2.5e-13)."""
DEMO = COVERING[1]
UNDISCOUNTED = {"appraisal.discount.money": {"word": "reduced"}, "appraisal.discount.wellbeing": {"word": "0%"}}
EVERY = [
    "nhs_volunteers", "action_for_happiness", "parkrun", "fisp", "football", "power2", "mandem", "human_henge",
    "active_row", "green_prescribing", "head_start",
]  # fmt: skip
RIVALS = Path("scenarios/easing-loneliness.yaml")
SMALL = Path("scenarios/published/frijters2024-simple.yaml")
GROWING = Path("scenarios/appraisal/growing_value.yaml")
LEFT_OUT = {"sonnenberg-beck-3state": "no decision", "distributional": "a function"}
FIRST = [COVERING[0], Path("benchmarks/four_strategies.yaml")]
FURTHER = [path for path in COVERING[1:] if path.stem not in LEFT_OUT]


def asked(data: dict[str, Any]) -> list[dict[str, Any]]:
    """As it is; inputs fixed, moved and valued, other discount rates; a switch; the last variant, with a move."""
    inputs = data["inputs"]
    plain = [one for one in inputs if one["kind"] == "number" and one["level"] < 0]
    fixed = {one["path"]: {"fixed": _inside(one)} for one in plain[::3] if one["fixes"]}
    moved = {one["path"]: {"times": 0.95} for one in plain if one["moves"]}
    valued = [one for one in inputs if one["level"] >= 0 and one["fixes"]][:1]
    fixed |= {one["path"]: {"fixed": round(1.1 * one["base"], 2)} for one in valued}
    growth = max((one.get("growth", 0.0) for one in inputs), default=0.0)
    for rate in (one for one in inputs if "factors" in one):
        words = [word for word in rate["words"] if rate.get("growth_left", {}).get(word, growth) >= growth]
        fixed[rate["path"]] = {"word": words[-1]}
    switches = [one for one in inputs if one["kind"] == "word" and one["fixes"] and "factors" not in one][:1]
    turned = [{one["path"]: {"word": "false" if one["word"] == "true" else "true"}} for one in switches]
    found: list[dict[str, Any]] = [{"changes": one} for one in ({}, moved | fixed, *turned)]
    for variant in [one for one in data["variants"] if one["ships"]][-1:]:
        other = {one["path"] for one in variant["inputs"]} | set(variant["gone"])
        same = {path: change for path, change in moved.items() if path not in other}
        found.append({"variant": variant["name"], "changes": dict(list(same.items())[:2])})
    return found


def _inside(one: dict[str, Any]) -> float:
    low, high = (end if end is not None else none for end, none in ((one["low"], -np.inf), (one["high"], np.inf)))
    return float(np.clip(round(0.95 * one["base"], 6), low, high))


def differences(path: Path, pages: list[Any], several: list[Any]) -> dict[str, Any]:
    """Return what of each state is not the run's: nothing, where both are alike or both refuse."""
    found: dict[str, Any] = {}
    for state, page in zip(several, pages, strict=True):
        try:
            run = wellbeva.run(path, variant=state.get("variant", ""), overrides=page["set"]).dataset
        except WellbevaError as error:
            if not page["refused"]:
                found[json.dumps(state)] = str(error)
            continue
        if page["refused"]:
            found[json.dumps(state)] = page["refused"]
        elif far := {name: gap for name, gap in gaps(page, run).items() if not gap <= CLOSE}:
            found[json.dumps(state)] = far
    return found


@pytest.mark.thorough
def test_a_page_as_it_is_and_changed_has_the_numbers_of_a_run(tmp_path: Path) -> None:
    several = [
        {},
        {"changes": {"effect.parkrun": {"fixed": 0.4}, "completion": {"fixed": 90}}},
        {"changes": {"publication_bias": {"times": 0.9}, **UNDISCOUNTED}, "variant": "nothing_taken_off"},
        {"changes": {"count_publication_bias": {"word": "false"}}},
    ]
    page = page_of(DEMO)
    assert differences(DEMO, states(tmp_path, page, several), several) == {}


@pytest.mark.parametrize("path", thorough_after(1, [FIRST[0], RIVALS]), ids=lambda path: path.stem)
def test_r245_each_perspective_has_the_numbers_of_a_run(path: Path, tmp_path: Path) -> None:
    page = page_of(path)
    several: list[dict[str, Any]] = [{"perspective": one} for one in page["perspectives"]]
    several += [{"changes": {}}, {**several[0], "changes": asked(page)[1]["changes"]}]
    assert differences(path, states(tmp_path, page, several), several) == {}


def test_r237_each_discount_rate_is_offered_once() -> None:
    """Within three years the declining health rate is the flat one; its first band ends in year 30."""
    choices = {one["path"]: (one["word"], one["words"]) for one in page_of(DEMO)["inputs"] if "factors" in one}
    assert choices == {
        "appraisal.discount.money": (
            "green-book-standard", ["green-book-standard", "health-declining", "reduced", "0%"],
        ),
        "appraisal.discount.wellbeing": (
            "health-flat", ["health-flat", "green-book-standard", "reduced", "0%"],
        ),
        "time.to": ("35", ["35", "23", "11"]),
    }  # fmt: skip


@pytest.mark.parametrize("path", thorough_after(1, [*FIRST, *FURTHER]), ids=lambda path: path.stem)
def test_whatever_a_scenario_may_hold(path: Path, tmp_path: Path) -> None:
    page = page_of(path)
    several = asked(page)
    several = several if path in FIRST else several[1:2]  # it says most
    assert differences(path, states(tmp_path, page, several), several) == {}


def test_without_vectors_the_bits_are_the_same(tmp_path: Path) -> None:
    page = page_of(FIRST[0])
    simd, scalar = (states(tmp_path, page, [{}], mode)[0] for mode in ("simd", "scalar"))
    assert simd["rows"] == scalar["rows"]


def test_a_module_is_kept_and_a_forged_one_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLBEVA_CACHE", str(tmp_path))
    compiled, compiles = module._compiled, []
    monkeypatch.setattr(module, "_compiled", lambda *given: compiles.append(given) or compiled(*given))
    made = page_of.__wrapped__(SMALL)["modules"]
    kept = [*tmp_path.glob("kernels/page-*/module.wasm")]
    assert len(kept) == len(compiles) == 2 * len(made)
    kept[0].write_bytes(kept[0].read_bytes()[:-1] + b"\0")
    assert page_of.__wrapped__(SMALL)["modules"] == made
    assert len(compiles) == 2 * len(made) + 1


def test_a_browser_has_the_numbers_of_node(tmp_path: Path) -> None:
    page, state = page_of(FIRST[0]), {"changes": {"slope.access": {"times": 0.9}}}
    shown = """<script>{engine}</script><script>
    let waits = true; WellbevaEngine.load({data}).then((page) => {{ waits = false;
    document.body.textContent = page.mode + "|" + JSON.stringify(page.run({state}).rows); }});
    (async () => {{ while (waits) await fetch(location.href); }})(); // which holds the browser's clock
    </script><body></body>"""
    text = shown.format(engine=engine_source(), data=json.dumps(page), state=json.dumps(state))
    (tmp_path / "page.html").write_text(text)
    url = (tmp_path / "page.html").as_uri()
    holding = ("--allow-file-access-from-files", "--virtual-time-budget=20000")
    dom = chromium(tmp_path, *holding, "--dump-dom", url)
    mode, rows = dom[dom.index("<body>") + 6 : dom.index("</body>")].strip().split("|")
    assert (mode, json.loads(rows)) == ("simd", states(tmp_path, page, [state])[0]["rows"])


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"changes": {"effect.nobody": {"fixed": 1}}}, "there is no such input"),
        ({"changes": {"publication_bias": {"fixed": 130}}}, "the model allows 0% to 100%"),
        ({"changes": {"deadweight.parkrun": {"times": 1.2}}}, "the model allows 0% to 100%"),
        ({"changes": {"effect.parkrun": {"fixed": -99}}}, "the model allows −10 to 10"),
        ({"changes": {"publication_bias": {"times": 0}}}, "a factor is above 0"),
        ({"changes": {"fade_shape": {"word": "geometric"}}}, "another word is another calculation: run it"),
        ({"variant": "nobody"}, "there is no variant nobody on this page"),
        ({"comparator": "nobody"}, "there is no option nobody"),
        ({"without": EVERY}, "one option stays to be compared"),
        ({"comparator": EVERY[0], "without": EVERY[1:]}, "one option stays to be compared"),
        (
            {"value": 5000},  # WB-A117 in a run
            (
                "£1,000 to £5,000 is what a WELLBY costs elsewhere in the public sector, not what one is worth; "
                "the value must be below that or above it"
            ),
        ),
    ],
)
def test_what_a_run_refuses_a_page_refuses(state: dict[str, Any], message: str, tmp_path: Path) -> None:
    (page,) = states(tmp_path, page_of(DEMO), [state])
    assert page["refused"]["message"] == message


@pytest.mark.parametrize(
    ("path", "override", "state"),
    [
        (GROWING, "appraisal.discount.wellbeing=0%", {"changes": {"appraisal.discount.wellbeing": {"word": "0%"}}}),
        (GROWING, "wellby_growth=3%", {"changes": {"wellby_growth": {"fixed": 3}}}),
    ],
)
def test_it_is_refused_in_the_words_of_a_run(path: Path, override: str, state: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(WellbevaError) as refused:
        wellbeva.load(path, overrides=[override])
    (page,) = states(tmp_path, page_of(path), [state])
    assert page["refused"]["message"] == refused.value.diagnostics[0].message


@pytest.mark.thorough
def test_r238_compared_with_another_option_and_without_some(tmp_path: Path) -> None:
    """A run whose file says so, with doing nothing no longer among the options."""
    (page,) = states(tmp_path, page_of(RIVALS), [{"comparator": "phone", "without": ["activities"]}])
    text = RIVALS.read_text("utf-8").replace("comparator: nothing", "comparator: phone")
    text = text.replace("\nvariants:\n", "\nvariants:\n  fewer: {options: [visits, phone]}\n")
    (tmp_path / "scenario.yaml").write_text(text, "utf-8")
    run = wellbeva.run(tmp_path / "scenario.yaml", variant="fewer", base=RIVALS.parent)
    assert page["options"] == ["visits", "phone"]
    page["detail"]["outcomes"].clear()  # each option's own
    assert {name: gap for name, gap in gaps(page, run.dataset).items() if not gap <= CLOSE} == {}
    rows = run.tables["decision"].set_index("option").loc[page["options"]]
    for name, column in (
        ("own_effect", "own_wellbys"),
        ("own_cost", "own_cost"),
        ("paid", "cost"),
        ("saved", "savings"),
    ):
        np.testing.assert_allclose(page[name], rows[column], rtol=CLOSE)


def test_a_model_without_a_decision_is_refused_with_the_reason() -> None:
    with pytest.raises(WellbevaError, match="its model has no decision") as refused:
        page_of("scenarios/published/sonnenberg-beck-3state.yaml")
    assert refused.value.diagnostics[0].code == "WB-R531"


def test_a_function_that_a_page_lacks_is_refused() -> None:
    with pytest.raises(WellbevaError, match="need a function that a page does not have"):
        page_of("scenarios/appraisal/distributional.yaml")


@pytest.mark.thorough
def test_draws_have_the_bits_of_the_sampler(tmp_path: Path) -> None:
    """Copulas, a mixture, quantiles, uniforms and triangles: all that scripts draw in another way."""
    for path in (FIRST[0], COVERING[3], Path("benchmarks/trajectory_4x4x10.yaml")):
        plan = wellbeva.load(path).plan
        sampler = Sampler(plan.elements, plan.joints, design="sobol", seed=1, randomisations=16, draws_each=1024)
        (page,) = states(tmp_path, page_of(path), [{}], draws=True)
        known = np.concatenate([sampler.block(index, 0, 1024) for index in range(16)], axis=1)
        np.testing.assert_array_equal(np.array(page["draws_of_inputs"][: len(known)]), known)


def test_a_move_evaluates_the_options_that_it_reaches() -> None:
    """Its own, with the comparator where that is an option; all, where it is shared."""
    demo, cohort, many = (page_of(path) for path in (DEMO, FIRST[1], "benchmarks/trajectory_4x4x10.yaml"))
    assert reached(demo, "effect.parkrun") == {demo["options"][2]["row"]}
    assert len(reached(demo, "publication_bias")) == len(demo["options"])
    assert reached(demo, "publication_bias", "totals") == set()  # it multiplies what is left of time
    assert len(reached(demo, "appraisal.discount.wellbeing", "totals")) == len(demo["options"])
    assert reached(demo, "appraisal.discount.wellbeing", "along") == set()  # it weighs what goes along time
    assert reached(demo, "wellby_value.central") == set()
    (bias,) = next(one["covered"] for one in demo["inputs"] if one["path"] == "publication_bias")
    depending = {name for name, elements in demo["modules"]["decision"]["depends"].items() if bias in elements}
    assert ("saving" in depending, "cost_of_place" in depending) == (True, False)
    assert len(reached(cohort, "rate_die")) == len(cohort["options"]) == len(reached(cohort, "rate_die", "checks"))
    assert reached(cohort, "cost_a", "checks") == reached(cohort, "appraisal.discount.money", "checks") == set()
    assert reached(many, "effect.visits") == {0, 1}


def reached(page: dict[str, Any], path: str, part: str = "decision") -> set[int]:
    (one,) = (one for one in page["inputs"] if one["path"] == path)
    return set().union(*(page["modules"][part]["reach"][element] for element in one["covered"]))


WALKS = {
    DEMO: [
        {"without": ["football", "mandem"]},
        {"changes": {"completion": {"fixed": 90}}},
        {"changes": {"completion": {"fixed": 90}, "effect.parkrun": {"times": 0.9}}},
        {"changes": {"deadweight.parkrun": {"times": 1.2}}},  # refused
        {"changes": {"controlled": {"word": "true"}}},  # a check of one option refuses it
        {"changes": {"controlled": {"word": "true"}, "effect.fisp": {"times": 0.8}}},
        {"changes": {"effect.fisp": {"times": 0.8}}, "value": 9000},
        {"changes": {"publication_bias": {"times": 0.9}}, "variant": "nothing_taken_off"},
        {},
    ],
    RIVALS: [
        {"changes": {"hold.visits": {"times": 0.9}}, "comparator": "phone"},
        {"changes": {"hold.visits": {"times": 0.9}, "hold.phone": {"times": 1.1}}, "comparator": "phone"},
        {"comparator": "visits", "without": ["activities"]},
        {"changes": {"hold.phone": {"times": 1.1}}},
        {"changes": {"hold.phone": {"times": 1.1}, "appraisal.discount.wellbeing": {"word": "0%"}}},
        {"changes": {"hold.visits": {"times": 0.9}, "time.to": {"word": "23"}}},
    ],
    # a comparator that is an option with inputs of its own
    FIRST[1]: [{"changes": {"rate_worsen": {"times": 0.9}}}, {"changes": {"cost_a": {"times": 1.1}}}, {}],
}  # fmt: skip


@pytest.mark.parametrize("path", thorough_after(1, reversed(WALKS)), ids=lambda path: path.stem)
def test_after_any_moves_a_page_is_as_if_it_were_new(path: Path, tmp_path: Path) -> None:
    """What a move does not reach is kept: options, rows of draws, and all that is worked out of them."""
    page, walk = page_of(path), WALKS[path]
    walked = states(tmp_path, page, walk)
    assert walked == [states(tmp_path, page, [state])[0] for state in walk]
    assert walked[0] != walked[1]


def test_kept_totals_have_the_bits_of_those_worked_out_in_each_move(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = page_of(RIVALS)
    monkeypatch.setattr(wellbeva.page.data, "MOST_KEPT", 0)
    whole = page_of.__wrapped__(RIVALS)
    assert kept["modules"].keys() - whole["modules"].keys() == {"along", "totals"}
    assert states(tmp_path, kept, WALKS[RIVALS]) == states(tmp_path, whole, WALKS[RIVALS])
