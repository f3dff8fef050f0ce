"""The language that DOT and dagitty share: ``digraph { a -> {b c} [dir=both]; u [latent] }``.

Statements are chains of names and of braced groups, attributes follow in brackets.  What the
attributes mean is the dialect's own.  Gansner, Koutsofios & North (2015), "Drawing graphs with
dot"; Textor et al. (2016), "Robust causal inference using directed acyclic graphs".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from causal.errors import GraphSyntaxError
from causal.graph.formats.sketch import Draft, Sketch
from causal.graph.formats.tokens import (
    PLAINLY_QUOTED,
    QUOTED,
    Language,
    Token,
    Tokens,
    bare,
    stray,
)
from causal.variables import Variable, unquoted

__all__ = ["Attributes", "Dialect", "read"]

DEEPEST = 50

Attributes = Mapping[str, Token]  # by lower-case key; a key alone has itself as its value


@dataclass(frozen=True)
class Dialect:
    """The words before the brace, whether ``node [...]`` sets defaults, what attributes mean."""

    kinds: frozenset[str]
    has_defaults: bool
    latent: Callable[[Attributes], bool]
    arrow: Callable[[str, Attributes], str]
    refused: Mapping[str, str]  # attributes that change what the graph says, and how


def _unexpected(text: str, position: int) -> str:
    if text.startswith("/*", position):
        return "this comment is never closed"
    return stray(text, position)


_PLAIN = rf"(?:(?!(?i:subgraph\b))[^\W\d][\w.]*+|\d++(?![\w.])|{PLAINLY_QUOTED})"
_LANGUAGE = Language(
    rf"""(?P<arrow><->|->|<-|-[-o]|o-[o>]|[@<]-@|@->|@--|--@)
       | (?P<bare>[^\W\d][\w.]*|-?(?:\d+(?:\.\d*)?|\.\d+)(?![\w.]))
       | (?P<quoted>{QUOTED}(?:\s*+\+\s*+{QUOTED})*+)
       | (?P<html><(?>[^<>]++|<[^<>]*+>)*+>)
       | (?P<open>\{{) | (?P<close>\}}) | (?P<left>\[) | (?P<right>\])
       | (?P<is>=) | (?P<port>:) | (?P<end>[;,])""",
    skip=r"\s+|//[^\n]*|\#[^\n]*|/\*.*?\*/",
    names={
        "quoted": lambda literal: "".join(
            unquoted(part[0]) for part in re.finditer(QUOTED, literal, re.DOTALL)
        )
    },
    unexpected=_unexpected,
    plain=rf"""\s*+({_PLAIN})\s*+(->|<->|<-)\s*+({_PLAIN})\s*+(?:[;,]|(?=[\w}}"]))""",
)


def read(text: str, dialect: Dialect) -> Sketch:
    """The one graph that a text holds; raises GraphSyntaxError with line:column."""
    return _Reader(_LANGUAGE.tokens(text), Draft(text), dialect).graph()


@dataclass
class _Defaults:
    """What ``node [...]`` and ``edge [...]`` have set so far, for the rest of these braces."""

    node: Attributes
    edge: Attributes


class _Reader:
    def __init__(self, tokens: Tokens, draft: Draft, dialect: Dialect) -> None:
        self.tokens, self.draft, self.dialect = tokens, draft, dialect
        self.strict = False

    def graph(self) -> Sketch:
        tokens, kinds = self.tokens, self.dialect.kinds
        self.strict = self._keyword("strict") is not None
        if self._keyword(*kinds) is None:
            raise tokens.wrong(" or ".join(sorted(kinds)))
        tokens.have("bare", "name")
        tokens.need("open", "{")
        self._statements(_Defaults({}, {}), depth=1)
        if tokens.now.kind != "eof":
            raise tokens.wrong("nothing behind the last }")
        return self.draft.finished()

    def _statements(self, defaults: _Defaults, depth: int) -> list[Variable]:
        """Everything up to the closing brace; returns the names it mentions."""
        if depth > DEEPEST:
            problem = f"braces nest deeper than {DEEPEST}"
            raise GraphSyntaxError(self.tokens.text, self.tokens.now.position, problem)
        mentioned: dict[Variable, None] = {}
        while not self.tokens.have("close"):
            if not self.tokens.have("end"):
                mentioned.update(dict.fromkeys(self._statement(defaults, depth)))
            if not defaults.node:  # which would mark each name
                mentioned.update(dict.fromkeys(self._plain_edges(defaults)))
        return list(mentioned)

    def _plain_edges(self, defaults: _Defaults) -> Iterator[Variable]:
        """The edges between two names and without attributes that come next."""
        for edge in self.tokens.plain():
            one, other = bare(edge[1]), bare(edge[3])
            arrow = self._drawn(edge[2], edge.start(2), defaults.edge)
            self.draft.edge(one, arrow, other, edge.start(2), again=self.strict)
            yield one
            yield other

    def _statement(self, defaults: _Defaults, depth: int) -> list[Variable]:
        tokens, following = self.tokens, self.tokens.then.kind
        if tokens.now.kind in ("bare", "name") and following == "is":
            self._attribute({})
            return []
        if self.dialect.has_defaults and following == "left":
            word = self._keyword("node", "edge", "graph")
            if word is not None:
                self._set(defaults, word.value.lower())
                return []
        return self._chain(defaults, depth)

    def _set(self, defaults: _Defaults, kind: str) -> None:
        given = self._attributes()
        if kind == "node":
            defaults.node = {**defaults.node, **given}
        elif kind == "edge":
            defaults.edge = {**defaults.edge, **given}

    def _chain(self, defaults: _Defaults, depth: int) -> list[Variable]:
        groups, arrows = [self._group(defaults, depth)], []
        while arrow := self.tokens.have("arrow"):
            arrows.append(arrow)
            groups.append(self._group(defaults, depth))
        given = self._attributes() if self.tokens.now.kind == "left" else {}
        if not arrows:
            if given:
                self._mark(groups[0], {**defaults.node, **given})
            return groups[0]
        meaning = {**defaults.edge, **given} if defaults.edge else given
        for left, arrow, right in zip(groups, arrows, groups[1:], strict=False):
            drawn = self._drawn(arrow.value, arrow.position, meaning)
            self.draft.edges(left, drawn, right, arrow.position, again=self.strict)
        return [name for group in groups for name in group]

    def _drawn(self, arrow: str, position: int, attributes: Attributes) -> str:
        """The arrow that is meant, or the error that none is."""
        drawn = self.dialect.arrow(arrow, attributes)
        if drawn not in ("->", "<-", "<->"):
            problem = f"{drawn} does not say what causes what; expected ->, <- or <->"
            raise GraphSyntaxError(self.tokens.text, position, problem)
        return drawn

    def _group(self, defaults: _Defaults, depth: int) -> list[Variable]:
        """One name, or the names inside braces."""
        tokens = self.tokens
        if self.dialect.has_defaults and self._keyword("subgraph"):
            tokens.have("bare", "name")
            tokens.need("open", "{ after subgraph")
            return self._statements(_Defaults(defaults.node, defaults.edge), depth + 1)
        if tokens.have("open"):
            return self._statements(_Defaults(defaults.node, defaults.edge), depth + 1)
        name = tokens.have("bare", "name")
        if name is None:
            raise tokens.wrong("a variable name, or } at the end")
        while tokens.have("port"):
            if not tokens.have("bare", "name"):
                raise tokens.wrong("a port after :")
        if name.value not in self.draft.nodes:
            self.draft.node(name.value, name.position)
            if defaults.node:
                self._mark([name.value], defaults.node)
        return [name.value]

    def _mark(self, names: list[Variable], attributes: Attributes) -> None:
        for key, why in self.dialect.refused.items():
            if at := attributes.get(key):
                raise GraphSyntaxError(self.tokens.text, at.position, why)
        if attributes and self.dialect.latent(attributes):
            self.draft.latent.update(names)

    def _attributes(self) -> Attributes:
        given: dict[str, Token] = {}
        while self.tokens.have("left"):
            while not self.tokens.have("right"):
                if not self.tokens.have("end"):
                    self._attribute(given)
        return given

    def _attribute(self, given: dict[str, Token]) -> None:
        key = self.tokens.have("bare", "name")
        if key is None:
            raise self.tokens.wrong("an attribute or ]")
        value = key
        if self.tokens.have("is"):
            found = self.tokens.have("bare", "name", "html")
            if found is None:
                raise self.tokens.wrong("a value after =")
            value = Token(found.kind, found.value, key.position)
        given[key.value.lower()] = value

    def _keyword(self, *words: str) -> Token | None:
        """The next word if it is one of these, unquoted, in whatever case."""
        now = self.tokens.now
        return self.tokens.take() if now.kind == "bare" and now.value.lower() in words else None
