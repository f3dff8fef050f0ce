"""A changes B, and B changes the metric: does A then act through B? Not of itself.

Counterfactual dependence is not transitive (Lewis 1973; for networks, Mueller 2024). The composed
path is patched: B passes on what it would with A off, and everything else is as it was (the
natural indirect effect through B, Pearl 2001).
"""

from dataclasses import dataclass
from typing import Literal

from ablation.neural.components import Components
from ablation.neural.trees import largest_change
from ablation.neural.validity.joint import Tried
from ablation.neural.validity.laboratory import Laboratory
from ablation.neural.validity.testing import Estimate, adjusted_by_name, estimate
from ablation.operators import Operator


@dataclass(frozen=True, slots=True)
class Chain:
    """Two links that are real, and the path that they form."""

    source: str
    through: str
    link: float  # change of what `through` passes on when `source` is off, relative
    estimate: Estimate  # of the composed path
    verdict: Literal["transitive", "not transitive", "undecided"]


def chains(
    lab: Laboratory, by: Operator, graph: Components, found: Tried, *, margin: float
) -> tuple[Chain, ...]:
    """Test every path A -> B -> metric of which both links are real."""
    ends = [name for name in found.names if found.matters(frozenset({name}))]
    links: dict[tuple[str, str], float] = {}
    paths: dict[tuple[str, str], Estimate] = {}
    for source in found.names:
        off = lab.off([source], by)
        if not off.acted[source].proven:
            continue
        for through in ends:
            if through == source or through not in graph.descendants(source):
                continue
            change = largest_change(lab.factual().own[through], off.own[through])
            if change <= off.acted[source].rounding:
                continue
            links[source, through] = change
            paths[source, through] = estimate(
                lab.held([through], off.own), margin=margin, level=found.level
            )
    adjusted = adjusted_by_name({key: each.beyond for key, each in paths.items()})
    return tuple(
        Chain(*key, links[key], each, _verdict(each, adjusted[key], found))
        for key, each in paths.items()
    )


def _verdict(
    path: Estimate, adjusted: float, found: Tried
) -> Literal["transitive", "not transitive", "undecided"]:
    if adjusted < 1 - found.level:
        return "transitive"
    return "not transitive" if found.nothing(path) else "undecided"
