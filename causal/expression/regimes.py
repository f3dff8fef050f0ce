"""What was set when data were taken, and the one law of each setting that tables of them hold.

A regime is written ``do(X=1)``, ``P(. | do(X=1))`` or given as ``Do(X=1)``.  Where a variable was
set to several values, each row says which: ``do(X)``, or the set of names ``frozenset("X")``.
``P(.)`` and the empty set are what was merely observed.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import NamedTuple, NoReturn, Protocol, TypeAlias, runtime_checkable

from causal.errors import RegimeSyntaxError, shown
from causal.variables import Variable, repeated, unquoted

__all__ = ["Intervention", "Regime", "Setting", "settings"]

Value: TypeAlias = Hashable


@runtime_checkable
class Intervention(Protocol):
    """The face of an intervention such as ``Do(X=1)``: what was set when data were taken."""

    @property
    def settings(self) -> tuple[tuple[Variable, Value], ...]:
        """The variables that were set, with their values."""


Regime: TypeAlias = "Intervention | str | frozenset[Variable] | tuple[tuple[Variable, Value], ...]"


class Setting(NamedTuple):
    """A variable that was set; without a value, to the one that stands in each row."""

    variable: Variable
    value: Value = None


def settings(regime: Regime) -> tuple[Setting, ...]:
    """What was set in a regime; raises RegimeSyntaxError, or TypeError for what is none.

    >>> settings("P(. | do(X=1, Z))")
    (Setting(variable='X', value=1), Setting(variable='Z', value=None))
    >>> settings(frozenset({"X"})), settings("P(.)")
    ((Setting(variable='X', value=None),), ())
    """
    match regime:
        case str():
            return _Reader(regime).regime()
        case frozenset():
            return tuple(Setting(name) for name in sorted(regime))
        case tuple():
            return tuple(Setting(*pair) for pair in regime)
        case Intervention():
            return tuple(Setting(*pair) for pair in regime.settings)
        case _:
            raise TypeError(
                "a law is a pandas Series or a DataFrame, or several, each under its regime such "
                f"as 'do(X=1)' or Do(X=1); found {regime!r:.80} in the place of a regime"
            )


_WORD = re.compile(
    r"""\s*+(?: (?P<number>-?\d++(?:\.\d++)?(?:[eE][-+]?\d++)?(?![\w.]))
              | (?P<name>[^\W\d][\w.]*+)
              | (?P<quoted>"[^"\\]*+(?:\\.[^"\\]*+)*+")
              | (?P<mark>[().|,=]) )""",
    re.VERBOSE | re.DOTALL,
)


class _Reader:
    """By recursive descent.

    regime = do | "P(" "." ["|" do] ")"
    do     = "do(" [set {"," set}] ")"
    set    = name ["=" value]

    Any names may stand in the place of the dot: ``P(Y | do(X=1))`` is taken under ``do(X=1)`` too.
    """

    def __init__(self, text: str) -> None:
        self.text, self.place = text, 0
        self.kind, self.word = self._ahead()

    def regime(self) -> tuple[Setting, ...]:
        found: list[Setting] = []
        if self.word == "P":
            self._step()
            self._need("(", "( after P")
            while self.kind in ("name", "quoted") or self.word in (".", ","):
                self._step()
            if self._have("|"):
                found = self._do()
            self._need(")", "| do(...) or the closing )")
        else:
            found = self._do()
        if self.kind:
            self._wrong("the end of the regime")
        if twice := repeated(setting.variable for setting in found):
            raise RegimeSyntaxError(self.text, 0, f"{shown(min(twice))} is set twice")
        return tuple(found)

    def _do(self) -> list[Setting]:
        self._need("do", "do(X=1), P(.) or P(. | do(X=1))")
        self._need("(", "( after do")
        found = [] if self.word == ")" else [self._setting()]
        while self._have(","):
            found.append(self._setting())
        self._need(")", "a comma or the closing ) of do(...)")
        return found

    def _setting(self) -> Setting:
        whole = self.kind == "number" and self.word.isdecimal()
        if not (whole or self.kind in ("name", "quoted")) or not self.word:
            self._wrong("the name of a variable")
        name = self._step()
        return Setting(name, self._value()) if self._have("=") else Setting(name)

    def _value(self) -> Value:
        kind = self.kind
        if kind not in ("number", "name", "quoted"):
            self._wrong("a value, such as 1 or male")
        word = self._step()
        if kind == "number":
            return int(word) if word.lstrip("-").isdecimal() and len(word) < 40 else float(word)
        return word == "True" if kind == "name" and word in ("True", "False") else word

    def _ahead(self) -> tuple[str, str]:
        """The kind and the word at the place; the kind is empty at the end."""
        found = _WORD.match(self.text, self.place)
        if found is None:
            rest = self.text[self.place :].lstrip()
            if not rest:
                return "", "the end"
            place = len(self.text) - len(rest)
            problem = f"unexpected {rest[0]!r}; a name with such characters goes in double quotes"
            raise RegimeSyntaxError(self.text, place, problem)
        kind = str(found.lastgroup)
        return kind, unquoted(found[kind]) if kind == "quoted" else found[kind]

    def _step(self) -> str:
        """The word here; reading goes on behind it."""
        word, found = self.word, _WORD.match(self.text, self.place)
        self.place = found.end() if found else len(self.text)
        self.kind, self.word = self._ahead()
        return word

    def _have(self, word: str) -> bool:
        found = self.kind in ("name", "mark") and self.word == word
        if found:
            self._step()
        return found

    def _need(self, word: str, expected: str) -> None:
        if not self._have(word):
            self._wrong(expected)

    def _wrong(self, expected: str) -> NoReturn:
        place = len(self.text) - len(self.text[self.place :].lstrip())
        problem = f"expected {expected}, found {shown(self.word) if self.kind else self.word}"
        raise RegimeSyntaxError(self.text, place, problem)
