"""What torch computes in a step, below vmap and autograd, operation by operation.

Tensors are noted as places in memory, so what the step needs no more is freed while it is recorded
as it is without; only what depends on nothing that changes is kept, for it is not computed again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.multiprocessing.reductions import StorageWeakRef

from ablation.neural.dispatch import Watching
from ablation.neural.training.errors import NotReplayableError

aten = torch.ops.aten
EMPTY = 0  # where everything lies that has no entries
REFUSED = {
    torch.Tag.data_dependent_output,
    torch.Tag.dynamic_output_shape,
    torch.Tag.nondeterministic_seeded,
}


@dataclass(frozen=True, slots=True)
class Place:
    """A tensor, by where it lies: a storage, and what of it."""

    home: int
    start: int  # in bytes
    size: torch.Size
    stride: tuple[int, ...]
    dtype: torch.dtype

    @classmethod
    def of(cls, value: Tensor) -> "Place":
        """Where a tensor lies."""
        if value.layout != torch.strided or value.is_conj() or value.is_neg():
            raise NotReplayableError("a tensor of it is no plain memory")
        start = int(value.storage_offset()) * value.element_size()
        return cls(home(value.untyped_storage()), start, value.shape, value.stride(), value.dtype)

    def tensor(self, storages: Mapping[int, torch.UntypedStorage]) -> Tensor:
        """Make the tensor that lies here."""
        storage = storages[self.home]
        made = torch.empty(0, dtype=self.dtype, device=storage.device)
        return made.set_(storage, self.start // made.element_size(), self.size, self.stride)


@dataclass(slots=True)
class Operation:
    """One operation: what it reads, and what new memory it makes."""

    func: torch._ops.OpOverload
    args: Sequence[object]
    kwargs: Mapping[str, object]
    outputs: Sequence[object]
    reads: frozenset[int] = field(init=False)
    changes: frozenset[int] = field(init=False)  # of what was there before
    makes: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        self.reads = homes([*self.args, *self.kwargs.values()])
        self.changes = _changed(self.func, self.args, self.kwargs)
        self.makes = homes(self.outputs) - self.reads - {EMPTY}


class Recorder(Watching):
    """Notes every operation that torch runs."""

    def __init__(self) -> None:
        Watching.__init__(self)
        self.operations: list[Operation] = []
        self.bytes: dict[int, int] = {EMPTY: 0}  # of every storage that was met
        self.weak: list[StorageWeakRef] = []  # or a home could be given to another storage
        self.constant: dict[int, torch.UntypedStorage] = {}
        self.problem = ""

    def __torch_dispatch__(
        self,
        func: torch._ops.OpOverload,
        types: object,
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        output = func(*args, **(kwargs or {}))
        if not self.problem:
            try:
                self.note(func, args, kwargs or {}, output)
            except NotReplayableError as error:
                self.problem = str(error)
                self.operations.clear()
                self.constant.clear()
        return output

    def note(
        self,
        func: torch._ops.OpOverload,
        args: Sequence[object],
        kwargs: Mapping[str, object],
        output: object,
    ) -> None:
        """Note one operation, if a second run would do the same."""
        if REFUSED.intersection(func.tags):
            raise NotReplayableError("its Python reads values, or it draws at random")
        read: list[Tensor] = []
        made: list[Tensor] = []
        placed = [self.placed(each, read) for each in args]
        named = {key: self.placed(each, read) for key, each in kwargs.items()}
        outputs = output if isinstance(output, (list, tuple)) else [output]
        places = [self.placed(each, made) for each in outputs]
        noted = Operation(func, placed, named, places)
        if func is aten.lift_fresh.default:  # a constant that Python made
            self.constant |= {home(e.untyped_storage()): e.untyped_storage() for e in read}
        elif noted.reads <= self.constant.keys():
            stores = [each.untyped_storage() for each in made]
            self.constant |= {home(each): each for each in stores if home(each) in noted.makes}
        self.operations.append(noted)

    def placed(self, value: object, met: list[Tensor]) -> object:
        """Put places for tensors, which are noted."""
        if isinstance(value, Tensor):
            place, storage = Place.of(value), value.untyped_storage()
            if place.home not in self.bytes:
                self.bytes[place.home] = storage.nbytes()
                self.weak.append(StorageWeakRef(storage))
            met.append(value)
            return place
        if isinstance(value, (list, tuple)):
            return [self.placed(each, met) for each in value]
        return value


def home(storage: torch.UntypedStorage) -> int:
    """What tells a storage from all others that are referred to, be it weakly."""
    return int(storage._cdata) if storage.nbytes() else EMPTY


def homes(value: object) -> frozenset[int]:
    """Where everything lies that is in an argument."""
    if isinstance(value, Place):
        return frozenset({value.home})
    if isinstance(value, list):
        return frozenset().union(*map(homes, value))
    return frozenset()


def _changed(
    func: torch._ops.OpOverload, args: Sequence[object], kwargs: Mapping[str, object]
) -> frozenset[int]:
    if not func._schema.is_mutable:
        return frozenset()
    given = {each.name: value for each, value in zip(func._schema.arguments, args, strict=False)}
    given |= kwargs
    written = [given.get(each.name) for each in func._schema.arguments if each.is_write]
    return homes(written)
