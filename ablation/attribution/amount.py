"""A number with its interval: exact where nothing is random, else a mean over draws of the noise.

Student's t over draws; worlds that are compared share each draw, so differences are paired.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.stats import t

from ablation.errors import AblationError
from ablation.neural.trees import Tensor

Read: TypeAlias = Callable[..., object]


class MetricError(AblationError, TypeError):
    """A metric that is not one number, or one for each example."""

    def __init__(self, returned: object) -> None:
        self.returned = returned
        what = f"shape {tuple(returned.shape)}" if isinstance(returned, Tensor) else repr(returned)
        what = "complex numbers" if isinstance(returned, Tensor) and returned.is_complex() else what
        super().__init__(
            f"the metric returned {what}: return one number, or one for each example, of which "
            "the mean is taken."
        )


@dataclass(frozen=True, slots=True)
class Amount:
    """A value, its interval, and the draws of the noise that it rests on.

    >>> print(Amount.of([0.25]), Amount.of([0.2, 0.3]))
    0.250 0.250 [-0.385, 0.885]
    """

    value: float
    lower: float
    upper: float
    draws: int

    @classmethod
    def of(cls, values: Sequence[float], level: float = 0.95) -> "Amount":
        """The mean of draws; of a single one, which is then all there is, a point."""
        mean, n = float(np.mean(values)), len(values)
        half = 0.0
        if n > 1:
            half = float(t.ppf((1 + level) / 2, n - 1) * np.std(values, ddof=1) / math.sqrt(n))
        return cls(mean, mean - half, mean + half, n)

    @property
    def interval(self) -> tuple[float, float]:
        """The ends of the interval; both the value itself where nothing is random."""
        return self.lower, self.upper

    def __str__(self) -> str:
        return self.beside(self)

    def beside(self, whole: "Amount") -> str:
        """Print with as many decimals as give another amount three digits.

        >>> print(Amount.of([1e-9]).beside(Amount.of([0.512])))
        0.000
        """
        size = abs(whole.value)
        places = 2 - math.floor(math.log10(size)) if 0 < size < math.inf else 3
        told = [
            f"{round(each, places) + 0.0:.{max(0, places)}f}"
            for each in (self.value, self.lower, self.upper)
        ]
        return f"{told[0]} [{told[1]}, {told[2]}]" if self.draws > 1 else told[0]


def measured(metric: Read, output: object) -> float:
    """Read one number off an output; of one for each example, the mean.

    >>> import torch
    >>> measured(lambda output: output[:, 0], torch.tensor([[1.0, 5.0], [3.0, 7.0]]))
    2.0
    """
    said = metric(output)
    if isinstance(said, Tensor) and said.is_complex():
        raise MetricError(said)
    if isinstance(said, Tensor) and (said.numel() == 1 or (said.ndim == 1 and len(said))):
        return float(said.double().mean())
    if isinstance(said, int | float | np.number | np.bool_):
        return float(said)
    raise MetricError(said)
