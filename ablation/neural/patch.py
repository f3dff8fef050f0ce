"""Switch components of a module off for the length of a `with` block, and prove that it acted.

A forward hook can be a silent no-op: on `nn.MultiheadAttention.out_proj`, inside a fused encoder
layer, after torch.compile. So every patch is its own positive control: it counts its calls and
measures how much the component's output changed, and refuses to be a second baseline.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from ablation.errors import listed
from ablation.neural.activations import on_reference
from ablation.neural.claiming import claimed
from ablation.neural.control import Witness, change_of_output, provably_unaffected
from ablation.neural.edges import Rerouted, edge_of
from ablation.neural.errors import (
    AblationHadNoEffectError,
    AlreadyAblatedError,
    InPlaceError,
)
from ablation.neural.forwards import Forward, eager, standing_in, writes_in_place
from ablation.neural.isolation import forgetting
from ablation.neural.noise import require_seed
from ablation.neural.optimal import optimal_constants
from ablation.neural.parameters import Exchange, exchanged, exchanges
from ablation.neural.recompiling import aside, can_be_recompiled, recompiled, within
from ablation.neural.replacement import OFF, Replacement, stream
from ablation.neural.selection import Patterns, require_names, select
from ablation.neural.taps import Place, layered, outermost, passed
from ablation.neural.trees import Inputs, cloned, tensors
from ablation.operators import Operator, OptimalConstant


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
    witness: Witness
    edge: Rerouted | None = None
    weights: tuple[Exchange, ...] = ()
    outputs: list[float | None] = field(default_factory=list)

    @property
    def output_change(self) -> float | None:
        """Change of the module's output in its first call, relative; None before it is known."""
        return self.outputs[-1] if self.outputs else None

    @property
    def acted(self) -> tuple[Acted, ...]:
        """The evidence, component by component; of an edge, how far its reader's input moved."""
        return acted_by(self.stand_ins, self.edge, self.weights, self.witness.calls)


@dataclass(eq=False)
class Ablated:
    """A forward that computes what the component would return, and passes on something else."""

    replacement: Replacement
    forward: Forward
    calls: int = 0
    number: int = 0  # of the call in this forward pass, where the passes are told apart
    rounding: float = 0.0
    changes: list[Tensor] = field(default_factory=list)
    watch: Callable[[list[Tensor]], None] | None = None  # is shown what is passed on

    def __post_init__(self) -> None:
        self.__wrapped__ = self.forward  # so that its signature is the one of the module

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.replacement.place

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Compute, replace, and measure the difference."""
        given = [leaf for leaf in tensors((args, kwargs)) if not leaf.is_inference()]
        versions = [leaf._version for leaf in given]
        safe_args, safe_kwargs = args, kwargs
        if self.place.at == "output" and writes_in_place(self.place.module):
            safe_args, safe_kwargs = cloned((args, kwargs))
        output = passed(
            self.place,
            self.forward,
            lambda value: self.replaced(value, args, kwargs),
            safe_args,
            safe_kwargs,
        )
        if versions != [leaf._version for leaf in given]:
            raise InPlaceError(self.place.name)
        return output

    def replaced(
        self, value: object, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> object:
        """What passes on instead of `value`; the difference is kept as evidence."""
        before = self.place.pieces(value)
        instead = self.replacement(value, args, kwargs, self.number)
        self.calls += 1
        self.number += 1
        self.rounding = max(8 * torch.finfo(leaf.dtype).eps for leaf in before)
        after = self.place.pieces(instead)
        self.changes += [_change(a, b) for a, b in zip(before, after, strict=True)]
        if self.watch is not None:
            self.watch(after)
        return instead

    def begin(self) -> None:
        """Count calls from the first again: another forward pass begins."""
        for each in chained(self):
            each.number = 0

    def evidence(self) -> Acted:
        """What this patch has done so far."""
        change = max((float(each) for each in self.changes), default=0.0)
        return Acted(self.place.name, self.replacement.operator, self.calls, change, self.rounding)


def chained(outer: Ablated) -> Iterator[Ablated]:
    """An ablation, and those of other parts of the same module that it runs."""
    each: Forward = outer
    while isinstance(each, Ablated):
        yield each
        each = each.forward


@torch.no_grad()
def _change(before: Tensor, after: Tensor) -> Tensor:
    """Largest change, relative to the largest number before; left on its device."""
    if not before.numel():
        return torch.zeros(())
    change = torch.linalg.vector_norm(after - before, torch.inf)
    relative = change / torch.linalg.vector_norm(before, torch.inf)
    return torch.where(change == 0, change, relative.nan_to_num_(nan=torch.inf, posinf=torch.inf))


@contextmanager
def ablated(
    module: nn.Module,
    components: Patterns,
    *,
    by: Operator = OFF,
    reference: Inputs | None = None,
    seed: int = 0,
    among: Patterns | None = None,
    expect_effect: bool = True,
) -> Iterator[Patch]:
    """Run a module with components off; on leaving, it is bit for bit what it was.

    Every component that is named is switched off, all of them together. `reference` holds the
    inputs from which an operator takes its values; without it Mean and Resample use the batch at
    hand. Leaving without an error raises AblationHadNoEffectError when a component was never
    called, when its output never changed, and when the module's own output stayed the same bit
    for bit though it is computed from the component. For the last, the first call is run once
    more without the ablation. `expect_effect=False` says that all this may be so, and saves that
    run; `acted` on the patch still tells.

    The name of a parameter stands for its value, everywhere that it is read. "A -> B" switches
    off what B reads of A, and no other effect of A ("A -> output": what the output reads), and
    "A -> B -> C" what C reads of B because of A; `among` are the components that are held
    meanwhile, so that each step is direct.

    In eval mode, attributes that runs have set are put back as well: an activation kept in one
    would carry the ablation on. What is trained in the block stays trained.

    What torch.compile returned is compiled again, patched, by the same backend. Python runs it
    instead for an edge, for a full graph, and where the module inside it is named.

    >>> net = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
    >>> with ablated(net, "0") as patch, torch.no_grad():
    ...     net(torch.ones(2))
    tensor([0., 0.])
    >>> [(did.component, did.calls, did.change) for did in patch.acted]
    [('0', 1, 1.0)]
    """
    given, module = module, eager(module)
    seed = require_seed(seed)
    components = require_names(components)
    with claimed(module.modules()):
        edge = edge_of(module, components, among)
        weights = () if edge else exchanges(module, components, by, seed)
        places = edge.sources if edge else {} if weights else select(module, components)
        off = switched_off(module, places, by, references(module, places, by, reference), seed)
        rerouted = Rerouted(module, edge, module.forward, off) if edge else None
        standing: dict[nn.Module, Forward] = {module: rerouted} if rerouted else {**off}

        def begin() -> None:
            for each in off.values():
                each.begin()

        witness = Witness(standing.get(module, module.forward), expect_effect, begin=begin)
        if can_be_recompiled(given) and rerouted is None:
            again = recompiled(given, witness.forward)
            witness = Witness(again, expect_effect, given, begin=begin)
            standing = {part: aside(stand_in) for part, stand_in in standing.items()}
        patch = Patch(tuple(off.values()), witness, rerouted, weights)
        kept = nullcontext() if module.training else forgetting(module)
        with kept, exchanged(weights), standing_in({**standing, module: witness}):
            yield patch
        if expect_effect:
            refuse_no_effect(patch.acted)
            _control(module, patch, list(places))


def references(
    module: nn.Module, places: Mapping[str, Place], by: Operator, reference: Inputs | None
) -> Mapping[str, tuple[object, ...]]:
    """What the components return on the reference, or what was found best for it there."""
    if reference is None:
        return {}
    if isinstance(by, OptimalConstant):
        return optimal_constants(module, places, by, reference)
    return on_reference(module, reference, tuple(places))


def switched_off(
    module: nn.Module,
    places: Mapping[str, Place],
    by: Operator,
    reference: Mapping[str, tuple[object, ...]],
    seed: int = 0,
) -> dict[nn.Module, Ablated]:
    """Make the stand-ins that switch components off, where none is patched at this moment."""
    refuse_second_patch(module, places)
    return standing_off(places, by, reference, seed)


def standing_off(
    places: Mapping[str, Place],
    by: Operator,
    reference: Mapping[str, tuple[object, ...]],
    seed: int = 0,
    before: int = 0,
) -> dict[nn.Module, Ablated]:
    """Make the stand-ins that switch components off; `reference` is what they returned there.

    So many examples have passed `before`, as far as random draws go on from batch to batch.
    """
    numbered = {name: number for number, name in enumerate(places)}

    def switched(place: Place, forward: Forward) -> Ablated:
        draws = stream(by, seed, numbered[place.name], before=before)
        replacement = Replacement(by, place, reference.get(place.name, ()), draws)
        return Ablated(replacement, forward)

    return outermost(layered(places, switched))


def evidence(stand_ins: Iterable[Ablated]) -> tuple[Acted, ...]:
    """What each ablation did, component by component, in the order they were named."""
    return tuple(each.evidence() for outer in stand_ins for each in reversed([*chained(outer)]))


def acted_by(
    stand_ins: Iterable[Ablated], edge: Rerouted | None, weights: Iterable[Exchange], calls: int
) -> tuple[Acted, ...]:
    """The evidence for whatever was switched off; parameters are read in every call."""
    if exchanged_ones := tuple(weights):
        return tuple(Acted(each.name, each.by, calls, each.change, 0.0) for each in exchanged_ones)
    every = evidence(stand_ins)
    if edge is None:
        return every
    moved = max(edge.changes, default=0.0)
    return (Acted(edge.edge.name, every[0].operator, edge.calls, moved, every[0].rounding),)


def refuse_no_effect(acted: Iterable[Acted]) -> None:
    """Raise AblationHadNoEffectError for the first component whose output never changed."""
    for did in acted:
        if not did.proven:
            raise AblationHadNoEffectError(did.component, did.operator, did.calls)


def _control(module: nn.Module, patch: Patch, names: list[str]) -> None:
    """Refuse an ablation which the output does not show, though it is computed from it."""
    change = change_of_output(module, patch.witness)
    patch.outputs.append(change)
    if change == 0 and not provably_unaffected(module, patch.witness, names):
        did = patch.acted[0]
        together = listed(each.component for each in patch.acted)
        raise AblationHadNoEffectError(together, did.operator, did.calls, output=True)


def refuse_second_patch(module: nn.Module, places: Mapping[str, Place]) -> None:
    """Raise AlreadyAblatedError where a place, or one that hides it, is patched at this moment."""
    for part in module.modules():
        patched = within(part.__dict__.get("forward"))
        while isinstance(patched, Witness):
            patched = within(patched.forward)
        if not isinstance(patched, Ablated):
            continue
        for place in places.values():
            if part is place.module or _hides(place, part) or _hides(patched.place, place.module):
                raise AlreadyAblatedError(place.name, patched.place.name)


def _hides(place: Place, part: nn.Module) -> bool:
    return place.is_whole and part in set(place.module.modules())
