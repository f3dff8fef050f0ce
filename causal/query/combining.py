"""The grammar of quantities: sums and differences of probabilities and expectations.

quantity = ["-"] part {("+" | "-") part}
part     = number | [number ["*"]] atom ["/" number]
atom     = ("P" | "E") "(" event {"," event} ["|" seen {"," seen}] ")"
seen     = event | "do(" set {"," set} ")"
event    = term [relation (value | term)]          relation = "=" "!=" "<" "<=" ">" ">="
number   = digits, a decimal, or one such divided by another

What stands behind a relation is a variable only when it has brackets: ``Y[X=1] != Y[]`` compares
two worlds, ``Y[X=1] != Y`` compares with the value that is called Y.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from causal.query.comparison import RELATIONS, Comparison
from causal.query.reading import actions, place, world
from causal.query.terms import Assignment, Term, Value
from causal.query.tokens import Cursor

__all__ = ["RawPart", "read_parts"]

_WORKABLE = re.compile(r"-?[\d.]{1,40}([eE][-+]?\d{1,2})?")

Inside = tuple[list[Term | Comparison], list[Assignment], list[Term | Comparison]]


@dataclass(frozen=True)
class RawPart:
    """A factor and what stands inside the brackets of P or E; no letter for a bare number."""

    factor: Fraction
    letter: str | None = None
    inside: Inside = ([], [], [])


def read_parts(text: str) -> Iterator[RawPart]:
    """The parts of a quantity; raises QuerySyntaxError.

    >>> [(str(part.factor), part.letter) for part in read_parts("2 - P(Y=1) / 3")]
    [('2', None), ('-1/3', 'P')]
    """
    cursor = Cursor(text)
    sign = -1 if cursor.accept("-") else 1
    while sign:
        yield _part(cursor, sign)
        sign = _sign(cursor)
    cursor.end()


def _sign(cursor: Cursor) -> int:
    """Step over the sign before the next part; 0 when there is none."""
    if cursor.accept("+"):
        return 1
    if cursor.accept("-"):
        return -1
    # In "P(Y=1) -2 P(Y=0)" the minus was read as part of the number, which keeps it.
    return 1 if cursor.here.kind == "number" and cursor.here.value.startswith("-") else 0


def _part(cursor: Cursor, sign: int) -> RawPart:
    factor = Fraction(sign)
    if cursor.here.kind == "number":
        factor *= _number(cursor)
        if not cursor.accept("*") and cursor.here.value not in ("P", "E"):
            return RawPart(factor)
    letter = cursor.here.value
    if cursor.here.kind != "name" or letter not in ("P", "E"):
        raise cursor.error("P(...) or E(...), as in P(Y[X=0]=0 | X=1, Y=1)")
    cursor.at += 1
    cursor.expect("(", f"( after {letter}")
    inside = _inside(cursor, letter)
    if cursor.accept("/"):
        factor /= _divisor(cursor)
    return RawPart(factor, letter, inside)


def _number(cursor: Cursor) -> Fraction:
    number = _single(cursor)
    return number / _divisor(cursor) if cursor.accept("/") else number


def _divisor(cursor: Cursor) -> Fraction:
    wanted = cursor.error("a number other than zero")
    number = _single(cursor)
    if not number:
        raise wanted
    return number


def _single(cursor: Cursor) -> Fraction:
    if cursor.here.kind != "number" or not _WORKABLE.fullmatch(cursor.here.value):
        raise cursor.error("a number of at most 40 digits")
    cursor.at += 1
    return Fraction(cursor.tokens[cursor.at - 1].value)


def _inside(cursor: Cursor, letter: str) -> Inside:
    events, do, given = [_event(cursor)], list[Assignment](), list[Term | Comparison]()
    while cursor.accept(","):
        events.append(_event(cursor))
    if cursor.accept("|"):
        _condition(cursor, do, given)
        while cursor.accept(",") or cursor.accept(";"):
            _condition(cursor, do, given)
    cursor.expect(")", f"a comma or the closing ) of {letter}(...)")
    return events, do, given


def _condition(cursor: Cursor, do: list[Assignment], given: list[Term | Comparison]) -> None:
    if found := actions(cursor):
        do += found
    else:
        given.append(_event(cursor))


def _event(cursor: Cursor) -> Term | Comparison:
    name, under = place(cursor)
    relation = cursor.accept_any(RELATIONS)
    if relation is None:
        return Term(name, under=under)
    right = _right(cursor)
    if relation == "=" and not isinstance(right, Term):
        return Term(name, right, under)
    return Comparison(Term(name, under=under), relation, right)


def _right(cursor: Cursor) -> Term | Value:
    return world(cursor) if cursor.names_a_world() else cursor.value()
