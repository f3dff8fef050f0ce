"""The two loops: one arm by torch's own means, several by vmap. Each step returns the losses."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from typing import TypeAlias

import torch
from torch import Tensor, nn, optim
from torch.nn.attention import (
    SDPBackend,
    sdpa_kernel,
)  # fused kernels know no arms, and draw inside
from torch.utils import _pytree

from ablation.neural.forwards import standing_in
from ablation.neural.training.arms import Arm
from ablation.neural.training.errors import ArmsError, NotTogetherError
from ablation.neural.training.masks import Drops
from ablation.neural.training.noise import ArmNoise
from ablation.neural.training.switches import Switches
from ablation.neural.training.weights import Weights
from ablation.neural.trees import tensors

Model: TypeAlias = Callable[..., object]
Tensors: TypeAlias = Mapping[str, Tensor]
Loss: TypeAlias = Callable[[Model, object], Tensor]
Optimiser: TypeAlias = Callable[[list[nn.Parameter]], optim.Optimizer]

BY_ENTRY = (
    *(optim.SGD, optim.Adam, optim.AdamW, optim.RMSprop, optim.Adagrad, optim.Adadelta),
    *(optim.Adamax, optim.NAdam, optim.RAdam, optim.Rprop, optim.ASGD),
)


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
        self.optimiser = _checked(optimiser, self.weights)
        self.switches = Switches.of(self.module, arms)
        self.switches.off = self.switches.mask(0).to(_device(self.weights))

    def step(self, number: int, row: Sequence[object]) -> list[float]:
        """Take one step, and return the loss before it."""
        self.optimiser.zero_grad()
        noise = ArmNoise((self.arm.seed,), number, stacked=False)
        buffers = self.module.buffers()
        value = self.drops.run(self.module, noise, shapes(row), buffers, partial(self.one, row[0]))
        value.backward()
        if self.clip is not None:
            nn.utils.clip_grad_norm_(self.weights, self.clip)
        self.optimiser.step()
        return [float(value.detach())]

    def one(self, batch: object, masks: list[Tensor]) -> Tensor:
        """The loss, with these masks ready for where the network drops."""
        self.drops.ready = masks
        apart = sdpa_kernel(SDPBackend.MATH) if self.switches.off.is_cuda else nullcontext()
        with standing_in(self.switches.stand_ins()), apart:
            return _one(self.loss(self.module, batch))

    def states(self) -> list[dict[str, Tensor]]:
        """The weights and buffers as they are now."""
        return [{k: v.detach().clone() for k, v in self.module.state_dict().items()}]


class SideBySide:
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
        self.loss, self.clip, self.drops = loss, clip, Drops()
        self.make, self.optimiser = optimiser, _checked(optimiser, [nn.Parameter(torch.zeros(1))])
        self.own = [dict(module.named_parameters()) for module in modules]
        self.weights = Weights.of(self.own, frozenset())
        self.homes = _homes(self.module)
        held = [dict(module.named_buffers()) for module in modules]
        self.buffers = {n: torch.stack([each[n] for each in held]) for n in held[0]}
        self.switches = Switches.of(self.module, arms)
        masks = [self.switches.mask(i) for i in range(len(arms))]
        self.masks = torch.stack(masks).to(_device(self.own[0].values()))

    def step(self, number: int, row: Sequence[object]) -> list[float]:
        """Take one step in every arm, and return the losses before it."""
        if not number:
            self.started(row)
        self.optimiser.zero_grad()
        values = self.losses(number, row, self.weights)
        values.sum().backward()
        if self.clip is not None:
            self.clipped(self.clip)
        self.optimiser.step()
        return [float(value) for value in values.detach()]

    def started(self, row: Sequence[object]) -> None:
        """See which weights the loss reads, and lay them flat for the optimiser."""
        before = {name: value.clone() for name, value in self.buffers.items()}
        self.losses(0, row, self.weights).sum().backward()
        self.buffers = before
        apart = self.weights.apart.items()
        read = frozenset(name for name, value in apart if value.grad is not None)
        self.weights = Weights.of(self.own, read)
        self.optimiser = self.make(self.weights.moved())

    def losses(self, number: int, row: Sequence[object], weights: Weights) -> Tensor:
        """The loss of every arm, by one program for all."""
        noise = ArmNoise(tuple(arm.seed for arm in self.arms), number, stacked=True)
        run = partial(self.every, weights, *stacked(row))
        try:
            return self.drops.run(self.module, noise, shapes(row), self.buffers.values(), run)
        except RuntimeError as error:
            if "vmap" not in str(error):
                raise
            said = str(error).strip().partition("\n")[0]
            raise NotTogetherError(f"{said.rstrip('.')}.") from error

    def every(self, weights: Weights, batch: object, axes: object, masks: list[Tensor]) -> Tensor:
        """Map the loss of one arm over all of them."""
        run = torch.func.vmap(self.one, in_dims=(0, 0, 0, axes, 0), randomness="different")
        with standing_in(self.switches.stand_ins()), sdpa_kernel(SDPBackend.MATH):
            values = run(weights.by_name(), self.buffers, self.masks, batch, masks)
        assert isinstance(values, Tensor)
        return values

    def one(
        self, weights: Tensors, buffers: Tensors, off: Tensor, batch: object, masks: list[Tensor]
    ) -> Tensor:
        """The loss of one arm; vmap makes it that of all."""
        self.switches.off, self.drops.ready = off, masks
        own = {**weights, **buffers}
        state = {home: own[name] for home, name in self.homes.items()}

        def model(*args: object, **kwargs: object) -> object:
            return torch.func.functional_call(self.module, state, args, kwargs, tie_weights=False)

        return _one(self.loss(model, batch))

    def clipped(self, most: float) -> None:
        """Bound the norm of the gradient, arm by arm, as torch does for one."""
        grads = [each.grad for each in self.weights.moved() if each.grad is not None]
        norms = torch.stack([g.flatten(1).norm(dim=1) for g in grads]).norm(dim=0)
        shrink = (most / (norms + 1e-6)).clamp(max=1.0)
        for grad in grads:
            grad.mul_(shrink.view(-1, *[1] * (grad.ndim - 1)))

    def states(self) -> list[dict[str, Tensor]]:
        """The weights and buffers as they are now, arm by arm."""
        states, now = [], self.weights.by_name()
        for number, module in enumerate(self.modules):
            with torch.no_grad():
                for name, weight in module.named_parameters():
                    weight.copy_(now[name][number])
                for name, buffer in module.named_buffers():
                    buffer.copy_(self.buffers[name][number])
            states.append({k: v.detach().clone() for k, v in module.state_dict().items()})
        return states


def _device(weights: Iterable[Tensor]) -> torch.device:
    return next((each.device for each in weights), torch.device("cpu"))


def _homes(module: nn.Module) -> dict[str, str]:
    """Every place where a weight or buffer is registered, with the first name of what is there.

    A module under two names is one place: put back twice, it would keep what was put in between.
    """
    named = [*module.named_parameters(), *module.named_buffers()]
    first = {id(value): name for name, value in named}
    return {
        f"{name}.{step}" if name else step: first[id(value)]
        for name, part in module.named_modules()
        for step, value in [*part._parameters.items(), *part._buffers.items()]
        if value is not None
    }


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


def _one(value: object) -> Tensor:
    if not isinstance(value, Tensor) or value.numel() != 1 or not value.is_floating_point():
        what = f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
        raise ArmsError(f"the loss returned {what}; it should return one number, a tensor.")
    return value.reshape(())


def _checked(optimiser: Optimiser, weights: list[nn.Parameter]) -> optim.Optimizer:
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
