"""The grammar of queries, read by recursive descent; errors say line, column and what was expected.

query   = "P(" term {"," term} ["|" seen {"," seen}] ")"
seen    = term | "do(" set {"," set} ")"
term    = name ["[" [set {"," set}] "]"] ["=" value]
set     = name ["->" name] ["=" (value | term)]

``M=M[X=0]`` sets M to what it is in another world, ``M=M[]`` to what it is in fact; ``M=M`` sets it
to the value that is called M.
"""

from __future__ import annotations

from causal.query.terms import Assignment, Term
from causal.query.tokens import Cursor
from causal.variables import Variable

__all__ = ["actions", "place", "read", "world"]

Parts = tuple[tuple[Term, ...], tuple[Assignment, ...], tuple[Term, ...]]

DEEPEST = 20  # worlds inside one another


def read(text: str) -> Parts:
    """The outcome, the actions and the observations of a query; raises QuerySyntaxError.

    >>> outcome, do, given = read("P(Y=1 | do(X), Z)")
    >>> print(*outcome, *do, *given)
    Y=1 X Z
    """
    cursor = Cursor(text)
    cursor.expect("P", "a query such as P(Y | do(X))")
    cursor.expect("(", "( after P")
    outcome = [_term(cursor)]
    while cursor.accept(","):
        outcome.append(_term(cursor))
    do: list[Assignment] = []
    given: list[Term] = []
    if cursor.accept("|"):
        _condition(cursor, do, given)
        while cursor.accept(",") or cursor.accept(";"):
            _condition(cursor, do, given)
    cursor.expect(")", "a comma or the closing ) of P(...)")
    cursor.end()
    return tuple(outcome), tuple(do), tuple(given)


def actions(cursor: Cursor) -> tuple[Assignment, ...]:
    """What stands in ``do(...)``, if that comes next.

    >>> print(*actions(Cursor("do(X=1, T)")))
    X=1 T
    """
    if not (cursor.here.kind == "name" and cursor.here.value == "do"):
        return ()
    if cursor.following.value != "(":
        return ()
    cursor.at += 2
    do = [_assignment(cursor, 0)]
    while cursor.accept(","):
        do.append(_assignment(cursor, 0))
    cursor.expect(")", "a comma or the closing ) of do(...)")
    return tuple(do)


def world(cursor: Cursor, depth: int = 0) -> Term:
    """A variable and the world it stands in, no value.

    >>> print(world(Cursor("Y[X=1, M=M[X=0]] = 1")))
    Y[X=1, M=M[X=0]]
    """
    name, under = place(cursor, depth)
    return Term(name, under=under)


def place(cursor: Cursor, depth: int = 0) -> tuple[Variable, tuple[Assignment, ...]]:
    """The same as a name, and what is set in the world.

    >>> place(Cursor("Y[] = 1"))
    ('Y', ())
    """
    name = cursor.name()
    under: list[Assignment] = []
    if cursor.accept("[") and not cursor.accept("]"):
        if depth >= DEEPEST:
            raise cursor.error(f"at most {DEEPEST} worlds inside one another")
        under.append(_assignment(cursor, depth + 1))
        while cursor.accept(","):
            under.append(_assignment(cursor, depth + 1))
        cursor.expect("]", "a comma or the closing ]")
    return name, tuple(under)


def _condition(cursor: Cursor, do: list[Assignment], given: list[Term]) -> None:
    if found := actions(cursor):
        do += found
    else:
        given.append(_term(cursor))


def _term(cursor: Cursor) -> Term:
    name, under = place(cursor)
    return Term(name, cursor.value() if cursor.accept("=") else None, under)


def _assignment(cursor: Cursor, depth: int) -> Assignment:
    name = cursor.name()
    reader = cursor.name() if depth and cursor.accept("->") else None
    if not cursor.accept("="):
        return Assignment(name, reader=reader)
    if depth and cursor.names_a_world():
        return Assignment(name, world(cursor, depth), reader)
    return Assignment(name, cursor.value(), reader)
