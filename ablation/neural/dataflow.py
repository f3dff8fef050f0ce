"""Which component reads which, by following the tensors of one real run.

Every operation passes on, from the storages it reads to those it writes, the names of the
components they were made from. Views and writes in place need no special case: they share storage.
Numbers taken out of tensors (`.item()`, shapes) are not followed.
"""

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from ablation.neural.dispatch import Watching
from ablation.neural.forwards import Forward, standing_in
from ablation.neural.taps import Place, layered, outermost, passed
from ablation.neural.trees import Inputs, call, mapped, tensors
from ablation.neural.wiring import Wiring

_NOTHING: frozenset[str] = frozenset()


def followed(
    module: nn.Module, inputs: Inputs, places: Mapping[str, Place]
) -> set[tuple[str, str]]:
    """Find the edges between components that one run on these inputs takes.

    >>> from ablation.neural.selection import select
    >>> net = nn.Sequential(nn.ReLU(), nn.Dropout(), nn.Tanh())
    >>> sorted(followed(net, torch.ones(2), select(net)))
    [('0', '1'), ('1', '2')]
    """
    edges = run(module, inputs, places.values()).edges
    return {(source, reader) for source, reader in edges if {source, reader} <= set(places)}


def run(module: nn.Module, inputs: Inputs, places: Iterable[Place]) -> Wiring:
    """Follow the tensors of one run, from the inputs to the output of the module."""
    every = {place.name: place for place in places}
    names = list(inspect.signature(module.forward).parameters)
    flow = _Flow(Wiring.of(module, [*every.values()], names))
    stand_ins = layered(every, lambda place, forward: _Followed(place, forward, flow))
    with torch.no_grad(), standing_in(outermost(stand_ins)), flow:
        fresh = cast("Inputs", mapped(torch.clone, inputs))
        flow.enters(fresh)
        flow.wiring.leaving(flow.sources(call(module, fresh)))
    return flow.wiring


@dataclass(eq=False)
class _Followed:
    """A forward in which what passes at a place is marked as the place's own."""

    place: Place
    forward: Forward
    flow: "_Flow"

    def __call__(self, *args: object, **kwargs: object) -> object:
        if self.place.at == "input":
            return passed(self.place, self.forward, self.marked, args, kwargs)
        self.flow.reads(self.place.name, (args, kwargs))
        outer, self.flow.inside = self.flow.inside, self.place.name
        try:
            return passed(self.place, self.forward, self.marked, args, kwargs)
        finally:
            self.flow.inside = outer

    def marked(self, value: object) -> object:
        """Copy a value, so that what is computed from it is known by the place's name."""
        self.flow.reads(self.place.name, value)
        outer, self.flow.inside = self.flow.inside, self.place.name
        try:
            return mapped(torch.clone, value)
        finally:
            self.flow.inside = outer


class _Flow(Watching):
    """Remembers, storage by storage, the components that its content was made from."""

    def __init__(self, wiring: Wiring) -> None:
        Watching.__init__(self)
        self.wiring = wiring
        self.inside: str | None = None
        self.made_from: dict[int, frozenset[str]] = {}
        self.alive: list[torch.UntypedStorage] = []  # or an address could be used twice

    def __torch_dispatch__(
        self,
        func: torch._ops.OpOverload,
        types: object,
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        given = (args, kwargs or {})
        before = {_address(each) for each in tensors(given)}
        sources = self.sources(given)
        if self.inside is not None:
            self.reads(self.inside, given)
            sources = frozenset({self.inside})
        output = func(*args, **(kwargs or {}))
        for made in tensors(output):
            if _address(made) not in before:
                self.alive.append(_storage(made))
                self.made_from[_address(made)] = sources
        for changed in _written(func, args, given[1]):
            self.alive.append(_storage(changed))
            self.made_from[_address(changed)] = sources | self.sources(changed)
        return output

    def sources(self, values: object) -> frozenset[str]:
        """The components that these values were made from."""
        return _NOTHING.union(
            *(self.made_from.get(_address(each), _NOTHING) for each in tensors(values))
        )

    def reads(self, component: str, values: object) -> None:
        """Note that a component reads these values."""
        self.wiring.reading(component, self.sources(values))

    def enters(self, inputs: Inputs) -> None:
        """Mark the module's inputs by the arguments they are given for."""
        names = list(self.wiring.arguments)
        given = inputs if isinstance(inputs, tuple) else (inputs,)
        pairs = inputs.items() if isinstance(inputs, Mapping) else zip(names, given, strict=False)
        for name, value in pairs:
            for leaf in tensors(value):
                self.alive.append(_storage(leaf))
                self.made_from[_address(leaf)] = self.wiring.entering(name)


def _storage(tensor: Tensor) -> torch.UntypedStorage:
    """Where the numbers of a tensor lie; those of a sparse one are a tensor inside it."""
    if tensor.layout == torch.sparse_coo:
        tensor = tensor._values()
    elif tensor.layout != torch.strided:
        tensor = tensor.values()
    return tensor.untyped_storage()


def _address(tensor: Tensor) -> int:
    return _storage(tensor).data_ptr()


def _written(
    func: torch._ops.OpOverload, args: tuple[object, ...], kwargs: Mapping[str, object]
) -> list[Tensor]:
    """The tensors that this operation changes in place, as its schema declares."""
    declared = func._schema.arguments
    values = dict(zip((each.name for each in declared), args, strict=False)) | dict(kwargs)
    return [
        leaf
        for each in declared
        if each.alias_info is not None and each.alias_info.is_write
        for leaf in tensors(values.get(each.name))
    ]
