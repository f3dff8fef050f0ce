"""Which component reads which, from the code run on symbols.

torch.fx runs the forward once, with a symbol for every tensor (Reed et al. 2022). What it records
holds for every input, because code that asks a symbol for its value is refused.
"""

import inspect
from collections.abc import Iterable, Mapping, Sequence

from torch import fx, nn

from ablation.neural.forwards import standing_in
from ablation.neural.taps import Place
from ablation.neural.trees import Inputs, tensors
from ablation.neural.wiring import Wiring

_VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def traced(module: nn.Module, inputs: Inputs, places: Sequence[Place]) -> Wiring:
    """Trace with tensors as symbols and every other argument as the value it has.

    >>> import torch
    >>> net = nn.Sequential(nn.ReLU(), nn.Tanh())
    >>> sorted(traced(net, torch.ones(1), [Place(n, m) for n, m in net.named_children()]).edges)
    [('0', '1'), ('1', 'output'), ('input', '0')]
    """
    signature = inspect.signature(module.forward)
    given = (
        inputs if isinstance(inputs, tuple) else () if isinstance(inputs, Mapping) else (inputs,)
    )
    named = inputs if isinstance(inputs, Mapping) else {}
    bound = signature.bind(*given, **named)
    bound.apply_defaults()
    known = {name: value for name, value in bound.arguments.items() if not tensors(value)}
    variable = {name for name, each in signature.parameters.items() if each.kind in _VARIABLE}
    tracer = _Tracer(place.module for place in places if place.module is not module)
    with standing_in({}):  # with torch's fused layers off, encoder layers can be traced
        graph = tracer.trace(module, {k: v for k, v in known.items() if k not in variable})
    return _read(graph, module, Wiring.of(module, places, signature.parameters))


class _Tracer(fx.Tracer):
    """Stops at components, and at parts of torch.nn that contain none."""

    def __init__(self, components: Iterable[nn.Module]) -> None:
        fx.Tracer.__init__(self)
        self.components = set(components)

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        inside = self.components.intersection(m.modules())
        return m in self.components or (
            not inside and fx.Tracer.is_leaf_module(self, m, module_qualified_name)
        )


def _read(graph: fx.Graph, module: nn.Module, wiring: Wiring) -> Wiring:
    """Carry along the graph, for each value, the components that it was made from."""
    made_from: dict[fx.Node, frozenset[str]] = {}
    for node in graph.nodes:
        read = frozenset[str]().union(*(made_from[each] for each in node.all_input_nodes))
        if node.op == "placeholder":
            read = wiring.entering(str(node.target).lstrip("*"))
        elif node.op == "call_module":
            read = wiring.calling(module.get_submodule(str(node.target)), read)
        elif node.op == "output":
            wiring.leaving(read)
        made_from[node] = read
        if _writes(node):
            for target in _views(node):
                made_from[target] |= read
    return wiring


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
