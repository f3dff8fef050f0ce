"""Arms of one network trained at once: their weights are stacked, and one program runs them all.

The axis is vmap's (torch.func; Horace He & Richard Zou 2021): small networks leave a processor
idle between operations, and several of them fill it. Each arm sees the numbers it would see alone:
initial weights by name, noise by place and step, data by seed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn, optim
from torch.utils import _pytree

from ablation.neural.forwards import standing_in
from ablation.neural.lifting import lifted
from ablation.neural.training.arms import Arm, arms_of
from ablation.neural.training.errors import ArmsError, NotTogetherError
from ablation.neural.training.initial import Build, drawn, names_of
from ablation.neural.training.noise import ArmNoise
from ablation.neural.training.switches import Switches
from ablation.neural.training.trained import Trained

Model: TypeAlias = Callable[..., object]
Tensors: TypeAlias = Mapping[str, Tensor]
Loss: TypeAlias = Callable[[Model, object], Tensor]
Optimiser: TypeAlias = Callable[[list[nn.Parameter]], optim.Optimizer]
Batches: TypeAlias = Sequence[object] | Callable[[int], Iterable[object]]

BY_ENTRY = (
    *(optim.SGD, optim.Adam, optim.AdamW, optim.RMSprop, optim.Adagrad, optim.Adadelta),
    *(optim.Adamax, optim.NAdam, optim.RAdam, optim.Rprop, optim.ASGD),
)


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
    model, not `build`'s module. `optimiser` is given the weights; it must treat every entry by
    itself, as SGD and Adam do. `clip` bounds the norm of each arm's gradient. `together` arms are
    trained at once, by default all; 1 trains them one after another, by the module's own forward.
    The results are the same up to the order of summation.

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
    size = len(every) if together is None else together
    if size < 1:
        raise ArmsError(f"together is {together}; expected 1 or more.")
    names = names_of(build)
    found: list[tuple[NDArray[np.float64], list[dict[str, Tensor]]]] = []
    for start in range(0, len(every), size):
        group = every[start : start + size]
        modules = [drawn(build, arm.seed, names).train() for arm in group]
        make = _Alone if len(group) == 1 else _Together
        run = make(group, modules, loss, optimiser, clip)
        losses = [run.step(number, batch) for number, batch in enumerate(_rows(batches, group))]
        if not losses:
            raise ArmsError("there are no batches to train on.")
        found.append((np.array(losses, float).reshape(len(losses), len(group)), run.states()))
    if len({len(losses) for losses, _ in found}) > 1:
        raise ArmsError("the arms have different numbers of batches.")
    states = tuple(state for _, own in found for state in own)
    engine = f"{min(size, len(every))} at a time" if size > 1 else "one at a time"
    return Trained(every, np.hstack([each for each, _ in found]), states, build, engine)


def _rows(batches: Batches, arms: Sequence[Arm]) -> Iterator[list[object]]:
    """The batches of a step: one for each arm, or the same for all."""
    if not callable(batches):
        yield from ([batch] * len(arms) for batch in batches)
        return
    try:
        for row in zip(*(batches(arm.seed) for arm in arms), strict=True):
            yield list(row)
    except ValueError as error:
        if "zip()" not in str(error):
            raise
        raise ArmsError("the arms have different numbers of batches.") from None


class _Alone:
    """One arm, by the module's own forward and torch's own optimiser."""

    def __init__(
        self,
        arms: Sequence[Arm],
        modules: Sequence[nn.Module],
        loss: Loss,
        optimiser: Optimiser,
        clip: float | None,
    ) -> None:
        [self.arm], [self.module] = arms, modules
        self.loss, self.clip = loss, clip
        self.weights = [each for each in self.module.parameters() if each.requires_grad]
        self.optimiser = _checked(optimiser, self.weights)
        self.switches = Switches.of(self.module, arms)
        self.switches.off = self.switches.mask(0)

    def step(self, number: int, row: Sequence[object]) -> list[float]:
        """Take one step, and return the loss before it."""
        self.optimiser.zero_grad()
        noise = ArmNoise((self.arm.seed,), number, stacked=False)
        with standing_in(self.switches.stand_ins()), lifted(self.module, noise):
            value = _one(self.loss(self.module, row[0]))
        value.backward()
        if self.clip is not None:
            nn.utils.clip_grad_norm_(self.weights, self.clip)
        self.optimiser.step()
        return [float(value.detach())]

    def states(self) -> list[dict[str, Tensor]]:
        """The weights and buffers as they are now."""
        return [{k: v.detach().clone() for k, v in self.module.state_dict().items()}]


class _Together:
    """Several arms: every weight and buffer has them on a first axis."""

    def __init__(
        self,
        arms: Sequence[Arm],
        modules: Sequence[nn.Module],
        loss: Loss,
        optimiser: Optimiser,
        clip: float | None,
    ) -> None:
        self.arms, self.modules, self.module = arms, modules, modules[0]
        self.loss, self.clip = loss, clip
        own = [dict(module.named_parameters()) for module in modules]
        self.parameters = {
            name: nn.Parameter(torch.stack([each[name].detach() for each in own]), wanted)
            for name, wanted in ((name, each.requires_grad) for name, each in own[0].items())
        }
        held = [dict(module.named_buffers()) for module in modules]
        self.buffers = {n: torch.stack([each[n] for each in held]) for n in held[0]}
        self.weights = [each for each in self.parameters.values() if each.requires_grad]
        self.optimiser = _checked(optimiser, self.weights)
        self.switches = Switches.of(self.module, arms)
        self.masks = torch.stack([self.switches.mask(i) for i in range(len(arms))])

    def step(self, number: int, row: Sequence[object]) -> list[float]:
        """Take one step in every arm, and return the losses before it."""
        self.optimiser.zero_grad()
        batch, axes = stacked(row)
        noise = ArmNoise(tuple(arm.seed for arm in self.arms), number, stacked=True)
        run = torch.func.vmap(self.one, in_dims=(0, 0, 0, axes), randomness="different")
        try:
            with standing_in(self.switches.stand_ins()), lifted(self.module, noise):
                values = run(self.parameters, self.buffers, self.masks, batch)
        except RuntimeError as error:
            if "vmap" not in str(error):
                raise
            said = str(error).strip().partition("\n")[0]
            raise NotTogetherError(f"{said.rstrip('.')}.") from error
        values.sum().backward()
        if self.clip is not None:
            self.clipped(self.clip)
        self.optimiser.step()
        return [float(value) for value in values.detach()]

    def one(self, weights: Tensors, buffers: Tensors, off: Tensor, batch: object) -> Tensor:
        """The loss of one arm; vmap makes it that of all."""
        self.switches.off = off
        state = {**weights, **buffers}

        def model(*args: object, **kwargs: object) -> object:
            return torch.func.functional_call(self.module, state, args, kwargs)

        return _one(self.loss(model, batch))

    def clipped(self, most: float) -> None:
        """Bound the norm of the gradient, arm by arm, as torch does for one."""
        grads = [each.grad for each in self.weights if each.grad is not None]
        norms = torch.stack([g.flatten(1).norm(dim=1) for g in grads]).norm(dim=0)
        shrink = (most / (norms + 1e-6)).clamp(max=1.0)
        for grad in grads:
            grad.mul_(shrink.view(-1, *[1] * (grad.ndim - 1)))

    def states(self) -> list[dict[str, Tensor]]:
        """The weights and buffers as they are now, arm by arm."""
        states = []
        for number, module in enumerate(self.modules):
            with torch.no_grad():
                for name, weight in module.named_parameters():
                    weight.copy_(self.parameters[name][number])
                for name, buffer in module.named_buffers():
                    buffer.copy_(self.buffers[name][number])
            states.append({k: v.detach().clone() for k, v in module.state_dict().items()})
        return states


def stacked(row: Sequence[object]) -> tuple[object, object]:
    """Put the batches of all arms on a first axis; one that all share keeps its shape.

    >>> stacked([(torch.ones(2), 3), (torch.zeros(2), 3)])[1]
    (0, None)
    """
    flat = [_pytree.tree_flatten(batch) for batch in row]
    structure = flat[0][1]
    if any(each != structure for _, each in flat):
        raise ArmsError("the batches of the arms are not built alike.")
    leaves, axes = [], []
    for column in zip(*(each for each, _ in flat), strict=True):
        own = isinstance(column[0], Tensor) and any(each is not column[0] for each in column)
        if own and len({each.shape for each in column}) > 1:
            shapes = " and ".join(sorted({str(tuple(each.shape)) for each in column}))
            raise ArmsError(f"the batches of the arms differ in shape: {shapes}.")
        if not own and any(each is not column[0] and each != column[0] for each in column):
            raise ArmsError("what is no tensor in a batch must be the same for all arms.")
        leaves.append(torch.stack(column) if own else column[0])
        axes.append(0 if own else None)
    return _pytree.tree_unflatten(leaves, structure), _pytree.tree_unflatten(axes, structure)


def _one(value: object) -> Tensor:
    if not isinstance(value, Tensor) or value.numel() != 1 or not value.is_floating_point():
        what = f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
        raise ArmsError(f"the loss returned {what}; it should return one number, a tensor.")
    return value.reshape(())


def _checked(optimiser: Optimiser, weights: list[nn.Parameter]) -> optim.Optimizer:
    """Make the optimiser, and refuse one that mixes the entries of a weight."""
    made = optimiser(weights)
    if type(made) not in BY_ENTRY:
        known = ", ".join(each.__name__ for each in BY_ENTRY)
        raise ArmsError(
            f"{type(made).__name__} is not known to treat each entry of a weight by itself, as "
            f"these do: {known}."
        )
    return made
