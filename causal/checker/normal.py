"""The axioms of probability as a normal form: equal normal forms are equal formulas.

Every conditional becomes a ratio of margins P(a | b) = P(a, b) / P(b); a sum over a symbol that
only one margin mentions makes the margin smaller; nested sums join; what does not depend on a sum
leaves it.  A formula is then a product of parts with exponents, and a part is ("P", of, do) or
("sum", over, product), in frozensets, so that equal parts are equal values.
"""

from collections import Counter
from collections.abc import Mapping, Set
from itertools import count
from typing import Any, TypeAlias

from causal.checker.reading import Formula, Symbol, symbols
from causal.checker.separation import reached

Part: TypeAlias = tuple[Any, ...]  # tagged, as described above
Product: TypeAlias = dict[Part, int]


class Factors(frozenset[tuple[Part, int]]):
    """A product as a value; any other frozenset is one of symbols."""


_unused = count(100)  # numbers of primes: formulas have fewer, sums that are parts negative ones


def normal(formula: Formula) -> Product:
    """The normal form."""
    whole: Product = {}
    for factor, n in formula:
        match factor:
            case ("sum", over, body):
                part = _summed(*_anew(over, normal(body)))
            case (_, of, given, do):
                part = _times({("P", of | given, do): 1}, {("P", given, do): 1}, -1)
        whole = _times(whole, part, n)
    return whole


def _times(one: Product, other: Product, power: int = 1) -> Product:
    whole = one | {part: one.get(part, 0) + n * power for part, n in other.items()}
    return {part: n for part, n in whole.items() if n and part[1]}  # the law of nothing is one


def _summed(bound: Set[Symbol], body: Product) -> Product:
    """A sum for each group of symbols that parts join, once no part gets smaller any more."""
    while smaller := _smaller(bound, body):
        part, change, instead = smaller
        bound, body = bound ^ change, _times(_times(body, {part: 1}, -1), instead)
    using = {part: symbols(part) & bound for part in body}
    whole = {part: n for part, n in body.items() if not using[part]}
    while bound:
        near = {s: {t for u in using.values() if s in u for t in u} for s in bound}
        over = frozenset(reached([min(bound)], near.__getitem__))
        group = {part: n for part, n in body.items() if using[part] & over}
        whole, bound = _times(whole, {_named(over, group): 1}), bound - over
    return whole


def _smaller(bound: Set[Symbol], body: Product) -> tuple[Part, Set[Symbol], Product] | None:
    """A part of a sum, the symbols bound anew or no more, and what takes the place of the part."""
    uses = Counter(s for part in body for s in symbols(part))
    for part in (part for part, n in body.items() if n == 1):
        inside = symbols(part) & bound
        if part[0] == "sum" and inside:
            return part, *_anew(part[1], dict(part[2]))
        if part[0] == "P" and (alone := {s for s in inside - part[2] if uses[s] == 1}):
            return part, alone, {("P", part[1] - alone, part[2]): 1}
    return None


def _anew(bound: Set[Symbol], body: Product) -> tuple[Set[Symbol], Product]:
    """Other names for bound symbols, which nothing else has."""
    names = {s: Symbol(s.name, next(_unused)) for s in bound}
    return frozenset(names.values()), dict(_renamed(Factors(body.items()), names))


def _named(bound: Set[Symbol], body: Product) -> Any:
    """The sum as a part, its symbols numbered anew, by what each does among the others nameless."""
    whole = ("sum", bound, Factors(body.items()))
    least = min(-1, *(s.primes for s in symbols(whole))) - 1  # -1 has the hash of -2
    nameless = {s: Symbol(s.name, least) for s in bound}
    marked = {s: nameless | {s: Symbol(s.name, least - 1)} for s in bound}
    twins = len({*nameless.values()}) < len(bound)
    order = sorted(bound, key=lambda s: (s.name, twins and hash(_renamed(whole, marked[s]))))
    return _renamed(whole, {s: Symbol(s.name, least - i) for i, s in enumerate(order)})


def _renamed(formula: Any, names: Mapping[Symbol, Symbol]) -> Any:
    if type(formula) is frozenset:
        return frozenset(names.get(s, s) for s in formula)
    return type(formula)(p if isinstance(p, str | int) else _renamed(p, names) for p in formula)
