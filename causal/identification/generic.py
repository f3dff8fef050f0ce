"""One linear model of a graph with coefficients drawn from a large prime field.

What is not zero in it is not zero for almost all coefficients (Schwartz 1980); what is zero by
chance alone has probability of about the number of vertices in 2^61.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Final, TypeAlias

from causal.graph import ADMG
from causal.graph.bits import bits

__all__ = ["PRIME", "Covariance", "covariance", "rank"]

PRIME: Final = 2**61 - 1

Matrix: TypeAlias = list[list[int]]


@dataclass(frozen=True, eq=False)
class Covariance:
    """The covariances of the model, vertex by vertex, modulo the prime."""

    entries: Sequence[Sequence[int]]

    def given(self, one: int, others: Sequence[int], given: int) -> list[int]:
        """The covariances of one vertex with others, given some vertices.

        >>> graph = ADMG.parse("Z -> X -> Y")
        >>> [z, x, y] = (graph.index[name] for name in "ZXY")
        >>> covariance(graph).given(z, [y], 1 << x)
        [0]
        """
        fixed = list(bits(given))
        rows = [[self.entries[a][b] for b in (*fixed, *others)] for a in (*fixed, one)]
        return _eliminated(rows, len(fixed))[-1][len(fixed) :]


@lru_cache(maxsize=16)
def covariance(graph: ADMG) -> Covariance:
    """The covariances of a model of a graph; the draw depends on the number of vertices only."""
    rng = Random(f"a linear model of {len(graph.nodes)} variables")  # noqa: S311 - no secret
    n = len(graph.nodes)
    # Each vertex as a sum of sources: its own noise, and one for every hidden cause.
    mixes: list[dict[int, int]] = [{v: rng.randrange(1, PRIME)} for v in range(n)]
    pairs = [(v, w) for v in range(n) for w in bits(graph.sibling_masks[v]) if v < w]
    for source, pair in enumerate(pairs, start=n):
        for v in pair:
            mixes[v][source] = rng.randrange(1, PRIME)
    for v in range(n):  # vertices are numbered in topological order
        for parent in bits(graph.parent_masks[v]):
            weight = rng.randrange(1, PRIME)
            for source, share in mixes[parent].items():
                mixes[v][source] = (mixes[v].get(source, 0) + weight * share) % PRIME
    return Covariance([[_dot(one, other) for other in mixes] for one in mixes])


def rank(rows: Matrix) -> int:
    """The rank of a matrix modulo the prime.

    >>> rank([[1, 2], [2, 4]]), rank([[1, 2], [3, 4]])
    (1, 2)
    """
    rows, found = [list(row) for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((r for r in range(found, len(rows)) if rows[r][column]), None)
        if pivot is not None:
            rows[found], rows[pivot] = rows[pivot], rows[found]
            _clear(rows, found, column, range(found + 1, len(rows)))
            found += 1
    return found


def _eliminated(rows: Matrix, columns: int) -> Matrix:
    """Rows below others with the first columns cleared by those above, in a square block."""
    for i in range(columns):
        pivot = next((r for r in range(i, columns) if rows[r][i]), None)
        if pivot is None:  # never in a model where every vertex has noise of its own, but by chance
            raise AssertionError("a covariance of some variables is singular")
        rows[i], rows[pivot] = rows[pivot], rows[i]
        _clear(rows, i, i, range(i + 1, len(rows)))
    return rows


def _clear(rows: Matrix, pivot: int, column: int, below: range) -> None:
    inverse = pow(rows[pivot][column], -1, PRIME)
    for r in below:
        if factor := rows[r][column] * inverse % PRIME:
            rows[r] = [(a - factor * b) % PRIME for a, b in zip(rows[r], rows[pivot], strict=True)]


def _dot(one: dict[int, int], other: dict[int, int]) -> int:
    return sum(share * other.get(source, 0) for source, share in one.items()) % PRIME
