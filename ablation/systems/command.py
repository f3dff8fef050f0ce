"""A system that is a command: training in several processes, or in another language.

`command: torchrun --nproc-per-node=2 train.py {config} {result}` reads one JSON file and writes
another. No shell takes part: the words are split as a shell would, then handed to the program.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ablation.canonical import Json
from ablation.design import Seeds
from ablation.errors import SystemNotFoundError
from ablation.systems.recording import record

PREFIX = "command:"
STREAMS = ("split", "init", "order", "augmentation", "dropout", "evaluation")
_PLACES = ("config", "result", "seed", "folder")
_LAST_WORDS = 4_000


class CommandFailedError(RuntimeError):
    """The command ended with an exit code, or without a result; its last words follow."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command with places: `{config}` to read, `{result}` to write, `{seed}`, `{folder}`.

    The config file holds `{"config": {...}, "seed": 0, "seeds": {"init": 123, ...}}` with the
    streams split, init, order, augmentation, dropout and evaluation; the result file must hold the
    metrics, `{"accuracy": 0.93}`, and may hold `examples` and `covariates`, each a mapping, beside
    them. It runs in the study's folder.

    >>> Command.read("command: torchrun --nproc-per-node=2 train.py {config} {result}").words[0]
    'torchrun'
    >>> Command.read("command: train.sh")
    Traceback (most recent call last):
    ablation.errors.SystemNotFoundError: the system 'command: train.sh' has no {result} to write to.
    """

    text: str
    words: tuple[str, ...]
    folder: Path | None = None

    @classmethod
    def read(cls, text: str, folder: Path | None = None) -> "Command":
        """Read `command: WORDS`; raises `SystemNotFoundError` where it could never run."""
        try:
            words = tuple(shlex.split(text.removeprefix(PREFIX)))
        except ValueError as error:
            raise SystemNotFoundError(text, f"cannot be read: {error}.") from error
        if not words:
            raise SystemNotFoundError(text, "names no program.")
        if not any("{result}" in word for word in words):
            raise SystemNotFoundError(text, "has no {result} to write to.")
        return cls(text, words, folder)

    def found(self) -> "Command":
        """See that its program is there."""
        if self._program() is None:
            where = f"in {self.folder}, nor on the PATH" if self.folder else "on the PATH"
            problem = f"is not there: no program {self.words[0]!r} {where}."
            raise SystemNotFoundError(self.text, problem)
        return self

    def __call__(self, config: dict[str, Json], seeds: Seeds) -> Mapping[str, float]:
        """Run it once, in a folder of its own files that is removed again."""
        with TemporaryDirectory(prefix="ablation-") as folder:
            given, result = Path(folder, "config.json"), Path(folder, "result.json")
            streams = {name: seeds[name] for name in STREAMS}
            asked = {"config": config, "seed": seeds.seed, "seeds": streams}
            given.write_text(json.dumps(asked), encoding="utf-8")
            files = {"config": str(given), "result": str(result), "folder": folder}
            self._run({**files, "seed": str(seeds.seed)})
            returned = _metrics(result)
        covariates: object = returned.pop("covariates", {})
        if not isinstance(covariates, dict):
            raise CommandFailedError("the result file's covariates are no mapping")
        record(**covariates)
        return returned

    def _run(self, places: Mapping[str, str]) -> None:
        ended = subprocess.run(  # noqa: S603  # the words of the study's own file, without a shell
            [self._program() or self.words[0], *(_filled(word, places) for word in self.words[1:])],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if ended.returncode:
            words = ended.stdout[-_LAST_WORDS:].decode("utf-8", "replace").strip()
            telling = [line for line in words.splitlines() if any(map(str.isalpha, line))]
            last = f": {telling[-1]}" if telling else ""
            raise CommandFailedError(
                f"{self.words[0]} ended with exit code {ended.returncode}{last}\n{words}".strip()
            )

    def _program(self) -> str | None:
        """Python is this one; else beside the study, beside this Python, on the PATH."""
        if self.words[0] in {"python", "python3"}:
            return sys.executable
        places = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
        if self.folder is not None:
            places.insert(0, str(self.folder))
        return shutil.which(self.words[0], path=os.pathsep.join(places))


def _filled(word: str, places: Mapping[str, str]) -> str:
    for name in _PLACES:
        word = word.replace(f"{{{name}}}", places[name])
    return word


def _metrics(result: Path) -> dict[str, float]:
    try:
        metrics = json.loads(result.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CommandFailedError("the command wrote no result file") from None
    except ValueError as error:
        raise CommandFailedError(f"the result file is no JSON: {error}") from error
    if not isinstance(metrics, dict):
        raise CommandFailedError(f"the result file holds {type(metrics).__name__}, not metrics")
    return metrics
