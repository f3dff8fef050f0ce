"""What is asked of each batch, what was found in it, and how far a sweep is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from ablation.neural.sweep.cutting import Cut
from ablation.neural.sweep.metric import Read
from ablation.neural.taps import Place
from ablation.neural.trees import numbers

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
