"""How a module is ablated at inference: data that prints, compares and saves.

`ablation.neural` realises them. A configuration switch needs none: its component says the value
that means "off". Which operator is right is part of the question (Li & Janson 2024, "Optimal
ablation for interpretability"): zero leaves the data's support, mean and resample stay in it.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ablation.errors import StudyError, UnknownNameError

Each: TypeAlias = Literal["position", "feature"]


def _require_each(each: str) -> None:
    if each not in ("position", "feature"):
        raise StudyError(f"each is 'position' or 'feature', not {each!r}.")


def _require_number(name: str, value: object) -> None:
    if not isinstance(value, int | float):
        raise StudyError(f"{name} needs a number, not {value!r}.")


def _require_function(name: str, call: object) -> None:
    if not callable(call):
        raise StudyError(f"{name} needs a module or a function, not {call!r}.")


def _named(name: str, each: Each) -> str:
    return name if each == "position" else f"{name}({each})"


@dataclass(frozen=True, slots=True)
class Zero:
    """Replace the module's output by zeros.

    >>> print(Zero())
    zero
    """

    def __str__(self) -> str:
        return "zero"


@dataclass(frozen=True, slots=True)
class Mean:
    """Replace the module's output by its mean over the examples given.

    Each position of a sequence or image has a mean of its own; with `each="feature"` the mean is
    over positions too, and a feature (a channel of an image) has one everywhere.

    >>> print(Mean(), Mean(each="feature"))
    mean mean(feature)
    """

    each: Each = "position"

    def __post_init__(self) -> None:
        _require_each(self.each)

    def __str__(self) -> str:
        return _named("mean", self.each)


@dataclass(frozen=True, slots=True)
class Resample:
    """Replace the module's output by the one it had on another example, drawn at random.

    >>> print(Resample())
    resample
    """

    def __str__(self) -> str:
        return "resample"


@dataclass(frozen=True, slots=True)
class Skip:
    """Replace the module by the identity: its input is passed on.

    >>> print(Skip())
    skip
    """

    def __str__(self) -> str:
        return "skip"


@dataclass(frozen=True, slots=True)
class Freeze:
    """Hold the module's output at what it was on the reference, row by row.

    >>> print(Freeze())
    freeze
    """

    def __str__(self) -> str:
        return "freeze"


@dataclass(frozen=True, slots=True)
class Noise:
    """Add Gaussian noise of `scale` times the output's own standard deviation.

    >>> print(Noise(scale=0.5))
    noise(0.5)
    """

    scale: float = 1.0

    def __post_init__(self) -> None:
        _require_number("noise", self.scale)
        if not 0 < self.scale < float("inf"):
            raise StudyError(f"noise needs a scale above 0, not {self.scale}.")

    def __str__(self) -> str:
        return f"noise({self.scale!r})"


@dataclass(frozen=True, slots=True)
class Constant:
    """Replace every number of the module's output by one value.

    >>> print(Constant(0.5))
    constant(0.5)
    """

    value: float

    def __post_init__(self) -> None:
        _require_number("constant", self.value)
        if not math.isfinite(self.value):
            raise StudyError(f"constant needs a finite number, not {self.value}.")

    def __str__(self) -> str:
        return f"constant({self.value!r})"


@dataclass(frozen=True, slots=True)
class Scale:
    """Multiply the module's output by a factor; 0 is `Zero`, 1 does nothing.

    >>> print(Scale(0.5))
    scale(0.5)
    """

    factor: float

    def __post_init__(self) -> None:
        _require_number("scale", self.factor)
        if not math.isfinite(self.factor):
            raise StudyError(f"scale needs a finite number, not {self.factor}.")

    def __str__(self) -> str:
        return f"scale({self.factor!r})"


@dataclass(frozen=True, slots=True)
class OptimalConstant:
    """Replace the module's output by the constant that serves best: the least `loss` it can cost.

    `loss` reads the whole module's output on the reference and returns one number (a tensor that
    has a gradient). What it costs even so is the component's importance (Li & Janson 2024). The
    constant starts at `Mean(each)` and follows the gradient for `steps` steps of size `rate`,
    relative to the component's own scale; the best one met is kept.

    >>> print(OptimalConstant(loss=lambda output: output.mean()))
    optimal constant
    """

    loss: Callable[..., object]
    each: Each = "position"
    steps: int = 100
    rate: float = 0.03

    def __post_init__(self) -> None:
        _require_each(self.each)
        _require_function("an optimal constant", self.loss)
        if self.steps < 1 or not 0 < self.rate < float("inf"):
            raise StudyError(
                "an optimal constant needs one step or more and a rate above 0, not "
                f"{self.steps} and {self.rate}."
            )

    def __str__(self) -> str:
        return _named("optimal constant", self.each)


@dataclass(frozen=True, slots=True)
class ReplaceBy:
    """Put another module, or any function of the same arguments, in the module's place.

    >>> print(ReplaceBy(max), ReplaceBy(max, name="largest"))
    replace(max) replace(largest)
    """

    call: Callable[..., object]
    name: str = ""

    def __post_init__(self) -> None:
        _require_function("replace", self.call)

    def __str__(self) -> str:
        return f"replace({self.name or getattr(self.call, '__name__', type(self.call).__name__)})"


Operator: TypeAlias = (
    Zero | Mean | Resample | Skip | Freeze | Noise | Constant | Scale | OptimalConstant | ReplaceBy
)

_PLAIN: dict[str, Operator] = {
    str(each): each for each in (Zero(), Mean(), Mean("feature"), Resample(), Skip(), Freeze())
}
_MEASURED: dict[str, Callable[[float], Operator]] = {
    "noise": Noise,
    "constant": Constant,
    "scale": Scale,
}
_NUMBERED = re.compile(r"(noise|constant|scale)\(([0-9.eE+-]{1,32})\)")


def operator(text: str) -> Operator:
    """Read an operator from the name it prints.

    What holds a function, such as `ReplaceBy`, has no text that could be read.

    >>> operator("mean"), operator("noise(0.5)")
    (Mean(each='position'), Noise(scale=0.5))
    """
    if text in _PLAIN:
        return _PLAIN[text]
    if text == "noise":
        return Noise()
    if match := _NUMBERED.fullmatch(text):
        try:
            return _MEASURED[match[1]](float(match[2]))
        except ValueError as error:
            raise StudyError(f"{text!r} needs a number, as in {match[1]}(0.5).") from error
    raise UnknownNameError("operator", text, [*_PLAIN, "noise(1.0)", "constant(1.0)", "scale(0.5)"])
