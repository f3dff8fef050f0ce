"""One arm, trained by torch's own means; and what every loop asks of a loss and an optimiser."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from typing import TypeAlias

import torch
from torch import Tensor, nn, optim
from torch.nn.attention import SDPBackend, sdpa_kernel  # fused kernels draw inside
from torch.utils import _pytree

from ablation.neural.forwards import standing_in
from ablation.neural.training.arms import Arm
from ablation.neural.training.errors import ArmsError
from ablation.neural.training.masks import Drops
from ablation.neural.training.noise import ArmNoise
from ablation.neural.training.switches import Switches
from ablation.neural.trees import tensors

Model: TypeAlias = Callable[..., object]
Tensors: TypeAlias = Mapping[str, Tensor]
Loss: TypeAlias = Callable[[Model, object], Tensor]
Optimiser: TypeAlias = Callable[[list[nn.Parameter]], optim.Optimizer]

BY_ENTRY = (
    *(optim.SGD, optim.Adam, optim.AdamW, optim.RMSprop, optim.Adagrad, optim.Adadelta),
    *(optim.Adamax, optim.NAdam, optim.RAdam, optim.Rprop, optim.ASGD),
)


STILL = "the loss moves no weight: it should call the model that it is given, and follow it."


class Alone:
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
        self.loss, self.clip, self.drops = loss, clip, Drops()
        self.weights = [each for each in self.module.parameters() if each.requires_grad]
        self.optimiser = checked(optimiser, self.weights)
        self.switches = Switches.of(self.module, arms)
        self.switches.off = self.switches.mask(0).to(device_of(self.weights))

    def step(self, number: int, row: Sequence[object]) -> list[float]:
        """Take one step, and return the loss before it."""
        self.optimiser.zero_grad()
        noise = ArmNoise((self.arm.seed,), number, stacked=False)
        buffers = self.module.buffers()
        value = self.drops.run(self.module, noise, shapes(row), buffers, partial(self.one, row[0]))
        if value.requires_grad:
            value.backward()
        if not number and all(each.grad is None for each in self.weights):
            raise ArmsError(STILL)
        if self.clip is not None:
            nn.utils.clip_grad_norm_(self.weights, self.clip)
        self.optimiser.step()
        return [float(value.detach())]

    def one(self, batch: object, masks: list[Tensor] | None) -> Tensor:
        """The loss, with these masks ready for where the network drops."""
        self.drops.ready = masks or ()
        apart = sdpa_kernel(SDPBackend.MATH) if self.switches.off.is_cuda else nullcontext()
        with standing_in(self.switches.stand_ins()), apart:
            return one_number(self.loss(self.module, batch))

    def states(self) -> list[dict[str, Tensor]]:
        """The weights and buffers as they are now."""
        return [{k: v.detach().clone() for k, v in self.module.state_dict().items()}]


def device_of(weights: Iterable[Tensor]) -> torch.device:
    """Where the weights are."""
    return next((each.device for each in weights), torch.device("cpu"))


def shapes(row: Sequence[object]) -> tuple[torch.Size, ...]:
    """The shapes of all tensors in the batches of a step."""
    return tuple(each.shape for each in tensors(row))


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


def one_number(value: object) -> Tensor:
    """Refuse what is no loss."""
    if not isinstance(value, Tensor) or value.numel() != 1 or not value.is_floating_point():
        what = f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
        raise ArmsError(f"the loss returned {what}; it should return one number, a tensor.")
    return value.reshape(())


def checked(optimiser: Optimiser, weights: list[nn.Parameter]) -> optim.Optimizer:
    """Make the optimiser, and refuse one that mixes the entries of a weight."""
    made: object = optimiser(weights)
    if not isinstance(made, optim.Optimizer):
        raise ArmsError(f"optimiser returned {made!r}; it should return one of torch.optim.")
    if len(made.param_groups) > 1:
        raise ArmsError("the optimiser has several groups of weights; it should treat all alike.")
    if type(made) not in BY_ENTRY:
        known = ", ".join(each.__name__ for each in BY_ENTRY)
        raise ArmsError(
            f"{type(made).__name__} is not known to treat each entry of a weight by itself, as "
            f"these do: {known}."
        )
    return made
