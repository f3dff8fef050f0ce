"""The inputs of one call cut into batches along the axis of its examples."""

from collections.abc import Callable, Sequence
from typing import TypeAlias, cast

import torch
from torch import Tensor

from ablation.neural.trees import Inputs, mapped, tensors

Held: TypeAlias = Callable[[Inputs, int | None], Callable[[Tensor], bool] | None]


def examples_in(inputs: Inputs, axis: int = 0) -> int | None:
    """The number of examples: the length of the first input tensor, if it has one.

    >>> import torch
    >>> examples_in((torch.ones(4, 2), torch.ones(3))), examples_in(torch.tensor(1.0))
    (4, None)
    """
    return next((each.shape[axis] for each in tensors(inputs) if each.ndim > axis), None)


def batches(
    inputs: Inputs | Sequence[Inputs], size: int | None, held: Held | None = None, axis: int = 0
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
        pieces += _cut(whole, size, None if held is None else held(whole, size), axis)
    return pieces


def rows_of(inputs: Inputs, few: int, copies: int = 1, axis: int = 0) -> Inputs:
    """So many copies of the first examples, the last of several in reverse order.

    >>> import torch
    >>> rows_of(torch.tensor([1, 2, 3]), 2, copies=2)
    tensor([1, 2, 2, 1])
    """
    examples = examples_in(inputs, axis)

    def first(leaf: Tensor) -> Tensor:
        if leaf.ndim <= axis or leaf.shape[axis] != examples:
            return leaf
        some = leaf.narrow(axis, 0, few)
        if copies == 1:
            return some
        return torch.cat([some] * (copies - 1) + [some.flip(axis)], axis)

    return cast("Inputs", mapped(first, inputs))


def _cut(
    inputs: Inputs, size: int | None, chosen: Callable[[Tensor], bool] | None, axis: int
) -> list[Inputs]:
    examples = examples_in(inputs, axis)
    if size is None or examples is None or examples <= size:
        return [inputs]
    size = max(1, size)

    def rows(start: int) -> Inputs:
        def of(leaf: Tensor) -> Tensor:
            mine = leaf.ndim > axis and leaf.shape[axis] == examples
            mine = mine and (chosen is None or chosen(leaf))
            length = min(size, leaf.shape[axis] - start) if mine else 0
            return leaf.narrow(axis, start, length) if mine else leaf

        return cast("Inputs", mapped(of, inputs))

    return [rows(start) for start in range(0, examples, size)]
