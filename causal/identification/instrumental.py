"""Instruments: path coefficients of linear models although cause and outcome are confounded.

Brito & Pearl (2002), "Generalized instrumental variables": as many instruments as causes, each with
variables of its own to adjust for, give as many equations; with one cause, the conditional
instruments of van der Zander, Textor & Liśkiewicz (2015).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

from causal.errors import DataError
from causal.graph import ADMG, OpenPath
from causal.graph.separation import reachable
from causal.variables import Variable, Variables, natural, quoted

__all__ = ["Exclusion", "InstrumentalSet", "Number", "without_edges"]

Number: TypeAlias = float | Fraction
Covariances: TypeAlias = Mapping[Variable, Mapping[Variable, Number]]


@dataclass(frozen=True)
class Exclusion:
    """An instrument is separated from the outcome once some edges into it are gone.

    >>> print(Exclusion("Z", "Y", frozenset("W"), causes=frozenset("X")))
    Z ⊥ Y | W without X -> Y
    """

    instrument: Variable
    outcome: Variable
    given: Variables
    causes: Variables

    def __str__(self) -> str:
        gone = (f"{quoted(x)} -> {quoted(self.outcome)}" for x in sorted(self.causes, key=natural))
        given = f" | {_row(self.given)}" if self.given else ""
        one, other = quoted(self.instrument), quoted(self.outcome)
        return f"{one} ⊥ {other}{given} without {', '.join(gone)}"

    def holds(self, graph: ADMG) -> bool:
        """Whether it is true of a graph."""
        x, y = graph.mask(self.causes), graph.mask(self.outcome)
        start, given = graph.mask(self.instrument), graph.mask(self.given)
        return not reachable(without_edges(graph, x, y), start, given=given, until=y)


@dataclass(frozen=True)
class InstrumentalSet:
    """As many instruments as causes of one outcome, each given some variables of its own.

    Prints the equations.

    >>> graph = ADMG.parse("W -> Z -> X -> Y; X <-> Y; W <-> Y")
    >>> print(InstrumentalSet(graph, ("X",), "Y", ("Z",), (frozenset("W"),)))
    (X -> Y) = cov(Z, Y | W) / cov(Z, X | W)
    """

    graph: ADMG
    causes: tuple[Variable, ...]
    outcome: Variable
    instruments: tuple[Variable, ...]
    given: tuple[Variables, ...]  # one set for each instrument

    def coefficients(self, covariance: Covariances) -> dict[Variable, Number]:
        """The coefficient of each edge from a cause into the outcome: the equations, solved.

        ``covariance[a][b]``, as a dict of dicts or a DataFrame.  Fractions in, Fractions out.

        >>> from causal import instruments
        >>> covariance = {"Z": {"X": 2.0, "Y": 3.0}}
        >>> [found] = instruments(ADMG.parse("Z -> X -> Y; X <-> Y"), "X", "Y")
        >>> found.coefficients(covariance)
        {'X': 1.5}
        """
        pairs = zip(self.instruments, self.given, strict=True)
        system = [_given(covariance, z, (*self.causes, self.outcome), given) for z, given in pairs]
        return dict(zip(self.causes, _solved(system), strict=False))

    @property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """The separations that the equations rest on, one for each.

        >>> from causal import instruments
        >>> [found] = instruments(ADMG.parse("Z -> X -> Y; X <-> Y"), "X", "Y")
        >>> print(*found.exclusions, all(each.holds(found.graph) for each in found.exclusions))
        Z ⊥ Y without X -> Y True
        """
        causes = frozenset(self.causes)
        pairs = zip(self.instruments, self.given, strict=True)
        return tuple(Exclusion(z, self.outcome, given, causes) for z, given in pairs)

    @property
    def relevance(self) -> tuple[OpenPath, ...]:
        """For each instrument a path to a cause that is open: the other thing they rest on.

        With several causes there are such paths side by side, so that no two equations are one.

        >>> from causal import instruments
        >>> [found] = instruments(ADMG.parse("Z -> X -> Y; X <-> Y"), "X", "Y")
        >>> print(*found.relevance)
        Z -> X
        """
        paths = (
            self.graph.open_path(z, set(self.causes) - given, given=given)
            for z, given in zip(self.instruments, self.given, strict=True)
        )
        return tuple(path for path in paths if path is not None)

    def to_dict(self) -> dict[str, object]:
        """Plain data, for JSON."""
        return {
            "instruments": [
                {"variable": z, "given": sorted(given, key=natural)}
                for z, given in zip(self.instruments, self.given, strict=True)
            ],
            "equations": str(self).splitlines(),
            "exclusions": [str(each) for each in self.exclusions],
            "relevance": [path.to_dict() for path in self.relevance],
        }

    def __str__(self) -> str:
        pairs = list(zip(self.instruments, self.given, strict=True))
        if len(self.causes) == 1:
            [(z, given)], [x] = pairs, self.causes
            return f"{self._edge(x)} = {_cov(z, self.outcome, given)} / {_cov(z, x, given)}"
        return "\n".join(
            f"{_cov(z, self.outcome, given)} = "
            + " + ".join(f"{self._edge(x)} {_cov(z, x, given)}" for x in self._seen(given))
            for z, given in pairs
        )

    def _seen(self, given: Variables) -> list[Variable]:
        """The causes of which an equation speaks: of what is given, nothing is left to vary."""
        return [x for x in self.causes if x not in given]

    def _edge(self, x: Variable) -> str:
        return f"({quoted(x)} -> {quoted(self.outcome)})"


def without_edges(graph: ADMG, x: int, y: int) -> ADMG:
    """The graph without the edges from one set into another.

    >>> graph = ADMG.parse("Z -> X -> Y")
    >>> print(without_edges(graph, graph.mask("X"), graph.mask("Y")))
    Z -> X; Y
    """
    parents = [mask & ~x if y >> v & 1 else mask for v, mask in enumerate(graph.parent_masks)]
    return replace(graph, parent_masks=tuple(parents))


def _cov(one: Variable, other: Variable, given: Variables) -> str:
    return f"cov({quoted(one)}, {quoted(other)}{f' | {_row(given)}' if given else ''})"


def _row(names: Iterable[Variable]) -> str:
    return ", ".join(map(quoted, sorted(names, key=natural)))


def _given(
    covariance: Covariances, z: Variable, others: Sequence[Variable], given: Variables
) -> list[Number]:
    """The covariances of an instrument with others, given some variables."""
    fixed = sorted(given, key=natural)
    rows = [[covariance[r][c] for c in (*fixed, *others)] for r in (*fixed, z)]
    for i in range(len(fixed)):
        _to_pivot(rows, i, range(i, len(fixed)), "what is given has no covariance of its own")
        _cleared(rows, i, range(i + 1, len(rows)))
    return [
        0 if other in given else value
        for other, value in zip(others, rows[-1][len(fixed) :], strict=True)
    ]


def _solved(system: Sequence[Sequence[Number]]) -> list[Number]:
    """Gauss and Jordan, the largest pivot first; the last column is the right-hand side."""
    rows = [list(row) for row in system]
    silent = "the instruments say nothing about the causes: the equations are singular"
    for i in range(len(rows)):
        _to_pivot(rows, i, range(i, len(rows)), silent)
        rows[i] = [entry / rows[i][i] for entry in rows[i]]
        _cleared(rows, i, [r for r in range(len(rows)) if r != i])
    return [row[-1] for row in rows]


def _to_pivot(rows: list[list[Number]], i: int, among: Iterable[int], otherwise: str) -> None:
    pivot = max(among, key=lambda r: rows[r][i] ** 2)
    if not rows[pivot][i]:
        raise DataError(otherwise)
    rows[i], rows[pivot] = rows[pivot], rows[i]


def _cleared(rows: list[list[Number]], i: int, others: Iterable[int]) -> None:
    for r in others:
        factor = rows[r][i] / rows[i][i]
        rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i], strict=True)]
