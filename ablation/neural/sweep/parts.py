"""Which parts of a module a text means: a whole output, some units of it, or attention heads.

An attention head is not a slice of what attention returns, where the heads are mixed, but of what
its output projection reads (Elhage et al. 2021): heads are named after the attention module and
cut there. Units are channels (axis 1) of what convolutions return, and the last axis elsewhere.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd

from ablation.neural.activations import observe
from ablation.neural.forwards import eager
from ablation.neural.selection import Patterns, Place, named, select
from ablation.neural.sweep.errors import NotationError
from ablation.neural.trees import Inputs, numbers

_UNITS = re.compile(r"(?P<module>[^\[\]]+)\[(?P<index>[^\[\]]*)\]")
_INDEX = re.compile(r"(?P<one>\d+)|(?P<start>\d+):(?P<stop>\d+)|\*(?::(?P<by>\d+))?")
_COUNTS = ("num_heads", "n_heads", "n_head", "num_attention_heads", "heads", "h")
_PROJECTIONS = ("out_proj", "o_proj", "c_proj", "proj", "to_out", "write", "wo", "o", "dense")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to switch off: what a module returns, or units `start:stop` of one side of it.

    >>> print(Part("net.2[0:4]", Place("net.2", nn.ReLU()), start=0, stop=4))
    net.2[0:4]
    """

    name: str
    place: Place
    start: int | None = None
    stop: int | None = None
    reads: bool = False  # units of what the module reads, not of what it returns

    @property
    def whole(self) -> bool:
        """Whether this is all that the module returns."""
        return self.start is None

    @property
    def site(self) -> tuple[nn.Module, bool]:
        """Where it is cut: parts of one site are cut out of the same value."""
        return self.place.module, self.reads

    def axis(self, value: Tensor) -> int:
        """The axis on which this module's units lie."""
        module = self.place.module
        if isinstance(module, nn.Linear | nn.LayerNorm | nn.Embedding) or value.ndim < 2:
            return -1
        return 1 if isinstance(module, _ConvNd | _BatchNorm) or value.ndim == 4 else -1

    def of(self, value: Tensor) -> Tensor:
        """The units themselves, as a view."""
        if self.start is None or self.stop is None:
            return value
        return value.narrow(self.axis(value), self.start, self.stop - self.start)

    def __str__(self) -> str:
        return self.name


Parts: TypeAlias = dict[str, Part]


def parts_of(module: nn.Module, texts: Patterns | None, inputs: Inputs) -> Parts:
    """Find the parts that these texts mean, in the order of the texts.

    >>> import torch
    >>> net = nn.Sequential(nn.Linear(2, 4), nn.ReLU())
    >>> list(parts_of(net, ["0[*:2]", "1"], torch.ones(1, 2)))
    ['0[0:2]', '0[2:4]', '1']
    """
    module = eager(module)
    found: Parts = {}
    for text in [None] if texts is None else [texts] if isinstance(texts, str) else texts:
        for part in _read(module, text, inputs):
            found.setdefault(part.name, part)
    return found


def _read(module: nn.Module, text: str | None, inputs: Inputs) -> Iterator[Part]:
    if text is None or "[" not in text:
        yield from (Part(name, place) for name, place in select(module, text).items())
        return
    match = _UNITS.fullmatch(text)
    index = _INDEX.fullmatch(match["index"].strip()) if match else None
    if match is None or index is None:
        raise NotationError(text, "this is not how units are written.")
    known = named(module)
    owner, _, last = match["module"].rpartition(".")
    if last == "heads" and not any(name.endswith(".heads") for name in known):
        for name, place in select(module, owner).items():
            yield from _heads(module, text, name, place.module, index)
        return
    for name, place in select(module, match["module"]).items():
        size = _width(module, name, place, inputs)
        yield from (
            Part(f"{name}[{_written(a, b)}]", place, a, b) for a, b in _spans(text, index, size)
        )


def _heads(
    module: nn.Module, text: str, name: str, attention: nn.Module, index: re.Match[str]
) -> Iterator[Part]:
    """Cut heads out of what the attention's output projection reads."""
    count = next((n for key in _COUNTS if isinstance(n := getattr(attention, key, 0), int) and n), 0)
    if not count:
        raise NotationError(text, f"{name!r} has no number of heads ({', '.join(_COUNTS)}).")
    place = Place(name, attention)
    if isinstance(attention, nn.MultiheadAttention):
        width = attention.embed_dim
    else:
        inner = {step: part for step, part in attention.named_children()}
        step = next((step for step in _PROJECTIONS if step in inner), None)
        projection = inner.get(step or "")
        if not isinstance(projection, nn.Linear):
            options = ", ".join(_PROJECTIONS)
            raise NotationError(text, f"{name!r} has no linear output projection ({options}).")
        place, width = Place(f"{name}.{step}", projection), projection.in_features
    each = width // count
    for a, b in _spans(text, index, count):
        yield Part(f"{name}.heads[{_written(a, b)}]", place, a * each, b * each, reads=True)


def _written(start: int, stop: int) -> str:
    return str(start) if stop == start + 1 else f"{start}:{stop}"


def _spans(text: str, index: re.Match[str], size: int) -> list[tuple[int, int]]:
    if index["one"]:
        spans = [(int(index["one"]), int(index["one"]) + 1)]
    elif index["start"]:
        spans = [(int(index["start"]), int(index["stop"]))]
    else:
        by = int(index["by"] or 1) or 1
        spans = [(start, min(start + by, size)) for start in range(0, size, by)]
    if any(not start < stop <= size for start, stop in spans):
        raise NotationError(text, f"there are {size}, counted from 0.")
    return spans


_WIDTHS = ("out_features", "out_channels", "num_features", "embedding_dim")


def _width(module: nn.Module, name: str, place: Place, inputs: Inputs) -> int:
    """How many units a module returns: as declared, else as seen in one pass."""
    for key in _WIDTHS:
        if isinstance(width := getattr(place.module, key, None), int):
            return width
    calls = observe(module, inputs, name).own[name]
    seen = numbers(calls[0]) if calls else []
    if not seen or not seen[0].ndim:
        raise NotationError(name, "this module returned no tensor with units.")
    part = Part(name, place)
    return seen[0].shape[part.axis(seen[0])]


def sites(parts: Iterable[Part]) -> Mapping[tuple[nn.Module, bool], str]:
    """The distinct sites at which these parts are cut, with the name of the module."""
    return {part.site: part.place.name for part in parts}
