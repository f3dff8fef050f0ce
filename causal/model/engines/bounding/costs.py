"""What an end of an interval costs: a constant, and a weight for each list of patterns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from causal.model.engines.bounding.patterns import Pattern, Term

__all__ = ["Cost", "cost_of"]


@dataclass(frozen=True, eq=False)
class Cost:
    """A constant plus a weighted sum of the probabilities that patterns hold together."""

    constant: Fraction = Fraction(0)
    weights: Mapping[tuple[Pattern, ...], Fraction] = field(default_factory=dict)

    def plus(self, other: Cost, *, times: Fraction = Fraction(1)) -> Cost:
        """The sum of it and another, the other a number of times.

        >>> Cost(Fraction(1)).plus(Cost(Fraction(2)), times=Fraction(3)).constant
        Fraction(7, 1)
        """
        weights = dict(self.weights)
        for patterns, weight in other.weights.items():
            weights[patterns] = weights.get(patterns, Fraction(0)) + times * weight
        return Cost(self.constant + times * other.constant, weights)


def cost_of(terms: Iterable[Term], pick: str) -> Cost:
    """The cost of a sum of terms; ``pick`` names a limit of every weight.

    "low" and "high" are of the whole term, its sign counted in.
    """
    weights: dict[tuple[Pattern, ...], Fraction] = {}
    for term in terms:
        one = term.sign * getattr(term.weight, _limit(pick, term.sign))
        weights[term.patterns] = weights.get(term.patterns, Fraction(0)) + one
    return Cost(weights.pop((), Fraction(0)), weights)


def _limit(pick: str, sign: Fraction) -> str:
    """Which limit of a weight gives this limit of the term."""
    return {"low": "high", "high": "low"}.get(pick, pick) if sign < 0 else pick
