"""Guesses at every effect for a few passes: where to look first, never what was found.

A first-order guess (attribution patching, Syed et al. 2023) is a straight line drawn at the
factual pass; integrated gradients (Sundararajan et al. 2017) follow the way from ablated to
factual, for all components of one layer together. Low precision is the sweep itself with fewer
digits. How good a screen is differs from network to network, so `screen` measures it each time.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from ablation.neural.forwards import Forward, standing_in
from ablation.neural.replacement import Replacement
from ablation.neural.sweep.cutting import Cut, Site, site_of
from ablation.neural.sweep.errors import NoGradientError
from ablation.neural.sweep.metric import refuse_complex
from ablation.neural.taps import Place, passed
from ablation.neural.trees import Inputs, call, copied, mapped

Effects = npt.NDArray[np.float64]
Measure = Callable[[object], object]
Sweeping = Callable[[nn.Module, Inputs], Effects]  # the exact effects, of any module and inputs


class Screen(Protocol):
    """Guesses the effect of each component on one batch."""

    def effects(
        self, module: nn.Module, inputs: Inputs, cuts: Sequence[Cut], metric: Measure, by: Sweeping
    ) -> Effects:
        """One number for each component."""
        ...


@dataclass(frozen=True, slots=True)
class FirstOrder:
    """The gradient times the change, in one pass forward and one back for all components.

    Cheap, and blind where the metric is curved: on trained heads set to zero it may be no better
    than chance, or worse.

    >>> FirstOrder()
    FirstOrder()
    """

    def effects(
        self, module: nn.Module, inputs: Inputs, cuts: Sequence[Cut], metric: Measure, by: Sweeping
    ) -> Effects:
        """One number for each component."""
        del by
        return _along(module, inputs, cuts, metric, shares=(1.0,))


@dataclass(frozen=True, slots=True)
class IntegratedGradients:
    """The mean gradient on the way from ablated to factual, layer by layer, times the change.

    Costs `steps` passes forward and back for each place where components are cut.

    >>> IntegratedGradients(steps=4)
    IntegratedGradients(steps=4)
    """

    steps: int = 8

    def effects(
        self, module: nn.Module, inputs: Inputs, cuts: Sequence[Cut], metric: Measure, by: Sweeping
    ) -> Effects:
        """One number for each component."""
        del by
        found = np.zeros(len(cuts))
        layers: dict[Site, list[int]] = {}
        for i, cut in enumerate(cuts):
            layers.setdefault(site_of(cut.place), []).append(i)
        shares = [(step + 0.5) / self.steps for step in range(self.steps)]
        for members in layers.values():
            layer = [cuts[i] for i in members]
            found[members] = _along(module, inputs, layer, metric, shares=shares)
        return found


@dataclass(frozen=True, slots=True)
class LowPrecision:
    """The exact sweep of a copy of the network in fewer digits.

    >>> LowPrecision()
    LowPrecision(dtype=torch.bfloat16)
    """

    dtype: torch.dtype = torch.bfloat16

    def effects(
        self, module: nn.Module, inputs: Inputs, cuts: Sequence[Cut], metric: Measure, by: Sweeping
    ) -> Effects:
        """One number for each component."""
        del cuts, metric

        def short(leaf: Tensor) -> Tensor:
            return leaf.to(self.dtype) if leaf.is_floating_point() else leaf

        return by(copy.deepcopy(module).to(self.dtype), cast("Inputs", mapped(short, inputs)))


def _along(
    module: nn.Module,
    inputs: Inputs,
    cuts: Sequence[Cut],
    metric: Measure,
    *,
    shares: Sequence[float],
) -> Effects:
    """Gradient times change, summed over calls; `shares` of the way from ablated to factual."""
    total = np.zeros(len(cuts))
    for share in shares:
        watched = _watching(cuts, share)
        with torch.enable_grad(), standing_in(_stand_ins(watched)):
            returned = metric(call(module, cast("Inputs", copied(inputs))))
            refuse_complex(returned)
            if not isinstance(returned, Tensor) or not returned.requires_grad:
                raise NoGradientError(returned)
            values = [each for watch in watched.values() for each, _ in watch.seen]
            slopes = torch.autograd.grad(returned.double().mean(), values, allow_unused=True)
        by_call = iter(slopes)
        for watch in watched.values():
            for _, changes in watch.seen:
                slope = next(by_call)
                if slope is not None:
                    for i, change in changes:
                        total[i] += float((slope * change).sum(dtype=torch.float64))
    return total / len(shares)


@dataclass(eq=False)
class _Watching:
    """A forward that passes on a value with a gradient, part of the way to being ablated."""

    place: Place
    forward: Forward
    cuts: Sequence[tuple[int, Replacement]]
    share: float
    seen: list[tuple[Tensor, list[tuple[int, Tensor]]]] = field(default_factory=list)

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Note the value, and what each component would change in it."""

        def shown(value: object) -> object:
            if not self.place.leaves(value):
                return value
            leaves = self.place.pieces(value)
            own = leaves[0].clone()
            number, changes, moved = len(self.seen), [], own
            for i, replacement in self.cuts:
                with torch.no_grad():
                    instead = replacement(value, args, kwargs, number)
                    change = own - self.place.pieces(instead)[0]
                changes.append((i, change.detach()))
                moved = moved - (1 - self.share) * change.detach()
            if not moved.requires_grad:
                moved.requires_grad_()
            self.seen.append((moved, changes))
            return self.place.put(value, [moved.clone(), *leaves[1:]])

        return passed(self.place, self.forward, shown, args, kwargs)


def _watching(cuts: Sequence[Cut], share: float) -> dict[Site, _Watching]:
    members: dict[Site, list[tuple[int, Replacement]]] = {}
    for i, cut in enumerate(cuts):
        members.setdefault(site_of(cut.place), []).append((i, cut.prepared(0)))
    last: dict[nn.Module, Forward] = {}
    watching = {}
    for site, mine in members.items():
        place = mine[0][1].place
        whole = replace(place, part=None)
        inner = last.get(place.module, place.module.forward)
        watching[site] = last[place.module] = _Watching(whole, inner, mine, share)
    return watching


def _stand_ins(watched: Mapping[Site, _Watching]) -> dict[nn.Module, Forward]:
    return {each.place.module: each for each in watched.values()}
