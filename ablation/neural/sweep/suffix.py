"""Ablations that begin where they differ from the factual pass, several side by side.

Below the first cut nothing changes, so nothing is computed (the shared prefix of a twin network,
Balke & Pearl 1994). Runs under a prefix share more: those are the values that the prefix changed.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Any

import torch
from torch import Tensor

from ablation.neural.sweep.branches import Branch, Outputs
from ablation.neural.sweep.ending import with_ends
from ablation.neural.sweep.factual import Factual
from ablation.neural.sweep.growing import follow_examples
from ablation.neural.sweep.packing import Packs, is_gelu, serves
from ablation.neural.sweep.program import (
    Beside,
    Cutting,
    Instruction,
    Joining,
    Masking,
    Operation,
    Passing,
    Program,
    Source,
)
from ablation.neural.sweep.recorder import Recording
from ablation.neural.sweep.rows import Growth
from ablation.neural.sweep.steps import Step, called, scaled, steps_in
from ablation.neural.sweep.thin import Alive, Shortcut, Thin, shortcut
from ablation.operators import Zero

Under = Mapping[Step, object]
NOTHING: Under = {}


@dataclass(eq=False)
class Suffix:
    """Runs branches of a recorded pass; `grows` tells the axes, where several may run at once."""

    recording: Recording
    factual: Factual
    grows: Mapping[Step, list[Growth]]
    thin: bool = True
    packs: Packs | None = None

    def __post_init__(self) -> None:
        recording = self.recording
        self.useful = _leading_to(recording.output)
        self.readers: dict[Step, list[Step]] = {}
        for step in recording.steps:
            if step in self.useful:
                for each in step.reads:
                    self.readers.setdefault(each, []).append(step)
        self.shapes = {s: v.shape for s, v in recording.values.known() if isinstance(v, Tensor)}
        self.paths: dict[frozenset[Step], list[Step]] = {}
        self.programs: dict[tuple[Branch, ...], Program] = {}
        self.alive: Alive = {}
        self.bent = self._bent()
        self.ways: dict[Step, Shortcut | None] = {}
        self.laid_out = follow_examples(recording.steps, self.grows) if self.grows else {}
        self.layouts: dict[tuple[Step, int], object] = {}
        self.joins: dict[Branch, tuple[int, Shortcut | None]] = {}
        self.firsts: list[int] = []  # where those join that are known, in order

    def first(self, branch: Branch) -> int:
        """The position of the first cut; that of the output where nothing is cut."""
        return len(self.recording.steps) - 1 if branch.first is None else branch.first.number

    def way(self, branch: Branch) -> Shortcut | None:
        """Where a run may join later than at its first cut, and which way it takes."""
        site = branch.first
        if not self.thin or site is None or len(branch.changes[site]) != 1:
            return None
        if site not in self.ways:
            self.ways[site] = shortcut(site, self.readers, self.shapes)
        found = self.ways[site]
        if found is None or not found.serves(branch.cuts[branch.changes[site][0][0]]):
            return None
        after = found.reader.number
        apart = all(step is site or step.number > after for step in branch.changes)
        return found if apart else None

    def join(self, branch: Branch) -> tuple[int, Shortcut | None]:
        """The position at which a run joins the others, and its way there."""
        if branch not in self.joins:
            way = self.way(branch)
            self.joins[branch] = (self.first(branch) if way is None else way.reader.number, way)
        return self.joins[branch]

    def reached(self, steps: Iterable[Step]) -> list[Step]:
        """All operations whose result can differ when these are changed, in order."""
        start = frozenset(steps)
        if start not in self.paths:
            changed = set(start)
            for step in self.recording.steps:
                if not changed.isdisjoint(step.reads):
                    changed.add(step)
            known = self.recording.steps
            self.paths[start] = [s for s in known if s in changed and s in self.useful]
        return self.paths[start]

    def cost(self, branch: Branch) -> float:
        """Seconds that the operations of a run took in the factual pass."""
        _, way = self.join(branch)
        reached = self.reached(branch.changes)
        spared = () if way is None else (*way.chain, way.reader)
        return sum(step.seconds for step in reached if step not in spared)

    def run(self, branches: Sequence[Branch], under: Under = NOTHING) -> Outputs:
        """The outputs of some branches, in the order in which they join."""
        program = self.program(branches)
        output = self.recording.output
        with torch.no_grad():
            changed = program(self.look(under))
        many = program.many
        factual = self.look(under)(output) if many < len(branches) else None
        return Outputs(program.order, changed.get(output), many, factual, self._grows(output))

    def changed_by(self, branch: Branch, under: Under = NOTHING) -> dict[Step, object]:
        """All that one run changes, to run others under it."""
        with torch.no_grad():
            found = self._compiled((branch,), thin=False)(self.look(under), keep=True)
        return {**under, **found}

    def look(self, under: Under) -> Callable[[Step], object]:
        """Read a value under a prefix, or as it is in the factual pass."""
        one = self.factual.one
        return (lambda step: under[step] if step in under else one(step)) if under else one

    # Making programs

    def program(self, branches: Sequence[Branch]) -> Program:
        """The instructions for these branches; made once."""
        key = tuple(branches)
        if key not in self.programs:
            self.programs[key] = self._compiled(key, thin=self.thin, whole=False)
        return self.programs[key]

    def _compiled(self, branches: tuple[Branch, ...], *, thin: bool, whole: bool = True) -> Program:
        """Instructions for these branches; if `whole`, with the value of every operation."""
        joins = [self.join(each) if thin else (self.first(each), None) for each in branches]
        firsts = [self.first(each) for each in branches]
        order = tuple(sorted(range(len(branches)), key=lambda i: (joins[i][0], firsts[i])))
        group = tuple(branches[i] for i in order)
        ways = [joins[i][1] for i in order]
        joins_at: dict[Step, dict[int, Shortcut]] = {}
        cuts_at: dict[Step, list[int]] = {}
        for i, (branch, way) in enumerate(zip(group, ways, strict=True)):
            if way is not None:  # which sees to its own cut
                joins_at.setdefault(way.reader, {})[i] = way
            for site in branch.changes:
                if way is None or way.site is not site:
                    cuts_at.setdefault(site, []).append(i)
        many: dict[Step, int] = {}
        waiting: dict[Step, Step] = {}  # products that are done together with what bends them
        lines: list[tuple[Step, Instruction]] = []
        for step in self.reached(step for branch in group for step in branch.changes):
            count = max((many.get(each, 0) for each in step.reads), default=0)
            joining = joins_at.get(step)
            if step.name == "site":
                line, many[step] = self._site(step, group, cuts_at.get(step, []), many, count)
            elif joining:
                line, many[step] = self._joining(step, group, joining, many, count)
            elif count and not whole and step in self.bent and self._serves(step):
                waiting[self.bent[step]], many[step] = step, count
                continue
            else:
                many[step] = count
                line = self._operation(waiting.get(step, step), many, count, bent=step)
            if many[step]:
                lines.append((step, line))
        output = self.recording.output
        ended = with_ends(lines, output, waiting, again=not whole)
        return Program(order, ended, many.get(output, 0))

    def _source(self, step: Step, many: Mapping[Step, int]) -> Source:
        anew = partial(self._anew, step) if step in self.laid_out else None
        return Source(step, many.get(step, 0), self._grows(step), anew)

    def _anew(self, step: Step, many: int) -> object:
        """Make what follows from the number of examples alone for so many runs."""
        if step not in self.laid_out:
            return self.factual.one(step)
        if (step, many) not in self.layouts:
            values = {each: self._anew(each, many) for each in step.inputs}
            args, kwargs = scaled(step, many)
            self.layouts[step, many] = called(step, args, kwargs, values)
        return self.layouts[step, many]

    def _operation(
        self, step: Step, many: Mapping[Step, int], count: int, bent: Step
    ) -> Instruction:
        sources = tuple(self._source(each, many) for each in step.inputs)
        if count > 1 and (beside := self._beside(step, many, count)):
            return beside
        args, kwargs = scaled(step, count)
        if args is not step.args:
            step = replace(step, args=args, kwargs=kwargs)
        elif self.packs is not None and step.name == "linear":
            step = self.packs.product(step, self._rows(step), None if bent is step else bent)
        return Operation(step, sources, count)

    def _bent(self) -> dict[Step, Step]:
        """Products that are read by a GELU and by nothing else."""
        readers = ((step, self.readers.get(step, ())) for step in self.recording.steps)
        return {
            step: after[0]
            for step, after in readers
            if step.name == "linear" and len(after) == 1 and is_gelu(after[0]) and not step.counts
        }

    def _serves(self, step: Step) -> bool:
        return self.packs is not None and serves(step, self._rows(step))

    def _rows(self, step: Step) -> int:
        """How many rows all runs together, of those that are known, have at a product."""
        if step not in self.shapes:
            return 0
        if len(self.firsts) != len(self.joins):
            self.firsts = sorted(first for first, _ in self.joins.values())
        return self.shapes[step][:-1].numel() * bisect_left(self.firsts, step.number)

    def _beside(self, step: Step, many: Mapping[Step, int], count: int) -> Beside | None:
        if step.name not in ("add", "sub", "mul") or len(step.inputs) != 2 or step.writes:
            return None
        changed = [each for each in step.inputs if many.get(each, 0) == count]
        clean = [each for each in step.inputs if not many.get(each, 0)]
        same = len({self.shapes.get(each) for each in (*step.inputs, step)}) == 1
        grown = all(list(self._grows(each)) == [0] for each in step.inputs)
        if len(changed) != 1 or len(clean) != 1 or not same or not grown:
            return None
        return Beside(step, changed[0], clean[0], count)

    def _site(
        self,
        step: Step,
        group: Sequence[Branch],
        cut_here: Sequence[int],
        many: Mapping[Step, int],
        count: int,
    ) -> tuple[Instruction, int]:
        """Cut those that are cut here."""
        if not cut_here:
            sources = tuple(self._source(each, many) for each in step.reads)
            return Passing(step.args[0], sources, count), count
        count = max(count, cut_here[-1] + 1)
        runs = tuple(group[:count])
        value = step.args[0]
        if isinstance(value, Step) and self._can_mask(value, step, runs):
            return Masking(step, self._source(value, many), runs, self._grows(step)), count
        given: tuple[Any, Any] = step.args[1:] or ((), {})
        where = {each: self._source(each, many) for each in steps_in((value, *given))}
        return Cutting(step, value, given, where, runs, self._grows(step)), count

    def _can_mask(self, value: Step, step: Step, group: Sequence[Branch]) -> bool:
        """Whether these runs are all ended by zeros in one tensor, so one operation serves them."""
        cuts = [branch.cuts[i] for branch in group for i, _ in branch.changes.get(step, ())]
        known = len(group) > 1 and self.grows.get(value) == self.grows.get(step)
        single = known and len(self._grows(value)) == 1 and value in self.shapes
        return single and all(cut.operator == Zero() for cut in cuts)

    def _joining(
        self,
        step: Step,
        group: Sequence[Branch],
        ways: Mapping[int, Shortcut],
        many: Mapping[Step, int],
        count: int,
    ) -> tuple[Instruction, int]:
        """Add the runs that join here to those that have joined before."""
        joining = list(ways)
        first = joining[0]
        dense = self._operation(step, many, count, bent=step) if count else None
        thins: list[tuple[Thin, list[tuple[Branch, int]]]] = []
        for way, members in groupby(joining, key=ways.__getitem__):
            runs = [(group[i], *group[i].changes[way.site][0]) for i in members]
            cuts = [(branch.cuts[which], number) for branch, which, number in runs]
            thins.append(
                (Thin.of(way, cuts, self.alive), [(branch, which) for branch, which, _ in runs])
            )
        axis = self._grows(step)
        return Joining(tuple(thins), dense, count, first, axis), joining[-1] + 1

    def _grows(self, step: Step) -> list[Growth]:
        return self.grows.get(step, [])


def _leading_to(output: Step) -> set[Step]:
    found = {output}
    waiting = [output]
    while waiting:
        new = set(waiting.pop().inputs) - found
        found |= new
        waiting += new
    return found
