"""Stand-ins: what runs in place of a module's forward, for as long as a `with` block lasts.

The instance's `forward` is replaced, not hooked: a stand-in also sees direct calls of `forward`.
torch has two ways round it, and both are closed for the duration: the fused encoder layer, which
never calls its parts (`torch.backends.mha`), and code that torch.compile has already made.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias
from weakref import WeakKeyDictionary

import torch
from torch import nn

from ablation.neural.claiming import LOCK, claimed
from ablation.neural.errors import UnpatchableModuleError

Forward: TypeAlias = Callable[..., object]


def eager(module: object) -> nn.Module:
    """Return the module that Python really runs, or refuse one that runs from a recording.

    >>> net = nn.Sequential(nn.ReLU())
    >>> eager(net) is net
    True
    """
    if not isinstance(module, nn.Module):
        kind = type(module).__name__
        raise UnpatchableModuleError(kind, "it is not a torch.nn.Module; pass the module itself.")
    if error := recorded(module):
        raise error
    dynamo = sys.modules.get("torch._dynamo")  # absent: nothing was compiled
    if dynamo is not None and isinstance(module, dynamo.OptimizedModule):
        return eager(module._orig_mod)
    return module


def recorded(part: nn.Module) -> UnpatchableModuleError | None:
    """Say why a module made by torch.jit or torch.export cannot be patched inside, if it is one."""
    if isinstance(part, torch.jit.ScriptModule):
        reason = "TorchScript runs its own copy of the code. Ablate the module it was made from."
        return UnpatchableModuleError("torch.jit module", reason)
    exported = sys.modules.get("torch.export._unlift")  # absent: nothing was exported
    if exported is not None and isinstance(part, exported._StatefulGraphModule):
        reason = "its forward is one flat graph. Ablate the module it was exported from."
        return UnpatchableModuleError("torch.export module", reason)
    return None


def writes_in_place(module: nn.Module) -> bool:
    """Whether a module or a part of it says that it works in place.

    >>> writes_in_place(nn.Sequential(nn.Linear(2, 2), nn.ReLU(inplace=True)))
    True
    """
    return any(getattr(part, "inplace", False) is True for part in module.modules())


@contextmanager
def standing_in(stand_ins: Mapping[nn.Module, Forward]) -> Iterator[None]:
    """Run stand-ins in place of forwards; on leaving, each module has the forward it had.

    >>> net = nn.Sequential(nn.ReLU())
    >>> with standing_in({net[0]: lambda x: x + 1}):
    ...     net(torch.tensor(-1.0))
    tensor(0.)
    >>> net(torch.tensor(-1.0))
    tensor(0.)
    """
    with claimed(stand_ins), _no_way_round():
        try:
            for module, stand_in in stand_ins.items():
                _LAYERS.setdefault(module, [module.__dict__.get("forward")]).append(stand_in)
                module.__dict__["forward"] = stand_in
            yield
        finally:
            for module, stand_in in stand_ins.items():
                _leave(module, stand_in)


# What each module ran before, and what stands in now: blocks need not end in the order of nesting.
_LAYERS: WeakKeyDictionary[nn.Module, list[Forward | None]] = WeakKeyDictionary()


def _leave(module: nn.Module, stand_in: Forward) -> None:
    """Take one stand-in away, wherever it stands; the last to leave gives the forward back."""
    layers = _LAYERS.get(module, [])
    if not any(each is stand_in for each in layers[1:]):
        return  # an exception came before it stood there
    last = max(i for i, each in enumerate(layers) if each is stand_in)
    del layers[last]
    if layers[-1] is None:
        module.__dict__.pop("forward", None)
    else:
        module.__dict__["forward"] = layers[-1]
    if len(layers) == 1:
        del _LAYERS[module]


@dataclass(eq=False)
class _Ways:
    """How many blocks close the ways round a stand-in; the last to leave opens them again."""

    blocks: int = 0
    eager: bool = False  # whether what was compiled is left alone
    opening: ExitStack = field(default_factory=ExitStack)

    def close(self) -> None:
        with LOCK:
            if not self.blocks:
                fused = torch.backends.mha.get_fastpath_enabled()
                self.opening.callback(torch.backends.mha.set_fastpath_enabled, fused)
            if "torch._dynamo" in sys.modules and not self.eager:  # else nothing is compiled yet
                self.opening.enter_context(torch.compiler.set_stance("force_eager"))
                self.eager = True
            self.blocks += 1
            torch.backends.mha.set_fastpath_enabled(False)

    def leave(self) -> None:
        with LOCK:
            self.blocks -= 1
            if not self.blocks:
                self.eager = False
                self.opening.close()


_WAYS = _Ways()


@contextmanager
def _no_way_round() -> Iterator[None]:
    _WAYS.close()
    try:
        yield
    finally:
        _WAYS.leave()
