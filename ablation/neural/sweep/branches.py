"""One ablation as it is run: its cuts, where they are made, and what several runs return."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TypeAlias

from ablation.neural.replacement import Replacement
from ablation.neural.sweep.cutting import Cut, site_of
from ablation.neural.sweep.recorder import Recording
from ablation.neural.sweep.rows import Growth, taken
from ablation.neural.sweep.steps import Step

Change: TypeAlias = tuple[int, int]  # which cut, in which of its calls


@dataclass(eq=False, slots=True)
class Branch:
    """One ablation: its cuts with their place in the row, and at which step each is made."""

    cuts: tuple[Cut, ...]
    places: tuple[int, ...]
    changes: dict[Step, list[Change]]
    first: Step | None = field(init=False)  # where it is cut first

    def __post_init__(self) -> None:
        self.first = min(self.changes, key=attrgetter("number"), default=None)

    @classmethod
    def of(
        cls, recording: Recording, cuts: Sequence[Cut], places: Sequence[int] | None = None
    ) -> "Branch":
        """Find where in the recording the cuts are made."""
        changes: dict[Step, list[Change]] = {}
        for which, cut in enumerate(cuts):
            for number, step in enumerate(recording.sites[site_of(cut.place)]):
                changes.setdefault(step, []).append((which, number))
        return cls(tuple(cuts), tuple(range(len(cuts)) if places is None else places), changes)

    def prepared(self) -> list[Replacement]:
        """The operators of one run, whose random draws go on from call to call."""
        pairs = zip(self.cuts, self.places, strict=True)
        return [cut.prepared(place) for cut, place in pairs]


def zeros_at(branch: Branch) -> Callable[[Step, object], object]:
    """Make the cuts of a branch by zeros, wherever one is made."""

    def off(step: Step, value: object) -> object:
        for which, number in branch.changes.get(step, ()):
            value = branch.cuts[which].prepared(0)(value, (), {}, number)
        return value

    return off


@dataclass(frozen=True, slots=True)
class Outputs:
    """What several runs returned: side by side, or one by one."""

    order: tuple[int, ...]
    value: object
    many: int  # how many of them differ from the factual pass
    factual: object
    grows: Sequence[Growth]

    @property
    def together(self) -> object | None:
        """All outputs side by side, examples first; none where they are not one such tensor."""
        stacked = len(self.order) > 1 and self.many == len(self.order)
        return self.value if stacked and list(self.grows) == [0] else None

    def one(self, place: int) -> object:
        """The output of one run."""
        if place < self.many:
            return taken(self.value, self.grows, place, self.many)
        return self.factual
