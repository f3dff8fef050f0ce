"""A contrast: the difference that is asked for, between weighted means of conditions.

Every estimate of a design is one: leaving out (baseline minus without), a main effect of a
factorial (mean with minus mean without), a Shapley value, an interaction. So one way of inference
serves all (Scheffé 1959, "The analysis of variance", 3.1).
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ablation.errors import StudyError

Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Weights of the conditions on its two sides; the effect is `on` minus `off`, seed by seed.

    A list of conditions stands for their mean. `aliases` names what the design cannot tell it
    from: the estimate is of the sum of them all.

    >>> Contrast("attention", ["baseline"], ["without attention"]).weights
    {'baseline': 1.0, 'without attention': -1.0}
    """

    name: str
    on: Weights | Iterable[str]
    off: Weights | Iterable[str]
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for side in ("on", "off"):
            stated = getattr(self, side)
            if not isinstance(stated, Mapping):
                stated = _mean(stated)
            object.__setattr__(self, side, MappingProxyType(stated))
        balance = math.fsum(self.weights.values())
        if not any(self.weights.values()) or abs(balance) > 1e-9 * math.fsum(
            map(abs, self.weights.values())
        ):
            raise StudyError(
                f"the contrast {self.name!r} compares {sum(self.sides[0].values()):g} of one side "
                f"with {sum(self.sides[1].values()):g} of the other: the weights of both sides "
                "have to have the same sum, and not cancel."
            )

    def __hash__(self) -> int:
        return hash((self.name, frozenset(self.weights.items())))

    @property
    def sides(self) -> tuple[Weights, Weights]:
        """The two sides as tables of weights."""
        assert isinstance(self.on, Mapping)
        assert isinstance(self.off, Mapping)
        return self.on, self.off

    @property
    def weights(self) -> dict[str, float]:
        """What each condition counts, in the order on, off."""
        on, off = self.sides
        return {name: on.get(name, 0.0) - off.get(name, 0.0) for name in {**on, **off}}

    @property
    def spread(self) -> float:
        """Standard deviation of the contrast in one block, in units of one run's.

        >>> round(Contrast("attention", ["baseline"], ["without attention"]).spread, 3)
        1.414
        """
        return math.sqrt(math.fsum(weight**2 for weight in self.weights.values()))


def _mean(conditions: Iterable[str]) -> dict[str, float]:
    names = tuple(conditions)
    return dict.fromkeys(names, 1 / len(names)) if names else {}
