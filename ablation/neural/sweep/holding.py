"""What operations made, held within a bound of bytes; of what was let go, the form is left.

Counted is memory, not values: views of one tensor take it once, and keep all of it.
"""

from collections import OrderedDict
from collections.abc import Callable, Container, Iterator, Mapping

import torch
from torch import Tensor

from ablation.neural.sweep.steps import Step
from ablation.neural.trees import mapped, tensors

Leaving = Callable[[Step, object], None]


class Held:
    """Values by operation; those used longest ago are let go, the last of all never.

    >>> one, two = (Step(i, "add", print, ()) for i in range(2))
    >>> held = Held(memory=8)
    >>> held.add(one, torch.ones(2)), held.add(two, torch.ones(2))
    (None, None)
    >>> one in held, held.form(one).shape, held.size
    (False, torch.Size([2]), 8)
    """

    def __init__(
        self, memory: int, stays: Container[str] = (), leaving: Leaving | None = None
    ) -> None:
        self.memory, self.stays, self.leaving = memory, stays, leaving
        self.stay: dict[Step, object] = {}  # by the name of its operation, whatever it takes
        self.kept: OrderedDict[Step, object] = OrderedDict()
        self.forms: dict[Step, object] = {}
        self.uses: dict[int, int] = {}  # how many tensors that are held lie in some memory
        self.size = 0

    def __contains__(self, step: Step) -> bool:
        return step in self.kept or step in self.stay

    def add(self, step: Step, value: object) -> None:
        """Hold a value, and let others go for it."""
        if step in self.kept or step in self.stay:
            return
        if step.name in self.stays:
            self.stay[step] = value
            return
        self.kept[step] = value
        self._count(value, 1)
        while self.size > self.memory and len(self.kept) > 1:
            self._let_go(next(iter(self.kept)))

    def one(self, step: Step) -> object:
        """A value that is held; it is now the one used last."""
        if step in self.stay:
            return self.stay[step]
        if self.forms:  # else nothing was let go, and in which order they would go is no matter
            self.kept.move_to_end(step)
        return self.kept[step]

    def form(self, step: Step) -> object:
        """A value, or what it would be without its numbers."""
        for known in (self.kept, self.stay):
            if step in known:
                return known[step]
        return self.forms[step]

    def known(self) -> Iterator[tuple[Step, object]]:
        """The form of everything that was ever held."""
        yield from self.stay.items()
        yield from self.forms.items()
        yield from ((step, value) for step, value in self.kept.items() if step not in self.forms)

    def refill(self, values: Mapping[Step, object]) -> None:
        """Hold others of the same sizes in place of these, of which none was ever let go."""
        self.kept.update((step, values[step]) for step in self.kept)
        self.stay.update((step, values[step]) for step in self.stay)

    def drop(self, step: Step) -> None:
        """Let one go."""
        if step in self.kept:
            self._let_go(step)

    def clear(self) -> None:
        """Hold nothing any more."""
        self.stay.clear()
        self.kept.clear()
        self.uses.clear()
        self.size = 0

    def _let_go(self, step: Step) -> None:
        value = self.kept.pop(step)
        self._count(value, -1)
        if step not in self.forms:
            self.forms[step] = form_of(value)
        if self.leaving is not None:
            self.leaving(step, value)

    def _count(self, value: object, more: int) -> None:
        for leaf in tensors(value):
            memory = leaf.untyped_storage()
            where = memory.data_ptr()
            before = self.uses.get(where, 0)
            self.uses[where] = before + more
            if before == 0 or before + more == 0:
                self.size += more * memory.nbytes()


def form_of(value: object) -> object:
    """The same without its numbers.

    >>> form_of((torch.ones(2, 3), 5))
    (tensor(..., device='meta', size=(2, 3)), 5)
    """

    def without(leaf: Tensor) -> Tensor:
        return torch.empty_like(leaf, device="meta")

    return mapped(without, value)
