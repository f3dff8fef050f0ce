"""The leaves of a formula: a probability, one and zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Final, final

from causal.errors import FormulaError
from causal.expression.formula import NOTHING, Expression, Symbols, hashed_once, in_order
from causal.expression.law import Law
from causal.expression.notation import Notation, by_name
from causal.expression.table import Table, conditional
from causal.variables import Symbol, Variables

__all__ = ["ONE", "ZERO", "One", "P", "Zero"]


@final
@dataclass(frozen=True, repr=False)
class P(Expression):
    """P(of | do, given): a probability under the law of the data, or of an experiment.

    >>> print(P.of_names(["Y"], ["Z"], do=["X"]))
    P(Y | do(X), Z)
    >>> print(P(frozenset([Symbol("Y")]), do=frozenset([Symbol("X", value=1)])))
    P(Y | do(X=1))
    """

    of: Symbols
    given: Symbols = NOTHING
    do: Symbols = NOTHING

    def __post_init__(self) -> None:
        """Refuse a law of nothing, and a symbol in two places."""
        if not self.of or len(self.symbols) < len(self.of) + len(self.given) + len(self.do):
            raise FormulaError("a law needs an outcome, and each symbol in one place only")

    @classmethod
    def of_names(cls, of: Iterable[str], given: Iterable[str] = (), do: Iterable[str] = ()) -> P:
        """The same from plain names."""
        return cls(*(frozenset(map(Symbol, names)) for names in (of, given, do)))

    @cached_property
    def symbols(self) -> Symbols:
        """Everything it mentions, constants as well."""
        return self.of | self.given | self.do

    @cached_property
    def free(self) -> Symbols:
        """Everything it mentions whose value is open."""
        return frozenset(s for s in self.symbols if s.value is None)

    @cached_property
    def variables(self) -> Variables:
        """Everything it mentions, as variables."""
        return frozenset(s.variable for s in self.symbols)

    @property
    def size(self) -> int:
        """One."""
        return 1

    def write(self, notation: Notation) -> str:
        """P(Y | do(X), Z)."""
        return notation.law(self.of, self.given, self.do)

    def table(self, law: Law) -> Table:
        """Margins of the law, divided; with actions, those of one experiment for each setting."""
        parts = (sorted(part, key=by_name) for part in (self.of, self.given, self.do))
        return conditional(law, *parts, name=str(self))

    def renamed(self, names: Mapping[Symbol, Symbol]) -> P:
        """The same with its symbols renamed."""
        return P(
            *(frozenset(names.get(s, s) for s in part) for part in (self.of, self.given, self.do))
        )

    def to_dict(self) -> dict[str, object]:
        """``{"P": {"of": [...], "given": [...], "do": [...]}}``."""
        parts = {"of": self.of, "given": self.given, "do": self.do}
        return {"P": {name: in_order(part) for name, part in parts.items()}}

    __hash__ = hashed_once


@final
@dataclass(frozen=True, repr=False)
class One(Expression):
    """The constant one: the empty product."""

    @property
    def free(self) -> Symbols:
        """Nothing."""
        return NOTHING

    @property
    def variables(self) -> Variables:
        """None."""
        return frozenset()

    @property
    def size(self) -> int:
        """None."""
        return 0

    def write(self, notation: Notation) -> str:  # noqa: ARG002 - a digit in every notation
        """The digit."""
        return "1"

    def table(self, law: Law) -> Table:  # noqa: ARG002 - the same under every law
        """One cell."""
        return Table((), {(): Fraction(1)})

    def renamed(self, names: Mapping[Symbol, Symbol]) -> One:  # noqa: ARG002 - nothing to rename
        """Itself."""
        return self

    def to_dict(self) -> dict[str, object]:
        """``{"constant": 1}``."""
        return {"constant": 1}

    __hash__ = hashed_once


@final
@dataclass(frozen=True, repr=False)
class Zero(Expression):
    """The constant zero: an impossible event."""

    @property
    def free(self) -> Symbols:
        """Nothing."""
        return NOTHING

    @property
    def variables(self) -> Variables:
        """None."""
        return frozenset()

    @property
    def size(self) -> int:
        """None."""
        return 0

    def write(self, notation: Notation) -> str:  # noqa: ARG002 - a digit in every notation
        """The digit."""
        return "0"

    def table(self, law: Law) -> Table:  # noqa: ARG002 - the same under every law
        """No cell."""
        return Table((), {})

    def renamed(self, names: Mapping[Symbol, Symbol]) -> Zero:  # noqa: ARG002 - nothing to rename
        """Itself."""
        return self

    def to_dict(self) -> dict[str, object]:
        """``{"constant": 0}``."""
        return {"constant": 0}

    __hash__ = hashed_once


ONE: Final = One()
ZERO: Final = Zero()
