"""Several arms by vmap: every weight and buffer has them on a first axis."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import TypeAlias, cast

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel  # fused kernels know no arms
from torch.utils import _pytree

from ablation.neural.forwards import standing_in
from ablation.neural.training.arms import Arm
from ablation.neural.training.errors import ArmsError, NotReplayableError, NotTogetherError
from ablation.neural.training.loops import (
    STILL,
    Loss,
    Optimiser,
    checked,
    device_of,
    one_number,
    shapes,
    stacked,
)
from ablation.neural.training.masks import Drops
from ablation.neural.training.noise import ArmNoise
from ablation.neural.training.recording import Recorder
from ablation.neural.training.registered import Registered
from ablation.neural.training.replay import OTHERWISE, Recording, Replay, holds, kind_of
from ablation.neural.training.script import Noting, Rehearsing
from ablation.neural.training.switches import Switches
from ablation.neural.training.tape import Tape
from ablation.neural.training.weights import Weights
from ablation.neural.trees import tensors

Tensors: TypeAlias = Mapping[str, Tensor]
Given: TypeAlias = tuple[Tensors, Tensors, Tensor, object, list[Tensor]]  # what an arm reads
Results: TypeAlias = Sequence[Tensor | None]  # the losses, and a gradient for all that is moved


class SideBySide:
    """Several arms, by one program for all."""

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
        self.replay: Replay[Given] = Replay()
        self.make, self.optimiser = optimiser, checked(optimiser, [nn.Parameter(torch.zeros(1))])
        self.own = [dict(module.named_parameters()) for module in modules]
        self.weights = Weights.of(self.own, frozenset())
        self.unread: list[
            tuple[Tensor, str]
        ] = []  # weights that a step leaves out, once they lie flat
        self.registered = Registered.of(self.module)
        held = [dict(module.named_buffers()) for module in modules]
        self.buffers = {n: torch.stack([each[n] for each in held]) for n in held[0]}
        self.switches = Switches.of(self.module, arms)
        masks = [self.switches.mask(i) for i in range(len(arms))]
        self.masks = torch.stack(masks).to(device_of(self.own[0].values()))
        if self.masks.device.type != "cpu":
            self.replay.stop("not on a processor")

    def step(self, number: int, row: Sequence[object]) -> list[float]:
        """Take one step in every arm, and return the losses before it."""
        noise = ArmNoise(tuple(arm.seed for arm in self.arms), number, stacked=True)
        run = partial(self.graded, *stacked(row))
        try:
            values = self.drops.run(self.module, noise, shapes(row), self.buffers.values(), run)
        except RuntimeError as error:
            if problem := _of_vmap(str(error)):
                raise NotTogetherError(problem) from error
            raise
        self.replay.steps += 1
        if not number:
            self.started()
        if self.clip is not None:
            self.clipped(self.clip)
        self.moved(number)
        return values.tolist()

    def moved(self, number: int) -> None:
        """Let the optimiser move the weights; raises where it moves what this step did not read."""
        before = [weight.clone() for weight, _ in self.unread]
        self.optimiser.step()
        for (weight, name), old in zip(self.unread, before, strict=True):
            if not torch.equal(weight, old):
                raise NotTogetherError(
                    f"step {number + 1} does not read {name}, which the optimiser moves on."
                )

    def started(self) -> None:
        """Lay the weights that the loss reads flat for the optimiser, and their gradients."""
        grads = {name: each.grad for name, each in self.weights.apart.items()}
        read = {name: grad for name, grad in grads.items() if grad is not None}
        if not read:
            raise ArmsError(STILL)
        self.weights = Weights.of(self.own, frozenset(read))
        self.weights.laid(read)
        self.optimiser = self.make(self.weights.moved())

    def graded(self, batch: object, axes: object, masks: list[Tensor] | None) -> Tensor:
        """The loss of every arm, its gradients put where the optimiser finds them."""
        kind, inputs = kind_of(batch, axes), (batch, axes, masks or [])
        recording, wanted = self.replay.kept.get(kind), self.replay.wants(kind)
        if recording is not None and masks is not None:
            results = self.replayed(recording, *inputs)
        elif wanted and masks is not None:
            results = self.recorded(kind, *inputs)
        else:
            if wanted:
                self.replay.stop("it draws at random, and not only by dropout")
            results = self.run(self.plain, *inputs)
        for weight, grad in zip(self.weights.moved(), results[1:], strict=True):
            weight.grad = grad
        assert results[0] is not None
        return results[0]

    def run(
        self,
        loss: Callable[[Callable[[], Given]], Tensor],
        batch: object,
        axes: object,
        masks: list[Tensor],
    ) -> Results:
        """Map the loss of one arm over all of them, and differentiate."""

        def one(flat: list[Tensor], apart: Tensors, *others: object) -> Tensor:
            return loss(lambda: cast("Given", (self.weights.named(flat, apart), *others)))

        mapped = torch.func.vmap(one, in_dims=(0, 0, 0, 0, axes, 0), randomness="different")
        moved, weights, apart = self.weights.moved(), self.weights.stacked(), self.weights.apart
        versions = [each._version for each in apart.values()]
        with standing_in(self.switches.stand_ins()), sdpa_kernel(SDPBackend.MATH):
            values = mapped(*weights, self.buffers, self.masks, batch, masks)
        assert isinstance(values, Tensor)
        for (name, each), version in zip(apart.items(), versions, strict=True):
            if each._version != version:
                raise NotTogetherError(f"its forward changes {name} in place.")
        if not values.requires_grad:
            self.unread = []
            return [values, *[None] * len(moved)]
        self.unread = self.weights.unread(values)
        grads = torch.autograd.grad(values.sum(), moved, allow_unused=True)
        return [values.detach(), *(grad if grad is None else grad.contiguous() for grad in grads)]

    def plain(self, given: Callable[[], Given]) -> Tensor:
        """The loss of one arm; vmap makes it that of all."""
        return self.read(*given())

    def read(
        self, weights: Tensors, buffers: Tensors, off: Tensor, batch: object, masks: list[Tensor]
    ) -> Tensor:
        """The loss of these weights."""
        self.switches.off, self.drops.ready = off, masks
        own = {**weights, **buffers}

        def model(*args: object, **kwargs: object) -> object:
            with self.registered.holding(own):
                return self.module(*args, **kwargs)

        return one_number(self.loss(model, batch))

    def recorded(self, kind: Hashable, batch: object, axes: object, masks: list[Tensor]) -> Results:
        """Take a step, and keep it to be replayed if it can be."""
        batch, masks = _pytree.tree_map_only(Tensor, torch.clone, (batch, masks))
        fed, buffers = tensors((batch, masks)), list(self.buffers.values())
        inputs, before = [each.clone() for each in fed], [each.clone() for each in buffers]
        notes: list[Noting[Given]] = []

        def noted(given: Callable[[], Given]) -> Tensor:
            named = given()
            notes.append(Noting(named))
            with notes[0]:
                return self.read(*named)

        with Recorder() as seen:
            made = self.run(noted, batch, axes, masks)
        results, script = [each if each is None else each.clone() for each in made], notes[0].script
        fixed = [*self.weights.moved(), *self.weights.apart.values(), self.masks, *script.outside]
        try:
            script.refuse_unknown()
            tape = Tape.of(seen, fed, fixed, buffers, made)
        except NotReplayableError as error:
            self.replay.stop(str(error))
            return results
        if holds(tape, inputs, buffers, before, results):
            self.replay.kept[kind] = Recording(script, tape)
        else:
            self.replay.stop(OTHERWISE)
        return results

    def replayed(
        self, recording: Recording[Given], batch: object, axes: object, masks: list[Tensor]
    ) -> Results:
        """Take a step from a recording, if its Python makes the calls that were recorded."""
        inputs = tensors((batch, masks))
        if recording.is_due():
            buffers = list(self.buffers.values())
            before = [each.clone() for each in buffers]
            recording.tape.free()  # or the step would take its memory twice
            results = self.run(self.plain, batch, axes, masks)
            if not holds(recording.tape, inputs, buffers, before, results):
                self.replay.stop(OTHERWISE)
            return results
        others: list[Tensor] = []

        def rehearsed(given: Callable[[], Given]) -> Tensor:
            rehearsal = Rehearsing(recording.script, given)
            with rehearsal:
                value = self.read(*recording.script.given)
            others.extend(rehearsal.computed(value))
            return others[0] if others else torch.zeros(())

        results = self.run(rehearsed, batch, axes, masks)
        if others:
            self.replay.stop(f"step {self.replay.steps + 1} called something else")
            return results
        self.replay.replayed += 1
        return recording.tape.run(inputs)

    def clipped(self, most: float) -> None:
        """Bound the norm of the gradient, arm by arm, as torch does for one."""
        grads = [each.grad for each in self.weights.moved() if each.grad is not None]
        if not grads:
            return  # this loss moves nothing
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


def _of_vmap(said: str) -> str:
    """What arms cannot do side by side, by an error of torch; nothing if it is another error."""
    if "This view is the output of a function that returns multiple views" in said:
        return "its forward changes its weights in place."  # which lie side by side in one tensor
    if "vmap" in said or "Batching rule" in said:
        return f"{said.strip().partition(chr(10))[0].rstrip('.')}."
    return ""
