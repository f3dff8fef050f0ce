"""The naive loop: one whole pass for each ablation. Slow, and right by construction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import nn

from ablation.neural.forwards import Forward, standing_in
from ablation.neural.sweep.attention import in_the_open
from ablation.neural.sweep.cutting import Cut
from ablation.neural.trees import Inputs, call, copied


def whole_pass(module: nn.Module, inputs: Inputs, cuts: Sequence[Cut] = ()) -> object:
    """Run all of a module with these parts off.

    >>> whole_pass(nn.Sequential(nn.ReLU(), nn.ReLU()), torch.tensor(2.0))
    tensor(2.)
    """
    by_module: dict[nn.Module, list[Cut]] = {}
    for cut in cuts:
        by_module.setdefault(cut.part.place.module, []).append(cut)
    attentions = {each for each in by_module if isinstance(each, nn.MultiheadAttention)}
    heads = {cut.part for cut in cuts if cut.part.place.module in attentions and cut.part.reads}
    forwards: dict[nn.Module, Forward] = {each: each.forward for each in by_module}
    stand_ins: dict[nn.Module, Forward] = {}
    for each, mine in by_module.items():
        counted = _CutOff(forwards[each], mine)
        forwards |= in_the_open([p for p in heads if p.place.module is each], counted.edit)
        counted.forward = forwards[each]
        stand_ins[each] = counted
    with torch.no_grad(), standing_in(stand_ins):
        return copied(call(module, inputs))


@dataclass(eq=False)
class _CutOff:
    """A forward with cuts before and after it."""

    forward: Forward
    cuts: Sequence[Cut]
    number: int = 0
    open: bool = field(default=False)

    def __call__(self, *args: object, **kwargs: object) -> object:
        reading = [cut for cut in self.cuts if cut.part.reads]
        if reading and isinstance(reading[0].part.place.module, nn.Linear):
            args = (self._edited(args[0], reading, (), {}), *args[1:])
        output = self.forward(*args, **kwargs)
        writing = [cut for cut in self.cuts if not cut.part.reads]
        output = self._edited(output, writing, args, kwargs)
        self.number += 1
        return output

    def edit(self, _: nn.Module, heads: object) -> object:
        """Cut heads inside an attention that stands in the open."""
        return self._edited(heads, [cut for cut in self.cuts if cut.part.reads], (), {})

    def _edited(
        self,
        value: object,
        cuts: Sequence[Cut],
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
    ) -> object:
        for cut in cuts:
            value = cut(value, args, kwargs, self.number)
        return value
