"""GML: ``graph [ directed 1 node [ id 0 label "X" ] edge [ source 0 target 1 ] ]``.

Himsolt (1997), "GML: a portable graph file format".  An edge with ``bidirected 1`` is ``<->``, a
node with ``latent 1`` or ``observed "no"`` is a hidden cause; keys that we do not know are passed
over.  Text is plain ASCII: other characters are written as ``&#233;``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.entities import name2codepoint
from typing import NamedTuple

from causal.errors import GraphSyntaxError
from causal.graph.formats.format import Format
from causal.graph.formats.sketch import Draft, Sketch
from causal.graph.formats.tokens import Language, Token, Tokens
from causal.variables import Variable, nearest

__all__ = ["FORMAT"]

_KEYS = ("directed", "node", "edge")
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,7}));")

_LANGUAGE = Language(
    r"""(?P<key>[A-Za-z][A-Za-z0-9_]*)
      | (?P<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))
      | (?P<string>"[^"]*+")
      | (?P<open>\[) | (?P<close>\])""",
    skip=r"\s+|\#[^\n]*",
    names={},
    plain=r"""\s*+edge\s*+\[\s*+source\s++(\d++)\s++target\s++(\d++)
              (\s++bidirected\s++1)?+\s*+\]""",
)

_Record = Mapping[str, Token]


def _character(found: re.Match[str]) -> str:
    decimal, hexadecimal, entity = found.groups()
    code = (
        name2codepoint.get(entity) if entity else int(decimal or hexadecimal, 10 if decimal else 16)
    )
    return found[0] if code is None or code > 0x10FFFF else chr(code)


def _decoded(token: Token) -> str:
    if token.kind != "string":
        return token.value
    return _ENTITY.sub(_character, token.value[1:-1])


class _Edge(NamedTuple):
    tail: Token
    head: Token
    arrow: str


def _read(text: str) -> Sketch:
    tokens, draft = _LANGUAGE.tokens(text), Draft(text)
    start = _opened(tokens)
    names: dict[str, Variable] = {}
    edges: list[_Edge] = []  # a node may stand behind its edges
    directed = "0"
    while not tokens.have("close"):
        key = tokens.need("key", "node, edge or ]")
        if key.value == "node" and tokens.now.kind == "open":
            _add_node(draft, names, _record(tokens, key))
        elif key.value == "edge" and tokens.now.kind == "open":
            edges.append(_edge(text, _record(tokens, key)))
        elif key.value == "directed":
            directed = tokens.need("number", "1 or 0").value
        elif tokens.now.kind == "open" and (close := nearest(key.value, _KEYS)):
            raise tokens.wrong(" or ".join(close), key)
        else:
            _skip_value(tokens)
        edges += map(_plain_edge, tokens.plain())
    if directed != "1":
        problem = "a graph without directed 1 does not say what causes what"
        raise GraphSyntaxError(text, start.position, problem)
    for edge in edges:
        _draw(draft, names, edge)
    return draft.finished()


def _opened(tokens: Tokens) -> Token:
    """Go into the brackets behind ``graph``, past whatever stands before it."""
    while tokens.now.value != "graph" or tokens.then.kind != "open":
        tokens.need("key", "graph [")
        _skip_value(tokens)
    start = tokens.take()
    tokens.take()
    return start


def _record(tokens: Tokens, key: Token) -> _Record:
    """The plain values inside one pair of brackets; ``""`` holds the key itself, for its place."""
    tokens.need("open", "[")
    record = {"": key}
    while not tokens.have("close"):
        name = tokens.need("key", "a key or ]")
        if tokens.now.kind in ("number", "string"):
            record[name.value] = tokens.take()
        else:
            _skip_value(tokens)
    return record


def _skip_value(tokens: Tokens) -> None:
    """Pass over a number, a string or a bracketed list, however deep."""
    first, depth = tokens.now, 0
    while True:
        word = tokens.take()
        depth += {"open": 1, "close": -1}.get(word.kind, 0)
        if word.kind == "eof" or depth < 0 or (word.kind == "key" and not depth):
            raise tokens.wrong("a value or a closing ]", first if depth > 0 else word)
        if not depth:
            return


def _add_node(draft: Draft, names: dict[str, Variable], node: _Record) -> None:
    key = _asked(draft.text, node, "id")
    label = node.get("label", key)
    name = _decoded(label)
    if key.value in names or name in draft.nodes or not name:
        problem = "every node needs an id and a label of its own"
        raise GraphSyntaxError(draft.text, label.position, problem)
    names[key.value] = name
    draft.node(name, label.position)
    if _says(node, "latent", ("1",)) or _says(node, "observed", ("no", "0", "false")):
        draft.latent.add(name)


def _edge(text: str, edge: _Record) -> _Edge:
    both = _says(edge, "bidirected", ("1",)) or _says(edge, "dir", ("both",))
    tail, head = (_asked(text, edge, end) for end in ("source", "target"))
    return _Edge(tail, head, "<->" if both else "->")


def _plain_edge(found: re.Match[str]) -> _Edge:
    tail = Token("number", found[1], found.start(1))
    head = Token("number", found[2], found.start(2))
    return _Edge(tail, head, "<->" if found[3] else "->")


def _draw(draft: Draft, names: dict[str, Variable], edge: _Edge) -> None:
    for end in (edge.tail, edge.head):
        if end.value not in names:
            raise GraphSyntaxError(draft.text, end.position, f"no node has the id {end}")
    draft.edge(names[edge.tail.value], edge.arrow, names[edge.head.value], edge.tail.position)


def _asked(text: str, record: _Record, key: str) -> Token:
    if key not in record:
        problem = f"this {record[''].value} has no {key}"
        raise GraphSyntaxError(text, record[""].position, problem)
    return record[key]


def _says(record: _Record, key: str, values: tuple[str, ...]) -> bool:
    return key in record and _decoded(record[key]).lower() in values


def _label(name: Variable) -> str:
    plain = (c if " " <= c <= "~" and c not in '&"' else f"&#{ord(c)};" for c in name)
    return f'"{"".join(plain)}"'


def _write(sketch: Sketch) -> str:
    numbers = {name: number for number, name in enumerate(sketch.nodes)}
    lines = ["directed 1", "multigraph 1"]
    lines += [f"node [ id {number} label {_label(name)} ]" for name, number in numbers.items()]
    lines += [f"edge [ source {numbers[a]} target {numbers[b]} ]" for a, b in sketch.directed]
    lines += [
        f"edge [ source {numbers[a]} target {numbers[b]} bidirected 1 ]"
        for a, b in sketch.bidirected
    ]
    return "".join(["graph [\n", *(f"  {line}\n" for line in lines), "]\n"])


FORMAT = Format(
    name="gml",
    title="GML",
    read=_read,
    write=_write,
)
