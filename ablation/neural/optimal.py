"""The constant that serves best in a component's place (Li & Janson 2024, optimal ablation).

What it costs even so is information that the component carried: no other constant makes the
component look less important. It is found by the gradient of a loss on reference inputs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ablation.neural.activations import on_reference
from ablation.neural.errors import OperatorCannotServeError
from ablation.neural.forwards import Forward, standing_in
from ablation.neural.isolation import unchanged
from ablation.neural.replacement import Replacement, Sought, averaged
from ablation.neural.taps import Place, layered, outermost, passed
from ablation.neural.trees import Inputs, call, numbers
from ablation.operators import Freeze, OptimalConstant

Calls = tuple[tuple[Tensor, ...], ...]  # the tensors that a component passes on, call by call


def optimal_constants(
    module: nn.Module, places: Mapping[str, Place], by: OptimalConstant, reference: Inputs
) -> dict[str, tuple[Sought, ...]]:
    """Find, for all components together, the constants at which the loss is least.

    >>> net, x = nn.Sequential(nn.Identity()), torch.tensor([[0.0], [2.0]])
    >>> best = OptimalConstant(loss=lambda output: (output - 3).square().mean(), steps=300)
    >>> found = optimal_constants(net, {"0": Place("0", net[0])}, best, x)
    >>> round(float(found["0"][0].constants[0]), 2)
    3.0
    """
    own = on_reference(module, reference, tuple(places))
    served = {
        name: [numbers(value)[: 1 if place.only_first else None] for value in own[name]]
        for name, place in places.items()
    }
    constants = {
        name: tuple(
            tuple(_start(place, by, i, piece) for i, piece in enumerate(each))
            for each in served[name]
        )
        for name, place in places.items()
    }
    steps = [
        by.rate * _spread(piece) for calls in served.values() for each in calls for piece in each
    ]
    with unchanged(module), torch.random.fork_rng():
        _descend(module, places, by, reference=reference, constants=constants, steps=steps)
    return {name: tuple(map(Sought, calls)) for name, calls in constants.items()}


def _start(place: Place, by: OptimalConstant, number: int, piece: Tensor) -> Tensor:
    if not piece.numel():
        raise OperatorCannotServeError(by, "it needs one example or more in reference=.")
    alone = by.each == "position"
    axes = (place.examples_axis(number, piece),) if alone else averaged(place, piece, each=by.each)
    return piece.mean(axes, keepdim=True).clone().requires_grad_()


def _spread(piece: Tensor) -> float:
    """The component's own scale, by which a step is measured."""
    return float(piece.std(correction=0)) or 1.0


def _descend(
    module: nn.Module,
    places: Mapping[str, Place],
    by: OptimalConstant,
    *,
    reference: Inputs,
    constants: Mapping[str, Calls],
    steps: list[float],
) -> None:
    """Follow the gradient, and leave in the constants the best values that were met."""
    leaves = [leaf for calls in constants.values() for each in calls for leaf in each]
    moves = [{"params": [leaf], "lr": step} for leaf, step in zip(leaves, steps, strict=True)]
    optimiser = torch.optim.Adam(moves)
    best, least = [leaf.detach().clone() for leaf in leaves], float("inf")
    held = layered(places, lambda place, forward: _Held(place, forward, by, constants[place.name]))
    with standing_in(outermost(held)), torch.enable_grad():
        for _ in range(by.steps + 1):
            for each in held.values():
                each.number = 0
            loss = by.loss(call(module, reference))
            if not isinstance(loss, Tensor) or loss.numel() != 1 or not loss.requires_grad:
                reason = "its loss must be one number, a tensor that depends on the output."
                raise OperatorCannotServeError(by, reason)
            if float(loss.detach()) < least:
                best, least = [leaf.detach().clone() for leaf in leaves], float(loss.detach())
            grads = torch.autograd.grad(loss, leaves, allow_unused=True)
            for leaf, grad in zip(leaves, grads, strict=True):
                leaf.grad = grad
            optimiser.step()
    for leaf, value in zip(leaves, best, strict=True):
        leaf.requires_grad = False
        leaf.copy_(value)


@dataclass(eq=False)
class _Held:
    """A forward in which the component passes on its constants, with their gradient."""

    place: Place
    forward: Forward
    by: OptimalConstant
    constants: Calls
    number: int = 0

    def __call__(self, *args: object, **kwargs: object) -> object:
        replacement = Replacement(Freeze(), self.place, self.constants)

        def instead(value: object) -> object:
            self.number += 1
            return replacement(value, args, kwargs, self.number - 1)

        return passed(self.place, self.forward, instead, args, kwargs)
