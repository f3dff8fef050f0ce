"""Where the heads of an attention lie: side by side in what its output projection reads.

One head is a slice of that input (Michel, Levy & Neubig 2019). The projection is the last matrix
that the attention registers, whatever its name; how many heads there are, it says itself.
`nn.MultiheadAttention` never calls its projection: for the time of a patch it is made to.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ablation.neural.errors import PartError
from ablation.neural.forwards import Forward

_COUNTS = ("num_heads", "num_attention_heads", "n_heads", "n_head", "nhead", "heads")


@dataclass(frozen=True, slots=True)
class Heads:
    """The projection that reads the heads, its name inside the attention, how many, how wide."""

    name: str
    projection: nn.Module
    count: int
    size: int


def heads(attention: nn.Module, told: int | None = None) -> Heads:
    """Find the heads of an attention; `told` is their number where the module does not say it.

    >>> found = heads(nn.MultiheadAttention(8, 4))
    >>> found.name, found.count, found.size
    ('out_proj', 4, 2)
    """
    matrices = {name: part for name, part in attention.named_modules() if _is_matrix(part)}
    if not matrices:
        raise PartError("heads", "the module has no matrix that heads could enter")
    name, projection = list(matrices.items())[-1]
    count = told or _count(attention.modules())
    if count is None:
        raise PartError("heads", "the module does not say how many it has; write heads[0/8]")
    width = _width(projection)
    if width % count:
        of = f" of {name!r}" if name else ""
        raise PartError("heads", f"{count} of them do not divide the {width} inputs{of}")
    return Heads(name, projection, count, width // count)


def _is_matrix(part: nn.Module) -> bool:
    """Whether it is a matrix with a bias or without, of torch or of another library."""
    weight = part._parameters.get("weight")
    return weight is not None and weight.ndim == 2 and not isinstance(part, nn.Embedding)


def _width(projection: nn.Module) -> int:
    """How much it reads: `nn.Linear` keeps (out, in), what calls itself Conv1D (in, out)."""
    weight = projection._parameters["weight"]
    assert weight is not None
    return int(weight.shape[0] if type(projection).__name__ == "Conv1D" else weight.shape[1])


def _count(parts: Iterable[nn.Module]) -> int | None:
    """What the attention, a part of it or its configuration says about the number of heads."""
    for part in parts:
        for known in (part.__dict__, getattr(part, "config", None)):
            for name in _COUNTS:
                count = _read(known, name)
                if isinstance(count, int) and count > 0:
                    return count
    return None


def _read(known: object, name: str) -> object:
    return known.get(name) if isinstance(known, Mapping) else getattr(known, name, None)


def is_fused(part: nn.Module | None) -> bool:
    """Whether this attention reads its projection's weights without calling it."""
    return (
        isinstance(part, nn.MultiheadAttention)
        and type(part).forward is nn.MultiheadAttention.forward
    )


class _Passing(nn.Module):
    """A projection that changes nothing: its matrix, for those who read it, is the identity."""

    def __init__(self, width: int, like: Tensor) -> None:
        nn.Module.__init__(self)
        one = torch.eye(width, dtype=like.dtype, device=like.device)
        self.weight, self.bias = nn.Parameter(one, requires_grad=False), None

    def forward(self, mixed: Tensor) -> Tensor:
        return mixed


def opened(attention: nn.Module, forward: Forward, change: Callable[[Tensor], Tensor]) -> Forward:
    """Let `change` see the heads of `nn.MultiheadAttention` before they are projected.

    For the time of a call the projection is the identity, which is exact; then it is called.
    """

    def stand_in(*args: object, **kwargs: object) -> object:
        projection = attention._modules["out_proj"]
        assert projection is not None
        weight = projection._parameters["weight"]
        assert weight is not None
        attention._modules["out_proj"] = _Passing(weight.shape[1], weight)
        try:
            output = forward(*args, **kwargs)
        finally:
            attention._modules["out_proj"] = projection
        assert isinstance(output, tuple)
        return (projection(change(output[0])), *output[1:])

    return stand_in
