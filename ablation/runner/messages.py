"""What a runner and its worker say to each other: one JSON object a line, no pickle.

To the worker: one `Hello`, then trials as `Request`. From it: one `Ready` or `Refused`, then one
`Outcome` for every request, and `Alive` all the while.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TypeAlias

from ablation.canonical import Json, plain
from ablation.study import Study
from ablation.systems import Outcome


@dataclass(frozen=True, slots=True)
class Hello:
    """What a worker needs to know once."""

    study: str
    system: str
    folder: str | None
    metrics: tuple[str, ...]
    evaluate: str | None = None

    @classmethod
    def of(cls, study: Study) -> "Hello":
        """What the workers of a study need to know."""
        return cls(
            study=study.name,
            system=study.system,
            folder=str(study.folder) if study.folder else None,
            metrics=tuple(each.name for each in study.metrics),
            evaluate=study.evaluate,
        )


@dataclass(frozen=True, slots=True)
class Request:
    """One trial to run, as in `ablation.plan.PlannedTrial`."""

    seed: int
    config: Mapping[str, Json]
    levels: Mapping[str, int] = field(default_factory=dict)
    patches: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Alive:
    """A sign of life, every few seconds."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The system was found; trials may come."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The system was not found, and why."""

    problem: str


Message: TypeAlias = Hello | Request | Alive | Ready | Refused | Outcome

LONGEST = 2**28  # characters of a message

_KINDS: Mapping[str, Callable[..., Message]] = {
    kind.__name__: kind for kind in (Hello, Request, Alive, Ready, Refused, Outcome)
}


def written(message: Message) -> str:
    r"""Write a message as one line.

    >>> written(Refused("no such module"))
    '{"kind": "Refused", "problem": "no such module"}\n'
    """
    told = {each.name: getattr(message, each.name) for each in fields(message)}
    text = json.dumps({"kind": type(message).__name__, **plain(told)})
    if len(text) < LONGEST:
        return f"{text}\n"
    megabytes = f"{len(text) / 1e6:,.0f} MB; at most {LONGEST / 1e6:,.0f} MB"
    return written(Outcome(metrics={}, error=f"what the trial gave takes {megabytes} are kept"))


def read(line: str) -> Message:
    """Read a line; whatever else it is raises ValueError.

    >>> read('{"kind": "Refused", "problem": "no such module"}')
    Refused(problem='no such module')
    """
    try:
        told = json.loads(line)
        kind = _KINDS[told.pop("kind")]
        return kind(**{name: _tuples(value) for name, value in told.items()})
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{line[:60]!r} is no message") from error


def _tuples(value: object) -> object:
    """Turn lists of a message into the tuples that they were, inside each other too."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
