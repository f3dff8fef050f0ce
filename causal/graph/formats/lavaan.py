"""lavaan's models: ``Y ~ X + Z`` (causes), ``X ~~ Y`` (hidden cause), ``f =~ a + b`` (latent).

Rosseel (2012), "lavaan: an R package for structural equation modeling".  What is fixed to zero
(``0*X``) is no edge; variances, intercepts, thresholds and constraints say nothing about edges.
Covariances that lavaan adds by itself are not written, so they are not read.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from causal.errors import GraphSyntaxError
from causal.graph.formats.format import Format
from causal.graph.formats.sketch import Draft, Sketch
from causal.graph.formats.tokens import QUOTED, Language, Token, Tokens, bare
from causal.variables import Variable, enclosed, unquoted

__all__ = ["FORMAT"]

_BLANK = r"(?:\s|[\#!][^\n]*)*+"
_BARE = re.compile(r"[^\W\d][\w.]*")
_ABOUT_PARAMETERS = {":=", "==", "<", ">"}  # names on the left are labels, not variables
_NO_EDGES = {"|", "~*~"}

_WORD = r"""(?:[^\W\d][\w.]*+|"[^"\\+]++")"""
_LANGUAGE = Language(
    rf"""(?P<end>[\n;]{_BLANK})
       | (?P<operator>=~|<~|~\*~|~~|~|:=|==|[<>|])
       | (?P<bare>[^\W\d][\w.]*)
       | (?P<number>-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))
       | (?P<quoted>{QUOTED})
       | (?P<plus>\+) | (?P<times>[*?]) | (?P<other>[-:(),/^=])""",
    skip=rf"[^\S\n]+|[\#!][^\n]*|\n{_BLANK}(?=[+*])",
    names={"bare": str, "quoted": unquoted},
    # Up to a line that begins with a word, and so goes on with another statement.
    plain=rf"""[^\S\n]*+({_WORD})[^\S\n]*+(~~|=~|~(?!\*))[^\S\n]*+
              ({_WORD}(?:[^\S\n]*+\+[^\S\n]*+{_WORD})*+)[^\S\n]*+\n(?=[^\S\n]*+(?:"|[^\W\d]))""",
)


class _Term(NamedTuple):
    """A variable on either side of an operator, or a number, which is an intercept."""

    word: Token
    fixed_to_zero: bool = False


def _read(text: str) -> Sketch:
    tokens, draft = _LANGUAGE.tokens(text), Draft(text)
    tokens.skip("end")
    while tokens.now.kind != "eof":
        left = _terms(tokens)
        operator = tokens.need("operator", "=~, ~ or ~~")
        if operator.value in _ABOUT_PARAMETERS | _NO_EDGES:
            if operator.value in _NO_EDGES:
                _variables(draft, left)
            while tokens.now.kind not in ("end", "eof"):
                tokens.take()
        else:
            _relate(draft, left, operator, _terms(tokens))
        if tokens.now.kind not in ("end", "eof"):
            raise tokens.wrong("+ or the end of the line")
        tokens.skip("end")
        for found in tokens.plain():
            _plain_regression(draft, found)
    return draft.finished()


def _terms(tokens: Tokens) -> list[_Term]:
    """Terms with ``+`` between them, each perhaps behind modifiers such as ``b1*``."""
    terms = []
    while True:
        terms.append(_term(tokens))
        if not tokens.have("plus"):
            return terms


def _term(tokens: Tokens) -> _Term:
    zero = False
    while True:
        if tokens.now.kind == "end" and tokens.now.value.startswith("\n"):
            tokens.take()  # the line goes on
        word = tokens.have("name", "number")
        if word is None:
            raise tokens.wrong("a variable name")
        if tokens.now.value == "(":
            _call(tokens)
            if tokens.now.kind != "times":
                raise tokens.wrong("* behind a modifier")
        times = tokens.have("times")
        if times is None:
            return _Term(word, zero)
        zero = zero or (word.kind == "number" and times.value == "*" and float(word.value) == 0)


def _call(tokens: Tokens) -> None:
    """Pass over the brackets of ``start(0.5)`` or ``c(a, b)``."""
    first, depth = tokens.now, 0
    while True:
        word = tokens.take()
        if word.kind in ("end", "eof"):
            raise GraphSyntaxError(tokens.text, first.position, "this bracket is never closed")
        depth += {"(": 1, ")": -1}.get(word.value, 0) if word.kind == "other" else 0
        if not depth:
            return


def _variables(draft: Draft, terms: list[_Term]) -> list[Variable]:
    names = [term.word for term in terms if term.word.kind == "name"]
    for name in names:
        draft.node(name.value, name.position)
    return [name.value for name in names]


def _relate(draft: Draft, left: list[_Term], operator: Token, right: list[_Term]) -> None:
    arrow = {"~": "<-", "~~": "<->", "=~": "->"}.get(operator.value)
    if arrow is None:
        problem = f"expected =~, ~ or ~~, found {operator} (a composite has no arrow of its own)"
        raise GraphSyntaxError(draft.text, operator.position, problem)
    ones, others = _variables(draft, left), _variables(draft, right)
    if operator.value == "=~":
        draft.latent.update(ones)
    if arrow == "<->":
        variance = len(ones) == 1 and ones == others
        ones = [] if variance else ones
    joined = {term.word.value for term in right if not term.fixed_to_zero}
    draft.edges(ones, arrow, [name for name in others if name in joined], operator.position)


def _plain_regression(draft: Draft, found: re.Match[str]) -> None:
    left, operator = (Token("name", bare(found[i]), found.start(i)) for i in (1, 2))
    words = [bare(word.strip()) for word in found[3].split("+")]
    terms = [_Term(Token("name", word, found.start(3))) for word in words]
    _relate(draft, [_Term(left)], operator, terms)


def _name(name: Variable) -> str:
    return name if _BARE.fullmatch(name) and name != "NA" else enclosed(name)


def _write(sketch: Sketch) -> str:
    causes: dict[Variable, list[Variable]] = {}
    for tail, head in sketch.directed:
        causes.setdefault(head, []).append(tail)
    lines = [f"{_name(head)} ~ {' + '.join(map(_name, tails))}" for head, tails in causes.items()]
    lines += [f"{_name(one)} ~~ {_name(other)}" for one, other in sketch.bidirected]
    lines += [f"{_name(name)} ~~ {_name(name)}" for name in sketch.alone]
    return "".join(f"{line}\n" for line in lines)


FORMAT = Format(
    name="lavaan",
    title="lavaan's model syntax",
    read=_read,
    write=_write,
)
