"""A potential outcome: a variable as it is in a world, and the settings that make the world.

Pearl (2009), definition 7.1.4.  What is set is a variable, or with a ``reader`` one edge only
(Avin, Shpitser & Pearl, 2005); it is set to a value, or to what it is in another world.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from causal.variables import Symbol, Variable, quoted

__all__ = ["Potential", "Setting", "Source"]

Source: TypeAlias = int | Symbol  # a copy of a variable by its number, or a value that was set


@dataclass(frozen=True)
class Setting:
    """One intervention of a world.

    >>> print(Setting("X", Symbol("X", value=1)), Setting("M", Potential("M")))
    X=1 M=M[]
    """

    variable: Variable
    to: Symbol | Potential
    reader: Variable | None = None

    def __str__(self) -> str:
        edge = "" if self.reader is None else f"->{quoted(self.reader)}"
        match self.to:
            case Symbol(variable, mark, None):
                behind = "" if (variable, mark) == (self.variable, 0) else f"={self.to}"
            case Symbol():
                behind = f"={self.to.shown}"
            case potential:
                behind = f"={potential}" if potential.under else f"={potential}[]"
        return quoted(self.variable) + edge + behind


@dataclass(frozen=True)
class Potential:
    """A variable in a world; without settings, the variable as it is.

    >>> print(Potential("Y", (Setting("X", Symbol("X", value=1)),)))
    Y[X=1]
    """

    variable: Variable
    under: tuple[Setting, ...] = ()

    def __str__(self) -> str:
        world = f"[{', '.join(map(str, self.under))}]" if self.under else ""
        return quoted(self.variable) + world
