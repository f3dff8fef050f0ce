"""R's igraph formulas as the package causaleffect takes them: ``graph_from_literal(X -+ Y, ...)``.

Tikka & Karvanen (2017), "Identifying causal effects with the R package causaleffect".  A ``<->`` is
two opposite edges whose attribute "description" is "U"; a second call sets it, by edge numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from causal.errors import GraphSyntaxError, shown
from causal.graph.formats.format import Format
from causal.graph.formats.sketch import MOST_EDGES, Draft, Sketch
from causal.graph.formats.tokens import PLAINLY_QUOTED, QUOTED, Language, Token, Tokens, bare
from causal.variables import Variable, enclosed, unquoted

__all__ = ["FORMAT"]

_BARE = re.compile(r"[^\W\d_][\w.]*")
_RESERVED = {
    "simplify", "c", "if", "else", "repeat", "while", "function", "for", "next", "break", "in",
    "TRUE", "FALSE", "T", "F", "NULL", "Inf", "NaN", "NA",
    "NA_integer_", "NA_real_", "NA_complex_", "NA_character_",
}  # fmt: skip
_FORMULA = {"graph.formula", "graph_from_literal"}
_ATTRIBUTE = {"set.edge.attribute", "set_edge_attr"}

_PLAIN = rf"(?:(?:[^\W\d_]|\.(?!\d))[\w.]*+|{PLAINLY_QUOTED})"
_LANGUAGE = Language(
    rf"""(?P<assign><-(?!-)|=)
       | (?P<edge>\+-+\+?|-+\+|\+\+|--+)
       | (?P<package>igraph::)
       | (?P<bare>(?:[^\W\d_]|\.(?!\d))[\w.]*)
       | (?P<number>\d+L?(?![\w.]))
       | (?P<quoted>{QUOTED}|{QUOTED.replace('"', "'")}|{QUOTED.replace('"', "`")})
       | (?P<open>\() | (?P<close>\)) | (?P<comma>,) | (?P<colon>:)""",
    skip=r"\s+|\#[^\n]*|;",
    names={"quoted": unquoted},
    plain=rf"\s*+({_PLAIN})\s*+(-++\+|\+-++)(?![-+])\s*+({_PLAIN})\s*+,",
)


@dataclass
class _Edges:
    """The edges in the order in which igraph numbers them, and where each stands."""

    numbered: list[tuple[Variable, Variable, int]] = field(default_factory=list)
    confounded: dict[int, Token] = field(default_factory=dict)
    simplified: Token | None = None


def _read(text: str) -> Sketch:
    tokens, draft, edges = _LANGUAGE.tokens(text), Draft(text), _Edges()
    drawn = False
    while tokens.now.kind != "eof":
        if tokens.then.kind == "assign":
            tokens.take()
            tokens.take()
        tokens.skip("package")
        call = tokens.need("bare", "graph_from_literal( or set_edge_attr(")
        tokens.need("open", "(")
        if call.value in _FORMULA and not drawn:
            drawn = True
            _formula(tokens, draft, edges, call)
        elif call.value in _ATTRIBUTE and drawn:
            _attribute(tokens, edges)
        elif call.value == "library":
            tokens.need("bare", "the name of a package")
            tokens.need("close", ")")
        else:
            raise tokens.wrong("one graph_from_literal( and then set_edge_attr(", call)
    _join(draft, edges)
    return draft.finished()


def _formula(tokens: Tokens, draft: Draft, edges: _Edges, call: Token) -> None:
    edges.simplified = call
    while not tokens.have("close"):
        if tokens.now.value == "simplify" and tokens.then.kind == "assign":
            tokens.take()
            tokens.take()
            answer = tokens.need("bare", "TRUE or FALSE")
            edges.simplified = call if answer.value in ("TRUE", "T") else None
        else:
            _chain(tokens, draft, edges)
        if tokens.now.kind != "close":
            tokens.need("comma", "-+, +-, a comma or )")
            for found in tokens.plain():
                _plain_edge(draft, edges, found)


def _plain_edge(draft: Draft, edges: _Edges, found: re.Match[str]) -> None:
    ends = bare(found[1]), bare(found[3])
    for name in ends:
        draft.node(name, found.start(2))
    tail, head = ends[::-1] if found[2].startswith("+") else ends
    edges.numbered.append((tail, head, found.start(2)))


def _chain(tokens: Tokens, draft: Draft, edges: _Edges) -> None:
    left = _group(tokens, draft)
    while operator := tokens.have("edge"):
        right = _group(tokens, draft)
        if "+" not in operator.value:
            problem = f"{operator.value} does not say what causes what; expected -+ or +-"
            raise GraphSyntaxError(tokens.text, operator.position, problem)
        if len(edges.numbered) + len(left) * len(right) > MOST_EDGES:
            raise GraphSyntaxError(
                tokens.text, operator.position, f"more than {MOST_EDGES:,} edges"
            )
        for one in left:
            for other in right:
                if operator.value.startswith("+"):
                    edges.numbered.append((other, one, operator.position))
                if operator.value.endswith("+"):
                    edges.numbered.append((one, other, operator.position))
        left = right


def _group(tokens: Tokens, draft: Draft) -> list[Variable]:
    """One name, or several with colons between them."""
    names = []
    while True:
        name = tokens.have("bare", "name", "number")
        if name is None:
            raise tokens.wrong("a variable name")
        draft.node(name.value, name.position)
        names.append(name.value)
        if not tokens.have("colon"):
            return names


def _attribute(tokens: Tokens, edges: _Edges) -> None:
    """``(g, "description", index = c(3, 4), value = "U")``; by name or by position."""
    given: dict[str, list[Token]] = {}
    places = ["graph", "name", "index", "value"]
    while not tokens.have("close"):
        place = next((place for place in places if place not in given), "")
        at = tokens.now
        if tokens.then.kind == "assign":
            place = tokens.need("bare", "the name of an argument").value
            tokens.take()
        if place not in places or place in given:
            raise tokens.wrong("graph, name, index or value, each once", at)
        given[place] = _numbers(tokens) if place == "index" else [_word(tokens)]
        if tokens.now.kind != "close":
            tokens.need("comma", ", or )")
    for place, word in (("name", "description"), ("value", "U")):
        found = given.get(place, [tokens.now])[0]
        if found.value != word:
            raise tokens.wrong(f'{place} = "{word}"', found)
    edges.confounded.update((int(n.value.rstrip("L")), n) for n in given.get("index", []))


def _word(tokens: Tokens) -> Token:
    word = tokens.have("bare", "name")
    if word is None:
        raise tokens.wrong("a name")
    return word


def _numbers(tokens: Tokens) -> list[Token]:
    """``c(1, 2, 5:8)``, or one number, or one range."""
    if tokens.now.value == "c" and tokens.then.kind == "open":
        tokens.take()
        tokens.take()
        numbers = _range(tokens)
        while tokens.have("comma"):
            numbers += _range(tokens)
        tokens.need("close", ", or ) after a number")
        return numbers
    return _range(tokens)


def _range(tokens: Tokens) -> list[Token]:
    first = tokens.need("number", "the number of an edge")
    last = tokens.need("number", "the number of an edge") if tokens.have("colon") else first
    if max(len(first.value), len(last.value)) > len(str(MOST_EDGES)):
        raise tokens.wrong(f"an edge number below {MOST_EDGES:,}", last)
    low, high = (int(end.value.rstrip("L")) for end in (first, last))
    return [Token("number", str(n), first.position) for n in range(low, high + 1)]


def _join(draft: Draft, edges: _Edges) -> None:
    """Turn pairs of marked edges into ``<->``; the others are arrows."""
    count, text = len(edges.numbered), draft.text
    if edges.confounded and edges.simplified:
        problem = "edges are marked by number, so they must keep theirs: add simplify = FALSE"
        raise GraphSyntaxError(text, edges.simplified.position, problem)
    marked: dict[tuple[Variable, Variable], Token] = {}
    for number, place in edges.confounded.items():
        if not 1 <= number <= count:
            problem = f"there is no edge {number}; the formula has {count}"
            raise GraphSyntaxError(text, place.position, problem)
        tail, head, _ = edges.numbered[number - 1]
        marked[tail, head] = place
    for (tail, head), place in marked.items():
        if (head, tail) not in marked:
            problem = (
                f'{shown(tail)} -+ {shown(head)} is marked "U", and its opposite '
                f"{shown(head)} -+ {shown(tail)} is not"
            )
            raise GraphSyntaxError(text, place.position, problem)
        if tail <= head:
            draft.edge(tail, "<->", head, place.position)
    for number, (tail, head, position) in enumerate(edges.numbered, start=1):
        if number not in edges.confounded:
            draft.edge(tail, "->", head, position)


def _name(name: Variable) -> str:
    return name if _BARE.fullmatch(name) and name not in _RESERVED else enclosed(name)


def _write(sketch: Sketch) -> str:
    edges = [*sketch.directed]
    for one, other in sketch.bidirected:
        edges += [(one, other), (other, one)]
    parts = [f"{_name(tail)} -+ {_name(head)}" for tail, head in edges]
    parts += [*map(_name, sketch.alone), "simplify = FALSE"]
    text = f"g <- igraph::graph_from_literal({', '.join(parts)})\n"
    if sketch.bidirected:
        first, last = len(sketch.directed) + 1, len(edges)
        text += (
            f'g <- igraph::set_edge_attr(g, "description", index = {first}:{last}, value = "U")\n'
        )
    return text


FORMAT = Format(
    name="causaleffect",
    title="R's igraph formula, as causaleffect takes it",
    read=_read,
    write=_write,
)
