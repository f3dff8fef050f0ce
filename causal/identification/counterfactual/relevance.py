"""Which districts a conditional counterfactual depends on: the rest cancels against the evidence.

Correa, Lee & Bareinboim (2021), "Nested counterfactual identification from arbitrary surrogate
experiments", definition 7: ancestral components, here on the merged graph.  An arrow out of a
copy that was seen carries a constant, and connects nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise

from causal.graph.parallel import Merged
from causal.identification.counterfactual.asked import Asked

__all__ = ["Relevant", "relevant"]


@dataclass(frozen=True)
class Relevant:
    """Copies whose law is the numerator, and copies whose law is the denominator."""

    above: frozenset[int]  # in the graph merged by evidence and outcome
    below: frozenset[int]  # in the graph merged by the evidence alone


def relevant(asked: Asked, joint: Merged) -> Relevant:
    """The components that hold an outcome, and what evidence alone makes of them.

    Outcome and evidence are one graph, so P(outcome, given) and P(given) are products over
    components; those without an outcome are in both, and cancel.
    """
    parts = _joint_components(asked, joint)
    seen = {joint.places[number] for number in asked.given}
    outcomes = {joint.places[number] for number in asked.outcome} - seen
    above = frozenset[int]().union(*(part for part in parts if part & outcomes))
    met = {n for n in asked.given if joint.places[n] in above}
    met_below = {asked.seen.places[n] for n in met}
    below = [part for part in _given_components(asked) if part & met_below]
    return Relevant(above, frozenset[int]().union(*below))


def _joint_components(asked: Asked, joint: Merged) -> list[frozenset[int]]:
    """Components of outcome and evidence together.

    A copy that only the outcome needs, and that is one with a copy of the evidence, adds no tie:
    what it reads is known to be equal.  (A copy of the evidence that only the outcome makes one
    with another is two below, and a conflict there.)
    """
    upstream = asked.worlds.upstream(asked.given)
    by_evidence = _places(joint, upstream)
    known = _places(joint, asked.given)
    ties: list[Collection[int]] = list(joint.worlds.districts)
    for number, parents in enumerate(asked.worlds.parents):
        here = joint.places[number]
        if number in upstream or here not in by_evidence:
            reads = (joint.places[p] for p in parents)
            ties += [_kept((here, there)) for there in reads if there not in known]
    return _joined(len(joint.worlds.copies), ties)


def _given_components(asked: Asked) -> list[frozenset[int]]:
    worlds, known = asked.seen.worlds, _places(asked.seen, asked.given)
    ties: list[Collection[int]] = list(worlds.districts)
    ties += [(n, p) for n, parents in enumerate(worlds.parents) for p in parents if p not in known]
    return _joined(len(worlds.copies), ties)


def _places(merged: Merged, numbers: Iterable[int]) -> frozenset[int | None]:
    return frozenset(merged.places[number] for number in numbers)


def _kept(places: Iterable[int | None]) -> list[int]:
    return [place for place in places if place is not None]


def _joined(count: int, ties: Iterable[Collection[int]]) -> list[frozenset[int]]:
    """The classes of numbers that ties join."""
    home = list(range(count))

    def root(number: int) -> int:
        while home[number] != number:
            home[number] = number = home[home[number]]
        return number

    for tie in ties:
        for one, other in pairwise(tie):
            home[root(other)] = root(one)
    classes: dict[int, set[int]] = {}
    for number in range(count):
        classes.setdefault(root(number), set()).add(number)
    return [frozenset(members) for members in classes.values()]
