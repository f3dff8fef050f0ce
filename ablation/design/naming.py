"""What a condition is called: by what is off in it, by what is left on, or by a number.

A name never lists more than six components. Beyond that a condition is known by a number, which
depends on the names of the components that are off and on nothing else: not on their order in the
study, nor on the other conditions. For up to 64 components the number is what is off, one bit each,
so no two conditions share one; for more it is a sum of digests of 64 bits (Zobrist 1970), of which
two among a million are alike with a chance of 3 in 100 million, and a plan would refuse them.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from itertools import compress
from operator import getitem

from ablation.errors import listed

BASELINE = "baseline"
_SPELLED = 6  # components that a name lists
_BITS = 64  # of a number
_DIGITS = bytes.maketrans(b"01", b"\0\1")


class Naming:
    """Names the conditions of some components, each by its mask (bit 0: the first is off).

    >>> naming = Naming("abcd")
    >>> [naming.of(mask) for mask in (0b0000, 0b0001, 0b0011, 0b0111, 0b1111)]
    ['baseline', 'without a', 'without a and b', 'only d', 'nothing on']
    >>> Naming([f"c{index:02}" for index in range(20)]).of(0b1111_0000_1010)
    'without c01, c03, c08, c09, c10 and c11'
    >>> Naming([f"c{index:02}" for index in range(20)]).of(0b1111_0000_1111)
    '12 of 20 on, 00f0f'
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self._sums = _sums(self._names)
        self._width = min(len(self._names) + 3, _BITS) // 4

    def of(self, mask: int) -> str:
        """Name the condition in which the components of a mask are off."""
        off = mask.bit_count()
        on = len(self._names) - off
        if min(off, on) > _SPELLED:
            number = sum(map(getitem, self._sums, mask.to_bytes(len(self._sums), "little")))
            return f"{on} of {off + on} on, {number % 2**_BITS:0{self._width}x}"
        if not off:
            return BASELINE
        if not on and off > 1:
            return "nothing on"
        if 0 < on < off:
            return f"only {self._listed((1 << off + on) - 1 ^ mask)}"
        return f"without {self._listed(mask)}"

    def _listed(self, mask: int) -> str:
        return listed(compress(self._names, selected(mask, len(self._names))))


def selected(mask: int, count: int) -> bytes:
    """Spell a mask as one byte a component, 1 where it is off.

    >>> [*selected(0b0011, 4)]
    [1, 1, 0, 0]
    """
    return f"{mask:0{count}b}"[::-1].encode().translate(_DIGITS)


@lru_cache(maxsize=16)
def _sums(names: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
    """Add up the numbers of what is off, for every value of every byte of a mask."""
    numbers, sums = _numbers(names), []
    for start in range(0, len(names), 8):
        known = [0]
        for number in numbers[start : start + 8]:
            known += [before + number for before in known]
        sums.append(tuple(known))
    return tuple(sums)


def _numbers(names: Sequence[str]) -> list[int]:
    """Number the components so that sums tell apart which of them are off."""
    if len(names) > _BITS:
        return [int.from_bytes(sha256(each.encode()).digest()[: _BITS // 8]) for each in names]
    places = {name: place for place, name in enumerate(sorted(names))}
    return [1 << places[each] for each in names]
