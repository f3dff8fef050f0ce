"""An ablation may change nothing but what is computed from the component: that is what `do` means.

Every component that the graph does not put after the ablated one must pass on the very same
numbers, bit for bit. One that does not would say that the graph is wrong, that something is
written in place, or that hidden state is shared.
"""

from dataclasses import dataclass

from ablation.neural.components import Components
from ablation.neural.trees import largest_change
from ablation.neural.validity.laboratory import Laboratory
from ablation.operators import Operator


@dataclass(frozen=True, slots=True)
class Collateral:
    """Non-descendants of a component: how many were compared, and which of them changed."""

    component: str
    compared: int
    changed: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether none of them changed in any bit."""
        return not self.changed


def collateral(lab: Laboratory, by: Operator, graph: Components) -> tuple[Collateral, ...]:
    """Compare all that no component's ablation may change."""
    before = lab.factual().own
    found = []
    for name in lab.places:
        after = lab.off([name], by).own
        others = [each for each in lab.places if each not in graph.descendants(name)]
        changed = [each for each in others if largest_change(before[each], after[each]) != 0]
        found.append(Collateral(name, len(others), tuple(changed)))
    return tuple(found)
