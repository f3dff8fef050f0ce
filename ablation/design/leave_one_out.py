"""One at a time: leave one out, add one in, and leave out every pair.

The oldest designs of ablation, from the lesion studies of Flourens (1824). Leaving one out sees a
component *given all the others*, adding one in *given none*: two that stand in for each other look
unimportant to the first and essential to the second. Pairs tell such two apart from two that are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

from ablation.component import Component
from ablation.design.condition import BASELINE, Condition, Design, condition
from ablation.design.contrast import Contrast


@dataclass(frozen=True, slots=True)
class LeaveOneOut(Design):
    """The baseline and one condition a component.

    >>> parts = [Component("attention", switch="attention"), Component("mlp", switch="mlp")]
    >>> [condition.name for condition in LeaveOneOut().conditions(parts)]
    ['baseline', 'without attention', 'without mlp']
    """

    name: ClassVar[str] = "leave-one-out"
    meaning: ClassVar[str] = (
        "every component is compared with the baseline on the same seeds, and a difference is "
        "always baseline minus without"
    )

    def conditions(self, components: Sequence[Component]) -> tuple[Condition, ...]:
        """List the baseline, then one condition for every component."""
        return (Condition(()), *(Condition((each,)) for each in components))

    def contrasts(self, components: Sequence[Component]) -> tuple[Contrast, ...]:
        """Compare the baseline with each condition."""
        return tuple(
            Contrast(each.name, [BASELINE], [Condition((each,)).name]) for each in components
        )


@dataclass(frozen=True, slots=True)
class AddOneIn(Design):
    """Nothing on, and one condition with each component alone; the baseline as the other end.

    >>> parts = [Component(name, switch=name) for name in ("attention", "mlp", "norm")]
    >>> [condition.name for condition in AddOneIn().conditions(parts)]
    ['baseline', 'nothing on', 'only attention', 'only mlp', 'only norm']
    """

    name: ClassVar[str] = "add-one-in"
    meaning: ClassVar[str] = (
        "every component alone is compared with nothing on, on the same seeds, and a "
        "difference is always with it minus without"
    )

    def conditions(self, components: Sequence[Component]) -> tuple[Condition, ...]:
        """List the baseline, nothing on, then every component by itself."""
        alone = (condition(components, mask) for mask in self._masks(len(components)))
        return (Condition(()), *alone) if len(components) > 1 else (Condition(()), *alone)[:2]

    def contrasts(self, components: Sequence[Component]) -> tuple[Contrast, ...]:
        """Compare each component alone with nothing on: what it brings by itself."""
        nothing, *alone = (
            condition(components, mask).name for mask in self._masks(len(components))
        )
        if len(components) == 1:
            alone = [BASELINE]
        return tuple(
            Contrast(each.name, [only], [nothing])
            for each, only in zip(components, alone, strict=True)
        )

    def _masks(self, count: int) -> tuple[int, ...]:
        full = (1 << count) - 1
        return (full, *(full ^ 1 << index for index in range(count)))


@dataclass(frozen=True, slots=True)
class Pairs(Design):
    """Leave one out, and leave out every pair: who needs whom, who stands in for whom.

    >>> parts = [Component(name, switch=name) for name in ("attention", "mlp")]
    >>> [condition.name for condition in Pairs().conditions(parts)]
    ['baseline', 'without attention', 'without mlp', 'without attention and mlp']
    """

    name: ClassVar[str] = "pairs"
    meaning: ClassVar[str] = (
        "every component is compared with the baseline on the same seeds, and a difference is "
        "always baseline minus without; pairs show how two depend on each other"
    )

    def conditions(self, components: Sequence[Component]) -> tuple[Condition, ...]:
        """List the baseline, every component left out, then every pair."""
        pairs = (Condition(both) for both in combinations(components, 2))
        return (*LeaveOneOut().conditions(components), *pairs)

    def contrasts(self, components: Sequence[Component]) -> tuple[Contrast, ...]:
        """Compare the baseline with every component left out."""
        return LeaveOneOut().contrasts(components)

    def interactions(self, components: Sequence[Component]) -> tuple[Contrast, ...]:
        """Compare what both together cost with what each costs: above zero, each needs the other.

        y(both) - y(without a) - y(without b) + y(without both): below zero, either would do.

        >>> parts = [Component(name, switch=name) for name in ("a", "b")]
        >>> print(*Pairs().interactions(parts)[0].weights.values())
        1.0 1.0 -1.0 -1.0
        """
        return tuple(
            Contrast(
                f"{first.name} x {second.name}",
                {BASELINE: 1.0, Condition((first, second)).name: 1.0},
                {Condition((first,)).name: 1.0, Condition((second,)).name: 1.0},
            )
            for first, second in combinations(components, 2)
        )
