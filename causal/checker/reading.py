"""Formulas, read from the text that a person reads, and brought into a normal form.

The tokens of a text are laws ("P", of, given, do), signs of sums, which are sets of symbols, and
marks.  They denote a product of factors with exponents 1 and -1, where a factor is a law or
("sum", over, product).  The law of nothing is one.

The normal form has the axioms of probability in it: where it is equal, formulas are.  Every
conditional becomes a ratio of margins P(a | b) = P(a, b) / P(b); a sum over a symbol that only one
margin mentions makes the margin smaller; nested sums join; what does not depend on a sum leaves it.
A formula is then a product of parts with exponents, and a part is ("P", of, do) or ("sum", over,
product), in frozensets, so that equal parts are equal values.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Set
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple, TypeAlias

from causal.checker.plain import reached, require


class Symbol(NamedTuple):
    """A value of a variable: x is ("X", 0), x' is ("X", 1) and X=1 is ("X", 0, "1")."""

    name: str
    primes: int
    value: str = ""


Tokens: TypeAlias = tuple[Any, ...]  # as described above
Formula: TypeAlias = tuple[tuple[Tokens, int], ...]
Product: TypeAlias = dict[tuple[Any, ...], int]  # of parts, as described above

_unused = count(100)  # numbers of primes: formulas have fewer, sums that are parts negative ones

_BARE, _QUOTED = r"[^\W\d][\w.]*|\d+", r'"(?:[^"\\]|\\.)*"'
NAME, VALUE = rf"(?:{_BARE}|{_QUOTED})", rf"(?:{_QUOTED}|(?:[\w.+]|-(?!>))+)"
_NAMES = r"\s*ONE\s*(?:,\s*ONE\s*)*".replace("ONE", rf"{NAME}(?:={VALUE}|'{{0,99}})")
_DO = rf"do\((?P<do>{_NAMES})\)\s*(?:,(?P<also>{_NAMES}))?"
_LAW = rf"P\((?P<of>{_NAMES})(?:\|\s*(?:{_DO}|(?P<given>{_NAMES})))?\)"
_TOKEN = re.compile(rf"\s*(?:{_LAW}|Σ_\{{(?P<over>{_NAMES})\}}|(?P<mark>[()/1])|(?P<odd>\S.*))")
_SYMBOL = re.compile(rf"({NAME})(?:=({VALUE})|('*))")
_ESCAPE = re.compile(r"\\(?:u\{(0?[0-9a-f]{1,5}|10[0-9a-f]{4})\}|(.))")


def symbols(tokens: Tokens) -> set[Symbol]:
    """Every value that is mentioned, free or summed over."""
    sets = (token[1:] if isinstance(token, tuple) else (token,) for token in tokens)
    return {s for part in sets for each in part if isinstance(each, frozenset) for s in each}


def is_law(tokens: Tokens) -> bool:
    """Whether they are one P(...)."""
    return len(tokens) == 1 and isinstance(tokens[0], tuple)


@lru_cache(maxsize=256)
def read(text: str) -> Tokens:
    """The tokens of a text; raises CheckError at what is none."""
    require(text.isprintable(), f"{text!r:.60} cannot be printed")
    return tuple(map(_token, _TOKEN.finditer(text)))


def unquoted(name: str) -> str:
    """A name without its quotes, and its backslashes read."""
    return _ESCAPE.sub(_unescaped, name[1:-1]) if name[0] == '"' else name


def meaning(tokens: Tokens) -> Formula:
    """The formula that tokens denote, from right to left: a sum takes all that follow it."""
    outer = [(above := Formula(), below := Formula())]
    for sign in reversed(("(", *tokens, ")")):
        require(outer and (above or sign == ")" or isinstance(sign, tuple)), "a formula has a gap")
        if sign == ")":
            outer.append((above, below))
            above, below = Formula(), Formula()
        elif sign == "(":
            inside = above + tuple((factor, -n) for factor, n in below)
            above, below = inside + outer[-1][0], outer.pop()[1]
        elif sign == "/":
            above, below = Formula(), above + below
        elif isinstance(sign, frozenset):
            above = ((("sum", sign, above), 1),)
        else:
            above = ((sign, 1), *above)
    require(len(outer) == 1, "a formula has a bracket too many")
    return above


def normal(formula: Formula) -> Product:
    """The normal form."""
    whole: Product = {}
    for (tag, *sets), n in formula:
        if tag == "sum":
            part = _summed(*_anew(sets[0], normal(sets[1]), {}))
        else:
            of, given, do = sets
            part = _times({("P", of | given, do): 1}, {("P", given, do): 1}, -1)
        whole = _times(whole, part, n)
    return whole


def _token(match: re.Match[str]) -> str | Tokens | frozenset[Symbol]:
    require(not match["odd"], f"cannot read {match['odd']!r:.40} in a formula")
    of, given, also, do, over = map(_symbols, match.group("of", "given", "also", "do", "over"))
    every = [s.name for s in of + given + also + do]
    require(len({*every}) == len(every), f"a variable stands twice in {match[0]:.60}")
    require(not any(s.value for s in over), f"{match[0]:.60} sums over a constant")
    law = ("P", *map(frozenset, (of, given + also, do)))
    return frozenset(over) or (law if match["mark"] in (None, "1") else match["mark"])


def _symbols(text: str | None) -> list[Symbol]:
    written = _SYMBOL.findall(text or "")
    return [Symbol(unquoted(name), len(primes), value) for name, value, primes in written]


def _unescaped(m: re.Match[str]) -> str:
    return chr(int(m[1], 16)) if m[1] else {"n": "\n", "r": "\r", "t": "\t"}.get(m[2], m[2])


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


def _smaller(bound: Set[Symbol], body: Product) -> tuple[Tokens, Set[Symbol], Product] | None:
    """A part of a sum, the symbols bound anew or no more, and what takes the place of the part."""
    uses = Counter(s for part in body for s in _free(part))
    for part in (part for part, n in body.items() if n == 1):
        inside = _free(part) & bound
        if part[0] == "sum" and inside:
            return part, *_anew(part[1], dict(part[2]), {})
        if part[0] == "P" and (alone := {s for s in inside - part[2] if uses[s] == 1}):
            return part, alone, {("P", part[1] - alone, part[2]): 1}
    return None


def _anew(bound: Set[Symbol], body: Product, names: Mapping[Symbol, Symbol]) -> tuple[Any, Product]:
    """Names that nothing else has for bound symbols, and given ones for others."""
    new = {s: Symbol(s.name, next(_unused)) for s in bound}
    return frozenset(new.values()), dict(_renamed(body, {**names, **new}))


def _named(bound: Set[Symbol], body: Product) -> Tokens:
    """The sum as a part, its symbols numbered by what each does among the others.

    Those of one name are nameless at first; what is told apart helps to tell others apart.  Where
    nothing tells any more apart, as they may change places, one of them is made the first.
    """
    least = min([-1, *(s.primes for part in body for s in _free(part) - bound)]) - 1
    names = {s: Symbol(s.name, least) for s in bound}
    while (apart := len({*names.values()})) < len(bound):
        does = {s: hash(_renamed(body, names | {s: Symbol("", names[s].primes)})) for s in bound}
        names = {s: Symbol(s.name, least - sorted(does.values()).index(does[s])) for s in bound}
        if len(n := Counter(names.values())) == apart:  # any of those alike may come first
            names[min((s for s in bound if n[names[s]] > 1), key=names.__getitem__)] = Symbol("", 1)
    new = {s: Symbol(s.name, least - i) for i, s in enumerate(sorted(bound, key=names.__getitem__))}
    return "sum", frozenset(new.values()), _renamed(body, new)


def _free(part: Tokens) -> Any:
    tag, one, other = part
    return one | other if tag == "P" else frozenset().union(*(_free(p) for p, _ in other)) - one


def _renamed(body: Product, names: Mapping[Symbol, Symbol]) -> frozenset[tuple[Tokens, int]]:
    """Other names; the sums that mention them are numbered anew, which goes by what is around."""
    whole = defaultdict[Tokens, int](int)
    for part, n in body.items():
        (tag, *sets), new = part, part
        if tag == "P":
            new = tag, *(frozenset(names.get(s, s) for s in each) for each in sets)
        elif not names.keys().isdisjoint(_free(part)):
            new = _named(*_anew(sets[0], dict(sets[1]), names))
        whole[new] += n
    return frozenset((part, n) for part, n in whole.items() if n)
