"""Which operations keep positions apart, and what one position of their result is made from.

A rule is asked for one position on one axis of what an operation returned. It says which position
of each operand that takes, or nothing where it takes the whole.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import torch
from torch import Tensor

from ablation.neural.sweep.steps import Step, tensors_in


@dataclass(frozen=True, slots=True)
class Demand:
    """One position on one axis, of so many."""

    axis: int
    index: int
    size: int


Shape: TypeAlias = tuple[int, ...]
Shapes: TypeAlias = Mapping[Step, Shape]  # of what steps returned, where that is one tensor
Demands: TypeAlias = dict[Step, Demand | None]  # None: all of it
Rule: TypeAlias = Callable[[Step, Demand, Shapes], Demands | None]


def origin(step: Step, shapes: Shapes) -> Demand | None:
    """Read an index that takes one position: `x[:, -1]`, `x[:, 0]`."""
    if step.name != "getitem" or not isinstance(step.args[0], Step):
        return None
    shape, index = shapes.get(step.args[0], ()), step.args[1]
    if not isinstance(index, tuple) or not shape or any(e is None or e is ... for e in index):
        return None
    single = [i for i, each in enumerate(index) if each != slice(None)]
    if len(single) != 1 or type(index[single[0]]) is not int or single[0] == 0:
        return None
    axis = single[0]
    return Demand(axis, index[axis] % shape[axis], shape[axis])


def aligned(demand: Demand, ndim: int, shape: Sequence[int]) -> Demand | None:
    """The same position of an operand that is broadcast against the result."""
    axis = demand.axis - ndim + len(shape)
    return None if axis < 0 or shape[axis] == 1 else replace(demand, axis=axis)


def _pointwise(step: Step, demand: Demand, shapes: Shapes) -> Demands | None:
    """Ask every operand that has this axis for the same position; others are broadcast."""
    ndim = len(shapes[step])
    demands = {each: aligned(demand, ndim, shapes.get(each, ())) for each in step.inputs}
    others = [aligned(demand, ndim, each.shape) for each in literals(step)]
    sizes = [shapes[each][found.axis] for each, found in demands.items() if found]
    sizes += [
        each.shape[o.axis] for each, o in zip(literals(step), others, strict=True) if o is not None
    ]
    return demands if all(size == demand.size for size in sizes) else None


def literals(step: Step) -> list[Tensor]:
    """The parameters that stand in the arguments of a step."""
    return list(tensors_in((step.args, step.kwargs)))


def _by_features(step: Step, demand: Demand, shapes: Shapes) -> Demands | None:
    """Layers along the last axis work position by position on all others."""
    source = step.args[0] if step.args else None
    if not isinstance(source, Step) or demand.axis >= len(shapes.get(source, ())) - 1:
        return None
    if step.name == "layer_norm" and len(step.args[1]) != 1:
        return None
    return {source: demand} if len(step.inputs) == 1 else None


def _softmax(step: Step, demand: Demand, shapes: Shapes) -> Demands | None:
    axis = step.args[1] if len(step.args) > 1 else step.kwargs.get("dim")
    source = step.args[0]
    if not isinstance(axis, int) or axis % len(shapes[step]) == demand.axis:
        return None
    return {source: demand} if isinstance(source, Step) else None


def _site(step: Step, demand: Demand, shapes: Shapes) -> Demands | None:
    source = step.args[0]
    return {source: demand} if isinstance(source, Step) and shapes.get(source) else None


def _transposed(step: Step, demand: Demand, shapes: Shapes) -> Demands | None:
    source, ndim = step.args[0], len(shapes[step])
    rest = step.args[1] if len(step.args) == 2 and isinstance(step.args[1], tuple | list) else None
    moved = list(step.args[1:] if rest is None else rest)
    if not moved or not all(type(each) is int for each in moved):
        return None
    axes = list(range(ndim))
    if step.name == "permute":
        axes = [each % ndim for each in moved]
    else:
        one, two = (each % ndim for each in moved)
        axes[one], axes[two] = axes[two], axes[one]
    return {source: replace(demand, axis=axes[demand.axis])}


def _reshaped(step: Step, demand: Demand, shapes: Shapes) -> Demands | None:
    """An axis survives where all axes before it do."""
    source = step.args[0]
    if not isinstance(source, Step) or source not in shapes:
        return None
    if any(isinstance(each, torch.dtype) for each in step.args):
        return None
    same = shapes[source][: demand.axis + 1] == shapes[step][: demand.axis + 1]
    return {source: demand} if same and demand.axis < len(shapes[step]) - 1 else None


def _attention(step: Step, demand: Demand, shapes: Shapes) -> Demands | None:
    """One query, every key and value; a causal mask is lifted where the query is the last."""
    options = dict(zip(("attn_mask", "dropout_p", "is_causal"), step.args[3:], strict=False))
    options |= step.kwargs
    query = step.args[0] if len(step.args) >= 3 else None
    if not isinstance(query, Step) or demand.axis != len(shapes[step]) - 2:
        return None
    causal, mask = options.get("is_causal", False), options.get("attn_mask")
    if not isinstance(causal, bool) or (causal and demand.index != demand.size - 1):
        return None
    if query in step.args[1:] or (mask is not None and not isinstance(mask, Step)):
        return None
    demands: Demands = {each: demand if each is query else None for each in step.inputs}
    if mask is not None:
        shape = shapes.get(mask, ())
        if len(shape) < 2 or shape[-2] not in (1, demand.size):
            return None
        demands[mask] = None if shape[-2] == 1 else replace(demand, axis=len(shape) - 2)
    return demands


def _product(step: Step, demand: Demand, shapes: Shapes) -> Demands | None:
    left, right = step.args[:2]
    if not isinstance(left, Step) or left is right or demand.axis != len(shapes[step]) - 2:
        return None
    if len(shapes.get(left, ())) < 2:
        return None
    demands: Demands = {left: replace(demand, axis=len(shapes[left]) - 2)}
    return demands | {each: None for each in step.inputs if each is not left}


POINTS = (
    *("add", "sub", "mul", "div", "neg", "pow", "exp", "sqrt", "rsqrt", "tanh", "sigmoid"),
    *("relu", "gelu", "silu", "elu", "leaky_relu", "hardswish", "softplus", "dropout", "mish"),
    *("float", "contiguous", "clone", "detach", "masked_fill", "where", "rsub", "abs", "square"),
)
RULES: dict[str, Rule] = {
    **dict.fromkeys(POINTS, _pointwise),
    "linear": _by_features,
    "layer_norm": _by_features,
    "softmax": _softmax,
    "site": _site,
    "transpose": _transposed,
    "permute": _transposed,
    "reshape": _reshaped,
    "flatten": _reshaped,
    "unflatten": _reshaped,
    "attention": _attention,
    "matmul": _product,
}


def amended(step: Step, demand: Demand, ndim: int) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of an operation that is to do one position only."""
    args, kwargs = step.args, step.kwargs
    if step.name == "reshape":
        flat = isinstance(args[1], tuple | list)
        sizes = list(args[1] if flat else args[1:])
        sizes[demand.axis] = 1
        args = (args[0], tuple(sizes)) if flat else (args[0], *sizes)
    elif step.name == "attention":
        args = (*args[:5], False, *args[6:]) if len(args) > 5 else args
        kwargs = {**kwargs, "is_causal": False} if "is_causal" in kwargs else kwargs
    elif step.name in POINTS:
        args = tuple(_here(each, demand, ndim) for each in args)
    return args, kwargs


def _here(argument: Any, demand: Demand, ndim: int) -> Any:
    """One position of a parameter."""
    if not isinstance(argument, Tensor):
        return argument
    found = aligned(demand, ndim, argument.shape)
    return argument if found is None else argument.narrow(found.axis, found.index, 1)
