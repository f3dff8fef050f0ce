"""A long formula on several lines: broken where a hand would break it, and still one formula.

Lines end between factors or before the bar of a fraction; what belongs to a bracket or a sum is
indented under it.  The lines, joined by spaces, read back as the formula.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from causal.expression.atoms import P
from causal.expression.compounds import Product, Quotient, Sum
from causal.expression.formula import Expression
from causal.expression.notation import TEXT

__all__ = ["lines"]

_PIECE = re.compile(r'(?:[^",]|"[^"\\]*+(?:\\.[^"\\]*+)*+")++,?')
_SIGN = 16  # characters of a sum sign beside which there is room for what it takes in


def lines(formula: Expression, width: int) -> list[str]:
    r"""The text of a formula, on lines of ``width`` where its names are short enough for that.

    >>> from causal.expression import parse
    >>> napkin = parse("(Σ_{W} P(W) P(X, Y | W, Z)) / (Σ_{W} P(W) P(X | W, Z))")
    >>> print(*lines(napkin, 40), sep="\n")
    (Σ_{W} P(W) P(X, Y | W, Z))
    / (Σ_{W} P(W) P(X | W, Z))
    """
    text = str(formula)
    if len(text) <= width:
        return [text]
    match formula:
        case Quotient(above, below):
            return [*_part(above, "", width), *_part(below, "/ ", width)]
        case Product(factors):
            return _filled(factors, width)
        case Sum(over, body):
            return _summed(TEXT.sum(over, ""), body, width)
        case P():
            return _at_commas(text, width)
        case _:
            return [text]


def _part(formula: Expression, mark: str, width: int) -> list[str]:
    """A part of a fraction, behind its bar."""
    compound = isinstance(formula, Sum | Product | Quotient)
    block = (_brackets if compound else lines)(formula, width - len(mark))
    return _indented(block, mark)


def _brackets(formula: Expression, width: int) -> list[str]:
    inner = lines(formula, width - 2)
    return _indented([*inner[:-1], f"{inner[-1]})"], "(")


def _summed(head: str, body: Expression, width: int) -> list[str]:
    """A sum sign, and what it takes in beside it; under it where the sign itself is long."""
    shape = _brackets if isinstance(body, Quotient) else lines
    if len(head) <= _SIGN:
        return _indented(shape(body, width - len(head)), head)
    return [*_at_commas(head.rstrip(), width), *(f"  {line}" for line in shape(body, width - 2))]


def _filled(factors: Sequence[Expression], width: int) -> list[str]:
    """As many factors on a line as there is room for; a long one begins a line of its own."""
    found: list[str] = []
    open_line = ""
    for i, factor in enumerate(factors):
        block = _factor(factor, width, last=i == len(factors) - 1)
        joined = f"{open_line} {block[0]}" if open_line else block[0]
        if len(block) == 1 and len(joined) <= width:
            open_line = joined
            continue
        found += [open_line] if open_line else []
        *full, open_line = block
        found += full
        if len(block) > 1:
            found.append(open_line)
            open_line = ""
    return [*found, open_line] if open_line else found


def _factor(factor: Expression, width: int, *, last: bool) -> list[str]:
    """A factor, in brackets where it would not be read back as one."""
    loose = isinstance(factor, Quotient | Product) or (isinstance(factor, Sum) and not last)
    shape: Callable[[Expression, int], list[str]] = _brackets if loose else lines
    return shape(factor, width)


def _at_commas(text: str, width: int) -> list[str]:
    """A law or the sign of a sum: as many names on a line as there is room for."""
    first, *rest = (piece.lstrip() for piece in _PIECE.findall(text))
    found = [first]
    for piece in rest:
        if len(found[-1]) + 1 + len(piece) > width:
            found.append(f"  {piece}")
        else:
            found[-1] += f" {piece}"
    return found


def _indented(block: list[str], mark: str) -> list[str]:
    """A mark before the first line, and room for it before the others."""
    return [mark + block[0], *(" " * len(mark) + line for line in block[1:])]
