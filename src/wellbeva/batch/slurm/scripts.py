"""The scripts: one for a task of the array, one for the merge, one that looks for held tasks, one that sends them all.

What a person wrote comes into a script through `shlex.quote` alone: no template decides that for itself.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import jinja2

from wellbeva.core import atomic
from wellbeva.errors import Diagnostic, WellbevaError, refusal

SCRIPTS: Final = ("submit.sh", "array.sh", "merge.sh", "watch.sh")
AGAIN: Final = 3
"""How often missing shards are sent again."""
HOUR: Final = 3600
SHORTEST: Final = 180
"""Seconds: a task is told to end 60 before its time is up, and Slurm may do so 60 earlier."""
USUAL_ARRAY: Final = 1001
"""`MaxArraySize` where nobody has set it."""
_TIME: Final = re.compile(r"(?:(?P<days>\d{1,5})-)?(?P<first>\d{1,7})(?::(?P<second>\d{1,2}))?(?::(?P<third>\d{1,2}))?")
_MEMORY: Final = re.compile(r"\d{1,9}[KMGT]?", re.IGNORECASE)
_NAME: Final = re.compile(r"[\w.][\w.,@+-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Job:
    """A run that Slurm shall do.

    Parameters
    ----------
    scenario, out : Path
        The scenario file, and the run folder.
    options : sequence of str
        Of ``wellbeva run``, as words of a command line.
    variant : str
        Empty for none; among the options too.
    tasks : int
        Shards; fewer where Slurm takes no array of so many.
    threads : int
        Of a task.
    at_once : int
        Tasks that may run at once; 0 for no bound.
    time, memory : str
        Of a task, as Slurm writes them; empty for what the cluster gives.
    partition, account : str
        Empty for what the cluster gives.
    """

    scenario: Path
    out: Path
    options: Sequence[str] = ()
    variant: str = ""
    tasks: int = 64
    threads: int = 1
    at_once: int = 0
    time: str = ""
    memory: str = ""
    partition: str = ""
    account: str = ""

    @property
    def folder(self) -> Path:
        """Where the scripts and logs stand: beside the run folder, whose place the results take in one step."""
        out = self.out.resolve()
        return out.with_name(f"{out.name}-slurm")

    def refuse_unusable(self) -> None:
        """Refuse what Slurm would refuse, or worse, take in another sense.

        Raises
        ------
        WellbevaError
            ``WB-R261``, for each such option.
        """
        seconds = seconds_of(self.time) if self.time else 0
        clock, size = "give minutes, as 90, or 1:30:00, or 2-12: days and hours", "give megabytes, as 2000, or 2G"
        known = "give one that `sinfo` or `sacctmgr show user -s` lists"
        wanted: tuple[tuple[str, int | str, bool, str, str], ...] = (
            ("--tasks", self.tasks, self.tasks >= 1, "a number of tasks", "give 1 or more"),
            ("--threads", self.threads, self.threads >= 1, "a number of threads", "give 1 or more"),
            ("--at-once", self.at_once, self.at_once >= 0, "a number of tasks", "give 1 or more, or 0 for no bound"),
            ("--time", self.time, seconds is not None, "a time that Slurm knows", clock),
            (
                "--time",
                self.time,
                not 0 < (seconds or 0) < SHORTEST,
                "time enough for a task",
                "give 3 minutes or more",
            ),
            ("--memory", self.memory, not self.memory or bool(_MEMORY.fullmatch(self.memory)), "a size", size),
            ("--partition", self.partition, _could_be_name(self.partition), "the name of a partition", known),
            ("--account", self.account, _could_be_name(self.account), "the name of an account", known),
        )
        faults = [
            Diagnostic("WB-R261", f"Slurm cannot take {option} {value!r}", facts=(f"it is not {kind}",), remedy=remedy)
            for option, value, good, kind, remedy in wanted
            if not good
        ]
        if faults:
            raise WellbevaError(faults)


def seconds_of(time: str) -> int | None:
    """Read a time limit as Slurm does; None if it is not one.

    Examples
    --------
    >>> [seconds_of(time) for time in ("90", "1:30", "1:30:00", "2-12", "2-12:30:00", "soon", "1:75")]
    [5400, 90, 5400, 216000, 217800, None, None]
    """
    read = _TIME.fullmatch(time)
    if read is None:
        return None
    days, first, second, third = (int(text or 0) for text in read.groups())
    if max(second, third) > 59:
        return None
    if read["days"] or read["third"]:  # else minutes come first
        return ((days * 24 + first) * 60 + second) * 60 + third
    return first * 60 + second


def write_scripts(job: Job) -> tuple[Path, int]:
    """Write the scripts of a job, in the place of those that stand there.

    Parameters
    ----------
    job : Job
        Whose options Slurm takes: see `Job.refuse_unusable`.

    Returns
    -------
    tuple of Path and int
        Their folder, and the tasks of the array.

    Raises
    ------
    OSError
        If the system refuses.
    """
    tasks = min(job.tasks, largest_array() - 1)
    account = [f"--{name}={value}" for name in ("partition", "account") if (value := getattr(job, name))]
    limits = [
        *account,
        *(f"--{option}={value}" for option, value in (("time", job.time), ("mem", job.memory)) if value),
    ]
    # Absolute, so that no name is taken for an option; a link to the scenario stays, for files beside it are read, too.
    out, scenario = str(job.out.resolve()), str(job.scenario.absolute())
    words = {
        "name": "-".join(["wellbeva", *re.findall(r"[A-Za-z0-9_]+", job.scenario.stem)])[:64],
        "limits": limits,
        "account": account,
        "threads": job.threads,
        "tasks": tasks,
        "again": AGAIN,
        "at_once": job.at_once,
        "every": (seconds_of(job.time) if job.time else 0) or HOUR,
        # A file called wellbeva beside the scenario is not run: `-P` looks for modules in none of the person's folders.
        "wellbeva": [sys.executable, "-P", "-m", "wellbeva"],
        "run": [*job.options, f"--threads={job.threads}", f"--out={out}", scenario],
        "warm": [f"--variant={job.variant}", scenario],
        "workplace": str(Path.cwd()),
        "folder": str(job.folder),
        # Slurm puts numbers in the place of `%a` and its like.
        "logs": str(job.folder / "logs").replace("%", "%%"),
        "out": out,
        "plan": f"{out}/plan.json",
    }
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("wellbeva.batch.slurm"),
        autoescape=False,  # noqa: S701 - these are scripts of a shell, whose escape is `finalize`
        finalize=_quoted,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    (job.folder / "logs").mkdir(parents=True, exist_ok=True)
    for name in SCRIPTS:
        atomic.write(job.folder / name, os.fsencode(templates.get_template(f"{name}.j2").render(words)))
    return job.folder, tasks


def submit(folder: Path) -> str:
    """Send a job to Slurm, and return what its script says of it.

    Parameters
    ----------
    folder : Path
        Of `write_scripts`.

    Raises
    ------
    WellbevaError
        ``WB-R262`` if Slurm refuses it.
    """
    words = ["bash", str(folder / "submit.sh")]
    done = subprocess.run(words, check=False, capture_output=True, text=True, errors="replace")  # noqa: S603
    if done.returncode:
        said = tuple(line.strip() for line in done.stderr.splitlines() if "sbatch" in line) or (done.stderr[-500:],)
        remedy = "change what it names, by the options or in the scripts, and send them again"
        raise refusal("WB-R262", "Slurm did not take the job", remedy, *said)
    return done.stdout


def refuse_without_slurm() -> None:
    """Refuse to send anything where there is no Slurm.

    Raises
    ------
    WellbevaError
        ``WB-R260``.
    """
    if shutil.which("sbatch") is None:
        fact = "no program `sbatch` is on the search path"
        remedy = "log in to the cluster first; or leave out --submit, and run the script submit.sh there"
        raise refusal("WB-R260", "there is no Slurm on this machine", remedy, fact)


def largest_array() -> int:
    """Return `MaxArraySize` of this machine's Slurm, or what is usual if none answers."""
    try:
        words = ["scontrol", "show", "config"]
        settings = subprocess.run(words, check=False, capture_output=True, text=True, timeout=20)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return USUAL_ARRAY
    size = re.search(r"^MaxArraySize\s*=\s*(\d+)$", settings.stdout, re.MULTILINE)
    return max(int(size[1]), 2) if size else USUAL_ARRAY


def _could_be_name(text: str) -> bool:
    return not text or bool(_NAME.fullmatch(text))


def _quoted(value: object) -> str:
    """Return a value as the words of a shell."""
    return shlex.join(value) if isinstance(value, list) else shlex.quote(str(value))
