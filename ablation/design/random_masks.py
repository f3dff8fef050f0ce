"""Random masks: every run switches a random share of the components off; effects by least squares.

The design of LIME and of datamodels (Ilyas et al. 2022), for many components at once. Every block
draws masks of its own, so the spread over blocks has in it what the masks happened to be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from operator import itemgetter
from typing import ClassVar

from ablation.canonical import Json, canonical
from ablation.component import Component
from ablation.design.condition import Condition, Design
from ablation.design.contrast import Contrast
from ablation.design.lots import lots_below
from ablation.design.masks import conditions_of, main_effects
from ablation.errors import StudyError

_ATTEMPTS = 20


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
        wanted = self.masks or 2 * len(names)
        if wanted < len(names):
            raise StudyError(
                f"{wanted} masks cannot tell {len(names)} components apart: draw {len(names)} "
                "or more."
            )
        if wanted > (there := 2 ** len(names) - 1):
            if self.masks is not None:
                raise StudyError(
                    f"{wanted} masks are asked for, and {len(names)} components have {there} that "
                    f"differ: draw {there} or fewer, or take a full factorial."
                )
            wanted = there
        fewest = wanted
        for attempt in range(_ATTEMPTS):
            masks = self._set(names, wanted, attempt)
            if len(masks) == wanted and _rank(masks, len(names)) == len(names):
                return (0, *masks)
            fewest = min(fewest, len(masks))
        if fewest < wanted:
            raise StudyError(
                f"{wanted} masks that differ do not come up with a share of {self.share:g} of "
                f"{len(names)} components off: draw fewer, or a share nearer to a half."
            )
        raise StudyError(
            f"{wanted} random masks with a share of {self.share:g} off do not tell {len(names)} "
            "components apart: draw more, or a share nearer to a half."
        )

    def _set(self, names: Sequence[str], wanted: int, attempt: int) -> list[int]:
        """Draw so many masks that differ, or as many as so many lots gave."""
        found: dict[int, None] = {}
        at = {name: place for place, name in enumerate(names)}
        digits = itemgetter(-1, *(at[name] for name in sorted(names, reverse=True)))
        limit = ceil(self.share * 2**16)
        head = canonical(["mask", self.block, attempt])[:-1]
        for draw in range(wanted * _ATTEMPTS):
            below = lots_below(limit, len(names), f"{head},{draw}]")
            mask = int(bytes(digits(below + b"0")), 2)
            if mask:
                found.setdefault(mask)
            if len(found) == wanted:
                break
        return [*found]

    def conditions(self, components: Sequence[Component]) -> tuple[Condition, ...]:
        """List the baseline and the masks of this block."""
        return conditions_of(components, self.drawn(components))

    def contrasts(self, components: Sequence[Component]) -> tuple[Contrast, ...]:
        """Estimate each component's effect by least squares over the block."""
        return main_effects(components, self.drawn(components))


def _rank(masks: Sequence[int], most: int) -> int:
    """How many masks are independent modulo 2; so many are independent as numbers too."""
    rank, pivots = 0, [0] * (most + 1)
    for mask in masks:
        rest = mask
        while other := pivots[rest.bit_length()]:
            rest ^= other
        if rest:
            pivots[rest.bit_length()] = rest
            rank += 1
    return rank
