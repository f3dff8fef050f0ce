"""Steps of several arms taken from a recording, where their Python would have made the same calls.

The second step with a kind of batch is recorded, and every later one rehearsed against it: its
Python runs, and computes nothing. As long as it calls what was called, the recording computes. The
recording is held against what it records, and now and then against a step taken without it.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import torch
from torch import Tensor
from torch.utils import _pytree

from ablation.neural.training.script import PLAIN, Script
from ablation.neural.training.tape import Tape

EVERY = 64  # recorded steps, of which one is taken both ways
KINDS = 8  # of batches that are recorded
ROUNDING = 1e3  # units in the last place of the largest entry, that the order of summation may cost


Given = TypeVar("Given")
OTHERWISE = "a recorded step came out otherwise than without the recording"


@dataclass(eq=False)
class Recording(Generic[Given]):
    """One step: what its Python called, and what torch computed."""

    script: Script[Given]
    tape: Tape
    uses: int = 0

    def is_due(self) -> bool:
        """Count a use; the first, and now and then another, is to be taken both ways."""
        self.uses += 1
        return self.uses % EVERY == 1


@dataclass(eq=False)
class Replay(Generic[Given]):
    """The recordings of a training, by the kind of batch."""

    kept: dict[Hashable, Recording[Given]] = field(default_factory=dict)
    met: set[Hashable] = field(default_factory=set)
    problem: str = ""
    steps: int = 0
    replayed: int = 0

    def wants(self, kind: Hashable) -> bool:
        """Whether to record this step: the second with this kind of batch."""
        new = kind not in self.met
        self.met.add(kind)
        return not (new or self.problem or kind is None or len(self.kept) == KINDS)

    def stop(self, problem: str) -> None:
        """Take every later step without a recording."""
        self.problem = self.problem or problem
        self.kept.clear()

    def __str__(self) -> str:
        why = f" ({self.problem})" if self.problem else ""
        return f"{self.replayed} of {self.steps} steps replayed{why}"


def kind_of(batch: object, axes: object) -> Hashable:
    """What two batches must share to be served by one recording; None for what is not known.

    >>> kind_of((torch.ones(2), 3), (0, None)) == kind_of((torch.zeros(2), 3), (0, None))
    True
    >>> kind_of((torch.ones(2), 3), (0, None)) == kind_of((torch.ones(2), 4), (0, None))
    False
    """
    leaves, structure = _pytree.tree_flatten(batch)
    if not all(isinstance(each, (Tensor, *PLAIN)) for each in leaves):
        return None
    shown = tuple(
        (each.shape, each.stride(), each.dtype, each.device, each.requires_grad)
        if isinstance(each, Tensor)
        else (type(each), each)
        for each in leaves
    )
    same = tuple(next(i for i, other in enumerate(leaves) if other is each) for each in leaves)
    return shown, same, str(structure), str(axes)


def agree(some: Sequence[Tensor | None], others: Sequence[Tensor | None]) -> bool:
    """Whether results are the same up to the order of summation.

    >>> agree([torch.ones(2)], [torch.ones(2) + 1e-6]), agree([torch.ones(2)], [torch.zeros(2)])
    (True, False)
    """
    return len(some) == len(others) and all(map(_agree, some, others))


def _agree(one: Tensor | None, other: Tensor | None) -> bool:
    if one is None or other is None:
        return one is other
    if not one.is_floating_point():
        return torch.equal(one, other)
    finite = other[other.isfinite()].abs()
    largest = float(finite.max()) if finite.numel() else 0.0
    most = ROUNDING * torch.finfo(one.dtype).eps * largest
    return torch.allclose(one, other, rtol=0, atol=most, equal_nan=True)


def holds(
    tape: Tape,
    inputs: Sequence[Tensor],
    buffers: Sequence[Tensor],
    before: Sequence[Tensor],
    results: Sequence[Tensor | None],
) -> bool:
    """Whether a tape makes the results of a step that was taken; `before` are the buffers then."""
    after = [each.clone() for each in buffers]
    _put(buffers, before)
    good = agree([*tape.run(inputs), *buffers], [*results, *after])
    _put(buffers, after)
    return good


def _put(buffers: Sequence[Tensor], values: Sequence[Tensor]) -> None:
    for each, value in zip(buffers, values, strict=True):
        each.copy_(value)
