"""Which component reads which, from the flat program that torch.export makes.

Where symbols are not enough (writes by index, arguments without names, Python that looks at
shapes), torch.export runs the forward on tensors without values, and every operation remembers the
calls that it came from. The program holds for all values, at these shapes and arguments.
"""

import inspect
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from io import StringIO

import torch
from torch import fx, nn
from torch.utils import _pytree

from ablation.neural.forwards import standing_in
from ablation.neural.sharing import Sharing
from ablation.neural.taps import Place
from ablation.neural.trees import Inputs
from ablation.neural.wiring import Wiring


def exported(module: nn.Module, inputs: Inputs, places: Sequence[Place]) -> Wiring:
    """Read the operations of an exported program, each as part of the component it came from."""
    names = list(inspect.signature(module.forward).parameters)
    named = dict(inputs) if isinstance(inputs, Mapping) else {}
    args = inputs if isinstance(inputs, tuple) else () if named else (inputs,)
    with standing_in({}), torch.no_grad(), _said_once():
        program = torch.export.export(module, args, named, strict=False)
    wiring = Wiring.of(module, places, names)
    leaves = [name for name, value in _arguments(args, named, names) for _ in _leaves(value)]
    entering = dict(zip(program.graph_signature.user_inputs, leaves, strict=True))
    sharing = Sharing()
    for node in program.graph.nodes:
        read = sharing.sources(node.all_input_nodes)
        if node.op == "placeholder":
            argument = entering.get(node.name)
            read = wiring.entering(argument) if argument else frozenset()
        elif node.op == "output":
            wiring.leaving(read)
        elif part := _innermost(node, module, wiring):
            read = wiring.calling(part, read)
        sharing.made(node, read, _aliased(node, written=False))
        for target in _aliased(node, written=True):
            sharing.written(target, read)
    return wiring


@contextmanager
def _said_once() -> Iterator[None]:
    """Keep torch from writing what it refuses on standard error as well; the error says it all."""
    log = logging.getLogger("torch.fx.experimental.symbolic_shapes")
    before, log.disabled = log.disabled, True
    try:
        with redirect_stderr(StringIO()):
            yield
    finally:
        log.disabled = before


def _leaves(value: object) -> list[object]:
    return list(_pytree.tree_leaves(value))


def _arguments(
    args: tuple[object, ...], named: Mapping[str, object], names: list[str]
) -> list[tuple[str, object]]:
    """Every argument with its name; those beyond the signature's names belong to the last one."""
    given = [(names[min(i, len(names) - 1)], value) for i, value in enumerate(args)]
    return [*given, *named.items()]


def _innermost(node: fx.Node, module: nn.Module, wiring: Wiring) -> nn.Module | None:
    """The innermost component among the calls that an operation came from."""
    for path, _ in reversed(list(node.meta.get("nn_module_stack", {}).values())):
        part = module.get_submodule(re.sub(r"@\d+", "", path))  # "fc@1" is the second call of fc
        if part in wiring.inside:
            return part
    return None


def _aliased(node: fx.Node, *, written: bool) -> list[fx.Node]:
    """The arguments that an operation writes into, or only shares memory with, by its schema."""
    if not isinstance(node.target, torch._ops.OpOverload):
        direct = node.args[0] if node.args and not written else None  # an entry of a list of views
        return [direct] if isinstance(direct, fx.Node) else []
    declared = node.target._schema.arguments
    values = dict(zip((each.name for each in declared), node.args, strict=False)) | node.kwargs
    return [
        value
        for each in declared
        if each.alias_info is not None and each.alias_info.is_write in {written, True}
        for value in [values.get(each.name)]
        if isinstance(value, fx.Node)
    ]
