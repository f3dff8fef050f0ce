"""A condition: which components are off; a design: the conditions that a study compares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ablation.canonical import Json
from ablation.component import Component
from ablation.errors import listed


@dataclass(frozen=True, slots=True)
class Condition:
    """One setting of the system: the components that are off in it.

    >>> Condition(()).name, Condition((Component("mlp", switch="mlp"),)).name
    ('baseline', 'without mlp')
    """

    off: tuple[Component, ...]

    @property
    def name(self) -> str:
        """The name in every table: "baseline", or "without" what is off."""
        return f"without {listed(each.name for each in self.off)}" if self.off else "baseline"

    @property
    def component(self) -> str | None:
        """The one component that is off, if it is exactly one."""
        return self.off[0].name if len(self.off) == 1 else None

    @property
    def retrains(self) -> bool:
        """Whether a trial can realise it: every component that is off has a switch."""
        return all(each.retrains for each in self.off)

    def configured(self, config: Mapping[str, Json]) -> dict[str, Json]:
        """Copy the configuration with every component of this condition off."""
        result = dict(config)
        for each in self.off:
            result = each.switched_off(result)
        return result


class Design(Protocol):
    """Which conditions answer the question; every seed of the study is run in each of them."""

    @property
    def name(self) -> str:
        """The name that a study file gives it."""

    def conditions(self, components: Sequence[Component]) -> tuple[Condition, ...]:
        """List the conditions, the baseline first."""
