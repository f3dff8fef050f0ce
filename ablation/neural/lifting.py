"""A module whose randomness is taken out of it: `output = f(inputs, noise)`, noise supplied.

Below all of torch's own layers, functions and fused kernels there are a few random operations,
and each says of itself that it is one. They read supplied noise here; an operation that could
not be supplied raises UnrecordedRandomnessError, so nothing random happens unseen.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils import _pytree

from ablation.neural.dispatch import Watching
from ablation.neural.errors import UnrecordedRandomnessError
from ablation.neural.fused import layers_apart
from ablation.neural.interference import NORMS, refuse_shared
from ablation.neural.isolation import torch_unmoved
from ablation.neural.laws import DROPOUT, LAWS, Arguments
from ablation.neural.noise import NoiseSource
from ablation.neural.operations import bound, is_off
from ablation.neural.settled import Settled
from ablation.neural.sites import CallPath, traced_calls
from ablation.neural.stacking import NotStackableError, stacked_axis
from ablation.neural.trees import tensors


@dataclass(frozen=True, slots=True)
class Recording:
    """The noise variables met so far, with their shapes in a single draw, and what a draw costs."""

    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)  # bytes of every intermediate of the last draw


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels that were drawn, one from each row of weights, and whether that is what came out."""

    drawn: Tensor
    weights: Tensor
    version: int

    def are(self, output: object) -> bool:
        """Whether an output is these labels, looked at in another shape at most."""
        leaves = tensors(output)
        if len(leaves) != 1 or len(_pytree.tree_leaves(output)) != 1:
            return False
        [leaf] = leaves
        same = leaf.untyped_storage().data_ptr() == self.drawn.untyped_storage().data_ptr()
        return same and leaf.numel() == self.drawn.numel() and leaf._version == self.version


@dataclass(frozen=True, slots=True)
class Draws:
    """Some draws of the noise, side by side where there are several; both worlds read the same."""

    noise: NoiseSource
    numbers: range
    recording: Recording
    labels: list[Labels] = field(default_factory=list)  # what was drawn from categories
    words: dict[tuple[str, tuple[int, ...]], NDArray[np.uint32]] = field(default_factory=dict)

    def at(self, site: str, shape: Sequence[int]) -> NDArray[np.uint32]:
        """Return the words of a site for a value of this shape."""
        key = (site, tuple(shape))
        if key not in self.words:
            self.words[key] = self._words(*key)
        return self.words[key]

    def weights(self, output: object) -> NDArray[np.float64] | None:
        """Of a label that was drawn, and is all of this output: its weights, one row a draw."""
        for labels in self.labels:
            if labels.are(output) and labels.drawn.numel() == len(self.numbers):
                rows = labels.weights.detach().double().cpu().numpy()
                return np.atleast_2d(rows)
        return None

    def _words(self, site: str, shape: tuple[int, ...]) -> NDArray[np.uint32]:
        many = len(self.numbers)
        if many == 1:
            self.recording.shapes[site] = shape
        single = self.recording.shapes.get(site)
        if single is None:
            raise NotStackableError(f"{site} is not met in a single draw")
        words = self.noise.words(site, int(np.prod(single, dtype=int)), self.numbers)
        if many == 1:
            return words.reshape(shape)
        axis = stacked_axis(single, shape, many)
        if axis is None:
            raise NotStackableError(f"{site} has no axis for the draws")
        return np.moveaxis(words.reshape(many, *single), 0, axis).reshape(shape)


@contextmanager
def lifted(module: nn.Module, draws: Draws) -> Iterator[None]:
    """Run a module with all its randomness read from these draws; the global stream stays put.

    >>> from ablation.neural.noise import KeyedNoise
    >>> draws = Draws(KeyedNoise(seed=0), range(1), Recording())
    >>> net = nn.Sequential(nn.Dropout(0.5))
    >>> with lifted(net, draws):
    ...     first = net(torch.ones(8))
    >>> with lifted(net, draws):
    ...     bool((net(torch.ones(8)) == first).all())
    True
    """
    draws.recording.sizes.clear()
    draws.labels.clear()
    advice = "It happened inside an operation that does not say it is random."
    unseen = torch_unmoved(UnrecordedRandomnessError("some randomness", "", advice))
    with unseen, layers_apart(module), traced_calls(module) as path, _Supplied(draws, path):
        yield


class _Supplied(Watching):
    """Sees every primitive operation, and answers the random ones."""

    def __init__(self, draws: Draws, path: CallPath) -> None:
        Watching.__init__(self)
        self.draws, self.path = draws, path
        self.settled = Settled(several=len(draws.numbers) > 1)

    def __torch_dispatch__(
        self,
        func: torch._ops.OpOverload,
        types: object,
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        if torch.Tag.nondeterministic_seeded in func.tags:
            arguments = bound(func, args, kwargs or {})
            if not is_off(arguments):
                return self.drawn(func, arguments)
        elif func.overloadpacket.__name__ in NORMS:
            refuse_shared(func, args, kwargs or {}, self.path.module)
        output = func(*args, **(kwargs or {}))
        self.settled.require(func, args, output)
        sizes = (each.numel() * each.element_size() for each in tensors(output))
        self.draws.recording.sizes.extend(sizes)
        return output

    def drawn(self, func: torch._ops.OpOverload, arguments: Arguments) -> object:
        """Answer a random operation from the noise supplied."""
        name = func.overloadpacket.__name__
        site = self.path.site(DROPOUT[0] if name in DROPOUT else name)
        law = LAWS.get(name)
        values = law and law(arguments, lambda shape: self.draws.at(site, shape))
        if values is None:
            advice = f"Recorded are {', '.join(LAWS)}; or put that module in eval mode."
            raise UnrecordedRandomnessError(str(func), self.path.module, advice)
        if isinstance(written := arguments.get("out"), Tensor) and isinstance(values, Tensor):
            return written.resize_(values.shape).copy_(values)
        if name == "multinomial" and isinstance(values, Tensor) and values.shape[-1] == 1:
            self.draws.labels.append(Labels(values, arguments["self"], values._version))
        return values
