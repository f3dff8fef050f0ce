"""How a module is ablated at inference: data that prints, compares and saves.

`ablation.neural` realises them. A configuration switch needs none: its component says the value
that means "off". Which operator is right is part of the question (Li & Janson 2024, "Optimal
ablation for interpretability"): zero leaves the data's support, mean and resample stay in it.
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

from ablation.errors import StudyError, UnknownNameError


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

    >>> print(Mean())
    mean
    """

    def __str__(self) -> str:
        return "mean"


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
class Noise:
    """Add Gaussian noise of `scale` times the output's own standard deviation.

    >>> print(Noise(scale=0.5))
    noise(0.5)
    """

    scale: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.scale < float("inf"):
            raise StudyError(f"noise needs a scale above 0, not {self.scale}.")

    def __str__(self) -> str:
        return f"noise({self.scale!r})"


Operator: TypeAlias = Zero | Mean | Resample | Skip | Noise

_PLAIN: dict[str, Operator] = {str(each): each for each in (Zero(), Mean(), Resample(), Skip())}
_NOISE = re.compile(r"noise(?:\(([0-9.eE+-]{1,32})\))?")


def operator(text: str) -> Operator:
    """Read an operator from the name it prints.

    >>> operator("mean"), operator("noise(0.5)")
    (Mean(), Noise(scale=0.5))
    """
    if text in _PLAIN:
        return _PLAIN[text]
    if match := _NOISE.fullmatch(text):
        try:
            return Noise(float(match[1])) if match[1] else Noise()
        except ValueError as error:
            raise StudyError(f"{text!r} needs a number, as in noise(0.5).") from error
    raise UnknownNameError("operator", text, [*_PLAIN, "noise(1.0)"])
