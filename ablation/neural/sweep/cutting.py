"""A component ready to be switched off inside a recorded pass, with the proof that it acted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import torch
from torch import Tensor, nn

from ablation.neural.errors import AblationHadNoEffectError
from ablation.neural.replacement import Replacement, stream
from ablation.neural.selection import Patterns, select
from ablation.neural.taps import Place
from ablation.neural.trees import tensors
from ablation.operators import Operator

Site: TypeAlias = tuple[nn.Module, str, str | None]


def site_of(place: Place) -> Site:
    """Where a component is cut: components of one site are cut out of the same value."""
    return place.module, place.at, place.argument


def places_of(module: nn.Module, patterns: Patterns | None) -> dict[str, Place]:
    """Find components, pattern by pattern: in a sweep one may lie inside another.

    >>> net = nn.ModuleDict({"a": nn.Sequential(nn.Linear(2, 2))})
    >>> list(places_of(net, ["a", "a.0[*]"]))
    ['a', 'a.0[0]', 'a.0[1]']
    """
    return select(module, patterns, overlapping=True)


@dataclass(eq=False, slots=True)
class Cut:
    """One component, its operator, and how often it was seen to change what passes on.

    >>> from ablation import Resample
    >>> cut = Cut(Place("relu", nn.ReLU()), Resample())
    >>> cut.prepared(0)(torch.tensor([[1.0], [2.0]]), (), {}, 0)
    tensor([[2.],
            [1.]])
    """

    place: Place
    operator: Operator
    reference: tuple[object, ...] = ()
    seed: int = 0
    before: int = 0  # examples of earlier batches
    calls: int = 0
    acted: bool = False
    changes: list[Tensor] = field(default_factory=list)

    def prepared(self, number: int) -> Replacement:
        """What to pass on in one run, where this is the component of that number."""
        draws = stream(self.operator, self.seed, number, before=self.before)
        return Replacement(self.operator, self.place, self.reference, draws)

    def note(self, before: object, after: object) -> None:
        """Compare what passes on with what would have; after a proof only count."""
        self.calls += 1
        if self.proven:
            return
        for old, new in zip(self.place.pieces(before), self.place.pieces(after), strict=True):
            self.changes.append((new - old).abs().amax() > _rounding(old))

    @property
    def proven(self) -> bool:
        """Whether any call passed on something else."""
        if self.changes:
            self.acted = self.acted or any(bool(each) for each in self.changes)
            self.changes.clear()
        return self.acted

    def refuse_no_effect(self) -> None:
        """Raise AblationHadNoEffectError unless some call passed on something else."""
        if not self.proven:
            raise AblationHadNoEffectError(self.place.name, self.operator, self.calls)


def _rounding(leaf: Tensor) -> Tensor | float:
    return 8 * torch.finfo(leaf.dtype).eps * leaf.abs().amax() if leaf.numel() else 0.0


def arguments_of(
    place_argument: str | None,
    names: Mapping[str, object],
) -> str | None:
    """Which of the named arguments a place reads: the one it names, or the first with tensors."""
    if place_argument is not None:
        return place_argument if place_argument in names else None
    return next((name for name, value in names.items() if tensors(value)), None)
