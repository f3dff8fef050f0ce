"""Compute only what is read: where a pass ends in `x[:, -1]`, so does its last block.

A position that is read demands the same position of everything that works position by position,
back to where positions mix: of attention it demands one query and every key (the last-position
trick of language-model inference, found here by a backward demand analysis on the recording).
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

import torch
from torch import Tensor, fx, nn
from torch.nn import functional

from ablation.neural.sweep.recording import Recording, passed_on


@dataclass(frozen=True, slots=True)
class Demand:
    """One position on one axis, of so many."""

    axis: int
    index: int
    size: int


Demands: TypeAlias = dict[fx.Node, Demand | None]  # None: all of it
Arguments: TypeAlias = tuple[fx.node.Argument, ...]
Rule: TypeAlias = "Callable[[_Narrowing, fx.Node, Demand], Demands | None]"


def narrowed(recording: Recording) -> Recording:
    """Rewrite a recording so that it computes no position that nobody reads."""
    return _Narrowing(recording).rewritten()


class _Narrowing:
    """Who demands what, from the last operation to the first, and the graph that follows."""

    def __init__(self, recording: Recording) -> None:
        self.recording, self.values = recording, recording.values
        self.wanted: dict[fx.Node, list[Demand | None]] = {n: [] for n in recording.nodes}
        self.narrow: dict[fx.Node, Demand] = {}
        for node in reversed(recording.nodes):
            self._ask(node)

    def shape(self, node: object) -> tuple[int, ...]:
        """The shape of what a node made in the factual pass; none for what is no tensor."""
        value = self.values.get(node) if isinstance(node, fx.Node) else None
        return tuple(value.shape) if isinstance(value, Tensor) else ()

    def _ask(self, node: fx.Node) -> None:
        wanted = set(self.wanted[node])
        demands: Demands | None = None
        if len(wanted) == 1 and (demand := next(iter(wanted))) and not self._kept_whole(node):
            rule = _RULES.get(_key(node, self.recording.root))
            demands = rule(self, node, demand) if rule else None
            if demands is not None:
                self.narrow[node] = demand
        elif demand := self._origin(node):
            demands = {cast("fx.Node", node.args[0]): demand}
        for each in node.all_input_nodes:
            self.wanted[each].append((demands or {}).get(each))

    def _kept_whole(self, node: fx.Node) -> bool:
        return node in self.recording.spoiled or "writes" in node.meta

    def _origin(self, node: fx.Node) -> Demand | None:
        """Read an index that takes one position: `x[:, -1]`, `x[:, 0]`."""
        if node.target is not operator.getitem or not isinstance(node.args[0], fx.Node):
            return None
        shape, index = self.shape(node.args[0]), node.args[1]
        if not isinstance(index, tuple) or not shape:
            return None
        single = [i for i, each in enumerate(index) if each != slice(None)]
        if len(single) != 1 or not isinstance(index[single[0]], int) or single[0] == 0:
            return None
        axis = single[0]
        return Demand(axis, cast("int", index[axis]) % shape[axis], shape[axis])

    # The graph that follows

    def rewritten(self) -> Recording:
        """Copy the graph with narrowed operations; their values are cut out of those known."""
        if not self.narrow:
            return self.recording
        graph, copies, cut = fx.Graph(), dict[fx.Node, fx.Node](), dict[fx.Node, fx.Node]()
        values: dict[fx.Node, object] = {}
        seconds: dict[fx.Node, float] = {}
        for node in self.recording.nodes:
            demand = self.narrow.get(node)
            source = cut if demand or self._reads_narrow(node) else copies
            known = copies | source
            new = graph.node_copy(node, known.__getitem__)
            if demand or self._reads_narrow(node):
                _amend(self, node, new, demand)
            copies[node] = new
            values[new], seconds[new] = self._known(node, demand)
            asked = {each for each in self.wanted[node] if each is not None}
            if demand:
                cut[node] = new
            elif len(asked) == 1 and self._worth(node):
                (one,) = asked
                cut[node] = graph.call_function(torch.narrow, (new, one.axis, one.index, 1))
                values[cut[node]] = _cut(self.values[node], one)
                seconds[cut[node]] = 0.0
        for old, new in copies.items():
            new.meta = dict(old.meta)
            if "writes" in old.meta:
                new.meta["writes"] = [copies[each] for each in old.meta["writes"]]
        return replace(
            self.recording,
            graph=graph,
            nodes=tuple(graph.nodes),
            sites={k: tuple(copies[n] for n in v) for k, v in self.recording.sites.items()},
            values=values,
            seconds=seconds,
            spoiled=frozenset(copies[n] for n in self.recording.spoiled),
            fixed=frozenset(copies[n] for n in self.recording.fixed),
        )

    def _worth(self, node: fx.Node) -> bool:
        users = (each for each in node.users if each.target is not operator.getitem)
        return any(each in self.narrow for each in users)

    def _reads_narrow(self, node: fx.Node) -> bool:
        return self._origin(node) is not None and node.args[0] in self.narrow

    def _known(self, node: fx.Node, demand: Demand | None) -> tuple[object, float]:
        seconds = self.recording.seconds.get(node, 0.0)
        value = self.values.get(node)
        return (_cut(value, demand), seconds / demand.size) if demand else (value, seconds)


def _cut(value: object, demand: Demand) -> object:
    assert isinstance(value, Tensor)
    return value.narrow(demand.axis, demand.index, 1)


def _amend(narrowing: _Narrowing, node: fx.Node, new: fx.Node, demand: Demand | None) -> None:
    """Change those arguments of a copied operation that speak of positions."""
    name = _key(node, narrowing.recording.root)
    if demand is None:  # the index that started it
        index = list(cast("tuple[object, ...]", node.args[1]))
        place = next(i for i, each in enumerate(index) if isinstance(each, int))
        index[place] = 0
        new.args = (new.args[0], cast("Arguments", tuple(index)))
    elif name in ("reshape", "view"):
        flat = isinstance(new.args[1], tuple | list)
        sizes = list(cast("Arguments", new.args[1] if flat else new.args[1:]))
        sizes[demand.axis] = 1
        new.args = (new.args[0], tuple(sizes)) if flat else (new.args[0], *sizes)
    elif name == "attention":
        _uncause(new)


def _uncause(node: fx.Node) -> None:
    """The last query may look at every key, so it needs no causal mask."""
    if len(node.args) > 5:
        node.args = (*node.args[:5], False, *node.args[6:])
    if "is_causal" in node.kwargs:
        node.kwargs = {**node.kwargs, "is_causal": False}


def _tensor_args(narrowing: _Narrowing, node: fx.Node) -> list[fx.Node]:
    return [each for each in node.all_input_nodes if narrowing.shape(each)]


def _pointwise(narrowing: _Narrowing, node: fx.Node, demand: Demand) -> Demands | None:
    """Ask every operand that has this axis for the same position; others are broadcast."""
    ndim = len(narrowing.shape(node))
    demands: Demands = {}
    for each in _tensor_args(narrowing, node):
        axis = demand.axis - ndim + len(narrowing.shape(each))
        if axis < 0 or narrowing.shape(each)[axis] == 1:
            demands[each] = None
        elif narrowing.shape(each)[axis] == demand.size:
            demands[each] = replace(demand, axis=axis)
        else:
            return None
    return demands


def _by_features(narrowing: _Narrowing, node: fx.Node, demand: Demand) -> Demands | None:
    """Layers along the last axis work position by position on all others."""
    source = node.args[0] if node.args else None
    if not isinstance(source, fx.Node) or demand.axis >= len(narrowing.shape(source)) - 1:
        return None
    return {source: demand}


def _site(narrowing: _Narrowing, node: fx.Node, demand: Demand) -> Demands | None:
    source = node.args[0]
    return {source: demand} if isinstance(source, fx.Node) and narrowing.shape(source) else None


def _transposed(narrowing: _Narrowing, node: fx.Node, demand: Demand) -> Demands | None:
    source, ndim = cast("fx.Node", node.args[0]), len(narrowing.shape(node))
    axes = list(range(ndim))
    rest = node.args[1:]
    if not all(isinstance(each, int) for each in rest):
        return None
    if node.target == "permute":
        axes = [cast("int", each) % ndim for each in rest]
    else:
        one, two = (cast("int", each) % ndim for each in rest)
        axes[one], axes[two] = axes[two], axes[one]
    return {source: replace(demand, axis=axes[demand.axis])}


def _reshaped(narrowing: _Narrowing, node: fx.Node, demand: Demand) -> Demands | None:
    """An axis survives where all axes before it do."""
    source = cast("fx.Node", node.args[0])
    same = narrowing.shape(source)[: demand.axis + 1] == narrowing.shape(node)[: demand.axis + 1]
    if not same or demand.axis == len(narrowing.shape(node)) - 1:
        return None
    return {source: demand}


def _attention(narrowing: _Narrowing, node: fx.Node, demand: Demand) -> Demands | None:
    """One query, every key and value; a causal mask is lifted where the query is the last."""
    query = node.args[0] if len(node.args) >= 3 else None
    options = dict(zip(("mask", "rate", "is_causal"), node.args[3:], strict=False)) | node.kwargs
    ndim = len(narrowing.shape(node))
    if not isinstance(query, fx.Node) or demand.axis != ndim - 2 or options.get("attn_mask"):
        return None
    if options.get("mask") is not None or not isinstance(options.get("is_causal", False), bool):
        return None
    if options.get("is_causal") and demand.index != demand.size - 1:
        return None
    return {each: demand if each is query else None for each in node.all_input_nodes}


def _product(narrowing: _Narrowing, node: fx.Node, demand: Demand) -> Demands | None:
    left, right = node.args
    if (
        left is right
        or demand.axis != len(narrowing.shape(node)) - 2
        or len(narrowing.shape(left)) < 2
    ):
        return None
    axis = len(narrowing.shape(left)) - 2
    return {cast("fx.Node", left): replace(demand, axis=axis), cast("fx.Node", right): None}


_FEATURE_LAYERS = (nn.Linear, nn.LayerNorm)
_POINT_LAYERS = (
    *(nn.ReLU, nn.GELU, nn.SiLU, nn.Tanh, nn.Sigmoid, nn.Dropout, nn.Identity, nn.ELU),
    *(nn.LeakyReLU, nn.Hardswish, nn.Softplus),
)
_POINTS: dict[object, str] = dict.fromkeys(
    (
        *(operator.add, operator.sub, operator.mul, operator.truediv, operator.neg, operator.pow),
        *(torch.add, torch.sub, torch.mul, torch.div, torch.tanh, torch.sigmoid, torch.relu),
        *(
            functional.relu,
            functional.gelu,
            functional.silu,
            functional.dropout,
            torch.exp,
            torch.pow,
            torch.rsqrt,
        ),
        *("add", "sub", "mul", "div", "tanh", "sigmoid", "relu", "pow", "contiguous", "float"),
    ),
    "points",
)
_NAMES: dict[object, str] = {
    **_POINTS,
    passed_on: "site",
    "transpose": "transpose",
    "permute": "transpose",
    "reshape": "reshape",
    "view": "reshape",
    "flatten": "flatten",
    "unflatten": "flatten",
    functional.scaled_dot_product_attention: "attention",
    operator.matmul: "product",
    torch.matmul: "product",
}
_RULES: dict[str, Rule] = {
    "points": _pointwise,
    "features": _by_features,
    "site": _site,
    "transpose": _transposed,
    "reshape": _reshaped,
    "flatten": _reshaped,
    "attention": _attention,
    "product": _product,
}


def _key(node: fx.Node, root: nn.Module) -> str:
    """Which rule an operation follows; none for what is not known to keep positions apart."""
    if node.op != "call_module":
        return _NAMES.get(node.target, "") if node.op in ("call_function", "call_method") else ""
    module = root.get_submodule(str(node.target))
    if type(module) is nn.LayerNorm and len(module.normalized_shape) != 1:
        return ""
    if type(module) in _FEATURE_LAYERS:
        return "features"
    return "points" if type(module) in _POINT_LAYERS else ""
