"""What a component passes on when an operator has switched it off.

Each operator is a different intervention, and none is "removing the component": zero leaves the
support of the data, the mean and another example's value stay inside it (Li & Janson 2024). Mean
and resample take their values from reference examples, or from the batch at hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils import _pytree

from ablation.neural.errors import OperatorCannotServeError
from ablation.neural.selection import Place
from ablation.neural.trees import numbers, tensors
from ablation.operators import Mean, Noise, Operator, Resample, Skip, Zero

OFF: Operator = Zero()  # what "off" means where nothing else is said


@dataclass(frozen=True, slots=True)
class Replacement:
    """An operator made ready for one component.

    >>> off = Replacement(Zero(), Place("head", torch.nn.ReLU()))
    >>> off(torch.ones(2), (), {}, 0)
    tensor([0., 0.])
    """

    operator: Operator
    place: Place
    reference: tuple[object, ...] = ()  # what the component returned there, call by call
    generator: torch.Generator | None = None

    def __call__(
        self, output: object, args: Sequence[object], kwargs: dict[str, object], number: int
    ) -> object:
        """Return what is passed on in place of `output`, in call `number` of this component."""
        leaves, structure = _pytree.tree_flatten(output)
        served = [i for i, leaf in enumerate(leaves) if numbers(leaf)]
        if not served:
            raise OperatorCannotServeError(
                self.operator, f"{self.place.name!r} returns no tensor of numbers."
            )
        if self.place.only_first or isinstance(self.operator, Skip):
            served = served[:1]
        pool = numbers(self.reference[number % len(self.reference)]) if self.reference else []
        for position, i in enumerate(served):
            reference = pool[position] if pool else None
            leaves[i] = self._value(leaves[i], reference, (*args, *kwargs.values()))
        return _pytree.tree_unflatten(leaves, structure)

    def _value(self, output: Tensor, pool: Tensor | None, given: tuple[object, ...]) -> Tensor:
        match self.operator:
            case Zero():
                return torch.zeros_like(output)
            case Skip():
                return self._input(output, given)
            case Mean():
                return self._pool(output, pool).mean(0, keepdim=True).expand_as(output).clone()
            case Resample():
                return self._another(output, pool)
            case Noise(scale):
                noise = torch.empty_like(output).normal_(generator=self.generator)
                return output + scale * _deviation(output, pool) * noise

    def _input(self, output: Tensor, given: tuple[object, ...]) -> Tensor:
        if not self.place.sees_input:
            reason = f"the input of {self.place.name!r} never exists outside its parent."
            raise OperatorCannotServeError(self.operator, reason)
        first = next(iter(tensors(given)), None)
        if first is None or first.shape != output.shape:
            shape = "no tensor" if first is None else f"shape {tuple(first.shape)}"
            raise OperatorCannotServeError(
                self.operator,
                f"{self.place.name!r} reads {shape} and returns shape {tuple(output.shape)}.",
            )
        return first.clone()

    def _another(self, output: Tensor, pool: Tensor | None) -> Tensor:
        """Draw for each example another one: any of the reference, or any other of the batch."""
        values = self._pool(output, pool)
        rows, own = len(output), pool is None
        chance = torch.empty(rows, device=output.device).uniform_(generator=self.generator)
        steps = (chance * (len(values) - own)).long()
        here = torch.arange(rows, device=output.device)
        return values[(here + 1 + steps) % len(values) if own else steps].clone()

    def _pool(self, output: Tensor, pool: Tensor | None) -> Tensor:
        """Check that there are examples, first axis, to take a mean or another value from."""
        values = output if pool is None else pool
        if not output.ndim or values.shape[1:] != output.shape[1:]:
            reason = (
                f"{self.place.name!r} returns shape {tuple(output.shape)}, and "
                f"{tuple(values.shape)} on the reference: they may differ in the first axis only."
            )
            raise OperatorCannotServeError(self.operator, reason)
        if len(values) < 2:
            reason = "it needs two examples or more. Pass reference= with other inputs."
            raise OperatorCannotServeError(self.operator, reason)
        return values


def _deviation(output: Tensor, pool: Tensor | None) -> Tensor:
    """Standard deviation over the reference; without one, of each example over its own entries."""
    if pool is not None:
        return pool.std(correction=0)
    if output.ndim < 2:
        return output.std(correction=0)
    return output.flatten(1).std(1, correction=0).view(-1, *[1] * (output.ndim - 1))
