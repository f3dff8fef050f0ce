"""The weight of what happens in several worlds: coupled tables, multiplied and summed out.

Every variable contributes one table over its copies, the noise being summed out in it; hidden
causes keep an axis.  Variable elimination does the rest, in exact whole numbers or in floats.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import prod
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal.model.engines.worlds import Slot, Worlds
from causal.model.finite.contraction import Name, Scaled, Tensor, eliminate, noise_tensor
from causal.model.finite.copies import EVERY, Copy, Factor, factors
from causal.model.finite.elimination import Order, elimination_order
from causal.model.finite.grid import Grid, prepare_laws, prepare_pairs
from causal.model.mechanism import Value, private
from causal.model.noise import Noise
from causal.variables import Variable

__all__ = ["Mask", "Sum", "Total"]

Places: TypeAlias = NDArray[np.intp]

NOTHING: Mapping[int, Places] = MappingProxyType({})
UNITS = -1  # the axis of a batch; nodes are numbered from zero


@dataclass(frozen=True, eq=False)
class Mask:
    """Which values of some nodes together count: a comparison, as zeros and ones."""

    nodes: tuple[int, ...]
    holds: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Total:
    """Weights over what was kept; exact ones are probabilities once divided by ``scale``."""

    weights: Scaled
    scale: int

    @property
    def weight(self) -> int | float:
        """All of it."""
        total: int | float = self.weights.weights.sum()
        return total if isinstance(total, int) else float(total)

    def probability(self, weight: int | float) -> Fraction | float:
        """A weight as a probability; a float may come out as zero where it is tiny."""
        if isinstance(weight, int):
            return Fraction(weight, self.scale)
        return float(np.ldexp(weight, self.weights.exponent))


@dataclass(frozen=True, eq=False)
class Sum:
    """A sum over everything that is not ``known`` and not in ``keep``, planned before it is done.

    ``known`` gives nodes their values, ``batch`` a place in the domain for each of many units, who
    become the first axis of the answer; every mask has to hold.
    """

    worlds: Worlds
    known: Mapping[int, Value]
    masks: Sequence[Mask] = ()
    keep: tuple[Slot, ...] = ()
    batch: Mapping[int, Places] = field(default_factory=dict)

    @cached_property
    def order(self) -> Order:
        """The order of elimination, with what it costs."""
        scopes = [factor.names for factor in self.factors]
        scopes += [(name,) for name in self.hidden]
        scopes += [tensor.names for tensor in self.comparisons]
        if self.batch:
            scopes = [tuple(name for name in scope if name not in self.batch) for scope in scopes]
        spread = {f.noise: f.grid.count for f in self.factors if f.noise is not None}
        return elimination_order(scopes, self.sizes | spread, self.keep)

    @property
    def work(self) -> float:
        """About how many multiplications it takes."""
        return self.order.entries + sum(factor.work for factor in self.factors)

    @property
    def coupled(self) -> tuple[Variable, ...]:
        """The variables whose mechanism has copies in several worlds."""
        return tuple(v for v, numbers in self.copies.items() if len(numbers) > 1)

    @property
    def couplings(self) -> dict[Variable, str]:
        """What is assumed of each of these mechanisms, beyond its law in one world."""
        assumed = {v: self.worlds.tables[v].assumes for v in self.coupled}
        return {v: text for v, text in assumed.items() if text}

    def total(self, *, exact: bool) -> Total:
        """Do the sum."""
        dtype = np.dtype(object) if exact else np.dtype(np.float64)
        if not exact:
            prepare_pairs(factor.grid for factor in self.factors if factor.is_pair)
            prepare_laws(factor.grid for factor in self.factors if factor.reads_law)
        made = [factor.tensor(exact=exact) for factor in self.factors]
        for name in self.hidden:
            law = noise_tensor(self.noise[name])
            size = int(law.weights.sum())
            weights = law.weights if exact else law.weights.astype(np.float64) / size
            made.append((Tensor(law.names, weights), size if exact else 1))
        tensors = [tensor for tensor, _ in made]
        tensors += [Tensor(t.names, t.weights.astype(dtype)) for t in self.comparisons]
        scale, keep = prod(scale for _, scale in made), self.keep
        if self.batch:
            tensors, keep = [_taken(t, self.batch) for t in tensors], (UNITS, *keep)
        return Total(eliminate(tensors, keep, self.order), scale)

    @cached_property
    def numbers(self) -> list[int]:
        """The nodes that matter."""
        masked = [node for mask in self.masks for node in mask.nodes]
        return self.worlds.upstream([*self.keep, *self.known, *self.batch, *masked])

    @cached_property
    def copies(self) -> dict[Variable, list[int]]:
        """The nodes of each variable."""
        found: dict[Variable, list[int]] = defaultdict(list)
        for number in self.numbers:
            if (variable := self.worlds.nodes[number].variable) is not None:
                found[variable].append(number)
        return found

    @cached_property
    def factors(self) -> list[Factor]:
        """One or more for every variable that matters."""
        found: list[Factor] = []
        own, sizes, grids = self._own, self.sizes, self._grids
        for v, copies in self._cut(grids):
            found += factors(grids[v], copies, private(v), sizes=sizes, spread=v in own)
        return found

    @cached_property
    def comparisons(self) -> list[Tensor]:
        """What has to hold beside what is known, in zeros and ones."""
        nodes, domains = self.worlds.nodes, self.worlds.model.domains
        found = []
        for mask in self.masks:
            index: list[int | slice] = [
                domains[v].index(self.known[node])
                if node in self.known and (v := nodes[node].variable) is not None
                else slice(None)
                for node in mask.nodes
            ]
            names = tuple(node for node in mask.nodes if node not in self.known)
            holds = np.asarray(mask.holds[tuple(index)], dtype=np.int8)
            found.append(Tensor(names, holds.astype(object)))
        return found

    @cached_property
    def hidden(self) -> tuple[str, ...]:
        """The named noises that keep an axis."""
        named = {name for factor in self.factors for name in factor.names}
        return tuple(name for name in self.noise if name in named)

    @cached_property
    def noise(self) -> dict[str, Noise]:
        """The named noises of the model."""
        return {one.name: one for one in self.worlds.model.noise}

    @cached_property
    def sizes(self) -> dict[Name, int]:
        """How many values each node and each noise has."""
        domains = self.worlds.model.domains
        found: dict[Name, int] = {name: len(domains[name]) for name in self.noise}
        for v, numbers in self.copies.items():
            found |= dict.fromkeys(numbers, len(domains[v]))
        return found

    @cached_property
    def _own(self) -> frozenset[Variable]:
        """The variables whose private noise is kept."""
        return frozenset(v for v in self.copies if private(v) in self.keep)

    @property
    def _grids(self) -> Mapping[Variable, Grid]:
        """The mechanisms as arrays, without what is kept taken in."""
        grids, keep = self.worlds.model.grids, frozenset(self.keep)
        apart = {}
        for v, grid in grids.items() if keep else ():
            if not keep.isdisjoint(grid.private):
                others = {name: law for name, law in grid.private.items() if name not in keep}
                apart[v] = Grid(grid.mechanism, grid.domains, grid.orders, others)
        return {**grids, **apart} if apart else grids

    def _cut(self, grids: Mapping[Variable, Grid]) -> Iterator[tuple[Variable, list[Copy]]]:
        """The copies of each variable, where the nodes that have a value have no axis."""
        nodes, lent, domains = self.worlds.nodes, self.worlds.lent, self.worlds.model.domains
        constants = [(i, node.constant) for i, node in enumerate(nodes) if node.variable is None]
        fixed: dict[Slot, Value] = dict([*constants, *self.known.items()])
        for v, numbers in self.copies.items():
            grid, copies = grids[v], []
            given, hidden = grid.mechanism.given, grid.private
            for number in numbers:
                inputs = nodes[number].inputs
                places: list[int | slice] = []
                names: list[Name] = []
                for name, slot in zip(given, inputs, strict=True):
                    if slot in fixed:
                        places.append(domains[name].index(fixed[slot]))
                    elif name not in hidden:
                        places.append(EVERY)
                        names.append(slot)
                moved = NOTHING if lent.isdisjoint(names) else self._moved(grid, inputs, names)
                place = domains[v].index(fixed[number]) if number in fixed else None
                if place is None:
                    names.append(number)
                copies.append(Copy(tuple(places), tuple(names), place, moved))
            yield v, copies

    def _moved(
        self, grid: Grid, inputs: Iterable[Slot], free: Container[Name]
    ) -> Mapping[int, Places]:
        """By axis, where the values of a variable stand in the domain of one that is set to it."""
        given, nodes, domains = grid.mechanism.given, self.worlds.nodes, grid.domains
        reads = zip(given, inputs, strict=True)
        shown = [(name, slot) for name, slot in reads if name not in grid.private]
        found = {}
        for axis, (ours, slot) in enumerate(shown):
            theirs = nodes[slot].variable if isinstance(slot, int) and slot in free else None
            if theirs is not None and domains[theirs] != domains[ours]:
                found[axis] = np.array([domains[ours].index(value) for value in domains[theirs]])
        return found


def _taken(tensor: Tensor, batch: Mapping[int, Places]) -> Tensor:
    """The entries of a tensor at the places of every unit, where it speaks of what units have."""
    seen = [i for i, name in enumerate(tensor.names) if name in batch]
    if not seen:
        return tensor
    rest = [i for i in range(len(tensor.names)) if i not in seen]
    at = tuple(places for i in seen for node, places in batch.items() if node == tensor.names[i])
    weights = tensor.weights.transpose([*seen, *rest])[at]
    return Tensor((UNITS, *(tensor.names[i] for i in rest)), weights)
