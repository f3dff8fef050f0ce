"""What writes a pass down: every call of torch's Python face, as it runs.

The code runs as it always does, on real tensors; torch hands each call to a recorder on the way
(`torch.overrides`). So whatever Python can run can be recorded. Code that asks for the value of a
tensor which an ablation may change could take another branch then: refused.
"""

import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree

from ablation.neural.sweep.cutting import Site
from ablation.neural.sweep.errors import UnsuitableError
from ablation.neural.sweep.holding import Held
from ablation.neural.sweep.naming import SHAPES, named
from ablation.neural.sweep.steps import Step, itself, passed_on, picked, tensors_in
from ablation.neural.sweep.writing import Storages, written_into
from ablation.neural.trees import Inputs, copied, tensors

Edit: TypeAlias = Callable[[int, object], object]
Given: TypeAlias = tuple[tuple[Any, ...], dict[str, Any]]  # arguments, steps in place of tensors
GIVEN = ("input", "constant")  # what no operation computes


@dataclass(frozen=True, slots=True)
class Recording:
    """The operations of one pass in order, where parts can be cut, and what each made."""

    steps: tuple[Step, ...]
    sites: Mapping[Site, tuple[Step, ...]]
    values: Held
    spoiled: frozenset[Step]  # values that a later operation wrote into
    peeked: bool  # whether the code looked at a value, one that no ablation changes

    @property
    def output(self) -> Step:
        """The last step: what the module returns."""
        return self.steps[-1]

    @property
    def constants(self) -> list[Step]:
        """Tensors of which nothing is known but that they were there."""
        return [step for step in self.steps if step.name == "constant" and not step.args[1]]

    def before_all_sites(self) -> Step | None:
        """The first site, where all others are computed from it."""
        sites = {step for steps in self.sites.values() for step in steps}
        first = min(sites, key=lambda step: step.number, default=None)
        changed = {first}
        for step in self.steps:
            if not changed.isdisjoint(step.reads):
                changed.add(step)
        return first if sites <= changed else None

    @property
    def lasts(self) -> bool:
        """Whether it holds for other examples: no value was looked at or taken as it was."""
        return not self.peeked and all(step.name != "constant" for step in self.steps)


class Recorder(TorchFunctionMode):
    """Writes every operation down as it runs; `values` decides for how long it holds results."""

    def __init__(
        self, module: nn.Module, edit: Edit | None, values: Held, *, arguments: bool
    ) -> None:
        TorchFunctionMode.__init__(self)
        self.edit, self.arguments = edit, arguments
        self.steps: list[Step] = []
        self.values = values
        self.sites: dict[Site, list[Step]] = {}
        self.where: dict[int, tuple[Step, int | None]] = {}  # which step made a tensor, which leaf
        self.mortal: dict[int, weakref.ref[Tensor]] = {}  # tensors that only the code still has
        self.module = module
        kinds = ((part._parameters, part._buffers) for part in module.modules())
        self.owned = {id(each) for both in kinds for kind in both for each in kind.values()}
        self.looked_deeper = False
        self.storages = Storages()
        self.changing: set[Step] = set()  # what an ablation may change
        self.peeked = False
        self.marks = 0
        self.autocast = torch.is_autocast_enabled("cpu"), torch.is_autocast_enabled("cuda")

    def started(self, inputs: Inputs) -> Inputs:
        """Note the inputs."""
        for i, leaf in enumerate(_pytree.tree_leaves(inputs)):
            if isinstance(leaf, Tensor):
                self._add("input", itself, ((i,), {}), leaf)
        return inputs

    def finished(self, output: object, sites: Iterable[Site]) -> Recording:
        """Note what the pass returned."""
        self._add("output", itself, ((self._reference(output),), {}), output)
        if any(step.name in GIVEN for step in self.storages.spoiled()):
            raise UnsuitableError("the code writes in place into what it was given")
        return Recording(
            tuple(self.steps),
            {site: tuple(self.sites.get(site, ())) for site in sites},
            self.values,
            self.storages.spoiled(),
            self.peeked,
        )

    def __torch_function__(
        self,
        func: Callable[..., object],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> object:
        """Run one call, and write it down."""
        kwargs = dict(kwargs or {})
        name = named(func)
        if name in SHAPES:
            return func(*args, **kwargs)
        given = list(tensors_in((args, kwargs)))
        if any(torch._C._functorch.is_functorch_wrapped_tensor(each) for each in given):
            return func(*args, **kwargs)
        if kwargs.get("inplace") is True:
            kwargs["inplace"] = False  # the same numbers, and nothing is written into
        steps: Given = self._reference((args, kwargs)) if given else (args, kwargs)
        versions = [_version(each) for each in given]
        start = time.perf_counter()
        found = func(*args, **kwargs)
        spent = time.perf_counter() - start
        written = [t for t, v in zip(given, versions, strict=True) if _version(t) != v]
        if written:
            self._write(name, func, steps, written, found)
        elif any(True for _ in tensors_in(found)):
            self._add(name, func, steps, found, spent)
        elif given:
            self._look(name, steps)
        return found

    def mark(self, site: Site, value: object, args: object, kwargs: object) -> object:
        """Note that here a component can be cut."""
        with torch._C.DisableTorchFunction():
            steps = self._reference((value, args, kwargs) if self.arguments else (value,))
            value = copied(value)
            if self.edit is not None:
                value = self.edit(self.marks, value)
            self.marks += 1
            step = self._add("site", passed_on, (steps, {}), value)
        self.sites.setdefault(site, []).append(step)
        self.changing.add(step)
        return value

    def _add(
        self,
        name: str,
        func: Callable[..., object],
        given: Given,
        value: object,
        seconds: float = 0.0,
    ) -> Step:
        if (torch.is_autocast_enabled("cpu"), torch.is_autocast_enabled("cuda")) != self.autocast:
            raise UnsuitableError("the code switches autocast on")
        step = Step(len(self.steps), name, func, *given, seconds=seconds)
        self.steps.append(step)
        self.values.add(step, value)
        if not self.changing.isdisjoint(step.reads):
            self.changing.add(step)
        if isinstance(value, Tensor):
            self.where[id(value)] = step, None
            self.storages.note(value, step)
        else:
            for i, leaf in enumerate(_pytree.tree_leaves(value)):
                if isinstance(leaf, Tensor):
                    self.where[id(leaf)] = step, i
                    self.storages.note(leaf, step)
        return step

    def _reference(self, tree: Any) -> Any:
        """Put the steps that made them in place of the tensors of a tree."""
        if isinstance(tree, Tensor):
            return self._step_of(tree)
        if isinstance(tree, torch.Size):
            return tuple(tree)
        if tree is None or isinstance(tree, int | float | str):
            return tree
        if type(tree) is tuple:
            return tuple([self._reference(each) for each in tree])
        if type(tree) is list:
            return [self._reference(each) for each in tree]
        if type(tree) is dict:
            return {key: self._reference(each) for key, each in tree.items()}
        if isinstance(tree, slice):
            return slice(*map(self._reference, (tree.start, tree.stop, tree.step)))
        return _pytree.tree_map_only(Tensor, self._step_of, tree)

    def _step_of(self, leaf: Tensor) -> object:
        if self.storages.is_stale(leaf):
            now = self._add("constant", itself, ((len(self.steps), True), {}), leaf.clone())
            self.where[id(leaf)] = now, None
            self.storages.stale.pop(id(leaf))
            return now
        if id(leaf) in self.where:
            step, place = self.where[id(leaf)]
            if place is None:
                return step
            return self._add("pick", picked, ((step, place), {}), leaf)
        if self._is_owned(leaf):
            return leaf
        return self._add("constant", itself, ((len(self.steps), False), {}), leaf)

    def _is_owned(self, leaf: Tensor) -> bool:
        """Whether a tensor belongs to the module, registered or not."""
        if id(leaf) not in self.owned and not self.looked_deeper:
            self.looked_deeper = True
            self.owned |= set(map(id, _unregistered(self.module)))
        return id(leaf) in self.owned

    def _write(
        self,
        name: str,
        func: Callable[..., object],
        steps: Given,
        written: list[Tensor],
        found: object,
    ) -> None:
        """What was written into is from now on what the write has made of it."""
        known = [each for each in written if id(each) in self.where]
        changing = any(step in self.changing for step in Step(0, name, func, *steps).inputs)
        for each in written:
            self.storages.spoil(each, self.changing, by_changing=changing)
        if not known:  # running statistics and the like
            if found is not None and found is not written[0]:
                self._add(name, func, steps, found)
            return
        target = written_into(known, found, name)
        source, _ = self.where[id(target)]
        self._add(name, func, steps, target).writes = (source,)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Hear of what is let go, and of its end: another tensor may then have its number."""
        told = self.values.leaving

        def leaving(step: Step, value: object) -> None:
            for leaf in tensors(value):
                ended = partial(self._forget, id(leaf), leaf.untyped_storage().data_ptr())
                self.mortal[id(leaf)] = weakref.ref(leaf, ended)
            if told is not None:
                told(step, value)

        self.values.leaving = leaving
        try:
            yield
        finally:
            self.values.leaving = None
            self.mortal.clear()

    def _forget(self, leaf: int, memory: int, _: object) -> None:
        self.mortal.pop(leaf, None)
        self.where.pop(leaf, None)
        self.storages.forget(leaf, memory)

    def _look(self, name: str, steps: Any) -> None:
        """The code asks for a value: fine, unless an ablation may change it."""
        self.peeked = True
        for step in Step(0, name, itself, (steps,)).inputs:
            if step in self.changing:
                raise UnsuitableError(f"a branch in the code depends on the data ({name})")


def _version(leaf: Tensor) -> int:
    """How often a tensor was written into; tensors of inference mode do not know."""
    return 0 if leaf.is_inference() else leaf._version


def _unregistered(module: nn.Module) -> Iterator[Tensor]:
    """Tensors that are plain attributes of a module or of a part of it."""
    for part in module.modules():
        for value in vars(part).values():
            if isinstance(value, Tensor | list | tuple):
                yield from tensors_in(value)
