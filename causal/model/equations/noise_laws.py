"""Laws of real noise as text: ``normal(0, 1)``, ``uniform(-1, 1)``, ``student_t(3)``."""

from __future__ import annotations

import re
from collections.abc import Callable

from causal.errors import ModelError, OptionError
from causal.model.continuous.laws import Exponential, Laplace, Logistic, Normal, StudentT, Uniform
from causal.model.noise import Law
from causal.variables import nearest, quoted

__all__ = ["noise_law"]

LAWS: dict[str, Callable[..., Law]] = {
    "normal": Normal,
    "uniform": Uniform,
    "logistic": Logistic,
    "laplace": Laplace,
    "student_t": StudentT,
    "exponential": Exponential,
}
USAGE = (
    "normal(mean, sd), uniform(low, high), logistic(mean, scale), laplace(mean, scale), "
    "student_t(df, mean, scale), exponential(scale)"
)

_CALL = re.compile(r"\s*(\w+)\s*\(([^()]*)\)\s*")
_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*")


def noise_law(name: str, text: object) -> Law:
    """The law that a text names; raises ModelError.

    >>> noise_law("E", "normal(0, 2.5)")
    Normal(mean=0.0, sd=2.5)
    """
    call = _CALL.fullmatch(text) if isinstance(text, str) and len(text) < 500 else None
    if call is None:
        raise ModelError(f"the noise {quoted(name)} is {text!r}; write {USAGE}")
    if (law := LAWS.get(call[1])) is None:
        close = nearest(call[1], LAWS)
        hint = f"did you mean {close[0]}?" if close else f"there are {USAGE}"
        raise ModelError(f"the noise {quoted(name)} has no law called {call[1]}; {hint}")
    arguments = call[2].split(",") if call[2].strip() else []
    if strange := [each for each in arguments if not _NUMBER.fullmatch(each)]:
        raise ModelError(
            f"the noise {quoted(name)} has the argument {strange[0].strip()!r}, which is no number"
        )
    try:
        return law(*map(float, arguments))
    except OptionError as error:
        raise ModelError(f"the noise {quoted(name)} is {text}: {error}") from error
    except TypeError as error:
        raise ModelError(f"{text!r} has {len(arguments)} arguments; write {USAGE}") from error
