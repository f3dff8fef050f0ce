"""A group of runs as a list of instructions, made once and followed batch after batch.

Every run joins the others where it first differs from the factual pass; from there on each
operation is done once for all that have joined. What a step needs to know about the group is
worked out beforehand, so that following the list costs little more than the operations.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

import torch
from torch import Tensor

from ablation.neural.replacement import Replacement
from ablation.neural.sweep.branches import Branch
from ablation.neural.sweep.cutting import Cut
from ablation.neural.sweep.rows import Growth, joined, repeated, taken
from ablation.neural.sweep.steps import Step, called, mapped_steps, run
from ablation.neural.sweep.thin import Thin

SMALL = 2**13  # entries of all runs, up to which a mask is kept; one by one, zeros cost more there

Changed: TypeAlias = dict[Step, object]  # what the runs made of each step, side by side
Prepared: TypeAlias = dict[Branch, list[Replacement]]


@dataclass(eq=False, slots=True)
class State:
    """What a group has computed, beside the factual values that `look` knows."""

    look: Callable[[Step], object]
    changed: Changed = field(default_factory=dict)
    prepared: Prepared = field(default_factory=dict)

    def ready(self, branch: Branch) -> list[Replacement]:
        """The operators of one run, whose random draws go on from call to call."""
        if branch not in self.prepared:
            self.prepared[branch] = branch.prepared()
        return self.prepared[branch]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the value of a step for some runs comes from: so many have changed it."""

    step: Step
    changed: int
    grows: Sequence[Growth]
    anew: Callable[[int], object] | None = None  # makes it for so many runs, if it is no copy

    def __call__(self, state: State, many: int) -> object:
        """The value in all runs, side by side."""
        if self.changed == many:
            return state.changed[self.step]
        if self.anew is not None and many > 1:
            return self.anew(many)
        clean = state.look(self.step)
        if not self.changed:
            return repeated(clean, self.grows, many)
        more = [state.changed[self.step], *[clean] * (many - self.changed)]
        if len(self.grows) == 1:
            return joined(more, self.grows)
        return joined([more[0], repeated(clean, self.grows, many - self.changed)], self.grows)

    def one(self, state: State, place: int) -> object:
        """The value in one run."""
        if place >= self.changed:
            return state.look(self.step)
        return taken(state.changed[self.step], self.grows, place, self.changed)


Instruction: TypeAlias = Callable[[State], object]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation for all runs that have reached it."""

    step: Step
    sources: tuple[Source, ...]
    many: int

    def __call__(self, state: State) -> object:
        """Do it."""
        return run(self.step, {each.step: each(state, self.many) for each in self.sources})


@dataclass(frozen=True, slots=True)
class Passing:
    """A place where none of these runs is cut."""

    value: Any
    sources: tuple[Source, ...]
    many: int

    def __call__(self, state: State) -> object:
        """Hand on what comes."""
        values = {each.step: each(state, self.many) for each in self.sources}
        return mapped_steps(values.__getitem__, self.value)


@dataclass(frozen=True, slots=True)
class Beside:
    """A sum or product of what differs between runs and what is the same in all of them."""

    step: Step
    changed: Step
    clean: Step
    many: int

    def __call__(self, state: State) -> object:
        """Broadcast what is the same, in place of copying it."""
        value, same = state.changed[self.changed], state.look(self.clean)
        assert isinstance(value, Tensor)
        assert isinstance(same, Tensor)
        values = {self.changed: value.unflatten(0, (self.many, -1)), self.clean: same}
        found = called(self.step, self.step.args, self.step.kwargs, values)
        assert isinstance(found, Tensor)
        return found.flatten(0, 1)


@dataclass(frozen=True, slots=True)
class Cutting:
    """The cuts of some runs at one place, made one run after another."""

    step: Step
    value: Any
    given: tuple[Any, Any]
    sources: dict[Step, Source]
    group: Sequence[Branch]
    grows: Sequence[Growth]

    def __call__(self, state: State) -> object:
        """Take the runs apart, make each one's cuts, and put them side by side again."""
        pieces = []
        for place, branch in enumerate(self.group):

            def here(step: Step, place: int = place) -> object:
                return self.sources[step].one(state, place)

            piece = mapped_steps(here, self.value)
            for which, number in branch.changes.get(self.step, ()):
                args, kwargs = mapped_steps(here, self.given)
                instead = state.ready(branch)[which](piece, args, kwargs, number)
                branch.cuts[which].note(piece, instead)
                piece = instead
            pieces.append(piece)
        return joined(pieces, self.grows)


@dataclass(eq=False, slots=True)
class Masking:
    """Zeros for all runs at once; which entries of small values they take is kept."""

    step: Step
    source: Source
    group: Sequence[Branch]
    grows: Sequence[Growth]
    off: Tensor | None = None
    cuts: list[tuple[int, Cut]] = field(init=False)
    shown: bool = False  # whether every component is known to have acted

    def __post_init__(self) -> None:
        self.cuts = [
            (place, branch.cuts[which])
            for place, branch in enumerate(self.group)
            for which, _ in branch.changes.get(self.step, ())
        ]

    def __call__(self, state: State) -> object:
        """Cut all runs."""
        many = len(self.group)
        runs = self.source(state, many)
        assert isinstance(runs, Tensor)
        if not self.shown:
            for (_, cut), mine in zip(self.cuts, self._parts(runs), strict=True):
                cut.calls += 1
                cut.changes.append(mine.any())
            self.shown = all(cut.proven for _, cut in self.cuts)
        fresh = self.source.changed < many and isinstance(self.grows[0], int)
        if runs.numel() > SMALL:
            runs = runs if fresh else runs.clone()
            for mine in self._parts(runs):
                mine.zero_()
            return runs
        if self.off is None:
            self.off = torch.zeros_like(runs, dtype=torch.bool)
            for mine in self._parts(self.off):
                mine.fill_(1)
        return runs.masked_fill_(self.off, 0) if fresh else runs.masked_fill(self.off, 0)

    def _parts(self, runs: Tensor) -> Iterator[Tensor]:
        """What each cut takes of its run."""
        for place, cut in self.cuts:
            mine = taken(runs, self.grows, place, len(self.group))
            assert isinstance(mine, Tensor)
            yield cut.place.cut(mine)


@dataclass(frozen=True, slots=True)
class Joining:
    """Runs that join at the matrix which reads the part they change."""

    thins: Sequence[tuple[Thin, Sequence[tuple[Branch, int]]]]
    dense: Instruction | None  # the same step for those that have joined before
    reached: int  # how many those are
    before: int  # how many runs come before these, whether they have joined or not
    grows: Sequence[Growth]

    def __call__(self, state: State) -> object:
        """Put them behind the others."""
        base = _tensor(state.look(self.thins[0][0].way.reader))
        axis = self.grows[0] if self.grows else None
        earlier = [] if self.dense is None else [_tensor(self.dense(state))]
        earlier += [base] * (self.before - self.reached)
        joining = sum(len(branches) for _, branches in self.thins)
        if axis == 0:
            found = _like(base, self.before + joining)
            rows = self.before * base.shape[0]
            if earlier:
                torch.cat(earlier, out=found[:rows])
            new = found[rows:].view(joining, *base.shape)
        else:
            new = base.new_empty((joining, *base.shape))
        place = 0
        for thin, branches in self.thins:
            those = new[place : place + len(branches)]
            thin(state.look, partial(_ready, state, branches), those)
            place += len(branches)
        if axis == 0:
            return found
        runs = [*earlier, *new]
        return runs[0] if len(runs) == 1 else torch.cat(runs, _axis(axis))


def _like(base: Tensor, many: int) -> Tensor:
    """Room for so many runs of a value, laid out in memory as it is."""
    last = torch.channels_last
    kept = base.ndim == 4 and base.is_contiguous(memory_format=last) and not base.is_contiguous()
    shape = (many * base.shape[0], *base.shape[1:])
    kind = last if kept else torch.contiguous_format
    return torch.empty(shape, dtype=base.dtype, device=base.device, memory_format=kind)


def _ready(state: State, branches: Sequence[tuple[Branch, int]], place: int) -> Replacement:
    branch, which = branches[place]
    return state.ready(branch)[which]


def _tensor(value: object) -> Tensor:
    assert isinstance(value, Tensor)
    return value


def _axis(axis: Growth) -> int:
    assert isinstance(axis, int)
    return axis


@dataclass(frozen=True, slots=True)
class Program:
    """Instructions in order, and after each the values that nobody needs any more."""

    order: tuple[int, ...]
    lines: Sequence[tuple[Step, Instruction, tuple[Step, ...]]]
    many: int  # runs that reach the output

    def __call__(self, look: Callable[[Step], object], *, keep: bool = False) -> Changed:
        """Follow the instructions; the value of the last one, or all of them."""
        state = State(look)
        changed = state.changed
        for step, instruction, done in self.lines:
            changed[step] = instruction(state)
            if not keep:
                for each in done:
                    del changed[each]
        return changed
