"""The parts of a question: what is asked about, in which world, and what is set there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from causal.errors import QueryError
from causal.variables import Variable, listed, quoted, repeated

__all__ = ["Assignment", "Term", "Value", "shown"]

Value: TypeAlias = int | float | str | bool


@dataclass(frozen=True)
class Assignment:
    """A variable that is set: to a value, to one left open (None), or to what it is elsewhere.

    With a ``reader`` only that child sees the value: an intervention on one edge, as in
    Avin, Shpitser & Pearl (2005); all others read the variable as it is.

    >>> print(Assignment("X", 1), Assignment("X", 1, reader="M"))
    X=1 X->M=1
    """

    variable: Variable
    value: Value | Term | None = None
    reader: Variable | None = None

    def __str__(self) -> str:
        edge = "" if self.reader is None else f"->{quoted(self.reader)}"
        return quoted(self.variable) + edge + _equals(self.value)


@dataclass(frozen=True)
class Term:
    """A variable, in the world where ``under`` has been set, and the value asked about.

    >>> str(Term("Y", value=1, under=(Assignment("X", 0),)))
    'Y[X=0]=1'
    """

    variable: Variable
    value: Value | None = None
    under: tuple[Assignment, ...] = ()

    def __str__(self) -> str:
        world = f"[{', '.join(map(str, self.under))}]" if self.under else ""
        return quoted(self.variable) + world + _equals(self.value)

    @property
    def placed(self) -> str:
        """The text where a bare name would be read as a value: ``M[]`` is M as it is in fact.

        >>> Term("M").placed, Term("M", under=(Assignment("X", 0),)).placed
        ('M[]', 'M[X=0]')
        """
        return str(self) if self.under else f"{quoted(self.variable)}[]"

    def __post_init__(self) -> None:
        """Refuse a world in which one variable is set twice."""
        if len(self.under) < 2:
            return
        set_here = [(assignment.variable, assignment.reader) for assignment in self.under]
        if twice := {variable for variable, _ in repeated(set_here)}:
            raise QueryError(
                f"{self} sets {listed(map(quoted, twice))} twice; in one world it has one value",
                twice,
            )

    def variables(self) -> Iterator[Variable]:
        """Every variable it mentions, at any depth."""
        yield self.variable
        for assignment in self.under:
            yield assignment.variable
            if assignment.reader is not None:
                yield assignment.reader
            if isinstance(assignment.value, Term):
                yield from assignment.value.variables()

    def values(self) -> Iterator[tuple[Variable, Value]]:
        """Every value it mentions, with its variable, at any depth.

        >>> list(Term("Y", value=1, under=(Assignment("X", 0),)).values())
        [('Y', 1), ('X', 0)]
        """
        if self.value is not None:
            yield self.variable, self.value
        for assignment in self.under:
            match assignment.value:
                case None:
                    continue
                case Term() as inner:
                    yield from inner.values()
                case value:
                    yield assignment.variable, value


def shown(value: Value | Term) -> str:
    """A value, or a variable that stands for its value, as the query language writes it.

    >>> shown(1), shown("high"), shown("1"), shown(Term("M"))
    ('1', 'high', '"1"', 'M[]')
    """
    match value:
        case Term():
            return value.placed
        case str():
            return quoted(value) if _is_word(value) else f'"{value}"'
        case _:
            return str(value)


def _equals(value: Value | Term | None) -> str:
    return "" if value is None else f"={shown(value)}"


def _is_word(value: str) -> bool:
    return not value.isdecimal() and value not in ("True", "False")
