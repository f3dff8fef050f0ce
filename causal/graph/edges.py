"""The edges of a graph as separation reads them: the neighbours of each vertex, by number."""

from __future__ import annotations

from typing import Protocol, TypeAlias

__all__ = ["Edges", "Lists"]

Lists: TypeAlias = tuple[tuple[int, ...], ...]


class Edges(Protocol):
    """What separation needs to know of a graph: each vertex's neighbours, as masks and as lists."""

    @property
    def parent_masks(self) -> tuple[int, ...]:
        """Tails of the edges into each vertex."""

    @property
    def child_masks(self) -> tuple[int, ...]:
        """Heads of the edges out of each vertex."""

    @property
    def sibling_masks(self) -> tuple[int, ...]:
        """Other ends of the ``<->`` edges at each vertex."""

    @property
    def parent_lists(self) -> Lists:
        """The same as ``parent_masks``, member by member."""

    @property
    def child_lists(self) -> Lists:
        """The same as ``child_masks``, member by member."""

    @property
    def sibling_lists(self) -> Lists:
        """The same as ``sibling_masks``, member by member."""
