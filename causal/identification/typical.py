"""A law with the independences of a graph and no other property of it.

The maximal ancestral graph has the same m-separations as the graph it comes from (Richardson &
Spirtes 2002, theorem 4.18), and its models obey no equality but those.  So what fails in a generic
model of it does not follow from independences, and what holds there does, with probability one over
the draw.  Its probabilities are numbers of a prime field: what is asked of them is equality only.
"""

from __future__ import annotations

from itertools import combinations, product
from random import Random
from typing import cast

from causal.expression.law import Cell, Law, Number
from causal.expression.table import Entry, Table, eliminated
from causal.graph import ADMG
from causal.identification.residues import Residue, drawn
from causal.variables import Symbol, Variable, Variables

__all__ = ["ancestral", "typical_law"]

BINARY = (0, 1)


def ancestral(graph: ADMG) -> ADMG:
    """The maximal ancestral graph with the m-separations of a graph.

    Two variables are joined when nothing separates them, by an arrow when one causes the other.

    >>> print(ancestral(ADMG.parse("A -> B -> C -> D; B <-> D")))
    A -> B; A -> D; B -> C; B -> D; C -> D
    """
    directed: list[tuple[Variable, Variable]] = []
    bidirected: list[tuple[Variable, Variable]] = []
    for a, b in combinations(range(len(graph.nodes)), 2):
        one, other = graph.nodes[a], graph.nodes[b]
        above = graph.ancestors([one, other]) - {one, other}
        if not graph.separated(one, other, given=above):
            causes = 1 << a & graph.ancestors_mask(1 << b)
            (directed if causes else bidirected).append((one, other))
    return ADMG.of(nodes=graph.nodes, directed=directed, bidirected=bidirected)


def typical_law(graph: ADMG, about: Variables, seed: int = 0) -> Law:
    """A random exact law of some variables and their causes, each with two values.

    Cost: two to the number of those variables.
    """
    scope = ancestral(graph.induced(graph.ancestors(about)))
    draws = Random(f"{seed} {scope}")  # noqa: S311 - a generic law, no secret
    # Marked symbols: no observed variable can be one of them.
    hidden = {edge: Symbol(str(i), mark=1) for i, edge in enumerate(scope.bidirected)}
    tables = [_chances(symbol, (), draws) for symbol in hidden.values()]
    for v in scope.nodes:
        causes = [Symbol(p) for p in sorted(scope.parents(v))]
        shared = [symbol for edge, symbol in hidden.items() if v in edge]
        tables.append(_chances(Symbol(v), (*causes, *shared), draws))
    joint = eliminated(tables, frozenset(hidden.values()), Law((), {}))
    # Residues are numbers to the arithmetic of formulas, though not to the type of a law.
    return Law(tuple(s.variable for s in joint.symbols), cast("dict[Cell, Number]", joint.cells))


def _chances(symbol: Symbol, given: tuple[Symbol, ...], draws: Random) -> Table:
    cells: dict[Cell, Residue] = {}
    for setting in product(BINARY, repeat=len(given)):
        chance = drawn(draws)
        cells[0, *setting], cells[1, *setting] = Residue(1) - chance, chance
    return Table((symbol, *given), cast("dict[Cell, Entry]", cells))
