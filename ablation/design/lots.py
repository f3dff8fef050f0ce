"""Lots that are keyed, not drawn in sequence: the same block has the same lot everywhere."""

import struct
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256, shake_256

from ablation.canonical import Json, canonical

_OPEN = ord("?")


def lot(*key: Json) -> float:
    """Draw a number from 0 to below 1 that depends on the key alone.

    >>> lot("order", 3) == lot("order", 3), 0 <= lot("order", 3) < 1
    (True, True)
    """
    head = sha256(canonical(list(key)).encode()).digest()[:6]
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
    stream = shake_256(canonical(list(key)).encode()).digest(2 * count)
    return struct.unpack(f"<{count}H", stream)


def lots_below(limit: int, count: int, key: str) -> bytes:
    """Say of each of the `lots` of a key, which is canonical text, whether it is below a limit.

    >>> lots_below(16384, 3, '["mask",3]'), [each < 16384 for each in lots(3, "mask", 3)]
    (b'100', [True, False, False])
    """
    stream = shake_256(key.encode()).digest(2 * count)
    high, low = divmod(limit, 256)
    below = stream[1::2].translate(_told(high, exact=not low))
    if b"?" not in below:
        return below
    drawn = enumerate(below)
    return bytes(b"01"[stream[2 * at] < low] if told == _OPEN else told for at, told in drawn)


@cache
def _told(high: int, *, exact: bool) -> bytes:
    """Say of every higher byte whether its number is below the limit, or the lower one tells."""
    return (b"1" * high + (b"0" if exact else b"?")).ljust(256, b"0")[:256]
