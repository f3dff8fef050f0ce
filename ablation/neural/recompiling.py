"""A compiled module with components off runs compiled as well, by code made for the occasion.

Its usual code does not know of the ablation, and running Python instead would let the difference
between two kinds of arithmetic pass for an effect. So the same backend compiles the patched module
afresh; stand-ins themselves stay Python, between the compiled pieces.
"""

import sys
from types import CellType, FunctionType

import torch
from torch import nn

from ablation.neural.forwards import Forward


def can_be_recompiled(module: object) -> bool:
    """Whether it is what torch.compile returns for a module, in pieces if need be.

    One that was asked for as a full graph has no place for Python between its pieces.

    >>> can_be_recompiled(nn.ReLU())
    False
    """
    dynamo = sys.modules.get("torch._dynamo")  # absent: nothing was compiled
    if dynamo is None or not isinstance(module, dynamo.OptimizedModule):
        return False
    return not getattr(module.__dict__["dynamo_ctx"], "fullgraph", False)


def aside(stand_in: Forward) -> Forward:
    """Keep the compiler out of a stand-in: it counts calls and keeps evidence."""
    outside: Forward = torch.compiler.disable(stand_in)
    return outside


def within(stand_in: object) -> object:
    """Find the stand-in again behind `aside`."""
    return getattr(stand_in, "_torchdynamo_orig_callable", stand_in)


def recompiled(compiled: nn.Module, forward: Forward) -> Forward:
    """Compile a forward by the backend of a compiled module, under a name of its own.

    The compiler keeps its results by code object; this one is used by nobody else, so neither
    this code nor the module's usual code can be taken for the other.
    """
    context = compiled.__dict__["dynamo_ctx"]
    run = torch.compile(_fresh(forward), backend=_backend(context.callback))

    def called(*args: object, **kwargs: object) -> object:
        with torch.compiler.set_stance("default"):
            return run(*args, **kwargs)

    return called


def _fresh(forward: Forward) -> Forward:
    def ablated(*args: object, **kwargs: object) -> object:
        return forward(*args, **kwargs)

    cells: tuple[CellType, ...] | None = ablated.__closure__
    code = ablated.__code__.replace()  # equal, and another object
    return FunctionType(code, ablated.__globals__, "ablated", None, cells)


def _backend(callback: object) -> Forward:
    """Find what the user chose, inside all that torch wraps around it."""
    names = ("_torchdynamo_orig_backend", "_torchdynamo_orig_callable")  # the second before 2.7
    while inner := next((found for name in names if (found := getattr(callback, name, 0))), None):
        callback = inner
    assert callable(callback)
    return callback
