"""Arms of one network trained at once: their weights are stacked, and one program runs them all.

The axis is vmap's (torch.func; Horace He & Richard Zou 2021): small networks leave a processor
idle between operations, and several of them fill it. Each arm sees the numbers it would see alone:
initial weights by name, noise by place and step, data by seed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from ablation.neural.training.arms import Arm, arms_of
from ablation.neural.training.errors import ArmsError, NotTogetherError
from ablation.neural.training.initial import Build, drawn, watched
from ablation.neural.training.loops import Alone, Loss, Optimiser
from ablation.neural.training.side_by_side import SideBySide
from ablation.neural.training.trained import Trained

Batches: TypeAlias = Sequence[object] | Callable[[int], Iterable[object]]
_Group: TypeAlias = tuple[NDArray[np.float64], list[dict[str, Tensor]], str]  # losses, states, how
BUSY = 2**18  # weights; side by side, larger networks took 0.9 to 1.1 of the time on a processor


def train_together(
    build: Build,
    arms: Iterable[Arm | int],
    batches: Batches,
    *,
    loss: Loss,
    optimiser: Optimiser,
    clip: float | None = None,
    together: int | None = None,
) -> Trained:
    """Train one network for every arm: from its own start, on its own data, with its own noise.

    `build` makes the module; `arms` are seeds, or `Arm(seed, off=...)`. `batches` are the same
    for all arms, or a function of the seed. `loss(model, batch)` returns one number and calls the
    model, not `build`'s module. `optimiser` is given the weights, flat where arms are trained at
    once; it must treat all entries alike and each by itself, as SGD and Adam do. `clip` bounds the
    norm of each arm's gradient. `together` arms are trained at once; 1 trains them one after
    another, by the module's own forward. By default it is all of them, unless vmap cannot, or the
    network is so large that nothing would be saved: `engine` says so, and how many of their steps
    were replayed from a recording (see `replay`). The results are the same up to the order of
    summation. A component that is off still computes; its weights get no gradient
    but zeros.

    Raises AblationHadNoEffectError for a component that no step runs: its arm would be a second
    baseline.

    >>> import torch
    >>> from torch import nn
    >>> x, y = torch.randn(20, 3), torch.randn(20, 1)
    >>> trained = train_together(
    ...     lambda: nn.Linear(3, 1), [0, 1, Arm(1, off=("input[0]",))], [(x, y)] * 3,
    ...     loss=lambda model, batch: (model(batch[0]) - batch[1]).square().mean(),
    ...     optimiser=lambda weights: torch.optim.SGD(weights, lr=0.1),
    ... )
    >>> trained.losses.shape, [str(arm) for arm in trained.arms]
    ((3, 3), ['seed 0', 'seed 1', 'seed 1 without input[0] (zero)'])
    """
    every = arms_of(arms)
    _refuse_settings(together, clip)
    _refuse_calls(build, loss, optimiser)
    module, names = watched(build)
    size, why = _planned(module, every, together)

    def groups(size: int) -> list[_Group]:
        found = []
        for start in range(0, len(every), size):
            group = every[start : start + size]
            modules = [drawn(build, arm.seed, names).train() for arm in group]
            _refuse_shared(module, modules)
            make = Alone if len(group) == 1 else SideBySide
            found.append(_taken(make(group, modules, loss, optimiser, clip), batches, group))
        if len({len(losses) for losses, *_ in found}) > 1:
            raise ArmsError("the arms have different numbers of batches.")
        return found

    try:
        found = groups(size)
    except NotTogetherError as error:
        if together is not None:
            raise
        size, why = 1, f": {error.problem}"
        found = groups(size)
    states = tuple(state for _, own, _ in found for state in own)
    how = "; ".join(dict.fromkeys(each for *_, each in found if each))
    engine = f"{min(size, len(every))} at a time, {how}" if how else f"one at a time{why}"
    return Trained(every, np.hstack([each for each, *_ in found]), states, build, engine)


def _refuse_settings(together: object, clip: object) -> None:
    """Refuse numbers that mean nothing."""
    if together is not None and (type(together) is not int or together < 1):
        raise ArmsError(f"together is {together!r}; expected 1 or more.")
    if clip is not None and not (isinstance(clip, int | float) and clip > 0):
        raise ArmsError(f"clip is {clip!r}; expected a norm above 0, or None.")


def _refuse_calls(build: object, loss: object, optimiser: object) -> None:
    """Refuse what is no function, where one is called."""
    if isinstance(build, nn.Module) or not callable(build):
        raise ArmsError(f"build is a {type(build).__name__}; expected a function that makes one.")
    for name, given in {"loss": loss, "optimiser": optimiser}.items():
        if not callable(given):
            raise ArmsError(f"{name} is {given!r}; expected a function.")


def _refuse_shared(first: nn.Module, modules: Sequence[nn.Module]) -> None:
    """Refuse arms that share weights: one would go on where another ended."""
    known = {id(each) for each in first.parameters() if each.requires_grad}
    for module in modules:
        for name, weight in module.named_parameters():
            if id(weight) in known:
                raise ArmsError(f"build returned {name} twice; it should make all weights anew.")


def _planned(module: nn.Module, arms: Sequence[Arm], together: int | None) -> tuple[int, str]:
    """How many arms to train at once, and why not all."""
    if together is not None:
        return together, ""
    weights = [each for each in module.parameters() if each.requires_grad]
    count = sum(each.numel() for each in weights)
    if count <= BUSY or any(each.is_cuda for each in weights):
        return len(arms), ""
    return 1, f": an arm of {count:,} weights fills a processor by itself"


def _taken(run: Alone | SideBySide, batches: Batches, arms: Sequence[Arm]) -> _Group:
    """Take every step of some arms."""
    with closing(run.drops):
        losses = [run.step(number, row) for number, row in enumerate(_rows(batches, arms))]
    if not losses:
        raise ArmsError("there are no batches to train on.")
    run.switches.refuse_uncalled()
    how = "" if isinstance(run, Alone) else str(run.replay)
    return np.array(losses, float).reshape(len(losses), len(arms)), run.states(), how


def _rows(batches: Batches, arms: Sequence[Arm]) -> Iterator[list[object]]:
    """The batches of a step: one for each arm, or the same for all."""
    if not callable(batches):
        if not hasattr(batches, "__getitem__"):
            raise ArmsError(
                f"batches is of type {type(batches).__name__}; expected a list of them, or a "
                "function of the seed, as each group of arms reads them anew and in one order."
            )
        yield from ([batch] * len(arms) for batch in batches)
        return
    try:
        for row in zip(*(batches(arm.seed) for arm in arms), strict=True):
            yield list(row)
    except ValueError as error:
        if "zip()" not in str(error):
            raise
        raise ArmsError("the arms have different numbers of batches.") from None
