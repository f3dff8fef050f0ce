"""What is read off an output: one number, or one for each example, of which the mean is taken."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch

from ablation.neural.sweep.branches import Outputs
from ablation.neural.sweep.errors import ComplexMetricError, MetricShapeError
from ablation.neural.trees import emptied, opaque

Read: TypeAlias = Callable[[object], object]


def measured(
    metric: Read, output: object, examples: int | None, lengths: Sequence[int] = ()
) -> float:
    """Apply a metric; raises MetricShapeError unless it returns what a mean can be taken of.

    `lengths` are those of the first input, from which the error tells what could be meant.

    >>> measured(lambda output: output.sum(1), torch.ones(2, 3), examples=2)
    3.0
    """
    with torch.no_grad():
        returned = metric(output)
    refuse_complex(returned)
    if isinstance(returned, torch.Tensor):
        if returned.layout != torch.strided:
            returned = returned.to_dense()
        if returned.numel() == 1:
            return float(returned)
        if returned.shape == (examples,):
            return float(returned.double().mean())
        values = returned.detach().double().cpu().numpy()
    elif isinstance(returned, int | float | np.ndarray | np.generic):
        values = np.asarray(returned, float)
    else:
        raise MetricShapeError(returned, examples, lengths)
    if values.ndim == 0 or values.size == 1:
        return float(values.reshape(()))
    if values.ndim == 1 and len(values) == examples:
        return float(values.mean())
    raise MetricShapeError(returned, examples, lengths)


def unseen(metric: Read, output: object, examples: int | None, lengths: Sequence[int] = ()) -> str:
    """Name what a metric reads of an output in which no tensor can be seen; nothing if all can.

    A container that torch's registry does not know, such as a dataclass, is run and never resumed.

    >>> unseen(lambda output: output[0], (torch.tensor(1.0), object()), None)
    ''
    """
    if not (hidden := opaque(output)):
        return ""
    value = measured(metric, output, examples, lengths)
    try:
        without = measured(metric, emptied(output), examples, lengths)
    except Exception:  # noqa: BLE001 - whatever a metric raises of None, it has looked there
        return hidden
    return "" if value == without else hidden


def refuse_complex(returned: object) -> None:
    """Raise ComplexMetricError for complex numbers, of which none is more than another.

    >>> refuse_complex(1j)
    Traceback (most recent call last):
        ...
    ablation.neural.sweep.errors.ComplexMetricError: the metric returned complex numbers; ...
    """
    if isinstance(returned, torch.Tensor):
        found = returned.is_complex()
    else:
        found = isinstance(returned, complex | np.complexfloating) or (
            isinstance(returned, np.ndarray) and np.iscomplexobj(returned)
        )
    if found:
        raise ComplexMetricError(returned)


@dataclass(eq=False)
class Reader:
    """Reads a metric off several outputs: off all at once, where it gives a number per example.

    Whether that is the same is seen the first time; a metric that looks up labels by position
    does not fit several outputs, and is then applied to one after another.
    """

    metric: Read
    at_once: bool | None = None

    def read(self, outputs: Outputs, examples: int | None) -> list[float]:
        """One number for each output."""
        many = len(outputs.order)
        if self.at_once is not False and outputs.together is not None:
            found = self._at_once(outputs, examples)
            if self.at_once is None:
                self.at_once = bool(found) and self._same(found, outputs, examples)
            if self.at_once and found:
                return found
        return [measured(self.metric, outputs.one(i), examples) for i in range(many)]

    def _same(self, found: list[float], outputs: Outputs, examples: int | None) -> bool:
        """Compare some of what was read at once with what is read one by one."""
        some = sorted({0, len(found) // 2, len(found) - 1})
        alone = [measured(self.metric, outputs.one(i), examples) for i in some]
        pairs = zip((found[i] for i in some), alone, strict=True)
        return all(math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-12) for a, b in pairs)

    def _at_once(self, outputs: Outputs, examples: int | None) -> list[float]:
        """Read all outputs side by side; nothing where that gives no number per example."""
        many, stacked = len(outputs.order), outputs.together
        if stacked is None or examples is None:
            return []
        try:
            with torch.no_grad():
                returned = self.metric(stacked)
        except Exception:  # noqa: BLE001 - a metric written for one output may raise anything
            return []
        if not isinstance(returned, torch.Tensor) or returned.layout != torch.strided:
            return []
        if returned.shape != (many * examples,):
            return []
        means: list[float] = returned.detach().double().view(many, examples).mean(1).tolist()
        return means
