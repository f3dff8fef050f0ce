"""A step as the list of its operations: run again, it costs no Python, no vmap and no autograd.

What the operations were applied to and what came out is kept as places in memory, so the second run
finds every view made. Memory that nothing reads any more is given to what comes later.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from ablation.neural.training.errors import NotReplayableError

aten = torch.ops.aten
QUICK: dict[object, Callable[..., object]] = {  # by torch's own names, operations are called faster
    aten.bmm.default: torch.bmm,
    aten.add.Tensor: torch.add,
    aten.sub.Tensor: torch.sub,
    aten.mul.Tensor: torch.mul,
    aten.mul.Scalar: torch.mul,
    aten.div.Tensor: torch.div,
    aten.div.Scalar: torch.div,
    aten.sum.dim_IntList: torch.sum,
    aten.cat.default: torch.cat,
    aten.stack.default: torch.stack,
}

MOST = 2**28  # bytes that a recorded step may make
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
        return cls(_home(value), start, value.shape, value.stride(), value.dtype)

    def tensor(self, storages: Mapping[int, tuple[torch.UntypedStorage, int]]) -> Tensor:
        """Make the tensor that lies here, in this storage."""
        storage, shift = storages[self.home]
        made = torch.empty(0, dtype=self.dtype, device=storage.device)
        start = (self.start + shift) // made.element_size()
        return made.set_(storage, start, self.size, self.stride)


@dataclass(slots=True)
class Operation:
    """One operation: what it reads, and what new memory it makes."""

    func: torch._ops.OpOverload
    args: Sequence[object]
    kwargs: Mapping[str, object]
    outputs: Sequence[object]
    reads: frozenset[int]
    changes: frozenset[int]  # of what was there before
    makes: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        homes = {each.home for each in self.outputs if isinstance(each, Place)}
        self.makes = frozenset(homes - self.reads - {0})  # at 0 lies what is empty


class Recorder(TorchDispatchMode):
    """Notes every operation that torch runs, below vmap and autograd."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # nothing is compiled here, so the compiler need not be imported

    def __init__(self) -> None:
        TorchDispatchMode.__init__(self)
        self.noted: list[tuple[torch._ops.OpOverload, tuple[object, ...], Mapping[str, object]]]
        self.noted, self.outputs = [], list[object]()
        self.known, self.made = set[int](), 0  # memory in use, in bytes: all of it stays

    def __torch_dispatch__(
        self,
        func: torch._ops.OpOverload,
        types: object,
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        output = func(*args, **(kwargs or {}))
        if self.made > MOST:
            return output
        for each in output if isinstance(output, (list, tuple)) else [output]:
            if isinstance(each, Tensor) and _home(each) not in self.known:
                self.known.add(_home(each))
                self.made += each.untyped_storage().nbytes()
        self.noted.append((func, args, kwargs or {}))
        self.outputs.append(output)
        if self.made > MOST:
            self.noted.clear()
            self.outputs.clear()
        return output


@dataclass(frozen=True, slots=True)
class Tape:
    """Calls that make the results of a step anew from what is put into `fed`."""

    calls: tuple[Callable[[], object], ...]
    fed: tuple[Tensor, ...]
    results: tuple[Tensor | None, ...]

    @classmethod
    def of(
        cls,
        recorder: Recorder,
        fed: Sequence[Tensor],
        fixed: Iterable[Tensor],
        changing: Iterable[Tensor],
        results: Sequence[Tensor | None],
    ) -> "Tape":
        """Turn what was recorded into calls.

        `fed` are inputs of their own, `fixed` are read where they lie, `changing` may be changed by
        the step. Raises NotReplayableError where a second run would not be the same step.

        >>> x, w = torch.ones(3), torch.ones(3)
        >>> with Recorder() as seen:
        ...     y = (x * w).exp()
        >>> tape = Tape.of(seen, [x], [w], [], [y])
        >>> tape.run([torch.zeros(3)])[0].tolist(), len(tape.calls)
        ([1.0, 1.0, 1.0], 2)
        """
        fixed, changing = list(fixed), list(changing)
        lies = {_home(each): each.untyped_storage() for each in [*fed, *fixed, *changing]}
        lies[0] = torch.empty(0).untyped_storage()  # of what is empty
        roots = frozenset(lies)
        operations = _operations(recorder, lies)
        allowed = {_home(each) for each in changing}
        ends = tuple(each if each is None else Place.of(each) for each in results)
        homes = {each.home for each in ends if each}
        kept = _kept(operations, roots, allowed, homes)
        same = _same(kept, homes)
        kept = [each for each in kept if not each.makes & same.keys()]
        storages = _storages(kept, same, homes, lies)
        made: dict[Place, Tensor] = {}

        def tensor(place: Place) -> Tensor:
            if place not in made:
                made[place] = place.tensor(storages)
            return made[place]

        calls = tuple(_call(each, tensor) for each in kept)
        return cls(calls, tuple(fed), tuple(e if e is None else tensor(e) for e in ends))

    def run(self, fed: Iterable[Tensor]) -> tuple[Tensor | None, ...]:
        """Take the step on other inputs; the results are overwritten by the next."""
        with torch.no_grad():
            for mine, given in zip(self.fed, fed, strict=True):
                mine.copy_(given)
            for call in self.calls:
                call()
        return self.results


def _home(value: Tensor) -> int:
    return value.untyped_storage().data_ptr()


def _placed(value: object, met: list[Tensor]) -> object:
    """Put places for tensors, which are noted."""
    if isinstance(value, Tensor):
        met.append(value)
        return Place.of(value)
    if isinstance(value, (list, tuple)):
        return [_placed(each, met) for each in value]
    return value


def _operations(recorder: Recorder, lies: dict[int, torch.UntypedStorage]) -> list[Operation]:
    """What was recorded, by places; nothing may come from where nobody looked."""
    if recorder.made > MOST:
        raise NotReplayableError(f"it makes more than {MOST >> 20} MB")
    found = []
    for (func, args, kwargs), output in zip(recorder.noted, recorder.outputs, strict=True):
        if REFUSED.intersection(func.tags):
            raise NotReplayableError("its Python reads values, or it draws at random")
        read: list[Tensor] = []
        made: list[Tensor] = []
        placed = [_placed(each, read) for each in args]
        named = {key: _placed(each, read) for key, each in kwargs.items()}
        outputs = output if isinstance(output, (list, tuple)) else [output]
        places = [_placed(each, made) for each in outputs]
        reads = {_home(each): each.untyped_storage() for each in read}
        if func is aten.lift_fresh.default:
            lies |= reads  # a constant that Python made
        if not reads.keys() <= lies.keys():
            raise NotReplayableError("it uses tensors that come from nowhere")
        changed = _changed(func, placed, named)
        found.append(Operation(func, placed, named, places, frozenset(reads), changed))
        lies |= {_home(each): each.untyped_storage() for each in made}
    return found


def _changed(
    func: torch._ops.OpOverload, args: Sequence[object], kwargs: Mapping[str, object]
) -> frozenset[int]:
    if not func._schema.is_mutable:
        return frozenset()
    given = {each.name: value for each, value in zip(func._schema.arguments, args, strict=False)}
    given |= kwargs
    written = [given.get(each.name) for each in func._schema.arguments if each.is_write]
    flat = [each for value in written for each in (value if isinstance(value, list) else [value])]
    return frozenset(each.home for each in flat if isinstance(each, Place))


def _kept(
    operations: Sequence[Operation], lies: frozenset[int], allowed: set[int], ends: set[int]
) -> list[Operation]:
    """Leave views and constants away: they are as they were."""
    changed = {home for each in operations for home in each.changes}
    made = {home for each in operations for home in each.makes}
    if not changed <= made | allowed:
        raise NotReplayableError("it changes tensors in place that outlive it")
    moving, kept = set(lies) | changed | ends, []
    for each in operations:
        if each.changes or (each.makes and (each.reads | each.makes) & moving):
            kept.append(each)
            moving |= each.makes
    return kept


def _same(kept: Sequence[Operation], ends: set[int]) -> dict[int, Place]:
    """Products with one, which vmap makes of every bias: the place where the factor lies."""
    changed = {home for each in kept for home in each.changes}
    found: dict[int, Place] = {}
    for each in kept:
        [made, *_], [source, *factor] = each.outputs, each.args
        if each.func is not aten.mul.Scalar or factor != [1]:
            continue
        assert isinstance(source, Place)
        assert isinstance(made, Place)
        alike = (source.size, source.stride, source.dtype) == (made.size, made.stride, made.dtype)
        if alike and not {source.home, made.home} & (changed | ends) and not made.start:
            nearer = found.get(source.home)
            start = source.start + (nearer.start if nearer else 0)
            found[made.home] = replace(source, home=(nearer or source).home, start=start)
    return found


def _storages(
    kept: Sequence[Operation],
    same: Mapping[int, Place],
    ends: set[int],
    recorded: Mapping[int, torch.UntypedStorage],
) -> dict[int, tuple[torch.UntypedStorage, int]]:
    """Where everything lies: what is made lies where something did that nothing reads any more."""

    def homes(each: Operation) -> set[int]:
        return {same[h].home if h in same else h for h in each.reads | each.changes | each.makes}

    last = {home: number for number, each in enumerate(kept) for home in homes(each)}
    lies = {home: (storage, 0) for home, storage in recorded.items()}
    made = {home for each in kept for home in each.makes}
    free: list[torch.UntypedStorage] = []
    for number, each in enumerate(kept):
        for home in each.makes:
            needed = recorded[home].nbytes()
            fitting = [one for one in free if one.nbytes() >= needed]
            if fitting:
                taken = min(fitting, key=lambda one: one.nbytes())
                free = [one for one in free if one is not taken]
                lies[home] = taken, 0
        free += [lies[h][0] for h in homes(each) & made - ends if last[h] == number]
    for home, place in same.items():
        lies[home] = lies[place.home][0], place.start
    return lies


def _call(each: Operation, tensor: Callable[[Place], Tensor]) -> Callable[[], object]:
    """One operation as a call without arguments, that writes where its output lies."""

    def real(value: object) -> object:
        if isinstance(value, Place):
            return tensor(value)
        return [real(one) for one in value] if isinstance(value, list) else value

    args = [real(one) for one in each.args]
    kwargs = {key: real(one) for key, one in each.kwargs.items()}
    if not each.makes:
        return partial(each.func, *args, **kwargs)
    outputs = [
        tensor(e) if isinstance(e, Place) and e.home in each.makes else None for e in each.outputs
    ]
    if each.func is aten.clone.default:
        return partial(aten.copy_.default, outputs[0], args[0])
    if (found := _writes(each.func)) is None:
        return partial(_copied, each.func, args, kwargs, outputs)
    write, names = found
    return partial(write, *args, **kwargs, **dict(zip(names, outputs, strict=True)))


def _copied(
    func: torch._ops.OpOverload,
    args: Sequence[object],
    kwargs: Mapping[str, object],
    outputs: Sequence[Tensor | None],
) -> None:
    """Run an operation that cannot write where it is told to."""
    made = func(*args, **kwargs)
    for mine, new in zip(outputs, made if isinstance(made, (list, tuple)) else [made], strict=True):
        if mine is not None:
            mine.copy_(new)


@lru_cache
def _writes(func: torch._ops.OpOverload) -> tuple[Callable[..., object], tuple[str, ...]] | None:
    """How torch calls an operation that writes where it is told to, if a processor can."""
    if func in QUICK:
        return QUICK[func], ("out",)
    if func._schema.is_mutable:
        return None
    wanted = [(each.name, str(each.type)) for each in func._schema.arguments]
    for name in func.overloadpacket.overloads():
        other = getattr(func.overloadpacket, name)
        outs = [each.name for each in other._schema.arguments if each.is_write]
        given = [(e.name, str(e.type)) for e in other._schema.arguments if not e.is_write]
        if outs and given == wanted and len(outs) == len(func._schema.returns):
            own = torch._C._dispatch_has_kernel_for_dispatch_key(other.name(), "CPU")
            return (other, tuple(outs)) if own else None
    return None
