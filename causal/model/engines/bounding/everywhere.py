"""The least of a cost less a combination of lines over every type of a tableau, listed or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from causal.model.engines.bounding.costs import Cost
from causal.model.engines.bounding.patterns import Pattern
from causal.model.engines.bounding.pricing import Pricing
from causal.model.engines.bounding.tableau import Group, Tableau

__all__ = ["least_everywhere", "pricing", "reduced"]


def least_everywhere(tableau: Tableau, cost: Cost, multipliers: Sequence[int]) -> list[int]:
    """For each group the least, in whole numbers; raises TooLargeError."""
    found = []
    for number, group in enumerate(tableau.groups):
        weighted = reduced(tableau, number, cost, multipliers)
        found.append(pricing(tableau, group).least([(one, int(w)) for one, w in weighted]))
    return found


def pricing(tableau: Tableau, group: Group) -> Pricing:
    """The road to the best types of a group that is one block."""
    [block] = group.blocks
    named = [one for line in tableau.lines for one, _ in line.patterns]
    patterns = dict.fromkeys(one for one in named if one and one[0][0] in block.places)
    return Pricing(block, tuple(patterns), tableau.rules)


def reduced(
    tableau: Tableau, number: int, cost: Cost, multipliers: Sequence[float | Fraction]
) -> Iterator[tuple[Pattern, float | Fraction]]:
    """Cost minus the combination of lines, as weights of the patterns of one group."""
    [block] = tableau.groups[number].blocks
    yield (), -multipliers[number]
    for patterns, price in cost.weights.items():
        if patterns[0][0][0] in block.places:
            yield patterns[0], price
    totals = len(tableau.groups)
    for line, multiplier in zip(tableau.lines[totals:], multipliers[totals:], strict=True):
        if multiplier:
            for one, weight in line.patterns:
                if one[0][0] in block.places:
                    yield one, -weight * multiplier
