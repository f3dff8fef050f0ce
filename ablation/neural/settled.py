"""Questions that code asks of the values of several draws at once, and whose answer holds for each.

Side by side, `if mask.any()` is asked once for all draws. That none of all is, or that all are, is
so in each of them; any other answer may be one that a draw alone would not have given.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ablation.neural.stacking import NotStackableError

_ALL, _ANY = ("all", "_is_all_true"), ("any", "_is_any_true")
_ASKS = ("_local_scalar_dense", "equal", "is_nonzero")


@dataclass(slots=True)
class Settled:
    """What was asked in one run, of several draws or of one.

    >>> settled = Settled(several=True)
    >>> for asked in (torch.ones(3).bool(), torch.tensor([True, False])):
    ...     answer = asked.all()
    ...     settled.require(torch.ops.aten.all.default, (asked,), answer)
    ...     settled.require(torch.ops.aten._local_scalar_dense.default, (answer,), bool(answer))
    Traceback (most recent call last):
    ablation.neural.stacking.NotStackableError: the code asks for a value, which draws may differ in
    """

    several: bool
    for_all: dict[int, tuple[Tensor, bool]] = field(default_factory=dict)  # and what says so

    def require(self, func: torch._ops.OpOverload, args: Sequence[object], output: object) -> None:
        """Raise NotStackableError where a value is asked for that need not be that of each draw."""
        if not self.several:
            return
        name = func.overloadpacket.__name__
        if name in _ALL + _ANY and isinstance(output, Tensor) and output.ndim == 0:
            self.for_all[id(output)] = (output, name in _ALL)
        if name in _ASKS and not (output is True if name == "equal" else self._holds(args, output)):
            reason = "the code asks for a value, which draws may differ in"
            raise NotStackableError(reason)

    def _holds(self, args: Sequence[object], answer: object) -> bool:
        kept = self.for_all.get(id(args[0]))
        return kept is not None and kept[1] is answer
