"""Counterfactuals, read from the text that a person reads: variables in worlds, and their values.

P(Y[X=1, M=M[X=0]]=1 | X=0): in a world variables are set, to a value or to what they are in another
world, for all that read them or for one child (X->Y=1).  A value that is left open is a symbol: the
first open Y is Y, the next one Y', and whatever is set to an open value is set to the plain symbol.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence, Set
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from causal.checker.plain import require
from causal.checker.reading import NAME, VALUE, Symbol, unquoted

World: TypeAlias = frozenset[tuple[str, str, Any]]  # what is set, for whom or "" for all, to what
_TOKEN = re.compile(rf"\s*(?:(->|[][(),|=])|({VALUE})|(\S.*))")


class Event(NamedTuple):
    """A variable has a value in a world."""

    name: str
    world: World
    value: Any


Reads: TypeAlias = Callable[[Any], Sequence[Any]]  # what a vertex reads, in order
Respond: TypeAlias = Callable[[Any, tuple[Any, ...]], Any]  # what a vertex is for what it reads
Query: TypeAlias = tuple[list[Event], list[Event]]  # what is asked about, and what is given


def asked(text: str) -> Query:
    """What is asked about and what is given, constants and open values as symbols."""
    require(text.isprintable(), f"{text!r:.60} cannot be printed")
    left = [mark or word or odd for mark, word, odd in _TOKEN.findall(text)]
    return _Reader(text, left[::-1]).query()


def closed(query: Query, of: Callable[[Symbol], Any]) -> Query:
    """The query with something else for each symbol."""

    def inside(to: Any) -> Any:
        world = isinstance(to, frozenset)
        return frozenset((v, reader, inside(s)) for v, reader, s in to) if world else of(to)

    outcome, given = ([Event(v, inside(w), of(s)) for v, w, s in part] for part in query)
    return outcome, given


def mentioned(query: Query) -> set[Symbol]:
    """Every value, open or not, at any depth."""
    found = set[Symbol]()
    closed(query, found.add)
    return found


def distinct(known: Set[Symbol]) -> None:
    """Require that constants differ in more than how they are written: 1, 1.0 and True are one."""
    constants = {(s.name, s.value) for s in known if s.value}
    apart = len({(v, _denoted(text)) for v, text in constants}) == len(constants)
    require(apart, "one value is written in two ways, as 1 and 1.0 are")


def every(query: Query) -> list[World]:
    """The worlds of a query, each after those that it takes values from."""

    def within(world: World) -> list[World]:
        return [w for *_, to in world if isinstance(to, frozenset) for w in within(to)] + [world]

    return [*dict.fromkeys(w for _, world, _ in query[0] + query[1] for w in within(world))]


def what_is(v: Any, world: World, reads: Reads, respond: Respond) -> Any:
    """What a variable is in a world, by what it reads, and how it responds to that."""
    sets = {(u, reader): to for u, reader, to in world}

    @cache
    def seen(u: Any, to: Any) -> Any:
        if to is None:
            causes = ((c, sets.get((c, u), sets.get((c, "")))) for c in reads(u))
            return respond(u, tuple(seen(*cause) for cause in causes))
        return what_is(u, to, reads, respond) if isinstance(to, frozenset) else to

    return seen(v, sets.get((v, "")))


def _denoted(text: str) -> object:
    """A word in quotes or not, or a number; Python takes two equal ones for one value."""
    if re.fullmatch(r"[-+]?[\d.]+([eE][-+]?\d+)?", text):
        return int(text) if text.lstrip("+-").isdecimal() and len(text) < 40 else float(text)
    return {"True": True, "False": False}.get(text, unquoted(text))


class _Reader:
    """The tokens of a text that are left, the next one last."""

    def __init__(self, text: str, left: list[str]) -> None:
        self.text, self.left = text, left
        self.marks, self.known = Counter[str](), dict[Event, Symbol]()

    def query(self) -> Query:
        """P(event, ... | do(set, ...), event, ...)."""
        self.take("P"), self.take("(")
        outcome, given, everywhere = [self.event()], list[Event](), World()
        while (mark := self.take(",", "|", ")")) != ")":
            require(mark == "," or not (given or everywhere), f"a second | in {self.text:.60}")
            behind = mark == "|" or given or everywhere
            if behind and self.sees("do", "("):
                everywhere |= self.sets(")")
            else:
                (given if behind else outcome).append(self.event())
        require(not self.left, f"{self.text:.60} goes on after its end")
        mixed = everywhere and any(e.world for e in outcome + given)
        once = len({v for v, *_ in everywhere}) == len(everywhere)
        require(once and not mixed, f"{self.text:.60} sets twice, or mixes do(...) with worlds")
        every = [[e._replace(world=e.world or everywhere) for e in p] for p in (outcome, given)]
        return every[0], every[1]

    def event(self) -> Event:
        """A variable, its world, and its value or a symbol for it."""
        one = Event(self.name(), self.world(), self.word(VALUE) if self.sees("=") else "")
        if one not in self.known:
            primes = 0 if one.value else self.marks[one.name]
            self.known[one] = Symbol(one.name, primes, one.value)
            self.marks[one.name] += not one.value
        return one._replace(value=self.known[one])

    def world(self) -> World:
        """[set, ...], or nothing."""
        return World() if self.sees("[", "]") or not self.sees("[") else self.sets("]")

    def sets(self, end: str) -> World:
        """What is set, up to some mark."""
        found = [self.setting()]
        while self.take(",", end) == ",":
            found.append(self.setting())
        twice = len({(v, reader) for v, reader, _ in found}) < len(found)
        require(not twice, f"one world of {self.text:.60} sets a variable twice")
        return frozenset(found)

    def setting(self) -> tuple[str, str, Any]:
        """A variable, who sees it, and its value, a symbol, or the world that it is taken from."""
        v, reader = self.name(), self.name() if self.sees("->") else ""
        if not self.sees("="):
            return v, reader, Symbol(v, 0)
        if self.left[-2:-1] != ["["]:
            return v, reader, Symbol(v, 0, self.word(VALUE))
        require(self.name() == v, f"{v:.60} is set to what another variable is")
        return v, reader, self.world()

    def name(self) -> str:
        return unquoted(self.word(NAME))

    def word(self, kind: str) -> str:
        require(self.left and re.fullmatch(kind, self.left[-1]), f"a gap in {self.text:.60}")
        return self.left.pop()

    def take(self, *wanted: str) -> str:
        require(self.left[-1:] and self.left[-1] in wanted, f"{self.text:.60} is no query")
        return self.left.pop()

    def sees(self, *wanted: str) -> bool:
        """Whether these marks come next, which are then taken."""
        here = self.left[: -1 - len(wanted) : -1] == [*wanted]
        del self.left[len(self.left) - len(wanted) * here :]
        return here
