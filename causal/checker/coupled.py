"""A counterfactual and its formula in numbers: in random models, all worlds of it at once.

A variable has eight kinds of noise; how likely each is depends on its hidden causes.  A kind says
for each row of causes how likely each value is, row by row: what a variable would be in two rows
goes together, as both have the kind.  Eight are enough for any law of its responses to two causes
of two values.  A model of many worlds is one in which a variable is the list of what it is in each,
so that it is enumerated like any other.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from itertools import islice, product
from math import prod
from secrets import randbelow
from typing import Any, TypeAlias

from causal.checker.models import PRIME, Cell, Law, free, laws, model_of, value
from causal.checker.plain import TooLargeError, reached, require
from causal.checker.reading import meaning, read, symbols
from causal.checker.separation import Causes, Vertex
from causal.checker.worlds import Query, closed, distinct, every, mentioned

KINDS = 8

Row: TypeAlias = tuple[int, ...]  # of the values of all causes that are seen
Answers: TypeAlias = list[tuple[Row, int]]  # what a variable is in each of some rows, how likely
Answering: TypeAlias = Callable[[Vertex, Cell, tuple[Row, ...]], Answers]


def agreed(causes: Causes, query: Query, estimand: str, *, models: int) -> str:
    """A counterfactual and a formula in random models.

    A variable has each value that is mentioned, and as many more as symbols stand for, so that they
    can all be different.
    """
    formula = () if estimand == "0" else meaning(read(estimand))
    known = mentioned(query) | (symbols(read(estimand)) if formula else set())
    require({s.name for s in known} <= causes.keys(), "the formula is not of this graph")
    distinct(known)
    texts = {v: sorted({s.value for s in known if s.name == v and s.value}) for v in causes}
    open_ = sorted(s for s in mentioned(query) | free(formula) if not s.value)
    more = Counter[Vertex](s.name for s in open_)
    sizes = {v: max(2, len(found) + max(1, more[v])) for v, found in texts.items()}
    cells = [*islice(product(*(range(sizes[s.name]) for s in open_)), 2**8 + 1)]
    vertices = reached({s.name for s in known}, causes.__getitem__)
    worlds = every(closed(query, lambda _: 0))
    degree = len(vertices) * (1 + len(worlds)) * (1 + laws(formula, lambda s: sizes[s.name]))
    fits = degree <= 2**18 and len(cells) <= 2**8
    require(fits, "the degree is more than 2^18, or cells are more than 2^8", TooLargeError)
    fixed = {s: texts[s.name].index(s.value) for s in known if s.value}
    possible = False
    for answers, cell in product([drawn(sizes) for _ in range(models)], cells):
        at = {**fixed, **dict(zip(open_, cell, strict=True))}
        truth = in_worlds(causes, answers, closed(query, at.__getitem__))
        if truth is None:  # of what cannot be, nothing is said
            continue
        found = value(formula, at, in_one(causes, answers), lambda s: range(sizes[s.name]))
        require(found is not None, "the formula divides by zero in a random model")
        same = truth == (found % PRIME if formula else 0)
        require(same, "the formula is another number in a random model")
        possible = True
    require(possible, "what is given cannot be")
    bound = f"one wrong in such models is equal in one with probability {degree}/(2^61 - 1) at most"
    return f"random models of {len(worlds)} worlds: equal in {models}, modulo 2^61 - 1; {bound}"


def drawn(sizes: Mapping[Vertex, int]) -> Answering:
    """A random model: what a variable is in each of some rows, for some states of hidden causes.

    A hidden cause has two values, and no kinds.
    """

    @cache
    def law(n: int, *_: object) -> list[int]:
        numbers = [randbelow(PRIME) for _ in range(n - 1)]
        return [*numbers, 1 - sum(numbers)]

    @cache
    def answers(v: Vertex, hidden: Cell, rows: tuple[Row, ...]) -> Answers:
        if isinstance(v, frozenset):
            return [((n,), chance) for n, chance in enumerate(law(2, v))]
        each = sorted({*rows})
        require(sizes[v] ** len(each) <= 2**8, "more than 2^8 answers", TooLargeError)
        found = []
        for values in product(range(sizes[v]), repeat=len(each)):
            told = dict(zip(each, values, strict=True))
            chance = sum(
                kind * prod(law(sizes[v], v, hidden, k, row)[n] for row, n in told.items())
                for k, kind in enumerate(law(KINDS, v, hidden))
            )
            found.append((tuple(told[row] for row in rows), chance % PRIME))
        return found

    left = iter(range(2**17))

    def metered(v: Vertex, hidden: Cell, rows: tuple[Row, ...]) -> Answers:
        require(next(left, None) is not None, "more than 2^17 answers are asked for", TooLargeError)
        return answers(v, hidden, rows)

    return metered


def in_one(causes: Causes, answers: Answering) -> Law:
    """The laws of one world at a time, whatever is set there."""

    def rows(v: Vertex, cell: Cell) -> list[tuple[int, int]]:
        hidden, seen = _parted(cell)
        row = tuple(n for _, n in sorted(seen.items()))
        return [(n, chance) for (n,), chance in answers(v, hidden, (row,))]

    return model_of(causes, rows)


def in_worlds(causes: Causes, answers: Answering, query: Query) -> int | None:
    """A counterfactual, by the law of what each variable is in every world; None if undefined."""
    worlds = every(query)
    place = {world: i for i, world in enumerate(worlds)}
    sets = [{(v, reader): to for v, reader, to in world} for world in worlds]

    def rows(v: Vertex, cell: Cell) -> list[tuple[Any, int]]:
        if isinstance(v, frozenset):
            return [(n, chance) for (n,), chance in answers(v, cell, ((),))]
        hidden, at = _parted(cell)

        def seen(u: str, i: int) -> int:
            return told(sets[i].get((u, v)), at[u], i)

        free = [i for i in place.values() if (v, "") not in sets[i]]
        asked = tuple(tuple(seen(u, i) for u in sorted(at)) for i in free)
        found = []
        for values, chance in answers(v, hidden, asked):
            row = dict(zip(free, values, strict=True))
            for i in place.values():
                row[i] = told(sets[i].get((v, "")), row, i)
            found.append((tuple(row[i] for i in place.values()), chance))
        return found

    def told(to: Any, row: Any, i: int) -> int:
        """What is set, there or where it is taken from, or what the variable is."""
        return int(row[place[to]] if isinstance(to, frozenset) else row[i] if to is None else to)

    outcome, given = query
    names = frozenset(event.name for event in outcome + given)
    law = [(dict(cell), p) for cell, p in model_of(causes, rows)(names, frozenset()).items()]
    above, below = (
        sum(p for at, p in law if all(at[v][place[w]] == value for v, w, value in part)) % PRIME
        for part in (outcome + given, given)
    )
    return above * pow(below, -1, PRIME) % PRIME if below else None


def _parted(cell: Cell) -> tuple[Cell, dict[str, Any]]:
    hidden = frozenset(pair for pair in cell if isinstance(pair[0], frozenset))
    return hidden, {v: n for v, n in cell if isinstance(v, str)}
