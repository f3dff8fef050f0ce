"""What a study may cost, and what one trial may: stated before it runs, and held.

A comparison of arms that were trained for different lengths shows the length (Henderson et al.
2018, "Deep reinforcement learning that matters"), so an arm with another budget has to be declared.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ablation.errors import SettingError

_AMOUNT = re.compile(
    r"(?:n|num|number_of|max|total|train|training)?_?(?:steps|epochs|iters?|iterations|updates)"
    r"|(?:max|total|train|training)_(?:tokens|samples|seconds|minutes|hours)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Limits of the whole study and of each trial; None is no limit.

    `trials` and `hours` (of all trials together, one after the other) are compared with the plan,
    and when `hours` are spent the runner starts no other trial. `trial_seconds` and `trial_gb` are
    enforced by the runner too: a trial beyond them has failed.
    `unequal` names the components whose arms train for another length on purpose.

    >>> Budget(trials=100, unequal=["longer"])
    Budget(trials=100, hours=None, trial_seconds=None, trial_gb=None, unequal=('longer',))
    """

    trials: int | None = None
    hours: float | None = None
    trial_seconds: float | None = None
    trial_gb: float | None = None
    unequal: Iterable[str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "unequal", tuple(self.unequal))
        for name in ("trials", "hours", "trial_seconds", "trial_gb"):
            limit = getattr(self, name)
            if limit is not None and not 0 < limit < math.inf:
                raise SettingError(
                    name, f"the budget of {name} is {limit}: it is a number above 0."
                )


def is_amount(switch: str) -> bool:
    """Whether a switch says how long a trial trains, to judge by its name.

    What only shapes the training (warmup_steps, step_size) does not.

    >>> [is_amount(name) for name in ("optimizer.max_steps", "epochs", "max_iter", "train_tokens")]
    [True, True, True, True]
    >>> [is_amount(name) for name in ("warmup_steps", "step_size", "tokens", "iterative")]
    [False, False, False, False]
    """
    return bool(_AMOUNT.fullmatch(switch.rpartition(".")[2].lower()))
