"""The axioms of probability as a normal form: equal normal forms are equal formulas.

Every conditional becomes a ratio of margins P(a | b) = P(a, b) / P(b); a sum over a symbol that
only one margin mentions makes the margin smaller; nested sums join; what does not depend on a sum
leaves it.  A formula is then a product of parts with exponents, and a part is ("margin", do, of) or
("sum", over, product), in tuples that are sorted, so that equal parts are equal values.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import count, islice, permutations, product
from typing import Any, TypeAlias

from causal.checker.reading import CheckError, Formula, Symbol, Symbols

__all__ = ["normal"]

Part: TypeAlias = tuple[Any, ...]  # tagged, as described above
Product: TypeAlias = dict[Part, int]

_unused = count(100)  # numbers of primes: formulas have fewer, sorted sums bind negative ones
_NAMINGS = 1000  # of the symbols bound by one sum


def normal(formula: Formula) -> Product:
    """The normal form."""
    match formula:
        case ("P", of, given, do):
            return _times(_margin(of | given, do), _margin(given, do), -1)
        case ("product", factors):
            whole: Product = {}
            for factor in factors:
                whole = _times(whole, normal(factor))
            return whole
        case ("ratio", above, below):
            return _times(normal(above), normal(below), -1)
        case ("sum", over, body):
            return _summed(over, normal(body))
    return {}


def _margin(of: Symbols, do: Symbols) -> Product:
    return {("margin", tuple(sorted(do)), tuple(sorted(of))): 1} if of else {}


def _times(one: Product, other: Product, power: int = 1) -> Product:
    whole = defaultdict(int, one)
    for part, n in other.items():
        whole[part] += n * power
    return {part: n for part, n in whole.items() if n}


def _summed(over: Iterable[Symbol], body: Product) -> Product:
    """Σ_over of a product."""
    new = {s: Symbol(s.name, next(_unused)) for s in over}
    bound, body = set(new.values()), _renamed(body, new)
    while smaller := _smaller(bound, body):
        bound, body = smaller
    outside = {part: n for part, n in body.items() if not _free(part) & bound}
    inside = {part: n for part, n in body.items() if part not in outside}
    while inside:
        linked, group = set[Symbol](), dict([inside.popitem()])
        while (wider := bound & {s for part in group for s in _free(part)}) != linked:
            linked = wider
            group |= {part: n for part, n in inside.items() if _free(part) & linked}
        inside = {part: n for part, n in inside.items() if part not in group}
        outside, bound = _times(outside, {_sorted(linked, group): 1}), bound - linked
    if bound:
        raise CheckError(f"a sum over {sorted(s.name for s in bound)} has a body without it")
    return outside


def _smaller(bound: set[Symbol], body: Product) -> tuple[set[Symbol], Product] | None:
    """The sum with an inner one joined to it, or with one symbol summed out of a margin."""
    using = defaultdict[Symbol, list[Part]](list)
    for part, n in body.items():
        symbols = _free(part) & bound
        if symbols and part[0] == "sum" and n == 1:
            hidden = {s: Symbol(s.name, next(_unused)) for s in part[1]}
            opened = _renamed(dict(part[2]), hidden)
            return bound | set(hidden.values()), _times(_times(body, {part: 1}, -1), opened)
        for symbol in symbols:
            using[symbol].append(part)
    for symbol, parts in using.items():
        tag, *sets = part = parts[0]
        if len(parts) == 1 and tag == "margin" and body[part] == 1 and symbol not in sets[0]:
            rest = _margin(frozenset(sets[1]) - {symbol}, frozenset(sets[0]))
            return bound - {symbol}, _times(_times(body, {part: 1}, -1), rest)
    return None


def _sorted(bound: set[Symbol], body: Product) -> Part:
    """The sum as a part; bound symbols get negative numbers, the least of all equal namings."""
    lowest = min((s.primes for part in body for s in _symbols(part) if s.primes < 0), default=0)
    by_name = defaultdict[str, list[Symbol]](list)
    for symbol in sorted(bound):
        by_name[symbol.name].append(symbol)
    namings = product(*(permutations(symbols) for symbols in by_name.values()))
    candidates = [
        _named(body, {s: Symbol(s.name, lowest - i) for x in xs for i, s in enumerate(x, start=1)})
        for xs in islice(namings, _NAMINGS)
    ]
    if next(namings, None):
        raise CheckError(f"a sum over too many values of {sorted(by_name)} to compare")
    return min(candidates)


def _named(body: Product, names: Mapping[Symbol, Symbol]) -> Part:
    return ("sum", tuple(sorted(names.values())), tuple(sorted(_renamed(body, names).items())))


def _symbols(part: Part) -> set[Symbol]:
    if part[0] == "margin":
        return {*part[1], *part[2]}
    return {s for inner, _ in part[2] for s in _symbols(inner)}


def _free(part: Part) -> set[Symbol]:
    return {s for s in _symbols(part) if s.primes >= 0}


def _renamed(body: Product, names: Mapping[Symbol, Symbol]) -> Product:
    return {_moved(part, names): n for part, n in body.items()}


def _moved(part: Part, names: Mapping[Symbol, Symbol]) -> Part:
    if part[0] == "sum":
        return ("sum", part[1], tuple(sorted((_moved(inner, names), n) for inner, n in part[2])))
    return ("margin", *(tuple(sorted(names.get(s, s) for s in each)) for each in part[1:]))
