"""Full and fractional factorials: each component is on in half of the runs, so each run counts.

Fractions after Box & Hunter (1961, Technometrics 3:311): a generator sets one component by others,
and what it costs is said exactly, by the defining relation and the aliases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, Protocol

from ablation.canonical import Json
from ablation.component import Component
from ablation.design.condition import Condition, Design, condition
from ablation.design.contrast import Contrast
from ablation.design.fraction import Fraction, chosen, stated
from ablation.design.masks import BY_HALVES, conditions_of
from ablation.errors import StudyError

MOST = 16  # components of a full factorial: 65,536 conditions


class _Factorial(Design, Protocol):
    """What a factorial and its fractions share: the effects of their runs."""

    __slots__ = ()
    meaning: ClassVar[str] = BY_HALVES

    def fraction(self, components: Sequence[Component]) -> Fraction:
        """Give the runs, with their defining relation where something is left out."""

    def conditions(self, components: Sequence[Component]) -> tuple[Condition, ...]:
        """List the runs, the baseline first."""
        return conditions_of(components, self.fraction(components).masks)

    def contrasts(self, components: Sequence[Component]) -> tuple[Contrast, ...]:
        """Compare the mean of the runs with a component and of those without, for each."""
        return _effects(components, self.fraction(components), 1)

    def interactions(self, components: Sequence[Component]) -> tuple[Contrast, ...]:
        """Compare a component's effect where another is on with its effect where that is off.

        One of each set of aliases, and none that is a main effect's.

        >>> parts = [Component(name, switch=name) for name in "ab"]
        >>> print(*FullFactorial().interactions(parts)[0].weights.values())
        1.0 1.0 -1.0 -1.0
        """
        return _effects(components, self.fraction(components), 2)


@dataclass(frozen=True, slots=True)
class FullFactorial(_Factorial):
    """Every combination of on and off.

    >>> parts = [Component(name, switch=name) for name in ("attention", "mlp")]
    >>> [condition.name for condition in FullFactorial().conditions(parts)]
    ['baseline', 'without attention', 'without mlp', 'nothing on']
    """

    name: ClassVar[str] = "full-factorial"

    def fraction(self, components: Sequence[Component]) -> Fraction:
        """Give it as the fraction that leaves nothing out."""
        if len(components) > MOST:
            raise StudyError(
                f"a full factorial of {len(components)} components has 2^{len(components)} "
                f"conditions; up to {MOST} can be planned. Take a fractional-factorial, "
                "a plackett-burman or random-masks."
            )
        return Fraction(len(components), ())


@dataclass(frozen=True, slots=True)
class FractionalFactorial(_Factorial):
    """A regular fraction of the full factorial, of a resolution or by generators.

    Resolution III: main effects are aliased with interactions of two; IV: with those of three; V:
    interactions of two are aliased with none of two. Generators are written with the letters A, B,
    C, ... of the components in their order ("E=ABCD"), as textbooks do (the letter I is left out).

    >>> parts = [Component(name, switch=name) for name in "pqrs"]
    >>> half = FractionalFactorial(resolution=4)
    >>> [str(word) for word in half.fraction(parts).relation]
    ['ABCD']
    >>> len(half.conditions(parts)), half.interactions(parts)[0].aliases
    (8, ('r x s',))
    """

    name: ClassVar[str] = "fractional-factorial"

    resolution: int = 4
    generators: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "generators", tuple(self.generators))
        if not self.generators and self.resolution not in range(3, 9):
            raise StudyError(f"the resolution is {self.resolution}: it is 3, 4, 5, ... up to 8.")

    @property
    def settings(self) -> Mapping[str, Json]:
        """The generators, or else the resolution."""
        if self.generators:
            return {"generators": list(self.generators)}
        return {"resolution": self.resolution}

    def fraction(self, components: Sequence[Component]) -> Fraction:
        """Give the runs with their defining relation."""
        if self.generators:
            return stated(len(components), self.generators)
        return chosen(len(components), self.resolution)


def _effects(
    components: Sequence[Component], fraction: Fraction, order: int
) -> tuple[Contrast, ...]:
    """Estimate the effects of one order, each set of aliases once, by its first word."""
    names = [condition(components, mask).name for mask in fraction.masks]
    found, seen = [], set()
    for members in combinations(range(len(components)), order):
        word = sum(1 << index for index in members)
        aliases = fraction.aliases(word, up_to=2)
        if word in seen or any(alias.bit_count() < order for alias in aliases):
            continue
        seen |= {word, *aliases}
        found.append(_effect(components, fraction, names, word, aliases))
    return tuple(found)


def _effect(
    components: Sequence[Component],
    fraction: Fraction,
    names: Sequence[str],
    word: int,
    aliases: Sequence[int],
) -> Contrast:
    """Weight every run by its sign; of a pair the sum, so that it is a difference of effects."""
    weight = 2.0 ** word.bit_count() / len(names)
    sides: tuple[dict[str, float], dict[str, float]] = {}, {}
    for name, mask in zip(names, fraction.masks, strict=True):
        sides[(mask & word).bit_count() % 2][name] = weight
    spelled = tuple(_spelled(components, alias) for alias in aliases)
    return Contrast(_spelled(components, word), *sides, aliases=spelled)


def _spelled(components: Sequence[Component], word: int) -> str:
    return " x ".join(each.name for index, each in enumerate(components) if word >> index & 1)
