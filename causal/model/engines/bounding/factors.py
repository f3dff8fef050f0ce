"""What a regime says about one district: Q[district], cell by cell, as rows of a linear program.

Tian & Pearl (2002): the law of a regime is a product, one factor a district, and each factor is a
product of conditionals given the variables before it that it is tied to.  So whatever two
districts do, each is confined by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from causal.graph import ADMG
from causal.model.engines.bounding.patterns import (
    NEVER,
    SURELY,
    Chance,
    Pattern,
    Row,
    Slot,
    Term,
    Value,
    pattern,
    written,
)
from causal.model.engines.bounding.regimes import Regime
from causal.model.engines.bounding.unfolding import Wiring
from causal.variables import Variable, Variables

__all__ = ["Factor", "Link", "links"]


@dataclass(frozen=True)
class Link:
    """Members of a district in a row whose law is one conditional: P(members | given)."""

    members: tuple[Variable, ...]
    given: tuple[Variable, ...]


def links(
    graph: ADMG, wiring: Wiring, district: Variables, do: Variables, seen: Variables
) -> tuple[Link, ...]:
    """The conditionals whose product is a district's factor where ``do`` was set, ``seen`` seen.

    >>> order = ("Z", "X", "Y")
    >>> given = {"Z": (), "X": ("Z",), "Y": ("X",)}
    >>> wiring = Wiring(order, given, dict.fromkeys(order, (0, 1)))
    >>> trial = ADMG.parse("Z -> X -> Y; X <-> Y")
    >>> links(trial, wiring, frozenset("XY"), frozenset(), frozenset(order))
    (Link(members=('X', 'Y'), given=('Z',)),)
    """
    found: list[Link] = []
    before: list[Variable] = []
    for v in wiring.order:
        if v not in seen:
            continue
        before.append(v)
        if v not in district:
            continue
        tied = _tied(graph, v, frozenset(before))
        around = tied.union(*(wiring.given[one] for one in tied)) - do - {v}
        blanket = tuple(name for name in before if name in around)
        if found and set(blanket) == {*found[-1].given, *found[-1].members}:
            found[-1] = Link((*found[-1].members, v), found[-1].given)
        else:
            found.append(Link((v,), blanket))
    return tuple(found)


def _tied(graph: ADMG, v: Variable, within: Variables) -> Variables:
    """The district of a variable among some."""
    found, waiting = {v}, [v]
    while waiting:
        new = (graph.siblings(waiting.pop()) & within) - found
        found |= new
        waiting += new
    return frozenset(found)


@dataclass(frozen=True, eq=False)
class Factor:
    """Q[district] in one regime."""

    regime: Regime
    wiring: Wiring
    links: tuple[Link, ...]
    label: tuple[
        str, bool
    ]  # how the regime is called, and whether outer parents are conditioned on
    risk: Fraction = Fraction(0)
    _known: dict[Pattern, Chance | None] = field(default_factory=dict, repr=False)

    @property
    def members(self) -> tuple[Variable, ...]:
        """The variables of the district that were not set, causes first."""
        return tuple(v for link in self.links for v in link.members)

    @property
    def scope(self) -> tuple[Variable, ...]:
        """The members and everything that their conditionals are given, causes first."""
        names = {v for link in self.links for v in (*link.members, *link.given)}
        return tuple(v for v in self.wiring.order if v in names)

    @property
    def cells(self) -> int:
        """How many probabilities are estimated: two complementary ones count once."""
        sizes = []
        for link in self.links:
            inner, outer = (_size(self.wiring, part) for part in (link.members, link.given))
            sizes.append(outer * (1 if inner == 2 else inner))
        return sum(sizes)

    def rows(self) -> Iterator[Row]:
        """What the regime says, every cell once; where a condition was never seen, less is said."""
        seen: set[Pattern] = set()
        for values, reached, chance in self._paths({}, 0, SURELY):
            found = self._pattern(values, reached)
            if found and found not in seen:
                seen.add(found)
                outer = [(v, values[v]) for v in self._outer(reached) if v in values]
                inner = [(v, values[v]) for v in reached]
                family = self._called([], outer)
                yield Row((Term(SURELY, (found,)),), chance, self._called(inner, outer), family)

    def chance(self, asked: Pattern) -> Chance | None:
        """The probability of a pattern if this regime settles it by itself, else None.

        It does when the pattern is what some of the members do in one world, and no member left out
        influences them (Tian & Pearl 2002, lemma 1).
        """
        if asked not in self._known:
            self._known[asked] = self._settled(asked)
        return self._known[asked]

    def _settled(self, asked: Pattern) -> Chance | None:
        values = {slot.variable: answer for slot, answer in asked}
        if len(values) < len(asked) or not values.keys() <= set(self.members):
            return None
        for slot, _ in asked:
            for name, value in zip(self.wiring.given[slot.variable], slot.setting, strict=True):
                if name in self.members and name not in values:
                    return None
                if values.setdefault(name, self.regime.do.get(name, value)) != value:
                    return None
        return self._summed(values, 0)

    def _summed(self, values: Mapping[Variable, Value], step: int) -> Chance | None:
        """The product of the links under some values, summed over members that are left open."""
        if step == len(self.links):
            return SURELY
        link = self.links[step]
        free = [v for v in link.given if v not in values]
        if free:  # parents of members left out; what they are cannot matter
            for value in self.wiring.domains[free[0]]:
                found = self._summed({**values, free[0]: value}, step)
                if found is not None:
                    return found
            return None
        total: Chance | None = NEVER
        for filled in self._filled(values, link.members):
            event = {v: filled[v] for v in link.members}
            here = self.regime.chance(event, {v: filled[v] for v in link.given}, risk=self.risk)
            if here is None or total is None:
                return None
            if here.high:
                rest = self._summed(filled, step + 1)
                total = None if rest is None else total.plus(here.times(rest))
        return total

    def _paths(
        self, values: Mapping[Variable, Value], step: int, chance: Chance
    ) -> Iterator[tuple[Mapping[Variable, Value], tuple[Variable, ...], Chance]]:
        """The values of the scope along the links, as far as they can be told."""
        reached = tuple(v for link in self.links[:step] for v in link.members)
        if step == len(self.links) or not chance.high:
            yield values, reached, chance
            return
        link = self.links[step]
        for settled in self._filled(values, link.given):
            given = {v: settled[v] for v in link.given}
            for filled in self._filled(settled, link.members):
                event = {v: filled[v] for v in link.members}
                here = self.regime.chance(event, given, risk=self.risk)
                if here is None:
                    yield settled, reached, chance
                    break
                yield from self._paths(filled, step + 1, chance.times(here))

    def _filled(
        self, values: Mapping[Variable, Value], names: Sequence[Variable]
    ) -> Iterator[Mapping[Variable, Value]]:
        """Values, extended in every way to names that have none yet."""
        free = [v for v in names if v not in values]
        if not free:
            yield values
            return
        for value in self.wiring.domains[free[0]]:
            yield from self._filled({**values, free[0]: value}, free[1:])

    def _pattern(self, values: Mapping[Variable, Value], reached: Sequence[Variable]) -> Pattern:
        here = {**values, **self.regime.do}
        slots = [
            (Slot(v, tuple(here[name] for name in self.wiring.given[v])), values[v])
            for v in reached
        ]
        return pattern(slots, {v: i for i, v in enumerate(self.wiring.order)})

    def _outer(self, reached: Sequence[Variable]) -> tuple[Variable, ...]:
        """The parents of some members outside the district, less what was set."""
        read = {name for v in reached for name in self.wiring.given[v]}
        return tuple(
            v
            for v in self.wiring.order
            if v in read and v not in self.members and v not in self.regime.do
        )

    def _called(
        self, inner: Sequence[tuple[Variable, Value]], outer: Sequence[tuple[Variable, Value]]
    ) -> str:
        do, conditioned = self.label
        if conditioned:
            behind = [f"do({do})"] * bool(do) + [written(outer)] * bool(outer)
        else:
            both = ", ".join(part for part in (do, written(outer)) if part)
            behind = [f"do({both})"] * bool(both)
        bar = f" | {', '.join(behind)}" if behind else ""
        return f"P({written(inner)}{bar})"


def _size(wiring: Wiring, names: Sequence[Variable]) -> int:
    size = 1
    for name in names:
        size *= len(wiring.domains[name])
    return size
