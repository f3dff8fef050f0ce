"""Part of what passes at a place: a head, neurons, channels, positions, or a patch of an image.

Written as indices behind the name of the component: "fc[3]" and "conv[0:4]" are features of what
a module returns, "attn.heads[2]", "conv.channels[*]", "block.tokens[0]" and "input.patches[3/16]"
(patch 3, sixteen pixels wide and high) say of which kind. `*` stands for each, `*:4` for each four
in turn; `heads[2/8]` says that there are eight heads where the module does not.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from ablation.errors import nearest
from ablation.neural.errors import PartError

KINDS = {
    "": "features: channels of images and after convolutions, the last axis elsewhere",
    "heads": "attention heads, as they enter the output projection",
    "units": "neurons or features, on the last axis",
    "channels": "channels, on the second axis",
    "tokens": "positions of a sequence, on the second axis",
    "patches": "squares of an image, on the last two axes, row by row",
}
_WRITTEN = re.compile(r"([^\[\]]+)\[([^\[\]]*)\]")
_INDEX = re.compile(r"(?:(\d+)(?::(\d+))?|\*(?::([1-9]\d*))?)(?:/([1-9]\d*))?")


@dataclass(frozen=True, slots=True)
class Part:
    """Entries `start` to `stop` (left out) of one kind; `size` is the width of one of them.

    >>> import torch
    >>> Part("heads", 1, 2, size=2).cut(torch.arange(6))
    tensor([2, 3])
    """

    kind: str
    start: int
    stop: int
    size: int = 1
    count: int | None = None  # how many there are, where that is known

    def axis(self, whole: Tensor) -> int:
        """Which axis is cut; a patch cuts the last two."""
        second = self.kind in ("channels", "tokens") or (not self.kind and whole.ndim == 4)
        return 1 if second else -1

    def cut(self, whole: Tensor) -> Tensor:
        """View the part; raises PartError where the tensor does not reach so far."""
        axis = self.axis(whole)
        if whole.ndim < (2 if axis == 1 or self.kind == "patches" else 1):
            raise PartError(str(self), f"the value has {whole.ndim} axes")
        if self.kind == "patches":
            return self._patch(whole)
        length, wanted = whole.shape[axis], self.stop * self.size
        if wanted > length:
            raise PartError(str(self), f"there are {length // self.size}, counted from 0")
        return whole.narrow(axis, self.start * self.size, wanted - self.start * self.size)

    def put(self, whole: Tensor, value: Tensor) -> Tensor:
        """Copy the whole with another value in this part."""
        changed = whole.clone()
        self.cut(changed).copy_(value)
        return changed

    def overlaps(self, other: "Part") -> bool:
        """Whether two parts of one place share entries, as far as their names tell."""
        if (self.kind, self.size) != (other.kind, other.size):
            return True
        return self.start < other.stop and other.start < self.stop

    def _patch(self, whole: Tensor) -> Tensor:
        height, width = (length // self.size for length in whole.shape[-2:])
        if self.start >= height * width:
            raise PartError(str(self), f"there are {height * width}, counted from 0")
        row, column = divmod(self.start, width)
        rows = whole.narrow(-2, row * self.size, self.size)
        return rows.narrow(-1, column * self.size, self.size)

    def __str__(self) -> str:
        last = f":{self.stop}" if self.stop != self.start + 1 else ""
        size = f"/{self.size}" if self.kind == "patches" else ""
        return f"[{self.start}{last}{size}]"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Indices as they are written: `start` None stands for each, `by` so many at a time."""

    text: str
    start: int | None
    stop: int | None
    by: int = 1
    of: int | None = None  # what follows "/": the size of a patch, or the number of heads

    def parts(self, kind: str, count: int | None, size: int = 1) -> list[Part]:
        """The parts meant, where there are `count` of them (None: nobody knows before a run)."""
        if kind == "patches" and (self.of is None or self.start is None or self.stop is not None):
            raise PartError(self.text, "a patch is one number and its size, as in patches[3/16]")
        if self.of is not None and kind not in ("patches", "heads"):
            raise PartError(self.text, "only patches have a size, as in patches[3/16]")
        if self.start is None:
            return self._each(kind, count, size)
        stop = self.start + 1 if self.stop is None else self.stop
        if stop <= self.start:
            raise PartError(self.text, "that is no entry at all")
        if count is not None and stop > count:
            raise PartError(self.text, f"there are {count}, counted from 0")
        return [Part(kind, self.start, stop, size, count)]

    def _each(self, kind: str, count: int | None, size: int) -> list[Part]:
        if count is None:
            raise PartError(self.text, "how many there are is not known before a run; say which")
        firsts = range(0, count, self.by)
        return [Part(kind, i, min(i + self.by, count), size, count) for i in firsts]


def separate(pattern: str) -> tuple[str, Wanted | None]:
    """Take the indices off a name or a pattern of names.

    >>> separate("blocks.*.attn.heads[0:2]")
    ('blocks.*.attn.heads', Wanted(text='[0:2]', start=0, stop=2, by=1, of=None))
    """
    if "[" not in pattern and "]" not in pattern:
        return pattern, None
    match = _WRITTEN.fullmatch(pattern)
    index = _INDEX.fullmatch(match[2]) if match else None
    if match is None or index is None:
        raise PartError(pattern, "a part is written like [3], [0:16], [*] or [*:4]")
    first, stop, by, of = (int(each) if each else None for each in index.groups())
    return match[1], Wanted(f"[{match[2]}]", first, stop, by or 1, of)


def kind_of(path: str, is_module: Callable[[str], bool]) -> tuple[str, str]:
    """Take the kind off a path, unless a module has that very name.

    >>> kind_of("blocks.0.attn.heads", lambda name: False)
    ('blocks.0.attn', 'heads')
    """
    owner, _, last = path.rpartition(".")
    if is_module(path) or not owner:
        return path, ""
    if last in KINDS:
        return owner, last
    close = nearest(last, [kind for kind in KINDS if kind])
    if close and is_module(owner):
        raise PartError(path, f"{last!r} is no kind of part; did you mean {close[0]}?")
    return path, ""
