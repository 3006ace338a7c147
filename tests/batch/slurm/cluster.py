"""A Slurm cluster on this machine: slurmctld, slurmd and munge from the distribution, and nothing left after it.

Each of its nodes has a network and processes of its own, so that it can die whole or be cut off. Where that is not
allowed there is one node, which shares ours.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PROGRAMS = ("slurmctld", "slurmd", "munged", "sbatch", "scontrol", "squeue")
NETWORK = f"198.18.{os.getpid() % 256}"
"""Of addresses that are kept for tests; a cluster that was killed leaves the names of its network behind."""
PATH = f"/usr/sbin:/sbin:{os.environ['PATH']}"


def lacking() -> str:
    """Say what keeps a cluster from being started here; empty if nothing does."""
    if os.geteuid() != 0:
        return "a cluster needs root"
    missing = [program for program in PROGRAMS if shutil.which(program, path=PATH) is None]
    return f"not installed: {', '.join(missing)}" if missing else ""


def can_be_apart() -> bool:
    """Whether nodes may have a network and processes of their own."""
    tried = f"wbtry{os.getpid()}"
    apart = ["unshare", "--pid", "--mount", "--fork", "--mount-proc", "true"]
    try:
        return not any(
            subprocess.run(words, capture_output=True, env={"PATH": PATH}, check=False).returncode
            for words in (
                ["ip", "netns", "add", tried],
                ["ip", "link", "add", f"{tried}b", "type", "bridge"],
                ["ip", "netns", "exec", tried, *apart],
            )
        )
    except FileNotFoundError:
        return False
    finally:
        with contextlib.suppress(FileNotFoundError):
            for words in (["ip", "link", "del", f"{tried}b"], ["ip", "netns", "del", tried]):
                subprocess.run(words, capture_output=True, env={"PATH": PATH}, check=False)


class Cluster:
    """A cluster that runs.

    Parameters
    ----------
    folder : Path
        For its state and logs; short, for it holds sockets.
    nodes : int
        With more than one, each is apart from the others.
    """

    def __init__(self, folder: Path, nodes: int) -> None:
        self.folder = folder
        self.names = [f"n{number}" for number in range(1, nodes + 1)]
        self.apart = nodes > 1
        self.environment = {**os.environ, "PATH": PATH, "SLURM_CONF": str(folder / "slurm.conf")}
        self._tag = f"wb{os.getpid()}"
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def do(self, *words: str, must: bool = True) -> str:
        """Run a program, which must succeed unless it need not, and return what it prints."""
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0 or not must, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def start(self) -> None:
        (self.folder / "state").mkdir()
        (self.folder / "munge.key").write_bytes(secrets.token_bytes(1024))
        (self.folder / "munge.key").chmod(0o400)
        (self.folder / "cgroup.conf").write_text("CgroupPlugin=disabled\n")
        # What fails before a task begins: Slurm then drains the node and holds the task.
        (self.folder / "prolog").write_text(f'#!/bin/sh\n[ ! -e "{self.folder}/broken-$SLURMD_NODENAME" ]\n')
        (self.folder / "prolog").chmod(0o755)
        if self.apart:
            self._connect()
        self._write_conf()
        munge = [f"--{name}={self.folder}/munge.{end}" for name, end in MUNGE_FILES]
        self._begin("munged", "munged", "--foreground", "--force", "--num-threads=2", *munge)
        self.until((self.folder / "munge.socket").exists, 10)
        self._begin("slurmctld", "slurmctld", "-D")
        for name in self.names:
            self.begin_node(name)
        self.until(lambda: self.states().count("idle") == len(self.names), 30)

    def _connect(self) -> None:
        self.do("ip", "link", "add", self._tag, "type", "bridge")
        self.do("ip", "address", "add", f"{NETWORK}.1/24", "dev", self._tag)
        self.do("ip", "link", "set", self._tag, "up")
        for number, name in enumerate(self.names, 11):
            space, outside = self._tag + name, f"{self._tag}v{name}"
            self.do("ip", "netns", "add", space)
            self.do("ip", "link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", space)
            self.do("ip", "link", "set", outside, "master", self._tag, "up")
            inside = ("ip", "-netns", space)
            self.do(*inside, "address", "add", f"{NETWORK}.{number}/24", "dev", "eth0")
            self.do(*inside, "link", "set", "eth0", "up")
            self.do(*inside, "link", "set", "lo", "up")

    def _write_conf(self) -> None:
        with contextlib.ExitStack() as stack:
            free = [stack.enter_context(socket.socket()) for _ in range(len(self.names) + 1)]
            for one in free:
                one.bind(("", 0))
            port, *ports = (one.getsockname()[1] for one in free)
        host = socket.gethostname().partition(".")[0]
        nodes = [
            f"NodeName={name} NodeHostname={host} NodeAddr={f'{NETWORK}.{number}' if self.apart else '127.0.0.1'} "
            f"Port={own} CPUs=1 RealMemory=1000 State=UNKNOWN"
            for number, (name, own) in enumerate(zip(self.names, ports, strict=True), 11)
        ]
        template = Path(__file__).with_name("slurm.conf").read_text("utf-8")
        address = f"{NETWORK}.1" if self.apart else "127.0.0.1"
        text = template.format(host=host, address=address, port=port, folder=self.folder, nodes="\n".join(nodes))
        (self.folder / "slurm.conf").write_text(text, "utf-8")

    def _begin(self, key: str, *words: str) -> None:
        # It dies with us, however we end.
        with (self.folder / f"{key}.out").open("ab") as file:
            self._running[key] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *words], env=self.environment, stdout=file, stderr=file
            )

    def begin_node(self, name: str) -> None:
        daemon = ["slurmd", "-D", "-N", name]
        if self.apart:
            own = ["ip", "netns", "exec", self._tag + name]
            daemon = [*own, "unshare", "--pid", "--mount", "--fork", "--kill-child", "--mount-proc", *daemon]
        self._begin(name, *daemon)

    def kill_node(self, name: str) -> None:
        """End all processes of a node at once, as a loss of power does."""
        self._running[name].kill()
        self._running.pop(name).wait()

    def link(self, name: str, state: str) -> None:
        """Cut a node off (`down`), or let it come back (`up`); what it runs goes on."""
        self.do("ip", "link", "set", f"{self._tag}v{name}", state)

    def states(self) -> list[str]:
        """Return the states of nodes, as sinfo prints them."""
        return self.do("sinfo", "--noheader", "--Node", "--format=%t", must=False).split()

    def jobs(self, *options: str) -> list[list[str]]:
        """Return what is queued: number and task, state, node, reason."""
        lines = self.do("squeue", "--noheader", "--array", "--format=%i|%T|%N|%r|%j", *options).splitlines()
        return [line.split("|") for line in lines]

    def processes(self, name: str, wanted: str) -> Iterator[int]:
        """Yield the processes of a node that have a text in their command line."""
        own = Path(f"/run/netns/{self._tag}{name}").stat().st_ino
        for place in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (place / "ns/net").stat().st_ino == own and wanted.encode() in (place / "cmdline").read_bytes():
                    yield int(place.name)

    def until(self, true: Callable[[], object], seconds: float) -> float:
        """Wait, and return how long it took.

        Parameters
        ----------
        true : callable
        seconds : float
            At most.
        """
        began = time.monotonic()
        while not true():
            assert time.monotonic() < began + seconds, f"{seconds} s were not enough: {self.tell()}"
            time.sleep(0.2)
        return time.monotonic() - began

    def tell(self) -> str:
        """Return what a person would look at first."""
        logs = [f"{path.name}: {path.read_text('utf-8', 'replace')[-1500:]}" for path in self.folder.glob("*.log")]
        return "\n".join([str(self.states()), str(self.jobs()), *logs])

    def stop(self) -> None:
        # What a node of its own runs dies with it; what one that shares ours runs does not.
        self.do("scancel", "--me", must=False)
        deadline = time.monotonic() + 10
        while not self.apart and self.do("squeue", "--noheader", must=False) and time.monotonic() < deadline:
            time.sleep(0.2)
        for name in [*self.names, "slurmctld", "munged"]:
            if name in self._running:
                process = self._running.pop(name)
                process.kill() if self.apart and name in self.names else process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        if self.apart:
            for name in self.names:
                self.do("ip", "netns", "del", self._tag + name, must=False)
            self.do("ip", "link", "del", self._tag, must=False)


MUNGE_FILES = (
    ("key-file", "key"),
    ("socket", "socket"),
    ("pid-file", "pid"),
    ("log-file", "log"),
    ("seed-file", "seed"),
)
