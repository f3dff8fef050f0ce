"""A step as the list of its operations: run again, it costs no Python, no vmap and no autograd.

What the operations were applied to and what came out is known as places in memory, so the second
run finds every view made. Memory that nothing reads any more is given to what comes later.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import torch
from torch import Tensor

from ablation.neural.training.errors import NotReplayableError
from ablation.neural.training.recording import EMPTY, Operation, Place, Recorder, aten, home
from ablation.neural.training.shortcuts import shortened

MOST = 2**30  # bytes that may be held between the steps
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


@dataclass(frozen=True, slots=True)
class Tape:
    """Calls that make the results of a step anew from what is put into `fed`."""

    calls: tuple[Callable[[], object], ...]
    fed: tuple[Tensor, ...]
    results: tuple[Tensor | None, ...]
    memory: tuple[tuple[torch.UntypedStorage, int], ...]  # that is its own, and its bytes

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
        if recorder.problem:
            raise NotReplayableError(recorder.problem)
        changing = list(changing)
        outside = [each.untyped_storage() for each in [*fed, *fixed, *changing]]
        lies = {home(each): each for each in outside}
        lies[EMPTY] = torch.empty(0).untyped_storage()
        allowed = {home(each.untyped_storage()) for each in changing}
        ends = tuple(each if each is None else Place.of(each) for each in results)
        lasting = {each.home for each in ends if each}
        kept = _kept(recorder, frozenset(lies), allowed, lasting)
        kept = shortened(kept, lasting)
        shared = _shared(kept, lasting, recorder.bytes)
        storages = {**lies, **recorder.constant, **shared}
        made: dict[Place, Tensor] = {}

        def tensor(place: Place) -> Tensor:
            if place not in made:
                made[place] = place.tensor(storages)
            return made[place]

        calls = tuple(_call(each, tensor) for each in kept)
        ending = tuple(each if each is None else tensor(each) for each in ends)
        memory = {home(each): (each, each.nbytes()) for each in shared.values()}
        return cls(calls, tuple(fed), ending, tuple(memory.values()))

    def free(self) -> None:
        """Hold no memory until the next run; the results are lost."""
        for storage, _ in self.memory:
            storage.resize_(0)

    def run(self, fed: Iterable[Tensor]) -> tuple[Tensor | None, ...]:
        """Take the step on other inputs; the results are overwritten by the next."""
        for storage, size in self.memory:
            if not storage.nbytes():
                storage.resize_(size)
        with torch.no_grad():
            for mine, given in zip(self.fed, fed, strict=True):
                mine.copy_(given)
            for call in self.calls:
                call()
        return self.results


def _kept(
    recorder: Recorder, outside: frozenset[int], allowed: set[int], ends: set[int]
) -> list[Operation]:
    """Leave views and constants away, as they were; nothing may come from where nobody looked."""
    operations = recorder.operations
    changed = {each for operation in operations for each in operation.changes}
    made = {each for operation in operations for each in operation.makes}
    read = {each for operation in operations for each in operation.reads}
    if not read <= made | outside | recorder.constant.keys():
        raise NotReplayableError("it uses tensors that come from nowhere")
    if not changed <= made | allowed:
        raise NotReplayableError("it changes tensors in place that outlive it")
    moving, kept = set(outside) | changed | ends, []
    for each in operations:
        if each.changes or (each.makes and (each.reads | each.makes) & moving):
            kept.append(each)
            moving |= each.makes
    return kept


def _shared(
    kept: Sequence[Operation], ends: set[int], sizes: Mapping[int, int]
) -> dict[int, torch.UntypedStorage]:
    """Memory for what is made: where something lay that nothing reads any more, or new."""
    touched = [each.reads | each.changes | each.makes for each in kept]
    last = {one: number for number, each in enumerate(touched) for one in each}
    lies: dict[int, int] = {}  # by a number
    held: list[int] = []  # bytes
    free: list[int] = []
    for number, each in enumerate(kept):
        for one in each.makes - lies.keys():
            fitting = [place for place in free if held[place] >= sizes[one]]
            if fitting:
                lies[one] = min(fitting, key=held.__getitem__)
                free.remove(lies[one])
            else:
                lies[one] = len(held)
                held.append(sizes[one])
        free += [lies[one] for one in touched[number] & lies.keys() - ends if last[one] == number]
    if sum(held) > MOST:
        raise NotReplayableError(f"it would hold more than {MOST >> 20} MB")
    storages = [torch.UntypedStorage(size) for size in held]
    return {one: storages[place] for one, place in lies.items()}


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
