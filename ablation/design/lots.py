"""Lots that are keyed, not drawn in sequence: the same block has the same lot everywhere."""

import hashlib
import struct
from collections.abc import Iterable, Sequence

from ablation.canonical import Json, canonical


def lot(*key: Json) -> float:
    """Draw a number from 0 to below 1 that depends on the key alone.

    >>> lot("order", 3) == lot("order", 3), 0 <= lot("order", 3) < 1
    (True, True)
    """
    head = hashlib.sha256(canonical(list(key)).encode()).digest()[:6]
    return int.from_bytes(head) / 2**48


def shuffled(items: Iterable[str], *key: Json) -> Sequence[str]:
    """Put names in an order that depends on the key, and not on how they came.

    >>> shuffled("abc", 1) == shuffled("cba", 1)
    True
    """
    return sorted(items, key=lambda item: (lot(*key, item), item))


def lots(count: int, *key: Json) -> Sequence[int]:
    """Draw so many integers of 16 bits that depend on the key alone, all at once.

    >>> lots(2, "mask", 3) == lots(3, "mask", 3)[:2], max(lots(9, "mask")) < 2**16
    (True, True)
    """
    return lots_of(count, canonical(list(key)))


def lots_of(count: int, key: str) -> Sequence[int]:
    """Draw as `lots` does, from a key that is canonical text already.

    >>> lots_of(2, '["mask",3]') == lots(2, "mask", 3)
    True
    """
    stream = hashlib.shake_256(key.encode()).digest(2 * count)
    return struct.unpack(f"<{count}H", stream)
