"""Which tensors share memory, and which may no longer be read since one of them was written into.

A write in place is a new value of the same tensor. Whoever reads a view made before, or what the
view was made of, would read through that write. A recording cannot say so: it refuses, or, where
no ablation changes what is there, takes it as it is now.
"""

from collections.abc import Container, Sequence

from torch import Tensor

from ablation.neural.sweep.errors import UnsuitableError
from ablation.neural.sweep.steps import Step


class Storages:
    """Memory, and the steps whose values lie in it."""

    def __init__(self) -> None:
        self.makers: dict[int, list[Step]] = {}
        self.tensors: dict[int, set[int]] = {}
        self.stale: dict[int, bool] = {}  # and whether an ablation may change what is there
        self.lost: set[Step] = set()

    def note(self, leaf: Tensor, step: Step) -> None:
        """A step has made this tensor, as it is now."""
        memory = leaf.untyped_storage().data_ptr()
        self.makers.setdefault(memory, []).append(step)
        self.tensors.setdefault(memory, set()).add(id(leaf))
        self.stale.pop(id(leaf), None)

    def spoil(self, leaf: Tensor, changing: Container[Step], *, by_changing: bool) -> None:
        """Note a write into a tensor: nothing in its memory is what it was."""
        memory = leaf.untyped_storage().data_ptr()
        makers = self.makers.get(memory, ())
        old = any(self.stale.get(each, False) for each in self.tensors.get(memory, ()))
        may_change = by_changing or old or any(step in changing for step in makers)
        self.lost.update(makers)
        self.makers[memory] = []
        for each in self.tensors.get(memory, set()) | {id(leaf)}:
            self.stale[each] = may_change

    def forget(self, leaf: int, memory: int) -> None:
        """A tensor is no more; when none is left in its memory, others may lie there."""
        self.stale.pop(leaf, None)
        left = self.tensors.get(memory, set())
        left.discard(leaf)
        if not left:
            self.tensors.pop(memory, None)
            self.makers.pop(memory, None)

    def is_stale(self, leaf: Tensor) -> bool:
        """Whether a tensor was written into through another name.

        Raises UnsuitableError where an ablation may change what is there now.
        """
        if id(leaf) not in self.stale:
            return False
        if self.stale[id(leaf)]:
            raise UnsuitableError("a write in place reaches a value that others read")
        return True

    def spoiled(self) -> frozenset[Step]:
        """The steps whose values are lost."""
        return frozenset(self.lost)


def written_into(known: Sequence[Tensor], found: object, name: str) -> Tensor:
    """The one tensor that an operation wrote into and returned; else it is refused.

    Views of one memory count writes together: what is written into stands first.
    """
    target, *others = known
    memory = target.untyped_storage().data_ptr()
    one = all(other.untyped_storage().data_ptr() == memory for other in others)
    if not one or (found is not None and found is not target):
        raise UnsuitableError(f"{name} writes in place into what it does not return")
    return target
