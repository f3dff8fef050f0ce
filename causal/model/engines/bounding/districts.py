"""A graph cut into districts, and what each regime says about each of them.

Tian & Pearl (2002): the law of every regime is a product with one factor a district, so that each
district has a family of response types of its own (Balke & Pearl 1994).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from causal.errors import OptionError
from causal.graph import ADMG
from causal.model.engines.bounding.factors import Factor, links
from causal.model.engines.bounding.patterns import Values, written
from causal.model.engines.bounding.regimes import Regime
from causal.model.engines.bounding.response_types import Monotone
from causal.model.engines.bounding.unfolding import Wiring
from causal.variables import Variable, Variables, natural

__all__ = ["Districts"]


@dataclass(frozen=True, eq=False)
class Districts:
    """A graph with domains, the regimes it was seen in, and arrows that never lower their head.

    >>> regime = Regime({}, ("X", "Y"), {(0, 0): Fraction(1)})
    >>> bow = Districts(ADMG.parse("X -> Y; X <-> Y"), dict.fromkeys("XY", (0, 1)), (regime,))
    >>> [factor] = bow.factors(0)
    >>> [(row.label, str(row.chance.value)) for row in factor.rows()][0]
    ('P(X=0, Y=0)', '1')
    """

    graph: ADMG
    domains: Mapping[Variable, Values]
    regimes: tuple[Regime, ...]
    monotone: tuple[tuple[Variable, Variable], ...] = ()

    @cached_property
    def wiring(self) -> Wiring:
        """The graph as an unfolding reads it."""
        given = {v: tuple(sorted(self.graph.parents(v), key=natural)) for v in self.graph.nodes}
        return Wiring(self.graph.nodes, given, self.domains)

    @cached_property
    def home(self) -> dict[Variable, int]:
        """The number of the district of each variable."""
        return {v: i for i, part in enumerate(self.graph.districts) for v in part}

    @cached_property
    def complete(self) -> tuple[Regime, ...]:
        """Regimes as far as every cause of what was measured was measured or set."""
        parts = ((regime, self._closed(regime)) for regime in self.regimes)
        return tuple(regime.only(names) for regime, names in parts if names)

    @cached_property
    def partial(self) -> tuple[Regime, ...]:
        """Regimes that measured more: their laws are sums over causes that were not measured."""
        return tuple(
            regime for regime in self.regimes if self._closed(regime) != self.measured(regime)
        )

    @cached_property
    def rules(self) -> tuple[Monotone, ...]:
        """Monotonicity, one rule a variable."""
        raised: dict[Variable, set[Variable]] = {}
        for cause, effect in self.monotone:
            self.graph.require((cause, effect))
            if cause not in self.graph.parents(effect):
                arrow = f"{cause} -> {effect}"
                raise OptionError("monotone", arrow, f"the graph has no arrow {arrow}")
            raised.setdefault(effect, set()).add(cause)
        return tuple(self._rule(v, raised[v]) for v in raised)

    @cached_property
    def restricted(self) -> frozenset[int]:
        """Districts that a law could contradict: all but single variables seen in one way."""
        tied = {rule.variable for rule in self.rules}
        if len(self.regimes) > 1:
            tied.update(*(self.measured(regime) for regime in self.regimes if regime.do))
        parts = enumerate(self.graph.districts)
        return frozenset(i for i, part in parts if len(part) > 1 or part & tied)

    def measured(self, regime: Regime) -> Variables:
        """What was seen in a regime, and not set."""
        return frozenset(regime.names) - regime.do.keys()

    def factors(self, home: int, risk: Fraction = Fraction(0)) -> Iterator[Factor]:
        """What each complete regime says about a district; ``risk`` is that of each limit."""
        district = self.graph.districts[home]
        for regime in self.complete:
            seen, do = self.measured(regime), frozenset(regime.do)
            if inner := district & seen:
                chain = links(self.graph, self.wiring, inner, do, seen)
                read = frozenset(p for v in inner for p in self.wiring.given[v])
                label = (
                    written(regime.do.items()),
                    self._is_seen_as_set(inner, read - district - do, do),
                )
                yield Factor(regime, self.wiring, chain, label, risk)

    def _closed(self, regime: Regime) -> Variables:
        """What was measured together with all of its causes, as far as they were not set."""
        known, seen = set(regime.do), self.measured(regime)
        for v in self.graph.nodes:
            if v in seen and known.issuperset(self.graph.parents(v)):
                known.add(v)
        return frozenset(known) - regime.do.keys()

    def _is_seen_as_set(self, inner: Variables, outer: Variables, do: Variables) -> bool:
        """Whether setting the outer parents is the same as seeing them (rule 2 of the calculus)."""
        if not outer:
            return True
        cut = ADMG.of(
            nodes=self.graph.nodes,
            directed=[(a, b) for a, b in self.graph.directed if a not in outer and b not in do],
            bidirected=[edge for edge in self.graph.bidirected if not do.intersection(edge)],
        )
        return cut.separated(inner, outer)

    def _rule(self, v: Variable, raised: set[Variable]) -> Monotone:
        given = self.wiring.given[v]
        domains = tuple(self.domains[name] for name in given)
        return Monotone(v, tuple(name in raised for name in given), domains)
