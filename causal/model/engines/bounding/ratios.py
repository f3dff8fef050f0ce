"""The least ratio of two sums over laws, where the denominator is not known either.

Dinkelbach (1967): the least ratio is the largest factor for which numerator - factor * denominator
is nowhere negative.  Each step is a linear program, and the last one is proved in fractions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from causal.errors import ImpossibleEvidenceError
from causal.model.engines.bounding.costs import Cost, cost_of
from causal.model.engines.bounding.generating import solved
from causal.model.engines.bounding.linear import Floats, SolverError
from causal.model.engines.bounding.patterns import Term
from causal.model.engines.bounding.proof import Proof, proved
from causal.model.engines.bounding.tableau import Tableau

__all__ = ["WHERE", "Piece", "least_ratio", "least_sum", "turned"]

ROUNDS = 100
WHERE = "every model with this law"
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
    cost: Cost
    law: Floats
    tableau: Tableau  # the types that the proof was found with
    is_ratio: bool = False


def turned(terms: Iterable[Term], sign: int) -> tuple[Term, ...]:
    """The same terms with every sign changed, for -1."""
    return tuple(replace(term, sign=term.sign * sign) for term in terms)


def least_sum(tableau: Tableau, terms: Iterable[Term]) -> Piece:
    """The least value of a sum of terms; raises NoLawError when no law meets all lines."""
    cost = cost_of(terms, "low")
    found, tableau = solved(tableau, cost)
    proof = proved(tableau, cost, found.multipliers, found.value)
    return Piece(proof.value + cost.constant, proof, cost, found.law, tableau)


def least_ratio(
    tableau: Tableau, above: Iterable[Term], below: Iterable[Term], given: str
) -> Piece:
    """The least value of one sum over another, which is the probability of what is ``given``.

    Raises ImpossibleEvidenceError if that is 0 / 0.
    """
    part = _Ratio(tuple(above), tuple(below))
    likeliest, tableau = solved(tableau, Cost().plus(part.below_high, times=Fraction(-1)))
    if part.share(likeliest.law, tableau) <= CLOSE:
        raise ImpossibleEvidenceError(given, WHERE)
    factor = part.at(likeliest.law, tableau)
    for _ in range(ROUNDS):
        cost = part.net(factor)
        found, tableau = solved(tableau, cost)
        if found.value + float(cost.constant) > -CLOSE or part.share(found.law, tableau) <= CLOSE:
            break
        factor = part.at(found.law, tableau)
    return part.certified(factor, tableau)


@dataclass(frozen=True, eq=False)
class _Ratio:
    """Numerator and denominator, each at the limits that keep a lower bound safe."""

    above: tuple[Term, ...]
    below: tuple[Term, ...]

    @cached_property
    def above_low(self) -> Cost:
        return cost_of(self.above, "low")

    @cached_property
    def below_low(self) -> Cost:
        return cost_of(map(_told_from_zero, self.below), "low")

    @cached_property
    def below_high(self) -> Cost:
        return cost_of(self.below, "high")

    def share(self, law: Floats, tableau: Tableau) -> float:
        """The denominator under a law."""
        return _paid(self.below_high, law, tableau)

    def at(self, law: Floats, tableau: Tableau) -> Fraction:
        """The least ratio under a law, as a fraction close to it."""
        above = _paid(self.above_low, law, tableau)
        below = _paid(self.below_high if above > 0 else self.below_low, law, tableau)
        return Fraction(above / below).limit_denominator(10**9)

    def net(self, factor: Fraction) -> Cost:
        """Numerator - factor * denominator."""
        below = self.below_high if factor > 0 else self.below_low
        return self.above_low.plus(below, times=-factor)

    def certified(self, factor: Fraction, tableau: Tableau) -> Piece:
        """The largest factor near the one found for which a proof succeeds."""
        simple = factor.limit_denominator(10**5)
        tries = [simple] if abs(simple - factor) < STEPS[1] else []
        for one in [*tries, *(factor - step for step in STEPS)]:
            cost = self.net(one)
            found, tableau = solved(tableau, cost)
            proof = proved(tableau, cost, found.multipliers, found.value)
            if proof.value + cost.constant >= 0:
                law, tableau = self._likely(cost, found.law, tableau)
                return Piece(one, proof, cost, law, tableau, is_ratio=True)
        raise SolverError("no rational proof of a ratio was found")

    def _likely(self, cost: Cost, law: Floats, tableau: Tableau) -> tuple[Floats, Tableau]:
        """The law, or one as good in which the denominator is not zero."""
        if self.share(law, tableau) > CLOSE:
            return law, tableau
        found, grown = solved(tableau, cost.plus(self.below_high, times=-LEAST))
        return found.law, grown


def _told_from_zero(term: Term) -> Term:
    """A weight that sampling cannot tell from zero would leave a negative ratio without end."""
    low, _, high = term.weight
    return replace(term, weight=term.weight._replace(low=LEAST)) if high and not low else term


def _paid(cost: Cost, law: Floats, tableau: Tableau) -> float:
    return float(cost.constant) + float(tableau.spread(cost).astype(float) @ law)
