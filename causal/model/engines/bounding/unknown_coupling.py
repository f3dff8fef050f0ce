"""Counterfactuals of a model that does not say how the rows of some tables hang together.

Every law of one world is as the model says; what a unit would do under several settings of such a
table is anything that has its rows as margins.  For one table read in two worlds that is a
transport problem between two rows, with Fréchet's (1951) bounds as its simplest case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from causal.errors import ModelError
from causal.model.engines.bounding.asking import Ratio, ratios
from causal.model.engines.bounding.certificate import Certificate, certificates
from causal.model.engines.bounding.extremes import Contradicted, extremes
from causal.model.engines.bounding.linear import SolverError
from causal.model.engines.bounding.patterns import (
    Chance,
    Pattern,
    Row,
    Slot,
    Term,
    Value,
    Values,
    pattern,
    written,
)
from causal.model.engines.bounding.program import Fractional, Program
from causal.model.engines.bounding.unfolding import Event, Unfolding, Wiring
from causal.model.finite.coupling import Unknown
from causal.model.finite.table import Table
from causal.model.mechanism import FiniteMechanism, is_finite, private
from causal.model.scm import SCM
from causal.query import Quantity, Query
from causal.variables import Variable

__all__ = ["ModelBounds", "bound"]


@dataclass(frozen=True)
class ModelBounds:
    """The least and the largest value over all couplings of the tables that name none.

    ``loose`` says why an end might not be reached; the bounds are sharp when it is empty.
    """

    quantity: Quantity
    lower: Fraction
    upper: Fraction
    certificates: tuple[Certificate, ...]
    loose: tuple[str, ...]
    uncoupled: tuple[Variable, ...]

    @property
    def sharp(self) -> bool:
        """Whether some couplings reach either end."""
        return not self.loose or self.lower == self.upper


def bound(model: SCM, query: Quantity | Query | str) -> ModelBounds:
    """Bound a counterfactual of a finite model over all couplings of its ``Unknown()`` tables.

    Raises ModelError for mechanisms that are not finite, TooLargeError beyond the budget, and the
    errors of a question that means nothing.

    >>> from causal.graph import ADMG
    >>> rows = {0: "0.5, 0.3, 0.2", 1: "0.2, 0.5, 0.3"}
    >>> model = SCM(
    ...     ADMG.parse("X -> Y"),
    ...     {"X": Table((), "1/2, 1/2"),
    ...      "Y": Table("X", rows, values=(0, 1, 2), coupling=Unknown())},
    ... )
    >>> found = bound(model, "P(Y[X=1]=0 | X=0, Y=0)")
    >>> print(found.lower, found.upper, found.sharp)
    0 2/5 True
    """
    quantity = _quantity(query)
    world = _Mechanisms.of(model)
    constant, parts = ratios(quantity, {v: model.domains[v] for v in model.graph.nodes})
    asked = tuple(world.fractional(ratio) for ratio in parts)
    found = extremes(Program(world.wiring.domains, tuple(world.rows(asked)), asked, constant))
    if isinstance(found, Contradicted):
        raise SolverError("rows that sum to one seem to have no coupling")
    low, high = found.lower, found.upper
    return ModelBounds(
        quantity,
        low.value,
        high.value,
        (
            *certificates("lower", low.pieces),
            *certificates("upper", high.pieces),
        ),
        found.loose,
        tuple(sorted(world.uncoupled)),
    )


def _quantity(query: Quantity | Query | str) -> Quantity:
    if isinstance(query, str):
        return Quantity.parse(query)
    return Quantity.of(query) if isinstance(query, Query) else query


@dataclass(frozen=True, eq=False)
class _Mechanisms:
    """A model as an unfolding reads it: noise at the roots, tables without coupling left open."""

    model: SCM
    wiring: Wiring
    chances: Mapping[str, Mapping[Value, Fraction]]  # of every noise, private ones included
    uncoupled: Mapping[Variable, FiniteMechanism]

    @classmethod
    def of(cls, model: SCM) -> _Mechanisms:
        chances: dict[str, Mapping[Value, Fraction]] = {
            one.name: dict(zip(one.values, one.law, strict=True)) for one in model.noise
        }
        given, domains, uncoupled = dict[str, tuple[str, ...]](), dict[str, Values](), {}
        for v in model.graph.nodes:
            mechanism = model.mechanisms[v]
            if not is_finite(mechanism):
                raise ModelError(f"the mechanism of {v} is not finite, so it has no bounds here")
            given[v], domains[v] = mechanism.given, mechanism.values
            if isinstance(mechanism, Table) and isinstance(mechanism.coupling, Unknown):
                uncoupled[v] = mechanism
            elif len(mechanism.cells) > 1:
                chances[private(v)] = dict[Value, Fraction](enumerate(mechanism.cells))
                given[v] = (*given[v], private(v))
        given |= dict.fromkeys(chances, ())
        domains |= {name: tuple(law) for name, law in chances.items()}
        return cls(
            model, Wiring((*chances, *model.graph.nodes), given, domains), chances, uncoupled
        )

    def fractional(self, ratio: Ratio) -> Fractional:
        """A ratio of sums over what is open."""
        above = self._terms((*ratio.outcome, *ratio.given), ratio.factor)
        below = self._terms(ratio.given, Fraction(1)) if ratio.given else None
        return Fractional(above, below, ratio.evidence)

    def rows(self, asked: Iterable[Fractional]) -> Iterator[Row]:
        """What the tables say about the slots that are open."""
        terms = [term for one in asked for term in (*one.above, *(one.below or ()))]
        slots = dict.fromkeys(slot for t in terms for p in t.patterns for slot, _ in p)
        for slot in slots:
            mechanism = self.uncoupled[slot.variable]
            given = written(zip(mechanism.given, slot.setting, strict=True))
            for answer, share in self._row(slot).items():
                one = Term(Chance(*[Fraction(1)] * 3), (((slot, answer),),))
                label = f"P({written([(slot.variable, answer)])} | {given})"
                yield Row((one,), Chance(*[share] * 3), label, f"P({slot.variable} | {given})")

    def _terms(self, events: Iterable[Event], factor: Fraction) -> tuple[Term, ...]:
        """The leaves of an event, those with the same open patterns added up."""
        total: dict[tuple[Pattern, ...], Fraction] = {}
        for leaf in Unfolding(self.wiring).leaves(events, self._possible):
            weight, patterns = self._settled(leaf)
            total[patterns] = total.get(patterns, Fraction(0)) + weight
        return tuple(Term(Chance(*[w] * 3), patterns, factor) for patterns, w in total.items())

    def _settled(self, leaf: Mapping[Slot, Value]) -> tuple[Fraction, tuple[Pattern, ...]]:
        weight, open_slots = Fraction(1), dict[Variable, list[tuple[Slot, Value]]]()
        for slot, answer in leaf.items():
            if slot.variable in self.chances:
                weight *= self.chances[slot.variable][answer]
            elif slot.variable in self.uncoupled:
                open_slots.setdefault(slot.variable, []).append((slot, answer))
        free = []
        rank = {name: i for i, name in enumerate(self.wiring.order)}
        for pairs in open_slots.values():
            if len(pairs) == 1:  # one world only: the row itself
                [(slot, answer)] = pairs
                weight *= self._row(slot)[answer]
            else:
                free.append(pattern(pairs, rank))
        return weight, tuple(free)

    def _possible(self, slot: Slot) -> Values:
        v = slot.variable
        if v in self.chances:
            return tuple(value for value, share in self.chances[v].items() if share)
        if v in self.uncoupled:
            return tuple(value for value, share in self._row(slot).items() if share)
        mechanism = self.model.mechanisms[v]
        if not is_finite(mechanism):
            raise ModelError(f"the mechanism of {v} is not finite")
        width = len(mechanism.given)
        cell = slot.setting[width] if len(slot.setting) > width else 0
        return (mechanism.respond(slot.setting[:width], cell if isinstance(cell, int) else 0),)

    def _row(self, slot: Slot) -> dict[Value, Fraction]:
        mechanism = self.uncoupled[slot.variable]
        return dict(zip(mechanism.values, mechanism.rows[slot.setting], strict=True))
