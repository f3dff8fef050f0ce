"""What a trial did on every example, packed where it ran: a byte each where all are 0 or 1.

Ten thousand right-or-wrong answers travel and rest in a kilobyte or two.
"""

import sys
import zlib
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Literal, TypeAlias, cast, get_args

Kind: TypeAlias = Literal["byte", "double"]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """One number an example, in the order in which the system returned them.

    >>> packed = Outcomes.of([1, 0, 1, 1])
    >>> packed.kind, packed.count, packed.values()
    ('byte', 4, (1.0, 0.0, 1.0, 1.0))
    >>> Outcomes.read(packed.written()) == packed
    True
    """

    kind: Kind
    count: int
    packed: bytes

    @classmethod
    def of(cls, values: Iterable[float]) -> "Outcomes":
        """Pack numbers; one that is not finite raises ValueError."""
        numbers = [float(value) for value in values]
        if strange := [each for each in numbers if not isfinite(each)]:
            raise ValueError(f"{strange[0]} is not a finite number")
        if all(str(number) in {"0.0", "1.0"} for number in numbers):
            return cls("byte", len(numbers), zlib.compress(bytes(map(int, numbers))))
        return cls("double", len(numbers), zlib.compress(_little(array("d", numbers)).tobytes()))

    @classmethod
    def read(cls, text: str) -> "Outcomes":
        """Read what `written` wrote; anything else raises ValueError."""
        kind, count, packed = text.split(" ")
        if kind not in get_args(Kind):
            raise ValueError(f"{kind!r} is no kind of outcome")
        return cls(cast("Kind", kind), int(count), b64decode(packed, validate=True))

    def written(self) -> str:
        """Write as text, for a message."""
        return f"{self.kind} {self.count} {b64encode(self.packed).decode('ascii')}"

    def values(self) -> tuple[float, ...]:
        """Unpack."""
        raw = zlib.decompress(self.packed)
        if self.kind == "byte":
            return tuple(map(float, raw))
        numbers = array("d")
        numbers.frombytes(raw)
        return tuple(_little(numbers))


def _little(numbers: "array[float]") -> "array[float]":
    """Little-endian on every machine."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
