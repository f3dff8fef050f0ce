"""One module in two worlds, a component on and off, with the same noise in both.

The twin network of Balke & Pearl (1994), run rather than drawn. Draws of the noise are stacked on
the first axis where that gives the same as one after another, which is checked; else they loop.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ablation.neural.activations import Observed
from ablation.neural.errors import UnrecordedRandomnessError
from ablation.neural.forwards import eager, standing_in
from ablation.neural.interference import refuse_interference
from ablation.neural.isolation import forgetting, no_other_randomness, unchanged
from ablation.neural.lifting import Draws, Recording, lifted
from ablation.neural.noise import NoiseSource
from ablation.neural.otherworld import Meant, OtherWorld
from ablation.neural.patch import Acted, references, refuse_no_effect
from ablation.neural.replacement import OFF
from ablation.neural.selection import Patterns, require_names, select
from ablation.neural.stacking import NotStackableError, holds, repeated, split
from ablation.neural.taps import Place, layered, outermost
from ablation.neural.trees import (
    Inputs,
    called_on_copies,
    constants,
    copied,
    largest_change,
    numbers,
    opaque,
    tensors,
)
from ablation.operators import Operator

T = TypeVar("T")
MEMORY = 2**26  # bytes of intermediates side by side; with more they leave the cache
FEW = 3  # draws side by side that are all run alone as well
RARELY = 512  # in stacks of so many draws one is run alone as well, which costs little


@dataclass(frozen=True, slots=True)
class Seen:
    """One draw in one world; `weights` are those of the label, where a drawn label is all of it."""

    output: object
    weights: NDArray[np.float64] | None = None
    own: Mapping[str, tuple[object, ...]] = field(default_factory=dict)  # of what is watched


@dataclass(frozen=True, slots=True)
class Twins(Generic[T]):
    """What was read from the output of each draw in both worlds, and how it was computed."""

    on: tuple[T, ...]
    off: tuple[T, ...]
    sites: tuple[str, ...]
    engine: str
    acted: tuple[Acted, ...]


@dataclass(frozen=True, slots=True)
class Pairs(Generic[T]):
    """What was made of each draw, both worlds at once; `names` is what was switched off."""

    compared: tuple[T, ...]
    sites: tuple[str, ...]
    engine: str
    acted: tuple[Acted, ...]
    names: tuple[str, ...]


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
    among: Patterns | None = None,
    together: int | None = None,
) -> Twins[T]:
    """Run draws of the noise with components on and off; `read` sees the output of each draw.

    Components are written as for `ablated`: modules, parts, one edge (with `among`) or parameters.
    Without randomness one run in each world is the whole truth. `together` is the number of draws
    side by side; by default it follows from the memory that one draw needs.

    >>> from ablation.neural.noise import KeyedNoise
    >>> net = nn.Sequential(nn.Linear(4, 1), nn.Dropout(0.5))
    >>> read = lambda output: float(output) != 0
    >>> both = twins(net, torch.ones(1, 4), "0", read=read, noise=KeyedNoise(1), draws=100)
    >>> both.sites, len(both.on), any(both.off)
    (('1/bernoulli_',), 100, False)
    """

    def compare(on: Seen, off: Seen) -> tuple[T, T]:
        return read(on.output), read(off.output)

    both = paired(
        module, inputs, components, compare=compare, noise=noise, draws=draws, by=by,
        reference=reference, among=among, together=together,
    )  # fmt: skip
    on, off = zip(*both.compared, strict=True)
    return Twins(on, off, both.sites, both.engine, both.acted)


def paired(
    module: nn.Module,
    inputs: Inputs,
    components: Patterns,
    *,
    compare: Callable[[Seen, Seen], T],
    noise: NoiseSource,
    draws: int,
    by: Operator = OFF,
    reference: Inputs | None = None,
    among: Patterns | None = None,
    together: int | None = None,
    weigh: bool = False,
    watch: Patterns = (),
) -> Pairs[T]:
    """Run draws of the noise in both worlds; `compare` sees each draw in both.

    With `weigh`, one draw is all where the output is a label and drawing it is all that is random:
    `compare` then takes what it needs from the weights of the labels. `watch` are components whose
    values are kept in the first world.

    >>> from ablation.neural.noise import KeyedNoise
    >>> net = nn.Sequential(nn.Linear(4, 1), nn.Dropout(0.5))
    >>> pairs = paired(net, torch.ones(1, 4), "0.bias", noise=KeyedNoise(1), draws=3,
    ...                compare=lambda on, off: on.output.shape)
    >>> pairs.names, pairs.compared[0]
    (('0.bias',), torch.Size([1, 1]))
    """
    module = eager(module)
    refuse_interference(module)
    meant = Meant.of(module, require_names(components), by, among=among)
    with torch.no_grad(), unchanged(module), no_other_randomness():
        own: Mapping[str, tuple[object, ...]] = {}
        if reference is not None:
            with lifted(module, Draws(noise, range(1), Recording())):
                own = references(module, meant.places, by, reference)
        other = OtherWorld.of(module, meant, by, own)
        worlds = _Worlds(module, inputs, other, noise, select(module, watch))
        compared, engine = worlds.compared(compare, draws, together, weigh=weigh)
    refuse_no_effect(other.acted)
    return Pairs(compared, tuple(worlds.recording.shapes), engine, other.acted, meant.names)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Some draws, one by one, with the components on and off."""

    on: list[Seen]
    off: list[Seen]

    @property
    def weighed(self) -> bool:
        """Whether in both worlds the output is a label that was drawn."""
        return all(each.weights is not None for each in self.on + self.off)


@dataclass(frozen=True, slots=True)
class _Worlds:
    """A module, its input, its two worlds and the noise that they share."""

    module: nn.Module
    inputs: Inputs
    other: OtherWorld
    noise: NoiseSource
    watched: Mapping[str, Place] = field(default_factory=dict)
    recording: Recording = field(default_factory=Recording)

    def compared(
        self,
        compare: Callable[[Seen, Seen], T],
        draws: int,
        together: int | None,
        *,
        weigh: bool,
    ) -> tuple[tuple[T, ...], str]:
        """Run all draws, side by side if that is sound; what was made of them, and how."""
        first = self.one(0)
        self.refuse_unlike(first)
        if not self.recording.shapes:
            return _made(compare, [first]), "one run in each world: nothing is random"
        if weigh and first.weighed and len(self.recording.shapes) == 1:
            engine = "one run in each world: a label is drawn last, and nothing else is random"
            return _made(compare, [first]), engine
        room = max(1, MEMORY // max(1, sum(self.recording.sizes)))
        chunk = min(together or room, draws)
        alone = f"{draws:,} draws, one at a time"
        if chunk > 1:
            try:
                self.refuse_no_axis(first)
                self.sound(range(min(FEW, draws)), first)
                starts = range(0, draws, chunk)
                pairs = (self.sound(range(i, min(i + chunk, draws)), first) for i in starts)
                return _made(compare, pairs), f"{draws:,} draws, {chunk:,} at a time"
            except NotStackableError as error:
                alone += f" ({error})"
        return _made(compare, map(self.one, range(draws))), alone

    def one(self, draw: int) -> _Pair:
        """Run a single draw in both worlds."""
        draws = Draws(self.noise, range(draw, draw + 1), self.recording)
        return _Pair([self.on(draws, self.inputs)], [self.off(draws, self.inputs)])

    def many(self, numbers: range, first: _Pair) -> _Pair:
        """Run draws side by side in both worlds."""
        draws = Draws(self.noise, numbers, self.recording)
        inputs = repeated(self.inputs, len(numbers))
        on, off = self.on(draws, inputs), self.off(draws, inputs)
        return _Pair(_apart(on, first.on[0], numbers), _apart(off, first.off[0], numbers))

    def on(self, draws: Draws, inputs: Inputs) -> Seen:
        """Run the world in which nothing is switched off."""
        watching = layered(self.watched, Observed)
        standing = standing_in(outermost(watching))
        with forgetting(self.module), standing, lifted(self.module, draws):
            output = called_on_copies(self.module, inputs)
        own = {name: tuple(each.own) for name, each in watching.items()}
        return Seen(copied(output), draws.weights(output), own)

    def off(self, draws: Draws, inputs: Inputs) -> Seen:
        """Run the world in which the components are off."""
        with forgetting(self.module):
            output = self.other.run(inputs, lambda: lifted(self.module, draws))
        return Seen(copied(output), draws.weights(output))

    def refuse_unlike(self, first: _Pair) -> None:
        """Refuse a module that differs between two runs on the same noise."""
        if _differ(first.on[0].output, self.one(0).on[0].output):
            advice = "Two runs with the same noise differ; draw with torch's own functions."
            raise UnrecordedRandomnessError("some randomness", "", advice)

    def refuse_no_axis(self, first: _Pair) -> None:
        """Raise NotStackableError where draws cannot lie side by side at all."""
        if not any(holds(leaf, 1) for leaf in tensors(self.inputs)):
            raise NotStackableError("no input has a first axis of length one")
        if hidden := opaque((first.on[0].output, first.off[0].output)):
            raise NotStackableError(f"the output holds a {hidden}, which cannot be taken apart")

    def sound(self, numbers: range, first: _Pair) -> _Pair:
        """Run draws side by side; raise NotStackableError unless some are the same alone.

        They are checked among as many as there will be: what few do not show of each other, such
        as a branch that one draw in a hundred takes for all, many do.
        """
        try:
            together = self.many(numbers, first)
        except NotStackableError:
            raise
        except Exception as error:
            reason = f"stacked it raises {type(error).__name__}: {error}"
            raise NotStackableError(reason) from error
        for i in checked(numbers):
            alone = self.one(numbers[i])
            both = zip(alone.on + alone.off, [together.on[i], together.off[i]], strict=True)
            if any(_differ((a.output, a.own), (b.output, b.own)) for a, b in both):
                raise NotStackableError("stacked it gives something else")
        return together


def checked(numbers: range) -> list[int]:
    """Which of the draws that ran side by side are run alone as well: more of the first.

    >>> checked(range(100)), checked(range(100, 700)), checked(range(2, 4))
    ([0, 49, 99], [599], [])
    """
    last = len(numbers) - 1
    if not numbers.start:
        return sorted({0, last // 2, last})
    return [last] if len(numbers) >= RARELY else []


def _made(compare: Callable[[Seen, Seen], T], pairs: Iterable[_Pair]) -> tuple[T, ...]:
    return tuple(made for pair in pairs for made in map(compare, pair.on, pair.off))


def _apart(many: Seen, single: Seen, numbers: range) -> list[Seen]:
    """The draws of one run, one by one."""
    outputs = split(many.output, single.output, len(numbers))
    owns = _owns(many, single, len(numbers))
    if many.weights is None or single.weights is None or len(many.weights) != len(numbers):
        return [Seen(output, None, own) for output, own in zip(outputs, owns, strict=True)]
    return [Seen(*each) for each in zip(outputs, many.weights[:, None], owns, strict=True)]


def _owns(many: Seen, single: Seen, count: int) -> list[Mapping[str, tuple[object, ...]]]:
    """What was watched, draw by draw."""
    if not many.own:
        return [{}] * count
    columns = {name: split(calls, single.own[name], count) for name, calls in many.own.items()}
    return [{name: _calls(column[i]) for name, column in columns.items()} for i in range(count)]


def _calls(value: object) -> tuple[object, ...]:
    assert isinstance(value, tuple)
    return value


def _differ(one: object, other: object) -> bool:
    """Whether two outputs differ by more than the order of summation can make them differ."""
    labels = [[leaf for leaf in tensors(each) if not numbers(leaf)] for each in (one, other)]
    if not all(map(torch.equal, *labels)) or repr(constants(one)) != repr(constants(other)):
        return True
    precision = max((torch.finfo(leaf.dtype).eps for leaf in numbers(one)), default=0.0)
    return largest_change(one, other) > math.sqrt(precision)
