"""Plackett-Burman: main effects of K components in the next multiple of four above K runs.

Plackett & Burman (1946, Biometrika 33:305). The rows are Paley's (1933): squares modulo a prime, or
two such blocks, or a smaller design doubled. Every two columns are orthogonal; each main effect is
partly aliased with every interaction of two others, unless the design is folded over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import ClassVar

from ablation.canonical import Json
from ablation.component import Component
from ablation.design.condition import Condition, Design
from ablation.design.contrast import Contrast
from ablation.design.masks import BY_HALVES, conditions_of, main_effects
from ablation.errors import StudyError

MOST = 199
PARTLY = "a share of every interaction of two others"


@dataclass(frozen=True, slots=True)
class PlackettBurman(Design):
    """About half of the components off in every run but the baseline.

    Folded over, every run has its mirror image: twice the runs, and no main effect is aliased with
    an interaction of two.

    >>> parts = [Component(f"c{index}", switch=f"c{index}") for index in range(11)]
    >>> len(PlackettBurman().conditions(parts)), len(PlackettBurman(folded=True).conditions(parts))
    (12, 24)
    """

    name: ClassVar[str] = "plackett-burman"
    meaning: ClassVar[str] = BY_HALVES

    folded: bool = False

    @property
    def settings(self) -> Mapping[str, Json]:
        """Whether it is folded over."""
        return {"folded": True} if self.folded else {}

    def masks(self, components: Sequence[Component]) -> tuple[int, ...]:
        """List the runs as masks of what is off, the baseline first."""
        rows = runs(len(components))
        full = (1 << len(components)) - 1
        return (*rows, *(full ^ row for row in rows)) if self.folded else rows

    def conditions(self, components: Sequence[Component]) -> tuple[Condition, ...]:
        """List the runs, the baseline first."""
        return conditions_of(components, self.masks(components))

    def contrasts(self, components: Sequence[Component]) -> tuple[Contrast, ...]:
        """Compare the mean of the runs with a component and of those without, for each."""
        effects = main_effects(components, self.masks(components))
        if self.folded or len(components) < 3:
            return effects
        return tuple(replace(each, aliases=(PARTLY,)) for each in effects)


def runs(count: int) -> tuple[int, ...]:
    """Give the first `count` columns of the smallest design that has them, the baseline first.

    >>> [f"{row:07b}"[::-1] for row in runs(7)][:2]
    ['0000000', '1110100']
    """
    if not 1 <= count <= MOST:
        raise StudyError(
            f"a Plackett-Burman design has 1 to {MOST} components, not {count}: screen groups."
        )
    size = 4 * (count // 4 + 1)
    while (rows := _rows(size)) is None:
        size += 4
    keep = (1 << count) - 1
    return tuple(row & keep for row in rows)


@cache
def _rows(size: int) -> tuple[int, ...] | None:
    """Make a design of that many runs and size - 1 columns, if one of three ways leads to it."""
    if _is_prime(size - 1) and size % 4 == 0:
        return _cyclic(size - 1)
    if size % 4 == 0 and _is_prime(size // 2 - 1) and (size // 2 - 1) % 4 == 1:
        return _paired(size // 2 - 1)
    half = _rows(size // 2) if size % 8 == 0 else None
    return None if half is None else _doubled(half, size // 2)


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % each for each in range(2, int(number**0.5) + 1))


def _squares(prime: int) -> set[int]:
    return {each * each % prime for each in range(1, prime)}


def _cyclic(prime: int) -> tuple[int, ...]:
    """Shift the printed first row, off at zero and at the squares; prime = 3 modulo 4."""
    off = {0, *_squares(prime)}
    rows = [
        sum(1 << column for column in range(prime) if (column - shift) % prime in off)
        for shift in range(prime)
    ]
    return (0, *rows)


def _paired(prime: int) -> tuple[int, ...]:
    """Paley's second way: each entry of a symmetric block becomes two by two; prime = 1 modulo 4.

    Signs are those of the matrix S (x) [[1, 1], [1, -1]] + 1 (x) [[1, -1], [-1, -1]], made so that
    its first row and column are +, which are the baseline and the mean.
    """
    squares = _squares(prime)

    def sign(row: int, column: int) -> int:
        if row == column:
            return 0
        if 0 in (row, column):
            return 1
        return 1 if (row - column) % prime in squares else -1

    order = prime + 1
    matrix = [
        [
            sign(row // 2, column // 2) * (-1 if row % 2 and column % 2 else 1)
            or (1 if row % 2 == column % 2 == 0 else -1)
            for column in range(2 * order)
        ]
        for row in range(2 * order)
    ]
    return _normal(matrix)


def _normal(matrix: list[list[int]]) -> tuple[int, ...]:
    """Turn signs until the first row and column are +; then - is off."""
    turned = [[value * matrix[0][at] for at, value in enumerate(row)] for row in matrix]
    return tuple(
        sum(1 << at for at, value in enumerate(row[1:]) if value * row[0] < 0) for row in turned
    )


def _doubled(half: Sequence[int], size: int) -> tuple[int, ...]:
    """Sylvester's way: the design beside itself, and beside its mirror image."""
    full = (1 << size) - 1
    wide = [row << 1 for row in half]  # with the column of the mean, which is on
    return tuple((row | row << size) >> 1 for row in wide) + tuple(
        (row | (full ^ row) << size) >> 1 for row in wide
    )
