"""A negative control: components of the same size whose features are drawn at random.

What a component does should stand out among sets of as many features, taken blindly from all
places that the audit looks at and replaced in the same way. Under "its features are as good as any"
every such set is as likely as the component, so the rank of its effect is an exact p-value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from ablation.neural.activations import Observed
from ablation.neural.forwards import Forward, standing_in, writes_in_place
from ablation.neural.replacement import Replacement, feature_axis
from ablation.neural.taps import Place, layered, outermost, passed
from ablation.neural.trees import called_on_copies, cloned
from ablation.neural.validity.laboratory import Laboratory, Own
from ablation.operators import Operator, OptimalConstant, ReplaceBy


@dataclass(frozen=True, slots=True)
class Control:
    """How far a component's effect stands out among those of random features."""

    p: float
    draws: int
    typical: float  # median size of the effect of as many random features


@dataclass(frozen=True, slots=True)
class Slots:
    """All features of the audited places, in one row; each component holds some of them."""

    places: tuple[Place, ...]
    axes: Mapping[str, int]
    widths: tuple[int, ...]
    sizes: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many features there are."""
        return sum(self.widths)

    def masks(self, chosen: np.ndarray) -> dict[str, Tensor]:
        """Which features of each place are among the chosen ones."""
        every = torch.zeros(self.total, dtype=torch.bool)
        every[torch.from_numpy(chosen)] = True
        names = (place.name for place in self.places)
        return dict(zip(names, every.split(list(self.widths)), strict=True))


def controls(
    lab: Laboratory, by: Operator, draws: int, rng: np.random.Generator
) -> dict[str, Control]:
    """Compare every component with random ones of its size; without those that have none."""
    found = slots(lab)
    if not draws or isinstance(by, OptimalConstant | ReplaceBy):
        return {}
    pool: Own = {}
    if lab.reference is not None:
        seen = layered({each.name: each for each in found.places}, Observed)
        with lab.quiet(), standing_in(outermost(seen)):
            called_on_copies(lab.module, lab.reference)
        pool = {name: tuple(each.own) for name, each in seen.items()}
    sizes = sorted({size for size in found.sizes.values() if size < found.total})
    random = {
        size: [
            float(abs(_effect(lab, by, found, pool, rng.permutation(found.total)[:size])))
            for _ in range(draws)
        ]
        for size in sizes
    }
    return {
        name: _ranked(abs(float(lab.effect([name], by).mean())), random[size])
        for name, size in found.sizes.items()
        if size in random
    }


def _ranked(effect: float, random: Sequence[float]) -> Control:
    least = effect * (1 - 1e-9)
    larger = sum(each >= least for each in random)
    return Control((1 + larger) / (1 + len(random)), len(random), float(np.median(random)))


def slots(lab: Laboratory) -> Slots:
    """Find the features of all places that components lie at, and how many each of them holds."""
    whole: dict[tuple[nn.Module, str, str | None], Place] = {}
    axes: dict[str, int] = {}
    widths: dict[str, int] = {}
    sizes: dict[str, int] = {}
    for name, place in lab.places.items():
        if place.part is not None and place.part.kind in ("patches", "tokens"):
            continue
        key = (place.module, place.at, place.argument)
        at = whole.setdefault(key, replace(place, name=f"{len(whole)} {name}", part=None))
        values = _seen(lab, at, place)
        if not values or values[0].ndim < 2:
            del whole[key]
            continue
        axes[at.name] = feature_axis(place, values[0])
        widths[at.name] = values[0].shape[axes[at.name]]
        part = place.part
        sizes[name] = (part.stop - part.start) * part.size if part else widths[at.name]
    kept = tuple(place for place in whole.values() if place.name in widths)
    return Slots(kept, axes, tuple(widths[place.name] for place in kept), sizes)


def _seen(lab: Laboratory, at: Place, place: Place) -> list[Tensor]:
    """What passes at a place in its first call."""
    if place.is_whole:
        return place.pieces(lab.factual().own[place.name][0])
    seen = Observed(at, at.module.forward)
    with lab.quiet(), standing_in({at.module: seen}):
        called_on_copies(lab.module, lab.inputs)
    return at.pieces(seen.own[0])


@dataclass(eq=False)
class _Masked:
    """A forward in which only the chosen features of what passes are replaced."""

    replacement: Replacement
    forward: Forward
    axis: int
    mask: Tensor
    number: int = 0

    @property
    def place(self) -> Place:
        return self.replacement.place

    def __call__(self, *args: object, **kwargs: object) -> object:
        safe = cloned((args, kwargs)) if writes_in_place(self.place.module) else (args, kwargs)
        return passed(self.place, self.forward, lambda v: self.mixed(v, args, kwargs), *safe)

    def mixed(self, value: object, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        before = self.place.pieces(value)
        after = self.place.pieces(self.replacement(value, args, kwargs, self.number))
        self.number += 1
        pairs = zip(before, after, strict=True)
        return self.place.put(value, [self.chosen(a, b) for a, b in pairs])

    def chosen(self, before: Tensor, after: Tensor) -> Tensor:
        shape = [1] * before.ndim
        if before.ndim <= self.axis or before.shape[self.axis] != len(self.mask):
            return before  # a second output, such as attention weights, has other features
        shape[self.axis] = len(self.mask)
        return torch.where(self.mask.view(shape).to(before.device), after, before)


def _effect(lab: Laboratory, by: Operator, found: Slots, pool: Own, chosen: np.ndarray) -> float:
    masks = found.masks(chosen)
    stand_ins = layered(
        {place.name: place for place in found.places if bool(masks[place.name].any())},
        lambda place, forward: _Masked(
            Replacement(by, place, pool.get(place.name, ()), lab.stream(place.name)),
            forward,
            found.axes[place.name],
            masks[place.name],
        ),
    )
    return float(lab.standing(outermost(stand_ins)).mean())
