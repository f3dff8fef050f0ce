"""The naive loop: one whole pass for each ablation. Slow, and right by construction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import torch
from torch import nn

from ablation.neural.errors import RandomModuleError
from ablation.neural.forwards import Forward, standing_in
from ablation.neural.parameters import Exchange, exchanged
from ablation.neural.patch import Ablated, evidence, standing_off
from ablation.neural.sweep.asking import tolerance
from ablation.neural.sweep.cutting import Cut, site_of
from ablation.neural.sweep.growing import jittered
from ablation.neural.sweep.rows import departure
from ablation.neural.taps import Place, layered, outermost, passed
from ablation.neural.trees import Inputs, call, copied, mapped


def whole_pass(
    module: nn.Module, inputs: Inputs, stand_ins: Mapping[nn.Module, Forward] | None = None
) -> object:
    """Run all of a module, with these stand-ins.

    >>> whole_pass(nn.Sequential(nn.ReLU(), nn.ReLU()), torch.tensor(2.0))
    tensor(2.)
    """
    with torch.no_grad(), standing_in(stand_ins or {}):
        return copied(call(module, cast("Inputs", copied(inputs))))


def without(cuts: Sequence[Cut]) -> dict[nn.Module, Ablated]:
    """The stand-ins of `ablated`, with these components off."""
    if not cuts:
        return {}
    places = {cut.place.name: cut.place for cut in cuts}
    reference = {cut.place.name: cut.reference for cut in cuts}
    return standing_off(places, cuts[0].operator, reference, cuts[0].seed, cuts[0].before)


def jittering(places: Iterable[Place]) -> Mapping[nn.Module, Forward]:
    """Stand-ins that pass on every number changed by one unit in the last place."""
    at = {site_of(place): replace(place, part=None) for place in places}
    named = {str(i): place for i, place in enumerate(at.values())}
    return outermost(layered(named, _Jittered))


@dataclass(eq=False)
class _Jittered:
    """Passes on nearly the same."""

    place: Place
    forward: Forward

    def __call__(self, *args: object, **kwargs: object) -> object:
        def changed(value: object) -> object:
            return mapped(jittered, value)

        return passed(self.place, self.forward, changed, args, kwargs)


@dataclass(frozen=True, slots=True)
class Passes:
    """Whole passes of one module, as far as a metric looks at them."""

    module: nn.Module
    places: Sequence[Place]
    read: Callable[[object], object] | None

    def factual(
        self, inputs: Inputs, stand_ins: Mapping[nn.Module, Forward] | None = None
    ) -> object:
        """One whole pass."""
        output = whole_pass(self.module, inputs, stand_ins)
        return output if self.read is None else self.read(output)

    def without(
        self, inputs: Inputs, cuts: Sequence[Cut], weights: Sequence[Exchange] = ()
    ) -> object:
        """One whole pass with components off, and the evidence that they were."""
        stand_ins = without(cuts)
        with exchanged(weights):
            output = self.factual(inputs, stand_ins)
        shown = {each.component: each for each in evidence(stand_ins.values())}
        for cut in cuts:
            cut.calls += shown[cut.place.name].calls
            cut.acted = cut.acted or shown[cut.place.name].proven
        return output

    def jittered(self, inputs: Inputs) -> object:
        """One whole pass in which every part passes on its last digit changed."""
        return self.factual(inputs, jittering(self.places))

    def backwards(self, inputs: Inputs, axis: int, examples: int) -> object:
        """A jittered pass of the examples in reverse order, and its output in the first order."""

        def turned(leaf: torch.Tensor) -> torch.Tensor:
            found = [i for i, length in enumerate(leaf.shape) if length == examples]
            along = axis if axis in found else next(iter(found), None)
            if along is None or leaf.layout == torch.strided:
                return leaf if along is None else leaf.flip(along)
            return leaf.to_dense().flip(along).to_sparse(layout=leaf.layout)

        return mapped(turned, self.jittered(cast("Inputs", mapped(turned, inputs))))

    def refuse_random(self, inputs: Inputs, known: object = None) -> object:
        """Raise RandomModuleError where two passes differ, of which one may be known."""
        one = self.factual(inputs) if known is None else known
        two = self.factual(inputs)
        if (difference := departure(one, two)) > tolerance(one):
            raise RandomModuleError("the output", difference)
        return two
