"""What every formula can do: write itself, evaluate itself on a finite law, rename its symbols.

A formula is an immutable tree.  Scoping is lexical: a sum binds its symbols in its body and nowhere
else.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias, cast

from causal.expression.law import Experiments, Frame, Labelled, Law, read
from causal.expression.notation import LATEX, TEXT, Notation, by_name
from causal.expression.table import Table, as_series
from causal.variables import Symbol, Variables, natural

if TYPE_CHECKING:
    from pandas import Series

__all__ = ["NOTHING", "Expression", "Symbols", "hashed_once", "in_order"]

Symbols: TypeAlias = frozenset[Symbol]
NOTHING: Symbols = frozenset()
_TELLING = 100  # characters of a formula in which its place is mostly decided


class Expression(ABC):
    """A function of a law: what an estimand is.  Prints as text, compares by structure."""

    __match_args__: tuple[str, ...] = ()

    @property
    @abstractmethod
    def free(self) -> Symbols:
        """The symbols that the value depends on."""

    @property
    @abstractmethod
    def variables(self) -> Variables:
        """Every variable whose law is used, free or summed."""

    @property
    @abstractmethod
    def size(self) -> int:
        """How many laws it writes: what it costs to read and to rewrite."""

    @abstractmethod
    def write(self, notation: Notation) -> str:
        """The formula in a notation."""

    @abstractmethod
    def table(self, law: Law) -> Table:
        """The value for every assignment of the free symbols."""

    @abstractmethod
    def renamed(self, names: Mapping[Symbol, Symbol]) -> Expression:
        """The same with its free symbols renamed."""

    @abstractmethod
    def to_dict(self) -> dict[str, object]:
        """Plain data, for JSON."""

    @cached_property
    def key(self) -> int:
        """The structural hash."""
        fields = (vars(self)[name] for name in self.__match_args__)
        return hash((type(self).__name__, *fields))

    @cached_property
    def text(self) -> str:
        """What it prints as."""
        return self.write(TEXT)

    def written(self, notation: Notation) -> str:
        """The formula in a notation, plain text from what is known already."""
        return self.text if notation is TEXT else self.write(notation)

    @cached_property
    def reading(self) -> tuple[object, ...]:
        """Its place among the factors of a product: by its text, where numbers count as such."""
        return (natural(self.text[:_TELLING]), self.text)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"

    def __str__(self) -> str:
        return self.text

    def latex(self) -> str:
        r"""The formula as LaTeX, every name escaped.

        >>> from causal.expression import P
        >>> P.of_names(["Y"], ["X", "Z"]).latex()
        'P(Y \\mid X, Z)'
        """
        return self.write(LATEX)

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    def to_sympy(self) -> object:
        """The formula for sympy, as ``causal.interop.sympy.to_sympy`` gives it (ADR 17).

        >>> from causal.expression import P
        >>> print(P.of_names(["Y"], ["X"]).to_sympy())
        p0[v0, v1]
        p0 = P(Y | X)
        """
        return import_module("causal.interop.sympy").to_sympy(self)

    def evaluate(self, law: Labelled | Frame | Experiments) -> Series:
        """The value on a law, as a Series over the free symbols.

        ``law`` is a Series of probabilities whose index levels are named after the variables, or a
        DataFrame of observations, standing for its empirical law.  A formula over experiments reads
        ``{"do(X)": law, "P(.)": law}``, a law for each regime (see causal.expression.regimes);
        where the rows of a trial say what X was set to, one table holds all of its arms.
        Fractions stay exact.  Raises PositivityError where the formula divides by the probability
        of something never seen, MissingRegimeError for an experiment that is not there, and
        DataError for what is no law.

        >>> import pandas as pd
        >>> from causal.expression import P
        >>> data = pd.DataFrame({"X": [0, 0, 1, 1], "Y": [0, 1, 1, 1]})
        >>> P.of_names(["Y"], ["X"]).evaluate(data)[1, 1]
        Fraction(1, 1)
        >>> trial = pd.DataFrame({"X": [0, 0, 1], "Y": [0, 1, 1]})
        >>> P.of_names(["Y"], do=["X"]).evaluate({"do(X)": trial})[0, 1]
        Fraction(1, 2)
        """
        known = read(law, self.variables)
        like = cast("Labelled", next(iter(law.values())) if isinstance(law, Mapping) else law)
        return as_series(self.table(known), known, like=like)


def hashed_once(self: Expression) -> int:
    """Hash of a node, computed once: trees share subtrees."""
    return self.key


def in_order(symbols: Iterable[Symbol]) -> list[str]:
    """Symbols as plain text, in natural order."""
    return [str(s) for s in sorted(symbols, key=by_name)]
