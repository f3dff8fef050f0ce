"""Finite mechanisms spelt out, as interventions on tables need them: an answer a row and cell.

The cells are those of the old table, whose noise thereby stays what it was, in every coupling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType

from causal.errors import DomainError, ModelError
from causal.model.exact import Row
from causal.model.finite.columns import Lookup
from causal.model.mechanism import Chances, Column, Columns, FiniteMechanism, Trait, Value, Values
from causal.model.noise import Finite
from causal.model.posterior import Cells
from causal.variables import Variables

__all__ = ["Answers", "held_table", "shifted_table"]


@dataclass(frozen=True)
class Answers:
    """A finite mechanism spelt out: the value in every row and every cell of its noise."""

    given: tuple[str, ...]
    pairs: tuple[tuple[Values, Values], ...]
    cells: Row
    values: Values
    ignores: tuple[str, ...] = ()
    assumes: str = ""
    traits: frozenset[Trait] = frozenset({Trait.TABLE})

    @property
    def reads(self) -> Variables:
        """What a row is written under, and the ignored ones."""
        return frozenset(self.given + self.ignores)

    @property
    def noise(self) -> Finite:
        """The cells."""
        return Finite(self.cells)

    @property
    def settings(self) -> tuple[Values, ...]:
        """What is given in each row."""
        return tuple(key for key, _ in self.pairs)

    @property
    def rows(self) -> Mapping[Values, Row]:
        """The law of the value in each row."""
        return MappingProxyType(self._rows)

    def respond(self, given: Values, cell: int) -> Value:
        """The value in a row and a cell."""
        return self._answers[given][cell]

    @property
    def picks(self) -> tuple[tuple[int, ...], ...]:
        """For each cell, the place of the value in every row."""
        place = {value: i for i, value in enumerate(self.values)}
        rows = ([place[answer] for answer in answers] for _, answers in self.pairs)
        return tuple(zip(*rows, strict=True))

    def forward(self, given: Columns, noise: Column) -> Column:
        """The value of each unit, by its row and its cell."""
        return self._lookup.forward(given, noise)

    def abduct(self, value: Column, given: Columns) -> Cells:
        """The cells in which each unit can be."""
        return self._lookup.abduct(value, given)

    def couple(self, value: Column, given: Columns, then: Columns) -> Chances:
        """The law of each unit's value in another row."""
        return self._lookup.couple(value, given, then)

    @cached_property
    def _lookup(self) -> Lookup:
        return Lookup.of(self)

    @cached_property
    def _answers(self) -> dict[Values, Values]:
        return dict(self.pairs)

    @cached_property
    def _rows(self) -> dict[Values, Row]:
        return {key: tuple(map(self._weight(answers), self.values)) for key, answers in self.pairs}

    def _weight(self, answers: Values) -> Callable[[Value], Fraction]:
        cells = list(zip(self.cells, answers, strict=True))
        return lambda value: sum((w for w, answer in cells if answer == value), start=Fraction())

    def to_dict(self) -> dict[str, object]:
        """Rows, cells and answers as plain data."""
        return {
            "kind": "answers",
            "given": list(self.given),
            "values": list(self.values),
            "cells": [str(p) for p in self.cells],
            "rows": [{"given": list(key), "values": list(answers)} for key, answers in self.pairs],
            "ignores": list(self.ignores),
            "assumes": self.assumes,
        }


def held_table(was: FiniteMechanism, name: str, value: Value) -> Answers:
    """A table that sees a constant in place of one of its causes: the rows where it is that."""
    if name not in was.given:
        return _spelt(was, was.given, {key: _answered(was, key) for key in was.rows}, drop=name)
    at = was.given.index(name)
    kept = [key for key in was.rows if key[at] == value]
    if not kept:
        raise DomainError(name, value, tuple(dict.fromkeys(key[at] for key in was.rows)))
    pairs = {key[:at] + key[at + 1 :]: _answered(was, key) for key in kept}
    return _spelt(was, was.given[:at] + was.given[at + 1 :], pairs, drop=name)


def shifted_table(was: FiniteMechanism, by: float, *, of: str) -> Answers:
    """A table whose answers are moved; raises DomainError when one can leave the domain."""
    return _spelt(was, was.given, {key: _moved(was, key, by, of) for key in was.rows})


def _moved(was: FiniteMechanism, key: Values, by: float, of: str) -> Values:
    moved: list[Value] = []
    for weight, value in zip(was.cells, _answered(was, key), strict=True):
        if not isinstance(value, int | float):
            raise ModelError(f"{of} can be {value!r}, to which {by:g} cannot be added")
        there = [possible for possible in was.values if possible == value + by]
        if weight and not there:
            raise DomainError(of, value + by, was.values)
        moved += there or [value]
    return tuple(moved)


def _answered(was: FiniteMechanism, key: Values) -> Values:
    return tuple(was.respond(key, cell) for cell in range(len(was.cells)))


def _spelt(
    was: FiniteMechanism, given: tuple[str, ...], pairs: Mapping[Values, Values], drop: str = ""
) -> Answers:
    ignored = tuple(sorted(was.reads - {*was.given, drop}))
    return Answers(given, tuple(pairs.items()), was.cells, was.values, ignored, was.assumes)
