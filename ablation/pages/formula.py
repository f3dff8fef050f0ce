"""A formula as a page sets it: a line ends before =, before / or between factors, nowhere else.

After TeX (Knuth 1984, "The TeXbook", chapter 18): nothing inside a P(...) is torn apart, and a sum
stays with its first factor.
"""

import re
from collections.abc import Iterator

_HOLDS_ON = re.compile(r"(?:[ΣΠ]_\{[^{}]*\}|(?:^|[\s(])[=/+−·×-])$")
_CALLED = re.compile(r"[\w}\]]$")


def sides(formula: str) -> tuple[tuple[str, ...], ...]:
    """Cut a formula before each = and /, and each side of it between its factors.

    A line ends between two sides where it can, and between two factors only where it must. With a
    space wherever it was cut, it is the formula again.

    >>> sides("P(Y | do(X)) = Σ_{Z} P(Y | X, Z) P(Z)")
    (('P(Y | do(X))',), ('= Σ_{Z} P(Y | X, Z)', 'P(Z)'))
    >>> sides("(Σ_{W} P(W) P(X, Y | W)) / P(X)")
    (('(Σ_{W} P(W)', 'P(X, Y | W))'), ('/ P(X)',))
    """
    found: list[list[str]] = [[]]
    for factor in _factors(formula):
        if factor.startswith(("= ", "/ ")) and found[-1]:
            found.append([])
        found[-1].append(factor)
    return tuple(map(tuple, found))


def _factors(formula: str) -> Iterator[str]:
    """Cut at every space that neither a bracket, a sum nor a sign before it holds together."""
    piece = ""
    held: list[bool] = []  # for every open bracket, whether it holds together what is in it
    for sign in formula:
        if sign == " " and piece and not any(held) and not _HOLDS_ON.search(piece):
            yield piece
            piece = ""
            continue
        if sign in "({":
            held.append(sign == "{" or bool(_CALLED.search(piece)))
        elif sign in ")}" and held:
            held.pop()
        piece += sign
    yield piece


def lowered(piece: str) -> Iterator[tuple[str, bool]]:
    """Take a piece apart at its subscripts, and say which parts are lowered.

    >>> list(lowered("Σ_{W} P(W)"))
    [('Σ', False), ('W', True), (' P(W)', False)]
    """
    for i, part in enumerate(re.split(r"_\{([^{}]*)\}", piece)):
        if part:
            yield part, i % 2 == 1
