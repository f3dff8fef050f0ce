"""What a part is worth to the one matrix that reads it: a product as narrow as the part.

Of a head, a neuron or a channel that changes, the next matrix or convolution sees a change in few
of its columns. Its result is what it was plus those columns times the change (a rank update), so
neither it nor what lies between is computed again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

from ablation.neural.replacement import Replacement
from ablation.neural.sweep.cutting import Cut
from ablation.neural.sweep.steps import Step, mapped_steps
from ablation.operators import Zero

Look: TypeAlias = Callable[[Step], object]
Alive: TypeAlias = dict[
    Step, tuple[Tensor, list[bool]]
]  # a value, and which channels are not zeros

_POINTS = ("relu", "gelu", "silu", "tanh", "sigmoid", "elu", "leaky_relu", "hardswish", "dropout")
_POOLS = ("max_pool2d", "avg_pool2d", "adaptive_avg_pool2d", "adaptive_max_pool2d")
_ZEROS_STAY = frozenset((*_POINTS, *_POOLS, "flatten", "site")) - {"sigmoid"}
_CONVOLUTIONS = {
    "conv1d": functional.conv1d,
    "conv2d": functional.conv2d,
    "conv3d": functional.conv3d,
}


@dataclass(frozen=True, slots=True)
class Shortcut:
    """From a cut through steps that keep channels apart to the matrix that mixes them."""

    site: Step
    chain: tuple[Step, ...]
    reader: Step
    axis: int  # of the channels, where they are cut
    axis_read: int  # of the channels, where they are read
    like: Tensor  # an empty one with the axes of what is cut

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return self.like.ndim

    def serves(self, cut: Cut) -> bool:
        """Whether this component is a range of these channels."""
        part = cut.place.part
        if part is None or part.kind in ("tokens", "patches"):
            return False
        return part.axis(self.like) % self.ndim == self.axis

    @property
    def plain(self) -> bool:
        """Whether what lies between is the same for every channel."""
        return all(step.name != "batch_norm" for step in self.chain)

    @property
    def keeps_zeros(self) -> bool:
        """Whether zeros are known to arrive as zeros."""
        return all(step.name in _ZEROS_STAY for step in self.chain)


def shortcut(
    site: Step, readers: Mapping[Step, Sequence[Step]], shapes: Mapping[Step, Sequence[int]]
) -> Shortcut | None:
    """Find the way from a cut to the only matrix that reads it, if there is one."""
    if site not in shapes:
        return None
    chain: list[Step] = []
    here = site
    while True:
        after = readers.get(here, ())
        if len(after) != 1 or not after[0].args or after[0].args[0] is not here:
            return None
        step = after[0]
        if step.writes or (step.inputs != (here,) and step.name != "site"):
            return None
        if _is_matrix(step):
            return _between(site, tuple(chain), step, shapes)
        if not _apart(step, shapes):
            return None
        chain.append(step)
        here = step


def _is_matrix(step: Step) -> bool:
    weight = step.args[1] if len(step.args) > 1 else None
    if not isinstance(weight, Tensor):
        return False
    if step.name in _CONVOLUTIONS:
        groups = step.args[6] if len(step.args) > 6 else step.kwargs.get("groups", 1)
        padding = step.args[4] if len(step.args) > 4 else step.kwargs.get("padding", 0)
        return groups == 1 and not isinstance(padding, str)
    return step.name == "linear" and len(step.args) <= 3


def _apart(step: Step, shapes: Mapping[Step, Sequence[int]]) -> bool:
    """Whether an operation keeps channels apart: those on the second axis, or any."""
    if step.name in _POINTS or step.name in _POOLS or step.name == "site":
        return step in shapes
    if step.name == "batch_norm":
        return len(step.args) > 5 and step.args[5] is False
    before = shapes.get(step.args[0], ()) if isinstance(step.args[0], Step) else ()
    flat = step.name == "flatten" and step.args[1:] in {(1,), (1, -1)}
    return flat and all(n == 1 for n in before[2:])


def _between(
    site: Step, chain: tuple[Step, ...], reader: Step, shapes: Mapping[Step, Sequence[int]]
) -> Shortcut | None:
    shape = shapes[site]
    read = shapes.get(reader.args[0], ())
    if reader not in shapes or not read:
        return None
    second = any(each.name in (*_POOLS, "batch_norm", "flatten") for each in chain)
    convolved = reader.name in _CONVOLUTIONS
    axis = 1 if convolved or second else len(shape) - 1
    axis_read = 1 if convolved else len(read) - 1
    fits = len(shape) > axis and axis_read > 0 and shape[axis] == read[axis_read]
    if not fits or (not convolved and second and axis_read != 1):
        return None
    return Shortcut(site, chain, reader, axis, axis_read, torch.empty([0] * len(shape)))


@dataclass(eq=False, slots=True)
class Thin:
    """What the reader returns in several runs, each of which has changed one part."""

    way: Shortcut
    cuts: Sequence[tuple[Cut, int]]  # with the number of the call
    columns: list[tuple[int, int]]
    zeros: bool
    weights: Tensor | None = None
    index: Tensor | None = None
    rest: Tensor | bool | None = False  # what zeros become on the way; None: zeros
    slices: dict[int, Tensor] = field(default_factory=dict)
    shown: bool = False  # whether every component is known to have acted
    alive: Alive = field(default_factory=dict)
    even: bool = field(init=False)  # whether all parts are of one width
    adjacent: bool = field(init=False)  # and each begins where the one before ends

    def __post_init__(self) -> None:
        first, width = self.columns[0]
        self.even = all(each == width for _, each in self.columns)
        starts = [start for start, _ in self.columns]
        self.adjacent = starts == [first + i * width for i in range(len(starts))]
        if self.way.keeps_zeros:
            self.rest = None

    @classmethod
    def of(cls, way: Shortcut, cuts: Sequence[tuple[Cut, int]], alive: Alive) -> "Thin":
        """Note which columns each run changes."""
        columns = []
        for cut, _ in cuts:
            part = cut.place.part
            assert part is not None
            columns.append((part.start * part.size, (part.stop - part.start) * part.size))
        zeros = all(cut.operator == Zero() for cut, _ in cuts)
        return cls(way, cuts, columns, zeros, alive=alive)

    def __call__(self, look: Look, ready: Callable[[int], Replacement], into: Tensor) -> None:
        """Write the results of all runs, which lie side by side on a new first axis."""
        reader = self.way.reader
        value, read, base = map(_tensor, map(look, (self.way.site, reader.args[0], reader)))
        if self.zeros:
            self._note_zeros(value)
        less = self.zeros and self.way.plain and self._rest(value) is None
        if less and reader.name == "linear" and self.even:
            self._rows_off(read, base, into)
            return
        for place, column in enumerate(self.columns):
            if less:
                change = read.narrow(self.way.axis_read, *column)
            elif self.zeros:
                change = self._change_to(self._rest_of(value, column), read, column)
            else:
                change = self._change_to(
                    self._passed(value, look, ready(place), place), read, column
                )
            self._added(change, base, place, into[place], less=less)

    # Several parts set to zero before one matrix, in one product

    def _rows_off(self, read: Tensor, base: Tensor, into: Tensor) -> None:
        (first, width), many = self.columns[0], len(self.columns)
        weights = self._rows_of_weights()
        rows = read.reshape(-1, read.shape[-1])
        if self.index is None:
            some = rows.narrow(1, first, many * width)
        else:
            some = rows.index_select(1, self.index)
        count = rows.shape[0]
        changes = some.view(count, many, width).transpose(0, 1)
        flat = base.reshape(1, count, -1).expand(many, -1, -1)
        out = into.view(many, count, -1)
        if torch.is_autocast_enabled(out.device.type):  # which knows no `out`
            out.copy_(torch.baddbmm(flat, changes, weights, alpha=-1))
        else:
            torch.baddbmm(flat, changes, weights, alpha=-1, out=out)

    def _rows_of_weights(self) -> Tensor:
        """The columns that each run changes; laid out in memory once they are used again."""
        if self.weights is not None:
            if not self.weights.is_contiguous():
                self.weights = self.weights.contiguous()
            return self.weights
        (first, width), many = self.columns[0], len(self.columns)
        columns: Tensor = self.way.reader.args[1].t()
        if self.adjacent:
            columns = columns.narrow(0, first, many * width)
        else:
            self.index = torch.tensor(
                [start + i for start, _ in self.columns for i in range(width)],
                device=columns.device,
            )
            columns = columns.index_select(0, self.index)
        self.weights = columns.unflatten(0, (many, width))
        return self.weights

    # One part after another

    def _added(self, change: Tensor, base: Tensor, place: int, into: Tensor, *, less: bool) -> None:
        """Write what the reader returned and what it makes of more, or less, in these columns."""
        reader = self.way.reader
        if place not in self.slices:
            weight = reader.args[1].narrow(1, *self.columns[place])
            self.slices[place] = -weight if less else weight.contiguous()
        weight = self.slices[place]
        if reader.name == "linear":
            flat, rows = base.reshape(-1, base.shape[-1]), change.reshape(-1, weight.shape[1])
            out = into.view(flat.shape)
            if torch.is_autocast_enabled(out.device.type):
                out.copy_(torch.addmm(flat, rows, weight.t()))
            else:
                torch.addmm(flat, rows, weight.t(), out=out)
            return
        kwargs = {k: v for k, v in reader.kwargs.items() if k != "bias"}
        made = _CONVOLUTIONS[reader.name](change, weight, None, *reader.args[3:], **kwargs)
        torch.add(made, base, out=into)

    def _change_to(self, new: Tensor, read: Tensor, column: tuple[int, int]) -> Tensor:
        return new - read.narrow(self.way.axis_read, *column)

    def _passed(self, value: Tensor, look: Look, now: Replacement, place: int) -> Tensor:
        """What the reader would read of one changed part."""
        (cut, number), (start, _) = self.cuts[place], self.columns[place]
        args, kwargs = mapped_steps(look, self.way.site.args[1:] or ((), {}))
        instead = now(value, args, kwargs, number)
        cut.note(value, instead)
        assert isinstance(instead, Tensor)
        return self._along(cut.place.cut(instead), start)

    def _along(self, part: Tensor, start: int) -> Tensor:
        """Follow a part through what lies between the cut and the reader."""
        for step in self.way.chain:
            if step.name != "site":
                width = part.shape[self.way.axis]
                args = _narrowed(step.args[1:], start, width)
                named = _narrowed(list(step.kwargs.values()), start, width)
                kwargs = dict(zip(step.kwargs, named, strict=True))
                found = step.call(part, *args, **kwargs)
                assert isinstance(found, Tensor)
                part = found
        return part

    def _rest_of(self, value: Tensor, column: tuple[int, int]) -> Tensor:
        start, width = column
        return self._along(torch.zeros_like(value.narrow(self.way.axis, start, width)), start)

    def _rest(self, value: Tensor) -> Tensor | None:
        """What zeros become on the way, the same for every part; None where they stay zeros."""
        if self.rest is False:
            found = self._rest_of(value, self.columns[0])
            self.rest = found if bool(found.any()) else None
        assert not isinstance(self.rest, bool)
        return self.rest

    def _note_zeros(self, value: Tensor) -> None:
        """Count calls until each component is known to have been more than zeros."""
        if self.shown:
            return
        known = self.alive.get(self.way.site)
        if known is None or known[0] is not value:
            others = [axis for axis in range(value.ndim) if axis != self.way.axis]
            known = self.alive[self.way.site] = value, value.ne(0).any(others).tolist()
        alive = known[1]
        for (cut, _), (start, width) in zip(self.cuts, self.columns, strict=True):
            cut.calls += 1
            cut.acted = cut.acted or any(alive[start : start + width])
        self.shown = all(cut.acted for cut, _ in self.cuts)


def _tensor(value: object) -> Tensor:
    assert isinstance(value, Tensor)
    return value


def _narrowed(rest: Sequence[Any], start: int, width: int) -> list[Any]:
    """The statistics and weights of these channels, where an operation has one of each."""
    return [e.narrow(0, start, width) if isinstance(e, Tensor) and e.ndim == 1 else e for e in rest]
