"""Initial weights that depend on a seed and on the name of the parameter, and on nothing else.

A module is built twice: once to see from which random draws each parameter is made, once with
those draws answered by name. So a parameter that another version of the module does not have
takes no draw away from the others (Salmon et al. 2011), and arms really share their start.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ablation.neural.dispatch import Watching
from ablation.neural.errors import UnrecordedRandomnessError
from ablation.neural.isolation import no_other_randomness
from ablation.neural.laws import LAWS
from ablation.neural.noise import KeyedNoise
from ablation.neural.operations import bound
from ablation.neural.training.errors import ArmsError
from ablation.neural.trees import tensors

Build = Callable[[], nn.Module]
Names = tuple[str, ...]  # of each draw, in the order they are made


def keyed(build: Build, seed: int) -> nn.Module:
    """Build a module with initial weights keyed by the names of its parameters.

    >>> whole = lambda: nn.ModuleDict({"a": nn.Linear(2, 2), "b": nn.Linear(2, 2)})
    >>> part = lambda: nn.ModuleDict({"b": nn.Linear(2, 2)})
    >>> bool((keyed(whole, 1)["b"].weight == keyed(part, 1)["b"].weight).all())
    True
    """
    return drawn(build, seed, watched(build)[1])


def watched(build: Build) -> tuple[nn.Module, Names]:
    """Build a module, and find for each random draw in it the parameter that is made from it."""
    seen = _Building()
    with torch.random.fork_rng(), no_other_randomness(), seen:
        module: object = build()
    if not isinstance(module, nn.Module):
        raise ArmsError(f"build returned {module!r}; it should return a torch.nn.Module.")
    owners: dict[int, str] = {}
    for name, value in [*module.named_parameters(), *module.named_buffers()]:
        made_from = seen.made_from.get(value.untyped_storage().data_ptr(), frozenset())
        for number, draw in enumerate(sorted(made_from)):
            owners.setdefault(draw, f"{name}:{number}" if number else name)
    return module, tuple(owners.get(draw, f"draw {draw}") for draw in range(seen.draws))


def drawn(build: Build, seed: int, names: Names) -> nn.Module:
    """Build a module with its draws answered by these names."""
    supplied = _Building(KeyedNoise(seed), names)
    with torch.random.fork_rng(), no_other_randomness(), supplied:
        return build()


class _Building(Watching):
    """Sees every operation; knows from which draws each storage is made, or answers the draws."""

    def __init__(self, noise: KeyedNoise | None = None, names: Names = ()) -> None:
        Watching.__init__(self)
        self.noise, self.names, self.draws = noise, names, 0
        self.made_from: dict[int, frozenset[int]] = {}
        self.alive: list[torch.UntypedStorage] = []  # or an address could be used twice

    def __torch_dispatch__(
        self,
        func: torch._ops.OpOverload,
        types: object,
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        given = kwargs or {}
        if torch.Tag.nondeterministic_seeded not in func.tags:
            output = func(*args, **given)
            if self.noise is None:
                self.follow(output, (args, given), frozenset())
            return output
        self.draws += 1
        if self.noise is None:
            output = func(*args, **given)
            self.follow(output, (args, given), frozenset({self.draws - 1}))
            return output
        return self.answered(func, args, given)

    def follow(self, output: object, given: object, draws: frozenset[int]) -> None:
        """Note from which draws the output is made."""
        for each in tensors(given):
            draws |= self.made_from.get(each.untyped_storage().data_ptr(), frozenset())
        for each in tensors(output):
            storage = each.untyped_storage()
            self.alive.append(storage)
            self.made_from[storage.data_ptr()] = draws

    def answered(
        self, func: torch._ops.OpOverload, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> object:
        """Answer a draw by the name of what is made from it."""
        number = self.draws - 1
        name = self.names[number] if number < len(self.names) else f"draw {number}"
        law = LAWS.get(func.overloadpacket.__name__)
        values = law and law(bound(func, args, kwargs), lambda shape: self.words(name, shape))
        if values is None:
            advice = f"Recorded are {', '.join(LAWS)}."
            raise UnrecordedRandomnessError(str(func), f"the initial value of {name}", advice)
        return values

    def words(self, name: str, shape: Sequence[int]) -> NDArray[np.uint32]:
        """Return random bits that belong to a name."""
        assert self.noise is not None
        count = int(np.prod(shape, dtype=int))
        return self.noise.words(f"initial {name}", count, range(1)).reshape(tuple(shape))
