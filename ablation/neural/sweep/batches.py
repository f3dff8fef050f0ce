"""The inputs of one call cut into batches along the axis of its examples."""

from collections.abc import Callable, Sequence
from typing import TypeAlias, cast

import torch
from torch import Tensor

from ablation.neural.trees import Inputs, mapped, tensors

Held: TypeAlias = Callable[[Inputs, int | None], Callable[[Tensor], bool] | None]


def examples_in(inputs: Inputs) -> int | None:
    """The number of examples: the length of the first input tensor, if it has one.

    >>> import torch
    >>> examples_in((torch.ones(4, 2), torch.ones(3))), examples_in(torch.tensor(1.0))
    (4, None)
    """
    return next((len(each) for each in tensors(inputs) if each.ndim), None)


def batches(
    inputs: Inputs | Sequence[Inputs], size: int | None, held: Held | None = None
) -> list[Inputs]:
    """Cut inputs into batches; a list holds batches already. `held` finds what holds examples.

    >>> import torch
    >>> [len(batch) for batch in batches(torch.ones(5, 2), 2)]
    [2, 2, 1]
    """
    given = cast("list[Inputs]", list(inputs)) if isinstance(inputs, list) else [inputs]
    pieces = []
    for each in given:
        whole = cast("Inputs", each)
        pieces += _cut(whole, size, None if held is None else held(whole, size))
    return pieces


def rows_of(inputs: Inputs, few: int, copies: int = 1) -> Inputs:
    """So many copies of the first examples, the last of several in reverse order.

    >>> import torch
    >>> rows_of(torch.tensor([1, 2, 3]), 2, copies=2)
    tensor([1, 2, 2, 1])
    """
    examples = examples_in(inputs)

    def first(leaf: Tensor) -> Tensor:
        if not leaf.ndim or len(leaf) != examples:
            return leaf
        some = leaf[:few]
        return torch.cat([some] * (copies - 1) + [some.flip(0)]) if copies > 1 else some

    return cast("Inputs", mapped(first, inputs))


def _cut(inputs: Inputs, size: int | None, chosen: Callable[[Tensor], bool] | None) -> list[Inputs]:
    examples = examples_in(inputs)
    if size is None or examples is None or examples <= size:
        return [inputs]
    size = max(1, size)

    def rows(start: int) -> Inputs:
        def of(leaf: Tensor) -> Tensor:
            mine = bool(leaf.ndim) and len(leaf) == examples
            mine = mine and (chosen is None or chosen(leaf))
            return leaf[start : start + size] if mine else leaf

        return cast("Inputs", mapped(of, inputs))

    return [rows(start) for start in range(0, examples, size)]
