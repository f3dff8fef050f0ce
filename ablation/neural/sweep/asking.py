"""What is asked of each batch, what was found in it, and how far a sweep is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from ablation.neural.sweep.batches import examples_in
from ablation.neural.sweep.cutting import Cut
from ablation.neural.sweep.errors import QuestionError
from ablation.neural.sweep.metric import Read
from ablation.neural.sweep.weights import Weights
from ablation.neural.taps import Place
from ablation.neural.trees import Inputs, numbers

PROOF = 0.01  # what proof may cost, in shares of the naive loop, down to one example
TOLERANCE = 1e-6  # relative to the largest number of an output


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sweep is: ablations done of those planned, whole passes spent and saved."""

    done: int
    planned: int
    forwards: float
    saved: float
    engine: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of each batch."""

    module: nn.Module
    places: Mapping[str, Place]
    rows: Sequence[Sequence[Cut]]
    metric: Read
    read: Read | None
    pointwise: bool  # whether the operator does the same at every position
    each_alone: bool  # whether it does the same to an example whatever the others are
    axis: int = 0  # of the inputs, on which the examples lie
    weights: Weights | None = None  # the parameters of each row


@dataclass(frozen=True, slots=True)
class Limits:
    """How many ablations run side by side, if that is fixed, in how much memory, and how proven."""

    together: int | None
    memory: int
    verify: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """The metric on one batch: as it is, row by row, and how much of it is rounding."""

    baseline: float
    ablated: list[float]
    floor: float


def tolerance(output: object) -> float:
    """How far two outputs may differ and be the same, relative to the largest number.

    >>> tolerance(torch.ones(1)), tolerance(torch.ones(1, dtype=torch.bfloat16))
    (1e-06, 0.0625)
    """
    return max(TOLERANCE, 8 * rounding_of(output))


def rounding_of(output: object) -> float:
    """One unit in the last place of the least precise numbers of an output, relative."""
    return max((torch.finfo(leaf.dtype).eps for leaf in numbers(output)), default=0.0)


_LEAST = {"batch_size": 1, "together": 1, "memory": 0, "verify": 0, "examples": 0}


def require_counts(**given: int | None) -> None:
    """Raise QuestionError for a setting that is no number of what it counts.

    >>> require_counts(together=0)
    Traceback (most recent call last):
        ...
    ablation.neural.sweep.errors.QuestionError: together is 0; expected a whole number, 1 or more.
    """
    for name, value in given.items():
        least = _LEAST[name]
        whole = isinstance(value, int) and not isinstance(value, bool)
        if value is not None and (not whole or value < least):
            raise QuestionError(f"{name} is {value!r}; expected a whole number, {least} or more.")


def require_callable(**given: object) -> None:
    """Raise QuestionError for what is to be called and cannot be; only `read` may be left out."""
    for name, value in given.items():
        if not callable(value) and not (name == "read" and value is None):
            raise QuestionError(f"{name} is {value!r}; expected a function of the output.")


def require_examples(batches: Sequence[Inputs], axis: int = 0) -> None:
    """Raise QuestionError where there is nothing to run the module on."""
    if axis and any(examples_in(batch, axis) is None for batch in batches):
        raise QuestionError(f"no input has an axis {axis}, which examples={axis} speaks of.")
    if not batches or any(examples_in(batch, axis) == 0 for batch in batches):
        raise QuestionError("there are no examples in the inputs; give one or more.")
