"""Words, and where they stand: what every reader of graph text is built on.

A language lists its words as one regular expression without nested repetition, so cutting a text
takes linear time; every word knows its place, so every error has a line, a column and a caret.
What most large graphs consist of, one plain edge after the other, is cut a whole edge at a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import chain, repeat
from typing import NamedTuple

from causal.errors import GraphSyntaxError

__all__ = ["PLAINLY_QUOTED", "QUOTED", "Language", "Token", "Tokens", "bare", "stray"]

LONGEST_TEXT = 20_000_000  # characters
QUOTED = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'  # a backslash takes the next character along
PLAINLY_QUOTED = r'"[^"\\]++"'  # means what stands between the quotes


class Token(NamedTuple):
    """A word of a kind that its language names; ``value`` is decoded when it is a name."""

    kind: str
    value: str
    position: int

    def __str__(self) -> str:
        if self.kind == "eof":
            return "the end of the text"
        if self.value == "\n":
            return "the end of the line"
        return repr(self.value if len(self.value) <= 40 else self.value[:40] + "...")


def stray(text: str, position: int) -> str:
    """What to say of a character that starts no word."""
    if text[position] == '"':
        return "this quote is never closed"
    return (
        f"unexpected {text[position]!r}; a name with such characters goes in double quotes: "
        '"my name"'
    )


def bare(name: str) -> str:
    """A name that stands bare, or plainly quoted.

    >>> bare("X"), bare('"blood sugar"')
    ('X', 'blood sugar')
    """
    return name[1:-1] if name[0] == '"' else name


class Language:
    """The words of a format, a named group a kind, and what may stand between them (``skip``).

    ``names`` says which kinds are names, and how each is decoded; all of them become ``"name"``.
    ``plain`` is a whole statement of the commonest kind, up to the next one: only a quicker way to
    what the words of it say, so where it does not match, nothing else is read or refused.

    >>> language = Language("(?P<word>[a-z]+)|(?P<end>;)", skip="[ ]", names={"word": str})
    >>> language.tokens("a ;").take()
    Token(kind='name', value='a', position=0)
    """

    def __init__(
        self,
        words: str,
        *,
        skip: str,
        names: Mapping[str, Callable[[str], str]],
        unexpected: Callable[[str, int], str] = stray,
        plain: str = "(?!)",
    ) -> None:
        self._every = rf"(?:{skip})*+(?:{words}|(?P<stray>.)|\Z)"
        self._plain = rf"{plain}|(?P<other>)"
        self.names, self.unexpected = names, unexpected

    @cached_property
    def words(self) -> re.Pattern[str]:
        """One match a word; made when the first text is read, as that takes a while."""
        return re.compile(self._every, re.VERBOSE | re.DOTALL)

    @cached_property
    def plain(self) -> re.Pattern[str]:
        """One match a plain statement, and an empty one where another kind of statement begins."""
        return re.compile(self._plain, re.VERBOSE)

    def tokens(self, text: str) -> Tokens:
        """Cut a text into words, one at a time; raises GraphSyntaxError where none begins."""
        if len(text) > LONGEST_TEXT:
            problem = f"{len(text):,} characters; a graph may have {LONGEST_TEXT:,}"
            raise GraphSyntaxError(text, 0, problem)
        return Tokens(text, self)

    def cut(self, text: str, start: int) -> Iterator[Token]:
        """The words from a place on."""
        # Groups are asked for by number here: a hundred thousand edges are a million words.
        kinds = {number: kind for kind, number in self.words.groupindex.items()}
        decoders = {number: self.names.get(kind) for number, kind in kinds.items()}
        kinds |= {number: "name" for number, decode in decoders.items() if decode}
        last, new = self.words.groupindex["stray"], tuple.__new__
        for match in self.words.finditer(text, start):
            number = match.lastindex
            if number is None:
                return
            value, position, decode = match[number], match.start(number), decoders[number]
            if decode:
                value = decode(value)
                if not value:
                    problem = "a variable needs a name, found empty quotes"
                    raise GraphSyntaxError(text, position, problem)
            elif number == last:
                raise GraphSyntaxError(text, position, self.unexpected(text, position))
            yield new(Token, (kinds[number], value, position))


class Tokens:
    """The words of one text from the left: ``now`` is the next one, ``then`` the one behind it."""

    def __init__(self, text: str, language: Language) -> None:
        self.text, self.language = text, language
        self._go(0)

    def _go(self, place: int) -> None:
        """Read on from a place in the text."""
        words = self.language.cut(self.text, place)
        self._next = chain(words, repeat(Token("eof", "", len(self.text)))).__next__
        self.now, self.then = self._next(), self._next()

    def plain(self) -> Iterator[re.Match[str]]:
        """The plain statements that begin here, one behind the other; then reading goes on."""
        start = place = self.now.position
        for found in self.language.plain.finditer(self.text, place):
            if found.lastgroup == "other":
                break
            place = found.end()
            yield found
        if place > start:
            self._go(place)

    def take(self) -> Token:
        """The next word; reading goes on behind it."""
        taken = self.now
        self.now, self.then = self.then, self._next()
        return taken

    def have(self, *kinds: str) -> Token | None:
        """The next word if it is of one of these kinds."""
        return self.take() if self.now.kind in kinds else None

    def need(self, kind: str, expected: str) -> Token:
        """The next word, which must be of this kind; ``expected`` is how the error calls it."""
        if self.now.kind != kind:
            raise self.wrong(expected)
        return self.take()

    def skip(self, *kinds: str) -> None:
        """Pass over words that mean nothing here."""
        while self.now.kind in kinds:
            self.take()

    def wrong(self, expected: str, at: Token | None = None) -> GraphSyntaxError:
        """The error of finding something else."""
        at = at or self.now
        return GraphSyntaxError(self.text, at.position, f"expected {expected}, found {at}")
