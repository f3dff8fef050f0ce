"""What each component computes in one forward pass, with others switched off or held.

Holding a component means that it still computes, and passes on what it returned in another run:
the controlled direct effect of Pearl (2001), known for networks as path patching.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import nn

from ablation.neural.errors import CallsDifferError
from ablation.neural.forwards import Forward, eager, standing_in
from ablation.neural.selection import Patterns, select
from ablation.neural.taps import Place, layered, outermost, passed
from ablation.neural.trees import Inputs, called_on_copies, copied, numbers


@dataclass(frozen=True, slots=True)
class Activations:
    """One forward pass: its output, and what each component returned, call by call."""

    output: object
    own: Mapping[str, tuple[object, ...]]


@dataclass(eq=False)
class Observed:
    """A forward that keeps what passes at a place, and passes on what is held, if anything is."""

    place: Place
    forward: Forward
    held: tuple[object, ...] | None = None
    own: list[object] = field(default_factory=list)

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Run the call."""
        return passed(self.place, self.forward, self.seen, args, kwargs)

    def seen(self, value: object) -> object:
        """Keep a copy of a whole output, or of the pieces that belong to the component."""
        whole = self.place.is_whole
        number = len(self.own)
        self.own.append(copied(value if whole else tuple(self.place.pieces(value))))
        if self.held is None:
            return value
        if number >= len(self.held):
            raise CallsDifferError(len(self.held))
        held = copied(self.held[number])
        return held if whole else self.place.put(value, numbers(held))


def observe(
    module: nn.Module,
    inputs: Inputs,
    components: Patterns | None = None,
    *,
    hold: Mapping[str, tuple[object, ...]] | None = None,
) -> Activations:
    """Run a module once and keep what its components compute; `hold` fixes what some pass on.

    >>> net = nn.Sequential(nn.ReLU(), nn.Tanh())
    >>> observe(net, torch.tensor(-1.0)).own
    {'0': (tensor(0.),), '1': (tensor(0.),)}
    """
    module = eager(module)
    held = hold or {}
    seen = layered(
        select(module, components),
        lambda place, forward: Observed(place, forward, held.get(place.name)),
    )
    with torch.no_grad(), standing_in(outermost(seen)):
        output = copied(called_on_copies(module, inputs))
    return Activations(output, {name: tuple(each.own) for name, each in seen.items()})
