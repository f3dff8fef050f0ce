"""One operation of a recorded pass: what is called, with what, and how to call it again.

The operations are those of torch's Python face, so a recording reads like the code that made it.
In their arguments a step stands for what an earlier operation returned, a `Count` for a number
that follows the number of examples, as in `x.view(8, -1)`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.utils import _pytree

from ablation.neural.trees import copied, tensors

Values: TypeAlias = Mapping["Step", object]


class Count(int):
    """A number that grows with the examples: so much for one run."""


@dataclass(eq=False, slots=True)
class Step:
    """One operation; `writes` are those of its inputs that it writes into."""

    number: int
    name: str
    call: Callable[..., object]
    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    writes: tuple["Step", ...] = ()
    seconds: float = 0.0
    counts: bool = False  # whether a number in the arguments grows with the examples
    inputs: tuple["Step", ...] = field(init=False)
    reads: tuple["Step", ...] = field(init=False)  # what its result is made from
    holes: tuple[int, ...] | None = field(init=False)  # where steps stand, if nowhere deeper

    def __post_init__(self) -> None:
        found: dict[Step, None] = {}
        holes: list[int] | None = []
        for place, argument in enumerate(self.args):
            kind = type(argument)
            if kind is Step:
                found[argument] = None
                if holes is not None:
                    holes.append(place)
            elif kind not in _PLAIN:
                inside = dict.fromkeys(steps_in(argument))
                holes = None if inside else holes
                found |= inside
        if self.kwargs and (inside := dict.fromkeys(steps_in(self.kwargs))):
            holes = None
            found |= inside
        self.inputs = tuple(found)
        self.holes = None if holes is None else tuple(holes)
        only_first = self.name == "site" and len(self.args) > 1
        self.reads = tuple(dict.fromkeys(steps_in(self.args[0]))) if only_first else self.inputs

    def __repr__(self) -> str:
        return f"{self.name}_{self.number}"


_BARE = frozenset((int, float, bool, str, type(None), torch.dtype, torch.device, Step))
_PLAIN = (_BARE - {Step}) | {Tensor, nn.Parameter}


def passed_on(value: object, args: object = (), kwargs: object = None) -> object:
    """Where a part can be cut; `args` and `kwargs` are what the module read.

    What is passed on is a copy, so that a later write in place does not reach what was made.
    """
    del args, kwargs
    return copied(value)


def picked(value: object, leaf: int) -> object:
    """One leaf of what an operation returned.

    >>> picked((1, [2, 3]), 2)
    3
    """
    return _pytree.tree_leaves(value)[leaf]


def itself(value: object) -> object:
    """What a pass returns, put together from what its operations did."""
    return value


def run(step: Step, values: Values) -> object:
    """Do one operation on these values; what it writes into is a copy of its own.

    >>> import torch
    >>> given = Step(0, "input", itself, (0,))
    >>> run(Step(1, "add", torch.add, (given, 1)), {given: torch.tensor(2)})
    tensor(3)
    """
    if step.writes:
        return _written(step, values)
    return called(step, step.args, step.kwargs, values)


def called(step: Step, args: tuple[Any, ...], kwargs: dict[str, Any], values: Values) -> object:
    """Call a step's operation with these arguments, values in place of steps."""
    if step.holes is not None:
        filled_ = list(args)
        for hole in step.holes:
            filled_[hole] = values[filled_[hole]]
        return step.call(*filled_, **kwargs)
    args, kwargs = mapped_steps(lambda each: values[each], (args, kwargs))
    return step.call(*args, **kwargs)


def _written(step: Step, values: Values) -> object:
    """Let an operation write into copies; its value is what it wrote into."""
    own = {each: copied(values[each]) for each in step.writes}
    args, kwargs = mapped_steps(
        lambda each: own[each] if each in own else values[each], (step.args, step.kwargs)
    )
    step.call(*args, **kwargs)
    return own[step.writes[0]]


def scaled(step: Step, many: int) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments for so many runs side by side.

    >>> scaled(Step(0, "arange", range, (Count(3),), counts=True), 2)
    ((6,), {})
    """
    if many == 1 or not step.counts:
        return step.args, step.kwargs
    found: tuple[tuple[Any, ...], dict[str, Any]] = _mapped(
        Count, lambda each: int(each) * many, (step.args, step.kwargs)
    )
    return found


def mapped_steps(value: Callable[[Step], object], tree: Any) -> Any:
    """Put values in place of the steps in an argument."""
    return _mapped(Step, value, tree)


def steps_in(tree: Any) -> Iterator[Step]:
    """List the steps in an argument."""
    if isinstance(tree, Step):
        yield tree
    elif tree is None or isinstance(tree, Tensor | int | float | str):
        return
    elif isinstance(tree, slice):
        for each in (tree.start, tree.stop, tree.step):
            yield from steps_in(each)
    else:
        inside = _inside(tree)
        for each in inside or ():
            yield from steps_in(each)


def tensors_in(tree: Any) -> Iterator[Tensor]:
    """List the tensors in an argument.

    >>> import torch
    >>> list(tensors_in((slice(torch.tensor(1)), [torch.tensor(2)])))
    [tensor(1), tensor(2)]
    """
    if isinstance(tree, Tensor):
        yield tree
    elif type(tree) in _BARE or isinstance(tree, int | float | str):
        return
    elif isinstance(tree, slice):
        for each in (tree.start, tree.stop, tree.step):
            yield from tensors_in(each)
    else:
        for each in _inside(tree) or ():
            if isinstance(each, Tensor):
                yield each
            elif type(each) not in _BARE:
                yield from tensors_in(each)


def _inside(tree: object) -> list[Any] | None:
    if isinstance(tree, tuple | list):
        return list(tree)
    if isinstance(tree, dict):
        return list(tree.values())
    leaves = _pytree.tree_leaves(tree)
    return None if len(leaves) == 1 and leaves[0] is tree else leaves


def holds(tree: Any, kind: type) -> bool:
    """Whether anything in an argument is of one kind.

    >>> holds([slice(Count(2))], Count)
    True
    """
    if isinstance(tree, kind):
        return True
    if type(tree) in _BARE or isinstance(tree, Tensor | int | float | str):
        return False
    if isinstance(tree, slice):
        return any(holds(each, kind) for each in (tree.start, tree.stop, tree.step))
    return any(holds(each, kind) for each in _inside(tree) or ())


def _mapped(kind: type, change: Callable[[Any], object], tree: Any) -> Any:
    """Change what is of one kind anywhere in a tree, slices included."""
    if isinstance(tree, kind):
        return change(tree)
    if type(tree) in _BARE or isinstance(tree, Tensor | int | float | str):
        return tree
    if type(tree) is tuple:
        return tuple(_mapped(kind, change, each) for each in tree)
    if type(tree) is list:
        return [_mapped(kind, change, each) for each in tree]
    if type(tree) is dict:
        return {key: _mapped(kind, change, each) for key, each in tree.items()}
    if isinstance(tree, slice):
        return slice(*(_mapped(kind, change, e) for e in (tree.start, tree.stop, tree.step)))
    leaves, structure = _pytree.tree_flatten(tree)
    if len(leaves) == 1 and leaves[0] is tree:
        return tree
    return _pytree.tree_unflatten([_mapped(kind, change, leaf) for leaf in leaves], structure)


def bytes_of(value: object) -> int:
    """How much memory the tensors of a value take.

    >>> import torch
    >>> bytes_of((torch.ones(2, 2), None))
    16
    """
    if isinstance(value, Tensor):
        return value.nbytes
    return sum(each.nbytes for each in tensors(value))
