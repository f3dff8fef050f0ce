"""Products by oneDNN: with weights laid out once for all runs, and what bends them done on the way.

A product spends part of its time on bringing the weight into blocks (Goto & van de Geijn 2008),
and the same weights are read by run after run. A GELU behind it costs next to nothing there.
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
FEW = 1024  # rows multiplied by a weight, below which it stays as it is
ROWS = 4096  # that must be multiplied by it before laying it out has paid
TRIAL = 256  # rows of the products that are timed
ROUNDS, ENOUGH = 7, 0.03  # so often, or for so many seconds
EVEN = 1.03  # a tie is for oneDNN, which bends on the way and keeps what it laid out


@dataclass(eq=False)
class Packs:
    """The weights of a recording, laid out in at most so many bytes where that pays.

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
    used: bool = False  # whether any product is oneDNN's

    def product(self, step: Step, rows: int, bent: Step | None = None) -> Step:
        """The same operation as oneDNN does it, where that is faster; and the GELU behind it."""
        weight, bias = _weights(step)
        if weight is None or not serves(step, rows):
            return step
        self.used = True
        if rows >= ROWS and id(weight) not in self.known:
            self.known[id(weight)] = self._packed(weight)
        found = self.known.get(id(weight))
        bend = "none" if bent is None else "gelu"
        algorithm = "" if bent is None else bent.kwargs.get("approximate", "none")
        call = partial(
            _multiplied,
            weight=weight if found is None else found,
            bias=bias,
            bend=bend,
            algorithm=algorithm,
        )
        return replace(step, call=call, args=step.args[:1], kwargs={})

    def _packed(self, weight: Tensor) -> Tensor | None:
        if weight.nbytes > self.room:
            return None
        self.room -= weight.nbytes
        with torch.no_grad():
            packed: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight.detach())
        return packed


def serves(step: Step, rows: int) -> bool:
    """Whether oneDNN does this product, and faster; so many rows must be worth a trial."""
    weight, bias = _weights(step)
    if weight is None or rows < FEW or not _fits(weight, bias):
        return False
    return _is_faster(*weight.shape, torch.get_num_threads())


def is_gelu(step: Step) -> bool:
    """Whether it is a GELU of one of the two kinds that oneDNN knows."""
    plain = len(step.args) == 1 and set(step.kwargs) <= {"approximate"}
    return step.name == "gelu" and plain and not step.writes


def _multiplied(
    value: Tensor, *, weight: Tensor, bias: Tensor | None, bend: str = "none", algorithm: str = ""
) -> Tensor:
    call = torch.ops.mkldnn._linear_pointwise
    found: Tensor = call(value, weight, bias, bend, [], algorithm)
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


def _fits(weight: Tensor, bias: Tensor | None) -> bool:
    """Whether oneDNN multiplies with these."""
    both = [weight] if bias is None else [weight, bias]
    floats = all(each.device.type == "cpu" and each.dtype == torch.float32 for each in both)
    large = weight.ndim == 2 and weight.numel() >= LEAST
    return floats and large and _is_there() and not torch.is_autocast_enabled("cpu")


@cache
def _is_faster(entries: int, columns: int, threads: int) -> bool:
    """Whether oneDNN is no slower with a weight of this shape, by the best of some rounds."""
    del threads
    floats = partial(torch.ones, dtype=torch.float32, device="cpu")
    weight, rows = floats(entries, columns), floats(TRIAL, columns)
    products: list[Callable[..., Tensor]] = [
        nn.functional.linear,
        partial(_multiplied, bias=None),
    ]
    spent: list[list[float]] = [[], []]
    with torch.no_grad():
        for _ in range(ROUNDS):
            for times, product in zip(spent, products, strict=True):
                start = time.perf_counter()
                product(rows, weight=weight)
                times.append(time.perf_counter() - start)
            if sum(map(sum, spent)) > ENOUGH:
                break
    return min(spent[1]) < EVEN * min(spent[0])


def _is_there() -> bool:
    """Whether this torch has oneDNN, its operations, and leave to use them."""
    known: Callable[[str], bool] = partial(hasattr, torch.ops.mkldnn)
    operations = known("_linear_pointwise") and known("_reorder_linear_weight")
    mkldnn = torch.backends.mkldnn
    return bool(operations and mkldnn.is_available() and torch._C._get_mkldnn_enabled())
