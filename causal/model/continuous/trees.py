"""Regression trees, added up, as a curve that is plain arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from causal.errors import DataError, ModelError
from causal.model.mechanism import Column, Columns, Value, Values
from causal.model.noise import Floats, floats
from causal.variables import Variable

__all__ = ["Tree", "Trees", "encoded"]


@dataclass(frozen=True)
class Tree:
    """Nodes by number, the root first: go left where the feature is at most the threshold.

    A leaf has itself on both sides, so that walking on stays there.
    """

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]
    depth: int

    def __post_init__(self) -> None:
        """Refuse nodes that are not there, and a depth that no tree of this size has."""
        size = len(self.value)
        parts = (self.feature, self.threshold, self.left, self.right)
        if not size or any(len(part) != size for part in parts) or not 0 <= self.depth < size:
            raise ModelError(f"a tree of {size} nodes and depth {self.depth} is none")
        if not all(0 <= node < size for node in (*self.left, *self.right)):
            raise ModelError(f"a tree of {size} nodes leads to others")


@dataclass(frozen=True)
class Trees:
    """A curve: a base value plus what every tree adds.

    Categorical parents enter by the place of their value in ``domains``.

    >>> stump = Tree((0, 0, 0), (0.5, 0.0, 0.0), (1, 1, 2), (2, 1, 2), (0.0, -1.0, 1.0), 1)
    >>> Trees(("X",), 10.0, (stump,)).at([np.array([0.0, 1.0])], 2)
    array([ 9., 11.])
    """

    given: tuple[Variable, ...]
    base: float
    trees: tuple[Tree, ...]
    domains: tuple[tuple[Variable, Values], ...] = ()

    def at(self, given: Columns, units: int) -> Floats:
        """The base plus the leaf of every tree, unit by unit."""
        matrix = encoded(dict(zip(self.given, given, strict=True)), self.given, dict(self.domains))
        total = np.full(units, self.base)
        rows = np.arange(units)
        for depth, feature, threshold, left, right, value in self._arrays:
            node = np.zeros(units, dtype=np.intp)
            for _ in range(depth):
                goes_left = matrix[rows, feature[node]] <= threshold[node]
                node = np.where(goes_left, left[node], right[node])
            total += value[node]
        return total

    def to_dict(self) -> dict[str, object]:
        """Base and trees as plain data."""
        return {
            "kind": "trees",
            "given": list(self.given),
            "base": self.base,
            "domains": [[name, list(values)] for name, values in self.domains],
            "trees": [
                {
                    "feature": list(tree.feature),
                    "threshold": list(tree.threshold),
                    "left": list(tree.left),
                    "right": list(tree.right),
                    "value": list(tree.value),
                    "depth": tree.depth,
                }
                for tree in self.trees
            ],
        }

    @cached_property
    def _arrays(self) -> list[tuple[int, Column, Floats, Column, Column, Floats]]:
        return [
            (
                tree.depth,
                np.array(tree.feature, dtype=np.intp),
                np.array(tree.threshold),
                np.array(tree.left, dtype=np.intp),
                np.array(tree.right, dtype=np.intp),
                np.array(tree.value),
            )
            for tree in self.trees
        ]


def encoded(
    columns: Mapping[Variable, Column],
    given: Values | tuple[str, ...],
    domains: Mapping[str, Values],
) -> Floats:
    """One column a parent; the place of a value where the parent is categorical."""
    read = [
        _places(name, columns[name], domains[name]) if name in domains else floats(columns[name])
        for name in map(str, given)
    ]
    return np.column_stack(read) if read else np.empty((0, 0))


def _places(name: Variable, column: Column, values: Values) -> Floats:
    place: dict[Value, int] = {value: i for i, value in enumerate(values)}
    try:
        return np.array([place[value] for value in column.tolist()], dtype=np.float64)
    except KeyError as error:
        raise DataError(
            f"{name} is {error.args[0]!r} somewhere; the mechanism has learned {values}"
        ) from error
