"""How a text begins tells its format, before the page of any format has been opened.

An opening is looked for only where its cue stands in the text, as no text of that format can do
without; what no opening claims is arrow text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from causal.graph.formats.tokens import QUOTED

__all__ = ["COLUMNS", "form_of"]

_SPACE = r"(?>\s|//[^\n]*|/\*(?s:.*?)\*/|\#[^\n]*)*+"  # blanks and comments
_NAME = rf'(?:\w+|"[^"]*")?{_SPACE}\{{'


class _Opening(NamedTuple):
    """How a text in a format begins, and no other text does."""

    form: str
    cue: str  # in lower case
    pattern: str


COLUMNS = (  # of a list of edges, each by any of its names
    ("from", "source", "tail", "cause", "parent"),
    ("to", "target", "head", "effect", "child"),
    ("kind", "type", "edge", "arrow"),
)
_TAIL, _HEAD, _KIND = (rf'\s*+"?(?:{"|".join(names)})"?[ ]*+' for names in COLUMNS)
_ENDS = r"(?:[\r\n]|\Z)"
_CELLS = rf"(?:\r?\n|\r)(?=[^;\r\n<>]*+;[^\r\n<>]*+{_ENDS})"  # a row, and no arrows

_OPENINGS = (
    _Opening("dot", "graph", rf"(?i){_SPACE}(?:strict{_SPACE})?(?:di)?graph\b{_SPACE}{_NAME}"),
    _Opening("dagitty", "ag", rf"(?i){_SPACE}(?:dag|mag|pag|pdag)\b{_SPACE}{_NAME}"),
    _Opening(
        "gml",
        "graph",
        r'(?>\s|\#[^\n]*|(?!graph\b)[A-Za-z]\w*+\s++(?:"[^"]*+"|[-+\d.]++))*+graph\s*+\[',
    ),
    _Opening("json", '"', r'[ \t\r\n]*+\{[ \t\r\n]*+"[^"\\]*+"[ \t\r\n]*+:'),
    _Opening(
        "causaleffect",
        "graph",
        r"(?>\s|\#[^\n]*|;|library\(\w++\))*+(?:[\w.]++\s*+(?:<-|=)\s*+)?(?:igraph::)?"
        r"(?:graph\.formula|graph_from_literal)\s*+\(",
    ),
    _Opening("csv", ",", rf"(?i){_TAIL},{_HEAD}(?:,{_KIND})?{_ENDS}"),
    _Opening("csv", "\t", rf"(?i){_TAIL}\t{_HEAD}(?:\t{_KIND})?{_ENDS}"),
    _Opening("csv", ";", rf"(?i){_TAIL};{_HEAD}(?:;{_KIND})?{_CELLS}"),
    _Opening("lavaan", "~", rf'(?s)(?>[^"~<>\-\#!{{}}]|{QUOTED}|[\#!][^\n]*|<(?=~)|-(?!>))*+~'),
)


def form_of(text: str) -> str:
    """The name of the format that a text is in.

    >>> form_of("digraph { X -> Y }"), form_of("Y ~ X"), form_of("X -> Y")
    ('dot', 'lavaan', 'arrows')
    """
    lower = text.lower()
    claims = (o.form for o in _OPENINGS if o.cue in lower and re.match(o.pattern, text))
    return next(claims, "arrows")
