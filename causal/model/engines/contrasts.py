"""Contrasts: a cause at one value and at another, and the worlds that differ in nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from causal.errors import DomainError, OptionError
from causal.model.scm import SCM
from causal.query import Assignment, Comparison, Event, Term, Value
from causal.variables import Variable, quoted

__all__ = ["Contrast", "One", "Outcome"]

One = Mapping[Variable, Value]
Settings = tuple[Assignment, ...]


@dataclass(frozen=True)
class Contrast:
    """A variable at ``value``, set against the same variable at ``other``."""

    variable: Variable
    value: Value
    other: Value

    @classmethod
    def of(cls, model: SCM, cause: One, instead: One | None) -> Contrast:
        """Read a cause such as {"X": 1}; with two values, what is instead of it is the other one.

        >>> from causal.model import random_scm
        >>> from causal.graph import ADMG
        >>> Contrast.of(random_scm(ADMG.parse("X"), 1), {"X": 1}, None)
        Contrast(variable='X', value=1, other=0)
        """
        variable, value = single("cause", cause)
        model.graph.require(variable)
        if (domain := model.domains.get(variable)) and value not in domain:
            raise DomainError(variable, value, domain)
        if instead is not None:
            other_variable, other = single("instead", instead)
            if other_variable != variable or other == value:
                raise OptionError("instead", dict(instead), f"it is another value of {variable}")
            return cls(variable, value, other)
        others = [each for each in model.domains.get(variable, ()) if each != value]
        if len(others) != 1 or not isinstance(others[0], int | float | str):
            example = f"instead={{{variable!r}: ...}}"
            raise OptionError("instead", None, f"{quoted(variable)} needs one; write {example}")
        return cls(variable, value, others[0])

    @property
    def here(self) -> Settings:
        """The world that has the cause."""
        return (Assignment(self.variable, self.value),)

    @property
    def there(self) -> Settings:
        """The world that has the other value instead."""
        return (Assignment(self.variable, self.other),)

    @property
    def seen(self) -> Event:
        """That the cause was there."""
        return Term(self.variable, self.value)

    @property
    def avoided(self) -> Event:
        """That the other value was there."""
        return Term(self.variable, self.other)

    def world(self, variable: Variable, more: Settings = ()) -> Term:
        """A variable as it is under the cause."""
        return Term(variable, under=(*self.here, *more))

    def baseline(self, variable: Variable, more: Settings = ()) -> Term:
        """A variable as it is under what is instead of the cause."""
        return Term(variable, under=(*self.there, *more))


@dataclass(frozen=True)
class Outcome:
    """Whether a variable has a value, said so that with two values none needs a ``!=``."""

    variable: Variable
    value: Value
    other: Value | None

    @classmethod
    def of(cls, model: SCM, effect: One) -> Outcome:
        """Read an effect such as {"Y": 1}."""
        variable, value = single("effect", effect)
        model.graph.require(variable)
        others = [each for each in model.domains.get(variable, ()) if each != value]
        if len(others) == 1 and isinstance(others[0], int | float | str):
            return cls(variable, value, others[0])
        return cls(variable, value, None)

    def happens(self, under: Settings = ()) -> Event:
        """That the effect is there, in a world."""
        return Term(self.variable, self.value, under)

    def fails(self, under: Settings = ()) -> Event:
        """That it is not."""
        if self.other is not None:
            return Term(self.variable, self.other, under)
        return Comparison(Term(self.variable, under=under), "!=", self.value)


def single(option: str, given: One) -> tuple[Variable, Value]:
    """The one variable and value of a mapping; raises OptionError for more or fewer.

    >>> single("cause", {"X": 1})
    ('X', 1)
    """
    if not isinstance(given, Mapping) or len(given) != 1:
        raise OptionError(option, given, 'it names one variable and its value, as in {"X": 1}')
    [(variable, value)] = given.items()
    return variable, value
