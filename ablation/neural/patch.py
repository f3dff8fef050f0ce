"""Switch components of a module off for the length of a `with` block, and prove that it acted.

A forward hook can be a silent no-op: on `nn.MultiheadAttention.out_proj`, inside a fused encoder
layer, after torch.compile. So every patch is its own positive control: it counts its calls and
measures how much the component's output changed, and refuses to be a second baseline.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from ablation.neural.activations import observe
from ablation.neural.errors import AblationHadNoEffectError, AlreadyAblatedError
from ablation.neural.forwards import Forward, eager, standing_in
from ablation.neural.replacement import OFF, Replacement
from ablation.neural.selection import Patterns, Place, select
from ablation.neural.trees import Inputs, numbers
from ablation.operators import Operator


@dataclass(frozen=True, slots=True)
class Acted:
    """What one patch did: its calls, and the largest change relative to the largest number.

    A change within `rounding` is none: the mean of equal numbers is not always that number.
    """

    component: str
    operator: Operator
    calls: int
    change: float
    rounding: float

    @property
    def proven(self) -> bool:
        """Whether the component returned something else than it would have."""
        return self.change > self.rounding


@dataclass(frozen=True, slots=True)
class Patch:
    """The ablations of one `with` block; `acted` says what they have done so far."""

    stand_ins: tuple["Ablated", ...]

    @property
    def acted(self) -> tuple[Acted, ...]:
        """The evidence, component by component."""
        return tuple(stand_in.evidence() for stand_in in self.stand_ins)


@dataclass(eq=False)
class Ablated:
    """A forward that computes what the component would return, and passes on something else."""

    replacement: Replacement
    forward: Forward
    calls: int = 0
    number: int = 0  # of the call in this forward pass, where the passes are told apart
    rounding: float = 0.0
    changes: list[Tensor] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.__wrapped__ = self.forward  # so that its signature is the one of the module

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Compute, replace, and measure the difference."""
        output = self.forward(*args, **kwargs)
        before = numbers(output)
        instead = self.replacement(output, args, kwargs, self.number)
        self.calls += 1
        self.number += 1
        self.rounding = max(8 * torch.finfo(leaf.dtype).eps for leaf in before)
        self.changes += [_change(a, b) for a, b in zip(before, numbers(instead), strict=True)]
        return instead

    def begin(self) -> None:
        """Count calls from the first again: another forward pass begins."""
        self.number = 0

    def evidence(self) -> Acted:
        """What this patch has done so far."""
        change = max((float(each) for each in self.changes), default=0.0)
        place, operator = self.replacement.place, self.replacement.operator
        return Acted(place.name, operator, self.calls, change, self.rounding)


@torch.no_grad()
def _change(before: Tensor, after: Tensor) -> Tensor:
    """Largest change, relative to the largest number before; left on its device."""
    if not before.numel():
        return torch.zeros(())
    change = (after - before).abs().max()
    relative = torch.nan_to_num(change / before.abs().max(), nan=torch.inf, posinf=torch.inf)
    return torch.where(change == 0, change, relative)


@contextmanager
def ablated(
    module: nn.Module,
    components: Patterns,
    *,
    by: Operator = OFF,
    reference: Inputs | None = None,
    seed: int = 0,
    expect_effect: bool = True,
) -> Iterator[Patch]:
    """Run a module with components off; on leaving, it is bit for bit what it was.

    Several components are switched off together. `reference` holds the inputs from which Mean and
    Resample take their values; without it they use the batch at hand. Leaving without an error
    raises AblationHadNoEffectError when a component was never called or its output never changed;
    `expect_effect=False` says that this may be so, and `acted` on the patch still tells.

    >>> net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    >>> with ablated(net, "0") as patch, torch.no_grad():
    ...     net(torch.ones(2))
    tensor([0., 0.])
    >>> [(did.component, did.calls, did.change) for did in patch.acted]
    [('0', 1, 1.0)]
    """
    module = eager(module)
    places = select(module, components)
    own: Mapping[str, tuple[object, ...]] = {}
    if reference is not None:
        own = observe(module, reference, tuple(places)).own
    stand_ins = switched_off(module, places, by, own, seed)
    patch = Patch(tuple(stand_ins.values()))
    with standing_in(stand_ins):
        yield patch
    if expect_effect:
        refuse_no_effect(patch.acted)


def switched_off(
    module: nn.Module,
    places: Mapping[str, Place],
    by: Operator,
    reference: Mapping[str, tuple[object, ...]],
    seed: int = 0,
) -> dict[nn.Module, Ablated]:
    """Make the stand-ins that switch components off; `reference` is what they returned there."""
    _refuse_second_patch(module, places)
    stand_ins = {}
    for number, (name, place) in enumerate(places.items()):
        device = next(place.module.parameters(), torch.empty(0)).device
        generator = torch.Generator(device).manual_seed(seed + number)
        replacement = Replacement(by, place, reference.get(name, ()), generator)
        stand_ins[place.module] = Ablated(replacement, place.module.forward)
    return stand_ins


def refuse_no_effect(acted: Iterable[Acted]) -> None:
    """Raise AblationHadNoEffectError for the first component whose output never changed."""
    for did in acted:
        if not did.proven:
            raise AblationHadNoEffectError(did.component, did.operator, did.calls)


def _refuse_second_patch(module: nn.Module, places: Mapping[str, Place]) -> None:
    for part in module.modules():
        patched = part.__dict__.get("forward")
        if not isinstance(patched, Ablated):
            continue
        for place in places.values():
            if part in set(place.module.modules()) or place.module in set(part.modules()):
                raise AlreadyAblatedError(place.name, patched.replacement.place.name)
