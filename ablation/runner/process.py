"""One worker process as its runner sees it: started, spoken to, listened to, killed.

Two threads read its pipes, one for replies and one for whatever the system prints, of which the
last words are kept: they say why a process died.
"""

import os
import secrets
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from time import perf_counter
from typing import IO

from ablation.plan import PlannedTrial
from ablation.runner.family import MARK, end
from ablation.runner.limits import Limits
from ablation.runner.messages import LONGEST, Hello, Message, Request, read, written

_LAST_WORDS = 4_000  # bytes of output kept
_PATIENCE_S = 0.5
_GRACE_S = 1.0
_BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
_ONE_THREAD = {
    f"{library}_NUM_THREADS": "1"
    for library in ("OMP", "MKL", "OPENBLAS", "NUMEXPR", "VECLIB_MAXIMUM", "BLIS")
}


class Worker:
    """A process that runs trials, and the trial that it has."""

    def __init__(self, hello: Hello, events: "SimpleQueue[tuple[Worker, Message | None]]") -> None:
        self.planned: PlannedTrial | None = None
        self.ready = False
        self._began = self._heard_at = perf_counter()
        self._events = events
        self._last_words = b""
        self._mark = secrets.token_hex(8)
        self._process = subprocess.Popen(  # noqa: S603  # argv is this Python and our own file
            [sys.executable, "-P", str(_BOOTSTRAP), *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **_ONE_THREAD, "PYTHONHASHSEED": "0", MARK: self._mark},
            start_new_session=True,
        )
        self._input = _open(self._process.stdin)
        replies, output = _open(self._process.stdout), _open(self._process.stderr)
        self._listener = Thread(target=self._hear, args=(replies,), daemon=True)
        self._overhearer = Thread(target=self._overhear, args=(output,), daemon=True)
        self._listener.start()
        self._overhearer.start()
        self._send(hello)

    @property
    def idle(self) -> bool:
        """Whether it waits for a trial: one that was noticed dead, or hung up on, does not."""
        return self.ready and self.planned is None and not self._input.closed

    def exceeded(self, limits: Limits) -> str | None:
        """Say which limit its trial is over, if any."""
        now = perf_counter()
        silent_s = now - max(self._began, self._heard_at)
        return limits.exceeded(self._process.pid, now - self._began, silent_s)

    @property
    def elapsed_s(self) -> float:
        """How long it has had its trial."""
        return perf_counter() - self._began

    def start(self, planned: PlannedTrial) -> None:
        """Hand it a trial; should it be dead, that will be heard like any other death."""
        self.planned = planned
        self._began = perf_counter()
        self._send(Request(planned.seed, planned.config, planned.levels, planned.patches))

    def notice(self) -> None:
        """See whether it died while children of its own still hold its pipes; report it then."""
        if self._process.poll() is not None:
            self.kill()
            self._events.put((self, None))

    def kill(self) -> None:
        """End it with every process it started, and wait until it is gone."""
        if os.name == "posix":
            end(self._process.pid, self._mark)
        else:
            self._process.kill()
        self._process.wait()
        with suppress(OSError):  # a message it never read
            self._input.close()
        self._listener.join(_PATIENCE_S)
        self._overhearer.join(_PATIENCE_S)

    def obituary(self) -> str:
        """Say how it died, and its last words."""
        with suppress(subprocess.TimeoutExpired):  # its pipe closes a moment before it ends
            self._process.wait(_GRACE_S)
        self.kill()
        how = _ending(self._process.returncode)
        words = self._last_words.decode("utf-8", "replace").strip()
        return f"the worker process died: {how}" + (f"\nIts last words:\n{words}" if words else "")

    def _send(self, message: Message) -> None:
        try:
            self._input.write(written(message).encode())
            self._input.flush()
        except OSError:
            self.kill()

    def _hear(self, replies: IO[bytes]) -> None:
        with replies, suppress(ValueError):  # no message: as good as dead
            while line := replies.readline(LONGEST + 1):
                self._heard_at = perf_counter()
                self._events.put((self, read(line.decode())))
        self._events.put((self, None))

    def _overhear(self, output: IO[bytes]) -> None:
        with output:
            while words := os.read(output.fileno(), 1 << 16):
                self._last_words = (self._last_words + words)[-_LAST_WORDS:]


def _ending(code: int) -> str:
    """Name what ended a process; a real-time signal has a number only."""
    names = {each.value: each.name for each in signal.Signals}
    return f"exit code {code}" if code >= 0 else f"killed by {names.get(-code, -code)}"


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
