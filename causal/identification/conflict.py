"""The obstacle to a counterfactual formula: one district asked to be in two worlds at once.

Shpitser & Pearl (2007), the last lines of ID*; Correa, Lee & Bareinboim (2021), "Nested
counterfactual identification from arbitrary surrogate experiments", definition 4 and theorem 3.
Of edge interventions this is the recanting witness of Avin, Shpitser & Pearl (2005), and the
recanting district of Shpitser (2013).
"""

from __future__ import annotations

from dataclasses import dataclass

from causal.expression import Complement
from causal.variables import Symbol, Variable, Variables, listed, natural, quoted

__all__ = ["Conflict", "Event", "IfBinary"]


@dataclass(frozen=True)
class Event:
    """A variable has a value where its causes have theirs.

    >>> x, m = Symbol("X", value=1), Symbol("M")
    >>> print(Event(Symbol("Y", value=0), (m, x)), Event(m, (x,)), Event(x), sep="; ")
    Y[M, X=1]=0; M[X=1]; X=1
    """

    value: Symbol
    under: tuple[Symbol, ...] = ()

    @property
    def variable(self) -> Variable:
        """What has the value."""
        return self.value.variable

    @property
    def world(self) -> str:
        """The variable with its causes, and no value."""
        causes = f"[{', '.join(map(str, self.under))}]" if self.under else ""
        return quoted(self.variable) + causes

    def __str__(self) -> str:
        if self.value.value is not None:
            return f"{self.world}={self.value.shown}"
        return self.world + (f"={self.value}" if self.value.mark else "")


@dataclass(frozen=True)
class IfBinary:
    """What the query is, should ``variable`` have no third value.

    >>> from causal import ADMG, identify
    >>> answer = identify(ADMG.parse("X -> Y; X <-> Y"), "P(Y[X=1]=1 | X=0)")
    >>> print(answer.hedge.if_binary)
    (P(Y=1 | do(X=1)) - P(X=1, Y=1)) / P(X=0)
    """

    variable: Variable
    formula: Complement

    def __str__(self) -> str:
        return str(self.formula)


@dataclass(frozen=True)
class Conflict:
    """Two events that share hidden causes and need ``variable`` to have two values.

    ``district`` holds the variables that share them; ``one`` and ``other`` are the two events, each
    with the value that it has or needs there.  ``if_binary`` is the formula there would be, should
    a variable have two values only.
    """

    variable: Variable
    district: Variables
    one: Event
    other: Event
    if_binary: IfBinary | None = None

    @property
    def outer(self) -> Variables:
        """The district."""
        return self.district

    @property
    def inner(self) -> Variables:
        """The variables of the two events."""
        return frozenset((self.one.variable, self.other.variable))

    @property
    def values(self) -> tuple[Symbol, Symbol]:
        """The two values of the variable."""
        one, other = (
            next(s for s in (event.value, *event.under) if s.variable == self.variable)
            for event in (self.one, self.other)
        )
        return one, other

    @property
    def witness(self) -> Variable | None:
        """The recanting witness: the one variable that is needed in two worlds, if it is one."""
        return self.one.variable if self.one.variable == self.other.variable else None

    def __str__(self) -> str:
        return f"{self.one} against {self.other}"

    @property
    def why(self) -> str:
        """The obstacle in one sentence.

        >>> x, y = Symbol("X", value=1), Symbol("Y")
        >>> events = Event(y, (x,)), Event(Symbol("Y", 1), (Symbol("X", value=0),))
        >>> Conflict("X", frozenset("Y"), *events).why
        "Y[X=1] and Y[X=0] share Y's noise: every experiment shows one of them, none shows both"
        """
        one, other = sorted((self.one.world, self.other.world), key=lambda text: "[" not in text)
        if self.witness is not None:
            shared = f"share {quoted(self.witness)}'s noise"
        else:
            shared = "share hidden causes"
            if between := self.district - self.inner:
                shared += f" through {listed(map(quoted, between))}"
        if self.variable in self.inner and self.witness is None:
            set_to, seen = self._ordered()
            return (
                f"{one} and {other} {shared}: where {set_to} is set, "
                f"nothing shows who would have had {seen}"
            )
        return f"{one} and {other} {shared}: every experiment shows one of them, none shows both"

    def _ordered(self) -> tuple[str, str]:
        """The value that is set, and the one that is had."""
        one, other = self.values
        had = one if self.one.value == one else other
        return str(other if had == one else one), str(had)

    def to_dict(self) -> dict[str, object]:
        """Plain data, for JSON."""
        return {
            "variable": self.variable,
            "district": sorted(self.district, key=natural),
            "one": str(self.one),
            "other": str(self.other),
            "why": self.why,
            "if_binary": None if self.if_binary is None else str(self.if_binary),
        }
