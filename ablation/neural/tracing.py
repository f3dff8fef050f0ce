"""Which component reads which, from the code run on symbols.

torch.fx runs the forward once, with a symbol for every tensor (Reed et al. 2022). What it records
holds for every input, because code that asks a symbol for its value is refused.
"""

import inspect
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence

from torch import fx, nn

from ablation.neural.errors import NeuralError
from ablation.neural.forwards import standing_in
from ablation.neural.sharing import Sharing
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

    def proxy(self, node: fx.Node) -> fx.Proxy:
        return _Symbol(node, self)

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        inside = self.components.intersection(m.modules())
        return m in self.components or (
            not inside and fx.Tracer.is_leaf_module(self, m, module_qualified_name)
        )


def _read(graph: fx.Graph, module: nn.Module, wiring: Wiring) -> Wiring:
    """Carry along the graph, for each value, the components that it was made from."""
    sharing = Sharing()
    for node in graph.nodes:
        read = sharing.sources(node.all_input_nodes)
        if node.op == "placeholder":
            read = wiring.entering(str(node.target).lstrip("*"))
        elif node.op == "call_module":
            read = wiring.calling(module.get_submodule(str(node.target)), read)
        elif node.op == "output":
            wiring.leaving(read)
        first = _first(node)
        writes = _writes(node)
        shares = first is not None and (writes or _is_view(node))
        sharing.made(node, read, [first] if first is not None and shares else [])
        if writes:
            if first is None or first.op == "get_attr":
                raise WrittenUnseenError(str(node))
            sharing.written(node, read)
    return wiring


class WrittenUnseenError(NeuralError):
    """A write into a tensor that is no symbol: what is computed from it later is not recorded."""

    def __init__(self, operation: str) -> None:
        self.operation = operation
        super().__init__(f"{operation!r} writes into a tensor that is no symbol.")


_AUGMENTED = ("iadd", "isub", "imul", "itruediv", "imatmul", "iand", "ior", "ixor", "ipow")
_WRITING = {*_AUGMENTED, "setitem", "__setitem__"}
_VIEWS = {
    *("view", "view_as", "reshape", "reshape_as", "flatten", "unflatten", "ravel", "squeeze"),
    *("unsqueeze", "transpose", "swapaxes", "swapdims", "t", "permute", "movedim", "moveaxis"),
    *("expand", "expand_as", "broadcast_to", "narrow", "select", "diagonal", "unfold", "real"),
    *("chunk", "split", "tensor_split", "hsplit", "vsplit", "dsplit", "unbind", "as_strided"),
    *("detach", "getitem", "getattr", "contiguous", "to", "type", "type_as", "float", "double"),
    *("half", "bfloat16", "cpu", "cuda", "dropout", "rearrange"),
}  # or the value itself, where nothing has to be done


class _Symbol(fx.Proxy):
    """A symbol for which `x += y` is the write that it is, also for those who hold a view of x."""


def _augmented(name: str) -> Callable[[_Symbol, object], fx.Proxy]:
    def write(self: _Symbol, other: object) -> fx.Proxy:
        return self.tracer.create_proxy("call_function", getattr(operator, name), (self, other), {})

    return write


for _name in _AUGMENTED:
    setattr(_Symbol, f"__{_name}__", _augmented(_name))


def _name_of(node: fx.Node) -> str:
    return getattr(node.target, "__name__", str(node.target))


def _first(node: fx.Node) -> fx.Node | None:
    """What an operation would write into, or be a view of."""
    first = node.kwargs.get("out", node.args[0] if node.args else None)
    return first if isinstance(first, fx.Node) else None


def _is_view(node: fx.Node) -> bool:
    return node.op in ("call_method", "call_function") and _name_of(node) in _VIEWS


def _writes(node: fx.Node) -> bool:
    """Whether the operation changes its first argument: `x.add_(y)`, `x += y`, `out=x`."""
    if node.op not in ("call_method", "call_function"):
        return False
    name = _name_of(node)
    named = name.endswith("_") and not name.endswith("__")
    told = node.kwargs.get("inplace") is True or "out" in node.kwargs
    return named or told or name in _WRITING
