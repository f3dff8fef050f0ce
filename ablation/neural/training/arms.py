"""One arm of a training: a seed, and the components that are off from the first step on."""

from collections.abc import Iterable
from dataclasses import dataclass

from ablation.errors import listed
from ablation.neural.errors import OperatorCannotServeError
from ablation.neural.replacement import OFF
from ablation.neural.training.errors import ArmsError
from ablation.operators import Constant, Mean, Operator, Scale, Skip, Zero

SERVES = (Zero, Constant, Scale, Skip, Mean)


@dataclass(frozen=True, slots=True)
class Arm:
    """What one network is trained with; arms of one seed share weights, noise and data.

    >>> print(Arm(0), Arm(1, off=("blocks.*.attn",)), sep="; ")
    seed 0; seed 1 without blocks.*.attn (zero)
    """

    seed: int
    off: tuple[str, ...] = ()
    by: Operator = OFF

    def __post_init__(self) -> None:
        given: object = self.off
        if isinstance(given, str):
            raise ArmsError(f"off is a tuple of components: write off=({given!r},).")
        object.__setattr__(self, "off", tuple(self.off))
        if not isinstance(self.by, SERVES):
            reason = "it needs other examples or draws of its own, which change with every step."
            raise OperatorCannotServeError(self.by, reason)

    def __str__(self) -> str:
        without = f" without {listed(self.off)} ({self.by})" if self.off else ""
        return f"seed {self.seed}{without}"


def arms_of(given: Iterable[Arm | int]) -> tuple[Arm, ...]:
    """Read seeds as arms with nothing off; refuse none, and the same one twice.

    >>> arms_of([0, 1])
    (Arm(seed=0, off=(), by=Zero()), Arm(seed=1, off=(), by=Zero()))
    """
    arms = tuple(each if isinstance(each, Arm) else Arm(each) for each in given)
    if not arms:
        raise ArmsError("there is no arm to train: pass seeds, or Arm(seed, off=...).")
    for each in arms:
        if isinstance(each.seed, bool) or not isinstance(each.seed, int):
            raise ArmsError(f"a seed is a whole number, not {each.seed!r}.")
        if arms.count(each) > 1:
            raise ArmsError(
                f"the arm {each} is given twice; one run of it would be counted as two."
            )
    return arms
