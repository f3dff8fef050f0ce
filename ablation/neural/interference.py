"""Examples that interfere (Cox 1958): what happens to one depends on which others share its batch.

Then no example has an outcome of its own, and no counterfactual. Batch statistics do that, whether
a module takes them or `torch.nn.functional.batch_norm`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from ablation.neural.dispatch import Watching
from ablation.neural.errors import InterferenceError
from ablation.neural.operations import bound
from ablation.neural.selection import named

NORMS = (
    *("native_batch_norm", "cudnn_batch_norm", "miopen_batch_norm"),
    *("_native_batch_norm_legit", "_batch_norm_with_update"),
)


def refuse_interference(module: nn.Module) -> None:
    """Refuse live batch statistics: under them no example has an outcome of its own."""
    live = [
        name
        for name, part in named(module).items()
        if isinstance(part, _BatchNorm) and (part.training or part.running_mean is None)
    ]
    if live:
        raise InterferenceError(live)


def refuse_shared(
    func: torch._ops.OpOverload,
    args: tuple[object, ...],
    kwargs: Mapping[str, object],
    where: str = "",
) -> None:
    """Refuse an operation of `NORMS` in which several examples share their statistics.

    One example shares with nobody, and `instance_norm` lays out its examples as one.
    """
    given = bound(func, args, kwargs)
    x = given["input"]
    if given.get("training", True) and isinstance(x, Tensor) and len(x) > 1:
        raise InterferenceError([where or "the module's own forward"])


@contextmanager
def nothing_shared() -> Iterator[None]:
    """Refuse statistics that examples share, for as long as a block lasts.

    >>> with nothing_shared():
    ...     _ = nn.functional.batch_norm(torch.ones(2, 3), torch.zeros(3), torch.ones(3))
    """
    with _Watched():
        yield


class _Watched(Watching):
    """Sees every primitive operation."""

    def __init__(self) -> None:
        Watching.__init__(self)

    def __torch_dispatch__(
        self,
        func: torch._ops.OpOverload,
        types: object,
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        if func.overloadpacket.__name__ in NORMS:
            refuse_shared(func, args, kwargs or {})
        return func(*args, **(kwargs or {}))
