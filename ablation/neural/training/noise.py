"""Dropout and the like for several arms at once: the same numbers as each would draw alone.

A number is keyed by the seed of its arm, the step and the place in the network where it is drawn;
not by which arms are trained side by side.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ablation.neural.dispatch import Watching
from ablation.neural.errors import UnrecordedRandomnessError
from ablation.neural.fused import layers_apart
from ablation.neural.laws import LAWS
from ablation.neural.noise import KeyedNoise
from ablation.neural.operations import bound, is_off
from ablation.neural.sites import CallPath, traced_calls


@dataclass(frozen=True, slots=True)
class ArmNoise:
    """The noise of one step: of one arm, or of several on a first axis.

    >>> alone, both = ArmNoise((7,), 3, stacked=False), ArmNoise((5, 7), 3, stacked=True)
    >>> bool((both.at("drop/0", (2, 4))[1] == alone.at("drop/0", (4,))).all())
    True
    """

    seeds: tuple[int, ...]
    step: int
    stacked: bool
    met: Counter[str] = field(default_factory=Counter)  # draws so far, by the call they are in
    drawn: list[str] = field(default_factory=list)  # their names

    def at(self, site: str, shape: Sequence[int]) -> NDArray[np.uint32]:
        """Return the words of the next draw in the call that a site is in."""
        inside = site.rpartition("/")[0]  # vmap calls operations by other names: bernoulli_, say
        return self.words(self.next(inside), tuple(shape[1:] if self.stacked else shape))

    def following(self, inside: str) -> str:
        """Name the draw that will be next in a call."""
        return f"{inside}/{self.met[inside]}"

    def next(self, inside: str) -> str:
        """Name the next draw in a call, and count it."""
        self.drawn.append(self.following(inside))
        self.met[inside] += 1
        return self.drawn[-1]

    def words(self, name: str, single: tuple[int, ...]) -> NDArray[np.uint32]:
        """Return the words of a draw, by its name and its shape in one arm."""
        drawn: NDArray[np.uint32] = self.ahead(name, single, 1)[0]
        return drawn

    def ahead(self, name: str, single: tuple[int, ...], steps: int) -> NDArray[np.uint32]:
        """Return the words of a draw in this step and the next ones: one row a step."""
        count, draws = int(np.prod(single, dtype=int)), range(self.step, self.step + steps)
        rows = [KeyedNoise(seed).words(name, count, draws) for seed in self.seeds]
        rows = [row.reshape(steps, *single) for row in rows]
        return np.stack(rows, 1) if self.stacked else rows[0]


@contextmanager
def drawing(module: nn.Module, noise: ArmNoise) -> Iterator[CallPath]:
    """Run a module with its randomness read from the noise of one step.

    >>> net = nn.Sequential(nn.Dropout(0.5))
    >>> with drawing(net, ArmNoise((7,), 0, stacked=False)):
    ...     first = net(torch.ones(8))
    >>> with drawing(net, ArmNoise((7,), 0, stacked=False)):
    ...     bool((net(torch.ones(8)) == first).all())
    True
    """
    with layers_apart(module), traced_calls(module) as path, _Answered(noise, path):
        yield path


class _Answered(Watching):
    """Sees every primitive operation, and answers the random ones."""

    def __init__(self, noise: ArmNoise, path: CallPath) -> None:
        Watching.__init__(self)
        self.noise, self.path = noise, path

    def __torch_dispatch__(
        self,
        func: torch._ops.OpOverload,
        types: object,
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        given = kwargs or {}
        if torch.Tag.nondeterministic_seeded not in func.tags:
            return func(*args, **given)
        arguments = bound(func, args, given)
        if is_off(arguments):
            return func(*args, **given)
        law = LAWS.get(func.overloadpacket.__name__)
        site = self.path.site(func.overloadpacket.__name__)
        values = law and law(arguments, lambda shape: self.noise.at(site, shape))
        if values is None:
            advice = f"Recorded are {', '.join(LAWS)}."
            raise UnrecordedRandomnessError(str(func), self.path.module, advice)
        return values
