"""Several runs side by side in one value: on which axis, how to add a run, how to take one out.

Which axis grows is never guessed: the pass is run once with two copies of the examples, and every
value is compared with what one copy gave. A number read off a shape grows with the examples too.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.utils import _pytree

from ablation.neural.sweep.errors import UnsuitableError

Growth: TypeAlias = int | str | tuple["Growth", ...] | None
COUNT = "count"


def growth(one: object, two: object) -> list[Growth]:
    """Say of every leaf how it grew when the examples were doubled.

    >>> growth((torch.ones(2, 3), 2, torch.ones(5)), (torch.ones(4, 3), 4, torch.ones(5)))
    [0, 'count', None]
    """
    before, after = _pytree.tree_leaves(one), _pytree.tree_leaves(two)
    if len(before) != len(after):
        raise UnsuitableError("the number of values depends on the number of examples")
    return [_grew(a, b) for a, b in zip(before, after, strict=True)]


def _grew(one: object, two: object) -> Growth:
    if isinstance(one, torch.Size) and isinstance(two, torch.Size) and len(one) == len(two):
        return tuple(_grew(a, b) for a, b in zip(one, two, strict=True))
    if isinstance(one, int) and not isinstance(one, bool) and one != two:
        if two == 2 * one:
            return COUNT
        raise UnsuitableError("a number does not follow the number of examples")
    if not isinstance(one, Tensor) or not isinstance(two, Tensor) or one.shape == two.shape:
        return None
    changed = [i for i, (a, b) in enumerate(zip(one.shape, two.shape, strict=False)) if a != b]
    axis = changed[0] if len(changed) == 1 and one.ndim == two.ndim else None
    if axis is None or two.shape[axis] != 2 * one.shape[axis]:
        raise UnsuitableError("a value has no axis for the examples")
    return axis


def joined(values: Sequence[object], grows: Sequence[Growth]) -> object:
    """Put runs side by side.

    >>> joined([torch.ones(1, 2), torch.zeros(1, 2)], [0])
    tensor([[1., 1.],
            [0., 0.]])
    """
    if len(values) == 1:
        return values[0]
    columns = zip(*map(_pytree.tree_leaves, values), strict=True)
    leaves = [_join(column, how) for column, how in zip(columns, grows, strict=True)]
    return _pytree.tree_unflatten(leaves, _pytree.tree_structure(values[0]))


def _join(column: Sequence[Any], how: Growth) -> Any:
    if isinstance(how, tuple):
        sizes = zip(*column, strict=True)
        return torch.Size(_join(each, h) for each, h in zip(sizes, how, strict=True))
    if how == COUNT:
        return sum(column)
    return torch.cat(list(column), how) if isinstance(how, int) else column[0]


def repeated(value: object, grows: Sequence[Growth], many: int) -> object:
    """Put copies of one run side by side."""
    return joined([value] * many, grows)


def taken(value: object, grows: Sequence[Growth], number: int, many: int) -> object:
    """Take one run out of many, as views.

    >>> taken(torch.tensor([1, 2, 3]), [0], 1, 3)
    tensor([2])
    """
    if many == 1:
        return value
    leaves, structure = _pytree.tree_flatten(value)
    found = [_take(leaf, how, number, many) for leaf, how in zip(leaves, grows, strict=True)]
    return _pytree.tree_unflatten(found, structure)


def _take(leaf: Any, how: Growth, number: int, many: int) -> Any:
    if isinstance(how, tuple):
        return torch.Size(_take(a, h, number, many) for a, h in zip(leaf, how, strict=True))
    if how == COUNT:
        return leaf // many
    if isinstance(how, int):
        each = leaf.shape[how] // many
        return leaf.narrow(how, number * each, each)
    return leaf
