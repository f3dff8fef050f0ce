"""The command `causal` as a shell would run it: its words in, exit code and both streams out."""

import io
import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from causal.cli import main


class Ending(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Ending]


def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> Run:
    """Run `causal`, or one of its commands, in this process."""

    def run(*arguments: str, stdin: str = "") -> Ending:
        monkeypatch.setattr(sys, "argv", ["causal", *words, *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ending:
            main()
        assert isinstance(ending.value.code, int)
        return Ending(ending.value.code, *capsys.readouterr())

    return run
