"""The other world: the same module with components off, in the notation of `ablated`.

Modules, parts of them, one arrow or parameters: whichever is meant, a run of the other world reads
its noise where the first world reads it.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TypeAlias

from torch import nn

from ablation.neural.edges import Edge, Rerouted, edge_of
from ablation.neural.forwards import Forward, standing_in
from ablation.neural.parameters import Exchange, exchanged, exchanges
from ablation.neural.patch import Ablated, Acted, acted_by, switched_off
from ablation.neural.selection import Patterns, select
from ablation.neural.taps import Place
from ablation.neural.trees import Inputs, called_on_copies
from ablation.operators import Operator

Lifting: TypeAlias = Callable[[], AbstractContextManager[None]]  # noise read from where it is kept


@dataclass(frozen=True, slots=True)
class Meant:
    """What names or patterns mean in one module."""

    places: Mapping[str, Place]
    edge: Edge | None = None
    weights: tuple[Exchange, ...] = ()

    @classmethod
    def of(
        cls,
        module: nn.Module,
        components: Patterns,
        by: Operator,
        *,
        among: Patterns | None = None,
        seed: int = 0,
    ) -> "Meant":
        """Find modules and parts, one edge, or parameters."""
        if edge := edge_of(module, components, among):
            return cls(edge.sources, edge)
        if weights := exchanges(module, components, by, seed):
            return cls({}, weights=weights)
        return cls(select(module, components))

    @property
    def names(self) -> tuple[str, ...]:
        """What is switched off, by name."""
        if self.edge:
            return (self.edge.name,)
        return tuple(each.name for each in self.weights) or tuple(self.places)


@dataclass(eq=False)
class OtherWorld:
    """A module and what stands in it; `calls` counts the runs.

    >>> import torch
    >>> from contextlib import nullcontext
    >>> from ablation.operators import Zero
    >>> net = nn.Sequential(nn.Linear(2, 2))
    >>> other = OtherWorld.of(net, Meant.of(net, "0.bias", Zero()), Zero(), {})
    >>> _ = other.run(torch.zeros(2), nullcontext)
    >>> other.acted[0].component, other.acted[0].calls
    ('0.bias', 1)
    """

    module: nn.Module
    stand_ins: Mapping[nn.Module, Ablated]
    weights: tuple[Exchange, ...] = ()
    rerouted: Rerouted | None = None
    calls: int = 0
    lifting: list[Lifting] = field(default_factory=list)  # of the run that is going on

    @classmethod
    def of(
        cls,
        module: nn.Module,
        meant: Meant,
        by: Operator,
        reference: Mapping[str, tuple[object, ...]],
        seed: int = 0,
    ) -> "OtherWorld":
        """Make what stands in; `reference` is what the components returned there."""
        stand_ins = switched_off(module, meant.places, by, reference, seed)
        other = cls(module, stand_ins, meant.weights)
        if meant.edge:
            other.rerouted = Rerouted(module, meant.edge, other.lifted(module.forward), stand_ins)
        return other

    def run(self, inputs: Inputs, lifting: Lifting) -> object:
        """Run the module once; `lifting` supplies the noise, afresh to every pass that it takes."""
        self.calls += 1
        for each in self.stand_ins.values():
            each.begin()
        if self.rerouted:
            self.lifting = [lifting]
            with standing_in({self.module: self.rerouted}):
                return called_on_copies(self.module, inputs)
        with exchanged(self.weights), standing_in(self.stand_ins), lifting():
            return called_on_copies(self.module, inputs)

    def lifted(self, forward: Forward) -> Forward:
        """A forward every pass of which reads the noise from its beginning."""

        def stand_in(*args: object, **kwargs: object) -> object:
            with self.lifting[-1]():
                return forward(*args, **kwargs)

        return stand_in

    @property
    def acted(self) -> tuple[Acted, ...]:
        """The evidence that it acted."""
        return acted_by(self.stand_ins.values(), self.rerouted, self.weights, self.calls)
