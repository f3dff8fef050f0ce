"""Keyed random streams: each noise draws from its own, so who else draws changes nothing."""

from __future__ import annotations

from hashlib import blake2b
from typing import TypeAlias

import numpy as np

from causal.errors import OptionError

__all__ = ["Randomness", "root", "stream"]

Randomness: TypeAlias = np.random.Generator | int


def root(rng: Randomness) -> int:
    """The integer from which all streams of one call grow: the seed, or a generator's next draw.

    Raises OptionError for what is neither.

    >>> root(7)
    7
    """
    if isinstance(rng, int | np.integer):
        return int(rng)
    if not isinstance(rng, np.random.Generator):
        raise OptionError("rng", rng, "it is a seed, a whole number, or a numpy.random.Generator")
    return int(rng.integers(2**63))


def stream(seed: int, *key: str) -> np.random.Generator:
    """The stream of a key: the same for the same seed and key, independent of every other.

    >>> bool(stream(7, "X").random() == stream(7, "X").random())
    True
    >>> bool(stream(7, "X").random() == stream(7, "Y").random())
    False
    """
    words = blake2b(repr((seed, *key)).encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(words, "little")))
