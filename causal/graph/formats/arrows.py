"""Arrow text, our own notation for graphs: ``W -> {X, Y}; X -> Y; X <-> Y``.

A statement is a chain of names, or of ``{groups}`` of names, joined by ``->``, ``<-`` or ``<->``,
or by ``→``, ``←`` or ``↔``; a name alone is a vertex without edges.  Statements end at ``;``, ``,``
or the end of the line; ``#`` starts a comment.  A name is bare (letters, digits, ``_``, ``.``) or
in double quotes, with a backslash before a quote.  One pass, linear time, no recursion.
"""

from __future__ import annotations

from causal.errors import GraphSyntaxError
from causal.graph.formats.format import Format
from causal.graph.formats.sketch import Draft, Sketch
from causal.graph.formats.tokens import PLAINLY_QUOTED, QUOTED, Language, Tokens, bare, stray
from causal.variables import Variable, quoted, unquoted

__all__ = ["FORMAT"]


def _unexpected(text: str, position: int) -> str:
    if text[position] not in "-<>=":
        return stray(text, position)
    found = text[position : position + 3].split(maxsplit=1)[0]
    return f"expected ->, <- or <->, found {found!r}"


_SIGNS = {"→": "->", "←": "<-", "↔": "<->"}
_PLAIN = rf"(?:[^\W\d][\w.]*+|\d++(?![\w.])|{PLAINLY_QUOTED})"
_LANGUAGE = Language(
    rf"""(?P<arrow><->|->|<-|[→←↔])
       | (?P<bare>[^\W\d][\w.]*|\d+(?![\w.]))
       | (?P<quoted>{QUOTED})
       | (?P<end>[;\n,])
       | (?P<open>\{{) | (?P<close>\}})""",
    skip=r"[^\S\n]+|\#[^\n]*",
    names={"bare": str, "quoted": unquoted},
    unexpected=_unexpected,
    plain=rf"[^\S\n]*+({_PLAIN})[^\S\n]*+(<->|->|<-)[^\S\n]*+({_PLAIN})[^\S\n]*+[;\n,]",
)


def _read(text: str) -> Sketch:
    tokens, draft = _LANGUAGE.tokens(text), Draft(text)
    while tokens.now.kind != "eof":
        if tokens.have("end"):
            for edge in tokens.plain():
                draft.edge(bare(edge[1]), edge[2], bare(edge[3]), edge.start(2))
            continue
        left = _group(tokens, draft)
        while arrow := tokens.have("arrow"):
            right = _group(tokens, draft)
            draft.edges(left, _SIGNS.get(arrow.value, arrow.value), right, arrow.position)
            left = right
        if tokens.now.kind not in ("end", "eof"):
            raise tokens.wrong("->, <-, <-> or ; after a name")
    return draft.finished()


def _group(tokens: Tokens, draft: Draft) -> list[Variable]:
    """One name, or the names inside braces."""
    if name := tokens.have("name"):
        draft.node(name.value, name.position)
        return [name.value]
    brace = tokens.need("open", "a variable name")
    names: list[Variable] = []
    while inside := tokens.have("name", "end"):
        if inside.kind == "name":
            draft.node(inside.value, inside.position)
            names.append(inside.value)
    if not names or not tokens.have("close"):
        problem = "expected names and a closing } for this group"
        raise GraphSyntaxError(tokens.text, brace.position, problem)
    return names


def _write(sketch: Sketch) -> str:
    statements = [f"{quoted(tail)} -> {quoted(head)}" for tail, head in sketch.directed]
    statements += [f"{quoted(one)} <-> {quoted(other)}" for one, other in sketch.bidirected]
    statements += [quoted(name) for name in sketch.alone]
    return "; ".join(statements)


FORMAT = Format(
    name="arrows",
    title="arrow text, our own",
    read=_read,
    write=_write,
)
