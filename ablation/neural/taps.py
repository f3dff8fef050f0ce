"""Where in a call something can be read and changed: its output, its input, the heads inside.

A place is data; `passed` runs the call and hands what passes there to a function.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, TypeVar

from torch import Tensor, nn
from torch.utils import _pytree

from ablation.neural.forwards import Forward
from ablation.neural.heads import opened
from ablation.neural.parts import Part
from ablation.neural.trees import numbers, tensors

CHANNELS_FIRST = (
    *(nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d),
    *(nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.GroupNorm),
)

Where: TypeAlias = Literal["output", "input", "heads"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a component can be read and replaced: a module, and what passes at it.

    `nn.MultiheadAttention` never calls its `out_proj`; it reads the weights. What `out_proj`
    would return is the attention's own first output, so that is where it is patched.
    """

    name: str
    module: nn.Module
    only_first: bool = False  # the first tensor of the output, not all of them
    sees_input: bool = True  # whether the module's input is this component's input
    at: Where = "output"
    argument: str | None = None  # which input, by name; the first tensor where none is named
    part: Part | None = None
    sequence_first: bool = False  # whether the module says batch_first=False

    @property
    def is_whole(self) -> bool:
        """Whether it is a module with all that it returns."""
        return self.at == "output" and self.part is None

    def of(self, name: str, part: Part) -> "Place":
        """A part of what passes here, under its own name.

        >>> Place("fc", nn.ReLU()).of("fc[0]", Part("units", 0, 1)).name
        'fc[0]'
        """
        return Place(
            name,
            self.module,
            self.only_first,
            self.sees_input,
            self.at,
            self.argument,
            part,
            self.sequence_first,
        )

    def leaves(self, value: object) -> list[int]:
        """Which leaves of a nested value belong to the component."""
        leaves = _pytree.tree_leaves(value)
        served = [i for i, leaf in enumerate(leaves) if numbers(leaf)]
        first = self.only_first or not self.is_whole
        return served[:1] if first else served

    def pieces(self, value: object) -> list[Tensor]:
        """What of a nested value belongs to the component: views, not copies.

        >>> import torch
        >>> Place("fc", nn.ReLU(), part=Part("units", 0, 2)).pieces((torch.ones(3), None))
        [tensor([1., 1.])]
        """
        leaves = _pytree.tree_leaves(value)
        return [self.cut(leaves[i]) for i in self.leaves(value)]

    def examples_axis(self, number: int, piece: Tensor) -> int:
        """Which axis of a piece holds the examples: the first, unless torch's module says other.

        States of recurrent layers have them second whatever is said, weights of attention first.

        >>> import torch
        >>> Place("rnn", nn.GRU(2, 2), sequence_first=True).examples_axis(0, torch.ones(5, 3, 2))
        1
        """
        if piece.ndim < 3:
            return 0
        if isinstance(self.module, nn.RNNBase) and self.at == "output" and number:
            return 1
        return int(self.sequence_first and not number)

    def cut(self, leaf: Tensor) -> Tensor:
        """The component's part of one tensor."""
        return self.part.cut(leaf) if self.part else leaf

    def put(self, value: object, pieces: Sequence[Tensor]) -> object:
        """A nested value with other pieces in the component's place."""
        leaves, structure = _pytree.tree_flatten(value)
        for i, piece in zip(self.leaves(value), pieces, strict=False):
            leaves[i] = self.part.put(leaves[i], piece) if self.part else piece
        return _pytree.tree_unflatten(leaves, structure)


def passed(
    place: Place,
    forward: Forward,
    change: Callable[[object], object],
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> object:
    """Run a call of the place's module with what passes at the place handed through `change`.

    >>> import torch
    >>> relu = nn.ReLU()
    >>> passed(Place("0", relu, at="input"), relu.forward, lambda x: x + 2, (-torch.ones(1),), {})
    tensor([1.])
    """
    if place.at == "output":
        return change(forward(*args, **kwargs))
    if place.at == "heads":
        return opened(place.module, forward, lambda mixed: _tensor(change(mixed)))(*args, **kwargs)
    named = _bound(forward, args, kwargs)
    name = place.argument or _first(named)
    if name not in named:
        return forward(*args, **kwargs)
    args, kwargs = _exchanged(name, change(named[name]), named, args, kwargs)
    return forward(*args, **kwargs)


class StandIn(Protocol):
    """What runs in place of the forward of a place's module."""

    @property
    def place(self) -> Place:
        """Where it stands."""
        ...

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Run the call."""
        ...


S = TypeVar("S", bound=StandIn)


def layered(places: Mapping[str, Place], make: Callable[[Place, Forward], S]) -> dict[str, S]:
    """Make a stand-in for every place; where several share a module, each runs the one before."""
    last: dict[nn.Module, S] = {}
    made: dict[str, S] = {}
    for name, place in places.items():
        inner = last.get(place.module, place.module.forward)
        made[name] = last[place.module] = make(place, inner)
    return made


def outermost(stand_ins: Mapping[str, S]) -> dict[nn.Module, S]:
    """The stand-in to call for each module: the last one made for it."""
    return {each.place.module: each for each in stand_ins.values()}


def _tensor(value: object) -> Tensor:
    assert isinstance(value, Tensor)
    return value


def _bound(
    forward: Forward, args: tuple[object, ...], kwargs: dict[str, object]
) -> dict[str, object]:
    """Name the arguments: positional ones by the signature where it names them."""
    parameters = list(inspect.signature(forward).parameters.values())
    plain = [each.name for each in parameters if each.kind in _POSITIONAL]
    names = [*plain, *(f"*{i}" for i in range(len(plain), len(args)))]
    return dict(zip(names, args, strict=False)) | kwargs


_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _first(named: Mapping[str, object]) -> str | None:
    """The first argument that holds numbers; where there is none, the first that is a tensor."""
    found = [name for name, value in named.items() if numbers(value)]
    found += [name for name, value in named.items() if tensors(value)]
    return found[0] if found else None


def _exchanged(
    name: str,
    value: object,
    named: dict[str, object],
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> tuple[tuple[object, ...], dict[str, object]]:
    if name in kwargs:
        return args, {**kwargs, name: value}
    position = list(named).index(name)
    return (*args[:position], value, *args[position + 1 :]), kwargs
