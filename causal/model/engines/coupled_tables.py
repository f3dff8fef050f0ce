"""The weight of what happens in several worlds: coupled tables, multiplied and summed out.

Every variable contributes one table over its copies, the noise being summed out in it; hidden
causes keep an axis.  Variable elimination does the rest, in exact whole numbers or in floats.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import chain
from math import prod
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal.model.engines.worlds import Slot, Worlds
from causal.model.finite.contraction import Name, Scaled, Tensor, eliminate, noise_tensor
from causal.model.finite.copies import EVERY, Copy, Factor, are_pair, factors
from causal.model.finite.elimination import Order, elimination_order
from causal.model.finite.grid import Grid, prepare_laws, prepare_pairs
from causal.model.mechanism import FiniteMechanism, Value, private
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
    def coupled(self) -> dict[Variable, FiniteMechanism]:
        """The mechanisms that have copies in several worlds."""
        tables = self.worlds.tables
        return {v: tables[v] for v, numbers in self.copies.items() if len(numbers) > 1}

    @property
    def couplings(self) -> dict[Variable, str]:
        """What is assumed of each of these mechanisms, beyond its law in one world."""
        return {v: text for v, table in self.coupled.items() if (text := table.assumes)}

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
        own, sizes, grids, cut = self._own, self.sizes, self._grids, self._cut
        for v, numbers in self.copies.items():
            grid, spread, many = grids[v], v in own, len(numbers)
            if not spread and (many == 1 or are_pair(grid, many)):
                copy = cut(grid, v, numbers)
                found.append(Factor(grid, (copy,), copy.names, many == 2))
            else:
                copies = [cut(grid, v, (number,)) for number in numbers]
                found += factors(grid, copies, private(v), sizes=sizes, spread=spread)
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
        if not self.noise:
            return ()
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
        if all(isinstance(name, int) for name in self.keep):
            return frozenset()
        return frozenset(v for v in self.copies if private(v) in self.keep)

    @property
    def _grids(self) -> Mapping[Variable, Grid]:
        """The mechanisms as arrays, without what is kept taken in."""
        grids, keep = self.worlds.model.grids, {name for name in self.keep if name in self.noise}
        apart = {}
        for v, grid in grids.items() if keep else ():
            if not keep.isdisjoint(grid.private):
                others = {name: law for name, law in grid.private.items() if name not in keep}
                apart[v] = Grid(grid.mechanism, grid.domains, grid.orders, others)
        return {**grids, **apart} if apart else grids

    @cached_property
    def _fixed(self) -> dict[Slot, Value]:
        """The nodes that have a value, and so no axis."""
        nodes = enumerate(self.worlds.nodes)
        found: dict[Slot, Value] = {i: node.constant for i, node in nodes if node.variable is None}
        found.update(self.known.items())
        return found

    @cached_property
    def _blank(self) -> dict[Slot, None]:
        return dict.fromkeys(self._fixed)

    def _cut(self, grid: Grid, variable: Variable, numbers: Sequence[int]) -> Copy:
        """One copy of a variable, or two in turns, cut where there are values."""
        rows = [self._slots(grid, number) for number in numbers]
        slots = rows[0] if len(rows) == 1 else tuple(chain.from_iterable(zip(*rows, strict=True)))
        axes = tuple(map(self._blank.get, slots, slots))
        place: list[int | slice] = [EVERY] * len(axes)
        if None in axes:
            fixed, domains, names = self._fixed, grid.domains, (*grid.given, variable)
            for axis, slot in enumerate(slots):
                if slot in fixed:
                    place[axis] = domains[names[axis // len(rows)]].index(fixed[slot])
        if self.worlds.lent.isdisjoint(axes):
            return Copy(tuple(place), axes, NOTHING)
        return Copy(tuple(place), axes, self._moved(grid, axes, len(rows)))

    def _slots(self, grid: Grid, number: int) -> tuple[Slot, ...]:
        """What a node reads, but for the noise that is taken in, and the node itself."""
        inputs = self.worlds.nodes[number].inputs
        if not grid.private:
            return (*inputs, number)
        reads = zip(grid.mechanism.given, inputs, strict=True)
        return (*[slot for name, slot in reads if name not in grid.private], number)

    def _moved(self, grid: Grid, axes: Sequence[Slot | None], copies: int) -> Mapping[int, Places]:
        """By axis, where the values of a variable stand in the domain of one that is set to it."""
        nodes, domains = self.worlds.nodes, grid.domains
        found = {}
        for axis, slot in enumerate(axes[:-copies]):
            ours = grid.given[axis // copies]
            theirs = nodes[slot].variable if isinstance(slot, int) else None
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
