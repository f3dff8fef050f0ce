"""Formulas in numbers: in finite models, by enumeration.

Fractions and remainders modulo a large prime go through the same lines.  A formula that is not the
query is another rational function of the tables of a model.  At a random point modulo the prime the
two agree with probability at most degree / prime (Schwartz 1980; Zippel 1979).  A law of n vertices
has at most degree n, above and below, in the entries of n tables; on a common denominator, and
crosswise, the degrees of all laws add up.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from fractions import Fraction
from functools import cache
from itertools import product
from math import prod
from secrets import randbelow
from typing import Any, TypeAlias

from causal.checker.plain import Json, TooLargeError, fields, items, reached, require
from causal.checker.reading import Formula, Symbol, Tokens, meaning, symbols
from causal.checker.separation import Causes, Vertex, cut

PRIME = 2**61 - 1

Cell: TypeAlias = frozenset[tuple[Vertex, Any]]  # values of some vertices
Law: TypeAlias = Callable[[Set[Vertex], Cell], Mapping[Cell, Any]]  # of some, others set


def compared(causes: Causes, query: Tokens, estimand: Tokens, models: int) -> str:
    """Both sides in numbers, in random models of what the query and its formula descend from.

    Each vertex has two values, and remainders for probabilities, whatever they mean there.
    """
    mentioned, sides = symbols(query + estimand), (meaning(query), meaning(estimand))
    vertices = reached({s.name for s in mentioned}, causes.__getitem__)
    degree = len(vertices) * sum(laws(side, lambda _: 2) for side in sides)
    try:
        require(degree <= 2**18, "the degree is more than 2^18", TooLargeError)
        for _ in range(models):
            draw = cache(lambda *_: [(0, n := randbelow(PRIME)), (1, 1 - n)])
            model, at = model_of(causes, draw), {s: randbelow(2) for s in mentioned}
            one, other = (value(side, at, model) for side in sides)
            require(None not in (one, other), "the formula divides by zero in a random model")
            require((one - other) % PRIME == 0, "the formula is another number in a random model")
    except TooLargeError as error:
        return f"random models: none, because {error}"
    bound = f"a wrong formula is equal in one with probability {degree}/(2^61 - 1) at most"
    return f"random models: equal in {models}, modulo 2^61 - 1; {bound}"


def refuted(causes: Causes, query: Tokens, stated: Json) -> str:
    """Two models with one observed law, without zeros, that answer differently.

    Variables without a table are fair coins that nothing reads, in both.
    """
    *tables, cell, values = fields(stated, "one", "other", "cell", "values")
    asked = sorted(symbols(query))
    at = dict(zip(asked, items(fields(cell, *(s.name for s in asked)), int), strict=True))
    (one, law), (other, same) = (_stated(causes, each) for each in tables)
    require(law == same and min(law.values()) > 0, "the observed laws differ, or have zeros")
    require(any(cell.items() <= each for each in law), "the cell is not one of the observed law")
    first, second = answers = [str(value(meaning(query), at, model)) for model in (one, other)]
    require("None" not in answers, "a model excludes what is given")
    require(first != second and values == answers, "these are not two different answers")
    return f"two models: equal and positive in law, and the answers are {first} and {second}"


def model_of(reads: Causes, rows: Callable[[Vertex, Cell], Sequence[tuple[Any, Any]]]) -> Law:
    """A model by what each vertex reads, causes first, and its law for each value of that."""

    @cache
    def law(of: Set[Vertex], do: Cell) -> Mapping[Cell, Any]:
        graph = cut(reads.__getitem__, {v for v, _ in do})
        found = reached(of, graph)
        last = {u: v for v in reads if v in found for u in (v, *graph(v))}
        law: Mapping[Cell, Any] = {frozenset(): 1}
        for v in filter(found.__contains__, reads):
            before, law = law, defaultdict[Cell, Any](int)
            seen = frozenset[tuple[Vertex, Any]]().union(*before)
            read = {pair for pair in seen if pair[0] in graph(v)}
            kept = {pair for pair in seen if pair[0] in of or last[pair[0]] != v}
            fixed = [(n, 1) for u, n in do if u == v]
            require(len(before) <= 2**14, "more than 2^15 states", TooLargeError)
            for cell, weight in before.items():
                for n, chance in fixed or rows(v, cell & read):
                    rest = cell & kept | {(v, n)}  # what nothing reads any more is summed out
                    law[rest] = (law[rest] + weight * chance) % PRIME
        return law

    return law


def value(formula: Formula, at: Any, law: Law, values: Any = lambda _: (0, 1)) -> Any:
    """The value of a formula, a remainder or a fraction, or None where it is undefined.

    Zero times undefined is zero: nobody asks for P(y | x) where x cannot be.
    """
    factors: list[Any] = []
    for (tag, *parts), n in formula:
        if tag == "sum":
            cells = (dict(zip(parts[0], c, strict=True)) for c in product(*map(values, parts[0])))
            terms = [value(parts[1], {**at, **cell}, law, values) for cell in cells]
            one = None if None in terms else sum(terms)
        else:
            of, given, do = (frozenset((s.name, at[s]) for s in part) for part in parts)
            one = _ratio(*(law(frozenset(dict(c)), do)[c] for c in (of | given, given)))
        factors.append(one if n > 0 else _ratio(1, one))
    return 0 if 0 in factors else None if None in factors else prod(factors)


def laws(formula: Formula, size: Callable[[Symbol], int]) -> int:
    """The laws in a formula when its sums are written out."""
    return sum(prod(map(size, f[1])) * laws(f[2], size) if f[0] == "sum" else 1 for f, _ in formula)


def free(formula: Formula) -> set[Symbol]:
    """Every value that is not summed over."""
    parts = (free(f[2]) - f[1] if f[0] == "sum" else {*f[1], *f[2], *f[3]} for f, _ in formula)
    return set[Symbol]().union(*parts)


def fraction(text: str) -> Fraction:
    """A number of digits, or two with a slash between them."""
    require(re.fullmatch(r"(?a)\d{1,99}(/0*[1-9]\d{0,99})?", text), f"{text!r:.60} is no fraction")
    return Fraction(text)


def _ratio(above: Any, below: Any) -> Any:
    exact = isinstance(below, Fraction)
    return (above / below if exact else above * pow(below, -1, PRIME) % PRIME) if below else None


def _stated(causes: Causes, tables: Json) -> tuple[Law, Mapping[Cell, Any]]:
    """A model as a certificate states it, and its observed law; ``rows`` follow counting order."""
    reads: dict[Vertex, Set[Vertex]] = {}
    values: dict[Vertex, list[tuple[Vertex, Any]]] = {}
    rows: dict[Vertex, dict[Cell, Sequence[tuple[Any, Any]]]] = {}
    for table in items(tables, dict):
        of, read, laws = fields(table, "of", "reads", "rows")
        named = items([of], str, list) + items(read, str, list)
        v, *above = (u if isinstance(u, str) else frozenset(items(u, str)) for u in named)
        fits = v in causes and v not in reads and {*above} <= causes[v] & reads.keys()
        require(fits, f"the table of {of!r} is not one of the graph, causes first")
        law = [[*enumerate(map(fraction, items(row, str)))] for row in items(laws, list)]
        sums = {(len(row), sum(chance for _, chance in row)) for row in law}
        require([total for _, total in sums] == [1], f"the rows of {of!r} are not laws alike")
        cells = map(frozenset, product(*(values[u] for u in above)))
        reads[v], values[v] = {*above}, [(v, n) for n, _ in law[0]]
        rows[v] = dict(zip(cells, law, strict=True))
    law_of = model_of(reads, lambda v, cell: rows[v][cell])
    return law_of, law_of(frozenset(v for v in reads if isinstance(v, str)), frozenset())
