"""A condition: which components are off; a design: the conditions that a study compares."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import compress
from typing import Protocol, runtime_checkable

from ablation.canonical import Json
from ablation.component import Component
from ablation.design.contrast import Contrast
from ablation.errors import listed

BASELINE = "baseline"
_DIGITS = bytes.maketrans(b"01", b"\0\1")
_SPELLED = 6  # components that a name lists; a mask of more is known by its number


@dataclass(frozen=True, slots=True)
class Condition:
    """One setting of the system: the components that are off in it.

    >>> Condition(()).name, Condition((Component("mlp", switch="mlp"),)).name
    ('baseline', 'without mlp')
    """

    off: tuple[Component, ...]
    label: str = ""

    @property
    def name(self) -> str:
        """The name in every table: "baseline", or "without" what is off."""
        if self.label:
            return self.label
        return f"without {listed(each.name for each in self.off)}" if self.off else BASELINE

    @property
    def component(self) -> str | None:
        """The one component that is off, if it is exactly one."""
        return self.off[0].name if len(self.off) == 1 else None

    @property
    def retrains(self) -> bool:
        """Whether a trial can realise it by training: every component that is off has a switch."""
        return all(each.retrains for each in self.off)

    def configured(self, config: Mapping[str, Json]) -> dict[str, Json]:
        """Copy the configuration with every component of this condition off."""
        result = dict(config)
        for each in self.off:
            if each.key is not None and each.key in config and each.feature is None:
                result[each.key] = each.off
            else:
                result = each.switched_off(result)
        return result


def condition(components: Sequence[Component], mask: int) -> Condition:
    """Make the condition in which the components of a mask are off (bit 0: the first one).

    What is fewer is named, off or on; a name never lists more than six.

    >>> parts = [Component(name, switch=name) for name in "abcd"]
    >>> [condition(parts, mask).name for mask in (0b0001, 0b0011, 0b0111, 0b1111)]
    ['without a', 'without a and b', 'only d', 'nothing on']
    """
    return next(conditions(components, [mask]))


def conditions(components: Sequence[Component], masks: Iterable[int]) -> Iterator[Condition]:
    """Make a condition of every mask, as `condition` does; there may be very many."""
    names = [each.name for each in components]
    for mask in masks:
        off = f"{mask:0{len(names)}b}"[::-1].encode().translate(_DIGITS)
        parts = tuple(compress(components, off))
        yield Condition(parts, _label(names, off) if len(parts) > 1 else "")


def _label(names: Sequence[str], off: bytes) -> str:
    """Name a condition with two components off or more; empty where these names do it."""
    number = off.count(1)
    on = len(names) - number
    if not on:
        return "nothing on"
    if on < number and on <= _SPELLED:
        return f"only {listed(name for name, is_off in zip(names, off, strict=True) if not is_off)}"
    if number <= _SPELLED:
        return ""
    digest = sha256("\0".join(compress(names, off)).encode()).hexdigest()
    return f"{on} of {len(names)} on, {digest[:8]}"


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
