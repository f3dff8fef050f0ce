"""From districts and a question to a program: what is settled becomes a number, the rest is free.

An event of many worlds falls apart leaf by leaf, one pattern a district (Balke & Pearl 1994; Sachs,
Jonzon, Sjölander & Gabriel 2023).  Patterns whose probability some regime settles are multiplied
out; a program is linear when every leaf is left with one free district at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import TypeAlias

from causal.errors import ImpossibleEvidenceError
from causal.model.engines.bounding.asking import Ratio
from causal.model.engines.bounding.districts import Districts
from causal.model.engines.bounding.factors import Factor
from causal.model.engines.bounding.patterns import (
    SURELY,
    Chance,
    Row,
    Slot,
    Term,
    Value,
    pattern,
    written,
)
from causal.model.engines.bounding.program import Fractional, Program
from causal.model.engines.bounding.regimes import Regime
from causal.model.engines.bounding.unfolding import Event, Unfolding
from causal.query import Assignment
from causal.query import Term as Asked
from causal.query import Value as Written
from causal.variables import listed, natural

__all__ = ["assembled"]

Leaf: TypeAlias = Mapping[Slot, Value]
Factors: TypeAlias = Mapping[int, Sequence[Factor]]


def assembled(
    districts: Districts,
    question: tuple[Fraction, Iterable[Ratio]],
    *,
    risk: Fraction = Fraction(0),
    every: bool = False,
) -> Program:
    """The program whose extremes bound a question, given as a constant and ratios.

    With ``risk`` every number is given the limits that sampling leaves; together they miss with
    that probability at most.  ``every`` brings in districts that cannot matter to the bounds.
    """
    constant, ratios = question
    asked = [_Leaves.of(districts, ratio) for ratio in ratios]
    sums = [one for regime in districts.partial for one in _sums(districts, regime)]
    mentioned = [leaf for one in asked for leaf in (*one.above, *one.below)]
    mentioned += [leaf for one in sums for leaf in one.leaves]
    touched = {districts.home[slot.variable] for leaf in mentioned for slot in leaf}
    touched |= set(districts.home.values()) if every else districts.restricted
    factors: Factors = {home: tuple(districts.factors(home)) for home in sorted(touched)}
    cells = len(sums) + sum(factor.cells for part in factors.values() for factor in part)
    if risk and cells:
        risk /= cells
        factors = {home: tuple(districts.factors(home, risk)) for home in factors}
    rows = [row for home in sorted(touched) for factor in factors[home] for row in factor.rows()]
    rows += [one.row(districts, factors, risk) for one in sums]
    parts = tuple(one.fractional(districts, factors) for one in asked)
    return Program(
        districts.domains,
        tuple(rows),
        parts,
        constant,
        districts.rules,
        tuple(_loose(districts, parts, rows)),
    )


@dataclass(frozen=True)
class _Leaves:
    """A ratio, unfolded; ``below`` is empty where nothing is given."""

    factor: Fraction
    above: tuple[Leaf, ...]
    below: tuple[Leaf, ...]
    given: str

    @classmethod
    def of(cls, districts: Districts, ratio: Ratio) -> _Leaves:
        above = Unfolding(districts.wiring).leaves((*ratio.outcome, *ratio.given))
        below = tuple(Unfolding(districts.wiring).leaves(ratio.given)) if ratio.given else ()
        if ratio.given and not below:
            raise ImpossibleEvidenceError(ratio.evidence, "every model of the graph")
        return cls(ratio.factor, tuple(above), tuple(below), ratio.evidence)

    def fractional(self, districts: Districts, factors: Factors) -> Fractional:
        above = tuple(_term(districts, leaf, factors, self.factor) for leaf in self.above)
        below = tuple(_term(districts, leaf, factors) for leaf in self.below)
        return Fractional(above, below or None, self.given)


@dataclass(frozen=True)
class _Sum:
    """One cell of a law of variables some of whose causes were not measured."""

    regime: Regime
    cell: Mapping[str, Value]
    leaves: tuple[Leaf, ...]

    def row(self, districts: Districts, factors: Factors, risk: Fraction) -> Row:
        terms = tuple(_term(districts, leaf, factors) for leaf in self.leaves)
        chance = self.regime.chance(self.cell, {}, risk=risk)
        do = written(self.regime.do.items())
        bar = f" | do({do})" if do else ""
        names = ", ".join(self.cell)
        label = f"P({written(self.cell.items())}{bar})"
        return Row(terms, chance or SURELY, label, f"P({names}{bar})")


def _sums(districts: Districts, regime: Regime) -> Iterator[_Sum]:
    under = tuple(Assignment(v, _plain(value)) for v, value in regime.do.items())
    for cell in product(*(districts.domains[name] for name in regime.names)):
        named = dict(zip(regime.names, cell, strict=True))
        events = [Event((Asked(v, under=under),), frozenset({(a,)})) for v, a in named.items()]
        yield _Sum(regime, named, tuple(Unfolding(districts.wiring).leaves(events)))


def _plain(value: Value) -> Written:
    return value if isinstance(value, int | float | str) else str(value)


def _term(
    districts: Districts, leaf: Leaf, factors: Factors, factor: Fraction = Fraction(1)
) -> Term:
    """A leaf, with the patterns that some regime settles multiplied out."""
    parts: dict[int, list[tuple[Slot, Value]]] = {}
    for slot, answer in leaf.items():
        parts.setdefault(districts.home[slot.variable], []).append((slot, answer))
    weight, free = SURELY, []
    for home in sorted(parts):
        asked = pattern(parts[home], districts.graph.index)
        known = _narrowest(one.chance(asked) for one in factors[home])
        if known is None:
            free.append(asked)
        else:
            weight = weight.times(known)
    return Term(weight, tuple(free), factor)


def _narrowest(chances: Iterable[Chance | None]) -> Chance | None:
    known = [chance for chance in chances if chance is not None]
    return min(known, key=lambda chance: chance.high - chance.low, default=None)


def _loose(districts: Districts, parts: Iterable[Fractional], rows: Iterable[Row]) -> Iterator[str]:
    """Free districts in which two variables share no cause, though the program lets them."""
    terms = [term for part in parts for term in (*part.above, *(part.below or ()))]
    terms += [term for row in rows for term in row.terms if len(row.terms) > 1]
    free = {districts.home[one[0][0].variable] for term in terms for one in term.patterns}
    for home in sorted(free):
        for pair in combinations(sorted(districts.graph.districts[home], key=natural), 2):
            if pair[1] not in districts.graph.siblings(pair[0]):
                yield f"{listed(pair)} share no hidden cause; laws are admitted in which they do"
