"""Parallel worlds as one graph: copies of variables, tied by the noise that all worlds share.

Balke & Pearl (1994), "Probabilistic evaluation of counterfactual queries"; Shpitser & Pearl (2007),
"What counterfactuals can be tested".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from typing import Self

from causal.errors import QueryError
from causal.graph import drawing
from causal.graph.admg import ADMG
from causal.graph.parallel.picture import by_variable, pictured
from causal.graph.parallel.potential import Potential, Source
from causal.graph.parallel.weaving import Copy, weave
from causal.variables import Variable

__all__ = ["WorldGraph"]

MOST_SHOWN = 60  # copies, in a notebook


@dataclass(frozen=True, repr=False)
class WorldGraph:
    """The copies of variables in several worlds, causes before effects.

    ``names`` says of each copy in which world it is met first, with the settings that matter to
    it; ``asked`` where each potential outcome that was asked about is found.

    >>> from causal.graph.parallel import Setting
    >>> from causal.variables import Symbol
    >>> graph = ADMG.parse("Z -> X -> Y; Z -> Y")
    >>> had_x_been_one = Potential("Y", (Setting("X", Symbol("X", value=1)),))
    >>> twin = WorldGraph.of(graph, [Potential("Y"), had_x_been_one])
    >>> print(twin)
    Z -> X; Z -> Y; Z -> "Y[X=1]"; X -> Y; Y <-> "Y[X=1]"
    """

    graph: ADMG
    copies: tuple[Copy, ...]
    names: tuple[Potential, ...]
    asked: Mapping[Potential, Source]

    @classmethod
    def of(cls, graph: ADMG, potentials: Iterable[Potential]) -> Self:
        """The graph of all worlds that some potential outcomes live in.

        Its size is the number of distinct copies, however many the worlds.  Raises
        UnknownVariableError, or QueryError for an edge that is not there and for what is no
        potential outcome.
        """
        asked = tuple(dict.fromkeys(potentials))
        if strange := [each for each in asked if not isinstance(each, Potential)]:
            raise QueryError(
                f"{strange[0]!r} is no potential outcome; causal.parallel_worlds(graph, query) "
                "reads the text of a query"
            )
        woven, found = weave(graph, asked)
        places = dict(zip(asked, found, strict=True))
        return cls(graph, tuple(woven.copies), tuple(woven.names), places)

    def __str__(self) -> str:
        return str(self.to_admg())

    def __repr__(self) -> str:
        return f"<WorldGraph {self}>" if len(self.copies) <= MOST_SHOWN else "<WorldGraph>"

    def __hash__(self) -> int:
        return hash((self.graph, self.copies))

    @cached_property
    def labels(self) -> tuple[Variable, ...]:
        """A name for each copy, such as ``Y[X=1]``; no two are equal."""
        taken: set[str] = set()
        labels = []
        for potential in self.names:
            # The factual variable keeps its bare name, as the vertex of a graph.
            label = str(potential) if potential.under else potential.variable
            while label in taken:
                label += "'"
            taken.add(label)
            labels.append(label)
        return tuple(labels)

    @cached_property
    def parents(self) -> tuple[tuple[int, ...], ...]:
        """The copies that each copy reads."""
        return tuple(tuple(r for r in copy.reads if isinstance(r, int)) for copy in self.copies)

    def upstream(self, numbers: Iterable[int]) -> frozenset[int]:
        """Copies, and all copies that they depend on."""
        seen = set(numbers)
        waiting = list(seen)
        while waiting:
            new = set(self.parents[waiting.pop()]) - seen
            seen |= new
            waiting += new
        return frozenset(seen)

    @cached_property
    def districts(self) -> tuple[frozenset[int], ...]:
        """Copies joined by shared noise: of one variable, or of variables joined by ``<->``."""
        copies = self._by_variable
        parts = map(self.graph.named, self.graph.districts_mask(self.graph.mask(copies)))
        return tuple(frozenset().union(*(copies[v] for v in part)) for part in parts)

    def to_admg(self) -> ADMG:
        """The same as an ordinary graph on ``labels``; shared noise becomes ``<->``.

        Settings are constants, and no vertices.

        >>> worlds = WorldGraph.of(ADMG.parse("X -> Y; X <-> Y"), [Potential("Y")])
        >>> worlds.to_admg()
        ADMG.parse('X -> Y; X <-> Y')
        """
        return ADMG.of(
            nodes=self.labels,
            directed=self.to_arrows(),
            bidirected=[(self.labels[a], self.labels[b]) for a, b in self._noisy_pairs()],
        )

    def to_arrows(self) -> list[tuple[Variable, Variable]]:
        """The arrows between copies, by their labels."""
        return [
            (self.labels[p], self.labels[number])
            for number, parents in enumerate(self.parents)
            for p in parents
        ]

    def svg(self, *, width: float | None = None) -> str:
        """The worlds as a picture, with shared noise and settings as vertices of their own.

        With a ``width``, in pixels, a picture that would be wider runs downwards.
        """
        return drawing.drawn(*pictured(self.graph, self.copies, self.labels), width=width)

    def _repr_html_(self) -> str | None:
        """What a notebook shows; worlds too many to be seen are shown as text."""
        if len(self.copies) > MOST_SHOWN:
            return None
        return drawing.shown(*pictured(self.graph, self.copies, self.labels))

    @cached_property
    def _by_variable(self) -> dict[Variable, frozenset[int]]:
        return by_variable(self.copies)

    def _noisy_pairs(self) -> Iterable[tuple[int, int]]:
        for numbers in self._by_variable.values():
            yield from combinations(sorted(numbers), 2)
        for a, b in self.graph.bidirected:
            yield from product(self._by_variable.get(a, ()), self._by_variable.get(b, ()))
