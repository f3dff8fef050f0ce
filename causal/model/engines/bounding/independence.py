"""Independences that a graph promises and a law breaks: the other way in which a model is wrong.

Richardson (2003), the ordered local Markov property: given its blanket, a variable does not depend
on the other variables before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from causal.model.engines.bounding.districts import Districts
from causal.model.engines.bounding.factors import links
from causal.model.engines.bounding.patterns import Value, written
from causal.model.engines.bounding.regimes import Regime
from causal.variables import Variable, listed

__all__ = ["Dependence", "dependence"]


@dataclass(frozen=True)
class Dependence:
    """A conditional probability that should not change with ``needless``, and does."""

    variable: Variable
    needless: tuple[Variable, ...]
    given: tuple[Variable, ...]
    one: tuple[str, Fraction]
    other: tuple[str, Fraction]

    def __str__(self) -> str:
        behind = f" given {listed(self.given)}" if self.given else ""
        return (
            f"the graph makes {self.variable} independent of {listed(self.needless)}{behind}, but "
            f"{self.one[0]} = {float(self.one[1]):.6g} and "
            f"{self.other[0]} = {float(self.other[1]):.6g}"
        )


def dependence(districts: Districts, tolerance: Fraction = Fraction(0)) -> Dependence | None:
    """The first promise of the graph that a regime breaks by more than ``tolerance``."""
    for regime in districts.complete:
        seen = [v for v in districts.wiring.order if v in regime.names and v not in regime.do]
        for place, v in enumerate(seen):
            before = tuple(seen[:place])
            [*_, link] = links(
                districts.graph,
                districts.wiring,
                frozenset({v}),
                frozenset(regime.do),
                frozenset(seen[: place + 1]),
            )
            if set(link.given) < set(before):
                found = _broken(regime, v, before, link.given, tolerance)
                if found is not None:
                    return found
    return None


def _broken(
    regime: Regime,
    v: Variable,
    before: tuple[Variable, ...],
    blanket: tuple[Variable, ...],
    tolerance: Fraction,
) -> Dependence | None:
    cells = {
        tuple(dict(zip(regime.names, cell, strict=True))[name] for name in (*before, v))
        for cell in regime.cells
    }
    for cell in sorted(cells, key=repr):
        values = dict(zip((*before, v), cell, strict=True))
        event, whole = {v: values[v]}, {name: values[name] for name in before}
        part = {name: values[name] for name in blanket}
        one, other = regime.chance(event, whole), regime.chance(event, part)
        if one and other and abs(one.value - other.value) > tolerance:
            needless = tuple(name for name in before if name not in blanket)
            return Dependence(
                v,
                needless,
                blanket,
                (_called(event, whole, regime), one.value),
                (_called(event, part, regime), other.value),
            )
    return None


def _called(
    event: Mapping[Variable, Value], given: Mapping[Variable, Value], regime: Regime
) -> str:
    behind = [f"do({written(regime.do.items())})"] if regime.do else []
    behind += [written(given.items())] if given else []
    return f"P({written(event.items())}{' | ' if behind else ''}{', '.join(behind)})"
