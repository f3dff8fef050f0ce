"""The recorded operations done once more, where each is known to work example by example.

Then no run can reach another one that stands beside it, whatever the code would do for another
number of examples; nothing has to be recorded a second time to see it.
"""

from torch.utils import _pytree

from ablation.neural.sweep.batches import examples_in, rows_of
from ablation.neural.sweep.errors import UnsuitableError
from ablation.neural.sweep.factual import Factual
from ablation.neural.sweep.growing import APART, Grown, is_apart, jittered
from ablation.neural.sweep.rows import Growth, backwards, growth, taken
from ablation.neural.sweep.steps import Step, run
from ablation.neural.trees import Inputs, mapped

COPIES = 2
_NOTHING = ("input", "site", "output")  # what computes nothing


def replayed(factual: Factual, inputs: Inputs, few: int, *, axis: int = 0) -> Grown | None:
    """Do a pass on two copies of some examples, each cut changed by rounding; None if that fails.

    What it gives are the examples in another order, with their last digits changed at every cut.
    """
    steps, examples = factual.recording.steps, examples_in(inputs, axis)
    known = all(step.name in (*_NOTHING, *APART) for step in steps)
    if not known or axis or examples is None:
        return None
    few = max(1, min(few, examples))
    copies = COPIES + (COPIES * few == examples)
    try:
        return _replayed(factual, rows_of(inputs, few, copies), few, copies, examples)
    except (RuntimeError, UnsuitableError):  # of shapes that do not fit another number of examples
        return None


def _replayed(
    factual: Factual, inputs: Inputs, few: int, copies: int, examples: int
) -> Grown | None:
    leaves = _pytree.tree_leaves(inputs)
    values: dict[Step, object] = {}
    grows: dict[Step, list[Growth]] = {}
    for step in factual.recording.steps:
        value = leaves[step.args[0]] if step.name == "input" else run(step, values)
        grows[step] = growth(factual.held.form(step), value, (examples, copies * few))
        if not (step.name in _NOTHING or is_apart(step, grows)):
            return None
        values[step] = mapped(jittered, value) if step.name == "site" else value
        for each in factual.ended.get(step, ()):
            del values[each]
    output = factual.recording.output
    last = taken(values[output], grows[output], copies - 1, copies)
    return Grown(grows, backwards(last, grows[output], few), few)
