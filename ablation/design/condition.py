"""A condition: which components are off; a design: the conditions that a study compares."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Protocol, runtime_checkable

from ablation.canonical import Json
from ablation.component import Component
from ablation.design.contrast import Contrast
from ablation.design.naming import Naming, selected


@dataclass(frozen=True, slots=True)
class Condition:
    """One setting of the system: of its components those of the mask are off (bit 0: the first).

    A large design has a hundred thousand of them, which share the list of components.

    >>> parts = (Component("attention", switch="attention"), Component("mlp", switch="mlp"))
    >>> Condition("without mlp", parts, 0b10).off[0].name
    'mlp'
    """

    name: str
    components: tuple[Component, ...]
    mask: int

    @property
    def off(self) -> tuple[Component, ...]:
        """The components that are off, in the order in which the study has them."""
        return tuple(compress(self.components, selected(self.mask, len(self.components))))

    @property
    def component(self) -> str | None:
        """The one component that is off, if it is exactly one."""
        if self.mask.bit_count() != 1:
            return None
        return self.components[self.mask.bit_length() - 1].name

    def configured(self, config: Mapping[str, Json]) -> dict[str, Json]:
        """Copy the configuration with every component off that has a switch."""
        result = dict(config)
        for each in self.off:
            if each.key is not None and each.key in config and each.feature is None:
                result[each.key] = each.off
            elif each.retrains:
                result = each.switched_off(result)
        return result


def condition(components: Sequence[Component], mask: int) -> Condition:
    """Make the condition in which the components of a mask are off.

    >>> parts = [Component(name, switch=name) for name in "abcd"]
    >>> condition(parts, 0b0011).name, condition(parts, 0b0011).off == (*parts[:2],)
    ('without a and b', True)
    """
    return next(conditions(components, [mask]))


def conditions(components: Sequence[Component], masks: Iterable[int]) -> Iterator[Condition]:
    """Make a condition of every mask, as `condition` does; there may be very many."""
    parts = tuple(components)
    name = Naming([each.name for each in parts]).of
    for mask in masks:
        yield Condition(name(mask), parts, mask)


@runtime_checkable
class Design(Protocol):
    """Which conditions answer the question, and how: a value that prints, compares and saves.

    A design that derives from this one says its name, what it means, its conditions and contrasts;
    the rest is here as most designs have it.
    """

    __slots__ = ()

    @property
    def name(self) -> str:
        """The name that a study file gives it."""

    @property
    def meaning(self) -> str:
        """What its differences are, as the end of a sentence."""

    @property
    def settings(self) -> Mapping[str, Json]:
        """What else a study file says of it, without what is left at its default."""
        return {}

    def at(self, _seed: int, /) -> "Design":
        """Give the design of one block: itself, unless every block draws its own conditions."""
        return self

    def conditions(self, components: Sequence[Component], /) -> tuple[Condition, ...]:
        """List the conditions, the baseline first."""

    def contrasts(self, components: Sequence[Component], /) -> tuple[Contrast, ...]:
        """Say which differences of conditions are the effects, one a component (or group)."""

    def interactions(self, _components: Sequence[Component], /) -> tuple[Contrast, ...]:
        """Say which differences of differences it can tell: none, unless it says more."""
        return ()
