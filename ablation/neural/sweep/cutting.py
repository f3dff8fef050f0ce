"""What is passed on when parts are off: the operator's value in their place, all else as it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.utils import _pytree

from ablation.neural.errors import AblationHadNoEffectError, OperatorCannotServeError
from ablation.neural.replacement import Replacement
from ablation.neural.sweep.parts import Part
from ablation.neural.trees import numbers, tensors
from ablation.operators import Operator, Skip


@dataclass(frozen=True, slots=True)
class Cut:
    """One part, its operator, and the values that the operator may draw from.

    >>> from ablation.neural.selection import Place
    >>> from ablation.operators import Zero
    >>> cut = Cut(Part("a[1]", Place("a", nn.ReLU()), 1, 2), Zero())
    >>> cut(torch.ones(1, 3), (), {}, 0)
    tensor([[1., 0., 1.]])
    """

    part: Part
    operator: Operator
    reference: tuple[object, ...] = ()
    seed: int = 0
    evidence: "Evidence" = field(default_factory=lambda: Evidence(), compare=False)

    def __call__(
        self, value: object, args: Sequence[object], kwargs: Mapping[str, object], number: int
    ) -> object:
        """Pass on something else than `value` in call `number`; a random draw repeats itself."""
        part = self.part
        device = next(iter(tensors(value)), torch.empty(0)).device
        generator = torch.Generator(device).manual_seed(self.seed + (number << 20))
        make = Replacement(self.operator, part.place, self.reference, generator)
        if part.whole:
            instead = make(value, args, dict(kwargs), number)
        else:
            if isinstance(self.operator, Skip):
                reason = f"{part} are units, which have no input of their own to pass on."
                raise OperatorCannotServeError(self.operator, reason)
            instead = self._units(value, make, number)
        self.evidence.note(value, instead)
        return instead

    def _units(self, value: object, make: Replacement, number: int) -> object:
        leaves, structure = _pytree.tree_flatten(value)
        first = next((i for i, leaf in enumerate(leaves) if numbers(leaf)), None)
        if first is None:
            raise OperatorCannotServeError(self.operator, f"{self.part} is no tensor of numbers.")
        changed = leaves[first].clone()
        units = make(self.part.of(leaves[first]), (), {}, number)
        assert isinstance(units, Tensor)
        self.part.of(changed).copy_(units)
        leaves[first] = changed
        return _pytree.tree_unflatten(leaves, structure)

    def refuse_no_effect(self) -> None:
        """Raise AblationHadNoEffectError unless some call passed on something else."""
        if not self.evidence.proven:
            raise AblationHadNoEffectError(self.part.name, self.operator, self.evidence.calls)


@dataclass(eq=False, slots=True)
class Evidence:
    """How often a cut was made, and whether it ever changed anything beyond rounding."""

    calls: int = 0
    changes: list[Tensor] = field(default_factory=list)

    def note(self, before: object, after: object) -> None:
        """Compare once with what would have been passed on; after a proof only count."""
        self.calls += 1
        if len(self.changes) > 8 or (self.changes and self.proven):
            return
        for old, new in zip(numbers(before), numbers(after), strict=True):
            rounding = 8 * torch.finfo(old.dtype).eps * old.abs().amax() if old.numel() else 0
            self.changes.append(((new - old).abs() > rounding).any())

    @property
    def proven(self) -> bool:
        """Whether any change was seen."""
        return any(bool(each) for each in self.changes)
