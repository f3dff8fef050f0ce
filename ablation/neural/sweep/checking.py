"""Which runs are compared with the naive loop, and on how many examples.

One that ran beside others is always among them, so that what is compared is what was done.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.utils import _pytree

from ablation.neural.sweep.batches import rows_of
from ablation.neural.sweep.engine import Done
from ablation.neural.sweep.rows import pieces_of
from ablation.neural.trees import Inputs


@dataclass(frozen=True, slots=True)
class Due:
    """What the quick road gave for one row: for the examples compared, and for all."""

    number: int
    few: object
    all: object


@dataclass(eq=False)
class Check:
    """Rows to compare, on the first examples of a batch."""

    rows: frozenset[int]
    whole: Inputs
    few: int
    examples: int
    axis: int = 0
    known: Mapping[int, object] = field(default_factory=dict)  # what some gave, run whole
    beside: bool = False  # whether one that ran beside others has been compared
    kept: Due | None = None  # one that could be
    done: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        all_ = self.few >= self.examples
        self.inputs = self.whole if all_ else rows_of(self.whole, self.few, axis=self.axis)

    def due(self, finished: Done) -> Iterator[Due]:
        """What of these runs is to be compared."""
        several = len(finished.numbers) > 1
        for place, number in enumerate(finished.numbers):
            if number in self.rows:
                self.beside = self.beside or several
                yield self._one(finished, place)
        if several and not self.beside:
            last = len(finished.numbers) - 1
            self.kept = self._one(finished, last)

    def missing(self) -> Iterator[Due]:
        """One that ran beside others, if none of those was compared."""
        if self.rows and not self.beside and self.kept is not None:
            yield self.kept

    def _one(self, finished: Done, place: int) -> Due:
        outputs = finished.outputs
        output = few = outputs.one(place)
        if self.few < self.examples:
            few = pieces_of(output, list(outputs.grows), 0, self.few, self.examples)
        return Due(finished.numbers[place], few, output)


def replaced(output: object, piece: object, few: int, examples: int) -> object:
    """An output of which the first examples are those of another.

    >>> replaced(torch.tensor([1, 2, 3, 4]), torch.tensor([5, 6]), 2, 4)
    tensor([5, 6, 3, 4])
    """
    if few >= examples:
        return piece
    leaves, structure = _pytree.tree_flatten(output)
    pieces = _pytree.tree_leaves(piece)
    found = [_replaced(a, b) for a, b in zip(leaves, pieces, strict=True)]
    return _pytree.tree_unflatten(found, structure)


def _replaced(whole: object, piece: object) -> object:
    if not isinstance(whole, Tensor) or not isinstance(piece, Tensor):
        return whole
    axes = [i for i, (a, b) in enumerate(zip(whole.shape, piece.shape, strict=True)) if a != b]
    if not axes:
        return piece
    size = piece.shape[axes[0]]
    rest = whole.narrow(axes[0], size, whole.shape[axes[0]] - size)
    return torch.cat([piece, rest], axes[0])
