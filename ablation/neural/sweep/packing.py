"""Weights laid out once as the processor's matrix product reads them, for all runs of a sweep.

A product spends part of its time on bringing the weight into blocks (Goto & van de Geijn 2008),
and the same weights are read by run after run. oneDNN takes them laid out beforehand.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any

import torch
from torch import Tensor, nn

from ablation.neural.sweep.steps import Step

LEAST = 2**16  # entries of a weight, below which nothing is gained
ROWS = 4096  # that must be multiplied by it before laying it out has paid
TRIAL = 128  # rows of the products that are timed


@dataclass(eq=False)
class Packs:
    """The weights of a recording that have been laid out, in at most so many bytes.

    >>> layer = nn.Linear(256, 256)
    >>> x = Step(0, "input", print, (0,))
    >>> step = Step(1, "linear", nn.functional.linear, (x, layer.weight, layer.bias))
    >>> found = Packs(room=2**20).product(step, rows=4096)
    >>> ones = torch.ones(2, 256)
    >>> found is step or bool(torch.allclose(found.call(ones), layer(ones), atol=1e-5))
    True
    """

    room: int
    known: dict[int, Tensor | None] = field(default_factory=dict)

    def product(self, step: Step, rows: int) -> Step:
        """The same operation on a weight laid out for it, where that pays and fits."""
        weight, bias = _weights(step)
        if weight is None or rows < ROWS or not _serves(weight, bias):
            return step
        if not _is_faster(*weight.shape, torch.get_num_threads()):
            return step
        if id(weight) not in self.known:
            self.known[id(weight)] = self._packed(weight)
        packed = self.known[id(weight)]
        if packed is None:
            return step
        call = partial(_multiplied, packed=packed, bias=bias)
        return replace(step, call=call, args=step.args[:1], kwargs={})

    def _packed(self, weight: Tensor) -> Tensor | None:
        if weight.nbytes > self.room:
            return None
        self.room -= weight.nbytes
        with torch.no_grad():
            packed: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight.detach())
        return packed


def _multiplied(value: Tensor, *, packed: Tensor, bias: Tensor | None) -> Tensor:
    found: Tensor = torch.ops.mkldnn._linear_pointwise(value, packed, bias, "none", [], "")
    return found


def _weights(step: Step) -> tuple[Tensor | None, Tensor | None]:
    """Weight and bias of a linear operation, where they are plain tensors in its arguments."""
    given: Sequence[Any] = [*step.args[1:], *step.kwargs.values()]
    plain = [each for each in given if type(each) in {Tensor, nn.Parameter}]
    only = step.name == "linear" and len(step.args) in {2, 3} and set(step.kwargs) <= {"bias"}
    if not only or type(step.args[0]) is not Step or not plain or plain[0] is not step.args[1]:
        return None, None
    if len(plain) != sum(each is not None for each in given):
        return None, None
    return plain[0], plain[1] if len(plain) > 1 else None


def _serves(weight: Tensor, bias: Tensor | None) -> bool:
    """Whether oneDNN multiplies with these, and faster."""
    both = [weight] if bias is None else [weight, bias]
    floats = all(each.device.type == "cpu" and each.dtype == torch.float32 for each in both)
    large = weight.ndim == 2 and weight.numel() >= LEAST
    return floats and large and _is_there() and not torch.is_autocast_enabled("cpu")


@cache
def _is_faster(entries: int, columns: int, threads: int) -> bool:
    """Whether a product with a weight of this shape is faster laid out, by the best of three."""
    del threads
    weight, rows = torch.ones(entries, columns), torch.ones(TRIAL, columns)
    packed = torch.ops.mkldnn._reorder_linear_weight(weight)
    spent: tuple[list[float], list[float]] = ([], [])
    with torch.no_grad():
        for _ in range(3):
            for times, operand in zip(spent, (weight, packed), strict=True):
                start = time.perf_counter()
                if operand is weight:
                    nn.functional.linear(rows, weight)
                else:
                    _multiplied(rows, packed=packed, bias=None)
                times.append(time.perf_counter() - start)
    return min(spent[1]) < min(spent[0])


def _is_there() -> bool:
    """Whether this torch has oneDNN, its operations, and leave to use them."""
    known: Callable[[str], bool] = partial(hasattr, torch.ops.mkldnn)
    operations = known("_linear_pointwise") and known("_reorder_linear_weight")
    mkldnn = torch.backends.mkldnn
    return bool(operations and mkldnn.is_available() and torch._C._get_mkldnn_enabled())
