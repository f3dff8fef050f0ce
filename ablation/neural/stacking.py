"""Many draws side by side: on which axis, and how to take them apart again.

A batch of copies is the cheapest loop. Whether a module treats the rows of its batch alike is
never assumed; it is checked by running some draws both ways.
"""

from collections.abc import Sequence
from typing import cast

from torch import Tensor
from torch.utils import _pytree

from ablation.neural.errors import NeuralError
from ablation.neural.trees import Inputs, mapped


class NotStackableError(NeuralError):
    """Several draws do not fit side by side on one axis of a random value."""


def stacked_axis(single: Sequence[int], shape: Sequence[int], many: int) -> int | None:
    """Find the axis on which `many` draws of one shape lie side by side, if there is one.

    >>> stacked_axis((4, 5, 5), (12, 5, 5), 3)
    0
    """
    if len(single) != len(shape):
        return None
    grown = [i for i, (a, b) in enumerate(zip(single, shape, strict=True)) if a != b]
    return grown[0] if len(grown) == 1 and shape[grown[0]] == many * single[grown[0]] else None


def holds(leaf: Tensor, rows: int) -> bool:
    """Whether the first axis holds so many examples."""
    return leaf.ndim > 0 and len(leaf) == rows


def repeated(inputs: Inputs, many: int, rows: int = 1) -> Inputs:
    """Put copies side by side on the first axis of every tensor that holds so many examples.

    >>> import torch
    >>> repeated((torch.ones(1, 2), torch.ones(2, 2)), 3)[0].shape
    torch.Size([3, 2])
    """
    return cast(
        "Inputs",
        mapped(
            lambda leaf: leaf.repeat(many, *[1] * (leaf.ndim - 1)) if holds(leaf, rows) else leaf,
            inputs,
        ),
    )


def split(output: object, single: object, many: int) -> list[object]:
    """Take the outputs of single draws out of the output of many; what has no axis is shared.

    >>> import torch
    >>> split(torch.tensor([[1.0], [2.0]]), torch.ones(1, 1), many=2)
    [tensor([[1.]]), tensor([[2.]])]
    """
    leaves, structure = _pytree.tree_flatten(output)
    alone = _pytree.tree_leaves(single)
    columns = [_column(a, b, many) for a, b in zip(leaves, alone, strict=True)]
    return [_pytree.tree_unflatten(list(row), structure) for row in zip(*columns, strict=True)]


def _column(leaf: object, alone: object, many: int) -> Sequence[object]:
    if not isinstance(leaf, Tensor) or not isinstance(alone, Tensor) or leaf.shape == alone.shape:
        return [leaf] * many
    axis = stacked_axis(alone.shape, leaf.shape, many)
    if axis is None:
        raise NotStackableError(f"an output of shape {tuple(leaf.shape)} has no axis for the draws")
    parts: tuple[Tensor, ...] = leaf.split(alone.shape[axis], axis)
    return parts
