"""Arrow text, our own notation for graphs: ``W -> {X, Y}; X -> Y; X <-> Y``.

A statement is a chain of names, or of ``{groups}`` of names, joined by ``->``, ``<-`` or ``<->``; a
name alone is a vertex without edges.  Statements end at ``;``, ``,`` or the end of the line; ``#``
starts a comment.  A name is bare (letters, digits, ``_``, ``.``) or in double quotes, with a
backslash before a quote.  One pass, linear time, no recursion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from causal.errors import DuplicateEdgeError, GraphSyntaxError
from causal.variables import Variable, quoted

__all__ = ["Edge", "read", "written"]


@dataclass(frozen=True)
class Edge:
    """One edge as it was read; ``<-`` has been turned round."""

    tail: Variable
    head: Variable
    bidirected: bool

    def __str__(self) -> str:
        return f"{quoted(self.tail)} {'<->' if self.bidirected else '->'} {quoted(self.head)}"


@dataclass(frozen=True)
class _Token:
    kind: str  # "name", "arrow", "{", "}", "end" (of statement), "," or "eof"
    value: str
    position: int


_TOKEN = re.compile(
    r"""(?P<skip>[^\S\n]+|\#[^\n]*)
      | (?P<arrow><->|->|<-)
      | (?P<name>[^\W\d][\w.]*|\d+(?![\w.]))
      | "(?P<quoted>(?:[^"\\]|\\.)*)"
      | (?P<end>[;\n])
      | (?P<punctuation>[{},])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise GraphSyntaxError(text, position, _stray(text, position))
        kind = str(match.lastgroup)
        if kind == "quoted":
            name = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), match["quoted"], flags=re.S)
            if not name:
                raise GraphSyntaxError(
                    text, position, "a variable needs a name, found empty quotes"
                )
            yield _Token("name", name, position)
        elif kind == "punctuation":
            yield _Token(match[0], match[0], position)
        elif kind != "skip":
            yield _Token(kind, match[0], position)
        position = match.end()
    yield _Token("eof", "the end of the text", position)


def _stray(text: str, position: int) -> str:
    found = text[position]
    if found == '"':
        return "this quote is never closed"
    if found in "-<>=":
        return (
            f"expected ->, <- or <->, found {text[position : position + 3].split(maxsplit=1)[0]!r}"
        )
    return f'unexpected {found!r}; a name with such characters goes in double quotes: "my name"'


def read(text: str) -> tuple[list[Variable], list[Edge]]:
    """The vertices in order of appearance, and the edges; raises GraphSyntaxError with line:column.

    >>> nodes, edges = read("X -> {Y, Z}; Y <-> Z")
    >>> nodes, [str(edge) for edge in edges]
    (['X', 'Y', 'Z'], ['X -> Y', 'X -> Z', 'Y <-> Z'])
    """
    nodes: dict[Variable, None] = {}
    edges: dict[tuple[Variable, Variable, bool], Edge] = {}
    tokens = list(_tokens(text))
    at = 0
    while tokens[at].kind != "eof":
        if tokens[at].kind in ("end", ","):
            at += 1
            continue
        left, at = _group(text, tokens, at)
        nodes.update(dict.fromkeys(left))
        while tokens[at].kind == "arrow":
            arrow = tokens[at]
            right, at = _group(text, tokens, at + 1)
            nodes.update(dict.fromkeys(right))
            for edge in _edges(left, arrow.value, right):
                _add(text, arrow.position, edge, edges)
            left = right
        if tokens[at].kind not in ("end", ",", "eof"):
            found = tokens[at]
            problem = f"expected ->, <-, <-> or ; after a name, found {found.value!r}"
            raise GraphSyntaxError(text, found.position, problem)
    return list(nodes), list(edges.values())


def _group(text: str, tokens: Sequence[_Token], at: int) -> tuple[list[Variable], int]:
    """One name, or the names inside braces; and where reading goes on."""
    token = tokens[at]
    if token.kind == "name":
        return [token.value], at + 1
    if token.kind != "{":
        found = "the end of the line" if token.value == "\n" else token.value
        found = found if token.kind == "eof" or token.value == "\n" else repr(found)
        raise GraphSyntaxError(text, token.position, f"expected a variable name, found {found}")
    names: list[Variable] = []
    at += 1
    while tokens[at].kind in ("name", ",", "end"):
        if tokens[at].kind == "name":
            names.append(tokens[at].value)
        at += 1
    if tokens[at].kind != "}" or not names:
        problem = "expected names and a closing } for this group"
        raise GraphSyntaxError(text, token.position, problem)
    return names, at + 1


def _edges(left: list[Variable], arrow: str, right: list[Variable]) -> Iterator[Edge]:
    for one in left:
        for other in right:
            if arrow == "<-":
                yield Edge(other, one, bidirected=False)
            else:
                yield Edge(one, other, bidirected=arrow == "<->")


def _add(
    text: str, position: int, edge: Edge, edges: dict[tuple[Variable, Variable, bool], Edge]
) -> None:
    tail, head = sorted((edge.tail, edge.head)) if edge.bidirected else (edge.tail, edge.head)
    if first := edges.get((tail, head, edge.bidirected)):
        raise DuplicateEdgeError(text, position, str(first))
    if tail == head:
        raise GraphSyntaxError(text, position, f"{edge} joins a variable to itself; delete it")
    edges[tail, head, edge.bidirected] = edge


def written(
    nodes: Iterable[Variable],
    directed: Sequence[tuple[Variable, Variable]],
    bidirected: Sequence[tuple[Variable, Variable]],
) -> str:
    """The text that reads back as the same graph, one statement an edge.

    >>> written(["U", "X", "Y"], directed=[("X", "Y")], bidirected=[])
    'X -> Y; U'
    """
    statements = [f"{quoted(tail)} -> {quoted(head)}" for tail, head in directed]
    statements += [f"{quoted(one)} <-> {quoted(other)}" for one, other in bidirected]
    joined = {name for edge in (*directed, *bidirected) for name in edge}
    statements += [quoted(name) for name in nodes if name not in joined]
    return "; ".join(statements)
