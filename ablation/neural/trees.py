"""The tensors inside what a module takes or returns: one tensor, a tuple, a mapping, nested.

torch's own registry of containers is used, so that the outputs of other libraries are opened too.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias, cast

import torch
from torch import nn
from torch.utils import _pytree

Module: TypeAlias = nn.Module
Tensor: TypeAlias = torch.Tensor
Inputs: TypeAlias = Tensor | tuple[object, ...] | Mapping[str, object]


def called_on_copies(module: nn.Module, inputs: Inputs) -> object:
    """Run a module that may write into its inputs, so that the next run finds them as they were.

    >>> x = torch.ones(2)
    >>> called_on_copies(nn.ReLU(inplace=True), -x), x
    (tensor([0., 0.]), tensor([1., 1.]))
    """
    return call(module, cast("Inputs", copied(inputs)))


def call(module: nn.Module, inputs: Inputs) -> object:
    """Run a module on one tensor, on positional arguments or on named ones.

    >>> call(nn.ReLU(), {"input": torch.tensor(-1.0)})
    tensor(0.)
    """
    match inputs:
        case tuple():
            return module(*inputs)
        case Mapping():
            return module(**inputs)
    return module(inputs)


def tensors(tree: object) -> list[Tensor]:
    """List the tensors in a nested value, in order.

    >>> len(tensors((torch.ones(2), {"state": [torch.ones(3)]}, None)))
    2
    """
    if isinstance(tree, Tensor):
        return [tree]
    return [leaf for leaf in _pytree.tree_leaves(tree) if isinstance(leaf, Tensor)]


def numbers(tree: object) -> list[Tensor]:
    """List the tensors that hold real or complex numbers, not labels or masks.

    >>> numbers((torch.tensor(3), torch.tensor(3.5)))
    [tensor(3.5000)]
    """
    every = [leaf for leaf in tensors(tree) if leaf.is_floating_point() or leaf.is_complex()]
    return [leaf.to_dense() if leaf.layout != torch.strided else leaf for leaf in every]


PLAIN = (bool, int, float, complex, str, type(None), torch.dtype, torch.device, torch.Size)


def constants(tree: object) -> list[object]:
    """List what is no tensor in a nested value, and is plain enough to compare.

    >>> constants((torch.ones(2), {"loss": 0.5}, None))
    [0.5]
    """
    return [leaf for leaf in _pytree.tree_leaves(tree) if leaf is not None and _is_plain(leaf)]


def opaque(tree: object) -> str:
    """Name the kind of the first leaf that no function here can look into; empty if there is none.

    >>> opaque((torch.ones(2), None, "text")), opaque([object()])
    ('', 'object')
    """
    leaves = _pytree.tree_leaves(tree)
    odd = [leaf for leaf in leaves if not isinstance(leaf, Tensor) and not _is_plain(leaf)]
    return type(odd[0]).__name__ if odd else ""


def emptied(tree: object) -> object:
    """Put an empty object in place of each leaf that no function here can look into.

    >>> emptied((torch.tensor(1), "text")), type(emptied([object()])[0]).__name__
    ((tensor(1), 'text'), '_Empty')
    """

    def shown(leaf: object) -> object:
        return leaf if isinstance(leaf, Tensor) or _is_plain(leaf) else _Empty()

    return _pytree.tree_map(shown, tree)


class _Empty:
    """Nothing can be read of it."""

    __slots__ = ()


def _is_plain(leaf: object) -> bool:
    return isinstance(leaf, PLAIN)


def mapped(change: Callable[[Tensor], Tensor], tree: object) -> object:
    """Change every tensor in a nested value, and nothing else.

    >>> mapped(torch.neg, {"a": torch.tensor(1), "b": None})
    {'a': tensor(-1), 'b': None}
    """
    if isinstance(tree, Tensor):
        return change(tree)
    return _pytree.tree_map_only(Tensor, change, tree)


def copied(tree: object) -> object:
    """Copy every tensor, so that later writes in place do not reach the copy."""
    return mapped(lambda leaf: leaf.detach().clone(), tree)


Call: TypeAlias = tuple[tuple[object, ...], dict[str, object]]


def cloned(given: Call) -> Call:
    """Copy the tensors of a call, gradients kept, so that nobody writes into the original."""
    args, kwargs = given
    return tuple(mapped(torch.clone, each) for each in args), {
        name: mapped(torch.clone, each) for name, each in kwargs.items()
    }


def largest_change(before: object, after: object) -> float:
    """Largest change of any number, relative to the largest number there was before.

    >>> largest_change(torch.tensor([1.0, 4.0]), torch.tensor([1.0, 3.0]))
    0.25
    """
    old, new = numbers(before), numbers(after)
    if [leaf.shape for leaf in old] != [leaf.shape for leaf in new]:
        return float("inf")
    scale = max((_largest(leaf) for leaf in old), default=0.0)
    change = max((_largest(b - a) for a, b in zip(old, new, strict=True)), default=0.0)
    return change / scale if scale else change


def _largest(leaf: Tensor) -> float:
    """Largest size of any entry; what is not a number counts as infinitely large."""
    if not leaf.numel():
        return 0.0
    return float(torch.nan_to_num(leaf.detach().abs().max().double(), nan=torch.inf))
