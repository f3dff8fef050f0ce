"""What is read off an output: one number, or one for each example, of which the mean is taken."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import torch

from ablation.neural.sweep.errors import MetricShapeError

Read: TypeAlias = Callable[[object], object]


def measured(metric: Read, output: object, examples: int | None) -> float:
    """Apply a metric; raises MetricShapeError unless it returns what a mean can be taken of.

    >>> measured(lambda output: output.sum(1), torch.ones(2, 3), examples=2)
    3.0
    """
    with torch.no_grad():
        returned = metric(output)
    if isinstance(returned, torch.Tensor):
        values = returned.detach().double().cpu().numpy()
    elif isinstance(returned, int | float | np.ndarray | np.generic):
        values = np.asarray(returned, float)
    else:
        raise MetricShapeError(returned, examples)
    if values.ndim == 0 or values.size == 1:
        return float(values.reshape(()))
    if values.ndim == 1 and len(values) == examples:
        return float(values.mean())
    raise MetricShapeError(returned, examples)
