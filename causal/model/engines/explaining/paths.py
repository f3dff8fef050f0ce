"""What each path contributes: the change is led along some paths only, for every choice of paths.

A path carries the change where it alone sees what was set, and all others see what was (Avin,
Shpitser & Pearl 2005); each path has its own copy of what lies on it, so nothing recants.  What a
path adds, on average over all orders in which paths are opened, is its share (Shapley 1953); the
shares add up to the whole change, and in a linear model each is what the path does by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial
from typing import TypeAlias

from causal.graph import ADMG
from causal.model.engines.answers import Number
from causal.query import Assignment, Term
from causal.variables import Variable, quoted

__all__ = ["MOST", "Bundle", "Contribution", "bundles", "led", "shares"]

MOST = 6  # bundles of paths, whose subsets are all looked at

Path: TypeAlias = tuple[Variable, ...]


@dataclass(frozen=True)
class Bundle:
    """Paths that carry the change together: a single one, or all that begin with some arrows."""

    arrows: frozenset[tuple[Variable, Variable]]
    path: Path = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The variables on a single path; else what the paths have in common, in words."""
        return self.path or (str(self),)

    def __str__(self) -> str:
        if self.path:
            return " -> ".join(map(quoted, self.path))
        first = sorted(self.arrows)
        tails = {tail for tail, _ in first}
        if len(tails) < len(first) and len(tails) > 1:
            return f"all from {', '.join(map(quoted, sorted(tails)))}"
        shown = ", ".join(f"{quoted(a)} -> {quoted(b)}" for a, b in first[:3])
        return f"all by {shown}" + (f" and {len(first) - 3} more" if len(first) > 3 else "")


@dataclass(frozen=True)
class Contribution:
    """What a bundle of paths adds: its share of the whole change, and what it does alone."""

    along: Bundle
    share: Number
    alone: Number


class Ways:
    """The paths from what a world sets to one variable; none passes through what is set."""

    def __init__(self, graph: ADMG, term: Term) -> None:
        self.graph, self.term = graph, term
        self.held = {a.variable: a for a in term.under if a.reader is None}
        self.edges = {(a.variable, a.reader): a for a in term.under if a.reader is not None}
        self.useful = graph.ancestors(term.variable) - self.held.keys()

    def first(self) -> list[tuple[Variable, Variable]]:
        """The arrows that leave what is set, towards what is asked about."""
        if self.term.variable in self.held:
            return []
        whole = {(v, child) for v in self.held for child in self.graph.children(v)}
        return sorted((a, b) for a, b in whole | set(self.edges) if b in self.useful)

    def count(self) -> int:
        """How many paths there are."""
        found: dict[Variable, int] = {}
        for v in reversed(self.graph.nodes):
            if v in self.useful:
                onward = (found[c] for c in self._onward(v))
                found[v] = 1 if v == self.term.variable else sum(onward)
        return sum(found[head] for _, head in self.first())

    def paths(self) -> Iterator[Path]:
        """All paths, the shortest first."""
        waiting: list[Path] = list(self.first())
        for path in waiting:
            if path[-1] == self.term.variable:
                yield path
            else:
                waiting += [(*path, child) for child in self._onward(path[-1])]

    def _onward(self, v: Variable) -> list[Variable]:
        return sorted(
            c for c in self.graph.children(v) if c in self.useful and (v, c) not in self.edges
        )

    def setting(self, tail: Variable, head: Variable) -> Assignment:
        """What is set where an arrow begins."""
        return self.edges.get((tail, head)) or self.held[tail]


def bundles(graph: ADMG, term: Term) -> tuple[Bundle, ...]:
    """The paths to a term's variable, one by one; by their first arrows where they are too many.

    >>> graph = ADMG.parse("X -> M -> Y; X -> Y")
    >>> print(*bundles(graph, Term("Y", under=(Assignment("X", 1),))), sep="; ")
    X -> Y; X -> M -> Y
    """
    ways = Ways(graph, term)
    if ways.count() <= MOST:
        return tuple(Bundle(frozenset([(p[0], p[1])]), p) for p in ways.paths())
    first = ways.first()
    groups = [frozenset([arrow]) for arrow in first]
    if len(groups) > MOST:
        tails = dict.fromkeys(tail for tail, _ in first)
        groups = [frozenset(arrow for arrow in first if arrow[0] == tail) for tail in tails]
    if len(groups) > MOST:
        groups[MOST - 1 :] = [frozenset().union(*groups[MOST - 1 :])]
    return tuple(map(Bundle, groups))


def led(graph: ADMG, term: Term, along: Sequence[Bundle]) -> Term:
    """The term in the world where the change is led along some paths only.

    >>> graph = ADMG.parse("X -> M -> Y; X -> Y")
    >>> y = Term("Y", under=(Assignment("X", 1),))
    >>> direct, through_m = bundles(graph, y)
    >>> print(led(graph, y, [direct]), led(graph, y, [through_m]), led(graph, y, []))
    Y[X->Y=1] Y[M->Y=M[X->M=1]] Y[X->M=X[], X->Y=X[]]
    """
    ways = Ways(graph, term)
    if along and all(bundle.path for bundle in along):
        return _unrolled(ways, term, term.variable, [bundle.path for bundle in along])
    open_ = frozenset().union(*(bundle.arrows for bundle in along))
    under = tuple(
        Assignment(
            tail,
            ways.setting(tail, head).value if (tail, head) in open_ else Term(tail),
            reader=head,
        )
        for tail, head in ways.first()
    )
    return Term(term.variable, term.value, under)


def _unrolled(ways: Ways, term: Term, v: Variable, paths: Sequence[Path]) -> Term:
    """A variable that hears of the change by the paths that end there."""
    by: dict[Variable, list[Path]] = {}
    for path in paths:
        by.setdefault(path[-2], []).append(path[:-1])
    under = tuple(
        Assignment(
            tail,
            ways.setting(tail, v).value
            if any(len(path) == 1 for path in before)
            else _unrolled(ways, term, tail, before),
            reader=v,
        )
        for tail, before in sorted(by.items())
    )
    return Term(v, term.value if v == term.variable else None, under)


def shares(
    along: Sequence[Bundle], values: Mapping[frozenset[int], Number]
) -> tuple[Contribution, ...]:
    """What each bundle adds, given the value for every set of bundles that carry the change.

    >>> one, other = Bundle(frozenset([("X", "Y")])), Bundle(frozenset([("X", "M")]))
    >>> sets = [frozenset(), frozenset([0]), frozenset([1]), frozenset([0, 1])]
    >>> found = shares([one, other], dict(zip(sets, [0, 1, 0, 3])))
    >>> [(str(each.share), each.alone) for each in found]
    [('2', 1), ('1', 0)]
    """
    n = len(along)
    found = []
    for i, bundle in enumerate(along):
        share: Number = Fraction(0)
        for others, value in values.items():
            if i not in others:
                k = len(others)
                weight = Fraction(factorial(k) * factorial(n - k - 1), factorial(n))
                gain = values[others | {i}] - value
                share += weight * gain if isinstance(gain, Fraction | int) else float(weight) * gain
        alone = values[frozenset([i])] - values[frozenset()]
        found.append(Contribution(bundle, share, alone))
    return tuple(found)
