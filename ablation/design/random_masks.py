"""Random masks: every run switches a random share of the components off; effects by least squares.

The design of LIME and of datamodels (Ilyas et al. 2022), for many components at once. Every block
draws masks of its own, so the spread over blocks has in it what the masks happened to be.

In each mask every component is off by a lot of its own. What lots say is taken in turn, but for a
mask with nothing off, one that was there before, and one that would leave too few places to tell
all components apart: these are drawn again, alone. With as many masks as components and a share of
a half that makes every set of masks that are independent modulo 2 equally likely.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from math import ceil
from typing import ClassVar

from ablation.canonical import Json
from ablation.component import Component
from ablation.design.condition import Condition, Design
from ablation.design.contrast import Contrast
from ablation.design.lots import lots_below
from ablation.design.masks import conditions_of, main_effects
from ablation.errors import StudyError

_TRIES = 400  # draws for each mask that is wanted
_SPARE = 8  # draws at once beyond those that are wanted: more are rarely needed


@dataclass(frozen=True, slots=True)
class RandomMasks(Design):
    """The baseline and so many masks a block, in each of which a component is off by lot.

    Without a number there are twice as many masks as components.

    >>> parts = [Component(name, switch=name) for name in "abcdef"]
    >>> len(RandomMasks().at(3).conditions(parts))
    13
    """

    name: ClassVar[str] = "random-masks"
    meaning: ClassVar[str] = (
        "a difference is what a component adds on average over random masks of the others, by "
        "least squares, seed by seed"
    )

    masks: int | None = None
    share: float = 0.5
    block: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.share < 1 or (self.masks is not None and self.masks < 1):
            raise StudyError(
                f"random masks need a share between 0 and 1 and one mask or more, not share "
                f"{self.share} and {self.masks} masks."
            )

    @property
    def settings(self) -> Mapping[str, Json]:
        """How many masks, and which share of the components is off."""
        stated: dict[str, Json] = {} if self.masks is None else {"masks": self.masks}
        return stated if self.share == 0.5 else {**stated, "share": self.share}

    def at(self, seed: int) -> "RandomMasks":
        """Give the design of one block, which has masks of its own."""
        return replace(self, block=seed)

    def drawn(self, components: Sequence[Component]) -> tuple[int, ...]:
        """Draw the masks of this block, the baseline first: none twice, all told apart."""
        names = [each.name for each in components]
        wanted = self._wanted(len(names))
        found: dict[int, None] = {}
        pivots, lacking = [0] * (len(names) + 1), len(names)
        for mask in islice(self._by_lot(names, wanted + _SPARE), _TRIES * wanted):
            if not mask or mask in found:
                continue
            rest = _reduced(mask, pivots) if lacking else 0
            if rest:
                pivots[rest.bit_length()] = rest
                lacking -= 1
            elif lacking == wanted - len(found):
                continue
            found[mask] = None
            if len(found) == wanted:
                return (0, *found)
        if lacking < wanted - len(found):
            raise StudyError(
                f"{wanted} masks that differ do not come up with a share of {self.share:g} of "
                f"{len(names)} components off: draw fewer, or a share nearer to a half."
            )
        raise StudyError(
            f"{wanted} random masks with a share of {self.share:g} off do not tell {len(names)} "
            "components apart: draw more, or a share nearer to a half."
        )

    def _wanted(self, count: int) -> int:
        """How many masks are drawn for so many components."""
        there = (1 << count) - 1
        if self.masks is None:
            return min(2 * count, there)
        if self.masks < count:
            raise StudyError(
                f"{self.masks} masks cannot tell {count} components apart: draw {count} or more."
            )
        if self.masks > there:
            raise StudyError(
                f"{self.masks} masks are asked for, and {count} components have {there} that "
                f"differ: draw {there} or fewer, or take a full factorial."
            )
        return self.masks

    def _by_lot(self, names: Sequence[str], many: int) -> Iterator[int]:
        """Draw masks without end, so many at once.

        The lots of a mask are handed out in the order of the names, so the order of the components
        is of no consequence.
        """
        limit = ceil(self.share * 2**16)
        places = {name: place for place, name in enumerate(sorted(names))}
        for turn in count():
            below = lots_below(limit, many * len(names), "mask", self.block, turn)
            columns = b"".join(below[places[name] :: len(names)] for name in reversed(names))
            for draw in range(many):
                yield int(columns[draw::many], 2)

    def conditions(self, components: Sequence[Component]) -> tuple[Condition, ...]:
        """List the baseline and the masks of this block."""
        return conditions_of(components, self.drawn(components))

    def contrasts(self, components: Sequence[Component]) -> tuple[Contrast, ...]:
        """Estimate each component's effect by least squares over the block."""
        return main_effects(components, self.drawn(components))


def _reduced(mask: int, pivots: Sequence[int]) -> int:
    """Take from a mask, modulo 2, what others have; what is left has a leading bit of its own."""
    while other := pivots[mask.bit_length()]:
        mask ^= other
    return mask
