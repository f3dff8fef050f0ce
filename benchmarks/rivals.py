"""The rivals' own environment, and one process a tool that answers timed requests.

We answer from such a process too, so that nobody is timed in a warmer place than the others.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from shutil import which
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "benchmarks"
OWN = ("causal", "causal, certificate", "ablation")  # we answer from our own environment
IN_R = ("causaleffect", "causaleffect, simplified", "dosearch")  # packages of R, if it has them


@dataclass(frozen=True)
class Absent:
    """A tool that cannot be measured here, and why."""

    reason: str

    def __str__(self) -> str:
        return f"not run: {self.reason}"


@cache
def rivals_python(environment: str = "rivals") -> Path | Absent:
    """The Python in which some rivals are installed; installs them when that is not done yet."""
    folder, listed = ROOT / f".venv-{environment}", FOLDER / f"{environment}.txt".replace("-", "_")
    stamp, python = folder / ".installed", folder / "bin" / "python"
    pins = listed.read_text()
    if stamp.exists() and stamp.read_text() == pins and python.exists():
        return python
    print(f"installing rivals into {folder.name} (once; about a minute)", file=sys.stderr)
    create = [sys.executable, "-m", "venv", "--clear", str(folder)]
    install = [
        str(python),
        *["-m", "pip", "install", "--disable-pip-version-check", "-r"],
        str(listed),
    ]
    for step in (create, install):
        ending = subprocess.run(step, capture_output=True, text=True, check=False)
        if ending.returncode:
            errors = [line for line in ending.stderr.splitlines() if line.startswith("ERROR")]
            said = (errors or ending.stderr.splitlines() or ["installation failed"])[-1]
            return Absent(said.removeprefix("ERROR: "))
    stamp.write_text(pins)
    return python


@cache
def in_r(package: str) -> Absent | None:
    """Why a package of R cannot be measured, if it cannot; nothing of R is installed by us."""
    if (rscript := which("Rscript")) is None:
        return Absent("there is no R")
    ask = f"quit(status = !requireNamespace('{package}', quietly = TRUE))"
    ending = subprocess.run([rscript, "-e", ask], capture_output=True, check=False)
    return Absent(f"R has no package {package}") if ending.returncode else None


def command_of(tool: str) -> list[str] | Absent:
    """The process that answers for a tool: ours, one in the rivals' Python, or one in R."""
    if tool in IN_R:
        absent = in_r(tool.partition(",")[0])
        return absent or ["Rscript", "--vanilla", str(FOLDER / "rivals_worker.R"), tool]
    python: Path | Absent = Path(sys.executable)
    if tool not in OWN:
        python = rivals_python("rivals-ananke" if tool == "ananke" else "rivals")
    if isinstance(python, Absent):
        return python
    return [str(python), str(FOLDER / "rivals_worker.py"), tool]


@dataclass
class Worker:
    """One tool in a process of its own; a request that takes too long ends the process."""

    tool: str
    command: list[str]
    limit: float = 20.0
    process: subprocess.Popen[str] | None = field(default=None, init=False)

    def ask(self, request: Mapping[str, object]) -> dict[str, object] | Absent:
        """One answer, with the seconds that the tool took for it."""
        if self.process is None:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            started = self._answer(60)
            if isinstance(started, Absent):
                return started
        assert self.process.stdin is not None
        line = _for_r(request) if self.tool in IN_R else json.dumps(request)
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self._answer(self.limit)

    def _answer(self, limit: float) -> dict[str, object] | Absent:
        assert self.process is not None
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], limit)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            reason = f"{self.tool} ended" if ready else f"more than {limit:g} s"
            self.close()
            return Absent(reason)
        answer = json.loads(line)
        return Absent(answer["error"]) if "error" in answer else answer

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


def _for_r(request: Mapping[str, Any]) -> str:
    """A request as R reads it: fields between tabs, edges as ``A>B`` and ``A-B``."""
    directed = " ".join(map(">".join, request["directed"]))
    hidden = " ".join(map("-".join, request["bidirected"]))
    return "\t".join((request["x"], request["y"], directed, hidden))


def workers(tools: Iterable[str], limit: float = 20.0) -> dict[str, Worker | Absent]:
    """A worker for every tool that has a place to run; each has ``limit`` seconds an answer."""
    places = {tool: command_of(tool) for tool in tools}
    return {
        tool: place if isinstance(place, Absent) else Worker(tool, place, limit)
        for tool, place in places.items()
    }


def dismiss(tools: Mapping[str, Worker | Absent]) -> None:
    """End all processes."""
    for worker in tools.values():
        if isinstance(worker, Worker):
            worker.close()


@dataclass
class Race:
    """Answers of several tools to the same requests, taken in turns."""

    tools: dict[str, Worker | Absent]
    seconds: dict[str, list[float]] = field(default_factory=dict, init=False)
    answers: dict[str, list[object]] = field(default_factory=dict, init=False)
    lengths: dict[str, list[int]] = field(default_factory=dict, init=False)
    absent: dict[str, Absent] = field(default_factory=dict, init=False)

    def run(self, requests: Iterable[Mapping[str, object]], *, repeats: int) -> None:
        """Ask everybody everything, each round in the other order."""
        names = list(self.tools)
        for request in requests:
            for turn in range(repeats):
                for name in names if turn % 2 else reversed(names):
                    self._ask(name, request, first=turn == 0)

    def _ask(self, name: str, request: Mapping[str, object], *, first: bool) -> None:
        if name in self.absent:  # who was too slow once is not waited for again
            return
        worker = self.tools[name]
        answer = worker if isinstance(worker, Absent) else worker.ask(request)
        if isinstance(answer, Absent):
            self.absent[name] = answer
        else:
            self.seconds.setdefault(name, []).append(float(str(answer["seconds"])))
            if first:
                self.answers.setdefault(name, []).append(answer["answer"])
                if formula := answer.get("formula"):
                    self.lengths.setdefault(name, []).append(len(str(formula)))

    def ratio(self, name: str, to: str) -> str:
        """How many times as long one tool takes as another; empty when one was not run."""
        one, other = self.time(name), self.time(to)
        if isinstance(one, Absent) or isinstance(other, Absent):
            return ""
        return f"{one / other:.{0 if one >= 9.95 * other else 1}f}x"

    def milliseconds(self, name: str) -> str:
        """The median time as text, or why there is none."""
        time = self.time(name)
        return str(time) if isinstance(time, Absent) else f"{1000 * time:.3f}"

    def agreement(self) -> str:
        """On how many of the requests all that answered say the same."""
        said = [answers for name, answers in self.answers.items() if name not in self.absent]
        if len(said) < 2:
            return ""
        rows = list(zip(*said, strict=True))
        return f"{sum(all(one == row[0] for one in row) for row in rows)} of {len(rows)}"

    def time(self, name: str) -> float | Absent:
        """The median, unless some request went without an answer."""
        return self.absent[name] if name in self.absent else median(self.seconds[name])
