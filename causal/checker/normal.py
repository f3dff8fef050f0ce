"""The axioms of probability as a normal form: equal normal forms are equal formulas.

Every conditional becomes a ratio of margins P(a | b) = P(a, b) / P(b); a sum over a symbol that
only one margin mentions makes the margin smaller; nested sums join; what does not depend on a sum
leaves it.  A formula is then a product of parts with exponents, and a part is ("P", of, do) or
("sum", over, product), in frozensets, so that equal parts are equal values.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Set
from itertools import count
from typing import Any, TypeAlias

from causal.checker.reading import Formula, Symbol
from causal.checker.separation import reached

Part: TypeAlias = tuple[Any, ...]  # tagged, as described above
Product: TypeAlias = dict[Part, int]
Names: TypeAlias = Mapping[Symbol, Symbol]

_unused = count(100)  # numbers of primes: formulas have fewer, sums that are parts negative ones


def normal(formula: Formula) -> Product:
    """The normal form."""
    whole: Product = {}
    for factor, n in formula:
        match factor:
            case ("sum", over, body):
                part = _summed(*_anew(over, normal(body), {}))
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
    using = {part: _free(part) & bound for part in body}
    whole = {part: n for part, n in body.items() if not using[part]}
    while bound:
        near = {s: {t for u in using.values() if s in u for t in u} for s in bound}
        over = frozenset(reached([min(bound)], near.__getitem__))
        group = {part: n for part, n in body.items() if using[part] & over}
        whole, bound = _times(whole, {_named(over, group): 1}), bound - over
    return whole


def _smaller(bound: Set[Symbol], body: Product) -> tuple[Part, Set[Symbol], Product] | None:
    """A part of a sum, the symbols bound anew or no more, and what takes the place of the part."""
    uses = Counter(s for part in body for s in _free(part))
    for part in (part for part, n in body.items() if n == 1):
        inside = _free(part) & bound
        if part[0] == "sum" and inside:
            return part, *_anew(part[1], dict(part[2]), {})
        if part[0] == "P" and (alone := {s for s in inside - part[2] if uses[s] == 1}):
            return part, alone, {("P", part[1] - alone, part[2]): 1}
    return None


def _anew(bound: Set[Symbol], body: Product, names: Names) -> tuple[Set[Symbol], Product]:
    """Names that nothing else has for bound symbols, and given ones for others."""
    new = {s: Symbol(s.name, next(_unused)) for s in bound}
    return frozenset(new.values()), dict(_renamed(body, {**names, **new}))


def _named(bound: Set[Symbol], body: Product) -> Part:
    """The sum as a part, its symbols numbered by what each does among the others.

    Those of one name are nameless at first; what is told apart helps to tell others apart.
    """
    least = min([-1, *(s.primes for part in body for s in _free(part) - bound)]) - 1
    names = {s: Symbol(s.name, least) for s in bound}
    for _ in range(len(bound) - len({*names.values()})):
        does = {s: hash(_renamed(body, names | {s: Symbol("", names[s].primes)})) for s in bound}
        names = {s: Symbol(s.name, least - sorted(does.values()).index(does[s])) for s in bound}
    new = {s: Symbol(s.name, least - i) for i, s in enumerate(sorted(bound, key=names.__getitem__))}
    return "sum", frozenset(new.values()), _renamed(body, new)


def _free(part: Part) -> Any:
    tag, one, other = part
    return one | other if tag == "P" else frozenset().union(*(_free(p) for p, _ in other)) - one


def _renamed(body: Product, names: Names) -> frozenset[tuple[Part, int]]:
    """Other names; the sums that mention them are numbered anew, which goes by what is around."""
    whole = defaultdict[Part, int](int)
    for part, n in body.items():
        (tag, *sets), new = part, part
        if tag == "P":
            new = tag, *(frozenset(names.get(s, s) for s in each) for each in sets)
        elif not names.keys().isdisjoint(_free(part)):
            new = _named(*_anew(sets[0], dict(sets[1]), names))
        whole[new] += n
    return frozenset((part, n) for part, n in whole.items() if n)
