"""What the Python of a step calls in torch, one after another; a later step is held against it.

Nothing is computed in between: the Python is given tensors without values, and every call it makes
is answered by the one noted there. If it calls anything else, what it has called so far is computed
after all, and it goes on with that. So it runs once a step, and can do what it likes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree
from torch.utils.weak import WeakTensorKeyDictionary

from ablation.neural.training.errors import NotReplayableError
from ablation.neural.trees import tensors

Given = TypeVar("Given")
PLAIN = (
    *(bool, int, float, complex, str, type(None), type(...), torch.Size),
    *(torch.dtype, torch.device, torch.layout, torch.memory_format, torch.finfo, torch.iinfo),
)
GRADED = torch._C._set_grad_enabled
NOT_FOLLOWED = "nobody can follow its call of "
ATTRIBUTES = "shape ndim dtype device layout requires_grad is_cuda is_meta is_sparse is_nested"
FORM = {  # what may be answered with other than tensors: it depends on no value
    *(Tensor.size, Tensor.dim, Tensor.ndimension, Tensor.numel, Tensor.nelement, Tensor.stride),
    *(Tensor.__len__, Tensor.is_floating_point, Tensor.is_complex, Tensor.is_contiguous),
    *(torch.numel, torch.is_floating_point, torch.is_complex, Tensor.element_size),
    *(getattr(Tensor, name).__get__ for name in ATTRIBUTES.split()),
}


@dataclass(frozen=True, slots=True)
class Call:
    """A function of torch, and what it was given and gave; the arms' tensors have no values."""

    func: Callable[..., object]
    args: tuple[object, ...]
    kwargs: dict[str, object]
    output: object
    graded: bool

    def same(self, func: object, args: object, kwargs: object) -> bool:
        """Whether a call is this one."""
        return (
            func == self.func  # what reads an attribute is made anew each time
            and same(self.args, args)
            and same(self.kwargs, kwargs)
            and torch.is_grad_enabled() == self.graded
        )


@dataclass(eq=False)
class Script(Generic[Given]):
    """The calls of a step: `given` are its inputs, tensors without values."""

    given: Given
    calls: list[Call] = field(default_factory=list)
    outside: list[Tensor] = field(default_factory=list)  # neither given nor made by a call
    problem: str = ""

    def refuse_unknown(self) -> None:
        """Raise NotReplayableError if a call could not be noted."""
        if self.problem:
            raise NotReplayableError(self.problem)


class Noting(TorchFunctionMode, Generic[Given]):
    """Lets everything run, and notes it."""

    def __init__(self, given: Given) -> None:
        TorchFunctionMode.__init__(self)
        self.spare = list(torch.empty(512, 0, device="meta").unbind())  # made here, they cost less
        self.blank = WeakTensorKeyDictionary()  # what stands for a tensor in the script
        empty = partial(self.empty, new=True)
        self.script = Script(_pytree.tree_map_only(Tensor, empty, given))

    def __torch_function__(
        self,
        func: Callable[..., object],
        types: object,
        args: tuple[object, ...] = (),
        kwargs: dict[str, object] | None = None,
    ) -> object:
        kwargs = kwargs or {}
        graded, output = torch.is_grad_enabled(), func(*args, **kwargs)
        if not self.script.problem:
            try:
                self.note(func, args, kwargs, output, graded=graded)
            except NotReplayableError as error:
                self.script.problem = f"{error}{getattr(func, '__name__', func)}"
        return output

    def note(
        self,
        func: Callable[..., object],
        args: tuple[object, ...],
        kwargs: dict[str, object],
        output: object,
        *,
        graded: bool,
    ) -> None:
        """Note one call, if all that matters to it is known."""
        leaves = [output] if isinstance(output, Tensor) else _pytree.tree_leaves(output)
        plain = not all(each is None or isinstance(each, Tensor) for each in leaves)
        if (plain and func not in FORM) or torch.is_autocast_enabled("cpu"):
            raise NotReplayableError(NOT_FOLLOWED)
        given = tuple(self.emptied(each, new=False) for each in args)
        named = {key: self.emptied(each, new=False) for key, each in kwargs.items()}
        made = self.emptied(output, new=True)
        self.script.calls.append(Call(func, given, named, made, graded))

    def emptied(self, value: object, *, new: bool) -> object:
        """Put tensors without values in place of those of the arms."""
        if isinstance(value, Tensor):
            return self.empty(value, new=new)
        if isinstance(value, slice):
            return slice(*(self.emptied(e, new=new) for e in (value.start, value.stop, value.step)))
        if isinstance(value, dict):
            return {key: self.emptied(each, new=new) for key, each in value.items()}
        if type(value) is list:
            return [self.emptied(each, new=new) for each in value]
        if type(value) is tuple:
            return tuple(self.emptied(each, new=new) for each in value)
        if isinstance(value, PLAIN):
            return value
        if isinstance(value, tuple) and new:  # values and indices, say
            return _pytree.tree_map(lambda each: self.emptied(each, new=True), value)
        raise NotReplayableError(NOT_FOLLOWED)

    def empty(self, value: Tensor, *, new: bool) -> Tensor:
        """What stands for a tensor: one of outside is itself."""
        known: Tensor | None = self.blank.get(value)
        if known is not None:
            return known
        if new:
            made = self.spare.pop() if self.spare else torch.empty(0, device="meta")
            self.blank[value] = made
            return made
        if torch._C._functorch.is_functorch_wrapped_tensor(value):
            raise NotReplayableError(NOT_FOLLOWED)  # of an arm, from where nobody looked
        self.script.outside.append(value)
        self.blank[value] = value
        return value


class Rehearsing(TorchFunctionMode, Generic[Given]):
    """Answers calls from a script; from the first that is another, computes with what is given."""

    def __init__(self, script: Script[Given], given: Callable[[], Given]) -> None:
        TorchFunctionMode.__init__(self)
        self.script, self.given, self.at = script, given, 0
        self.real: dict[int, object] | None = None

    def __torch_function__(
        self,
        func: Callable[..., object],
        types: object,
        args: tuple[object, ...] = (),
        kwargs: dict[str, object] | None = None,
    ) -> object:
        kwargs = kwargs or {}
        if self.real is None:
            calls = self.script.calls
            if self.at < len(calls) and calls[self.at].same(func, args, kwargs):
                output, self.at = calls[self.at].output, self.at + 1
                if func is GRADED:
                    self.called(func, args, kwargs)
                return list(output) if type(output) is list else output
            self.catch_up()
        return self.called(func, args, kwargs)

    def called(
        self, func: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]
    ) -> object:
        """Call a function with values."""
        named = {key: self.filled(each) for key, each in kwargs.items()}
        return func(*map(self.filled, args), **named)

    def computed(self, value: Tensor) -> list[Tensor]:
        """What the Python returned; nothing if it made all calls of the script and no other."""
        calls = self.script.calls
        if self.real is None and self.at == len(calls) and value is calls[-1].output:
            return []
        if self.real is None:
            self.catch_up()
        return tensors(self.filled(value))

    def catch_up(self) -> None:
        """Compute what has been called so far."""
        given = zip(tensors(self.script.given), tensors(self.given()), strict=True)
        self.real = {id(blank): value for blank, value in given}
        for call in self.script.calls[: self.at]:
            if call.func is GRADED:
                continue  # it was called
            with torch.set_grad_enabled(call.graded):
                output = self.called(call.func, call.args, call.kwargs)
            made = zip(tensors(call.output), tensors(output), strict=True)
            self.real |= {id(blank): value for blank, value in made}

    def filled(self, value: object) -> object:
        """Put the real tensors back."""
        real = self.real or {}
        if isinstance(value, Tensor):
            return real.get(id(value), value)
        if isinstance(value, slice):
            return slice(*(self.filled(each) for each in (value.start, value.stop, value.step)))
        if isinstance(value, dict):
            return {key: self.filled(each) for key, each in value.items()}
        if type(value) is list:
            return [self.filled(each) for each in value]
        if type(value) is tuple:
            return tuple(self.filled(each) for each in value)
        return value


def same(was: object, now: object) -> bool:
    """Whether two arguments are one: the same tensor, or plain values that agree.

    >>> same((1, "x"), (1, "x")), same((1,), (1.0,)), same(torch.ones(1), torch.ones(1))
    (True, False, False)
    """
    if was is now:
        return True
    if type(was) is not type(now):
        return False
    if isinstance(was, (tuple, list)):
        assert isinstance(now, (tuple, list))
        return len(was) == len(now) and all(map(same, was, now))
    if isinstance(was, dict):
        assert isinstance(now, dict)
        return was.keys() == now.keys() and all(same(was[key], now[key]) for key in was)
    if isinstance(was, slice):
        assert isinstance(now, slice)
        return same((was.start, was.stop, was.step), (now.start, now.stop, now.step))
    return not isinstance(was, Tensor) and was == now
