"""Components that some arms have and others have not: a mask in the same program.

The component computes in every arm, and passes on either that or what its operator puts there. So
all arms have one shape; the weights of a component that is off get no gradient but zeros.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn
from torch.utils import _pytree

from ablation.neural.errors import AblationHadNoEffectError
from ablation.neural.forwards import Forward, writes_in_place
from ablation.neural.replacement import Replacement
from ablation.neural.selection import Place, select
from ablation.neural.taps import layered, outermost, passed
from ablation.neural.training.arms import Arm
from ablation.neural.trees import cloned
from ablation.operators import Operator


@dataclass(eq=False)
class Switches:
    """All switches that any of some arms uses; `off` has the truth values of the arm at hand."""

    places: dict[str, Place]
    by: dict[str, Operator]
    arms: tuple[frozenset[str], ...]  # which switches each arm has off
    off: Tensor = field(default_factory=lambda: torch.zeros(0, dtype=torch.bool))
    called: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, module: nn.Module, arms: Sequence[Arm]) -> "Switches":
        """Find the components that arms name; one switch for each component and operator."""
        places: dict[str, Place] = {}
        by: dict[str, Operator] = {}
        off = []
        for arm in arms:
            own = {f"{name} by {arm.by}": place for name, place in select(module, arm.off).items()}
            places |= {key: replace(place, name=key) for key, place in own.items()}
            by |= dict.fromkeys(own, arm.by)
            off.append(frozenset(own))
        inside_out = sorted(
            places, key=lambda key: (places[key].at == "output", places[key].is_whole)
        )
        return cls({key: places[key] for key in inside_out}, by, tuple(off))

    def mask(self, arm: int) -> Tensor:
        """One truth value a switch: whether this arm has it off."""
        return torch.tensor([key in self.arms[arm] for key in self.places], dtype=torch.bool)

    def refuse_uncalled(self) -> None:
        """Raise AblationHadNoEffectError for a switch that no step came by: a second baseline."""
        for key in self.places:
            if key not in self.called:
                name = key.removesuffix(f" by {self.by[key]}")
                raise AblationHadNoEffectError(name, self.by[key], 0)

    def stand_ins(self) -> dict[nn.Module, Forward]:
        """What runs in place of the components that have a switch."""
        made = layered(self.places, lambda place, forward: _Switched(place, forward, self))
        return dict(outermost(made))


@dataclass(eq=False)
class _Switched:
    """A forward that passes on the component's own output, or what its operator puts there."""

    place: Place
    forward: Forward
    switches: Switches

    def __call__(self, *args: object, **kwargs: object) -> object:
        safe = cloned((args, kwargs)) if writes_in_place(self.place.module) else (args, kwargs)
        return passed(self.place, self.forward, lambda v: self.chosen(v, args, kwargs), *safe)

    def chosen(self, value: object, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        name = self.place.name
        self.switches.called.add(name)
        off = self.switches.off[list(self.switches.places).index(name)]
        replacement = Replacement(self.switches.by[name], self.place)
        instead = _pytree.tree_leaves(replacement(value, args, kwargs, 0))
        leaves, structure = _pytree.tree_flatten(value)
        for i in self.place.leaves(value):
            leaves[i] = torch.where(off, instead[i], leaves[i])
        return _pytree.tree_unflatten(leaves, structure)
