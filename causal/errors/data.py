"""Data that a formula cannot be evaluated on."""

from __future__ import annotations

from collections.abc import Sequence

from causal.errors.wording import CausalError, row

__all__ = [
    "DataError",
    "MissingColumnsError",
    "MissingRegimeError",
    "PositivityError",
    "TooFewRowsError",
]


class DataError(CausalError, ValueError):
    """Data that a formula cannot be evaluated on."""


class MissingColumnsError(DataError):
    """Units without a column that the answer needs; ``missing`` lists them."""

    def __init__(self, missing: Sequence[str], why: str) -> None:
        self.missing, self.why = tuple(missing), why
        noun = "column" if len(self.missing) == 1 else "columns"
        super().__init__(f"the units have no {noun} {row(self.missing)}; {why}")


class MissingRegimeError(DataError):
    """A formula over experiments, and no data from one of them; ``known`` are those there are."""

    def __init__(self, wanted: str, known: Sequence[str]) -> None:
        self.wanted, self.known = wanted, tuple(known)
        there = f"there are {', '.join(self.known)}" if self.known else "there is none"
        super().__init__(f"the formula needs data taken under {wanted}; {there}")


class PositivityError(CausalError, ZeroDivisionError):
    """A conditional on an event that never happens; ``cells`` lists where."""

    def __init__(self, conditional: str, cells: Sequence[str]) -> None:
        self.conditional, self.cells = conditional, tuple(cells)
        where = "; ".join(self.cells[:5]) + ("; ..." if len(self.cells) > 5 else "")
        super().__init__(
            f"{conditional} is undefined where nothing was observed: {where}. "
            "The formula needs data (or positive probability) there."
        )


class TooFewRowsError(DataError):
    """Fewer observations than an interval needs."""

    def __init__(self, rows: int, needed: int, why: str) -> None:
        self.rows, self.needed = rows, needed
        super().__init__(f"{rows} rows, and {why} needs at least {needed}")
