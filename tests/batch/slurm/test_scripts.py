"""The scripts, run by bash where Slurm's programs and wellbeva only write down how they were called."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.tiers import thorough_after
from wellbeva.batch.slurm import scripts

HOSTILE = [
    "a b",
    "it's",
    'say "so"',
    "two\nlines",
    "$(touch oops)",
    "`touch oops`",
    "-n",
    "; touch oops",
    "100%j",
    "é*?~",
    "\udcff",
]
PROGRAM = """\
#!/bin/sh
# NAME is called with WORDS: written down, each after its length.
{{ printf '%s\\0' "$(basename "$0")" "$#" "$@"; }} >>'{place}/calls'
answer='{place}/'$(basename "$0")
case "$*" in *--missing*) answer=$answer-missing ;; esac
cat "$answer"; exit "$(cat "$answer-status")"
"""


class Recorder:
    """Programs that write down how they were called, and say what they are told to say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = folder / "programs"
        self.programs.mkdir(parents=True)

    def add(self, name: str, text: str = "", status: int = 0) -> str:
        """Let a program say something; `wellbeva-missing` is wellbeva that is asked what is missing."""
        (self.folder / name).write_text(text and f"{text}\n", "utf-8")
        (self.folder / f"{name}-status").write_text(str(status), "utf-8")
        program = self.programs / name.removesuffix("-missing")
        program.write_text(PROGRAM.format(place=self.folder), "utf-8")
        program.chmod(0o755)
        return str(program)

    def calls(self, name: str) -> list[list[str]]:
        """Return the words of each call of a program."""
        written = iter(os.fsdecode((self.folder / "calls").read_bytes()).split("\0")[:-1])
        calls = []
        for called in written:
            words = [next(written) for _ in range(int(next(written)))]
            if called == name:
                calls.append(words)
        return calls

    def forget(self) -> None:
        (self.folder / "calls").write_text("", "utf-8")


@pytest.fixture
def recorder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    made = Recorder(tmp_path / "recorder")
    made.forget()
    monkeypatch.setenv("PATH", f"{made.programs}:{os.environ['PATH']}")
    monkeypatch.setattr(sys, "executable", made.add("wellbeva"))
    for name, answer in (("sbatch", "12"), ("scancel", ""), ("squeue", "12_1 None"), ("scontrol", "")):
        made.add(name, answer)
    return made


def bash(*words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", *map(str, words)], env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )


def job(folder: Path, **more: object) -> scripts.Job:
    return scripts.Job(folder / "s.yaml", folder / "run", tasks=20, **more)  # type: ignore[arg-type]


def begun(out: Path) -> None:
    """Let a run folder be as if a shard had begun."""
    out.mkdir()
    (out / "plan.json").touch()


@pytest.mark.parametrize("name", thorough_after(4, HOSTILE))
def test_a_hostile_name_is_a_word_and_nothing_else(
    name: str, recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / name)
    scenario, out = Path(f"{name}.yaml"), Path(name)
    folder, _ = scripts.write_scripts(
        scripts.Job(scenario, out, options=(f"--set={name}", f"--variant={name}"), variant=name, tasks=20)
    )
    here = tmp_path / name
    assert bash(folder / "submit.sh").returncode == 0
    assert recorder.calls("wellbeva") == [
        ["-P", "-m", "wellbeva", "cache", "warm", f"--variant={name}", str(here / scenario), "--quiet"]
    ]
    log = next(word for word in recorder.calls("sbatch")[0] if word.startswith("--output="))
    assert log == f"--output={folder}/logs/%a.log".replace(name, name.replace("%", "%%"))
    recorder.forget()
    recorder.add("wellbeva-missing", "3,17-19")
    begun(here / out)
    assert bash(folder / "array.sh", SLURM_ARRAY_TASK_ID="3").returncode == 0
    assert bash(folder / "merge.sh", "12", "0").returncode == 0
    run, missing = (words[3:] for words in recorder.calls("wellbeva"))
    options = [f"--set={name}", f"--variant={name}", "--threads=1", f"--out={here / out}"]
    assert run == ["run", *options, str(here / scenario), "--shard=3/20"]
    assert missing == ["merge", "--missing=20", str(here / out)]
    assert not list(tmp_path.rglob("oops"))


def test_what_is_missing_is_sent_again_three_times_and_then_named(recorder: Recorder, tmp_path: Path) -> None:
    folder, _ = scripts.write_scripts(job(tmp_path, at_once=4))
    bash(folder / "submit.sh")
    first, merge, watch = recorder.calls("sbatch")
    assert "--array=1-20%4" in first
    assert "--dependency=afterany:12" in merge
    assert merge[-3:] == ["./merge.sh", "12", "0"]
    assert watch[-2:] == ["./watch.sh", "12"]
    recorder.add("wellbeva-missing", "3,17-19")
    begun(tmp_path / "run")
    for sent in range(3):
        recorder.forget()
        done = bash(folder / "merge.sh", "12", sent)
        assert (done.returncode, recorder.calls("scancel")) == (0, [["--quiet", "--name=watch-12"]])
        assert f"parts of the shards 3,17-19 are missing: sent again, {sent + 1} of 3" in done.stdout
        array, merge, _ = recorder.calls("sbatch")
        assert "--array=3,17-19%4" in array
        assert merge[-3:] == ["./merge.sh", "12", str(sent + 1)]
    recorder.forget()
    recorder.add("wellbeva", "parts are missing", status=3)
    done = bash(folder / "merge.sh", "12", 3)
    assert (done.returncode, done.stderr) == (3, "")
    assert "parts are missing" in done.stdout
    assert recorder.calls("sbatch") == []
    # A folder that cannot be read is told at once.
    recorder.add("wellbeva-missing", "another run", status=2)
    assert bash(folder / "merge.sh", "12", 0).returncode == 2


def test_where_no_task_could_begin_or_all_is_done_a_shard_tells(recorder: Recorder, tmp_path: Path) -> None:
    folder, _ = scripts.write_scripts(job(tmp_path))
    for status in (0, 2):  # the results stand; those of another run stand
        recorder.add("wellbeva", status=status)
        recorder.forget()
        assert bash(folder / "merge.sh", "12", "0").returncode == status
        (run,) = recorder.calls("wellbeva")
        assert "--shard=1/20" in run


def test_nothing_is_left_in_the_queue_if_the_merge_is_refused(recorder: Recorder, tmp_path: Path) -> None:
    folder, _ = scripts.write_scripts(job(tmp_path))
    sbatch = recorder.programs / "sbatch"
    sbatch.write_text('#!/bin/sh\ncase "$*" in *merge*) echo "no more jobs" >&2; exit 1;; esac\necho "12;cluster"\n')
    done = bash(folder / "submit.sh")
    assert (done.returncode, done.stderr) == (1, "no more jobs\n")
    assert recorder.calls("scancel") == [["12"]]


def test_a_task_that_slurm_holds_is_cancelled_and_one_that_a_person_holds_is_not(
    recorder: Recorder, tmp_path: Path
) -> None:
    folder, _ = scripts.write_scripts(job(tmp_path, time="0:20:00"))
    recorder.add("squeue", "12_3 launch failed requeued held\n12_4 JobHeldUser\n12_5 Resources\n12_6 JobHoldMaxRequeue")
    assert bash(folder / "watch.sh", "12").returncode == 0
    assert recorder.calls("scancel") == [["12_3"], ["12_6"]]
    assert "--begin=now+1200" in recorder.calls("sbatch")[0]
    recorder.forget()
    recorder.add("squeue", "slurm_load_jobs error: Invalid job id specified", status=1)
    assert bash(folder / "watch.sh", "12").returncode == 0
    assert recorder.calls("sbatch") == []


def test_the_signal_before_the_end_reaches_the_run(recorder: Recorder, tmp_path: Path) -> None:
    folder, _ = scripts.write_scripts(job(tmp_path))
    program, begun = Path(sys.executable), tmp_path / "begun"
    program.write_text(f"#!/bin/bash\ntrap 'exit 7' TERM\n: >'{begun}'\nwhile :; do sleep 0.05; done\n")
    task = subprocess.Popen(["bash", str(folder / "array.sh")], env={**os.environ, "SLURM_ARRAY_TASK_ID": "1"})
    while not begun.exists():
        time.sleep(0.01)
    task.send_signal(signal.SIGTERM)
    assert task.wait(10) == 7
