"""What each part was on reference inputs, for the operators that take their values from there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from torch import nn

from ablation.neural.sweep.parts import Part, Parts
from ablation.neural.sweep.whole import whole_pass
from ablation.neural.trees import Inputs, copied, numbers


def referenced(
    module: nn.Module, parts: Parts, reference: Inputs | None
) -> dict[str, tuple[object, ...]]:
    """Run the reference once and keep each part, call by call; nothing without a reference."""
    if reference is None:
        return {}
    kept = {part.site: _Kept(part) for part in parts.values()}
    whole_pass(module, reference, list(kept.values()))
    return {name: tuple(_own(part, each) for each in kept[part.site].seen) for name, part in parts.items()}


def _own(part: Part, value: object) -> object:
    return value if part.whole else part.of(numbers(value)[0])


@dataclass(eq=False)
class _Kept:
    """A cut that changes nothing and remembers what it saw."""

    part: Part
    seen: list[object] = field(default_factory=list)

    def __call__(
        self, value: object, args: Sequence[object], kwargs: Mapping[str, object], number: int
    ) -> object:
        del args, kwargs, number
        self.seen.append(copied(value))
        return value
