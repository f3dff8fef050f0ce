"""Group screening: switch whole groups off, and look closer only where something is lost.

Dorfman (1943), for effects Watson (1961, Technometrics 3:371). It assumes that effects inside a
group do not cancel; a group whose effect is small is small only if no member hurts and none helps.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar

from ablation.canonical import Json
from ablation.component import Component
from ablation.design.condition import Condition, Design
from ablation.design.contrast import Contrast
from ablation.design.naming import BASELINE
from ablation.errors import StudyError, UnknownComponentError, listed


@dataclass(frozen=True, slots=True)
class GroupScreening(Design):
    """The baseline and one condition a group, with all of its members off.

    `groups` names them, each component in one; or they have `size` members each, in the order of
    the components; or about the square root of their number.

    >>> parts = [Component(f"c{index}", switch=f"c{index}") for index in range(9)]
    >>> [condition.name for condition in GroupScreening().conditions(parts)]
    ['baseline', 'without group 1', 'without group 2', 'without group 3']
    """

    name: ClassVar[str] = "group-screening"
    meaning: ClassVar[str] = (
        "every group is compared with the baseline on the same seeds, and a difference is "
        "always baseline minus without the whole group"
    )

    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    size: int | None = None

    def __post_init__(self) -> None:
        fixed = {name: tuple(members) for name, members in self.groups.items()}
        object.__setattr__(self, "groups", MappingProxyType(fixed))
        if self.size is not None and (self.size < 1 or fixed):
            raise StudyError(
                f"group screening takes groups, or their size (1 or more); not size {self.size}"
                f"{' and groups' if fixed else ''}."
            )

    def __hash__(self) -> int:
        return hash((self.size, *self.groups.items()))

    @property
    def settings(self) -> Mapping[str, Json]:
        """The groups, or their size."""
        if self.groups:
            return {"groups": {name: list(members) for name, members in self.groups.items()}}
        return {} if self.size is None else {"size": self.size}

    def members(self, components: Sequence[Component]) -> dict[str, tuple[Component, ...]]:
        """Sort the components into their groups; every one is in exactly one."""
        if not self.groups:
            size = self.size or math.isqrt(max(len(components) - 1, 0)) + 1
            starts = range(0, len(components), size)
            return {
                f"group {number}": tuple(components[start : start + size])
                for number, start in enumerate(starts, start=1)
            }
        known = {each.name: each for each in components}
        named = [name for members in self.groups.values() for name in members]
        if strange := [name for name in named if name not in known]:
            raise UnknownComponentError(strange[0], known)
        if twice := [name for name in known if named.count(name) > 1]:
            raise StudyError(f"the component {twice[0]!r} is in two groups.")
        if left := [name for name in known if name not in named]:
            raise StudyError(f"no group has {listed(left)}: every component belongs to one.")
        return {
            group: tuple(known[name] for name in members) for group, members in self.groups.items()
        }

    def conditions(self, components: Sequence[Component]) -> tuple[Condition, ...]:
        """List the baseline, then every group off."""
        parts = tuple(components)
        bits = {each.name: 1 << place for place, each in enumerate(parts)}
        off = (
            Condition(f"without {group}", parts, sum(bits[each.name] for each in members))
            for group, members in self.members(components).items()
        )
        return (Condition(BASELINE, parts, 0), *off)

    def contrasts(self, components: Sequence[Component]) -> tuple[Contrast, ...]:
        """Compare the baseline with every group off; the effect is the group's."""
        return tuple(
            Contrast(group, [BASELINE], [f"without {group}"]) for group in self.members(components)
        )
