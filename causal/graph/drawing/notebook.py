"""A graph in a notebook: a picture for a page and one for a phone, each as readable as the other.

As HTML, since notebooks that are offered formulas and pictures of one value show the formula.
"""

from __future__ import annotations

from collections.abc import Container

from causal.graph.drawing.svg import Drawable, drawn
from causal.variables import Variable

__all__ = ["shown"]

PAGE, PHONE = 1100, 340  # what is wider than a page's 740 shrinks, to two thirds at the most
STYLE = (
    "<style>.causal-graph .broad svg{max-width:100%;height:auto}"
    ".causal-graph .narrow{display:none;overflow-x:auto}"
    "@media (max-width:40rem){.causal-graph .broad{display:none}"
    ".causal-graph .narrow{display:block}}</style>"
)


def shown(graph: Drawable, hidden: Container[Variable] = ()) -> str:
    """A graph as HTML that takes the colours around it; a small one is drawn once.

    >>> from causal import ADMG
    >>> [shown(ADMG.parse(text)).count("<svg") for text in ("X -> Y", "A -> B -> C -> D -> E")]
    [1, 2]
    """
    broad, narrow = (drawn(graph, hidden, width=width) for width in (PAGE, PHONE))
    if broad == narrow:
        return f"<div>{broad}</div>"
    return (
        f'<div class="causal-graph">{STYLE}'
        f'<div class="broad">{broad}</div><div class="narrow">{narrow}</div></div>'
    )
