"""Primitive operations of torch, as a dispatch mode sees them: their arguments by name."""

from collections.abc import Mapping

import torch

from ablation.neural.laws import Arguments


def bound(
    func: torch._ops.OpOverload, args: tuple[object, ...], kwargs: Mapping[str, object]
) -> Arguments:
    """Name the arguments of an operation, with the values of those that were left out."""
    declared = func._schema.arguments
    values = {each.name: each.default_value for each in declared if each.has_default_value()}
    return values | dict(zip((each.name for each in declared), args, strict=False)) | dict(kwargs)


def is_off(arguments: Arguments) -> bool:
    """Whether the operation could be random, but not with these arguments."""
    idle = any(arguments.get(name) == 0 for name in ("dropout_p", "dropout"))
    return idle or any(arguments.get(name) is False for name in ("train", "training"))
