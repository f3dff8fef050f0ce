"""A chain of equalities as one would write it on a board: one line a step, its reason beside it.

Where a line and its reason are too long to stand side by side, every reason stands under its line;
where even the line is too long, it is broken between its factors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Final, TypeAlias

from causal.errors import FormulaSyntaxError
from causal.expression import Expression, lines, parse

__all__ = ["Row", "chain", "under_one_another"]

Row: TypeAlias = tuple[str, Expression | str, str]  # what stands before the sign, after it, and why

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_GLUE = "\N{NO-BREAK SPACE}"  # no name has one: what does not print is written by its number
COLUMN: Final = 72  # characters; without a width, a longer line has its reason under it


def chain(
    start: Expression | str, rows: Sequence[tuple[Expression | str, str]], *, width: int | None
) -> str:
    """A formula and what it is equal to, step by step, each with its reason.

    Lines are broken to fit a ``width``, and left as they are without one.

    >>> print(chain("P(Y | X)", [("P(Y)", "rule 1: Y ⊥ X")], width=None))
    P(Y | X)
      = P(Y)   [rule 1: Y ⊥ X]
    """
    longest = max((len(str(formula)) for formula, _ in rows), default=0)
    beside = max((longest + len(reason) + 9 for _, reason in rows), default=0)
    if beside <= width if width else longest <= COLUMN:
        shown = [f"  = {str(formula).ljust(longest)}   [{reason}]" for formula, reason in rows]
        return "\n".join([*_broken(start, width), *shown])
    return under_one_another(start, [("", *row) for row in rows], width=width)


def under_one_another(start: Expression | str, rows: Iterable[Row], *, width: int | None) -> str:
    """The same with every reason under its line, and a left side of its own for each line.

    >>> print(under_one_another("P(Y | X)", [("P(Y | X) ", "P(Y)", "rule 1")], width=20))
    P(Y | X)
      P(Y | X) = P(Y)
          [rule 1]
    """
    shown = _broken(start, width)
    for left, formula, reason in rows:
        mark = f"  {left}= "
        if left and width and len(mark) + len(str(formula)) > width:
            shown += [f"  {part}" for part in _broken(left.rstrip(), width and width - 2)]
            mark = "    = "
        block = _broken(formula, width and width - len(mark))
        shown += [mark + block[0], *(" " * len(mark) + line for line in block[1:])]
        shown += _reason(f"[{reason}]", width)
    return "\n".join(shown)


def _reason(text: str, width: int | None) -> list[str]:
    if width is None:
        return [f"      {text}"]
    shown = wrap(
        _QUOTED.sub(lambda name: name[0].replace(" ", _GLUE), text),
        width,
        initial_indent=" " * 6,
        subsequent_indent=" " * 7,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_GLUE, " ") for line in shown]


def _broken(formula: Expression | str, width: int | None) -> list[str]:
    if width is None or len(str(formula)) <= width:
        return [str(formula)]
    if isinstance(formula, Expression):
        return lines(formula, width)
    try:
        return lines(parse(formula), width)
    except FormulaSyntaxError:  # it speaks of worlds
        return wrap(formula, width, break_long_words=False, break_on_hyphens=False)
