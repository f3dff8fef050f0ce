"""The last part of the positive control: that the module's own output changed.

The first call is kept, and run once more without the ablation, on the same random numbers. Where
the two outputs are equal bit for bit, the graph of components says whether that had to be so.
"""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.utils import _pytree

from ablation.neural.components import Components
from ablation.neural.forwards import Forward, standing_in
from ablation.neural.isolation import RandomState, drawing_from, random_state, unchanged
from ablation.neural.trees import Call, copied, largest_change, numbers

_PLAIN = (Tensor, bool, int, float, complex, str, type(None), torch.dtype, torch.device)


@dataclass(eq=False)
class Witness:
    """Stands in for the whole module, and keeps its first call with what was returned."""

    forward: Forward
    compares: bool = True
    compiled: nn.Module | None = None  # what to run for comparison, if not the module itself
    begin: Callable[[], None] = lambda: None  # is told of every pass
    seen: list["_Seen"] = field(default_factory=list)
    calls: int = 0

    def __post_init__(self) -> None:
        self.__wrapped__ = self.forward

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Run the call; keep the first, where its arguments can be copied."""
        self.calls += 1
        self.begin()
        if self.calls > 1 or not self.compares:
            return self.forward(*args, **kwargs)
        plain = all(isinstance(leaf, _PLAIN) for leaf in _pytree.tree_leaves((args, kwargs)))
        kept = (copied(args), copied(kwargs), random_state()) if plain else None
        output = self.forward(*args, **kwargs)
        if kept is not None and numbers(output):
            self.seen.append(_Seen(*kept, copied(output)))
        return output


@dataclass(frozen=True, slots=True)
class _Seen:
    args: object
    kwargs: object
    random: RandomState
    output: object

    def call(self) -> Call:
        """A fresh copy of the arguments, as nobody has written into yet."""
        args, kwargs = copied(self.args), copied(self.kwargs)
        assert isinstance(args, tuple)
        assert isinstance(kwargs, dict)
        return args, kwargs


def change_of_output(module: nn.Module, witness: Witness) -> float | None:
    """Run the first call again, as the module is now, and compare; None where none was kept.

    None as well where an argument is an object of another library, such as a cache: it may have
    changed meanwhile, so the second call would not be the same.

    >>> net = nn.Sequential(nn.ReLU())
    >>> witness = Witness(lambda x: 0 * net.forward(x))
    >>> _ = witness(torch.tensor([1.0, 2.0]))
    >>> change_of_output(net, witness)
    1.0
    """
    for seen in witness.seen:
        args, kwargs = seen.call()
        with torch.no_grad(), unchanged(module), drawing_from(seen.random), standing_in({}):
            if witness.compiled is None:
                return largest_change(module.forward(*args, **kwargs), seen.output)
        with torch.no_grad(), unchanged(module), drawing_from(seen.random):
            return largest_change(witness.compiled(*args, **kwargs), seen.output)
    return None


def provably_unaffected(module: nn.Module, witness: Witness, names: Iterable[str]) -> bool:
    """Whether, by the graph of components, nothing in the output is computed from these."""
    names = list(names)
    if not names:
        return False
    args, kwargs = witness.seen[0].call()
    given = list(inspect.signature(module.forward).parameters)
    inputs = dict(zip(given, args, strict=False)) | kwargs if kwargs else args
    graph = Components.of(module, inputs, names)
    return not any(graph.reaches_output(name) for name in names)
