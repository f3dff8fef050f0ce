"""Blocks and the random streams in them: which vary from block to block, and which are held.

With streams crossed (each split with each start), the spread of a metric is told apart by its
source (Bouthillier et al. 2021, "Accounting for variance in machine learning benchmarks").
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import prod
from types import MappingProxyType

from ablation.design.seeds import family
from ablation.errors import StudyError


@dataclass(frozen=True, slots=True)
class Streams:
    """How random streams follow the seeds: each follows its block, unless it is held or crossed.

    `held` streams have in every block what they have in the first. `crossed` ones have so many
    levels, and there is one block for every combination. A name stands for its family
    ("init" for "init head.weight").

    >>> Streams(crossed={"split": 2, "init": 3}).blocks
    6
    >>> [Streams(crossed={"split": 2, "init": 3}).levels(block, range(6)) for block in (0, 1, 3)]
    [{'split': 0, 'init': 0}, {'split': 0, 'init': 1}, {'split': 1, 'init': 0}]
    """

    held: Iterable[str] = ()
    crossed: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        held = (self.held,) if isinstance(self.held, str) else tuple(self.held)
        object.__setattr__(self, "held", held)
        object.__setattr__(self, "crossed", MappingProxyType(dict(self.crossed)))
        for name in (*held, *self.crossed):
            if not isinstance(name, str) or not name or family(name) != name:
                raise StudyError(
                    f"a stream is held or crossed by the name of its family, without a space, a "
                    f"colon or a slash; {name!r} is none."
                )
        for name, levels in self.crossed.items():
            if type(levels) is not int or levels < 2 or name in held:
                raise StudyError(
                    f"the stream {name!r} is crossed at {levels!r} levels"
                    f"{', and held' if name in held else ''}: give it 2 or more, or hold it."
                )

    def __hash__(self) -> int:
        return hash((self.held, *self.crossed.items()))

    @property
    def blocks(self) -> int | None:
        """How many blocks crossing makes; None where nothing is crossed."""
        return prod(self.crossed.values()) if self.crossed else None

    def levels(self, seed: int, seeds: Iterable[int]) -> dict[str, int]:
        """Say which seed each stream follows in a block, where that is not the block's own."""
        blocks = tuple(seeds)
        found = dict.fromkeys(self.held, blocks[0])
        if not self.crossed:
            return found
        place = blocks.index(seed)
        crossed: dict[str, int] = {}
        for name, count in reversed(tuple(self.crossed.items())):
            place, level = divmod(place, count)
            crossed[name] = blocks[level]
        return {**found, **dict(reversed(crossed.items()))}
