"""Acyclic directed mixed graphs: the assumptions, as a value.

``X -> Y`` is a direct cause, ``X <-> Y`` a hidden common cause; a DAG is an ADMG without ``<->``.
Vertices are numbered in topological order and sets of them are integers, so that a subgraph or a
mutilation is a mask and never a copy.  Names live at the edges of this file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

from causal.errors import CycleError, EmptyGraphError, UnknownVariableError
from causal.graph import drawing, formats
from causal.graph.bits import bits, closure, components, union
from causal.graph.edges import Lists
from causal.graph.ordering import causal_order
from causal.graph.projection import project
from causal.graph.separation import OpenPath, mutilated_ancestors, open_route
from causal.graph.walking import connected
from causal.variables import Names, Variable, Variables, natural, nearest, typeset, variables

__all__ = ["ADMG"]

MOST_SHOWN = 100  # variables, in a notebook


@dataclass(frozen=True, repr=False)
class ADMG:
    """A DAG over observed variables, plus ``<->`` edges for hidden common causes.

    Graphs are values: they compare and hash by content, and operations return new ones.

    >>> graph = ADMG.parse("X -> Z -> Y; X <-> Y")
    >>> graph
    ADMG.parse('X -> Z; Z -> Y; X <-> Y')
    >>> [sorted(district) for district in graph.districts]
    [['X', 'Y'], ['Z']]
    """

    nodes: tuple[Variable, ...]  # topological order; ties in natural name order
    parent_masks: tuple[int, ...]
    sibling_masks: tuple[int, ...]

    @classmethod
    def parse(cls, text: str, form: str | None = None) -> ADMG:
        """Read a graph from text such as ``"A -> B -> C; A <-> C"``, DOT, dagitty or lavaan.

        The format is recognised by how the text begins, unless ``form`` names one of
        causal.graph.formats; variables that the text calls latent are projected out.
        Raises GraphSyntaxError with line:column; of its kind are DuplicateEdgeError,
        CycleInTextError (also a CycleError) and EmptyTextError (also an EmptyGraphError).

        >>> ADMG.parse("dag { U [latent] X <- U -> Y }")
        ADMG.parse('X <-> Y')
        """
        sketch = formats.sketched(text, form)
        try:
            graph = cls.of(
                nodes=sketch.nodes, directed=sketch.directed, bidirected=sketch.bidirected
            )
        except CycleError as error:
            raise sketch.located(error) from error
        return graph.hide(sketch.latent) if sketch.latent else graph

    @classmethod
    def of(
        cls,
        *,
        nodes: Iterable[Variable] = (),
        directed: Iterable[tuple[Variable, Variable]] = (),
        bidirected: Iterable[tuple[Variable, Variable]] = (),
    ) -> ADMG:
        """Build a graph from names; raises CycleError or EmptyGraphError, TypeError for no names.

        >>> ADMG.of(nodes=["Z"], directed=[("X", "Y")]).nodes
        ('X', 'Y', 'Z')
        """
        directed, bidirected = list(directed), list(bidirected)
        if not {2}.issuperset(map(len, chain(directed, bidirected))):
            odd = next(e for e in chain(directed, bidirected) if len(e) != 2)
            raise TypeError(f"an edge joins two variables, found {odd!r:.80}")
        names = dict.fromkeys(chain(nodes, *directed, *bidirected))
        if not names:
            raise EmptyGraphError
        if wrong := next(([name] for name in names if not (name and isinstance(name, str))), None):
            raise TypeError(f"a variable is called by a text, found {wrong[0]!r:.60}")
        for tail, head in bidirected:
            if tail == head:
                raise CycleError((tail, head))
        order = causal_order(names, directed)
        index = {name: i for i, name in enumerate(order)}
        arrows = {(index[tail], index[head]) for tail, head in directed}
        hidden = {(index[one], index[other]) for one, other in bidirected}
        children, parents = _gathered(order, arrows)
        siblings, _ = _gathered(order, hidden.union(map(_turned, hidden)))
        graph = cls(tuple(order), tuple(map(union, parents)), tuple(map(union, siblings)))
        # Known already, and slower to read back from the masks.
        known = {"parent_lists": parents, "child_lists": children, "sibling_lists": siblings}
        vars(graph).update(known, index=index)
        return graph

    def __str__(self) -> str:
        return self.to("arrows")

    def __repr__(self) -> str:
        return f"ADMG.parse({str(self)!r})"

    def to(self, form: str) -> str:
        """The graph as text in one of the formats of causal.graph.formats.

        >>> print(ADMG.parse("X -> Y; X <-> Y").to("dagitty"), end="")
        dag {
          X -> Y
          X <-> Y
        }
        """
        return formats.named(form).write(self._sketch)

    def latex(self) -> str:
        r"""The edges in LaTeX, for mathematical mode.

        >>> print(ADMG.parse("X1 -> Y; X1 <-> Y").latex())
        X_{1} \to Y,\; X_{1} \leftrightarrow Y
        """
        edges = [(a, r" \to ", b) for a, b in self.directed]
        edges += [(a, r" \leftrightarrow ", b) for a, b in self.bidirected]
        statements = [typeset(a) + arrow + typeset(b) for a, arrow, b in edges]
        return r",\; ".join([*statements, *map(typeset, self._sketch.alone)])

    def svg(self, *, width: float | None = None) -> str:
        """The graph as a picture, causes to the left of effects; see causal.graph.drawing.

        With a ``width``, in pixels, a picture that would be wider runs downwards.
        """
        return drawing.drawn(self, width=width)

    @property
    def _sketch(self) -> formats.Sketch:
        return formats.Sketch(self.nodes, self.directed, self.bidirected)

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    def _repr_html_(self) -> str | None:
        """What a notebook shows; a graph too large to be seen is shown as text."""
        seen = (
            len(self.nodes) <= MOST_SHOWN and len(self.directed + self.bidirected) <= 4 * MOST_SHOWN
        )
        return drawing.shown(self) if seen else None

    # Names.

    @cached_property
    def directed(self) -> tuple[tuple[Variable, Variable], ...]:
        """The edges ``tail -> head``, by tail, then head, in topological order."""
        return tuple(
            (self.nodes[v], self.nodes[w])
            for v in range(len(self.nodes))
            for w in bits(self.child_masks[v])
        )

    @cached_property
    def bidirected(self) -> tuple[tuple[Variable, Variable], ...]:
        """The edges ``one <-> other``, each once, in topological order."""
        return tuple(
            (self.nodes[v], self.nodes[w])
            for v in range(len(self.nodes))
            for w in bits(self.sibling_masks[v] >> v << v)
        )

    def parents(self, of: Names) -> Variables:
        """Direct causes of a variable, or of any of several.

        >>> sorted(ADMG.parse("X -> Y <- Z").parents("Y"))
        ['X', 'Z']
        """
        return self._union(self.parent_masks, of)

    def children(self, of: Names) -> Variables:
        """Direct effects of a variable, or of any of several."""
        return self._union(self.child_masks, of)

    def siblings(self, of: Names) -> Variables:
        """Variables that share a hidden common cause with one of ``of``."""
        return self._union(self.sibling_masks, of)

    def ancestors(self, of: Names) -> Variables:
        """An(of): every variable with a directed path into ``of``, itself included."""
        return self.named(self.ancestors_mask(self.mask(of)))

    def descendants(self, of: Names) -> Variables:
        """De(of): every variable with a directed path from ``of``, itself included."""
        return self.named(closure(self.mask(of), self.child_masks, self.everything))

    @cached_property
    def districts(self) -> tuple[Variables, ...]:
        """The c-components: classes of variables joined by ``<->`` paths."""
        return tuple(self.named(part) for part in self.districts_mask(self.everything))

    def induced(self, keep: Names) -> ADMG:
        """G[keep]: the graph on ``keep`` and the edges inside it."""
        kept = self.require(keep)
        return ADMG.of(
            nodes=kept,
            directed=[edge for edge in self.directed if kept.issuperset(edge)],
            bidirected=[edge for edge in self.bidirected if kept.issuperset(edge)],
        )

    def hide(self, unmeasured: Names) -> ADMG:
        """The latent projection: the graph on the other variables when these are not measured.

        >>> ADMG.parse("X <- U -> Y; X -> M -> Y").hide(["U", "M"])
        ADMG.parse('X -> Y; X <-> Y')
        """
        hidden = self.mask(unmeasured)
        parents, siblings = project(self, hidden)
        rest = [(v, self.nodes[v]) for v in bits(self.everything & ~hidden)]
        return ADMG.of(
            nodes=[name for _, name in rest],
            directed=[(self.nodes[p], name) for v, name in rest for p in bits(parents[v])],
            bidirected=[(self.nodes[s], name) for v, name in rest for s in bits(siblings[v])],
        )

    def require(self, wanted: Names) -> Variables:
        """Return ``wanted`` as a set, or raise UnknownVariableError with the nearest names."""
        found = variables(wanted)
        if missing := sorted(found.difference(self.index), key=natural):
            close = dict.fromkeys(name for m in missing for name in nearest(m, self.nodes))
            raise UnknownVariableError(missing, sorted(self.nodes, key=natural), close)
        return found

    def separated(self, one: Names, other: Names, *, given: Names = ()) -> bool:
        """Whether no path between two sets is open given a third (m-separation).

        What is given is separated from everything, as is nobody; only itself joins a variable to
        itself.

        >>> ADMG.parse("X -> Y").separated("X", "Y", given="X")
        True
        """
        x, y, z = (self.numbers(side) for side in (one, other, given))
        return not connected(self, x, y, given=z)

    def open_path(self, one: Names, other: Names, *, given: Names = ()) -> OpenPath | None:
        """A shortest open path between two sets given a third; None when they are separated.

        >>> print(ADMG.parse("X -> Z <- Y").open_path("X", "Y", given="Z"))
        X -> Z <- Y
        """
        given_mask = self.mask(given)
        route = open_route(self, self.mask(one), self.mask(other), given=given_mask)
        return None if route is None else self.path(route, given=given_mask)

    # Masks: what the floors above compute with.

    @cached_property
    def index(self) -> dict[Variable, int]:
        """The number of each name."""
        return {name: i for i, name in enumerate(self.nodes)}

    @cached_property
    def everything(self) -> int:
        """The set of all vertices."""
        return (1 << len(self.nodes)) - 1

    @cached_property
    def child_masks(self) -> tuple[int, ...]:
        """Direct effects of each vertex."""
        return tuple(map(union, self.child_lists))

    @cached_property
    def parent_lists(self) -> Lists:
        """``parent_masks``, each as the numbers of its members."""
        return tuple(tuple(bits(mask)) for mask in self.parent_masks)

    @cached_property
    def child_lists(self) -> Lists:
        """``child_masks``, each as the numbers of its members."""
        children: list[list[int]] = [[] for _ in self.nodes]
        for v, parents in enumerate(self.parent_lists):
            for p in parents:
                children[p].append(v)
        return tuple(map(tuple, children))

    @cached_property
    def sibling_lists(self) -> Lists:
        """``sibling_masks``, each as the numbers of its members."""
        return tuple(tuple(bits(mask)) for mask in self.sibling_masks)

    def numbers(self, names: Names) -> list[int]:
        """The numbers of some names; raises UnknownVariableError."""
        wanted = (names,) if isinstance(names, str) else tuple(names)
        try:
            return [self.index[name] for name in wanted]
        except KeyError:
            self.require(wanted)
            raise

    def mask(self, names: Names) -> int:
        """A set of names as an integer; raises UnknownVariableError."""
        return union(self.numbers(names))

    def named(self, mask: int) -> Variables:
        """An integer as a set of names."""
        return frozenset(self.nodes[i] for i in bits(mask))

    def ancestors_mask(self, of: int, within: int = -1) -> int:
        """An(of) in the subgraph on ``within``."""
        return closure(of, self.parent_masks, within)

    def districts_mask(self, within: int) -> list[int]:
        """The districts of the subgraph on ``within``."""
        return components(self.sibling_masks, within)

    def district_mask(self, part: int, within: int) -> int:
        """The vertices of ``within`` joined to ``part`` by ``<->`` paths inside ``within``."""
        return closure(part, self.sibling_masks, within)

    def parents_mask(self, of: int) -> int:
        """Union of the parents of the members of ``of``."""
        union = 0
        for v in bits(of):
            union |= self.parent_masks[v]
        return union

    def path(
        self, route: Sequence[tuple[int, str]], *, given: int, cut_in: int = 0, cut_out: int = 0
    ) -> OpenPath:
        """Name the vertices of a route, and what opens each collider on it."""
        nodes = tuple(self.nodes[v] for v, _ in route)
        arrows = tuple(arrow for _, arrow in route[1:])
        colliders = []
        for i, (before, after) in enumerate(pairwise(arrows), start=1):
            if before.endswith(">") and after.startswith("<"):
                opener = self._opener(route[i][0], given, cut_in, cut_out)
                colliders.append((nodes[i], self.nodes[opener]))
        return OpenPath(nodes, arrows, tuple(colliders))

    def _opener(self, collider: int, given: int, cut_in: int, cut_out: int) -> int:
        here = 1 << collider
        if here & given:
            return collider
        return next(
            z
            for z in bits(given)
            if mutilated_ancestors(self, 1 << z, cut_in=cut_in, cut_out=cut_out) & here
        )

    def _union(self, masks: Sequence[int], of: Names) -> Variables:
        union = 0
        for v in bits(self.mask(of)):
            union |= masks[v]
        return self.named(union)


def _turned(pair: tuple[int, int]) -> tuple[int, int]:
    return pair[1], pair[0]


def _gathered(
    nodes: Sequence[Variable], pairs: AbstractSet[tuple[int, int]]
) -> tuple[Lists, Lists]:
    """For each number, who comes second in its pairs, and who comes first; both ascending."""
    seconds: list[list[int]] = [[] for _ in nodes]
    firsts: list[list[int]] = [[] for _ in nodes]
    for first, second in sorted(pairs):
        seconds[first].append(second)
        firsts[second].append(first)
    return tuple(map(tuple, seconds)), tuple(map(tuple, firsts))
