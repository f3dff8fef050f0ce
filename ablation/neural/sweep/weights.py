"""Parameters in a sweep: they have another value for whole passes.

Anything may read a parameter, a part that nobody names too. So there is no place in the pass to
resume from, and a sweep that has parameters among its components is the naive loop.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from torch import nn

from ablation.neural.errors import AblationHadNoEffectError, UnknownModuleError
from ablation.neural.parameters import Exchange, exchanges
from ablation.neural.selection import Patterns, names_in
from ablation.neural.sweep.cutting import places_of
from ablation.neural.taps import Place
from ablation.operators import Operator


@dataclass(frozen=True, slots=True)
class Weight:
    """A parameter, and where it is registered."""

    name: str
    home: nn.Module


Components: TypeAlias = Mapping[str, Place | Weight]


def components_of(
    module: nn.Module, patterns: Patterns | None, by: Operator, seed: int
) -> Components:
    """Find modules, parts of them, and where there is no such module, parameters.

    >>> from ablation.operators import Zero
    >>> net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    >>> list(components_of(net, ["0.*", "1"], Zero(), 0))
    ['0.weight', '0.bias', '1']
    """
    try:
        return places_of(module, patterns)
    except UnknownModuleError:
        if patterns is None:
            raise
    found: dict[str, Place | Weight] = {}
    for pattern in names_in(patterns):
        weights = exchanges(module, pattern, by, seed)
        found |= {each.name: Weight(each.name, each.homes[0][0]) for each in weights}
        found |= {} if weights else places_of(module, pattern)
    return found


@dataclass(eq=False, slots=True)
class Weights:
    """The parameters of each row, if any row has some, and what exchanging them was seen to do."""

    module: nn.Module
    by: Operator
    seed: int
    rows: Sequence[Sequence[Weight]] = ()
    acted: dict[str, tuple[float, bool]] = field(default_factory=dict)
    passes: int = 0

    def __bool__(self) -> bool:
        return any(self.rows)

    @property
    def homes(self) -> list[Place]:
        """The modules that they are registered in."""
        found = {each.home: each.name for row in self.rows for each in row}
        return [Place(name, home) for home, name in found.items()]

    def of(self, row: int) -> tuple[Exchange, ...]:
        """Other values for the parameters of a row, drawn as for this row alone."""
        names = [each.name for each in self.rows[row]] if self else []
        return exchanges(self.module, names, self.by, self.seed) if names else ()

    def note(self, changed: Sequence[Exchange], *, moved: bool) -> None:
        """A pass was run with these, and its output was another one or not."""
        self.passes += bool(changed)
        for each in changed:
            change, before = self.acted.get(each.name, (0.0, False))
            self.acted[each.name] = max(change, each.change), before or moved

    def refuse_no_effect(self) -> None:
        """Raise AblationHadNoEffectError for what never changed, or nobody was seen to read."""
        for name, (change, moved) in self.acted.items():
            if not moved:
                dead = change > 0
                raise AblationHadNoEffectError(name, self.by, self.passes, output=dead)
