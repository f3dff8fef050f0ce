"""The sweep: all steps of a plan on some thousands of units, then on the next.

Noise is never stored.  A linear variable is its value here plus its move; everything else is
carried over.  The answer for a unit depends on that unit alone, so neither the order nor the size
of the parts changes a bit of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from causal.errors import MechanismError, NotAPointError
from causal.model.altered import Constant
from causal.model.checking import all_finite, checked
from causal.model.engines.units.carrying import Part, carried
from causal.model.engines.units.evidence import Evidence
from causal.model.engines.units.plan import Plan, Step
from causal.model.mechanism import Chances, Column
from causal.model.noise import Floats, floats
from causal.variables import Variable

__all__ = ["CHUNK", "Sweep", "certain", "parts", "swept"]

CHUNK = 65536  # units at a time: of a few columns, 512 kB each, much stays in cache between steps
LEAST = 4096  # units at a time: fewer cost more in calls than they save in memory
SHARE = 16  # how much less than the columns that move what is at work shall take


def parts(units: int, chunk: int) -> Iterator[slice]:
    """Neighbouring units, so many at a time.

    >>> list(parts(5, 2))
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    return (slice(start, min(start + chunk, units)) for start in range(0, units, chunk))


def swept(
    plan: Plan, evidence: Evidence, out: Mapping[Variable, Column], *, chunk: int = CHUNK
) -> None:
    """Write what would have been into the columns of ``out``, part by part.

    Parts are smaller where few columns move, as what is at work would outweigh them.
    """
    room = len(plan.steps) * len(evidence) // (SHARE * max(1, plan.room))
    for units in parts(len(evidence), min(chunk, max(room, LEAST)) if plan.room else chunk):
        sweep = Sweep(plan, evidence, units, {v: column[units] for v, column in out.items()})
        for step, over in plan.done:
            sweep.take(step)
            sweep.drop(over)


@dataclass
class Sweep:
    """One part of the units on its way through the steps."""

    plan: Plan
    evidence: Evidence
    units: slice
    out: Mapping[Variable, Column]
    seen: dict[Variable, Column] = field(default_factory=dict)
    there: dict[Variable, Column] = field(default_factory=dict)
    moved: dict[Variable, Floats] = field(default_factory=dict)
    settings: dict[Variable, float] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        """Compute one variable, its move and its value, as far as they are read."""
        if step.moves is not None:
            self._move(step, step.moves)
        elif isinstance(step.now, Constant):
            self._set(step.variable, step.now)
        else:
            value = self.carry(step)
            self.put(step, certain(step, value) if isinstance(value, Chances) else value)

    def drop(self, names: Iterable[Variable]) -> None:
        """Forget the columns of variables that nothing reads any more."""
        for columns in (self.seen, self.there, self.moved):
            for name in names:
                columns.pop(name, None)

    def branch(self) -> Sweep:
        """The same so far, to go on in another way."""
        return replace(self, there=dict(self.there), moved=dict(self.moved))

    def _move(self, step: Step, moves: tuple[tuple[Variable, float], ...]) -> None:
        v = step.variable
        row = floats(self.out[v]) if v in self.out else np.empty(self._size)
        (first, effect), *others = moves
        self._moved_by(first, effect, row)
        for source, weight in others:
            row += self._moved_by(source, weight, np.empty(self._size))
        if v in self.plan.moving:
            self.moved[v] = row.copy() if v in self.plan.valued else row
        if v in self.plan.valued:
            row += floats(self.here(v))
            self.there[v] = row
        if not all_finite(row):
            self._blame(step, [v, *(source for source, _ in moves)])

    def _moved_by(self, source: Variable, effect: float, out: Floats) -> Floats:
        """The move of a variable times an effect; of one set to a number, only kept if reread."""
        if source in self.moved:
            return np.multiply(self.moved[source], effect, out=out)
        np.subtract(self.settings[source], floats(self.here(source)), out=out)
        if source in self.plan.reread:
            self.moved[source] = out.copy()
        return np.multiply(out, effect, out=out)

    def _set(self, v: Variable, constant: Constant) -> None:
        if not isinstance(constant.value, int | float) or constant.values:
            self._keep(v, constant.part(self.units, len(self.evidence)))
            return
        self.settings[v] = float(constant.value)  # no column for one number
        if v in self.out:
            self.out[v].fill(constant.value)
        if v in self.plan.valued and (self.plan.carries or v not in self.out):
            self.there[v] = constant.part(self.units, len(self.evidence))

    def carry(self, step: Step) -> Column | Chances:
        """What a variable would have been, or the chances of each value."""
        part = Part(self.units, len(self.evidence), self.here, self._there)
        return carried(step, part)

    def put(self, step: Step, value: Column) -> None:
        """Write down what a variable would have been, after a look at it."""
        v = step.variable
        checked(v, value, self._size, step.now.values, first=self.units.start)
        self._keep(v, value)

    def _keep(self, v: Variable, value: Column) -> None:
        if v in self.plan.moving:
            self.moved[v] = floats(value) - floats(self.here(v))
        if v in self.out:
            self.out[v][:] = value
            value = self.out[v] if self.out[v].dtype == value.dtype else value
        self.there[v] = value

    def here(self, v: Variable) -> Column:
        """What was seen, neighbours in memory."""
        if v not in self.seen:
            self.seen[v] = np.ascontiguousarray(self.evidence.column(v)[self.units])
        return self.seen[v]

    def _there(self, v: Variable) -> Column:
        return self.there[v] if v in self.there else self.here(v)

    @property
    def _size(self) -> int:
        size: int = self.units.stop - self.units.start
        return size

    def _blame(self, step: Step, columns: list[Variable]) -> None:
        for name in columns:
            self.evidence.check(name, self.units)
        raise MechanismError(
            step.variable, "returns NaN or an infinite value: its move is not a number"
        )


def certain(step: Step, chances: Chances) -> Column:
    """The only possible values; raises NotAPointError where a unit has several."""
    if not chances.certain:
        raise NotAPointError(
            step.variable,
            "its mechanism and full evidence leave several values open",
            f"outcome_probabilities(..., target={step.variable!r}) gives the chances of each",
        )
    return chances.likeliest
