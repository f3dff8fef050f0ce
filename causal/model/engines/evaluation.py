"""One probability or expectation in a finite model: which sums it takes, and what they come to.

Pearl (2009), theorem 7.1.7: condition the noise on what was seen (abduction), change the mechanisms
(action), push the noise through (prediction).  Here all three are one sum over all worlds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from causal.errors import ImpossibleEvidenceError, QueryError
from causal.model.engines.answers import Number
from causal.model.engines.coupled_tables import Sum, Total
from causal.model.engines.events import Happening, placed, settle, settle_value
from causal.model.engines.worlds import Worlds
from causal.model.exact import exact as as_written
from causal.model.mechanism import Value
from causal.model.scm import SCM
from causal.query import Expectation, Probability, Term
from causal.variables import Variable

__all__ = ["Evaluation", "Measured", "domain_of", "evaluation", "score", "settled_evidence"]

Scores = tuple[Fraction, ...]


@dataclass(frozen=True)
class Measured:
    """A number, and the probability of the evidence that it is conditional on."""

    value: Number
    probability_of_evidence: Number


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The sums that one part of a quantity takes, and how they make its value.

    The value is the mean of the ``scores`` of the one node that ``joint`` keeps; without scores it
    is the weight of ``joint`` over that of ``evidence``; without ``joint`` it is settled.
    """

    part: Probability | Expectation
    worlds: Worlds
    evidence: Sum | None
    joint: Sum | None = None
    scores: Scores = ()
    settled: Fraction = Fraction(0)

    @property
    def sums(self) -> tuple[Sum, ...]:
        """What has to be summed."""
        found = (self.joint, self.evidence if not self.scores else None)
        return tuple(each for each in found if each is not None)

    @property
    def work(self) -> float:
        """About how many multiplications it takes."""
        return sum(each.work for each in self.sums)

    @property
    def couplings(self) -> dict[Variable, str]:
        """What is assumed of each mechanism that several worlds meet in, beyond its law in one."""
        return {v: text for each in self.sums for v, text in each.couplings.items()}

    def measure(self, *, exact: bool) -> Measured:
        """Do the sums; raises ImpossibleEvidenceError when the evidence weighs nothing."""
        if self.joint is None:
            return Measured(self.settled, self._weight_of_evidence(exact=exact)[1])
        joint = self.joint.total(exact=exact)
        if not self.scores:
            evidence, probability = self._weight_of_evidence(exact=exact)
            return Measured(_ratio(joint, evidence), probability)
        weights = joint.weights.weights
        total = weights.sum()
        self._require(total)
        value = _mean(weights, self.scores, total, exact=exact)
        seen = Fraction(1) if self.evidence is None else joint.probability(total)
        return Measured(value, seen)

    def _weight_of_evidence(self, *, exact: bool) -> tuple[Total | None, Number]:
        if self.evidence is None:
            return None, Fraction(1)
        total = self.evidence.total(exact=exact)
        self._require(total.weight)
        return total, total.probability(total.weight)

    def _require(self, weight: Number) -> None:
        if not weight:
            raise ImpossibleEvidenceError(", ".join(map(str, self.part.given)))


def evaluation(model: SCM, part: Probability | Expectation) -> Evaluation:
    """Plan one part; raises DomainError, QueryError or ImpossibleEvidenceError.

    >>> from causal.model.random_models import random_scm
    >>> from causal.graph import ADMG
    >>> from causal.query import Quantity
    >>> [(_, part)] = Quantity.parse("P(Y[X=1]=1 | X=0)").parts
    >>> evaluation(random_scm(ADMG.parse("X -> Y"), 1), part).measure(exact=True).value
    Fraction(9, 10)
    """
    worlds = Worlds(model)
    seen = settled_evidence(part, worlds)
    evidence = Sum(worlds, seen.known, seen.masks) if seen.known or seen.masks else None
    if isinstance(part, Expectation):
        return _mean_of(part, worlds, seen, evidence)
    asked = settle(part.events, part.do, worlds, given=seen)
    if asked.impossible or asked.is_sure:
        return Evaluation(part, worlds, evidence, settled=Fraction(asked.is_sure))
    if evidence is not None and len(asked.known) == 1 and not asked.masks:
        [(number, value)] = asked.known.items()
        scores = tuple(Fraction(each == value) for each in domain_of(number, worlds))
        kept = Sum(worlds, seen.known, seen.masks, keep=(number,))
        return Evaluation(part, worlds, evidence, kept, scores)
    joint = Sum(worlds, seen.known | asked.known, [*seen.masks, *asked.masks])
    return Evaluation(part, worlds, evidence, joint)


def settled_evidence(part: Probability | Expectation, worlds: Worlds) -> Happening:
    """Settle the evidence, causes first, and let every node be known by its value from then on."""
    place = worlds.model.graph.index
    values = [event for event in part.given if isinstance(event, Term)]
    found = Happening()
    for term in sorted(values, key=lambda term: place[term.variable]):
        if (number := settle_value(term, part.do, worlds, found)) is not None:
            worlds.see(number, found.known[number])
    comparisons = [event for event in part.given if not isinstance(event, Term)]
    fresh = settle(comparisons, part.do, worlds, given=found)
    if found.impossible or fresh.impossible:
        raise ImpossibleEvidenceError(", ".join(map(str, part.given)))
    return replace(found, masks=fresh.masks)


def _mean_of(
    part: Expectation, worlds: Worlds, seen: Happening, evidence: Sum | None
) -> Evaluation:
    term = placed(part.term, part.do, worlds.model)
    number = worlds.node(term)
    node = worlds.nodes[number]
    if node.variable is None or number in seen.known:
        value = node.constant if node.variable is None else seen.known[number]
        return Evaluation(part, worlds, evidence, settled=score(part, value))
    scores = tuple(score(part, value) for value in domain_of(number, worlds))
    kept = Sum(worlds, seen.known, seen.masks, keep=(number,))
    return Evaluation(part, worlds, evidence, kept, scores)


def domain_of(number: int, worlds: Worlds) -> tuple[Value, ...]:
    """The values of a node that is not a constant."""
    variable = worlds.nodes[number].variable
    assert variable is not None
    return worlds.model.domains[variable]


def score(part: Expectation, value: Value) -> Fraction:
    """A value as the number that it counts as in a mean; raises QueryError when it is none."""
    if isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, int | float | Fraction):
        return as_written(value)
    raise QueryError(
        f"{part} has no value: {part.term.variable} can be {value!r}, which is no number; "
        "ask for the probability of one value"
    )


def _mean(weights: np.ndarray, scores: Scores, total: Number, *, exact: bool) -> Number:
    if exact:
        return sum((w * s for w, s in zip(weights, scores, strict=True)), start=Fraction(0)) / total
    return float(weights @ np.array([float(s) for s in scores]) / total)


def _ratio(joint: Total, evidence: Total | None) -> Number:
    if evidence is None:
        return joint.probability(joint.weight)
    if isinstance(joint.weight, int) and isinstance(evidence.weight, int):
        return Fraction(joint.weight * evidence.scale, evidence.weight * joint.scale)
    shift = joint.weights.exponent - evidence.weights.exponent
    return float(np.ldexp(joint.weight / evidence.weight, shift))
