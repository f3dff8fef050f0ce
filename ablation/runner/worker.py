"""A worker process: imports the system once, then runs one trial after the other.

It talks JSON lines over two pipes of its own; whatever the system prints goes to a third, so it
cannot be taken for an answer. When the runner dies its pipe closes, and the worker ends itself
with every process that it started.
"""

import faulthandler
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from time import sleep
from typing import TextIO

from ablation.design import Seeds
from ablation.errors import SystemNotFoundError
from ablation.realisation import Realisation
from ablation.runner.family import MARK, end
from ablation.runner.messages import (
    Alive,
    Hello,
    Message,
    Ready,
    Refused,
    Request,
    read,
    written,
)

_BREATH_S = 2.0


def main() -> None:
    """Answer the runner's messages until it goes away."""
    requests, replies = _private_pipes()
    mark = os.environ.get(MARK, "")
    faulthandler.enable()
    inbox: SimpleQueue[Message] = SimpleQueue()
    mouth = Lock()

    def say(reply: Message) -> None:
        with mouth:
            replies.write(written(reply))
            replies.flush()

    Thread(target=_listen, args=(requests, inbox, mark), daemon=True).start()
    Thread(target=_live, args=(say,), daemon=True).start()
    for reply in _answers(inbox):
        say(reply)


def _live(say: Callable[[Message], None]) -> None:
    """Give a sign of life for as long as other threads may run at all."""
    while True:
        sleep(_BREATH_S)
        say(Alive())


def _answers(inbox: "SimpleQueue[Message]") -> Iterator[Message]:
    hello = inbox.get()
    assert isinstance(hello, Hello)
    try:
        folder = Path(hello.folder) if hello.folder else None
        system = Realisation.find(hello.system, hello.evaluate, folder)
    except SystemNotFoundError as error:
        yield Refused(error.problem)
        return
    yield Ready()
    home = Path.cwd()
    while True:
        request = inbox.get()
        assert isinstance(request, Request)
        os.chdir(home)
        seeds = Seeds(hello.study, request.seed, request.levels)
        yield system.run(request.config, seeds, hello.metrics, request.patches)


def _private_pipes() -> tuple[TextIO, TextIO]:
    """Move the two pipes to the runner out of the way of `print` and `input`."""
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)
    return requests, replies


def _listen(requests: TextIO, inbox: "SimpleQueue[Message]", mark: str) -> None:
    """Pass messages on; when there will be no more, end this process and its children."""
    for line in requests:
        inbox.put(read(line))
    if os.name == "posix" and os.getpgrp() == os.getpid():
        end(os.getpid(), mark)
    os._exit(1)
