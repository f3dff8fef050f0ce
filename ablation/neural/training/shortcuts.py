"""Fewer operations for the same numbers: copies that nobody needs are left out of a step.

vmap multiplies every bias by one, and autograd puts the gradients of parts side by side before
they are copied to where they are read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import torch

from ablation.neural.training.recording import Operation, Place, aten


def shortened(operations: Sequence[Operation], ends: set[int]) -> list[Operation]:
    """Leave copies out; `ends` are read after the step."""
    fixed = {home for each in operations for home in each.changes} | ends
    return _without_ones(_without_stacks(operations, fixed), fixed)


def _without_ones(operations: Iterable[Operation], fixed: set[int]) -> list[Operation]:
    """Read the factor itself instead of its product with one."""
    kept = list(operations)
    for each in operations:
        if each.func is not aten.mul.Scalar or each.args[1:] != [1]:
            continue
        source, made = each.args[0], each.outputs[0]
        assert isinstance(source, Place)
        assert isinstance(made, Place)
        if source.dtype != made.dtype or fixed & {source.home, made.home}:
            continue
        others = [_redirected(other, made, source) for other in kept if other is not each]
        if all(others):
            kept = [other for other in others if other]
    return kept


def _redirected(operation: Operation, made: Place, source: Place) -> Operation | None:
    """The operation, with what it reads of one tensor read of another; None where it cannot be."""
    if made.home not in operation.reads:
        return operation
    missed: list[Place] = []

    def nearer(value: object) -> object:
        if isinstance(value, list):
            return [nearer(each) for each in value]
        if not isinstance(value, Place) or value.home != made.home:
            return value
        if (found := seen_in(value, made, source)) is None:
            missed.append(value)
        return found

    args = [nearer(each) for each in operation.args]
    kwargs = {key: nearer(each) for key, each in operation.kwargs.items()}
    return None if missed else replace(operation, args=args, kwargs=kwargs)


def seen_in(view: Place, whole: Place, other: Place) -> Place | None:
    """The view of a whole, taken of another whole with the same entries; None if it has no such.

    >>> a, b = torch.zeros(2, 3), torch.zeros(3, 2).T
    >>> found = seen_in(Place.of(a.T), Place.of(a), Place.of(b))
    >>> found == Place.of(b.T)
    True
    """
    axes = _axes(view, whole)
    if axes is None:
        return None
    strides = [other.stride[axis] if axis >= 0 else 0 for axis in axes]
    return replace(other, size=view.size, stride=tuple(strides))


def _axes(view: Place, whole: Place) -> list[int] | None:
    """Which axis of a tensor each axis of its view is, -1 for one that is new."""
    if view.start != whole.start or view.dtype != whole.dtype:
        return None
    known = list(zip(whole.size, whole.stride, strict=True))
    found = []
    for size, stride in zip(view.size, view.stride, strict=True):
        new = size == 1 or stride == 0
        if not new and known.count((size, stride)) != 1:
            return None
        found.append(-1 if new else known.index((size, stride)))
    return found


def _without_stacks(operations: Sequence[Operation], fixed: set[int]) -> list[Operation]:
    """Copy parts where they are to be, if they are stacked for no more than to be copied."""
    kept = list(operations)
    for each in operations:
        if each.func is not aten.stack.default:
            continue
        made = each.outputs[0]
        assert isinstance(made, Place)
        readers = [other for other in kept if made.home in other.reads]
        if len(readers) == 1 and not fixed & (each.reads | {made.home}):
            copies = _parted(each, readers[0])
            at = kept.index(readers[0])
            if copies:
                kept[at : at + 1] = copies
                kept.remove(each)
    return kept


def _parted(stack: Operation, reader: Operation) -> list[Operation]:
    """The copy of a stack, part by part; nothing if it is no copy of all of it."""
    parts, made = stack.args[0], stack.outputs[0]
    view, copy = reader.args[0], reader.outputs[0]
    if reader.func is not aten.clone.default or not isinstance(parts, list):
        return []
    assert isinstance(made, Place)
    assert isinstance(view, Place)
    assert isinstance(copy, Place)
    axes = _axes(view, made)
    if axes is None or sorted(axes) != list(range(len(made.size))):
        return []
    dim = stack.args[1] if len(stack.args) > 1 else 0
    assert isinstance(dim, int)
    dim %= len(axes)
    cut, rest = axes.index(dim), [axis for axis in axes if axis != dim]
    copies = []
    for number, part in enumerate(parts):
        order = [axis - (axis > dim) for axis in rest]
        source = _with_axes(part, order)
        start = copy.start + number * copy.stride[cut] * copy.dtype.itemsize
        others = [axis for axis in range(len(axes)) if axis != cut]
        target = replace(_with_axes(copy, others), start=start)
        copies.append(Operation(aten.clone.default, [source], {}, [target]))
    return copies


def _with_axes(place: Place, axes: Sequence[int]) -> Place:
    """Some axes of a tensor, in this order."""
    size, stride = [place.size[axis] for axis in axes], [place.stride[axis] for axis in axes]
    return replace(place, size=torch.Size(size), stride=tuple(stride))
