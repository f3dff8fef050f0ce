"""Sets that separate: one minimal, all minimal, or all, each found in polynomial time.

Van der Zander, Liśkiewicz & Textor (2019), "Separators and adjustment sets in causal graphs".  A
set of ancestors of X, Y and what must be in it separates X from Y exactly when it cuts the moral
graph on those ancestors (lemma 1), so that minimal separators are minimal cuts, and those are
listed as Takata (2010) does: each is known by the vertices that it leaves on the side of X.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from causal.errors import QueryError
from causal.graph.admg import ADMG
from causal.graph.bits import bits, closure
from causal.graph.separation import reachable
from causal.variables import Names, Variables, listed

__all__ = ["all_separators", "disjoint", "minimal_separators", "nearest_separator", "separators"]


def separators(
    graph: ADMG, x: Names, y: Names, *, include: Names = (), exclude: Names = ()
) -> Iterator[Variables]:
    """Every minimal set that separates two sets, lazily; the one nearest to ``x`` comes first.

    Minimal: no vertex but those of ``include`` can be left out; vertices of ``exclude`` are not
    used.  Between two answers at most polynomial time passes.  Raises UnknownVariableError or
    QueryError.

    >>> graph = ADMG.parse("X -> A -> B -> Y; X <-> C -> Y")
    >>> [sorted(separator) for separator in separators(graph, "X", "Y")]
    [['A', 'C'], ['B', 'C']]
    >>> sorted(next(separators(graph, "X", "Y", exclude="A")))
    ['B', 'C']
    """
    ends = disjoint(graph, x=x, y=y, include=include)
    allowed = graph.everything & ~graph.mask(exclude)
    if clash := ends["include"] & ~allowed:
        raise QueryError(f"{listed(graph.named(clash))} cannot be both included and excluded")
    found = minimal_separators(graph, ends["x"], ends["y"], include=ends["include"], among=allowed)
    return map(graph.named, found)


def disjoint(graph: ADMG, *, x: Names, y: Names, **others: Names) -> dict[str, int]:
    """The parts of a question as masks; QueryError when one is empty or a variable plays two.

    >>> disjoint(ADMG.parse("X -> Z -> Y"), x="X", y="Y", include="Z")
    {'x': 1, 'y': 4, 'include': 2}
    """
    parts = {name: graph.mask(names) for name, names in ({"x": x, "y": y} | others).items()}
    taken: dict[str, int] = {}
    for name, mask in parts.items():
        if not mask and name in ("x", "y"):
            raise QueryError(f"{name} names no variable; give at least one")
        for other, before in taken.items():
            if mask & before:
                twice = listed(graph.named(mask & before))
                raise QueryError(f"{twice} cannot be both in {other} and in {name}")
        taken[name] = mask
    return parts


def minimal_separators(
    graph: ADMG, x: int, y: int, *, include: int = 0, among: int = -1
) -> Iterator[int]:
    """On masks: every minimal separator that has all of ``include`` and the rest from ``among``.

    The side of X of one cut grows by one vertex of the cut at a time; a vertex that was tried stays
    off that side, so that no cut is found twice.  Every step finds one: the delay is at most the
    number of vertices times the cost of a search.
    """
    cuts = _Cuts.between(graph, x, y, include=include, among=among)
    first = cuts.beyond(_Cut(near=0, border=0), x)
    stack = [(first, 0)] if first else []
    while stack:
        cut, barred = stack.pop()
        yield cut.border | include
        beyond = []
        for v in bits(cut.border & ~barred):
            wider = cuts.beyond(cut, 1 << v)
            if wider and not wider.near & barred:
                beyond.append((wider, barred))
            barred |= 1 << v
        stack += reversed(beyond)


def nearest_separator(
    graph: ADMG, x: int, y: int, *, include: int = 0, among: int = -1
) -> int | None:
    """On masks: the minimal separator nearest to ``x``, or None when nothing separates.

    >>> chain = ADMG.parse("X -> A -> B -> Y")
    >>> chain.named(nearest_separator(chain, chain.mask("Y"), chain.mask("X")))
    frozenset({'B'})
    """
    return next(minimal_separators(graph, x, y, include=include, among=among), None)


def all_separators(
    graph: ADMG, x: int, y: int, *, include: int = 0, among: int = -1
) -> Iterator[int]:
    """On masks: every separator that has all of ``include`` and the rest from ``among``.

    Vertices are decided on one by one, and a decision that leaves no separator is not followed:
    some separator exists exactly when all that may be used of the ancestors is one.

    >>> chain = ADMG.parse("X -> A -> Y; C")
    >>> found = all_separators(chain, chain.mask("X"), chain.mask("Y"))
    >>> [sorted(chain.named(separator)) for separator in found]
    [['A'], ['A', 'C']]
    """
    stack = [(include, (graph.everything & among & ~(x | y)) | include)]
    while stack:
        chosen, open_to = stack.pop()
        usable = graph.ancestors_mask(x | y | chosen) & open_to
        if reachable(graph, x, given=usable, until=y):
            continue
        if undecided := open_to & ~chosen:
            v = undecided & -undecided
            stack += [(chosen | v, open_to), (chosen, open_to & ~v)]
        else:
            yield chosen


@dataclass(frozen=True)
class _Cut:
    """A cut of the moral graph: what it leaves on the side of X, and the cut itself."""

    near: int
    border: int


@dataclass(frozen=True)
class _Cuts:
    """The moral graph on the ancestors that matter, without the vertices that are given anyway."""

    neighbours: Sequence[int]
    scope: int
    x: int
    y: int
    unusable: int

    @classmethod
    def between(cls, graph: ADMG, x: int, y: int, *, include: int, among: int) -> _Cuts:
        above = graph.ancestors_mask(x | y | include)
        scope = above & ~include
        neighbours = [0] * len(graph.nodes)
        for district in graph.districts_mask(above):
            # A district and its parents are joined to each other by paths of colliders.
            clique = (district | graph.parents_mask(district)) & scope
            for v in bits(clique):
                neighbours[v] |= clique
        return cls(neighbours, scope, x, y, scope & ~(among | x | y))

    def beyond(self, cut: _Cut, more: int) -> _Cut | None:
        """The cut with the least side of X that holds one more part; None when that meets Y."""
        # What may not be cut is on the side of X as soon as it is next to it.
        new = closure(more, self.neighbours, more | self.unusable)
        near = cut.near | new
        fence = (cut.border | self._around(new)) & ~near
        if (near | fence) & self.y:
            return None
        far = closure(self.y, self.neighbours, self.scope & ~(near | fence))
        border = self._around(far) & fence
        # What only the fence kept from X, and Y does not touch, falls to X.
        enclosed = closure(fence & ~border, self.neighbours, self.scope & ~(near | border))
        return _Cut(near | enclosed, border)

    def _around(self, part: int) -> int:
        around = 0
        for v in bits(part):
            around |= self.neighbours[v]
        return around
