"""The axioms of probability as a normal form: equal normal forms are equal formulas.

Every conditional becomes a ratio of margins P(a | b) = P(a, b) / P(b); a sum over a symbol that
only one margin mentions makes the margin smaller; nested sums join; what does not depend on a sum
leaves it.  A monomial maps parts to exponents; a part is ("margin", do, of) or ("sum", depth,
monomial).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations, product
from typing import Any, TypeAlias

from causal.checker.reading import CheckError, Formula, Symbol

__all__ = ["normal"]

Part: TypeAlias = tuple[Any, ...]  # tagged, as described above
Monomial: TypeAlias = dict[Part, int]


def normal(formula: Formula) -> frozenset[tuple[Part, int]]:
    """The normal form.

    >>> from causal.checker.reading import read
    >>> normal(read("Σ_{X} P(X) P(Y | X)")) == normal(read("P(Y)"))
    True
    """
    return frozenset(_monomial(formula, [0]).items())


def _monomial(formula: Formula, fresh: list[int]) -> Monomial:
    match formula:
        case ("one",):
            return {}
        case ("P", of, given, do):
            return _times({("margin", do, of | given): 1}, {("margin", do, given): -1})
        case ("product", factors):
            whole: Monomial = {}
            for factor in factors:
                whole = _times(whole, _monomial(factor, fresh))
            return whole
        case ("ratio", above, below):
            inverse = {part: -n for part, n in _monomial(below, fresh).items()}
            return _times(_monomial(above, fresh), inverse)
        case ("sum", over, body):
            names = {s: _new(s[0], fresh) for s in over}
            return _summed(set(names.values()), _monomial(_renamed(body, names), fresh), fresh)
    raise CheckError(f"cannot normalise {formula!r}")


def _new(name: str, fresh: list[int]) -> Symbol:
    fresh[0] += 1
    return (name, 1_000_000 + fresh[0])


def _renamed(formula: Formula, names: Mapping[Symbol, Symbol]) -> Formula:
    match formula:
        case ("P", *parts):
            return ("P", *(frozenset(names.get(s, s) for s in part) for part in parts))
        case ("sum", over, body):
            inner = {old: new for old, new in names.items() if old not in over}
            return ("sum", over, _renamed(body, inner))
        case ("product", factors):
            return ("product", tuple(_renamed(f, names) for f in factors))
        case ("ratio", above, below):
            return ("ratio", _renamed(above, names), _renamed(below, names))
    return formula


def _times(one: Monomial, other: Monomial) -> Monomial:
    whole = dict(one)
    for part, n in other.items():
        whole[part] = whole.get(part, 0) + n
    return {part: n for part, n in whole.items() if n and part[-1]}


def _free(part: Part) -> frozenset[Symbol]:
    if part[0] == "margin":
        return frozenset(part[1] | part[2])
    return frozenset(s for inner, _ in part[2] for s in _free(inner) if s[1] >= 0)


def _summed(over: set[Symbol], body: Monomial, fresh: list[int]) -> Monomial:
    """Σ_over of a monomial."""
    changed = True
    while changed:
        changed = False
        for part, n in list(body.items()):
            if part[0] == "sum" and n == 1 and _free(part) & over:
                del body[part]
                inner, symbols = _opened(part, fresh)
                body, over, changed = _times(body, inner), over | symbols, True
                break
        for symbol in sorted(over):
            using = [part for part in body if symbol in _free(part)]
            if len(using) == 1 and using[0][0] == "margin" and body[using[0]] == 1:
                _, do, of = using[0]
                if symbol in of and symbol not in do:
                    del body[using[0]]
                    body = _times(body, {("margin", do, of - {symbol}): 1})
                    over, changed = over - {symbol}, True
    outside = {part: n for part, n in body.items() if not _free(part) & over}
    inside = {part: n for part, n in body.items() if part not in outside}
    while inside:
        bound, group = set[Symbol](), dict([inside.popitem()])
        while (grown := over & {s for part in group for s in _free(part)}) != bound:
            bound = grown
            near = {part: n for part, n in inside.items() if _free(part) & bound}
            group |= near
            inside = {part: n for part, n in inside.items() if part not in near}
        outside = _times(outside, {_closed(bound, group): 1})
        over = over - bound
    if over:
        raise CheckError(f"a sum over {sorted(over)} has a body that does not depend on it")
    return outside


def _closed(bound: set[Symbol], body: Monomial) -> Part:
    """The sum as a part; bound symbols get negative numbers, the least of all equal namings."""
    by_name: dict[str, list[Symbol]] = {}
    for symbol in sorted(bound):
        by_name.setdefault(symbol[0], []).append(symbol)
    depth = 1 + max((_depth(part) for part in body), default=0)
    candidates = []
    for orders in product(*(permutations(symbols) for symbols in by_name.values())):
        names = {s: (s[0], -depth * 1000 - i) for order in orders for i, s in enumerate(order)}
        candidates.append(frozenset((_moved(part, names), n) for part, n in body.items()))
    return ("sum", depth, min(candidates, key=_key))


def _opened(part: Part, fresh: list[int]) -> tuple[Monomial, set[Symbol]]:
    """The body of a sum, its bound symbols new again."""
    _, depth, body = part
    symbols = {s for inner, _ in body for s in _all(inner) if -s[1] // 1000 == depth}
    names = {s: _new(s[0], fresh) for s in symbols}
    return {_moved(inner, names): n for inner, n in body}, set(names.values())


def _all(part: Part) -> frozenset[Symbol]:
    if part[0] == "margin":
        return frozenset(part[1] | part[2])
    return frozenset(s for inner, _ in part[2] for s in _all(inner))


def _depth(part: Part) -> int:
    return 0 if part[0] == "margin" else int(part[1])


def _moved(part: Part, names: Mapping[Symbol, Symbol]) -> Part:
    if part[0] == "margin":
        return ("margin", *(frozenset(names.get(s, s) for s in x) for x in part[1:]))
    return ("sum", part[1], frozenset((_moved(inner, names), n) for inner, n in part[2]))


def _key(body: frozenset[tuple[Part, int]]) -> list[object]:
    return sorted(f"{_text(part)}^{n}" for part, n in body)  # type: ignore[return-value]


def _text(part: Part) -> str:
    if part[0] == "margin":
        return f"{sorted(part[1])}{sorted(part[2])}"
    return f"{part[1]}{_key(part[2])}"
