"""The computation graph of a module's components, read from its code.

torch.fx runs the forward on symbols (Reed et al. 2022): an edge A -> B says that B reads something
computed from A's output through no third component. Where the code asks a symbol for its value,
one real run is followed instead, and the graph then holds for the branches which that run took.
"""

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from torch import fx, nn

from ablation.neural.dataflow import followed
from ablation.neural.forwards import eager, standing_in
from ablation.neural.selection import Patterns, Place, select
from ablation.neural.trees import Inputs, tensors

Edges = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Components:
    """Named components and the flow of data between them; `route` says how it was found.

    >>> import torch
    >>> net = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2))
    >>> Components.of(net, torch.ones(1, 2)).edges
    (('0', '1'), ('1', '2'))
    """

    names: tuple[str, ...]
    edges: Edges
    route: str = "torch.fx"

    @classmethod
    def of(cls, module: nn.Module, inputs: Inputs, names: Patterns | None = None) -> "Components":
        """Find which component reads which; `inputs` are those of one call of the module."""
        module = eager(module)
        places = select(module, names)
        try:
            graph = _traced(module, inputs, places)
        except Exception as error:  # noqa: BLE001 - the code of the module may raise anything
            first = str(error).strip().partition("\n")[0]
            edges, route = followed(module, inputs, places), f"one run; torch.fx: {first}"
        else:
            edges, route = _edges(graph), "torch.fx"
        order = {name: i for i, name in enumerate(places)}
        ordered = sorted(edges, key=lambda edge: (order[edge[0]], order[edge[1]]))
        return cls(tuple(places), tuple(ordered), route)


class _Tracer(fx.Tracer):
    """Stops at components, and at parts of torch.nn that contain none."""

    def __init__(self, components: Iterable[nn.Module]) -> None:
        fx.Tracer.__init__(self)
        self.components = set(components)

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        inside = self.components.intersection(m.modules())
        return m in inside or (
            not inside and fx.Tracer.is_leaf_module(self, m, module_qualified_name)
        )


def _traced(module: nn.Module, inputs: Inputs, places: Mapping[str, Place]) -> fx.Graph:
    """Trace with tensors as symbols and every other argument as the value it has."""
    signature = inspect.signature(module.forward)
    given = (
        inputs if isinstance(inputs, tuple) else () if isinstance(inputs, Mapping) else (inputs,)
    )
    named = inputs if isinstance(inputs, Mapping) else {}
    bound = signature.bind(*given, **named)
    bound.apply_defaults()
    known = {name: value for name, value in bound.arguments.items() if not tensors(value)}
    variable = {name for name, each in signature.parameters.items() if each.kind in _VARIABLE}
    tracer = _Tracer(place.module for place in places.values())
    with standing_in({}):  # with torch's fused layers off, encoder layers can be traced
        graph = tracer.trace(module, {k: v for k, v in known.items() if k not in variable})
    owners = {place.module: name for name, place in places.items()}
    for node in graph.nodes:
        if node.op == "call_module":
            node.meta["component"] = owners.get(module.get_submodule(str(node.target)))
    return graph


_VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _edges(graph: fx.Graph) -> set[tuple[str, str]]:
    """Carry along the graph, for each value, the components whose output it was made from."""
    made_from: dict[fx.Node, frozenset[str]] = {}
    edges: set[tuple[str, str]] = set()
    for node in graph.nodes:
        read = frozenset[str]().union(*(made_from[each] for each in node.all_input_nodes))
        if component := node.meta.get("component"):
            edges |= {(source, component) for source in read if source != component}
            read = frozenset({component})
        made_from[node] = read
        if _writes(node):
            for target in _views(node):
                made_from[target] |= read
    return edges


_VIEWS = {
    *("view", "view_as", "reshape", "transpose", "permute", "flatten", "unflatten", "squeeze"),
    *("unsqueeze", "expand", "narrow", "select", "chunk", "split", "unbind", "swapaxes", "detach"),
}


def _writes(node: fx.Node) -> bool:
    """Whether the operation changes its first argument: `x.add_(y)`, `x += y`, `out=x`."""
    if node.op not in ("call_method", "call_function"):
        return False
    name = getattr(node.target, "__name__", str(node.target))
    named = name.endswith("_") and not name.endswith("__")
    told = node.kwargs.get("inplace") is True or "out" in node.kwargs
    return named or told or name in _AUGMENTED


_AUGMENTED = {"iadd", "isub", "imul", "itruediv", "imatmul", "iand", "ior", "ixor", "ipow"}


def _views(node: fx.Node) -> list[fx.Node]:
    """List what a write reaches: the value written to, and all that it is a view of."""
    reached: list[fx.Node] = []
    target = node.kwargs.get("out", node.args[0] if node.args else None)
    while isinstance(target, fx.Node) and target not in reached:
        reached.append(target)
        name = getattr(target.target, "__name__", str(target.target))
        if name not in _VIEWS and name != "getitem":
            break
        target = target.args[0] if target.args else None
    return reached
