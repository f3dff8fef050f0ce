"""Dropout drawn ahead: once it is known where a network drops, every step draws its masks at once.

To see every operation, so that nothing random escapes, costs small networks more than they do
themselves. So one step is watched. Where `torch.nn.functional.dropout` was all that was random,
later steps find their masks made; one that does anything else random is watched again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional

from ablation.neural.isolation import torch_unmoved
from ablation.neural.laws import bernoulli
from ablation.neural.sites import CallPath, traced_calls
from ablation.neural.training.noise import ArmNoise, drawing

Dropout: TypeAlias = Callable[..., Tensor]
PLAIN: Dropout = functional.dropout
STEPS, ENTRIES = 16, 2**18  # of one place, at most, that are drawn at once


@dataclass(frozen=True, slots=True)
class Drop:
    """One place where a network drops: the name of its noise, and what it is applied to."""

    name: str
    shape: torch.Size
    share: float
    dtype: torch.dtype
    device: torch.device

    def masks(self, noise: ArmNoise, steps: int) -> Tensor:
        """Zeros, and the factor by which what stays is enlarged: one row a step.

        >>> drop = Drop("0", torch.Size([4]), 0.5, torch.float32, torch.device("cpu"))
        >>> set(drop.masks(ArmNoise((7,), 0, stacked=False), 2).flatten().tolist())
        {0.0, 2.0}
        """
        like = torch.empty(0, dtype=self.dtype, device=self.device)
        kept = bernoulli(noise.ahead(self.name, tuple(self.shape), steps), 1 - self.share, like)
        return kept.div_(1 - self.share) if self.share < 1 else kept


@dataclass(eq=False)
class Drops:
    """Where a network drops, by the shapes of its batch; None where that is not all."""

    known: dict[object, tuple[Drop, ...] | None] = field(default_factory=dict)
    ready: Sequence[Tensor] = ()  # the masks of this step
    drawn: dict[Drop, tuple[int, Tensor]] = field(default_factory=dict)  # of steps from this one on
    path: CallPath | None = None
    following: ExitStack = field(default_factory=ExitStack)  # the calls of the module, till the end

    def close(self) -> None:
        """Leave the module as it was before anybody followed its calls."""
        self.following.close()

    def run(
        self,
        module: nn.Module,
        noise: ArmNoise,
        shapes: object,
        buffers: Iterable[Tensor],
        step: Callable[[list[Tensor] | None], Tensor],
    ) -> Tensor:
        """Run one step; it is given masks, and leaves them in `ready` for where they are used.

        It is given None where it is watched.
        """
        if (places := self.known.get(shapes)) is not None:
            before = [(buffer, buffer.clone()) for buffer in buffers]
            try:
                return self._foreseen(module, places, noise, step)
            except UnforeseenError:
                for buffer, value in before:
                    buffer.copy_(value)
        with drawing(module, noise) as path:
            seen = _Seen(noise, path)
            with _dropping(seen.dropout):
                value = step(None)
        everything = [each.name for each in seen.places] == noise.drawn
        self.known[shapes] = tuple(seen.places) if everything else None
        return value

    def _foreseen(
        self,
        module: nn.Module,
        places: tuple[Drop, ...],
        noise: ArmNoise,
        step: Callable[[list[Tensor] | None], Tensor],
    ) -> Tensor:
        used = _Used(self, places, self.followed(module) if places else CallPath())
        with torch_unmoved(UnforeseenError()), _dropping(used.dropout):
            return step([self.mask(each, noise) for each in places])

    def followed(self, module: nn.Module) -> CallPath:
        """The calls of the module; to follow them anew in every step would cost more than they."""
        if self.path is None:
            self.path = self.following.enter_context(traced_calls(module))
        self.path.seen[0].clear()
        return self.path

    def mask(self, place: Drop, noise: ArmNoise) -> Tensor:
        """The mask of this step; those of some steps are drawn at once, as beginning costs most."""
        first, masks = self.drawn.get(place, (0, torch.empty(0)))
        if not first <= noise.step < first + len(masks):
            first, size = noise.step, place.shape.numel() * len(noise.seeds)
            masks = place.masks(noise, max(1, min(STEPS, ENTRIES // max(1, size))))
            self.drawn[place] = first, masks
        return masks[noise.step - first]


class UnforeseenError(Exception):
    """A step draws elsewhere than the step that was watched; it is run again, and watched."""


@dataclass(frozen=True, slots=True)
class _Call:
    """The arguments of a dropout, as torch calls them."""

    input: Tensor
    p: float = 0.5
    training: bool = True
    inplace: bool = False

    def drop(self, name: str) -> Drop:
        x = self.input
        return Drop(name, x.shape, self.p, x.dtype, x.device)


@dataclass(eq=False)
class _Seen:
    """Notes every dropout of a step that is watched."""

    noise: ArmNoise
    path: CallPath
    places: list[Drop] = field(default_factory=list)

    def dropout(self, *args: Any, **kwargs: Any) -> Tensor:
        call = _Call(*args, **kwargs)
        if call.training and call.p:
            self.places.append(call.drop(self.noise.following(self.path.open[-1])))
        return PLAIN(*args, **kwargs)


@dataclass(eq=False)
class _Used:
    """Answers every dropout by the mask that is ready for it."""

    drops: Drops
    places: tuple[Drop, ...]
    path: CallPath
    count: int = 0
    names: ArmNoise = field(default_factory=lambda: ArmNoise((), 0, stacked=False))

    def dropout(self, *args: Any, **kwargs: Any) -> Tensor:
        call = _Call(*args, **kwargs)
        if not call.training or not call.p:
            return call.input
        asked = call.drop(self.names.next(self.path.open[-1]))
        if self.places[self.count : self.count + 1] != (asked,):
            raise UnforeseenError
        mask = self.drops.ready[self.count]
        self.count += 1
        return call.input.mul_(mask) if call.inplace else call.input * mask


@contextmanager
def _dropping(dropout: Dropout) -> Iterator[None]:
    """Let another function stand in for `torch.nn.functional.dropout`."""
    functional.__dict__["dropout"] = dropout
    try:
        yield
    finally:
        functional.__dict__["dropout"] = PLAIN
