"""Leave one out: the baseline, then every component off by itself.

The oldest design of ablation, from the lesion studies of Flourens (1824). It sees the effect of a
component *given all the others*, so two that stand in for each other both look unimportant.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ablation.component import Component
from ablation.design.condition import Condition


@dataclass(frozen=True, slots=True)
class LeaveOneOut:
    """The baseline and one condition a component.

    >>> parts = [Component("attention", switch="attention"), Component("mlp", switch="mlp")]
    >>> [condition.name for condition in LeaveOneOut().conditions(parts)]
    ['baseline', 'without attention', 'without mlp']
    """

    @property
    def name(self) -> str:
        """The name that a study file gives it."""
        return "leave-one-out"

    def conditions(self, components: Sequence[Component]) -> tuple[Condition, ...]:
        """List the baseline, then one condition for every component."""
        return (Condition(()), *(Condition((each,)) for each in components))
