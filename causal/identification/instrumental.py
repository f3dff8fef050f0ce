"""Instruments: path coefficients of linear models although cause and outcome are confounded.

Brito & Pearl (2002), "Generalized instrumental variables", for instruments that share what is
adjusted for; with one cause, the conditional instruments of van der Zander, Textor & Liśkiewicz
(2015), "Efficiently finding conditional instruments for causal inference".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from typing import TypeAlias

from causal.errors import DataError, QueryError
from causal.graph import ADMG, OpenPath
from causal.graph.bits import bits, closure, union
from causal.graph.separation import reachable
from causal.graph.separators import disjoint, nearest_separator
from causal.identification.treks import trek_rank
from causal.variables import Names, Variable, Variables, listed, natural, quoted

__all__ = ["Exclusion", "InstrumentalSet", "Number", "instruments"]

Number: TypeAlias = float | Fraction


@dataclass(frozen=True)
class Exclusion:
    """Instruments are separated from the outcome once some edges into it are gone.

    >>> print(Exclusion(frozenset("Z"), "Y", frozenset("W"), causes=frozenset("X")))
    Z ⊥ Y | W without X -> Y
    """

    instruments: Variables
    outcome: Variable
    given: Variables
    causes: Variables

    def __str__(self) -> str:
        one, given = (
            ", ".join(map(quoted, sorted(names, key=natural)))
            for names in (self.instruments, self.given)
        )
        gone = (f"{quoted(x)} -> {quoted(self.outcome)}" for x in sorted(self.causes, key=natural))
        condition = f" | {given}" if given else ""
        return f"{one} ⊥ {quoted(self.outcome)}{condition} without {', '.join(gone)}"

    def holds(self, graph: ADMG) -> bool:
        """Whether it is true of a graph."""
        x, y = graph.mask(self.causes), graph.mask(self.outcome)
        start, given = graph.mask(self.instruments), graph.mask(self.given)
        return not reachable(_without_edges(graph, x, y), start, given=given, until=y)


@dataclass(frozen=True)
class InstrumentalSet:
    """As many instruments as causes of one outcome, given some variables; prints the equations.

    >>> graph = ADMG.parse("W -> Z -> X -> Y; X <-> Y; W <-> Y")
    >>> print(InstrumentalSet(graph, ("X",), "Y", ("Z",), frozenset("W")))
    (X -> Y) = cov(Z, Y | W) / cov(Z, X | W)
    """

    graph: ADMG
    causes: tuple[Variable, ...]
    outcome: Variable
    instruments: tuple[Variable, ...]
    given: Variables

    def coefficients(
        self, covariance: Mapping[Variable, Mapping[Variable, Number]]
    ) -> dict[Variable, Number]:
        """The coefficient of each edge from a cause into the outcome: the equations, solved.

        ``covariance[a][b]``, as a dict of dicts or a DataFrame.  Fractions in, Fractions out.

        >>> covariance = {"Z": {"X": 2.0, "Y": 3.0}}
        >>> [found] = instruments(ADMG.parse("Z -> X -> Y; X <-> Y"), "X", "Y")
        >>> found.coefficients(covariance)
        {'X': 1.5}
        """
        given = sorted(self.given, key=natural)
        rows, columns = (*self.instruments, *given), (*self.causes, *given)
        system = [[covariance[r][c] for c in (*columns, self.outcome)] for r in rows]
        return dict(zip(self.causes, _solved(system), strict=False))

    @property
    def exclusion(self) -> Exclusion:
        """The separation that the equations rest on.

        >>> [found] = instruments(ADMG.parse("Z -> X -> Y; X <-> Y"), "X", "Y")
        >>> print(found.exclusion, found.exclusion.holds(found.graph))
        Z ⊥ Y without X -> Y True
        """
        return Exclusion(
            frozenset(self.instruments), self.outcome, self.given, frozenset(self.causes)
        )

    @property
    def relevance(self) -> tuple[OpenPath, ...]:
        """For each instrument a path to a cause that is open: the other thing they rest on.

        With several causes there are such paths side by side, so that no two equations are one.

        >>> [found] = instruments(ADMG.parse("Z -> X -> Y; X <-> Y"), "X", "Y")
        >>> print(*found.relevance)
        Z -> X
        """
        paths = (self.graph.open_path(z, self.causes, given=self.given) for z in self.instruments)
        return tuple(path for path in paths if path is not None)

    def __str__(self) -> str:
        if len(self.causes) == 1:
            [z], [x] = self.instruments, self.causes
            return (
                f"{self._edge(x)} = {self._covariance(z, self.outcome)} / {self._covariance(z, x)}"
            )
        return "\n".join(
            f"{self._covariance(z, self.outcome)} = "
            + " + ".join(f"{self._edge(x)} {self._covariance(z, x)}" for x in self.causes)
            for z in self.instruments
        )

    def _edge(self, x: Variable) -> str:
        return f"({quoted(x)} -> {quoted(self.outcome)})"

    def _covariance(self, one: Variable, other: Variable) -> str:
        given = ", ".join(map(quoted, sorted(self.given, key=natural)))
        return f"cov({quoted(one)}, {quoted(other)}{f' | {given}' if given else ''})"


def instruments(
    graph: ADMG, x: Names, y: Variable, *, exclude: Names = ()
) -> Iterator[InstrumentalSet]:
    """Instrumental sets for the coefficients of the edges from ``x`` into ``y``, lazily.

    For every choice of as many instruments as causes, the variables to adjust for if there are
    some among their ancestors and those of ``y``.  With one cause: something is found whenever any
    conditional instrument exists.  Holds in linear models, for almost all coefficients.  Raises
    UnknownVariableError or QueryError.

    >>> graph = ADMG.parse("W -> Z -> X -> Y; X <-> Y; W <-> Y")
    >>> for found in instruments(graph, "X", "Y"):
    ...     print(found)
    (X -> Y) = cov(Z, Y | W) / cov(Z, X | W)
    """
    parts = disjoint(graph, x=x, y=y)
    causes, outcome = parts["x"], parts["y"]
    if outcome.bit_count() > 1:
        raise QueryError(
            f"{listed(graph.named(outcome))} are several outcomes; ask for one of them"
        )
    if missing := causes & ~graph.parents_mask(outcome):
        raise QueryError(
            f"an instrument measures an edge, and there is none from {listed(graph.named(missing))}"
            f" into {y}"
        )
    return _found(graph, causes, outcome, graph.mask(exclude))


def _found(graph: ADMG, x: int, y: int, exclude: int) -> Iterator[InstrumentalSet]:
    """Each choice of instruments, with the separator from the outcome that is nearest to it.

    The nearest one leaves the most open between the instruments and their causes.
    """
    cut = _without_edges(graph, x, y)
    below = closure(y, graph.child_masks, graph.everything)
    usable = graph.everything & ~(x | below | exclude)
    causes = tuple(sorted(graph.named(x), key=natural))
    [outcome] = graph.named(y)
    for chosen in map(union, combinations(bits(usable), x.bit_count())):
        given = nearest_separator(cut, y, chosen, among=usable)
        if given is None or not reachable(graph, chosen, given=given, until=x):
            continue
        if trek_rank(graph, chosen | given, x | given) == (x | given).bit_count():
            named = tuple(sorted(graph.named(chosen), key=natural))
            yield InstrumentalSet(graph, causes, outcome, named, graph.named(given))


def _without_edges(graph: ADMG, x: int, y: int) -> ADMG:
    """The graph without the edges from one set into another."""
    parents = [mask & ~x if y >> v & 1 else mask for v, mask in enumerate(graph.parent_masks)]
    return replace(graph, parent_masks=tuple(parents))


def _solved(system: Sequence[Sequence[Number]]) -> list[Number]:
    """Gauss and Jordan, the largest pivot first; the last column is the right-hand side."""
    rows = [list(row) for row in system]
    for i in range(len(rows)):
        pivot = max(range(i, len(rows)), key=lambda r: rows[r][i] ** 2)
        if not rows[pivot][i]:
            raise DataError(
                "the instruments say nothing about the causes: the equations are singular"
            )
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [entry / rows[i][i] for entry in rows[i]]
        for r in range(len(rows)):
            if r != i:
                factor = rows[r][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [row[-1] for row in rows]
