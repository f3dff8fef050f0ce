"""Whether so little is to be run that whole passes are done before a recording is planned.

Recording, planning and compiling cost a small network some tens of its passes, whatever its size.
What a pass costs is guessed from the number of modules, parameters and positions, not timed: the
same question takes the same road every time.
"""

from torch import nn

from ablation.neural.sweep.asking import Plan
from ablation.neural.trees import Inputs, tensors

LITTLE = "there is so little to run that whole passes take no longer"
CALL = 2e-5  # seconds that a call of a module takes beside its arithmetic
SPEED = 4e10  # multiplications and additions in a second
ROW = 2e-4  # seconds that a whole pass with a component off takes beside the pass
RECORDED = 20  # calls of all modules that take as long as recording and planning
FIXED = 2e-3  # seconds, and what that takes for the least of networks
SPARED = 0.6  # of a whole pass, where it is resumed


def is_little(plan: Plan, inputs: Inputs, batches: int) -> bool:
    """Whether the passes of all rows are likely to end before a recording would have paid.

    >>> import torch
    >>> net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    >>> calls(net), arithmetic(net, {"x": torch.ones(5, 2)})
    (4e-05, 60)
    """
    spent = calls(plan.module)
    whole = spent + arithmetic(plan.module, inputs) / SPEED
    return len(plan.rows) * batches * (SPARED * whole + ROW) < FIXED + RECORDED * spent


def calls(module: nn.Module) -> float:
    """Seconds for calling every part that has no parts."""
    return CALL * sum(not part._modules for part in module.modules())


def arithmetic(module: nn.Module, inputs: Inputs) -> int:
    """Operations of a pass in which every parameter is used once at every position."""
    first = next(iter(tensors(inputs)), None)
    positions = 1 if first is None or not first.ndim else first.numel()
    if first is not None and first.ndim > 1 and first.is_floating_point():
        positions //= max(1, first.shape[1 if first.ndim > 3 else -1])
    return 2 * positions * sum(each.numel() for each in module.parameters())
