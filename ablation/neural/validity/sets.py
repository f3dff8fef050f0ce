"""Many sets of components at once: what they begin with in common is run once, the rest together.

A sweep gives one number a set; here that number is the place where the metric of every example was
put, so nothing is lost by the way. What it computes is checked against whole passes by the sweep.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ablation.neural.sweep import sweep
from ablation.neural.validity.laboratory import Laboratory, Values
from ablation.operators import Constant, Freeze, Mean, Operator, Scale, Skip, Zero

FEW = 12  # with fewer sets, recording the network costs more than it saves
ALIKE = (Zero, Constant, Scale, Skip, Mean, Freeze)  # do the same whichever others are off


@dataclass(eq=False)
class _Kept:
    """A metric that keeps what it reads, and returns the number under which that lies."""

    lab: Laboratory
    values: list[Values] = field(default_factory=list)

    def __call__(self, output: object) -> float:
        self.values.append(self.lab.read(output))
        return float(len(self.values) - 1)


def swept(lab: Laboratory, sets: Iterable[frozenset[str]], by: Operator) -> None:
    """Tell a laboratory what is lost with each of some sets off, where there are many.

    >>> import torch
    >>> from ablation.neural.selection import select
    >>> net = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 1))
    >>> read = lambda output: output[:, 0]
    >>> lab = Laboratory(net, torch.rand(3, 2), select(net, "0[*]"), read)
    >>> swept(lab, [frozenset({"0[0]", "0[1]"})] * 12, Zero()); lab.forwards
    0.0
    """
    wanted = [each for each in dict.fromkeys(sets) if len(each) > 1]
    if len(wanted) < FEW or not isinstance(by, ALIKE):
        return
    kept = _Kept(lab)
    found = sweep(
        lab.module, lab.inputs, tuple(lab.places), metric=kept, by=by, subsets=wanted,
        reference=lab.reference, seed=lab.seed, expect_effect=False,
    )  # fmt: skip
    values = [kept.values[round(number)] for number in found["ablated"]]
    for names, value in zip(wanted, values, strict=True):
        lab.tell(names, by, value)
    lab.forwards += float(found.attrs["forwards"])
