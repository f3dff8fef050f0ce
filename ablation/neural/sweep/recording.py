"""One factual pass, written down operation by operation, with what each of them computed.

torch.fx runs the forward on symbols (Reed et al. 2022); here every symbol also carries its value,
so the recording is the factual pass. Code may branch on shapes, which no ablation changes; where
it asks for the value of a tensor, another ablation might take another branch, and it is refused.
"""

import inspect
import operator
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, fx, nn
from torch.utils import _pytree

from ablation.neural.forwards import standing_in
from ablation.neural.sweep.attention import Open, in_the_open
from ablation.neural.sweep.cutting import Site, arguments_of, site_of
from ablation.neural.sweep.errors import UnsuitableError
from ablation.neural.taps import Place
from ablation.neural.trees import Inputs, call, copied, tensors


@dataclass(frozen=True, slots=True)
class Recording:
    """The operations of one pass in order, where parts can be cut, and what each made."""

    root: nn.Module
    graph: fx.Graph
    nodes: tuple[fx.Node, ...]
    sites: Mapping[Site, tuple[fx.Node, ...]]
    values: dict[fx.Node, object]
    seconds: Mapping[fx.Node, float]
    spoiled: frozenset[fx.Node]  # values that a later operation wrote into
    fixed: frozenset[fx.Node]  # values that follow from shapes alone

    @property
    def output(self) -> fx.Node:
        """The last node: what the module returns."""
        return self.nodes[-1]


def record(
    module: nn.Module,
    inputs: Inputs,
    places: Mapping[str, Place],
    read: Callable[[object], object] | None = None,
) -> Recording:
    """Run a module once and write it down; raises UnsuitableError where that has no meaning."""
    tracer = _Tracer(module, copied(inputs), places, read)
    try:
        with torch.no_grad(), standing_in(in_the_open(places.values(), tracer.marked)):
            graph = tracer.trace(tracer.whole)
    except UnsuitableError:
        raise
    except Exception as error:
        first = str(error).strip().partition("\n")[0]
        raise UnsuitableError(f"torch.fx: {type(error).__name__}: {first}") from error
    tracer.finish(graph)
    return Recording(
        tracer.whole,
        graph,
        tuple(graph.nodes),
        {site: tuple(nodes) for site, nodes in tracer.sites.items()},
        tracer.values,
        tracer.seconds,
        frozenset(tracer.spoiled),
        frozenset(tracer.fixed),
    )


def passed_on(value: object, args: object = (), kwargs: object = None) -> object:
    """Mark in a graph where a part is cut; `args` and `kwargs` are what the module read.

    What is passed on is a copy, so that a later write in place does not reach what was made.
    """
    del args, kwargs
    return copied(value)


class _Whole(nn.Module):
    """The module with its inputs in place, so that only their tensors are symbols."""

    def __init__(
        self,
        module: nn.Module,
        inputs: Callable[[], Inputs],
        read: Callable[[object], object] | None,
    ) -> None:
        nn.Module.__init__(self)
        self.module, self.inputs, self.read = module, inputs, read

    def forward(self) -> object:
        output = call(self.module, self.inputs())
        return output if self.read is None else self.read(output)


class _Tracer(fx.Tracer):
    """Writes every operation down and runs it at once."""

    def __init__(
        self,
        module: nn.Module,
        inputs: object,
        places: Mapping[str, Place],
        read: Callable[[object], object] | None,
    ) -> None:
        fx.Tracer.__init__(self)
        self.whole, self.inputs = _Whole(module, self._symbols, read), inputs
        self.sites: dict[Site, list[fx.Node]] = {site_of(place): [] for place in places.values()}
        self.opened = {place.module for place in places.values()}
        self.values: dict[fx.Node, object] = {}
        self.seconds: dict[fx.Node, float] = {}
        self.spoiled: set[fx.Node] = set()
        self.fixed: set[fx.Node] = set()  # made from shapes alone
        self.running = False

    def _symbols(self) -> Inputs:
        leaves, structure = _pytree.tree_flatten(self.inputs)
        symbols = [
            self.create_proxy("placeholder", f"input_{i}", (), {})
            if isinstance(leaf, Tensor)
            else leaf
            for i, leaf in enumerate(leaves)
        ]
        return cast("Inputs", _pytree.tree_unflatten(symbols, structure))

    # How torch.fx is steered

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        if isinstance(m.__dict__.get("forward"), Open):
            return False
        inside = self.opened.intersection(m.modules()) - {m}
        return not inside and fx.Tracer.is_leaf_module(self, m, module_qualified_name)

    def call_module(
        self,
        m: nn.Module,
        forward: Callable[..., object],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> object:
        if self.running:
            return forward(*args, **kwargs)
        for site in self.sites:
            if site[0] is m and site[1] == "input":
                args, kwargs = self._read_at(site, args, kwargs)
        output = fx.Tracer.call_module(self, m, forward, args, kwargs)
        site = (m, "output", None)
        return self._site(site, output, args, kwargs) if site in self.sites else output

    def _read_at(
        self, site: Site, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> tuple[tuple[object, ...], dict[str, object]]:
        """Mark one argument of a call as a place to cut."""
        parameters = list(inspect.signature(site[0].forward).parameters)
        names = [*parameters[: len(args)], *(f"*{i}" for i in range(len(parameters), len(args)))]
        given = dict(zip(names, args, strict=True)) | kwargs
        known = {name: self._values_of(value) for name, value in given.items()}
        name = arguments_of(site[2], known)
        if name is None:
            return args, kwargs
        marked = self._site(site, given[name])
        if name in kwargs:
            return args, {**kwargs, name: marked}
        place = names.index(name)
        return (*args[:place], marked, *args[place + 1 :]), kwargs

    def _values_of(self, tree: object) -> object:
        leaves, structure = _pytree.tree_flatten(tree)
        known = [self.values[each.node] if isinstance(each, fx.Proxy) else each for each in leaves]
        return _pytree.tree_unflatten(known, structure)

    def marked(self, module: nn.Module, heads: object) -> object:
        """Mark the heads of an attention as a place to cut."""
        return self._site((module, "heads", None), heads)

    def _site(self, site: Site, value: object, args: object = (), kwargs: object = None) -> object:
        if not isinstance(value, fx.Proxy):
            leaves, structure = _pytree.tree_flatten(value)
            if sum(isinstance(leaf, fx.Proxy) for leaf in leaves) != 1:
                raise UnsuitableError(f"{type(site[0]).__name__} returns several values")
            marked = [
                self._site(site, leaf, args, kwargs) if isinstance(leaf, fx.Proxy) else leaf
                for leaf in leaves
            ]
            return _pytree.tree_unflatten(marked, structure)
        marked_value = self.create_proxy(
            "call_function", passed_on, (value, args, kwargs or {}), {}
        )
        self.sites[site].append(marked_value.node)
        return marked_value

    def getattr(
        self, attr: str, attr_val: object, parameter_proxy_cache: dict[str, fx.Proxy]
    ) -> object:
        if self.running:
            return attr_val
        return fx.Tracer.getattr(self, attr, attr_val, parameter_proxy_cache)

    def proxy(self, node: fx.Node) -> fx.Proxy:
        return _Valued(node, self)

    def create_proxy(  # noqa: PLR0917 - torch's signature
        self,
        kind: str,
        target: fx.node.Target,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        name: str | None = None,
        type_expr: object = None,
        proxy_factory_fn: Callable[[fx.Node], fx.Proxy] | None = None,
    ) -> fx.Proxy:
        proxy = fx.Tracer.create_proxy(
            self, kind, target, args, kwargs, name, type_expr, proxy_factory_fn
        )
        self._evaluate(proxy.node)
        return proxy

    def to_bool(self, obj: fx.Proxy) -> bool:
        return bool(self.known(obj.node, "a branch"))

    def iter(self, obj: fx.Proxy) -> Iterator[object]:
        value = self.values[obj.node]
        if isinstance(value, Tensor | tuple | list):
            return (operator.getitem(cast("Any", obj), i) for i in range(len(value)))
        return cast("Iterator[object]", fx.Tracer.iter(self, obj))

    def known(self, node: fx.Node, what: str) -> object:
        """Give the code the value itself, if it is one that no ablation changes."""
        if node not in self.fixed:
            raise UnsuitableError(f"{what} in the code depends on the data ({node})")
        return self.values[node]

    # The pass itself

    def finish(self, graph: fx.Graph) -> None:
        """Note what the pass returned."""
        output = next(iter(reversed(graph.nodes)))
        self._evaluate(output)

    def _evaluate(self, node: fx.Node) -> None:
        if node.op == "placeholder":
            leaves = _pytree.tree_leaves(self.inputs)
            self.values[node] = leaves[int(str(node.target).rpartition("_")[2])]
            return
        for each in node.all_input_nodes:
            if each not in self.values:  # a constant, of which torch.fx makes an attribute
                self.values[each] = compute(self.whole, each, (), {})
        args, kwargs = filled((node.args, node.kwargs), self.values.__getitem__)
        versions = [(each, self.values[each], _version(self.values[each])) for each in _read(node)]
        self.running = True
        start = time.perf_counter()
        try:
            self.values[node] = compute(self.whole, node, args, kwargs)
        finally:
            self.seconds[node] = time.perf_counter() - start
            self.running = False
        for each, value, version in versions:
            if version != _version(value):
                self._note_write(each, node)
        if _is_fixed(node, self.fixed, self.values[node]):
            self.fixed.add(node)

    def _note_write(self, target: fx.Node, writer: fx.Node) -> None:
        """A value written into may be used again only by the operation that wrote."""
        written = {each.untyped_storage().data_ptr() for each in tensors(self.values[target])}
        for node, value in self.values.items():
            if node not in (target, writer) and written & {
                each.untyped_storage().data_ptr() for each in tensors(value)
            }:
                raise UnsuitableError(f"{writer} writes in place into a view ({target})")
        if set(target.users) - {writer} or target.op == "placeholder" or target in self.spoiled:
            raise UnsuitableError(f"{writer} writes in place into {target}, which others read")
        writer.meta["writes"] = [*writer.meta.get("writes", []), target]
        self.spoiled.add(target)


class _Valued(fx.Proxy):
    """A symbol that knows what its shape is."""

    tracer: _Tracer

    def __getattr__(self, k: str) -> Any:
        value = self.tracer.values[self.node]
        if isinstance(value, Tensor):
            if k in ("ndim", "dtype", "device", "is_nested", "requires_grad", "is_cuda"):
                return getattr(value, k)
            if k == "shape":
                return self.tracer.create_proxy("call_function", getattr, (self, "shape"), {})
        return fx.Proxy.__getattr__(self, k)

    def __len__(self) -> int:
        return len(cast("Tensor", self.tracer.values[self.node]))

    def __index__(self) -> int:
        return operator.index(cast("int", self.tracer.known(self.node, "a number")))

    def __int__(self) -> int:
        return int(cast("int", self.tracer.known(self.node, "a number")))

    def __float__(self) -> float:
        return float(cast("float", self.tracer.known(self.node, "a number")))


def filled(tree: object, value: Callable[[fx.Node], object]) -> Any:
    """Put values in place of the nodes of an argument."""
    known = cast("Callable[[fx.Node], fx.node.Argument]", value)
    return fx.node.map_arg(cast("fx.node.Argument", tree), known)


def compute(
    root: nn.Module, node: fx.Node, args: tuple[object, ...], kwargs: Mapping[str, object]
) -> object:
    """Run one operation."""
    match node.op:
        case "call_function":
            return cast("Callable[..., object]", node.target)(*args, **kwargs)
        case "call_method":
            return getattr(args[0], str(node.target))(*args[1:], **kwargs)
        case "call_module":
            return root.get_submodule(str(node.target))(*args, **kwargs)
        case "get_attr":
            return operator.attrgetter(str(node.target))(root)
    return args[0]


def _read(node: fx.Node) -> list[fx.Node]:
    return [] if node.target is passed_on else node.all_input_nodes


def _version(value: object) -> list[int]:
    return [each._version for each in tensors(value)]


_SHAPES = {"size", "dim", "numel", "nelement", "is_floating_point", "ndimension", "stride"}


def _is_fixed(node: fx.Node, fixed: set[fx.Node], value: object) -> bool:
    """Whether a value follows from shapes alone, so that no ablation can change it."""
    if tensors(value):
        return False
    if node.op == "call_method" and node.target in _SHAPES:
        return True
    if node.op == "call_function" and node.target is getattr:
        return node.args[1] in ("shape", "ndim", "dtype", "device")
    return node.op == "call_function" and fixed.issuperset(node.all_input_nodes)
