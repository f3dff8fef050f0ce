"""Runs of one module on the same inputs, with components off, held or watched; each run once.

Units are the examples of the batch. A random replacement draws the same for a component whichever
others are off with it, so that effects of sets can be compared example by example.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ablation.neural.activations import Observed, observe
from ablation.neural.errors import AblationHadNoEffectError, RandomModuleError
from ablation.neural.forwards import Forward, standing_in
from ablation.neural.interference import nothing_shared
from ablation.neural.isolation import unchanged
from ablation.neural.patch import Ablated, Acted, references, refuse_second_patch
from ablation.neural.replacement import OFF, Replacement
from ablation.neural.taps import Place, layered, outermost
from ablation.neural.trees import Inputs, called_on_copies, copied, largest_change, numbers, tensors
from ablation.neural.validity.errors import NoUnitsError
from ablation.operators import Freeze, Operator

Own = Mapping[str, tuple[object, ...]]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class World:
    """One run: the metric of each example, what components passed on, and what ablations did."""

    metric: Values
    own: Own
    passed: Mapping[str, list[Tensor]]
    acted: Mapping[str, Acted]


@dataclass(eq=False)
class Laboratory:
    """A module with its inputs, its components and what is read off its output."""

    module: nn.Module
    inputs: Inputs
    places: Mapping[str, Place]
    metric: Callable[[object], object]
    reference: Inputs | None = None
    seed: int = 0
    forwards: float = 0.0
    _worlds: dict[tuple[frozenset[str], Operator], World] = field(default_factory=dict)
    _pools: dict[Operator, Own] = field(default_factory=dict)
    _factual: World | None = None

    @property
    def examples(self) -> int:
        """How many rows the first input has."""
        first = next(iter(tensors(self.inputs)), None)
        return len(first) if first is not None and first.ndim else 0

    def factual(self) -> World:
        """Nothing is off; a module whose two runs differ is refused."""
        if self._factual is None:
            with nothing_shared():
                first = self._run()
            again = self._run(draw=1)
            for name, values in first.own.items():
                if change := largest_change(values, again.own[name]):
                    raise RandomModuleError(name, change)
            if not np.array_equal(first.metric, again.metric):
                change = float(np.abs(first.metric - again.metric).max())
                raise RandomModuleError("output", change / (float(np.abs(first.metric).max()) or 1))
            self._factual = first
        return self._factual

    def off(self, names: Iterable[str], by: Operator) -> World:
        """These components are off together; run once, however often it is asked for."""
        key = (frozenset(names), by)
        if key not in self._worlds:
            self._worlds[key] = self._run(*key)
        return self._worlds[key]

    def tell(self, names: frozenset[str], by: Operator, metric: Values) -> None:
        """Take what is read with these off from a run made elsewhere; nothing was watched in it."""
        self._worlds[names, by] = World(metric, {}, {}, {})

    def effect(self, names: Iterable[str], by: Operator, given: Iterable[str] = ()) -> Values:
        """What is lost, example by example, when these go off besides those that are off."""
        given = frozenset(given)
        before = self.off(given, by) if given else self.factual()
        return before.metric - self.off(given.union(names), by).metric

    def held(self, names: Iterable[str], own: Own) -> Values:
        """What is lost when components pass on what they did in another run."""
        held = {name: own[name] for name in names}
        with self.quiet():
            found = observe(self.module, self.inputs, tuple(held), hold=held)
        return self.factual().metric - self.read(found.output)

    def standing(self, stand_ins: Mapping[nn.Module, Forward]) -> Values:
        """What is lost when others run in place of forwards."""
        with self.quiet(), standing_in(stand_ins):
            output = called_on_copies(self.module, self.inputs)
        return self.factual().metric - self.read(output)

    def pools(self, by: Operator) -> Own:
        """What components were on the reference; empty where there is none."""
        if by not in self._pools:
            with self.quiet():
                self._pools[by] = references(self.module, self.places, by, self.reference)
        return self._pools[by]

    def rows(self, name: str, by: Operator | None = None) -> Values | None:
        """What a component passes on, one row an example: really, or when switched off.

        None where what it passes on has no axis of examples. Really is on the reference, if any.
        """
        place = self.places[name]
        if by is not None:
            return _rows(self.off([name], by).passed[name], self.examples)
        own = self.factual().own if self.reference is None else self.pools(Freeze())
        pieces = [
            piece
            for value in own[name]
            for piece in (place.pieces(value) if place.is_whole else numbers(value))
        ]
        return _rows(pieces, len(pieces[0]) if pieces and pieces[0].ndim else 0)

    def read(self, output: object) -> Values:
        """Apply the metric; raises NoUnitsError unless it gives one number an example."""
        returned = self.metric(output)
        values = torch.as_tensor(returned) if isinstance(returned, Tensor | np.ndarray) else None
        odd = values is None or values.is_complex() or values.shape != (self.examples,)
        if values is None or odd or self.examples < 2:
            raise NoUnitsError(returned, self.examples)
        return np.asarray(values.detach().double().cpu().numpy(), float)

    @contextmanager
    def quiet(self, draw: int = 0) -> Iterator[None]:
        """One forward pass that leaves no trace in buffers and random streams."""
        self.forwards += 1
        with torch.no_grad(), unchanged(self.module), torch.random.fork_rng():
            torch.manual_seed(draw)
            yield

    def _run(self, names: frozenset[str] = frozenset(), by: Operator = OFF, draw: int = 0) -> World:
        """Run with some components off; all are watched where that is one of them or none."""
        off = {name: place for name, place in self.places.items() if name in names}
        refuse_second_patch(self.module, off)
        passed: dict[str, list[Tensor]] = {name: [] for name in off}
        switched = layered(off, lambda place, forward: self._off(place, forward, by, passed))
        with self.quiet(draw), standing_in(outermost(switched)):
            seen = layered(self.places if len(off) < 2 else {}, Observed)
            with standing_in(outermost(seen)):
                output = copied(called_on_copies(self.module, self.inputs))
        acted = {name: each.evidence() for name, each in switched.items()}
        for did in acted.values():
            if did.calls == 0:
                raise AblationHadNoEffectError(did.component, did.operator, 0)
        own = {name: tuple(each.own) for name, each in seen.items()}
        return World(self.read(output), own, passed, acted)

    def _off(
        self, place: Place, forward: Forward, by: Operator, passed: Mapping[str, list[Tensor]]
    ) -> Ablated:
        kept = passed[place.name]

        def keep(now: list[Tensor]) -> None:
            kept.extend(each.clone() for each in now)

        pool = self.pools(by).get(place.name, ())
        replacement = Replacement(by, place, pool, self.stream(place.name))
        return Ablated(replacement, forward, watch=keep if len(passed) < 2 else None)

    def stream(self, name: str) -> torch.Generator:
        """The random stream of a component, the same in every run."""
        return torch.Generator().manual_seed(self.seed + crc32(name.encode()))


def _rows(pieces: list[Tensor], examples: int) -> Values | None:
    if not pieces or any(not leaf.ndim or len(leaf) != examples for leaf in pieces):
        return None
    real = [torch.view_as_real(leaf) if leaf.is_complex() else leaf for leaf in pieces]
    joined = torch.cat([leaf.detach().double().reshape(len(leaf), -1).cpu() for leaf in real], 1)
    return np.asarray(joined.numpy(), float)
