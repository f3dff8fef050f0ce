"""Several runs side by side in one value: on which axis, how to add a run, how to take one out.

Which axis grows is never guessed: the pass is recorded with two numbers of examples, and every
value is compared. A number read off a shape grows with the examples too.
"""

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.utils import _pytree

from ablation.neural.sweep.errors import UnsuitableError
from ablation.neural.trees import numbers

Growth: TypeAlias = int | str | tuple["Growth", ...] | None
COUNT = "count"


def growth(one: object, two: object, examples: tuple[int, int] = (1, 2)) -> list[Growth]:
    """Say of every leaf how it grew from the first number of examples to the second.

    >>> growth((torch.ones(2, 3), 2, torch.ones(5)), (torch.ones(4, 3), 4, torch.ones(5)))
    [0, 'count', None]
    """
    before, after = _pytree.tree_leaves(one), _pytree.tree_leaves(two)
    if len(before) != len(after):
        raise UnsuitableError("the number of values depends on the number of examples")
    return [_grew(a, b, examples) for a, b in zip(before, after, strict=True)]


def _grew(one: object, two: object, examples: tuple[int, int]) -> Growth:
    few, many = examples
    if isinstance(one, torch.Size) and isinstance(two, torch.Size) and len(one) == len(two):
        return tuple(_grew(a, b, examples) for a, b in zip(one, two, strict=True))
    if isinstance(one, int) and isinstance(two, int) and one != two:
        if two * few == one * many:
            return COUNT
        raise UnsuitableError("a number does not follow the number of examples")
    if not isinstance(one, Tensor) or not isinstance(two, Tensor) or one.shape == two.shape:
        return None
    changed = [i for i, (a, b) in enumerate(zip(one.shape, two.shape, strict=False)) if a != b]
    axis = changed[0] if len(changed) == 1 and one.ndim == two.ndim else None
    if axis is None or two.shape[axis] * few != many * one.shape[axis]:
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
    if isinstance(values[0], Tensor):
        return _join(values, grows[0])
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
    return pieces_of(value, grows, number, 1, many)


def pieces_of(value: object, grows: Sequence[Growth], number: int, many: int, of: int) -> object:
    """Take `many` runs of so many, from that number on.

    >>> pieces_of(torch.tensor([1, 2, 3]), [0], 1, 2, 3)
    tensor([2, 3])
    """
    if many == of:
        return value
    if isinstance(value, Tensor):
        return _take(value, grows[0], number, many, of)
    leaves, structure = _pytree.tree_flatten(value)
    found = [_take(leaf, how, number, many, of) for leaf, how in zip(leaves, grows, strict=True)]
    return _pytree.tree_unflatten(found, structure)


def _take(leaf: Any, how: Growth, number: int, many: int, of: int) -> Any:
    if isinstance(how, tuple):
        each = zip(leaf, how, strict=True)
        return torch.Size(_take(a, h, number, many, of) for a, h in each)
    if how == COUNT:
        return leaf // of * many
    if isinstance(how, int):
        size = leaf.shape[how] // of
        return leaf.narrow(how, number * size, many * size)
    return leaf


def backwards(value: object, grows: Sequence[Growth], examples: int) -> object:
    """The same with its examples in reverse order.

    >>> backwards(torch.tensor([1, 1, 2, 2]), [0], 2)
    tensor([2, 2, 1, 1])
    """
    leaves, structure = _pytree.tree_flatten(value)
    found = [_backwards(leaf, how, examples) for leaf, how in zip(leaves, grows, strict=True)]
    return _pytree.tree_unflatten(found, structure)


def _backwards(leaf: Any, how: Growth, examples: int) -> Any:
    if examples == 1 or not isinstance(how, int) or not isinstance(leaf, Tensor):
        return leaf
    return leaf.unflatten(how, (examples, -1)).flip(how).flatten(how, how + 1)


def departure(before: object, after: object) -> float:
    """Largest change of any number, relative to the largest; what is equal has not changed.

    >>> inf = float("inf")
    >>> departure(torch.tensor([-inf, 4.0]), torch.tensor([-inf, 3.0]))
    0.25
    >>> departure(torch.tensor([1.0]), torch.tensor([torch.nan]))
    inf
    """
    old, new = numbers(before), numbers(after)
    if [leaf.shape for leaf in old] != [leaf.shape for leaf in new]:
        return float("inf")
    change, scale = 0.0, 0.0
    for a, b in zip(old, new, strict=True):
        if a.numel():
            moved, size = float((b - a).abs().max()), float(a.abs().max())
            if not math.isfinite(moved) or not math.isfinite(size):
                moved, size = _of_the_finite(a, b)
            change, scale = max(change, moved), max(scale, size)
    return change / scale if scale and change else change


def _of_the_finite(a: Tensor, b: Tensor) -> tuple[float, float]:
    """The same where some are not finite: those on one side only are an infinite change."""
    moved = torch.nan_to_num((b - a).abs(), nan=torch.inf)
    same = (a == b) | (a.isnan() & b.isnan())
    sizes = torch.nan_to_num(a.abs(), nan=0.0, posinf=0.0)
    return float(moved.masked_fill(same, 0).max()), float(sizes.max())
