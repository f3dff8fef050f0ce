"""Which tensors share memory, and which may no longer be read since one of them was written into.

A write in place is a new value of the same tensor. Whoever reads a view made before, or what the
view was made of, would read through that write; a recording cannot say so, and refuses.
"""

from collections.abc import Sequence

from torch import Tensor

from ablation.neural.sweep.errors import UnsuitableError
from ablation.neural.sweep.steps import Step


class Storages:
    """Memory, and the steps whose values lie in it."""

    def __init__(self) -> None:
        self.makers: dict[int, list[Step]] = {}
        self.tensors: dict[int, set[int]] = {}
        self.stale: set[int] = set()
        self.lost: set[Step] = set()

    def note(self, leaf: Tensor, step: Step) -> None:
        """A step has made this tensor, as it is now."""
        memory = leaf.untyped_storage().data_ptr()
        self.makers.setdefault(memory, []).append(step)
        self.tensors.setdefault(memory, set()).add(id(leaf))
        self.stale.discard(id(leaf))

    def spoil(self, leaf: Tensor) -> None:
        """Note a write into a tensor: nothing in its memory is what it was."""
        memory = leaf.untyped_storage().data_ptr()
        self.lost.update(self.makers.get(memory, ()))
        self.makers[memory] = []
        self.stale |= self.tensors.get(memory, set()) | {id(leaf)}

    def refuse_stale(self, leaf: Tensor) -> None:
        """Raise UnsuitableError where a tensor was written into through another name."""
        if self.stale and id(leaf) in self.stale:
            raise UnsuitableError("a write in place reaches a value that others read")

    def spoiled(self) -> frozenset[Step]:
        """The steps whose values are lost."""
        return frozenset(self.lost)


def written_into(known: Sequence[Tensor], found: object, name: str) -> Tensor:
    """The one tensor that an operation wrote into and returned; else it is refused."""
    if len(known) > 1 or (found is not None and found is not known[0]):
        raise UnsuitableError(f"{name} writes in place into what it does not return")
    return known[0]
