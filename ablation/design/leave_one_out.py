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
from ablation.design.condition import Condition, Design, conditions
from ablation.design.contrast import Contrast
from ablation.design.naming import BASELINE, Naming
from ablation.errors import listed


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
        parts = tuple(components)
        alone = (
            Condition(_without(each), parts, 1 << place) for place, each in enumerate(components)
        )
        return (Condition(BASELINE, parts, 0), *alone)

    def contrasts(self, components: Sequence[Component]) -> tuple[Contrast, ...]:
        """Compare the baseline with each condition."""
        return tuple(Contrast(each.name, [BASELINE], [_without(each)]) for each in components)


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
        masks = dict.fromkeys([0, *self._masks(len(components))])
        return tuple(conditions(components, masks))

    def contrasts(self, components: Sequence[Component]) -> tuple[Contrast, ...]:
        """Compare each component alone with nothing on: what it brings by itself."""
        names = Naming([each.name for each in components])
        nothing, *alone = map(names.of, self._masks(len(components)))
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
        parts = tuple(components)
        pairs = (
            Condition(_without(first, second), parts, 1 << one | 1 << other)
            for (one, first), (other, second) in combinations(enumerate(parts), 2)
        )
        return (*LeaveOneOut().conditions(parts), *pairs)

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
                {BASELINE: 1.0, _without(first, second): 1.0},
                {_without(first): 1.0, _without(second): 1.0},
            )
            for first, second in combinations(components, 2)
        )


def _without(*components: Component) -> str:
    return f"without {listed(each.name for each in components)}"
