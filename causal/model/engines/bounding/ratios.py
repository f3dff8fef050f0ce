"""The least ratio of two sums over laws, where the denominator is not known either.

Dinkelbach (1967): the least ratio is the largest factor for which numerator - factor * denominator
is nowhere negative.  Each step is a linear program, and the last one is proved in fractions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np

from causal.errors import ImpossibleEvidenceError
from causal.model.engines.bounding.linear import Floats, NoLawError, Optimum, SolverError, least
from causal.model.engines.bounding.patterns import Term
from causal.model.engines.bounding.proof import Proof, proved
from causal.model.engines.bounding.tableau import Exact, Tableau

__all__ = ["Piece", "least_ratio", "least_sum", "turned"]

ROUNDS = 100
CLOSE = 1e-11
LEAST = Fraction(1, 10**6)
STEPS = (Fraction(0), Fraction(1, 10**10), Fraction(1, 10**8), Fraction(1, 10**6))


@dataclass(frozen=True, eq=False)
class Piece:
    """A proved least value, the proof, and a law that reaches it up to rounding.

    What the proof says is cost · law + constant >= value, or >= 0 for a ratio.
    """

    value: Fraction
    proof: Proof
    cost: Exact
    constant: Fraction
    law: Floats
    is_ratio: bool = False


def turned(terms: Iterable[Term], sign: int) -> tuple[Term, ...]:
    """The same terms with every sign changed, for -1."""
    return tuple(replace(term, sign=term.sign * sign) for term in terms)


def least_sum(tableau: Tableau, terms: Iterable[Term]) -> Piece:
    """The least value of a sum of terms; raises NoLawError when no law meets all lines."""
    constant, cost = tableau.weights(terms, "low")
    found = _solved(tableau, cost)
    proof = proved(tableau, cost, found.multipliers, found.value)
    return Piece(proof.value + constant, proof, cost, constant, found.law)


def least_ratio(tableau: Tableau, above: Iterable[Term], below: Iterable[Term]) -> Piece:
    """The least value of one sum over another; raises ImpossibleEvidenceError if that is 0 / 0."""
    part = _Ratio(tableau, tuple(above), tuple(below))
    likeliest = _solved(tableau, part.below_high[1] * -1)
    if part.share(likeliest.law) <= CLOSE:
        raise ImpossibleEvidenceError("what is given")
    factor = part.at(likeliest.law)
    for _ in range(ROUNDS):
        constant, cost = part.net(factor)
        found = _solved(tableau, cost)
        if found.value + float(constant) > -CLOSE or part.share(found.law) <= CLOSE:
            break
        factor = part.at(found.law)
    return part.certified(factor)


@dataclass(frozen=True, eq=False)
class _Ratio:
    """Numerator and denominator, each at the limits that keep a lower bound safe."""

    tableau: Tableau
    above: tuple[Term, ...]
    below: tuple[Term, ...]

    @cached_property
    def above_low(self) -> tuple[Fraction, Exact]:
        return self.tableau.weights(self.above, "low")

    @cached_property
    def below_low(self) -> tuple[Fraction, Exact]:
        return self.tableau.weights(map(_told_from_zero, self.below), "low")

    @cached_property
    def below_high(self) -> tuple[Fraction, Exact]:
        return self.tableau.weights(self.below, "high")

    def share(self, law: Floats) -> float:
        """The denominator under a law."""
        constant, cost = self.below_high
        return float(constant) + float(cost.astype(float) @ law)

    def at(self, law: Floats) -> Fraction:
        """The least ratio under a law, as a fraction close to it."""
        constant, cost = self.above_low
        above = float(constant) + float(cost.astype(float) @ law)
        constant, cost = self.below_high if above > 0 else self.below_low
        below = float(constant) + float(cost.astype(float) @ law)
        return Fraction(above / below).limit_denominator(10**9)

    def net(self, factor: Fraction) -> tuple[Fraction, Exact]:
        """Numerator - factor * denominator."""
        above, below = self.above_low, self.below_high if factor > 0 else self.below_low
        return above[0] - factor * below[0], above[1] - factor * below[1]

    def certified(self, factor: Fraction) -> Piece:
        """The largest factor near the one found for which a proof succeeds."""
        simple = factor.limit_denominator(10**5)
        tries = [simple] if abs(simple - factor) < STEPS[1] else []
        for one in [*tries, *(factor - step for step in STEPS)]:
            constant, cost = self.net(one)
            found = _solved(self.tableau, cost)
            proof = proved(self.tableau, cost, found.multipliers, found.value)
            if proof.value + constant >= 0:
                return Piece(one, proof, cost, constant, found.law, is_ratio=True)
        raise SolverError("no rational proof of a ratio was found")


def _told_from_zero(term: Term) -> Term:
    """A weight that sampling cannot tell from zero would leave a negative ratio without end."""
    low, _, high = term.weight
    return replace(term, weight=term.weight._replace(low=LEAST)) if high and not low else term


def _solved(tableau: Tableau, cost: Exact) -> Optimum:
    found = least(tableau, cost) if len(cost) else Optimum(0.0, np.zeros(0), np.zeros(0))
    if found is None:
        raise NoLawError
    return found
