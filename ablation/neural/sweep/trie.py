"""Ablations of several components arranged so that what they share is run once.

Two subsets that begin with the same cuts are the same run up to where they part: a trie of cuts,
shallowest first. A prefix that several share is run alone and kept; they resume from it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ablation.neural.sweep.branches import Branch
from ablation.neural.sweep.recorder import Recording
from ablation.neural.sweep.steps import Step
from ablation.neural.sweep.suffix import NOTHING, Suffix, Under
from ablation.operators import Noise, Resample

SHARED = 2  # so many must share a prefix before it is worth a run of its own


@dataclass(eq=False, slots=True)
class Family:
    """Rows that share a prefix: those to resume from it, and those that share more."""

    prefix: Branch | None
    members: list[tuple[int, Branch]] = field(default_factory=list)
    deeper: list["Family"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    branch: Branch
    cuts: tuple[int, ...]  # those that are still to be made, shallowest first


@dataclass(frozen=True, slots=True)
class Trie:
    """Arranges the branches of a recording; a prefix may keep so many bytes of changed values."""

    recording: Recording
    suffix: Suffix
    room: float
    sizes: Mapping[Step, int]

    def arranged(self, branches: Sequence[Branch]) -> Family:
        """Arrange branches by the cuts that they begin with; members deepest first."""
        whole = Family(None)
        if all(len(branch.cuts) < 2 for branch in branches):
            whole.members = sorted(enumerate(branches), key=self._depth)
            return whole
        rows = [_Row(i, branch, _ordered(branch)) for i, branch in enumerate(branches)]
        self._arrange(whole, rows, self.room)
        return whole

    def walked(self, family: Family, under: Under = NOTHING) -> Iterator[tuple[Under, Family]]:
        """Go through the trie, deepest first: what to run, and under which values."""
        yield under, family
        for each in family.deeper:
            assert each.prefix is not None
            yield from self.walked(each, self.suffix.changed_by(each.prefix, under))

    def _arrange(self, family: Family, rows: Sequence[_Row], room: float) -> None:
        shared: dict[object, list[_Row]] = {}
        for row in rows:
            shared.setdefault(self._key(row), []).append(row)
        for key, members in shared.items():
            prefix = self._part(members[0], members[0].cuts[:1]) if key is not None else None
            size = 0 if prefix is None else self._size(prefix)
            if prefix is None or len(members) < SHARED or size > room:
                family.members += [(row.number, self._part(row, row.cuts)) for row in members]
                continue
            family.deeper.append(Family(prefix))
            rest = [replace(row, cuts=row.cuts[1:]) for row in members]
            self._arrange(family.deeper[-1], rest, room - size)
        family.members.sort(key=self._depth)
        family.deeper.sort(key=lambda each: -self.suffix.first(each.prefix) if each.prefix else 0)

    def _depth(self, member: tuple[int, Branch]) -> int:
        return -self.suffix.join(member[1])[0]

    def _key(self, row: _Row) -> object:
        """What makes the first cuts of two rows one; nothing where it cannot be made alone."""
        if len(row.cuts) < 2:
            return None
        head, *rest = row.cuts
        last = max(step.number for step in self._steps(row.branch, {head}))
        if last >= min(step.number for step in self._steps(row.branch, set(rest))):
            return None  # what it changes would have to be made again
        cut = row.branch.cuts[head]
        drawn = isinstance(cut.operator, Noise | Resample)
        return cut, row.branch.places[head] if drawn else None

    def _steps(self, branch: Branch, cuts: set[int]) -> list[Step]:
        changes = branch.changes.items()
        return [step for step, made in changes if any(which in cuts for which, _ in made)]

    def _size(self, prefix: Branch) -> int:
        return sum(self.sizes.get(step, 0) for step in self.suffix.reached(prefix.changes))

    def _part(self, row: _Row, cuts: Sequence[int]) -> Branch:
        """A branch with some of its cuts, in the order of the row."""
        branch = row.branch
        if len(cuts) == len(branch.cuts):
            return branch
        some = sorted(cuts)
        places = [branch.places[i] for i in some]
        return Branch.of(self.recording, [branch.cuts[i] for i in some], places)


def _ordered(branch: Branch) -> tuple[int, ...]:
    """The cuts of a branch that are made, shallowest first."""
    first: dict[int, int] = {}
    for step, changes in branch.changes.items():
        for which, _ in changes:
            first[which] = min(first.get(which, step.number), step.number)
    return tuple(sorted(first, key=first.__getitem__))
