"""A run that grows has the bits of one that is as long from the start, and draws nothing twice."""

import dataclasses

import numpy as np
import pytest

from tests.engine.engine_plans import trajectory
from tests.engine.packed_plans import direct
from tests.tiers import thorough_after
from wellbeva.engine.reductions import accumulator, chunk
from wellbeva.engine.reductions import kept_draws as keeping
from wellbeva.engine.run import block_loop
from wellbeva.engine.run.block_loop import run
from wellbeva.engine.run.extension import Extension
from wellbeva.engine.run.settings import RunSettings
from wellbeva.errors import WellbevaError


def plain(value):
    """Return a result as something that can be compared bit by bit; any NaN is as good as another."""
    if dataclasses.is_dataclass(value):
        names = [one.name for one in dataclasses.fields(value)]
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, np.ndarray):
        value = np.where(np.isnan(value), np.nan, value) if value.dtype == float else value
        return value.shape, value.dtype.str, value.tobytes()
    return value


def grown(made, settings):
    """Extend a run to its end; return its result and how many draws were made in all."""
    growing, drawn = Extension(made, settings), 0
    while growing.next_draws:
        growing.extend()
        growing.result(brief=True)
        drawn += growing.new
    return growing.result(), drawn


@pytest.mark.parametrize(
    ("design", "room"), thorough_after(1, [("sobol", 2**18), ("sobol", 2**26), ("random", 2**20), ("latin", 2**26)])
)
def test_a_grown_run_has_the_bits_of_a_long_one(design, room, monkeypatch):
    """It begins with less than a chunk of each randomisation, and ends with two; with all draws kept, or soon not."""
    for module in (chunk, accumulator, block_loop):
        monkeypatch.setattr(module, "CHUNK", 2048)
    monkeypatch.setattr(keeping, "ROOM", room)
    made = direct(2, checks=[("warn_if", "gain", 1.5)])
    settings = RunSettings(draws=2**16, design=design, engine="blocked", threads=2, allow_nonfinite=True)
    result, drawn = grown(made, settings)
    expected = run(made, settings)
    assert expected.nonfinite > 1000
    assert plain(result) == plain(expected)
    assert drawn == (2**17 - 2**14 if design == "latin" else 2**16)


def test_outcomes_along_time_are_kept_while_there_is_room(monkeypatch):
    monkeypatch.setattr(keeping, "ROOM", 2**23)
    made, settings = trajectory(3, 6, choose="one"), RunSettings(draws=2**15, engine="blocked")
    expected = run(made, settings)
    assert len(expected.draws) < len(run(made, RunSettings(draws=2**14, engine="blocked")).draws)
    result, _ = grown(made, settings)
    assert plain(result) == plain(expected)


@pytest.mark.thorough
def test_it_is_begun_anew_where_another_engine_is_faster(monkeypatch):
    made = direct(2)
    monkeypatch.setattr("wellbeva.engine.run.select_engine.compiled_is_faster", lambda *_, draws, **__: draws > 2**14)
    settings = RunSettings(draws=2**15, design="random", threads=1, allow_nonfinite=True)
    result, drawn = grown(made, settings)
    assert (result.engine, drawn) == ("compiled", 2**14 + 2**15)
    assert plain(result) == plain(run(made, settings))


@pytest.mark.parametrize(("draws", "lengths"), [(1, [8192]), (16_384, [16_384]), (100_000, [16_384, 32_768, 65_536])])
def test_lengths_double_up_to_what_is_allowed(draws, lengths):
    growing, found = Extension(direct(1), RunSettings(draws=draws, engine="blocked", allow_nonfinite=True)), []
    while growing.next_draws:
        found.append(growing.next_draws)
        growing.extend()
        assert growing.draws == found[-1]
    assert found == lengths


def test_what_refuses_a_draw_refuses_a_run_that_grows_to_it():
    made = direct(1, checks=[("fail_if", "gain", 4.9)])
    settings = RunSettings(draws=2**20, design="random", engine="blocked", allow_nonfinite=True)
    with pytest.raises(WellbevaError, match="WB-E002"):
        grown(made, settings)
