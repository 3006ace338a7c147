"""Ctrl-C at awkward moments: while modules are imported, where an exception is lost, while a stop tidies up."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from tests.tiers import thorough_after
from wellbeva import api
from wellbeva.api.runs import EngineName
from wellbeva.cli import decision_table, main
from wellbeva.cli.signals import AGAIN, stoppable
from wellbeva.core import atomic
from wellbeva.jit import cache_folder

ROOT = Path(__file__).parents[2]
TOLD = (130, "", "stopped; nothing was written\n")
ANSWER = (
    "import signal, sys\n"
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # whatever this process was started with
)
WHILE_IMPORTING = (
    ANSWER
    + """
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            sys.meta_path.remove(self)
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Finder())
sys.argv = ["wellbeva", "check", "scenarios/easing-stress.yaml"]
from wellbeva.__main__ import entry
entry()
"""
)


def child(code: str) -> tuple[int, str, str]:
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    return ended.returncode, ended.stdout, ended.stderr


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


def wait_for_ever() -> NoReturn:
    while True:
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def answered() -> Iterator[None]:
    """Let this process answer Ctrl-C, whatever it was started with, and check that it does as before."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    "name", thorough_after(2, ["typer", "numpy", "wellbeva.cli.main", "numpy.random._generator", "scipy.special"])
)
def test_while_a_module_is_imported(name: str) -> None:
    assert child(WHILE_IMPORTING.format(name=name)) == TOLD


def test_the_command_takes_care_of_it_before_it_imports_the_command_line() -> None:
    code = "import sys, wellbeva.__main__\nprint({'typer', 'wellbeva.cli.main', 'numpy'} & set(sys.modules))"
    assert child(code) == (0, "set()\n", "")


@pytest.mark.thorough
def test_a_process_that_ignores_it_goes_on_ignoring_it() -> None:
    code = WHILE_IMPORTING.format(name="typer").replace("default_int_handler", "SIG_IGN")
    status, _, err = child(code)
    assert status == 0
    assert "stopped" not in err


def test_after_the_work_it_ends_the_process_without_a_word() -> None:
    code = (
        f"{ANSWER}from wellbeva import __main__\nfrom wellbeva.cli import errors\n"
        "errors.close_quietly = lambda stream: signal.raise_signal(signal.SIGINT)\n"
        "sys.argv = ['wellbeva', '--version']\n__main__.entry()"
    )
    status, _, err = child(code)
    assert (status, err) == (-signal.SIGINT, "")


def test_one_that_is_dropped_is_raised_again() -> None:
    dropped = []

    def drop() -> None:
        try:
            (wait_for_ever if dropped else interrupt)()
        except KeyboardInterrupt as error:
            dropped.append(error)

    def deaf() -> None:
        while len(dropped) < 3:
            drop()
        wait_for_ever()

    with pytest.raises(KeyboardInterrupt), stoppable() as stop:
        deaf()
    assert (stop.asked, len(dropped)) == (True, 3)


def test_one_that_cannot_be_raised_is_not_printed_and_raised_again(capfd: pytest.CaptureFixture[str]) -> None:
    class Deaf:
        def __del__(self) -> None:
            interrupt()

    def lose() -> None:
        one = Deaf()
        del one
        wait_for_ever()

    with pytest.raises(KeyboardInterrupt), stoppable():
        lose()
    assert capfd.readouterr() == ("", "")


def test_what_is_unraisable_without_a_stop_is_told_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __del__(self) -> None:
            raise ValueError("broken")

    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: told.append(args.exc_value))
    with stoppable():
        one = Broken()
        del one
    assert [str(value) for value in told] == ["broken"]


def test_a_stop_that_tidies_up_is_left_alone() -> None:
    tidied = []

    @contextmanager
    def folder() -> Iterator[None]:
        try:
            yield
        finally:
            time.sleep(3 * AGAIN)
            tidied.append("folder")

    def work() -> None:
        try:
            with folder():
                interrupt()
        finally:
            time.sleep(3 * AGAIN)
            tidied.append("all")

    with pytest.raises(KeyboardInterrupt), stoppable():
        work()
    assert tidied == ["folder", "all"]


@pytest.mark.parametrize("other", [ImportError("half a module"), RuntimeError("__set_name__"), SystemExit(70)])
def test_what_fails_because_of_it_is_the_stop(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], other: BaseException
) -> None:
    def app(**_: object) -> None:
        try:
            interrupt()
        except KeyboardInterrupt:
            raise other from None

    monkeypatch.setattr(main, "command", lambda _: app)
    assert main.main([]) == 130
    assert capfd.readouterr() == ("", "stopped; nothing was written\n")


def test_one_that_comes_while_a_refusal_is_printed(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def app(**_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(main, "command", lambda _: app)
    monkeypatch.setattr(main.errors, "show", lambda _: interrupt())
    assert main.main([]) == 130
    assert capfd.readouterr() == ("", "stopped; nothing was written\n")


@pytest.mark.parametrize("moment", thorough_after(1, ["warnings", "exchange"]))
def test_what_is_written_already_is_not_denied(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path, moment: str
) -> None:
    place = tmp_path / "run"
    place.mkdir()
    (place / "manifest.json").write_text('{"schema": "wellbeva/manifest/1"}')
    exchange = atomic._exchange
    if moment == "warnings":
        monkeypatch.setattr(cache_folder, "pop_cache_warnings", interrupt)
    else:
        monkeypatch.setattr(atomic, "_exchange", lambda *given: (exchange(*given), interrupt()))
    monkeypatch.chdir(ROOT)
    command = ["run", "scenarios/published/stateoflife2021-parkrun.yaml", "--out", str(place)]
    assert main.main(command) == 130
    assert capfd.readouterr().err.splitlines()[-1] == f"stopped; {str(place)!r} is written and complete"
    assert (place / "report.html").is_file()
    assert list(tmp_path.iterdir()) == [place]


def test_an_interrupt_of_the_answer_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(decision_table, "print_decision", lambda *_, **__: interrupt())
    assert main.main(["run", str(ROOT / "scenarios/park-and-neighbours.yaml"), "--out", str(tmp_path / "run")]) == 130
    assert capfd.readouterr().err == "stopped; nothing was written\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("engine", ["blocked", "compiled"])
def test_an_interrupted_cell_of_a_notebook_leaves_nothing_and_the_next_works(
    engine: EngineName, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    park = ROOT / "scenarios/park-and-neighbours.yaml"
    threads = threading.active_count()
    with pytest.raises(KeyboardInterrupt) as stopped:
        api.run(park, draws=200_000, engine=engine, progress=lambda *_: interrupt())
    assert (stopped.value.args, stopped.value.__cause__) == ((), None)
    run = api.run(park, draws=8192, engine=engine)
    monkeypatch.setattr(api.Run, "workbook", lambda _: interrupt())
    with pytest.raises(KeyboardInterrupt):
        run.write(tmp_path / "run")
    monkeypatch.undo()
    assert not list(tmp_path.iterdir())
    assert threading.active_count() == threads
    assert (run.write(tmp_path / "run") / "report.html").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_handlers_of_a_program_that_calls_are_left() -> None:
    def own(*_: object) -> None:
        """Do as the program likes."""

    signal.signal(signal.SIGALRM, own)
    try:
        with stoppable() as stop:
            assert not stop.repeats
            assert signal.getsignal(signal.SIGALRM) is own
    finally:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
