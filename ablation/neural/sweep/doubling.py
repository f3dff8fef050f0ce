"""The pass on two copies of the examples: how values grow, and how much of an effect is rounding.

The second copy is in reverse order, and what it passes on at every cut is changed by one unit in
the last place: an effect smaller than what this does to the metric is not one.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, fx
from torch.utils import _pytree

from ablation.neural.forwards import standing_in
from ablation.neural.sweep.errors import UnsuitableError
from ablation.neural.sweep.factual import Factual, evaluated
from ablation.neural.sweep.recording import Recording, passed_on
from ablation.neural.sweep.rows import Growth, growth, joined, taken
from ablation.neural.trees import largest_change, mapped, numbers, tensors

CLOSE = 1e-3  # one copy beside another may differ by rounding, never by more than this


@dataclass(frozen=True, slots=True)
class Doubled:
    """How each value grows, and the output of both copies, in the order of the examples."""

    grows: dict[fx.Node, list[Growth]]
    same: object
    jittered: object


def doubled(recording: Recording, factual: Factual, changing: set[fx.Node]) -> Doubled:
    """Run two copies side by side; raises UnsuitableError where examples do not stay apart."""
    values: dict[fx.Node, object] = {}
    grows: dict[fx.Node, list[Growth]] = {}
    last = {each: node for node in recording.nodes for each in node.all_input_nodes}
    with torch.no_grad(), standing_in({}):
        for node in recording.nodes:
            one = factual.get([node])[node] if node not in recording.spoiled else None
            if node.op == "placeholder":
                values[node] = _twice(one, _examples(recording, factual))
            elif node.target is passed_on:
                source = node.args[0]
                assert isinstance(source, fx.Node)
                values[node] = _jittered(values[source], grows[source])
            else:
                values[node] = evaluated(recording, node, values)
            if node in recording.spoiled:
                one = evaluated(recording, node, factual.get(node.all_input_nodes))
            grows[node] = growth(one, values[node])
            _refuse_mixing(node, one, values[node], grows[node], changing)
            for each in node.all_input_nodes:
                if last[each] is node:
                    values.pop(each, None)
    output = recording.output
    same, other = (taken(values[output], grows[output], i, 2) for i in (0, 1))
    return Doubled(grows, same, _reversed(other, grows[output]))


def _examples(recording: Recording, factual: Factual) -> int:
    first = next((n for n in recording.nodes if n.op == "placeholder"), None)
    lengths = [len(t) for t in tensors(factual.get([first])[first]) if t.ndim] if first else []
    if not lengths:
        raise UnsuitableError("no input has an axis for the examples")
    return lengths[0]


def _twice(value: object, examples: int) -> object:
    """Two copies, the second in reverse, of an input with this many examples."""
    if isinstance(value, Tensor) and value.ndim and len(value) == examples:
        return torch.cat([value, value.flip(0)])
    return value


def _jittered(value: object, grows: list[Growth]) -> object:
    """Move every number of the second copy up or down by one unit in the last place."""
    one, two = taken(value, grows, 0, 2), taken(value, grows, 1, 2)
    generator = torch.Generator().manual_seed(0)
    return joined([one, mapped(lambda leaf: jittered(leaf, generator), two)], grows)


def jittered(leaf: Tensor, generator: torch.Generator) -> Tensor:
    """Multiply by 1 plus or minus the precision, at random.

    >>> ones = jittered(torch.ones(100), torch.Generator().manual_seed(0)) - 1
    >>> bool(ones.abs().max() < 1e-6), bool((ones != 0).any())
    (True, True)
    """
    if not numbers(leaf):
        return leaf
    signs = torch.randint(0, 2, (leaf.shape[-1] if leaf.ndim else 1,), generator=generator)
    step = (2 * signs - 1).to(leaf) * torch.finfo(leaf.dtype).eps
    return leaf + leaf * step if leaf.ndim else leaf + leaf * step[0]


def _reversed(value: object, grows: list[Growth]) -> object:
    leaves, structure = _pytree.tree_flatten(value)
    turned = [
        leaf.flip(how) if isinstance(leaf, Tensor) and isinstance(how, int) else leaf
        for leaf, how in zip(leaves, grows, strict=True)
    ]
    return _pytree.tree_unflatten(turned, structure)


def _refuse_mixing(
    node: fx.Node, one: object, two: object, grows: list[Growth], changing: set[fx.Node]
) -> None:
    """Refuse a value of which the first copy is not what it was alone."""
    leaves = zip(_pytree.tree_leaves(one), grows, strict=True)
    if node in changing and any(how is None and _is_data(leaf) for leaf, how in leaves):
        raise UnsuitableError(f"{node} is made of all examples together")
    if numbers(one) and largest_change(one, taken(two, grows, 0, 2)) > CLOSE:
        raise UnsuitableError(f"{node} puts the examples in another order")


def _is_data(leaf: object) -> bool:
    return isinstance(leaf, Tensor | float | complex)
