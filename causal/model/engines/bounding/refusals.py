"""What bounding refuses to do, with the number that was too large."""

from __future__ import annotations

from causal.errors import CausalError

__all__ = ["TooLargeError"]


class TooLargeError(CausalError):
    """More response types, or ways for an event, than the budget allows.

    >>> print(TooLargeError(70_000, "response types", 50_000))
    there are more than 50,000 response types (at least 70,000)
    """

    def __init__(self, count: int, of: str, budget: int) -> None:
        self.count, self.of, self.budget = count, of, budget
        super().__init__(f"there are more than {budget:,} {of} (at least {count:,})")
