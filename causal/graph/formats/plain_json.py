"""JSON: ``{"schema": 1, "nodes": [...], "directed": [["X", "Y"]], "bidirected": []}``.

RFC 8259, no other keys than these and ``latent``; ``nodes`` may be left out, but when it is there
an edge may name no other variable.  ``<`` is written as an escape, so a page can hold the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TypeVar

from causal.errors import GraphSyntaxError
from causal.graph.formats.format import Format
from causal.graph.formats.sketch import Draft, Sketch
from causal.graph.formats.tokens import QUOTED, Language, Token, Tokens
from causal.variables import listed, nearest

__all__ = ["FORMAT"]

_KEYS = ("schema", "nodes", "directed", "bidirected", "latent")

_SPACE, _STRING = r"[ \t\r\n]*+", r'"([^"\\\x00-\x1f]++)"'
_LANGUAGE = Language(
    rf"""(?P<string>{QUOTED})
       | (?P<number>-?\d+(?![\w.]))
       | (?P<open>\[) | (?P<close>\]) | (?P<left>\{{) | (?P<right>\}})
       | (?P<comma>,) | (?P<colon>:)""",
    skip=r"[ \t\r\n]+",
    names={},
    plain=rf"{_SPACE}\[{_SPACE}{_STRING}{_SPACE},{_SPACE}{_STRING}{_SPACE}\]{_SPACE},",
)

_Name = tuple[str, int]  # decoded, and where it stands
_Item = TypeVar("_Item")


def _read(text: str) -> Sketch:
    tokens = _LANGUAGE.tokens(text)
    nodes: list[_Name] | None = None
    latent: list[_Name] = []
    edges: dict[str, list[tuple[_Name, _Name]]] = {"directed": [], "bidirected": []}
    seen: set[str] = set()
    tokens.need("left", "{")
    while not tokens.have("right"):
        key = _key(tokens, seen)
        if key == "schema":
            _schema(tokens)
        elif key in edges:
            edges[key] = _list(tokens, _pair, _plain_pair)
        elif key == "nodes":
            nodes = _list(tokens, _name)
        else:
            latent = _list(tokens, _name)
        if tokens.now.kind != "right":
            tokens.need("comma", ", or }")
    if tokens.now.kind != "eof":
        raise tokens.wrong("nothing behind the last }")
    return _drawn(text, nodes, edges, latent)


def _drawn(
    text: str,
    nodes: list[_Name] | None,
    edges: dict[str, list[tuple[_Name, _Name]]],
    latent: list[_Name],
) -> Sketch:
    draft = Draft(text)
    for node in nodes or []:
        draft.node(*node)
    for kind, arrow in (("directed", "->"), ("bidirected", "<->")):
        for one, other in edges[kind]:
            if nodes is not None:
                draft.known(*one)
                draft.known(*other)
            draft.edge(one[0], arrow, other[0], one[1])
    draft.latent.update(draft.known(*name) for name in latent)
    return draft.finished()


def _key(tokens: Tokens, seen: set[str]) -> str:
    found = tokens.need("string", "a key in double quotes")
    key = _decoded(tokens.text, found)
    if key not in _KEYS:
        close = nearest(key, _KEYS)
        raise tokens.wrong(f"the key {close[0]}" if close else f"one of {listed(_KEYS)}", found)
    if key in seen:
        raise GraphSyntaxError(tokens.text, found.position, f"the key {key} stands here twice")
    seen.add(key)
    tokens.need("colon", ": behind a key")
    return key


def _schema(tokens: Tokens) -> None:
    if tokens.now.value != "1":
        raise tokens.wrong("schema 1, the only one there is")
    tokens.take()


def _list(
    tokens: Tokens,
    item: Callable[[Tokens], _Item],
    plain: Callable[[re.Match[str]], _Item] | None = None,
) -> list[_Item]:
    tokens.need("open", "[")
    items: list[_Item] = []
    while not tokens.have("close"):
        items.append(item(tokens))
        if tokens.now.kind != "close":
            tokens.need("comma", ", or ]")
            items += map(plain, tokens.plain()) if plain else ()
    return items


def _pair(tokens: Tokens) -> tuple[_Name, _Name]:
    tokens.need("open", "a pair of names in [ ]")
    one = _name(tokens)
    tokens.need("comma", ", between two names")
    other = _name(tokens)
    tokens.need("close", "] after two names")
    return one, other


def _plain_pair(found: re.Match[str]) -> tuple[_Name, _Name]:
    return (found[1], found.start(1) - 1), (found[2], found.start(2) - 1)


def _name(tokens: Tokens) -> _Name:
    """A string; a whole number is the name that its digits spell."""
    found = tokens.have("string", "number")
    if found is None:
        raise tokens.wrong("a name in double quotes")
    name = _decoded(tokens.text, found) if found.kind == "string" else found.value
    if not name:
        raise GraphSyntaxError(
            tokens.text, found.position, "a variable needs a name, found empty quotes"
        )
    return name, found.position


def _decoded(text: str, found: Token) -> str:
    inner = found.value[1:-1]
    if "\\" not in inner and inner.isprintable():
        return inner
    try:
        return str(json.loads(found.value))
    except json.JSONDecodeError as error:
        place = found.position + error.pos
        raise GraphSyntaxError(text, place, f"not a JSON string: {error.msg}") from error


def _write(sketch: Sketch) -> str:
    parts = {
        "schema": 1,
        "nodes": sketch.nodes,
        "directed": sketch.directed,
        "bidirected": sketch.bidirected,
    }
    lines = ",\n".join(f'  "{key}": {json.dumps(value)}' for key, value in parts.items())
    return f"{{\n{lines}\n}}\n".replace("<", "\\u003c")


FORMAT = Format(
    name="json",
    title="JSON",
    read=_read,
    write=_write,
)
