"""What a component passes on when an operator has switched it off.

Each operator is a different intervention, and none is "removing the component": zero leaves the
support of the data, the mean and another example's value stay inside it (Li & Janson 2024). Mean,
resample and freeze take their values from reference examples, the first two also from the batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import get_args

import torch
from torch import Tensor
from torch.utils import _pytree

from ablation.neural.errors import NotAnOperatorError, OperatorCannotServeError
from ablation.neural.taps import CHANNELS_FIRST, Place
from ablation.neural.trees import numbers, tensors
from ablation.operators import (
    Constant,
    Each,
    Freeze,
    Mean,
    Noise,
    Operator,
    OptimalConstant,
    ReplaceBy,
    Resample,
    Scale,
    Skip,
    Zero,
)

FAR = 0x1E3779B97F4A7C15  # odd, so that no two of 2**63 numbers come to the same
OFF: Operator = Zero()  # what "off" means where nothing else is said


@dataclass(frozen=True, slots=True)
class Sought:
    """Constants that were found by a search: a reference for `OptimalConstant`, and only for it."""

    constants: tuple[Tensor, ...]


def require_operator(by: object) -> None:
    """Raise NotAnOperatorError for what is none, such as the class of one."""
    if not isinstance(by, get_args(Operator)):
        raise NotAnOperatorError(by)


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
    drawn: dict[int, Tensor] = field(default_factory=dict)  # in this pass, for so many examples

    def __post_init__(self) -> None:
        require_operator(self.operator)

    def __call__(
        self, output: object, args: Sequence[object], kwargs: dict[str, object], number: int
    ) -> object:
        """Return what is passed on in place of `output`, in call `number` of this component.

        `output` is what passes at the component's place: for a head, what the projection reads.
        """
        if isinstance(self.operator, ReplaceBy):
            return self._other(self.operator, output, args, kwargs)
        pieces = self.place.pieces(output)
        if not pieces:
            returns = "reads" if self.place.at == "input" else "returns"
            reason = f"{self.place.name!r} {returns} no tensor of numbers."
            raise OperatorCannotServeError(self.operator, reason)
        if any(each.is_nested or each.layout != torch.strided for each in pieces):
            reason = f"{self.place.name!r} passes on a nested or sparse tensor."
            raise OperatorCannotServeError(self.operator, reason)
        if isinstance(self.operator, Skip):
            pieces = pieces[:1]
        if not number:
            self.drawn.clear()
        pool = self._values_there(number)
        given = (*args, *kwargs.values())
        values = [
            self._laid_out(i, piece, pool[i] if pool else None, given)
            for i, piece in enumerate(pieces)
        ]
        return self.place.put(output, values)

    def _values_there(self, number: int) -> list[Tensor]:
        """What the component returned on the reference, or what was found best there."""
        if not self.reference:
            return []
        there = self.reference[number % len(self.reference)]
        if isinstance(there, Sought):
            return [*there.constants]
        if isinstance(self.operator, OptimalConstant):
            raise OperatorCannotServeError(self.operator, "its constants were not sought first.")
        return numbers(there)

    def _laid_out(
        self, number: int, output: Tensor, pool: Tensor | None, given: tuple[object, ...]
    ) -> Tensor:
        """The value; operators that look at other examples see these on the first axis."""
        axis = self.place.examples_axis(number, output)
        if not axis or not isinstance(self.operator, Mean | Resample | Noise):
            return self._value(output, pool, given)
        there = pool.transpose(0, axis) if pool is not None and pool.ndim > axis else pool
        return self._value(output.transpose(0, axis), there, given).transpose(0, axis)

    def _value(self, output: Tensor, pool: Tensor | None, given: tuple[object, ...]) -> Tensor:
        match self.operator:
            case Zero():
                return torch.zeros_like(output)
            case Constant(value):
                return torch.full_like(output, value)
            case Scale(factor):
                return output * factor
            case Skip():
                return self._input(output, given)
            case Mean(each):
                axes = averaged(self.place, output, each=each)
                values = self._pool(output, pool, at_least=2 - (axes != (0,)), same=axes == (0,))
                return values.mean(axes, keepdim=True).expand_as(output).clone()
            case Resample():
                return self._another(output, pool)
            case Freeze() | OptimalConstant():
                return self._held(output, pool)
            case Noise(scale):
                self._require_spread(output, pool)
                like = torch.zeros(output.shape, dtype=output.dtype, device=self._drawn_on(output))
                noise = like.normal_(generator=self.generator)  # whatever the memory layout
                return output + scale * _deviation(output, pool) * noise.to(output.device)
            case ReplaceBy():
                raise AssertionError  # the whole call is replaced, not a value

    def _other(
        self,
        operator: ReplaceBy,
        output: object,
        args: Sequence[object],
        kwargs: dict[str, object],
    ) -> object:
        """Run what stands in the module's place; it must return what the module would."""
        if not self.place.is_whole or not self.place.sees_input:
            reason = f"{self.place.name!r} is not a whole module with arguments of its own."
            raise OperatorCannotServeError(operator, reason)
        instead = operator.call(*args, **kwargs)
        shapes = [
            (_pytree.tree_structure(each), [leaf.shape for leaf in tensors(each)])
            for each in (output, instead)
        ]
        if shapes[0] != shapes[1]:
            before, after = (" and ".join(str(tuple(s)) for s in each[1]) for each in shapes)
            reason = f"{self.place.name!r} returns {before or 'no tensor'}, it {after or 'none'}."
            raise OperatorCannotServeError(operator, reason)
        return instead

    def _input(self, output: Tensor, given: tuple[object, ...]) -> Tensor:
        if self.place.part is not None or self.place.at != "output":
            reason = f"{self.place.name!r} is part of a module, and nothing enters it alone."
            raise OperatorCannotServeError(self.operator, reason)
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
        """Draw for each example another one: any of the reference, or any other of the batch.

        What is returned side by side (a state beside an output), and in the further calls of one
        pass (tied weights, steps of a loop), comes from the same example.
        """
        values = self._pool(output, pool)
        rows, own = len(output), pool is None
        if rows not in self.drawn:
            chance = torch.empty(rows, device=self._drawn_on(output))
            self.drawn[rows] = chance.uniform_(generator=self.generator)
        steps = (self.drawn[rows] * (len(values) - own)).long().to(output.device)
        here = torch.arange(rows, device=output.device)
        return values[(here + 1 + steps) % len(values) if own else steps].clone()

    def _require_spread(self, output: Tensor, pool: Tensor | None) -> None:
        """Refuse one number in each example: it has no standard deviation of its own."""
        if pool is None and output.ndim > 1 and output[:1].numel() == 1:
            reason = (
                f"{self.place.name!r} is one number in each example, which has no deviation of its "
                "own. Pass reference= with inputs over which it varies."
            )
            raise OperatorCannotServeError(self.operator, reason)

    def _drawn_on(self, output: Tensor) -> torch.device:
        """Where random numbers are made: wherever the stream is, so all devices have the same."""
        return output.device if self.generator is None else self.generator.device

    def _held(self, output: Tensor, pool: Tensor | None) -> Tensor:
        """What it was on the reference: row for row, or one row for all."""
        if pool is None:
            reason = "it holds what was there before. Pass reference= with those inputs."
            raise OperatorCannotServeError(self.operator, reason)
        try:
            return pool.expand_as(output).clone()
        except RuntimeError:
            raise self._differs(output, pool, "be the same, or one example") from None

    def _pool(
        self, output: Tensor, pool: Tensor | None, *, at_least: int = 2, same: bool = True
    ) -> Tensor:
        """Check that there are examples, first axis, to take a mean or another value from."""
        values = output if pool is None else pool
        if not output.ndim or (same and values.shape[1:] != output.shape[1:]):
            raise self._differs(output, values, "differ in the first axis only")
        if len(values) < at_least:
            reason = "it needs two examples or more. Pass reference= with other inputs."
            raise OperatorCannotServeError(self.operator, reason)
        return values

    def _differs(self, output: Tensor, pool: Tensor, may: str) -> OperatorCannotServeError:
        reason = (
            f"{self.place.name!r} returns shape {tuple(output.shape)}, and {tuple(pool.shape)} on "
            f"the reference: they may {may}."
        )
        return OperatorCannotServeError(self.operator, reason)


def apart(seed: int, number: int) -> int:
    """The seed of the component of a number, which is no other component's of a seed nearby.

    >>> apart(3, 0), apart(3, 1) == apart(4, 0)
    (3, False)
    """
    return (seed + number * FAR) % 2**63


def stream(
    operator: Operator, seed: int, number: int = 0, *, before: int = 0
) -> torch.Generator | None:
    """The random numbers of a component, for operators that draw; `before` examples have drawn.

    An example takes one number of `Resample`, so that it has the same donor in whatever batch it
    comes. `Noise` takes as many as there are features, and draws anew for every batch.

    >>> whole, later = (stream(Resample(), 0, before=n) for n in (0, 2))
    >>> torch.equal(torch.rand(5, generator=whole)[2:], torch.rand(3, generator=later))
    True
    """
    if not isinstance(operator, Resample | Noise):
        return None
    generator = torch.Generator().manual_seed(apart(seed, number))
    if before and isinstance(operator, Resample):
        torch.rand(before, generator=generator)
    elif before:
        generator.manual_seed(int(torch.empty(before).long().random_(generator=generator)[-1]))
    return generator


def averaged(place: Place, output: Tensor, *, each: Each) -> tuple[int, ...]:
    """Which axes a mean is over: examples, and positions where features are asked for.

    >>> averaged(Place("conv", torch.nn.Conv2d(1, 1, 1)), torch.ones(2, 3, 4, 4), each="feature")
    (0, 2, 3)
    """
    if each == "position":
        return (0,)
    feature = feature_axis(place, output)
    return tuple(axis for axis in range(output.ndim) if axis != feature)


def feature_axis(place: Place, output: Tensor) -> int:
    """Channels come second in images and after convolutions; elsewhere features come last."""
    if place.part is not None and place.part.kind in ("channels", "patches"):
        return 1
    convolved = isinstance(place.module, CHANNELS_FIRST) and place.at == "output"
    return 1 if output.ndim > 3 or (convolved and output.ndim > 1) else output.ndim - 1


def _deviation(output: Tensor, pool: Tensor | None) -> Tensor:
    """Standard deviation over the reference; without one, of each example over its own entries."""
    if pool is not None:
        return pool.std(correction=0)
    if output.ndim < 2:
        return output.std(correction=0)
    return output.flatten(1).std(1, correction=0).view(-1, *[1] * (output.ndim - 1))
