"""A graph as a text gives it, before it is known to be acyclic; and the draft it grows from.

What no graph can have is refused at the place where it stands: an edge given twice, an edge from a
variable to itself, more than anyone can mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from causal.errors import (
    CycleError,
    CycleInTextError,
    DuplicateEdgeError,
    EmptyTextError,
    GraphSyntaxError,
    shown,
)
from causal.variables import Variable, Variables, nearest

__all__ = ["Draft", "Sketch"]

MOST_NODES, MOST_EDGES = 20_000, 1_000_000

_Pair = tuple[Variable, Variable]


@dataclass(frozen=True)
class Sketch:
    """Names and edges; ``latent`` are the names that stand for something unmeasured.

    One that was read knows its text, and the place of every arrow in it.

    >>> Sketch(nodes=("X", "Y", "Z"), directed=(("X", "Y"),)).alone
    ('Z',)
    """

    nodes: tuple[Variable, ...]
    directed: tuple[_Pair, ...] = ()
    bidirected: tuple[_Pair, ...] = ()
    latent: Variables = frozenset()
    text: str = field(default="", compare=False, repr=False)
    places: Mapping[_Pair, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def alone(self) -> tuple[Variable, ...]:
        """The variables without an edge: most formats need them said."""
        joined = {name for edge in (*self.directed, *self.bidirected) for name in edge}
        return tuple(name for name in self.nodes if name not in joined)

    def located(self, error: CycleError) -> CycleError:
        """The error of a cycle with line:column: the arrow of it that stands last in the text.

        >>> draft = Draft("X -> Y -> X")
        >>> draft.edge("X", "->", "Y", 2)
        >>> draft.edge("Y", "->", "X", 7)
        >>> print(draft.finished().located(CycleError("XYX")))
        1:8: X -> Y -> X is a cycle; a causal graph has none
          X -> Y -> X
                 ^
        """
        places = [self.places[arrow] for arrow in pairwise(error.cycle) if arrow in self.places]
        return CycleInTextError(self.text, max(places), error) if places else error


class Draft:
    """A graph while its text is being read.

    >>> draft = Draft("X -> Y")
    >>> draft.edge("X", "->", "Y", position=2)
    >>> draft.finished()
    Sketch(nodes=('X', 'Y'), directed=(('X', 'Y'),), bidirected=(), latent=frozenset())
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.nodes: dict[Variable, None] = {}
        self.latent: set[Variable] = set()
        self._directed: dict[_Pair, int] = {}
        self._bidirected: dict[_Pair, int] = {}
        self._room = MOST_EDGES

    def node(self, name: Variable, position: int) -> None:
        """Say that there is a variable; saying it again changes nothing."""
        if name not in self.nodes:
            if len(self.nodes) >= MOST_NODES:
                problem = f"more than {MOST_NODES:,} variables"
                raise GraphSyntaxError(self.text, position, problem)
            self.nodes[name] = None

    def edge(
        self, one: Variable, arrow: str, other: Variable, position: int, *, again: bool = False
    ) -> None:
        """Add ``one -> other``, ``<-`` or ``<->``; ``again`` allows it to be there already."""
        if arrow == "<-":
            one, other = other, one
        for name in (one, other):
            if name not in self.nodes:
                self.node(name, position)
        edges = self._directed
        if arrow == "<->":
            edges, one, other = self._bidirected, min(one, other), max(one, other)
        if one == other or (one, other) in edges:
            self._refuse((one, other), arrow, position, again=again)
        self._room -= 1
        if self._room < 0:
            raise GraphSyntaxError(self.text, position, f"more than {MOST_EDGES:,} edges")
        edges[one, other] = position

    def edges(
        self,
        left: Sequence[Variable],
        arrow: str,
        right: Sequence[Variable],
        position: int,
        *,
        again: bool = False,
    ) -> None:
        """Add every edge between two groups."""
        if len(left) * len(right) > self._room:
            raise GraphSyntaxError(self.text, position, f"more than {MOST_EDGES:,} edges")
        for one in left:
            for other in right:
                self.edge(one, arrow, other, position, again=again)

    def known(self, name: Variable, position: int) -> Variable:
        """The name, which must have been declared; the error names the nearest that have been."""
        if name not in self.nodes:
            close = nearest(name, self.nodes)
            hint = f"; did you mean {' or '.join(map(shown, close))}?" if close else ""
            problem = f"{shown(name)} is not among the nodes{hint}"
            raise GraphSyntaxError(self.text, position, problem)
        return name

    def finished(self) -> Sketch:
        """What has been read, as a value; raises EmptyTextError if nothing is to be seen."""
        if len(self.latent) == len(self.nodes):
            raise EmptyTextError(self.text)
        return Sketch(
            tuple(self.nodes),
            tuple(self._directed),
            tuple(self._bidirected),
            frozenset(self.latent),
            self.text,
            self._directed,
        )

    def _refuse(self, edge: _Pair, arrow: str, position: int, *, again: bool) -> None:
        drawn = "<->" if arrow == "<->" else "->"
        written = f"{shown(edge[0])} {drawn} {shown(edge[1])}"
        if edge[0] == edge[1]:
            problem = f"{written} joins a variable to itself; delete it"
            raise GraphSyntaxError(self.text, position, problem)
        if not again:
            raise DuplicateEdgeError(self.text, position, written)
