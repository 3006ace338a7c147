"""A copy of the process does its work, or the process itself does, with the same result and the same errors."""

from __future__ import annotations

import subprocess
import sys

import pytest

from wellbeva.core.second_process import second_process, serving_process, waiting_process

ALLOWED = """
import os, signal, sys, threading, time
from wellbeva.core.second_process import allow_copies, second_process, serving_process, waiting_process
allow_copies()
os.sched_getaffinity = lambda _: {0, 1}
here = os.getpid()
"""
WAITS_FOR_A_COPY = "with second_process(os.getpid) as result: assert result() != here"
A_LARGE_RESULT = "with second_process(lambda: bytes(10**7)) as result: assert result() == bytes(10**7)"
ARRAYS = """
import numpy as np
made = [np.arange(7.0), np.ones((3, 5), bool), np.zeros(0), np.arange(12)[::2], np.ones((9, 9)), np.array(["x", None])]
with second_process(lambda: made) as result: came = result()
assert all(map(np.array_equal, came, made)) and all(one.flags.writeable and one.flags.aligned for one in came)
with second_process(lambda: made[2]) as result: assert not result().size
"""
THREADS = """
held = threading.Event()
threading.Thread(target=held.wait).start()
with second_process(os.getpid) as result: assert result() == here
held.set()
"""
WHAT_FAILS_IN_THE_COPY_IS_DONE_HERE = """
def only_here():
    if os.getpid() != here: raise ValueError("in the copy")
    return here
with second_process(only_here) as result: assert result() == here
with second_process(lambda: os.kill(os.getpid(), signal.SIGKILL) if os.getpid() != here else here) as result:
    assert result() == here
"""
WORK_IS_GIVEN_LATER = """
prepare = lambda: signal.signal(signal.SIGUSR1, signal.SIG_IGN)
with waiting_process(prepare, lambda *given: (signal.getsignal(signal.SIGUSR1), *given)) as begin:
    assert begin(bytes(10**7))() == (signal.SIG_IGN, bytes(10**7)) != (signal.getsignal(signal.SIGUSR1), bytes(10**7))
with waiting_process(lambda: os.kill(os.getpid(), signal.SIGKILL), os.getpid) as begin: assert begin()() == here
with waiting_process(lambda: time.sleep(600), os.getpid): pass
"""
WORK_IS_GIVEN_AGAIN_AND_AGAIN = """
with serving_process(lambda: None, lambda *given: (os.getpid(), *given)) as call:
    (process, *_), *others = (call(bytes(10**6), number) for number in range(3))
    assert process != here and [(process, bytes(10**6), number) for number in (1, 2)] == others
    os.kill(process, signal.SIGKILL)
    assert call(1) == call(1) == (here, 1)
with serving_process(lambda: time.sleep(600), lambda: None): pass
"""
AN_ERROR_ENDS_IT = """
try:
    with second_process(lambda: time.sleep(600)) as result: raise KeyboardInterrupt
except KeyboardInterrupt:
    pass
"""
NOTHING_IS_LEFT = """
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    sys.exit(0)
sys.exit("a process is left")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux alone")
@pytest.mark.parametrize(
    "code",
    [
        WAITS_FOR_A_COPY,
        A_LARGE_RESULT,
        ARRAYS,
        THREADS,
        WHAT_FAILS_IN_THE_COPY_IS_DONE_HERE,
        WORK_IS_GIVEN_LATER,
        WORK_IS_GIVEN_AGAIN_AND_AGAIN,
        AN_ERROR_ENDS_IT,
    ],
)
def test_a_process_of_our_own(code: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", ALLOWED + code + NOTHING_IS_LEFT],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_somebody_else_s_process_is_not_copied() -> None:
    here = object()
    with second_process(lambda: here) as result:
        assert result() is here
    with waiting_process(lambda: pytest.fail("prepared"), lambda given: given) as begin:
        assert begin(here)() is here
    with serving_process(lambda: pytest.fail("prepared"), lambda given: given) as call:
        assert call(here) is here
