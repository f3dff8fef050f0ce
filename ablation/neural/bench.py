"""A module on the bench: run after run on the same input and noise, parts of it off or held.

Every nested counterfactual of a network is a run in which some components are off, others are held
at what they were in another run, and the rest computes (Pearl 2001; path patching, Wang et al.
2023). Holding is per call, so a module that runs twice is held at two values.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import torch
from torch import nn

from ablation.neural.activations import Activations
from ablation.neural.errors import AblationHadNoEffectError, CallsDifferError
from ablation.neural.forwards import Forward, eager, standing_in, writes_in_place
from ablation.neural.interference import refuse_interference
from ablation.neural.isolation import no_other_randomness, unchanged
from ablation.neural.lifting import Draws, Recording, lifted
from ablation.neural.noise import NoiseSource
from ablation.neural.patch import references
from ablation.neural.replacement import Replacement
from ablation.neural.selection import Patterns, select
from ablation.neural.stacking import repeated, split
from ablation.neural.taps import Place, layered, outermost, passed
from ablation.neural.trees import (
    Inputs,
    called_on_copies,
    cloned,
    copied,
    largest_change,
    numbers,
    tensors,
)
from ablation.operators import Operator

Held: TypeAlias = Mapping[str, tuple[object, ...]]
FIRST = range(1)


@dataclass(frozen=True, slots=True)
class Bench:
    """A module, one input, the components that can be off or held, and the noise.

    >>> from ablation.neural.noise import KeyedNoise
    >>> from ablation.operators import Zero
    >>> net = nn.Sequential(nn.Linear(1, 1), nn.Tanh())
    >>> bench = Bench.of(net, torch.ones(1, 1), ["0", "1"], Zero(), KeyedNoise(0))
    >>> on = bench.run()
    >>> off = bench.run(off=["0"], hold={"1": on.own["1"]})
    >>> bool(off.own["0"][0][0] == 0), bool((off.output == on.output).all())
    (True, True)
    """

    module: nn.Module
    inputs: Inputs
    places: Mapping[str, Place]
    by: Operator
    noise: NoiseSource
    reference: Held
    recording: Recording = field(default_factory=Recording)
    single: list[object] = field(default_factory=list)  # the output of one draw, once it was run

    @classmethod
    def of(
        cls,
        module: nn.Module,
        inputs: Inputs,
        components: Patterns | None,
        by: Operator,
        noise: NoiseSource,
        *,
        reference: Inputs | None = None,
    ) -> "Bench":
        """Find the components, and what they are on the reference."""
        module = eager(module)
        refuse_interference(module)
        places = select(module, components)
        draw = lifted(module, Draws(noise, range(1), Recording()))
        with torch.no_grad(), unchanged(module), no_other_randomness(), draw:
            own = references(module, places, by, reference)
        return cls(module, inputs, places, by, noise, own)

    @property
    def sites(self) -> tuple[str, ...]:
        """Where noise was met so far."""
        return tuple(self.recording.shapes)

    def run(
        self, draws: range = FIRST, *, off: Collection[str] = (), hold: Held | None = None
    ) -> Activations:
        """Run once: the output, and what every component passed on, as it was changed.

        Several draws of the noise lie side by side on the axis of examples.
        """
        held, many = hold or {}, len(draws)
        rows = next((len(leaf) for leaf in tensors(self.inputs) if leaf.ndim), 0)
        inputs = self.inputs if many == 1 else repeated(self.inputs, many, rows)

        def stand(place: Place, forward: Forward) -> _Steered:
            by = Replacement(self.by, place, self.reference.get(place.name, ()))
            return _Steered(place, forward, held.get(place.name), by if place.name in off else None)

        stand_ins = layered(self.places, stand)
        noise = lifted(self.module, Draws(self.noise, draws, self.recording))
        alone = unchanged(self.module), no_other_randomness(), standing_in(outermost(stand_ins))
        with torch.no_grad(), alone[0], alone[1], alone[2], noise:
            output = copied(called_on_copies(self.module, inputs))
        if many == 1 and not self.single:
            self.single.append(output)
        return Activations(output, {name: tuple(each.own) for name, each in stand_ins.items()})

    def apart(self, found: Activations, draws: range) -> list[object]:
        """The outputs of the draws of a run, one by one."""
        many = len(draws)
        return [found.output] if many == 1 else split(found.output, self.single[0], many)

    def refuse_no_effect(self, names: Collection[str], on: Activations, off: Activations) -> None:
        """Raise AblationHadNoEffectError where switching off changed nothing that is passed on."""
        for name in names:
            calls = off.own[name]
            if not calls or not any(map(largest_change, on.own[name], calls)):
                raise AblationHadNoEffectError(name, self.by, len(calls))


@dataclass(eq=False)
class _Steered:
    """A forward in which what passes at a place is held, switched off, or only kept."""

    place: Place
    forward: Forward
    held: tuple[object, ...] | None
    off: Replacement | None
    own: list[object] = field(default_factory=list)

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Run the call."""
        changes = self.held is not None or self.off is not None
        given = args, kwargs
        if changes and self.place.at == "output" and writes_in_place(self.place.module):
            given = cloned(given)
        return passed(
            self.place, self.forward, lambda value: self.steered(value, args, kwargs), *given
        )

    def steered(self, value: object, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        """What passes on; a copy of it is kept."""
        number = len(self.own)
        if self.held is not None:
            if number >= len(self.held):
                raise CallsDifferError(len(self.held))
            value = self._put(value, self.held[number])
        elif self.off is not None:
            value = self.off(value, args, kwargs, number)
        whole = self.place.is_whole
        self.own.append(copied(value if whole else tuple(self.place.pieces(value))))
        return value

    def _put(self, value: object, held: object) -> object:
        held = copied(held)
        return held if self.place.is_whole else self.place.put(value, numbers(held))
