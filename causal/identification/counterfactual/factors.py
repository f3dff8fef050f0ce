"""The districts of merged worlds as laws of experiments, or the conflict that forbids one.

Shpitser & Pearl (2007), lines 6 to 9 of ID*; Correa, Lee & Bareinboim (2021), theorems 1 to 3:
given its parents' values a copy depends on nothing but its noise, so districts are independent; a
district in which every variable has one value is P(district | do(its parents)), any other is no
function of all experiments together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from causal.expression import Expression, P, Symbols, product, total
from causal.graph import ADMG
from causal.graph.parallel import Merged
from causal.identification.conflict import Conflict, Event
from causal.variables import Symbol, Variable, Variables

__all__ = ["Factor", "events", "fewest", "formula", "named", "split"]


@dataclass(frozen=True)
class Factor:
    """Q[district] at one value of each variable in it and around it, some of them summed out."""

    district: Variables
    marks: Mapping[Variable, Symbol]
    summed: Variables = frozenset()

    def mentions(self, symbol: Symbol) -> bool:
        """Whether the value of the factor depends on a symbol."""
        return self.marks.get(symbol.variable) == symbol and symbol.variable not in self.summed

    def agrees(self, other: Factor) -> bool:
        """Whether one experiment can show both."""
        return all(other.marks.get(v, symbol) == symbol for v, symbol in self.marks.items())

    def feeds(self, other: Factor) -> bool:
        """Whether this one gives a value that the other one reads."""
        return any(other.mentions(self.marks[v]) for v in self.district - self.summed)

    def with_(self, other: Factor) -> Factor:
        """Both as one: Q[A] Q[B] = Q[A and B] for districts of one graph (Tian & Pearl, 2002)."""
        summed = self.summed | other.summed
        return Factor(self.district | other.district, {**self.marks, **other.marks}, summed)

    def without(self, variable: Variable) -> Factor:
        """Summed over one more of its variables."""
        return Factor(self.district, self.marks, self.summed | {variable})

    def law(self, graph: ADMG) -> P | None:
        """P(of | do(what matters to it)); None when nothing is left to be seen (rule 3)."""
        of, outside = self.district - self.summed, self.marks.keys() - self.district
        if not of:
            return None
        cut = graph.mask(outside)
        reached = graph.ancestors_mask(graph.mask(of), within=graph.everything & ~cut)
        do = graph.named(graph.parents_mask(reached) & cut)
        return P(frozenset(self.marks[v] for v in of), do=frozenset(self.marks[v] for v in do))


def named(merged: Merged, numbers: Iterable[int], taken: Symbols) -> dict[int, Symbol]:
    """The value of each copy: what is known, else a new symbol to be summed over."""
    values: dict[int, Symbol] = {}
    used = set(taken)
    for number in sorted(numbers):
        if number in merged.seen:
            values[number] = merged.seen[number]
            continue
        symbol = Symbol(merged.worlds.copies[number].variable)
        while symbol in used:
            symbol = Symbol(symbol.variable, symbol.mark + 1)
        used.add(symbol)
        values[number] = symbol
    return values


def events(merged: Merged, values: Mapping[int, Symbol]) -> dict[int, Event]:
    """Each copy as an event of its own: the variable where its causes have their values."""
    return {
        number: Event(
            value,
            tuple(
                read if isinstance(read, Symbol) else _value(merged, values, read)
                for read in merged.worlds.copies[number].reads
            ),
        )
        for number, value in values.items()
    }


def _value(merged: Merged, values: Mapping[int, Symbol], number: int) -> Symbol:
    return values[number] if number in values else merged.seen[number]


def split(merged: Merged, told: Mapping[int, Event]) -> list[Factor] | Conflict:
    """One factor for each district, or the first conflict.

    >>> from causal.query import Query
    >>> from causal.identification.counterfactual.asked import asked
    >>> found = asked(ADMG.parse("X -> Y"), Query.parse("P(Y[X=1]=1, Y[X=0]=0)")).joint
    >>> print(split(found, events(found, named(found, [0, 1], frozenset()))))
    Y[X=1]=1 against Y[X=0]=0
    """
    factors = []
    for district in merged.worlds.districts:
        members = [told[number] for number in sorted(district) if number in told]
        found: dict[Variable, tuple[Symbol, Event]] = {}
        for event in members:
            for symbol in (*event.under, event.value):
                here, before = found.setdefault(symbol.variable, (symbol, event))
                if here != symbol:
                    joined = frozenset(e.variable for e in members)
                    return Conflict(symbol.variable, joined, before, event)
        if members:
            marks = {variable: symbol for variable, (symbol, _) in found.items()}
            factors.append(Factor(frozenset(e.variable for e in members), marks))
    return factors


def fewest(graph: ADMG, factors: Iterable[Factor], over: Symbols) -> tuple[list[Factor], Symbols]:
    """Factors that one experiment shows together as one, and symbols summed within their factor."""
    left, waiting = list(factors), set(over)
    order = sorted(waiting, key=lambda s: (-graph.index[s.variable], s.mark))
    for symbol in order:
        touching = [f for f in left if f.mentions(symbol)]
        whole = _joined(touching)
        if whole is not None:
            left = [f for f in left if f not in touching] + [whole.without(symbol.variable)]
            waiting.discard(symbol)
    return _linked(left), frozenset(waiting)


def _joined(factors: list[Factor]) -> Factor | None:
    whole, *rest = factors
    for factor in rest:
        if not whole.agrees(factor):
            return None
        whole = whole.with_(factor)
    return whole


def _linked(factors: list[Factor]) -> list[Factor]:
    """Join pairs of which one reads what the other gives, while one experiment can show both."""
    done: list[Factor] = []
    waiting = list(factors)
    while waiting:
        factor = waiting.pop(0)
        partner = next(
            (f for f in waiting if f.agrees(factor) and (f.feeds(factor) or factor.feeds(f))), None
        )
        if partner is None:
            done.append(factor)
        else:
            waiting = [factor.with_(partner), *(f for f in waiting if f is not partner)]
    return done


def formula(graph: ADMG, factors: Iterable[Factor], over: Symbols) -> Expression:
    """The product of the laws, summed."""
    found = (factor.law(graph) for factor in factors)
    return total(over, product(law for law in found if law is not None))
