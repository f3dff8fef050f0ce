"""Weave worlds together: a variable in two worlds is one copy unless its causes differ.

A copy is known by what it reads in place of each parent, so that what no intervention reaches is
the factual variable itself.  Looking up a world costs what is new in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from causal.errors import QueryError
from causal.graph.admg import ADMG
from causal.graph.parallel.potential import Potential, Setting, Source
from causal.variables import Symbol, Variable, quoted

__all__ = ["Copy", "Woven", "weave"]

Settings: TypeAlias = tuple[Setting, ...]
_Wanted: TypeAlias = tuple[int, Settings]  # a variable by its number, and what matters to it


@dataclass(frozen=True)
class Copy:
    """A variable in one world, by what it reads in the place of each of its parents."""

    variable: Variable
    reads: tuple[Source, ...]


@dataclass
class Woven:
    """Copies, causes before effects; for each the first potential outcome that it was."""

    graph: ADMG
    copies: list[Copy] = field(default_factory=list)
    names: list[Potential] = field(default_factory=list)
    _numbers: dict[Copy, int] = field(default_factory=dict)
    _known: dict[_Wanted, tuple[int, Settings]] = field(default_factory=dict)

    def source(self, potential: Potential) -> Source:
        """The copy that a potential outcome is, or the value that its world sets it to."""
        self._check(potential)
        for setting in potential.under:
            if setting.variable == potential.variable and setting.reader is None:
                return self._set(setting)
        v = self.graph.index[potential.variable]
        return self._copy(v, self._relevant(v, potential.under))

    def _set(self, setting: Setting) -> Source:
        return setting.to if isinstance(setting.to, Symbol) else self.source(setting.to)

    def _copy(self, v: int, under: Settings) -> int:
        """The copy of a variable in a world, after those of its parents; no recursion."""
        waiting = [(v, under)]
        while waiting:
            wanted = waiting[-1]
            if wanted in self._known:
                waiting.pop()
                continue
            reads = [self._read(p, *wanted) for p in self.graph.parent_lists[wanted[0]]]
            missing = [
                read for read in reads if isinstance(read, tuple) and read not in self._known
            ]
            if missing:
                waiting += missing
            else:
                self._known[wanted] = self._made(wanted, reads)
        return self._known[v, under][0]

    def _read(self, parent: int, child: int, under: Settings) -> Setting | _Wanted:
        """What stands for a parent: the setting of the edge, of the parent, or its own copy."""
        p, v = self.graph.nodes[parent], self.graph.nodes[child]
        edge = next((s for s in under if s.variable == p and s.reader == v), None)
        whole = next((s for s in under if s.variable == p and s.reader is None), None)
        return edge or whole or (parent, self._relevant(parent, under))

    def _made(self, wanted: _Wanted, reads: Sequence[Setting | _Wanted]) -> tuple[int, Settings]:
        """The number of a copy, and the settings that it really depends on."""
        sources: list[Source] = []
        used: set[Setting] = set()
        for read in reads:
            if isinstance(read, Setting):
                sources.append(self._set(read))
                used.add(read)
            else:
                number, above = self._known[read]
                sources.append(number)
                used.update(above)
        variable = self.graph.nodes[wanted[0]]
        copy, matter = Copy(variable, tuple(sources)), tuple(s for s in wanted[1] if s in used)
        if copy not in self._numbers:
            self._numbers[copy] = len(self.copies)
            self.copies.append(copy)
            self.names.append(Potential(variable, matter))
        return self._numbers[copy], matter

    def _relevant(self, v: int, under: Settings) -> Settings:
        """The settings of a world that are made at the variable or upstream of it."""
        if not under:
            return under
        upstream, index = self._upstream[v], self.graph.index
        return tuple(s for s in under if upstream >> index[s.variable] & 1)

    @cached_property
    def _upstream(self) -> list[int]:
        """The ancestors of each variable."""
        upstream: list[int] = []
        for v, parents in enumerate(self.graph.parent_lists):
            upstream.append(1 << v)
            for p in parents:
                upstream[v] |= upstream[p]
        return upstream

    def _check(self, potential: Potential) -> None:
        """Raise for names and edges that are not there, and for a value of another variable."""
        named = (name for s in potential.under for name in (s.variable, s.reader) if name)
        self.graph.require([potential.variable, *named])
        for setting in potential.under:
            if setting.reader is not None:
                edge = (setting.variable, setting.reader)
                if not self.graph.parents_mask(self.graph.mask(edge[1])) & self.graph.mask(edge[0]):
                    raise QueryError(
                        f"{potential} sets an edge {quoted(edge[0])} -> {quoted(edge[1])}, "
                        "which is not in the graph"
                    )
            if setting.to.variable != setting.variable:
                raise QueryError(
                    f"{potential} sets {quoted(setting.variable)} to what {setting.to} is; "
                    f"it can be set to a value, or to what {quoted(setting.variable)} is elsewhere"
                )


def weave(graph: ADMG, potentials: Sequence[Potential]) -> tuple[Woven, list[Source]]:
    """The copies that potential outcomes and all upstream of them are.

    Raises UnknownVariableError or QueryError.

    >>> graph = ADMG.parse("Z -> X -> Y; Z -> Y")
    >>> had_x_been_one = Potential("Y", (Setting("X", Symbol("X", value=1)),))
    >>> woven, found = weave(graph, [Potential("Y"), had_x_been_one])
    >>> print(*woven.names, found)    # one Z for both worlds
    Z X Y Y[X=1] [2, 3]
    """
    woven = Woven(graph)
    return woven, [woven.source(potential) for potential in potentials]
