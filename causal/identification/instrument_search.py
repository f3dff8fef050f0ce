"""Looking for instruments: one cause at a time by separators, several by ranks.

With one cause, the separator nearest to the outcome finds a conditional instrument whenever there
is one (van der Zander, Textor & Liśkiewicz 2015).  With several, every choice of instruments is
tried with one set for all of them, then each with some separators of its own; that the equations
are independent is a rank in a linear model with random coefficients.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, combinations, islice, product
from typing import Final

from causal.errors import QueryError
from causal.graph import ADMG
from causal.graph.bits import bits, closure, union
from causal.graph.separation import reachable
from causal.graph.separators import disjoint, minimal_separators, nearest_separator
from causal.identification.generic import PRIME, covariance, rank
from causal.identification.instrumental import InstrumentalSet, without_edges
from causal.identification.treks import trek_rank
from causal.variables import Names, Variable, listed, natural, quoted

__all__ = ["direction", "edges_asked_about", "instruments"]

SEPARATORS: Final = 16  # of one instrument that are tried
EXTRAS: Final = 120  # choices of one or two variables beyond what separates

Choice = list[tuple[int, int]]  # instruments, each with what is given


def instruments(
    graph: ADMG, x: Names, y: Variable, *, exclude: Names = ()
) -> Iterator[InstrumentalSet]:
    """Instrumental sets for the coefficients of the edges from ``x`` into ``y``, lazily.

    For every choice of as many instruments as causes, with variables for each to adjust for, where
    some were found.  With one cause: something is found whenever any conditional instrument exists.
    Holds in linear models, for almost all coefficients.  Raises UnknownVariableError or QueryError.

    >>> graph = ADMG.parse("W -> Z -> X -> Y; X <-> Y; W <-> Y")
    >>> for found in instruments(graph, "X", "Y"):
    ...     print(found)
    (X -> Y) = cov(Z, Y | W) / cov(Z, X | W)
    """
    causes, outcome = edges_asked_about(graph, x, y)
    return _Search(graph, causes, outcome, graph.mask(exclude)).sets()


def edges_asked_about(graph: ADMG, x: Names, y: Names) -> tuple[int, int]:
    """Causes and outcome as masks; QueryError unless all edges between them are there.

    >>> edges_asked_about(ADMG.parse("Z -> X -> Y"), "Z", "Y")
    Traceback (most recent call last):
    ...
    causal.errors.QueryError: an instrument measures an edge, and there is none from Z into Y
    """
    parts = disjoint(graph, x=x, y=y)
    causes, outcome = parts["x"], parts["y"]
    if outcome.bit_count() > 1:
        raise QueryError(
            f"{listed(graph.named(outcome))} are several outcomes; ask for one of them"
        )
    if missing := causes & ~graph.parents_mask(outcome):
        names = listed(map(quoted, graph.named(missing)))
        [into] = map(quoted, graph.named(outcome))
        raise QueryError(
            f"an instrument measures an edge, and there is none from {names} into {into}"
        )
    return causes, outcome


@dataclass(frozen=True)
class _Search:
    """One question, on masks."""

    graph: ADMG
    x: int
    y: int
    exclude: int

    @cached_property
    def cut(self) -> ADMG:
        """The graph without the edges asked about."""
        return without_edges(self.graph, self.x, self.y)

    @cached_property
    def usable(self) -> int:
        """What may be an instrument: neither asked about, nor an effect of the outcome."""
        graph = self.graph
        below = closure(self.y, graph.child_masks, graph.everything)
        return graph.everything & ~(self.x | below | self.exclude)

    @cached_property
    def causes(self) -> list[int]:
        """The causes, in the order in which they are named."""
        return sorted(bits(self.x), key=lambda v: natural(self.graph.nodes[v]))

    def sets(self) -> Iterator[InstrumentalSet]:
        """Each choice of instruments that will do, with what is given."""
        own = lru_cache(maxsize=None)(self.options)
        for chosen in self.choices():
            found = self.together(chosen)
            if found is None and len(chosen) > 1:
                found = self.independent([own(z) for z in chosen], [])
            if found:
                yield self.named(found)

    def choices(self) -> Iterator[tuple[int, ...]]:
        """As many as causes; of several causes, some may speak for themselves."""
        size = len(self.causes)
        outside = list(bits(self.usable))
        for inside in range(size if size > 1 else 1):
            for own, others in product(
                combinations(self.causes, inside), combinations(outside, size - inside)
            ):
                yield *others, *own

    def together(self, chosen: Sequence[int]) -> Choice | None:
        """One set for all of them: the separator from the outcome that is nearest to it.

        It leaves the most open between the instruments and their causes.
        """
        all_of_them = union(chosen)
        given = nearest_separator(self.cut, self.y, all_of_them, among=self.usable)
        if all_of_them & self.x or given is None:
            return None
        if not reachable(self.graph, all_of_them, given=given, until=self.x):
            return None
        held = self.x | given
        if trek_rank(self.graph, all_of_them | given, held) < held.bit_count():
            return None
        return [(z, given) for z in chosen]

    def options(self, z: int) -> Choice:
        """Sets that separate one instrument from the outcome; of two that say the same, the first.

        More may be given than separates: what is given can open a way to the causes, or close one.
        """
        here = 1 << z
        allowed = (self.usable | self.x) & ~here
        found: dict[tuple[int, ...], int] = {}
        for given in chain(self.minimal(here), self.with_more(here, allowed)):
            row = self.row(z, given)
            if any(row):
                found.setdefault(direction(row), given)
        return [(z, given) for given in found.values()]

    def minimal(self, here: int) -> Iterator[int]:
        """Some minimal separators, the one nearest to the outcome first."""
        return islice(minimal_separators(self.cut, self.y, here, among=self.usable), SEPARATORS)

    def with_more(self, here: int, allowed: int) -> Iterator[int]:
        """The separators with one variable, or two, that need not be in them."""
        extra = [1 << v for v in bits(allowed)]
        more = chain(extra, map(sum, combinations(extra, 2)))
        for include in islice(more, EXTRAS):
            given = nearest_separator(self.cut, self.y, here, include=include, among=allowed)
            if given is not None:
                yield given

    def row(self, z: int, given: int) -> list[int]:
        """What the equation of an instrument says, in a model with random coefficients."""
        return covariance(self.graph).given(z, self.causes, given)

    def independent(self, choices: Sequence[Choice], rows: list[list[int]]) -> Choice | None:
        """A set for each instrument such that no equation follows from those before it."""
        if not choices:
            return []
        options, *rest = choices
        for z, given in options:
            longer = [*rows, self.row(z, given)]
            if rank(longer) == len(longer):
                found = self.independent(rest, longer)
                if found is not None:
                    return [(z, given), *found]
        return None

    def named(self, found: Choice) -> InstrumentalSet:
        """The same in names, in natural order."""
        graph = self.graph
        pairs = sorted(((graph.nodes[z], graph.named(w)) for z, w in found), key=_by_name)
        names = tuple(name for name, _ in pairs)
        given = tuple(w for _, w in pairs)
        causes = tuple(graph.nodes[v] for v in self.causes)
        [outcome] = graph.named(self.y)
        return InstrumentalSet(graph, causes, outcome, names, given)


def _by_name(pair: tuple[Variable, object]) -> tuple[tuple[bool, int, str], ...]:
    return natural(pair[0])


def direction(row: Sequence[int]) -> tuple[int, ...]:
    """The same for all multiples of a row of numbers modulo the prime.

    >>> direction([2, 4]) == direction([3, 6])
    True
    """
    first = next(number for number in row if number)
    inverse = pow(first, -1, PRIME)
    return tuple(number * inverse % PRIME for number in row)
