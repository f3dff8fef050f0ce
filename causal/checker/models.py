"""Formulas in numbers: finite models by enumeration, over rationals or over a large prime field.

A formula that is not the query is another rational function of the tables of a model.  At a random
point of the field the two agree with probability at most degree / prime (Schwartz 1980; Zippel
1979), where the degree is that of numerator times denominator, crosswise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from itertools import product
from math import prod
from operator import add, mul
from secrets import randbelow
from typing import Any, TypeAlias

from causal.checker.reading import CheckError, Formula, Symbol
from causal.checker.separation import Graph, Vertex

__all__ = ["PRIME", "Model", "Residue", "TooLargeError", "any_model", "degree", "stated_model"]

PRIME = 2**61 - 1
_LARGEST = 2**15  # states of a model, at a time
_HIGHEST = 2**18  # degree of a formula, which is more than the terms in it


class TooLargeError(CheckError):
    """There are more states than are worth enumerating."""


@dataclass(frozen=True, slots=True)
class Residue:
    """A number modulo the prime."""

    n: int

    def __add__(self, other: Residue) -> Residue:
        return Residue((self.n + other.n) % PRIME)

    def __mul__(self, other: Residue) -> Residue:
        return Residue(self.n * other.n % PRIME)

    def __truediv__(self, other: Residue) -> Residue:
        if not other.n:
            raise ZeroDivisionError
        return Residue(self.n * pow(other.n, -1, PRIME) % PRIME)


Number: TypeAlias = Any  # Residue or Fraction
Table: TypeAlias = tuple[Sequence[Vertex], Mapping[tuple[int, ...], Sequence[Number]]]
Law: TypeAlias = tuple[tuple[Vertex, ...], dict[tuple[int, ...], Number]]


@dataclass(frozen=True)
class Model:
    """For each vertex, causes first: what it reads, and its law for each value of that."""

    tables: Mapping[Vertex, Table]
    asked: Set[str]  # the variables whose joint law matters
    one: Number
    laws: dict[object, Law] = field(default_factory=dict)

    def size(self, v: Vertex) -> int:
        """The number of values."""
        return len(next(iter(self.tables[v][1].values())))

    def law(self, do: Mapping[Vertex, int]) -> Law:
        """The joint law of what is asked about, when some variables are set."""
        certain: Table = (), {(): [self.one]}
        tables = {v: certain if v in do else table for v, table in self.tables.items()}
        last = {u: v for v, (reads, _) in tables.items() for u in (*reads, v)}
        law: Law = (), {(): self.one}
        for v, (reads, rows) in tables.items():
            if len(law[1]) * len(next(iter(rows.values()))) > _LARGEST:
                raise TooLargeError(f"a model has more than {_LARGEST} states")
            places = [law[0].index(u) for u in reads]
            grown = {
                (*cell, do.get(v, value)): weight * chance
                for cell, weight in law[1].items()
                for value, chance in enumerate(rows[tuple(cell[i] for i in places)])
            }
            axes = (*law[0], v)
            # Whatever nothing reads any more is summed out at once.
            law = _margin((axes, grown), [u for u in axes if u in self.asked or last[u] != v])
        return law

    def observed(self) -> dict[tuple[int, ...], Number]:
        """The law without actions, by variables in alphabetical order."""
        return _margin(self.law({}), sorted(self.asked))[1]

    def chance(
        self, symbols: Iterable[Symbol], at: Mapping[Symbol, int], do: Set[Symbol]
    ) -> Number:
        """The probability that some variables have the values they have there."""
        cell = {s.name: at[s] for s in sorted(symbols)}
        world = frozenset((s.name, at[s]) for s in do)
        if world not in self.laws:
            self.laws[world] = self.law(dict(world))
        if (key := (world, *cell)) not in self.laws:
            self.laws[key] = _margin(self.laws[world], list(cell))
        return self.laws[key][1][tuple(cell.values())]

    def value(self, formula: Formula, at: Mapping[Symbol, int]) -> Number:
        """The number that a formula has at values of its free symbols."""
        match formula:
            case ("P", of, given, do):
                return self.chance(of | given, at, do) / self.chance(given, at, do)
            case ("product", factors):
                return reduce(mul, (self.value(factor, at) for factor in factors))
            case ("ratio", above, below):
                return self.value(above, at) / self.value(below, at)
            case ("sum", over, body):
                cells = product(*([(s, n) for n in range(self.size(s.name))] for s in over))
                return reduce(add, (self.value(body, {**at, **dict(cell)}) for cell in cells))
        return self.one


def _margin(law: Law, keep: Sequence[Vertex]) -> Law:
    places = [law[0].index(v) for v in keep]
    margin: dict[tuple[int, ...], Number] = {}
    for cell, weight in law[1].items():
        key = tuple(cell[i] for i in places)
        margin[key] = margin[key] + weight if key in margin else weight
    return tuple(keep), margin


def any_model(graph: Graph, asked: Set[str]) -> Model:
    """Two values a vertex, and probabilities drawn from the field, whatever they mean there."""
    if max(map(len, graph.values())) > 10:
        raise TooLargeError("a variable has more than 10 causes")
    tables: dict[Vertex, Table] = {}
    for v, reads in graph.items():
        draws = {cell: randbelow(PRIME) for cell in product((0, 1), repeat=len(reads))}
        rows = {cell: (Residue(n), Residue((1 - n) % PRIME)) for cell, n in draws.items()}
        tables[v] = tuple(reads), rows
    return Model(tables, asked, Residue(1))


def stated_model(graph: Graph, data: Sequence[Mapping[str, Any]]) -> Model:
    """A model as a certificate states it; raises CheckError when it is none of the graph."""
    tables: dict[Vertex, Table] = {}
    for table in data:
        named = [u if isinstance(u, str) else frozenset(u) for u in (table["of"], *table["reads"])]
        v, reads = named[0], named[1:]
        if v not in graph or v in tables or not tables.keys() & graph[v] >= set(reads):
            raise CheckError(f"the table of {table['of']} is not one of the graph, causes first")
        sizes = [len(next(iter(tables[u][1].values()))) for u in reads]
        rows = [[_fraction(text) for text in row] for row in table["rows"]]
        if prod(sizes) != len(rows) or any(sum(r) != 1 or len(r) != len(rows[0]) for r in rows):
            raise CheckError(f"the table of {table['of']} has other rows than laws for its causes")
        tables[v] = reads, dict(zip(product(*map(range, sizes)), rows, strict=True))
    return Model(tables, {v for v in tables if isinstance(v, str)}, Fraction(1))


def _fraction(text: str) -> Fraction:
    if not re.fullmatch(r"[0-9]{1,99}(/0*[1-9][0-9]{0,99})?", text):
        raise CheckError(f"{text!r} is not a probability such as 1/2")
    return Fraction(text)


def degree(formula: Formula, vertices: int) -> tuple[int, int]:
    """Of numerator and denominator, in the entries of the tables; two values a variable."""
    above, below = 0, 0
    match formula:
        case ("P", _, given, _):
            above, below = vertices, vertices if given else 0
        case ("product", factors):
            above, below = map(sum, zip(*(degree(f, vertices) for f in factors), strict=True))
        case ("ratio", one, other):
            (a, b), (c, d) = degree(one, vertices), degree(other, vertices)
            above, below = a + d, b + c
        case ("sum", over, body):  # on the common denominator
            a, b = degree(body, vertices)
            terms = 2 ** len(over)
            above, below = a + (terms - 1) * b, terms * b
    if max(above, below) > _HIGHEST:
        raise TooLargeError(f"a formula has a degree of more than {_HIGHEST}")
    return above, below
