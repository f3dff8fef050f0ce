"""Designs as lists of masks, and the effects that a list of masks can tell.

A mask has bit k set where component k is off. Main effects are least squares with every component
at its own level; where the masks are orthogonal these are the textbook differences of two means
(Box, Hunter & Hunter 2005, "Statistics for experimenters", 5.5).
"""

from collections.abc import Sequence
from importlib import import_module

from ablation.component import Component
from ablation.design.condition import Condition, conditions
from ablation.design.contrast import Contrast

BY_HALVES = (
    "a difference is the mean of all runs with a component minus that of all runs without it, "
    "seed by seed, whatever else is on"
)
"""What the effects of an orthogonal list of masks are, as the end of a sentence."""


def conditions_of(components: Sequence[Component], masks: Sequence[int]) -> tuple[Condition, ...]:
    """Name the conditions of some masks, each once, the baseline first."""
    distinct = dict.fromkeys([0, *masks] if 0 in masks else masks)
    return tuple(conditions(components, distinct))


def main_effects(components: Sequence[Component], masks: Sequence[int]) -> tuple[Contrast, ...]:
    """Estimate each component's effect by least squares over the runs of one block.

    The sides are the fitted means with it on and off, all others at their average; in an
    orthogonal design the means of the runs with it on, and of those with it off.

    >>> parts = [Component(name, switch=name) for name in "ab"]
    >>> effect = main_effects(parts, [0b00, 0b01, 0b10, 0b11])[0]
    >>> print(effect.sides[0], effect.sides[1])
    {'baseline': 0.5, 'without b': 0.5} {'without a': 0.5, 'nothing on': 0.5}
    """
    runs = len(masks)
    names = [each.name for each in conditions(components, masks)]
    shares = [sum(mask >> k & 1 for mask in masks) / runs for k in range(len(components))]
    solver = import_module("ablation.design.slopes")  # numpy, which whoever runs a trial can spare
    weights: list[list[float]] = solver.slopes(masks, shares)
    effects = []
    for each, share, slope in zip(components, shares, weights, strict=True):
        on, off = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
        for name, weight in zip(names, slope, strict=True):
            on[name] += 1 / runs - share * weight
            off[name] += 1 / runs + (1 - share) * weight
        effects.append(Contrast(each.name, _tidy(on), _tidy(off)))
    return tuple(effects)


def _tidy(weights: dict[str, float]) -> dict[str, float]:
    """Drop what rounding left of a weight that is zero."""
    return {name: weight for name, weight in weights.items() if abs(weight) > 1e-12}
