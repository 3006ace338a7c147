"""``as written × 1.25`` multiplies a number where it stands (R228)."""

import pytest

import wellbeva
from wellbeva.errors import WellbevaError
from wellbeva.plan.record import Input

DEMO = "scenarios/uk-community-offers.yaml"


def inputs(*overrides: str) -> dict[str, Input]:
    return {one.path: one for one in wellbeva.load(DEMO, overrides=overrides).record.inputs}


@pytest.mark.parametrize("sign", ["×", "x", "*"])
def test_base_law_and_words_move_and_the_source_stays(sign: str) -> None:
    before, after = inputs()["effect.parkrun"], inputs(f"effect.parkrun=as written {sign} 1.25")["effect.parkrun"]
    assert (after.base, after.written) == (1.25 * before.base, "1.25 × 0.257 (se 0.08)")
    assert (after.cites, after.evidence, after.element) == (before.cites, before.evidence, before.element)


def test_a_default_moves_and_what_is_named_more_closely_stays() -> None:
    before, after = inputs(), inputs("completion=as written × 0.9")
    assert (before["completion"].layer, after["completion"].base) == ("default", 0.9)
    assert after["completion.football"].base == before["completion.football"].base


def test_twice_is_the_product() -> None:
    moved = inputs("effect.parkrun=as written × 1.25", "effect.parkrun=as written × 2")
    assert moved["effect.parkrun"].base == 2.5 * inputs()["effect.parkrun"].base


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("gain_of=as written × 2", "gain_of has no number of its own to multiply"),
        ("effect=as written × 2", "effect has no number of its own to multiply"),
        ("effect.parkrun=as written × 0", "a factor is above 0"),
        ("fade_shape=as written × 2", "fade_shape has no number of its own to multiply"),
    ],
)
def test_what_has_no_number_is_refused(override: str, message: str) -> None:
    with pytest.raises(WellbevaError) as refused:
        inputs(override)
    assert [(one.code, one.message) for one in refused.value.diagnostics] == [("WB-S137", message)]
