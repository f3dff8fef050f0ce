"""Shapley values: what a component brings on average, whatever else is on already.

Shapley (1953). Sampled by permutations after Castro, Gómez & Tejada (2009), in pairs of a
permutation and its reverse (Mitchell et al. 2022, JMLR 23:43), which cancel most of the noise.
Every block draws permutations of its own, so the spread over blocks has the luck of the draw in it.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import ClassVar

from ablation.canonical import Json
from ablation.component import Component
from ablation.design.condition import Condition, Design, condition
from ablation.design.contrast import Contrast
from ablation.design.lots import shuffled
from ablation.design.masks import conditions_of
from ablation.errors import StudyError

MOST = 12  # components of the exact design: 4,096 conditions


@dataclass(frozen=True, slots=True)
class Shapley(Design):
    """Every combination, weighted as the Shapley value asks: exact, for few components.

    >>> parts = [Component(name, switch=name) for name in "abc"]
    >>> len(Shapley().conditions(parts))
    8
    """

    name: ClassVar[str] = "shapley"
    meaning: ClassVar[str] = (
        "a difference is the Shapley value: what a component adds on average over all orders "
        "of switching components on"
    )

    def conditions(self, components: Sequence[Component]) -> tuple[Condition, ...]:
        """List all combinations, the baseline first."""
        if len(components) > MOST:
            raise StudyError(
                f"exact Shapley values of {len(components)} components need 2^{len(components)} "
                f"conditions; up to {MOST} can be planned. Take shapley-sampling."
            )
        return conditions_of(components, range(1 << len(components)))

    def contrasts(self, components: Sequence[Component]) -> tuple[Contrast, ...]:
        """Weight a component's effect given s others on by s! (K - s - 1)! / K!."""
        count, names = len(components), [each.name for each in self.conditions(components)]
        found = []
        for position, each in enumerate(components):
            on, off = {}, {}
            for mask in range(1 << count):
                if mask >> position & 1:
                    others = count - mask.bit_count()
                    share = 1 / (count * math.comb(count - 1, others))
                    on[names[mask ^ 1 << position]] = off[names[mask]] = share
            found.append(Contrast(each.name, on, off))
        return tuple(found)

    def interactions(self, components: Sequence[Component]) -> tuple[Contrast, ...]:
        """Weight how a pair depends on each other given s others on by s! (K-s-2)! / (K-1)!.

        The interaction index of Grabisch & Roubens (1999, Int. J. Game Theory 28:547).
        """
        count, names = len(components), [each.name for each in self.conditions(components)]
        found = []
        for first, second in combinations(range(count), 2):
            both = 1 << first | 1 << second
            on, off = {}, {}
            for mask in (mask for mask in range(1 << count) if not mask & both):
                others = mask.bit_count()
                share = 1 / ((count - 1) * math.comb(count - 2, others))
                on[names[mask]] = on[names[mask | both]] = share
                off[names[mask | 1 << first]] = off[names[mask | 1 << second]] = share
            label = f"{components[first].name} x {components[second].name}"
            found.append(Contrast(label, on, off))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class ShapleySampling(Design):
    """So many permutations a block, along each of which components are switched on one by one.

    `antithetic` permutations come with their reverse, and an even number of them is needed.

    >>> parts = [Component(name, switch=name) for name in "abcdef"]
    >>> len(ShapleySampling(permutations=4).at(0).conditions(parts)) <= 2 + 4 * 5
    True
    """

    name: ClassVar[str] = "shapley-sampling"
    meaning: ClassVar[str] = (
        "a difference is the Shapley value: what a component adds on average over all orders "
        "of switching components on, each seed with orders drawn for it"
    )

    permutations: int = 8
    antithetic: bool = True
    block: int = 0

    def __post_init__(self) -> None:
        if self.permutations < 1 or (self.antithetic and self.permutations % 2):
            raise StudyError(
                f"permutations is {self.permutations}: it is 1 or more, and an even number while "
                "they are antithetic (each with its reverse)."
            )

    @property
    def settings(self) -> Mapping[str, Json]:
        """How many permutations, and whether they are antithetic."""
        plain: dict[str, Json] = {"permutations": self.permutations}
        return plain if self.antithetic else {**plain, "antithetic": False}

    def at(self, seed: int) -> "ShapleySampling":
        """Give the design of one block, which has permutations of its own."""
        return replace(self, block=seed)

    def orders(self, components: Sequence[Component]) -> Iterator[tuple[int, ...]]:
        """Draw the permutations of this block, as positions of components."""
        place = {each.name: index for index, each in enumerate(components)}
        for draw in range(self.permutations // (1 + self.antithetic)):
            order = tuple(place[name] for name in shuffled(place, "shapley", self.block, draw))
            yield order
            if self.antithetic:
                yield order[::-1]

    def conditions(self, components: Sequence[Component]) -> tuple[Condition, ...]:
        """List what the permutations of this block pass through, the baseline first."""
        masks = (mask for order in self.orders(components) for mask in _passed(order))
        return conditions_of(components, [0, *masks])

    def contrasts(self, components: Sequence[Component]) -> tuple[Contrast, ...]:
        """Average what each component changed when its turn came."""
        share = 1 / self.permutations
        sides = [
            (defaultdict[str, float](float), defaultdict[str, float](float)) for _ in components
        ]
        names: dict[int, str] = {}
        for order in self.orders(components):
            steps = [
                names.setdefault(mask, condition(components, mask).name) for mask in _passed(order)
            ]
            for position, before, after in zip(order, steps, steps[1:], strict=False):
                sides[position][0][after] += share
                sides[position][1][before] += share
        return tuple(
            Contrast(each.name, *pair) for each, pair in zip(components, sides, strict=True)
        )


def _passed(order: Sequence[int]) -> Iterator[int]:
    """The masks along a permutation, from nothing on to everything on."""
    mask = (1 << len(order)) - 1
    yield mask
    for position in order:
        mask ^= 1 << position
        yield mask
