"""A cut that changes only the last digit, to see how much of an effect is rounding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from ablation.neural.sweep.doubling import jittered
from ablation.neural.sweep.parts import Part
from ablation.neural.trees import mapped


@dataclass(frozen=True, slots=True)
class Jitter:
    """Moves every number that a part passes on by one unit in the last place."""

    part: Part

    def __call__(
        self, value: object, args: Sequence[object], kwargs: Mapping[str, object], number: int
    ) -> object:
        """Pass on nearly the same."""
        del args, kwargs
        generator = torch.Generator().manual_seed(number)
        return mapped(lambda leaf: jittered(leaf, generator), value)
