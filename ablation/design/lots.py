"""Lots that are keyed, not drawn in sequence: the same block has the same lot everywhere."""

from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256, shake_256

from ablation.canonical import Json, canonical


def shuffled(items: Iterable[str], *key: Json) -> Sequence[str]:
    """Put names in an order that depends on the key, and not on how they came.

    >>> shuffled("abc", 1) == shuffled("cba", 1)
    True
    """
    head = canonical(list(key))[:-1]
    return sorted(items, key=lambda item: sha256(f"{head},{canonical(item)}]".encode()).digest())


def lots_below(limit: int, count: int, *key: Json) -> bytes:
    """Draw integers of 16 bits that depend on the key alone, and spell 1 for each below a limit.

    >>> lots_below(2**15, 8, "mask", 3), lots_below(2**15, 4, "mask", 3), lots_below(0, 4, "mask")
    (b'11101010', b'1110', b'0000')
    """
    stream = shake_256(canonical(list(key)).encode()).digest(2 * count)
    high, low = divmod(limit, 256)
    below = bytearray(stream[1::2].translate(_told(high, exact=not low)))
    at = below.find(b"?")
    while at >= 0:
        below[at] = b"01"[stream[2 * at] < low]
        at = below.find(b"?", at)
    return bytes(below)


@cache
def _told(high: int, *, exact: bool) -> bytes:
    """Say of every higher byte whether its number is below the limit, or the lower one tells."""
    return (b"1" * high + (b"0" if exact else b"?")).ljust(256, b"0")[:256]
