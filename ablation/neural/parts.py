"""Part of what passes at a place: a head, neurons, channels, positions, or a patch of an image.

Written behind the name of the component: "fc[unit=3]", "conv[channel=0:4]", "attn[head=2]",
"input[token=5]", "input[patch=3/16]" (patch 3, sixteen pixels wide and high). `head=2/8` says
that there are eight heads where the module does not.
"""

import re
from dataclasses import dataclass

from torch import Tensor

from ablation.errors import nearest
from ablation.neural.errors import PartError

KINDS = {
    "head": "attention heads, as they enter the output projection",
    "unit": "neurons or features, on the last axis",
    "channel": "channels, on the second axis",
    "token": "positions of a sequence, on the second axis",
    "patch": "squares of an image, on the last two axes, row by row",
}
_NAME = re.compile(r"([^\[\]]+)\[(\w+)=(\*|\d+)(?::(\d+))?(?:/(\d+))?\]")


@dataclass(frozen=True, slots=True)
class Part:
    """Entries `start` to `stop` (left out) of one kind; `size` is the width of one of them.

    >>> import torch
    >>> Part("head", 1, 2, size=2).cut(torch.arange(6))
    tensor([2, 3])
    """

    kind: str
    start: int
    stop: int
    size: int = 1

    @property
    def axis(self) -> int:
        """Which axis is cut; a patch cuts the last two."""
        return 1 if self.kind in ("channel", "token") else -1

    def cut(self, whole: Tensor) -> Tensor:
        """View the part; raises PartError where the tensor does not reach so far."""
        if whole.ndim < (2 if self.axis == 1 or self.kind == "patch" else 1):
            raise PartError(str(self), f"there are {whole.ndim} axes")
        if self.kind == "patch":
            return self._patch(whole)
        length, wanted = whole.shape[self.axis], self.stop * self.size
        if wanted > length:
            there = f"there are {length // self.size}, counted from 0"
            raise PartError(str(self), there)
        return whole.narrow(self.axis, self.start * self.size, wanted - self.start * self.size)

    def put(self, whole: Tensor, value: Tensor) -> Tensor:
        """Copy the whole with another value in this part."""
        changed = whole.clone()
        self.cut(changed).copy_(value)
        return changed

    def overlaps(self, other: "Part") -> bool:
        """Whether two parts of one place share entries, as far as their names tell."""
        if (self.axis, self.size, self.kind == "patch") == (
            other.axis,
            other.size,
            other.kind == "patch",
        ):
            return self.start < other.stop and other.start < self.stop
        return True

    def _patch(self, whole: Tensor) -> Tensor:
        height, width = (length // self.size for length in whole.shape[-2:])
        if self.start >= height * width:
            raise PartError(str(self), f"there are {height * width}, counted from 0")
        row, column = divmod(self.start, width)
        rows = whole.narrow(-2, row * self.size, self.size)
        return rows.narrow(-1, column * self.size, self.size)

    def __str__(self) -> str:
        last = f":{self.stop}" if self.stop != self.start + 1 else ""
        size = f"/{self.size}" if self.kind == "patch" else ""
        return f"{self.kind}={self.start}{last}{size}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part as it is written: `start` None stands for each of them, `of` for what follows "/"."""

    kind: str
    start: int | None
    stop: int | None
    of: int | None

    def parts(self, count: int | None, size: int = 1) -> list[Part]:
        """The parts meant, where there are `count` of them (None: nobody knows before a run)."""
        if self.start is None:
            if count is None:
                problem = "how many there are is not known before a run"
                raise PartError(f"{self.kind}=*", problem)
            return [Part(self.kind, i, i + 1, size) for i in range(count)]
        stop = self.start + 1 if self.stop is None else self.stop
        part = Part(self.kind, self.start, stop, size)
        if stop <= self.start:
            raise PartError(str(part), "that is no entry at all")
        if count is not None and stop > count:
            raise PartError(str(part), f"there are {count}, counted from 0")
        return [part]


def separate(pattern: str) -> tuple[str, Wanted | None]:
    """Take the part off a name or a pattern of names.

    >>> separate("blocks.*.attn[head=0:2]")
    ('blocks.*.attn', Wanted(kind='head', start=0, stop=2, of=None))
    """
    if "[" not in pattern:
        return pattern, None
    match = _NAME.fullmatch(pattern)
    if match is None:
        raise PartError(pattern, "a part is written like [head=3], [unit=0:16] or [channel=*]")
    path, kind, start, stop, of = match.groups()
    if kind not in KINDS:
        close = nearest(kind, KINDS)
        hint = f"did you mean {close[0]}?" if close else f"there is {', '.join(KINDS)}"
        raise PartError(pattern, f"{kind!r} is no kind of part; {hint}")
    if (kind == "patch") != (of is not None) and kind != "head":
        raise PartError(pattern, "a patch, and no other part, has a size, as in [patch=3/16]")
    if of == "0" or (kind == "patch" and (stop or start == "*")):
        raise PartError(pattern, "a patch is one number and its size, as in [patch=3/16]")
    first = None if start == "*" else int(start)
    return path, Wanted(kind, first, int(stop) if stop else None, int(of) if of else None)
