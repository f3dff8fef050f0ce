"""What one mechanism is learned from: the columns of a variable and of its parents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal.model.mechanism import Column, Mechanism, Values
from causal.model.noise import Floats, floats
from causal.variables import Variable

__all__ = ["Learner", "Regression", "Rows", "Task"]

Rows: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Task:
    """A variable, its parents in order, and their columns; ``levels`` lists who has which values.

    A name without levels is a real number.
    """

    variable: Variable
    given: tuple[Variable, ...]
    columns: Mapping[Variable, Column]
    levels: Mapping[Variable, Values]

    @property
    def target(self) -> Column:
        """The column of the variable itself."""
        return self.columns[self.variable]

    @property
    def parents(self) -> list[Column]:
        """The columns of the parents, in order."""
        return [self.columns[name] for name in self.given]

    @property
    def values(self) -> Values:
        """The values of the variable; empty when it is a real number."""
        return self.levels.get(self.variable, ())

    @property
    def numbers(self) -> Floats:
        """The target in double precision."""
        return floats(self.target)

    def __len__(self) -> int:
        return len(self.target)

    def only(self, rows: Rows) -> Task:
        """The same task on some of the rows."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        return Task(self.variable, self.given, columns, self.levels)


class Learner(Protocol):
    """A way to learn a mechanism; a frozen value, so that reports can name it."""

    def learn(self, task: Task) -> Mechanism:
        """The mechanism that the rows teach; raises DataError when they cannot."""


class Regression(Learner, Protocol):
    """A learner of real numbers."""
