"""Which inputs hold the examples, where the length of their first axis says so only by chance.

A mask of ten positions by ten beside ten examples is not cut into batches with them. What the
module makes of one example less decides.
"""

from collections.abc import Callable
from itertools import product
from typing import cast

import torch
from torch import Tensor, nn

from ablation.neural.isolation import unchanged
from ablation.neural.sweep.batches import examples_in, rows_of
from ablation.neural.sweep.errors import QuestionError
from ablation.neural.sweep.rows import departure
from ablation.neural.trees import Inputs, call, copied, mapped, numbers, tensors

CLOSE = 1e-3  # what another number of examples may change, by rounding
MOST = 6  # inputs in doubt, of which all ways to cut them are tried


def cut_along_examples(
    module: nn.Module, inputs: Inputs, size: int | None
) -> Callable[[Tensor], bool] | None:
    """Whether a tensor of the inputs holds examples, by trying; None where nothing is in doubt.

    Raises QuestionError where no way to cut the inputs gives what the module gives for all.

    >>> net = nn.Bilinear(2, 2, 1)
    >>> cut_along_examples(net, (torch.ones(4, 2), torch.ones(3, 2)), 2) is None
    True
    """
    examples = examples_in(inputs)
    if size is None or examples is None or size >= examples:
        return None
    if any(getattr(part, "batch_first", None) is False for part in module.modules()):
        _require_first_axis(module, inputs)
    same = [leaf for leaf in tensors(inputs) if leaf.ndim and len(leaf) == examples]
    doubtful = same[1:]
    if not doubtful or len(doubtful) > MOST:
        return None
    with torch.no_grad(), unchanged(module), torch.random.fork_rng():
        whole, again = (_per_example(call(module, _own(inputs)), examples) for _ in range(2))
        if not whole or departure(whole, again) > CLOSE:
            return None  # nothing to compare: what is random is refused elsewhere
        for held in product((True, False), repeat=len(doubtful)):
            mine = [same[0], *(leaf for leaf, is_one in zip(doubtful, held, strict=True) if is_one)]
            chosen = {id(leaf) for leaf in mine}
            if _fits(module, inputs, chosen, whole, examples):
                return lambda leaf: id(leaf) in chosen
    raise QuestionError(
        f"several inputs are {examples} long on the first axis, and none of the ways to cut them "
        "gives what the module gives for all at once; pass a list of batches, not batch_size."
    )


def _require_first_axis(module: nn.Module, inputs: Inputs) -> None:
    """Refuse sequences that lie on the first axis: cut there, each would lose its end."""
    with torch.no_grad(), unchanged(module), torch.random.fork_rng():
        try:
            both, one, again = (
                numbers(call(module, _own(rows_of(inputs, few)))) for few in (2, 1, 1)
            )
            second = numbers(call(module, _own(_second(inputs))))
        except (RuntimeError, IndexError, ValueError, TypeError):  # of shapes that do not fit
            return
    random = departure(one, again) > CLOSE
    scalars = all(leaf.ndim == 0 for leaf in both)
    grown = [leaf for leaf in both if leaf.ndim and len(leaf) == 2]
    pairs = [([leaf[:1] for leaf in grown], one), ([leaf[1:] for leaf in grown], second)]
    differs = any(
        departure(beside, [leaf for leaf in alone if leaf.ndim and len(leaf) == 1]) > CLOSE
        for beside, alone in pairs
    )
    if not random and not scalars and (not grown or differs):
        raise QuestionError(
            "examples do not lie on the first axis of the inputs (the module has a part with "
            "batch_first=False); pass a list of batches, not batch_size."
        )


def _second(inputs: Inputs) -> Inputs:
    """The second example alone."""
    examples = examples_in(inputs)

    def row(leaf: Tensor) -> Tensor:
        return leaf[1:2] if leaf.ndim and len(leaf) == examples else leaf

    return cast("Inputs", mapped(row, inputs))


def _fits(
    module: nn.Module, inputs: Inputs, chosen: set[int], whole: list[Tensor], examples: int
) -> bool:
    """Whether the module gives the same for the first and for the last examples alone."""
    few = max(1, examples - 1)
    for start in (0, examples - few):

        def rows(leaf: Tensor, start: int = start) -> Tensor:
            return leaf[start : start + few] if id(leaf) in chosen else leaf

        try:
            found = numbers(call(module, _own(cast("Inputs", mapped(rows, inputs)))))
        except (RuntimeError, IndexError, ValueError, TypeError):  # of shapes that do not fit
            return False
        kept = [leaf[start : start + few] for leaf in whole]
        found = [leaf for leaf in found if leaf.ndim and len(leaf) == few]
        if departure(kept, found) > CLOSE:
            return False
    return True


def _own(inputs: Inputs) -> Inputs:
    """A copy that the module may write into."""
    return cast("Inputs", copied(inputs))


def _per_example(output: object, examples: int) -> list[Tensor]:
    return [leaf.clone() for leaf in numbers(output) if leaf.ndim and len(leaf) == examples]
