"""Which components matter together though neither matters alone, and which matter not at all.

One at a time misses causes that stand in for each other (Mueller 2024): with a spare in place,
nothing is lost when either goes. So sets are tried; "inert" is said only of what was shown, by an
equivalence test, to add nothing to any set that was tried.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from ablation.neural.validity.laboratory import Laboratory
from ablation.neural.validity.sets import swept
from ablation.neural.validity.testing import Estimate, adjusted_by_name, estimate
from ablation.operators import Operator

Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class JointSet:
    """Components that matter together, while no fewer of them do."""

    components: tuple[str, ...]
    estimate: Estimate
    p: float  # of "beyond the margin", adjusted for all sets tried


@dataclass(frozen=True, slots=True)
class Role:
    """What one component is for the metric: one word or two, and what they rest on."""

    component: str
    verdict: str
    redundant_with: tuple[tuple[str, ...], ...]
    sufficient: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What is lost with each set off, and with each component besides sets that are off."""

    names: tuple[str, ...]
    order: int
    sets: Mapping[Names, Estimate]
    added: Mapping[tuple[str, Names], Estimate]
    alone: Mapping[str, Estimate]  # all the others are off
    everything: Estimate
    adjusted: Mapping[object, float]
    level: float

    def matters(self, key: Names | tuple[str, Names]) -> bool:
        """Whether an effect is beyond the margin, at the level, for all that was tried."""
        return self.adjusted[key] < 1 - self.level

    def nothing(self, found: Estimate) -> bool:
        """Whether an effect was shown to be within the margin."""
        return found.within < 1 - self.level

    def minimal(self) -> tuple[JointSet, ...]:
        """The sets that matter, while every part of them was shown not to; smallest first."""
        return tuple(
            JointSet(tuple(n for n in self.names if n in key), found, self.adjusted[key])
            for key, found in self.sets.items()
            if self.matters(key)
            and all(self.nothing(self.sets[part]) for part in self.sets if part < key)
        )

    def role(self, name: str, *, acted: bool) -> Role:
        """Judge one component."""
        own = self.sets[frozenset({name})]
        stands_for = self._stands_for(name)
        sufficient = self._sufficient(name)
        if not acted:
            word, why = "untested", "switching it off did not change what it passes on"
        elif self.matters(frozenset({name})):
            word = "necessary" if own.effect > 0 else "harmful"
            why = "alone it is beyond the margin"
        elif not self.nothing(own):
            word, why = "undecided", "its effect is neither shown beyond the margin nor within"
        elif stands_for:
            word = f"redundant with {' or '.join(' and '.join(each) for each in stands_for)}"
            why = "alone it is within the margin, and beyond it once they are off"
        elif sufficient:
            word, why = "redundant", "alone it is within the margin, and so is all else without it"
        else:
            word, why = self._inert(name)
        if sufficient and acted:
            word += ", sufficient alone"
        return Role(name, word, stands_for, sufficient, why)

    def _stands_for(self, name: str) -> tuple[tuple[str, ...], ...]:
        """The smallest sets with which this component stands in for what is off."""
        found: list[Names] = []
        for component, given in self.added:
            hit = component == name and self.matters((name, given))
            if hit and not any(each <= given for each in found):
                found.append(given)
        return tuple(tuple(n for n in self.names if n in each) for each in found)

    def _sufficient(self, name: str) -> bool:
        return (
            len(self.names) > 1
            and self.everything.beyond < 1 - self.level
            and self.nothing(self.alone[name])
        )

    def _inert(self, name: str) -> tuple[str, str]:
        others = [found for (component, _), found in self.added.items() if component == name]
        if not others:
            return "undecided", "nothing was tried together with it"
        if any(name in each.components for each in self.minimal()):
            return "undecided", "within the margin, but small effects add up to more than it"
        every = [self.sets[frozenset({name})], *others]
        if all(map(self.nothing, others)) and any(e.singly >= 1 - self.level for e in every):
            return "undecided", "on average within the margin, but not in single examples"
        if all(map(self.nothing, others)):
            many = f"{len(others)} set{'s' * (len(others) > 1)}"
            return "inert", f"within the margin alone and besides {many} of others"
        return "undecided", "besides some other component it is not shown to be within the margin"


def tried(lab: Laboratory, by: Operator, *, order: int, margin: float, level: float) -> Tried:
    """Switch off all sets of up to `order` components, and all but one."""
    names = tuple(lab.places)

    def found(off: Iterable[str], given: Iterable[str] = ()) -> Estimate:
        return estimate(lab.effect(off, by, given), margin=margin, level=level)

    every = [frozenset(each) for size in range(1, order + 1) for each in combinations(names, size)]
    most = [frozenset(names) - {name} for name in names]
    swept(lab, [*every, *most, frozenset(names)], by)
    sets = {each: found(each) for each in every}
    added = {
        (name, each - {name}): found([name], each - {name})
        for each in every
        if len(each) > 1
        for name in names
        if name in each
    }
    alone = {name: found([n for n in names if n != name]) for name in names if len(names) > 1}
    chances: dict[object, float] = {key: each.beyond for key, each in sets.items()}
    chances |= {key: each.beyond for key, each in added.items()}
    return Tried(names, order, sets, added, alone, found(names), adjusted_by_name(chances), level)


def roles(found: Tried, idle: Sequence[str]) -> tuple[Role, ...]:
    """Judge every component; those of `idle` were not really switched off."""
    return tuple(found.role(name, acted=name not in idle) for name in found.names)
