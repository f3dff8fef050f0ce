"""One call of a system: whatever it does short of killing its process becomes an outcome.

A failure is data. A system that raises, exits, or returns something that is no finite number
gives an outcome that says so, and the study goes on.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from time import perf_counter, process_time
from traceback import TracebackException
from typing import SupportsFloat

from ablation.canonical import Json, plain
from ablation.design import Seeds
from ablation.errors import did_you_mean, listed, nearest
from ablation.outcomes import Outcomes
from ablation.study import System
from ablation.systems.measuring import Gauge
from ablation.systems.recording import recording

_LONG = 8_000  # characters of a traceback that are kept, the last ones
_LINE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one call gave: metrics, or the error that says why there are none.

    `returned` names what the system returned, whatever it was; `environment` has the covariates
    that were seen or recorded where it ran, as `ablation.covariates.Covariates` reads them;
    `examples` has what came of each example, as `ablation.outcomes.Outcomes` reads it.
    """

    metrics: Mapping[str, float]
    error: str | None = None
    returned: tuple[str, ...] = ()
    wall_s: float = 0.0
    cpu_s: float = 0.0
    environment: Mapping[str, Json] = field(default_factory=dict)
    examples: Mapping[str, str] = field(default_factory=dict)


def call(
    system: System,
    config: Mapping[str, Json],
    seeds: Seeds,
    metrics: Sequence[str],
    *,
    source: Callable[..., object] | None = None,
) -> Outcome:
    """Call a system and check what it returns: every declared metric, as a finite number.

    `source` is the function whose file is recorded as the code, where the system wraps it.

    >>> def train(config, seeds): return {"accuracy": float("nan")}
    >>> call(train, {}, Seeds("toy", 0), ["accuracy"]).error
    "the metric 'accuracy' is nan, not a finite number"
    """
    names: tuple[str, ...] = ()
    error: str | None = None
    numbers: Mapping[str, float] = {}
    examples: Mapping[str, str] = {}
    gauge, process = Gauge(), os.getpid()
    wall, cpu = perf_counter(), process_time()
    with recording() as said:
        try:
            returned = system(plain(config), seeds)
            numbers, error = _numbers(returned, metrics)
            names = _names(returned)
            examples = _examples(returned)
        except (Exception, SystemExit) as raised:  # noqa: BLE001  # what it raises is a result
            error = _described(raised)
    if os.getpid() != process:  # a copy that the system forked: nobody asked it for an answer
        os._exit(0)
    wall_s, cpu_s = perf_counter() - wall, process_time() - cpu
    return Outcome(
        metrics={} if error else numbers,
        error=error,
        returned=names,
        environment={**gauge.covariates(source or system), "streams": seeds.asked, **said},
        wall_s=wall_s,
        cpu_s=cpu_s,
        examples={} if error else examples,
    )


def _numbers(returned: object, metrics: Sequence[str]) -> tuple[dict[str, float], str | None]:
    """Read every finite number that was returned; a declared metric must be one."""
    if not isinstance(returned, Mapping):
        kind = type(returned).__name__
        return {}, f"the system returned {kind}, not a mapping from metric names to numbers"
    read = {name: _number(value) for name, value in returned.items() if _is_name(name)}
    numbers = {name: number for name, number in read.items() if number is not None}
    for name in metrics:
        if name not in returned:
            hint = did_you_mean(nearest(name, read))
            return {}, f"the metric {name!r} was not returned, but {listed(read)}.{hint}"
        if name not in numbers:
            return {}, f"the metric {name!r} is {str(returned[name])[:60]}, not a finite number"
    return numbers, None


def _examples(returned: object) -> dict[str, str]:
    """Pack what was returned for every example: `examples`, a mapping from names to numbers."""
    given = returned.get("examples") if isinstance(returned, Mapping) else None
    if not isinstance(given, Mapping):
        return {}
    try:
        return {str(name): Outcomes.of(values).written() for name, values in given.items()}
    except (TypeError, ValueError) as error:
        raise ValueError(f"`examples` must hold a finite number an example: {error}") from error


def _is_name(name: object) -> bool:
    return isinstance(name, str) and name.isprintable()


def _number(value: object) -> float | None:
    """Read a finite number, of Python, numpy or torch; true and false are none, nor is text."""
    if isinstance(value, bool) or not isinstance(value, SupportsFloat):
        return None
    try:
        number = float(value)
    except (ArithmeticError, RuntimeError, TypeError, ValueError):
        return None  # many numbers, or one beyond all floats
    return number if isfinite(number) else None


def _names(returned: object) -> tuple[str, ...]:
    names = map(str, returned) if isinstance(returned, Mapping) else ()
    return tuple(name for name in names if name.isprintable())


def _described(error: BaseException) -> str:
    """One line that says what was raised, then the traceback from the system's own frames on."""
    inside = error.__traceback__.tb_next if error.__traceback__ else None
    trace = TracebackException(type(error), error, inside)
    summary = next(line for line in trace.format_exception_only() if not line.startswith(" "))
    first = summary.splitlines()[0][:_LINE]
    rest = "".join(trace.format())[-_LONG:]
    return f"{first}\n{rest}".encode("utf-8", "backslashreplace").decode()
