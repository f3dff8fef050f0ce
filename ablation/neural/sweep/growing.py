"""The pass recorded a second time, on copies of some examples: how values grow, what is rounding.

The last copy stands in reverse order, and at every cut it is changed by one unit in the last place.
The first is changed a lot: all cuts are, or one ablation is made in it that reaches all of them.
Where the last copy still is what these examples gave before, no run can reach another one that
stands beside it; and by how much it is not is rounding, below which an effect is none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.utils import _pytree

from ablation.neural.sweep.batches import examples_in, rows_of
from ablation.neural.sweep.errors import UnsuitableError
from ablation.neural.sweep.factual import Factual
from ablation.neural.sweep.holding import Held
from ablation.neural.sweep.recorder import Edit, Recording
from ablation.neural.sweep.rows import (
    Growth,
    backwards,
    departure,
    growth,
    joined,
    pieces_of,
    taken,
)
from ablation.neural.sweep.steps import Count, Step, holds
from ablation.neural.trees import Inputs, mapped, numbers, tensors

ENOUGH = 4096  # entries of a value that are compared
CLOSE = 1e-3  # a copy may differ from what was alone by rounding, never by more than this
CLOSER = 1e-4  # where the other copy was changed less

ANOTHER_WAY = "with other examples the code takes another way"

Again: TypeAlias = Callable[[Inputs, Edit, Held], Recording]
LaidOut: TypeAlias = dict[Step, bool]  # made of no example, and whether of their number
Off: TypeAlias = Callable[[Step, object], object]  # one ablation, made at a cut


@dataclass(frozen=True, slots=True)
class Grown:
    """How each value grows, and what some examples give where all is changed by rounding."""

    grows: dict[Step, list[Growth]]
    jittered: object
    examples: int  # how many of them
    without: object = None  # what they give with the ablation that was made, if one was


def grown(
    factual: Factual,
    again: Again,
    inputs: Inputs,
    few: int,
    *,
    memory: int,
    axis: int = 0,
    off: Off | None = None,
) -> Grown:
    """Record copies of the first examples; raises UnsuitableError where they do not stay apart.

    The numbers of the recording that grow with the examples are marked. `off` makes the one
    ablation that is to change the first copy; examples lie on this axis of the inputs.
    """
    examples = examples_in(inputs, axis)
    if examples is None:
        raise UnsuitableError("no input has an axis for the examples")
    few = max(1, min(few, examples))
    copies = 3 if 2 * few == examples else 2
    sizes = (examples, copies * few)
    recording = factual.recording
    sites = [step for step in recording.steps if step.name == "site"]

    def moved(number: int, value: object) -> object:
        if number >= len(sites):
            raise UnsuitableError(ANOTHER_WAY)
        site = sites[number]
        changed = partial(off, site) if off else _much
        return _moved(value, growth(factual.held.form(site), value, sizes), copies, changed)

    kinds = {leaf.dtype for _, value in factual.held.known() for leaf in numbers(value)}
    close = max(CLOSER if off else CLOSE, *(16 * torch.finfo(kind).eps for kind in kinds))
    beside = _Beside(factual, sizes, copies, few, close)
    held = Held(memory, leaving=beside.compare)
    second = again(rows_of(inputs, few, copies, axis), moved, held)
    for step in second.steps:
        if step in held:
            beside.compare(step, held.kept[step])
    if len(second.steps) != len(recording.steps):
        raise UnsuitableError(ANOTHER_WAY)
    found = beside.seen(recording.output, held.one(second.output))
    return Grown(beside.grows, found.copy(copies - 1), few, None if off is None else found.copy(0))


@dataclass(eq=False)
class _Beside:
    """Compares the second pass with the first, operation by operation in their order."""

    factual: Factual
    sizes: tuple[int, int]
    copies: int
    few: int
    close: float
    grows: dict[Step, list[Growth]] = field(default_factory=dict)
    laid_out: LaidOut = field(default_factory=dict)

    def compare(self, other: Step, value: object) -> None:
        """See that one operation did the same, how it grows, and that its copies are apart."""
        recording = self.factual.recording
        if other.number >= len(recording.steps):
            raise UnsuitableError(ANOTHER_WAY)
        step = recording.steps[other.number]
        _refuse_another(step, other, self.sizes)
        self.grows[step] = growth(self.factual.held.form(step), value, self.sizes)
        made = follows_examples(step, self.grows[step], self.laid_out)
        if made or is_apart(step, self.grows) or step in recording.spoiled:
            return
        seen = self.seen(step, value)
        if _is_looked_at(step, seen):
            alone = pieces_of(self.factual.one(step), self.grows[step], 0, self.few, self.sizes[0])
            _refuse_mixing(step, alone, seen, close=self.close)

    def seen(self, step: Step, value: object) -> "_Seen":
        """A value of the second pass, by its copies."""
        return _Seen(value, self.grows[step], self.copies, self.few)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A value of the second pass: so many copies of so many examples."""

    value: object
    grows: list[Growth]
    copies: int
    examples: int

    def copy(self, number: int) -> object:
        """One copy, in the order of the first."""
        found = taken(self.value, self.grows, number, self.copies)
        last = number == self.copies - 1
        return backwards(found, self.grows, self.examples) if last else found


def _much(value: object) -> object:
    return mapped(lambda leaf: leaf * 1.5 + 0.1 if numbers(leaf) else leaf, value)


def _moved(
    value: object, grows: list[Growth], copies: int, changed: Callable[[object], object]
) -> object:
    """Change the first copy a lot, the last by rounding."""
    pieces = [taken(value, grows, i, copies) for i in range(copies)]
    pieces[0] = changed(pieces[0])
    pieces[-1] = mapped(jittered, pieces[-1])
    return joined(pieces, grows)


def jittered(leaf: Tensor) -> Tensor:
    """Multiply by 1 plus or minus the precision, at random.

    >>> ones = jittered(torch.ones(100)) - 1
    >>> bool(ones.abs().max() < 1e-6), bool((ones != 0).any())
    (True, True)
    """
    if not numbers(leaf):
        return leaf
    signs = _signs(leaf.shape[-1]) if leaf.ndim else torch.tensor(1.0)
    return leaf.addcmul(leaf, signs.to(leaf), value=torch.finfo(leaf.dtype).eps)


@lru_cache(16)
def _signs(length: int) -> Tensor:
    """As many times 1 or -1, the same in every pass."""
    generator = torch.Generator().manual_seed(0)
    return 2.0 * torch.randint(0, 2, (length,), generator=generator) - 1


def _refuse_another(step: Step, other: Step, sizes: tuple[int, int]) -> None:
    """See that both passes did the same here, and mark the numbers that follow the examples."""
    same_call = step.call is other.call or step.call == other.call
    if step.name != other.name or not same_call:
        raise UnsuitableError(ANOTHER_WAY)
    step.args = _agreed(step.args, other.args, sizes)
    step.kwargs = _agreed(step.kwargs, other.kwargs, sizes) if step.kwargs else {}
    step.counts = holds(step.args, Count) or holds(step.kwargs, Count)


def _agreed(one: Any, two: Any, sizes: tuple[int, int]) -> Any:
    """One argument of both passes, with what grows marked."""
    if isinstance(one, Step) and isinstance(two, Step):
        same = one.number == two.number
    elif type(one) is int and type(two) is int and one != two:
        if one * sizes[1] == two * sizes[0]:
            return Count(one)
        same = False
    elif isinstance(one, Tensor):
        same = one is two
    elif type(one) is type(two) and isinstance(one, tuple | list) and len(one) == len(two):
        found = [_agreed(a, b, sizes) for a, b in zip(one, two, strict=True)]
        return type(one)(found) if type(one) in (tuple, list) else type(one)(*found)
    elif isinstance(one, dict) and isinstance(two, dict) and list(one) == list(two):
        found = [_agreed(a, b, sizes) for a, b in zip(one.values(), two.values(), strict=True)]
        known = dict(zip(one, found, strict=True))
        return known if type(one) is dict else _like(one, known)
    elif isinstance(one, slice) and isinstance(two, slice):
        ends = zip(_ends(one), _ends(two), strict=True)
        return slice(*(_agreed(a, b, sizes) for a, b in ends))
    else:
        same = one is two or type(one) is type(two)
        same = same and (one is two or not isinstance(one, int | float | str) or one == two)
    if not same:
        raise UnsuitableError("a number in the code depends on the examples")
    return one


def _like(one: Any, known: dict[Any, Any]) -> Any:
    leaves, structure = _pytree.tree_flatten(one)
    found, _ = _pytree.tree_flatten(known)
    return _pytree.tree_unflatten(found, structure) if len(found) == len(leaves) else one


def _ends(one: slice) -> tuple[Any, Any, Any]:
    return one.start, one.stop, one.step


def is_apart(step: Step, grows: Mapping[Step, list[Growth]]) -> bool:
    """Whether an operation works example by example whatever they are."""
    known = step.name in APART and not step.writes and not step.counts
    return known and all(grows[each] == [0] for each in (step, *step.inputs))


def _is_looked_at(step: Step, seen: _Seen) -> bool:
    return step.name not in _SEEN and (tensors_grow(seen.grows) or step.name == "constant")


def _refuse_mixing(step: Step, alone: object, seen: _Seen, *, close: float) -> None:
    """Refuse a value of which the last copy is not what it was alone."""
    looked_at = range(seen.copies) if step.name == "constant" else (seen.copies - 1,)
    for number in looked_at:
        here = seen.copy(number)
        if departure(_some(alone), _some(here)) > close or _others_differ(alone, here):
            raise UnsuitableError(f"{step} reads all examples together, or in another order")


def _others_differ(alone: object, here: object) -> bool:
    """Whether numbers that are no measurements, positions or labels, are others."""
    pairs = zip(tensors(alone), tensors(here), strict=True)
    return any(not a.is_floating_point() and not torch.equal(a, b) for a, b in pairs)


def follow_examples(steps: Sequence[Step], grows: Mapping[Step, list[Growth]]) -> dict[Step, None]:
    """Values made of the number of examples alone, as in `torch.arange(len(x))`.

    Of several runs side by side they are not copies: they are made anew.
    """
    made: LaidOut = {}
    return {step: None for step in steps if follows_examples(step, grows[step], made)}


def follows_examples(step: Step, grows: list[Growth], made: LaidOut) -> bool:
    """Whether this one is such a value, where it is known of all before."""
    if step.name in (*_SEEN, "constant") or any(each not in made for each in step.inputs):
        return False
    made[step] = step.counts or any(made[each] for each in step.inputs)
    return made[step] and tensors_grow(grows)


APART = ("relu", "gelu", "silu", "tanh", "linear", "layer_norm", "conv1d", "conv2d")
_SEEN = ("input", "site", "pick")  # what is compared where it was made


def _some(value: object) -> object:
    """Enough entries of a value to see where others have moved: all of a small one."""
    if isinstance(value, Tensor) and value.numel() <= ENOUGH:
        return value

    def thinned(leaf: Tensor) -> Tensor:
        flat = leaf.flatten() if leaf.is_contiguous() else leaf.reshape(-1)
        return flat[:: max(1, len(flat) // ENOUGH)]

    return mapped(thinned, value)


def tensors_grow(grows: list[Growth]) -> bool:
    """Whether a leaf has an axis for the examples.

    >>> tensors_grow([None, 0]), tensors_grow(["count"])
    (True, False)
    """
    return any(isinstance(how, int) for how in grows)


def refuse_together(step: Step, value: object, grows: list[Growth]) -> None:
    """Refuse a value that an ablation changes, and that has no axis for the examples."""
    leaves = zip(_pytree.tree_leaves(value), grows, strict=True)
    if any(how is None and isinstance(leaf, Tensor | float) for leaf, how in leaves):
        raise UnsuitableError(f"{step} is made of all examples together")
