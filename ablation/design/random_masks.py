"""Random masks: every run switches a random share of the components off; effects by least squares.

The design of LIME and of datamodels (Ilyas et al. 2022), for many components at once. Every block
draws masks of its own, so the spread over blocks has in it what the masks happened to be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ablation.canonical import Json
from ablation.component import Component
from ablation.design.condition import Condition
from ablation.design.contrast import Contrast
from ablation.design.lots import lot
from ablation.design.masks import conditions_of, main_effects
from ablation.errors import StudyError


@dataclass(frozen=True, slots=True)
class RandomMasks:
    """The baseline and so many masks a block, in each of which a component is off by lot.

    Without a number there are twice as many masks as components.

    >>> parts = [Component(name, switch=name) for name in "abcdef"]
    >>> len(RandomMasks().at(3).conditions(parts))
    13
    """

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
    def name(self) -> str:
        """The name that a study file gives it."""
        return "random-masks"

    @property
    def settings(self) -> Mapping[str, Json]:
        """How many masks, and which share of the components is off."""
        stated: dict[str, Json] = {} if self.masks is None else {"masks": self.masks}
        return stated if self.share == 0.5 else {**stated, "share": self.share}

    def at(self, seed: int) -> "RandomMasks":
        """Give the design of one block, which has masks of its own."""
        return replace(self, block=seed)

    def drawn(self, components: Sequence[Component]) -> tuple[int, ...]:
        """Draw the masks of this block, the baseline first, none twice."""
        wanted = 1 + (self.masks or 2 * len(components))
        names = [each.name for each in components]
        if len(names) >= wanted:
            raise StudyError(
                f"{wanted - 1} masks cannot tell {len(names)} components apart: draw "
                f"{len(names) + 1} or more."
            )
        found = {0: None}
        for draw in range(wanted * 20):
            if len(found) == min(wanted, 1 << len(names)):
                break
            mask = sum(
                1 << index
                for index, name in enumerate(names)
                if lot("mask", self.block, draw, name) < self.share
            )
            found.setdefault(mask)
        return tuple(found)

    def conditions(self, components: Sequence[Component]) -> tuple[Condition, ...]:
        """List the baseline and the masks of this block."""
        return conditions_of(components, self.drawn(components))

    def contrasts(self, components: Sequence[Component]) -> tuple[Contrast, ...]:
        """Estimate each component's effect by least squares over the block."""
        return main_effects(components, self.drawn(components))

    def interactions(self, components: Sequence[Component]) -> tuple[Contrast, ...]:  # noqa: ARG002
        """None: they are what the masks average over."""
        return ()
