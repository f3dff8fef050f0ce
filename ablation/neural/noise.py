"""Noise as variables: every random number has a name, and its value depends on nothing else.

A stream is keyed by (seed, unit, site) and its counter by the draw (Philox; Salmon et al. 2011),
so a value is the same in every world, in any order, in any chunk, with any module skipped.
"""

from dataclasses import dataclass
from hashlib import blake2b
from numbers import Integral
from typing import Protocol

import numpy as np
from numpy.random import Philox
from numpy.typing import NDArray

from ablation.neural.errors import SeedError


def require_seed(seed: object) -> int:
    """The seed as a plain number; raises SeedError for what no stream begins from.

    >>> require_seed(1.5)
    Traceback (most recent call last):
        ...
    ablation.neural.errors.SeedError: seed is 1.5; expected a whole number from -2**63 to 2**63 - 1.
    """
    if not isinstance(seed, Integral) or not -(2**63) <= int(seed) < 2**63:
        raise SeedError(seed)
    return int(seed)


class NoiseSource(Protocol):
    """Where random numbers come from: 32 random bits for each entry of a site, draw by draw."""

    def words(self, site: str, count: int, draws: range) -> NDArray[np.uint32]:
        """Return the words of a site with `count` entries: one row a draw."""
        ...


@dataclass(frozen=True, slots=True)
class KeyedNoise:
    """Independent uniform bits for every (unit, site, entry, draw), fixed by one seed.

    >>> noise = KeyedNoise(seed=1)
    >>> together = noise.words("dropout", 3, range(0, 10))
    >>> bool((noise.words("dropout", 3, range(7, 10)) == together[7:]).all())
    True
    """

    seed: int = 0
    unit: int = 0

    def __post_init__(self) -> None:
        require_seed(self.seed)

    def words(self, site: str, count: int, draws: range) -> NDArray[np.uint32]:
        """Return the words of a site with `count` entries: one row a draw."""
        name = f"{self.seed} {self.unit} {count} {site}".encode()
        key = int.from_bytes(blake2b(name, digest_size=16).digest(), "little")
        blocks = -(-count // 8)  # one step of the counter makes eight words
        stream = Philox(key=key, counter=draws.start * blocks)
        raw = stream.random_raw(4 * blocks * len(draws))
        return raw.view(np.uint32).reshape(len(draws), 8 * blocks)[:, :count]
