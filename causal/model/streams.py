"""Keyed random streams: each noise draws from its own, so who else draws changes nothing."""

from __future__ import annotations

from hashlib import blake2b
from typing import TypeAlias

import numpy as np

__all__ = ["Randomness", "root", "stream"]

Randomness: TypeAlias = np.random.Generator | int


def root(rng: Randomness) -> int:
    """The integer from which all streams of one call grow: the seed, or a generator's next draw.

    >>> root(7)
    7
    """
    return rng if isinstance(rng, int) else int(rng.integers(2**63))


def stream(seed: int, *key: str) -> np.random.Generator:
    """The stream of a key: the same for the same seed and key, independent of every other.

    >>> bool(stream(7, "X").random() == stream(7, "X").random())
    True
    >>> bool(stream(7, "X").random() == stream(7, "Y").random())
    False
    """
    words = blake2b(repr((seed, *key)).encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(words, "little")))
