"""A run in parts gives the bytes of one run: whoever computed which part, in whatever order, however often."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests import tiers
from tests.engine.packed_plans import everything
from tests.tiers import thorough_after
from wellbeva import api
from wellbeva.api.batch.shards import merge, run_shard, shards_missing
from wellbeva.api.runs import asked
from wellbeva.batch import tree as trees
from wellbeva.batch.folder import Asked, PartFolder
from wellbeva.batch.part_file import PartError, decode, encode
from wellbeva.batch.parts import sound
from wellbeva.batch.tree import Tree
from wellbeva.cli.main import main
from wellbeva.engine.reductions import chunk as chunks
from wellbeva.engine.run import block_loop
from wellbeva.engine.run.block_loop import Work
from wellbeva.engine.run.settings import RunSettings
from wellbeva.errors import WellbevaError

SCENARIOS = Path(__file__).parents[2] / "scenarios"
RIVALS = SCENARIOS / "easing-loneliness.yaml"
PARK = SCENARIOS / "park-and-neighbours.yaml"
SEVERAL = SCENARIOS / "areas" / "volunteering-and-connection.yaml"
SMALL = SCENARIOS / "published" / "frijters2024-simple.yaml"
MANY = RunSettings(draws=16 * 5 * 512, threads=1)
"""With `short_chunks`, five chunks a stretch, of which the joins are those of any odd number."""


@pytest.fixture
def short_chunks(monkeypatch):
    for module in (chunks, block_loop, trees):
        monkeypatch.setattr(module, "CHUNK", 512)


@pytest.mark.parametrize("seed", range(5))
def test_any_shards_cover_every_leaf_once_by_nodes_of_the_tree(seed):
    rng = random.Random(seed)
    sizes = [rng.choice([1, 65_536, 65_537, 9 * 65_536, 400_000])] * rng.choice([1, 3, 16])
    tree, count = Tree(sizes), rng.randrange(1, 70)
    assert tree.span(tree.root) == range(tree.leaves)
    nodes = [
        node
        for index in range(1, count + 1)
        for node in tree.missing(tree.shard(index, count), (), rng.choice([1, 4, 2**20]))
    ]
    assert [leaf for node in nodes for leaf in tree.span(node)] == list(range(tree.leaves))
    assert sum(map(tree.draws, nodes)) == sum(sizes)
    used, lacking = tree.cover(nodes)
    assert not lacking
    assert sorted(used) == sorted(nodes)
    assert len({node.name for node in nodes}) == len(nodes)
    gone = rng.choice(nodes)
    assert [tree.span(leaf).start for leaf in tree.cover(set(nodes) - {gone})[1]] == list(tree.span(gone))


def test_what_is_missing_of_a_long_run_is_seen_at_once():
    tree = Tree([954 * 65_536] * 16)
    leaves = [*tree.missing(range(tree.leaves), (), 1)]
    began = time.process_time()
    assert next(tree.missing(range(tree.leaves), set(leaves[:7632]), 16)).chunks == 16
    assert time.process_time() - began < 1


def test_shards_are_of_like_size_and_of_few_nodes():
    tree = Tree([954 * 65_536] * 16)
    sizes = [len(tree.shard(index, 64)) for index in range(1, 65)]
    assert sum(sizes) == tree.leaves
    assert max(sizes) <= 17 / 16 * tree.leaves / 64
    parts = [len([*tree.missing(tree.shard(index, 64), (), 2**20)]) for index in range(1, 65)]
    assert max(parts) <= 12


@pytest.mark.usefixtures("short_chunks")
@pytest.mark.parametrize(("file", "engine"), thorough_after(1, [(PARK, "blocked"), (SEVERAL, "compiled")]))
def test_parts_of_any_size_join_to_the_bits_of_one_run(file, engine, monkeypatch):
    # some of the draws are kept, so that there are histograms and kept draws at once
    monkeypatch.setattr("wellbeva.engine.reductions.kept_draws.ROOM", 2**22)
    plan = api.load(file).plan
    work = Work(plan, RunSettings(draws=MANY.draws, threads=1, engine=engine))
    once = everything(work.reduce(work.tasks()))
    tree = Tree(work.layout.sizes)
    for largest in (1, 16):
        nodes = [*tree.missing(range(tree.leaves), (), largest)]
        assert len(nodes) > 4
        assert everything(work.join(work.reduce(tree.tasks(node)).state() for node in nodes)) == once


@pytest.mark.usefixtures("short_chunks")
def test_a_part_made_of_two_has_the_bytes_of_one_made_at_once():
    work = Work(api.load(SMALL).plan, MANY)
    tree = Tree(work.layout.sizes)
    left, right = tree.halves(tree.root)
    joined_parts = work.join(work.reduce(tree.tasks(node)).state() for node in (left, right))
    once, twice = work.reduce(work.tasks()).state(), joined_parts.state()
    assert encode("run", "node", once) == encode("run", "node", twice)
    threads = Work(work.plan, RunSettings(draws=MANY.draws, threads=3, block=512))
    assert encode("run", "node", threads.reduce(tree.tasks(tree.root)).state()) == encode("run", "node", once)


def results(folder: Path) -> dict[str, bytes]:
    """Return the files of results, of which none holds a time."""
    names = [*folder.glob("*.csv"), folder / "results.nc"]
    return {file.name: file.read_bytes() for file in names}


KILLS, FORGED = (int(os.environ.get(name, usual)) for name, usual in (("WELLBEVA_KILLS", 3), ("WELLBEVA_FORGED", 500)))
"""How many processes are killed and parts forged by the long tests; for a night: 1000 and 100000."""
USUAL = RunSettings(draws=16384, threads=1)


def shard(index: int, count: int, folder: Path, settings: RunSettings = USUAL) -> bool:
    return run_shard(PARK, index, count, folder, settings)


def test_shards_in_any_order_and_number_merge_to_the_files_of_one_run(tmp_path):
    api.run(PARK, threads=1).write(tmp_path / "once", report=False)
    folder = tmp_path / "parts"
    for index, count in ((3, 3), (1, 7), (2, 3), (1, 3), (1, 3), (7, 7)):
        assert shard(index, count, folder)
    assert shards_missing(folder, 16) == ""
    merge(folder).write(folder, report=False)
    assert results(folder) == results(tmp_path / "once")
    assert not [*folder.glob("parts")]
    assert not shard(1, 3, folder), "the run is finished"
    with pytest.raises(WellbevaError, match="WB-R300"):
        shard(1, 3, folder, RunSettings(draws=8192))


def test_what_is_missing_damaged_or_foreign_is_named(tmp_path):
    shard(1, 2, tmp_path / "a")
    with pytest.raises(WellbevaError, match="WB-R305") as caught:
        merge(tmp_path / "a")
    assert "missing of 16 chunks: 9 to 16" in str(caught.value)
    assert shards_missing(tmp_path / "a", 4) == "3-4"
    shard(2, 2, tmp_path / "a")
    part = sorted((tmp_path / "a" / "parts").glob("*.part"))[0]
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)
    with pytest.raises(WellbevaError, match="damaged"):
        merge(tmp_path / "a")
    part.write_bytes(data[:100])
    with pytest.raises(WellbevaError, match="damaged"):
        merge(tmp_path / "a")
    shard(1, 2, tmp_path / "a")  # computes it again
    merge(tmp_path / "a")
    shard(1, 2, tmp_path / "b", RunSettings(draws=16384, seed=2, threads=1))
    other = next((tmp_path / "b" / "parts").glob("*.part"))
    (tmp_path / "a" / "parts" / other.name).write_bytes(other.read_bytes())
    with pytest.raises(WellbevaError, match="WB-R304"):
        shard(1, 2, tmp_path / "a")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (RunSettings(draws=8192, threads=1), "draws: there 16384, asked for 8192"),
        (RunSettings(seed=2), "seed: there 1, asked for 2"),
        (RunSettings(design="random"), "design: there sobol, asked for random"),
        (RunSettings(engine="reference"), "engine: there blocked, asked for reference"),
        (RunSettings(fast=True), "WB-R303"),
    ],
)
def test_a_folder_takes_the_parts_of_one_run_alone(tmp_path, settings, words):
    shard(1, 16, tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    with pytest.raises(WellbevaError) as caught:
        shard(2, 16, tmp_path, settings)
    assert words in str(caught.value)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_another_version_or_another_text_of_the_scenario_is_refused(tmp_path, monkeypatch):
    shard(1, 16, tmp_path)
    monkeypatch.setattr("wellbeva.batch.folder.version", lambda _: "0.0")
    with pytest.raises(WellbevaError, match="wellbeva: there"):
        shard(2, 16, tmp_path)
    monkeypatch.undo()
    with pytest.raises(WellbevaError, match="the model and its inputs: not the same"):
        run_shard(PARK, 2, 16, tmp_path, RunSettings(), overrides=("hold.parks=2 years",))


@pytest.mark.parametrize("asked", ["65/64", "0/64", "3", "a/b", "1/0", "-1/4", "1/2/3", "١/٢"])
def test_a_shard_that_cannot_be_is_refused(asked, tmp_path, capsys):
    assert main(["run", str(PARK), "--shard", asked, "--out", str(tmp_path / "run")]) == 2
    assert "WB-R306" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_the_commands_say_where_they_are(tmp_path, capsys):
    folder = str(tmp_path / "run")
    assert main(["run", str(PARK), "--shard", "1/2", "--out", folder]) == 0
    assert capsys.readouterr().out == f"shard 1 of 2: its parts stand in {folder}\n"
    assert main(["merge", folder]) == 3
    assert "WB-R305" in capsys.readouterr().err
    assert main(["run", str(PARK), "--out", folder]) == 2
    assert "WB-R307" in capsys.readouterr().err
    assert main(["merge", folder, "--missing", "5"]) == 0
    assert capsys.readouterr().out == "3-5\n"
    assert main(["run", str(PARK), "--out", folder, "--resume", "--no-report"]) == 0
    assert json.loads((tmp_path / "run" / "manifest.json").read_text("utf-8"))["draws"] == 16384
    capsys.readouterr()
    assert main(["merge", folder]) == 0
    assert capsys.readouterr().out == f"the run is finished already, in {folder}\n"
    assert (main(["merge", folder, "--missing", "5"]), capsys.readouterr().out) == (0, "")
    assert main(["merge", str(tmp_path / "nowhere")]) == 2
    assert "WB-R302" in capsys.readouterr().err


@pytest.mark.thorough
def test_json_and_quiet_say_what_is_missing_and_what_came_of_it(tmp_path, capsys):
    folder = str(tmp_path / "run")
    shard(1, 2, tmp_path / "run")
    assert main(["merge", folder, "--json"]) == 3
    assert [one["code"] for one in json.loads(capsys.readouterr().out)["errors"]] == ["WB-R305"]
    assert main(["merge", folder, "--quiet"]) == 3
    assert "missing of 16 chunks: 9 to 16" in capsys.readouterr().err
    assert main(["merge", folder, "--missing", "4", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"missing": "3-4"}
    shard(2, 2, tmp_path / "run")
    assert main(["merge", folder, "--no-report", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["manifest"]["draws"] == 16384


@pytest.mark.thorough
def test_a_long_run_can_be_run_again_in_its_place(tmp_path, monkeypatch, once):
    monkeypatch.setattr("wellbeva.batch.parts.LONG_S", 0)
    for _ in range(2):
        api.run(PARK, threads=1, parts=tmp_path / "run").write(tmp_path / "run", report=False)
        assert results(tmp_path / "run") == once


def test_who_was_killed_as_it_began_leaves_a_folder_that_takes_a_run(tmp_path, monkeypatch):
    (tmp_path / ".part-0123456789abcdef").write_text("{")
    with monkeypatch.context() as patch:
        patch.setattr("wellbeva.core.atomic.os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
        with pytest.raises(WellbevaError, match="WB-R301"):
            shard(1, 16, tmp_path)
    assert shard(1, 16, tmp_path)


def test_nothing_takes_the_place_of_parts_of_another_run_or_of_anothers_plan(tmp_path, once):
    done = api.run(PARK, draws=8192, threads=1)
    shard(1, 16, tmp_path / "run")
    with pytest.raises(WellbevaError, match="WB-R307"):
        done.write(tmp_path / "run", report=False)
    (tmp_path / "mine" / "parts").mkdir(parents=True)
    for name in ("plan.json", "parts/mine.csv"):
        (tmp_path / "mine" / name).write_text("{}")
    with pytest.raises(WellbevaError, match="WB-R010"):
        done.write(tmp_path / "mine", report=False)


def test_machines_that_prefer_other_engines_and_begin_at_once_take_one(tmp_path, monkeypatch):
    begin = PartFolder.begin

    def another_is_first(parts, asked):
        monkeypatch.setattr(PartFolder, "begin", begin)
        shard(1, 16, tmp_path, RunSettings(threads=1, engine="reference"))
        begin(parts, asked)

    monkeypatch.setattr(PartFolder, "begin", another_is_first)
    assert shard(2, 16, tmp_path)
    assert len([*(tmp_path / "parts").glob("*.part")]) == 2


def test_a_scenario_is_read_where_its_link_stands(tmp_path):
    link = tmp_path / "link.yaml"
    link.symlink_to(PARK)
    compiled = api.load(PARK)
    scenario = replace(compiled.record.scenario, file=str(link))
    compiled = replace(compiled, record=replace(compiled.record, scenario=scenario))
    assert asked(compiled, RunSettings()).scenario == str(link)


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: plan.pop("asked"),
        lambda plan: plan.update(asked=[]),
        lambda plan: plan["asked"]["settings"].update(draws="many"),
        lambda plan: plan["asked"]["settings"].update(threads=None),
    ],
)
def test_a_plan_that_nobody_wrote_is_refused(change, tmp_path):
    parts = PartFolder(tmp_path, Work(api.load(PARK).plan, USUAL))
    parts.begin(Asked(str(PARK), "", (), USUAL))
    plan = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    change(plan)
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    with pytest.raises(WellbevaError, match="WB-R302"):
        merge(tmp_path)


def test_a_scenario_that_has_moved_is_named(tmp_path):
    moved = tmp_path / "before.yaml"
    moved.write_bytes(PARK.read_bytes())
    run_shard(moved, 1, 16, tmp_path / "run", USUAL)
    moved.rename(tmp_path / "after.yaml")
    with pytest.raises(WellbevaError, match="not where it was") as caught:
        merge(tmp_path / "run")
    assert str(moved) in str(caught.value)


def test_a_folder_that_refuses_or_vanishes_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(WellbevaError, match="WB-R01"):
        shard(1, 2, tmp_path / "file")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    shard(1, 2, tmp_path / "run")
    with monkeypatch.context() as patch:
        patch.setattr("wellbeva.core.atomic.os.fsync", full)
        with pytest.raises(WellbevaError, match="No space left"):
            shard(2, 2, tmp_path / "run")
    assert sound(PartFolder(tmp_path / "run", Work(api.load(PARK).plan, RunSettings(threads=1, engine="blocked"))))
    work = Work(api.load(PARK).plan, RunSettings(threads=1))
    parts = PartFolder(tmp_path / "gone", work)
    with pytest.raises(WellbevaError, match="WB-R302"):
        sound(parts)
    with pytest.raises(WellbevaError, match="WB-R301"):
        parts.write(parts.tree.root, {})


def test_flags_that_are_neither_true_nor_false_are_refused():
    data = encode("run", "0+1.0+1", {"counts": np.ones((1, 3), bool)})
    body = data[:-33] + b"\xff"
    with pytest.raises(PartError, match="neither true nor false"):
        decode(body + hashlib.sha256(body).digest(), "run", "0+1.0+1")


def mutated(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    kind = rng.randrange(4)
    if kind == 0:
        return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]
    if kind == 1:
        return data[:at]
    if kind == 2:
        return data[:at] + rng.randbytes(rng.randrange(1, 9)) + data[at:]
    other = rng.randrange(len(data))
    return data[:at] + data[other : other + 64] + data[at + 64 :]


@pytest.mark.parametrize("count", [500, pytest.param(100_000, marks=pytest.mark.thorough)])
def test_a_part_that_is_not_what_was_written_is_refused(count):
    state = {"parts": np.arange(5).reshape(1, 5), "mean x": np.ones((1, 3)), "bins steps": np.ones(7, np.uint8)}
    data, rng = encode("run", "0+1.0+1", state), random.Random(13)
    assert decode(data, "run", "0+1.0+1").keys() == state.keys()
    for _ in range(count):
        changed = mutated(data, rng)
        if changed != data:
            with pytest.raises(PartError):
                decode(changed, "run", "0+1.0+1")
    for run, node in (("other", "0+1.0+1"), ("run", "0+2.0+1")):
        with pytest.raises(PartError):
            decode(data, run, node)


@pytest.mark.parametrize(
    ("file", "count"), [(RIVALS, 20), pytest.param(SMALL, FORGED, marks=pytest.mark.thorough)], ids=["rivals", "small"]
)
def test_a_forged_part_is_refused_or_does_no_harm(file, count, monkeypatch):
    """Its hash fits what was changed: shapes, kinds, places and counts are looked at all the same."""
    # short parts: 5 and 200 kB, the larger one with histograms and kept draws
    monkeypatch.setattr("wellbeva.engine.reductions.kept_draws.ROOM", 2**16)
    work, rng = Work(api.load(file).plan, RunSettings(draws=512 * 16, threads=1)), random.Random(14)
    tree = Tree(work.layout.sizes)
    leaf = tree.cover(())[1][0]
    data = encode("run", leaf.name, work.reduce(tree.tasks(leaf)).state())
    header = data.index(b"\n", 20)
    refusals = 0
    for _ in range(count):
        body = bytearray(data[:-32])
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(20, header if rng.random() < 0.7 else len(body))
            body[at] = rng.choice(b'0123456789"[],<f8iu{}') if at < header else rng.randrange(256)
        try:
            state = decode(bytes(body) + hashlib.sha256(body).digest(), "run", leaf.name)
            work.join([state])
        except (PartError, ValueError, KeyError):
            refusals += 1
    assert refusals > count / 3


def in_a_process(work, seconds: float) -> bool:
    """Do some work in a process that is killed after a while; say whether it was done before."""
    child = os.fork()
    if not child:
        try:
            with contextlib.suppress(WellbevaError):  # others are on their way in the same folder
                work()
        finally:
            os._exit(0)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if os.waitpid(child, os.WNOHANG)[0]:
            return True
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


AIM = {"precision": "evpi=1.2%", "draws": 2**17, "threads": 1, "engine": "blocked"}
"""Met by three lengths."""


@pytest.mark.thorough
@pytest.mark.parametrize(("design", "precision"), [("sobol", "evpi=1.2%"), ("latin", "evpi=3%")])
def test_a_run_that_aims_at_an_error_goes_on_from_its_parts(tmp_path, monkeypatch, design, precision):
    """R217."""
    aim = AIM | {"design": design, "precision": precision}
    expected = api.run(PARK, **aim)
    monkeypatch.setattr("wellbeva.batch.parts.LONG_S", 0)
    monkeypatch.setattr("wellbeva.batch.parts.first_size", lambda _: 3)
    reduce, drawn, stops = Work._reduced, [], [2, 3, 12]

    def interrupted(work, collect, tasks, progress):
        if stops and len(drawn) >= stops[0]:
            stops.pop(0)
            raise KeyboardInterrupt
        drawn.extend((work.layout.total, task) for task in tasks)
        return reduce(work, collect, tasks, progress)

    monkeypatch.setattr(Work, "_reduced", interrupted)
    for _ in range(len(stops)):
        with pytest.raises(KeyboardInterrupt):
            api.run(PARK, **aim, parts=tmp_path)
    done = api.run(PARK, **aim, parts=tmp_path)
    assert done.dataset.identical(expected.dataset)
    assert done.dataset.attrs["draws"] > 2**15
    assert len(drawn) == len(set(drawn)), "none is drawn twice"


TOUCHES = {"open", "os.link", "os.listdir", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.scandir"}


def killed_at(event: int, work, folder: Path) -> bool:
    """Do some work in a process that is killed when it touches a folder for the nth time; say whether it was."""
    child = os.fork()
    if not child:
        left = iter(range(event, -1, -1))

        def kill(name: str, given: tuple[object, ...]) -> None:
            if name in TOUCHES and str(folder) in str(given[:2]) and not next(left, 1):
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(kill)
        try:
            work()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("kills", [2 if tiers.everyday else KILLS])
def test_a_run_that_aims_at_an_error_may_be_killed_whenever(kills, tmp_path, monkeypatch):
    """R217: between lengths, within one, and while results take the place of parts."""
    monkeypatch.setattr("wellbeva.batch.parts.LONG_S", 0)
    monkeypatch.setattr("wellbeva.batch.parts.first_size", lambda _: 8)
    rng, killed, aim, folder = random.Random(kills), 0, AIM | {"precision": "evpi=2%", "draws": 2**15}, tmp_path / "run"
    api.run(PARK, **aim).write(tmp_path / "once", report=False)

    def resumed() -> None:
        api.run(PARK, **aim, parts=folder).write(folder, report=False)

    while killed < kills:
        events = rng.randrange(60)
        while killed_at(events, resumed, folder):
            # A process that never comes as far as its first new part is killed later each time.
            killed, events = killed + 1, events + rng.randrange(60)
        assert results(folder) == results(tmp_path / "once")
        shutil.rmtree(folder)


def test_the_folder_of_a_run_that_aims_at_an_error_takes_no_other(tmp_path, monkeypatch):
    """R217."""
    monkeypatch.setattr("wellbeva.batch.parts.LONG_S", 0)
    monkeypatch.setattr("wellbeva.batch.parts.join_parts", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        api.run(PARK, **AIM, parts=tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    for ask, words in (
        (lambda: api.run(PARK, **AIM | {"precision": "evpi=2%"}, parts=tmp_path), "--precision: there evpi=1.2%"),
        (lambda: api.run(PARK, **AIM | {"precision": ""}, parts=tmp_path), "--precision: there evpi=1.2%"),
        (lambda: shard(1, 2, tmp_path), "--precision: there evpi=1.2%"),
        (lambda: merge(tmp_path), "WB-R309"),
        (lambda: shards_missing(tmp_path, 2), "WB-R309"),
    ):
        with pytest.raises(WellbevaError, match=words):
            ask()
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("kills", [1 if tiers.everyday else KILLS])
def test_whoever_is_killed_whenever_the_bytes_are_those_of_one_run(kills, tmp_path, once):
    rng, killed, number = random.Random(kills), 0, 0

    def resumed(folder: Path) -> None:
        api.run(PARK, threads=1, parts=folder).write(folder, report=False)

    def merged(folder: Path) -> None:
        merge(folder).write(folder, report=False)

    while killed < kills:
        folder, number = tmp_path / str(number), number + 1
        for _ in range(rng.randrange(1, 6)):
            work = rng.choice([functools.partial(shard, 1, 2), functools.partial(shard, 2, 2), resumed, merged])
            killed += not in_a_process(functools.partial(work, folder), rng.uniform(0, 0.8))
        if not (folder / "results.nc").exists():
            for index in (1, 2):
                shard(index, 2, folder)
            merged(folder)
        assert results(folder) == once
        assert not [*tmp_path.glob(".*.old")]
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("once") / "run"
    api.run(PARK, threads=1).write(folder, report=False)
    return results(folder)


@pytest.mark.thorough
def test_who_comes_too_late_does_no_harm(tmp_path, monkeypatch, once):
    folder = tmp_path / "run"
    write = PartFolder.write

    def finished_meanwhile(parts, node, state):
        monkeypatch.setattr(PartFolder, "write", write)
        shard(1, 1, folder)
        merge(folder).write(folder, report=False)
        return write(parts, node, state)

    monkeypatch.setattr(PartFolder, "write", finished_meanwhile)
    assert shard(1, 2, folder)
    assert results(folder) == once
    shard(1, 2, tmp_path / "other", RunSettings(threads=1, seed=2))
    monkeypatch.setattr(PartFolder, "write", lambda *_: False)
    monkeypatch.setattr(PartFolder, "finished", lambda _: True)
    with pytest.raises(WellbevaError, match="WB-R308"):
        api.run(PARK, seed=2, threads=1, parts=tmp_path / "other")


def test_the_manifest_says_which_machine_made_which_part(tmp_path, monkeypatch):
    monkeypatch.setattr("wellbeva.batch.parts.first_size", lambda _: 1)
    monkeypatch.setattr("platform.node", lambda: "n1")
    shard(1, 2, tmp_path)
    monkeypatch.setattr("platform.node", lambda: "n2")
    shard(2, 2, tmp_path)
    made = sorted((tmp_path / "parts").glob("*.made"))
    assert "host" not in next((tmp_path / "parts").glob("*.part")).read_bytes()[:4096].decode("latin-1")
    made[0].unlink()
    for file, text in zip(made[1:], ("[" * 2000, "[1]", '{"host": {"a": 1}}'), strict=False):
        file.write_text(text)
    manifest = merge(tmp_path).manifest()
    assert (manifest["exit"], manifest["host"]) == ("complete", "n2")
    hosts = {part["part"]: part["host"] for part in manifest["parts"]}
    assert list(hosts) == sorted(hosts)
    assert set(hosts.values()) >= {"", "n2"}
    assert all(len(host) <= 1000 for host in hosts.values())
