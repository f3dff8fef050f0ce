"""One module in two worlds, a component on and off, with the same noise in both.

The twin network of Balke & Pearl (1994), run rather than drawn. Draws of the noise are stacked on
the first axis where that gives the same as one after another, which is checked; else they loop.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import torch
from torch import nn

from ablation.neural.errors import UnrecordedRandomnessError
from ablation.neural.forwards import eager, standing_in
from ablation.neural.isolation import no_other_randomness, refuse_interference, unchanged
from ablation.neural.lifting import Draws, Recording, lifted
from ablation.neural.noise import NoiseSource
from ablation.neural.patch import (
    Ablated,
    Acted,
    evidence,
    references,
    refuse_no_effect,
    switched_off,
)
from ablation.neural.replacement import OFF
from ablation.neural.selection import Patterns, select
from ablation.neural.stacking import NotStackableError, is_single, repeated, split
from ablation.neural.trees import Inputs, call, copied, largest_change, numbers, tensors
from ablation.operators import Operator

T = TypeVar("T")
MEMORY = 2**26  # bytes of intermediates side by side; with more they leave the cache
CHECKED = 3  # draws that are run both ways, to check that stacking gives the same


@dataclass(frozen=True, slots=True)
class Twins(Generic[T]):
    """What was read from the output of each draw in both worlds, and how it was computed."""

    on: tuple[T, ...]
    off: tuple[T, ...]
    sites: tuple[str, ...]
    engine: str
    acted: tuple[Acted, ...]


def twins(
    module: nn.Module,
    inputs: Inputs,
    components: Patterns,
    *,
    read: Callable[[object], T],
    noise: NoiseSource,
    draws: int,
    by: Operator = OFF,
    reference: Inputs | None = None,
    together: int | None = None,
) -> Twins[T]:
    """Run draws of the noise with components on and off; `read` sees the output of each draw.

    Without randomness one run in each world is the whole truth. `together` is the number of draws
    side by side; by default it follows from the memory that one draw needs.

    >>> from ablation.neural.noise import KeyedNoise
    >>> net = nn.Sequential(nn.Linear(4, 1), nn.Dropout(0.5))
    >>> read = lambda output: float(output) != 0
    >>> both = twins(net, torch.ones(1, 4), "0", read=read, noise=KeyedNoise(1), draws=100)
    >>> both.sites, len(both.on), any(both.off)
    (('1/bernoulli_',), 100, False)
    """
    module = eager(module)
    refuse_interference(module)
    places = select(module, components)
    with torch.no_grad(), unchanged(module), no_other_randomness():
        own: Mapping[str, tuple[object, ...]] = {}
        if reference is not None:
            with lifted(module, Draws(noise, range(1), Recording())):
                own = references(module, places, by, reference)
        stand_ins = switched_off(module, places, by, own)
        both = _Worlds(module, inputs, stand_ins, noise).read(read, draws, together)
    refuse_no_effect(both.acted)
    return both


@dataclass(frozen=True, slots=True)
class _Pair:
    """Outputs of some draws, one by one, with the components on and off."""

    on: list[object]
    off: list[object]


@dataclass(frozen=True, slots=True)
class _Worlds:
    """A module, its input, its two worlds and the noise that they share."""

    module: nn.Module
    inputs: Inputs
    stand_ins: Mapping[nn.Module, Ablated]
    noise: NoiseSource
    recording: Recording = field(default_factory=Recording)

    def read(self, read: Callable[[object], T], draws: int, together: int | None) -> Twins[T]:
        """Run all draws, side by side if that is sound, and read each output."""
        first = self.one(0)
        self.refuse_unlike(first)
        if not self.recording.shapes:
            return self.collected(read, [first], "one run in each world: nothing is random")
        room = max(1, MEMORY // max(1, sum(self.recording.sizes)))
        chunk = min(together or room, draws)
        alone = f"{draws:,} draws, one at a time"
        if chunk > 1:
            try:
                self.refuse_unsound(first)
                starts = range(0, draws, chunk)
                pairs = (self.many(range(i, min(i + chunk, draws)), first) for i in starts)
                return self.collected(read, pairs, f"{draws:,} draws, {chunk:,} at a time")
            except NotStackableError as error:
                alone += f" ({error})"
        return self.collected(read, map(self.one, range(draws)), alone)

    def collected(
        self, read: Callable[[object], T], pairs: Iterable[_Pair], engine: str
    ) -> Twins[T]:
        on: list[T] = []
        off: list[T] = []
        for pair in pairs:
            on += map(read, pair.on)
            off += map(read, pair.off)
        acted = evidence(self.stand_ins.values())
        return Twins(tuple(on), tuple(off), tuple(self.recording.shapes), engine, acted)

    def one(self, draw: int) -> _Pair:
        """Run a single draw in both worlds."""
        draws = Draws(self.noise, range(draw, draw + 1), self.recording)
        return _Pair([self.run(draws, self.inputs, {})], [self.run(draws, self.inputs)])

    def many(self, numbers: range, first: _Pair) -> _Pair:
        """Run draws side by side in both worlds."""
        draws = Draws(self.noise, numbers, self.recording)
        inputs = repeated(self.inputs, len(numbers))
        on, off = self.run(draws, inputs, {}), self.run(draws, inputs)
        return _Pair(split(on, first.on[0], len(numbers)), split(off, first.off[0], len(numbers)))

    def run(
        self,
        draws: Draws,
        inputs: Inputs,
        stand_ins: Mapping[nn.Module, Ablated] | None = None,
    ) -> object:
        """Run one world: with the stand-ins given, by default those that switch off."""
        used = self.stand_ins if stand_ins is None else stand_ins
        for each in used.values():
            each.begin()
        with standing_in(used), lifted(self.module, draws):
            return copied(call(self.module, inputs))

    def refuse_unlike(self, first: _Pair) -> None:
        """Refuse a module that differs between two runs on the same noise."""
        if _differ(first.on[0], self.one(0).on[0]):
            advice = "Two runs with the same noise differ; draw with torch's own functions."
            raise UnrecordedRandomnessError("some randomness", "", advice)

    def refuse_unsound(self, first: _Pair) -> None:
        """Raise NotStackableError unless some draws come out the same together as alone."""
        if not any(is_single(leaf) for leaf in tensors(self.inputs)):
            raise NotStackableError("no input has a first axis of length one")
        try:
            together = self.many(range(CHECKED), first)
        except Exception as error:
            reason = f"stacked it raises {type(error).__name__}: {error}"
            raise NotStackableError(reason) from error
        for draw in range(CHECKED):
            alone = self.one(draw)
            if _differ(alone.on, [together.on[draw]]) or _differ(alone.off, [together.off[draw]]):
                raise NotStackableError("stacked it gives something else")


def _differ(one: object, other: object) -> bool:
    """Whether two outputs differ by more than the order of summation can make them differ."""
    labels = [[leaf for leaf in tensors(each) if not numbers(leaf)] for each in (one, other)]
    if not all(map(torch.equal, *labels)):
        return True
    precision = max((torch.finfo(leaf.dtype).eps for leaf in numbers(one)), default=0.0)
    return largest_change(one, other) > math.sqrt(precision)
