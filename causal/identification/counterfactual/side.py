"""One side of the fraction P(outcome, given) / P(given), as events and as laws of experiments."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from causal.expression import Expression, Symbols
from causal.graph import ADMG
from causal.graph.parallel import Merged
from causal.identification.conflict import Conflict, Event
from causal.identification.counterfactual.factors import (
    Factor,
    events,
    fewest,
    formula,
    named,
    split,
)
from causal.variables import Symbol, natural

__all__ = ["Side", "side"]


@dataclass(frozen=True)
class Side:
    """Events, causes first, summed ``over`` what was not asked about; and their districts."""

    graph: ADMG
    events: tuple[Event, ...]
    over: Symbols
    districts: tuple[Factor, ...]

    @property
    def by_district(self) -> Expression:
        """One law for each district."""
        return formula(self.graph, self.districts, self.over)

    @property
    def by_experiment(self) -> Expression:
        """As few laws as there are experiments to be made."""
        return formula(self.graph, *fewest(self.graph, self.districts, self.over))

    @property
    def known(self) -> Mapping[str, Symbol]:
        """A value for each variable of an event."""
        return {
            event.variable: event.value for event in self.events if event.value not in self.over
        }

    def __str__(self) -> str:
        """The joint probability of the events, effects first."""
        inside = ", ".join(str(event) for event in reversed(self.events))
        over = ", ".join(sorted(map(str, self.over), key=natural))
        return f"Σ_{{{over}}} P({inside})" if over else f"P({inside})"


def side(
    graph: ADMG, merged: Merged, numbers: Collection[int], *, taken: Symbols
) -> Side | Conflict:
    """The law of some copies; ``taken`` symbols are not used for sums.

    >>> from causal.query import Query
    >>> from causal.identification.counterfactual.asked import asked
    >>> graph = ADMG.parse("X -> M -> Y; X -> Y")
    >>> found = asked(graph, Query.parse("P(Y[X=1, M=M[X=0]]=1)")).joint
    >>> law = side(graph, found, range(2), taken=frozenset())
    >>> print(law, law.by_experiment, sep="; ")
    Σ_{M} P(Y[X=1, M]=1, M[X=0]); Σ_{M} P(M | do(X=0)) P(Y=1 | do(M, X=1))
    """
    values = named(merged, numbers, taken)
    told = events(merged, values)
    factors = split(merged, told)
    if isinstance(factors, Conflict):
        return factors
    over = frozenset(value for number, value in values.items() if number not in merged.seen)
    return Side(graph, tuple(told[n] for n in sorted(told)), over, tuple(factors))
