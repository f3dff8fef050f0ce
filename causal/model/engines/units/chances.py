"""The chances of each value that a unit would have had, exactly, where one value is not certain.

Given all that was seen, the noises of different variables are independent; so a value that stays
open is followed up in each way that it can be, and the chances multiply along the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from causal.errors import ModelError
from causal.model.engines.units.evidence import Evidence, Units
from causal.model.engines.units.outcomes import check_columns
from causal.model.engines.units.plan import Step, planned
from causal.model.engines.units.sweep import Sweep, certain, parts
from causal.model.finite.columns import places
from causal.model.intervention import Intervention
from causal.model.mechanism import Chances, Column, Values
from causal.model.noise import Floats
from causal.model.scm import SCM
from causal.variables import Variable

__all__ = ["Way", "outcome_probabilities", "ways"]

CHUNK = 16384  # units at a time: a row for each value, and some more, fit in cache together
MOST = 4096  # ways in which open values before the target can combine


@dataclass(frozen=True, eq=False)
class Way:
    """One way in which open values can combine, how likely it is, and whether the target is open.

    One entry a unit.
    """

    sweep: Sweep
    chance: Floats
    open: Chances | None = None

    def value(self, target: Variable) -> Column:
        """What the target would be, where it is not open."""
        there = self.sweep.there
        return there[target] if target in there else self.sweep.here(target)


def outcome_probabilities(
    model: SCM, units: Units, *interventions: Intervention, target: Variable
) -> pd.DataFrame:
    """The chances of each value of one variable, for each unit, under interventions.

    One row a unit, one column a value of the target, which takes finitely many. Exact: noise is
    integrated out by intervals, Gumbel races or cells, never drawn.  Raises as
    ``potential_outcomes`` does, and ModelError when too many other values stay open.

    >>> from causal.model import SCM, Do, Linear, Polynomial, Threshold, Uniform
    >>> sick = Threshold(Polynomial({"X": -1}), noise=Uniform())    # noise >= X
    >>> model = SCM.of({"X": Linear(), "Y": sick})
    >>> seen = pd.DataFrame({"X": [0.5, 0.5], "Y": [0, 1]})
    >>> outcome_probabilities(model, seen, Do(X=0.75), target="Y")
    Y    0    1
    0  1.0  0.0
    1  0.5  0.5
    """
    evidence = Evidence.of(units)
    plan = planned(model, interventions, [target])
    values = model.mechanisms[target].values
    if not values:
        raise ModelError(
            f"{target} takes any real number, which has no chances one by one; "
            "potential_outcomes() gives its value where it is determined",
            variables=(target,),
        )
    evidence.require([target, *plan.observed], f"{target} would need them")
    check_columns(model, plan, evidence)
    chances = np.zeros((len(values), len(evidence)))
    for part in parts(len(evidence), CHUNK):
        _follow(Sweep(plan, evidence, part, {}), target, values, chances[:, part])
    columns = pd.Index(values, name=target, tupleize_cols=False)
    return pd.DataFrame(chances.T, index=evidence.index, columns=columns, copy=False)


def _follow(start: Sweep, target: Variable, values: Values, total: Floats) -> None:
    """Add up the chances of some units, over every way in which open values can combine."""
    units = np.arange(total.shape[1])
    for way in ways(start, target):
        if way.open is not None and way.sweep is start:
            total[:] = way.open.weights  # the only way
        elif way.open is None:
            total[places(way.value(target), values, of=target), units] += way.chance
        else:
            total += way.chance * way.open.weights


def ways(start: Sweep, target: Variable) -> Iterator[Way]:
    """Every way in which values that stay open before a target can combine."""
    size = start.units.stop - start.units.start
    count = 0
    waiting: list[tuple[Sweep, Sequence[Step], Floats]] = [(start, start.plan.steps, np.ones(size))]
    while waiting:
        sweep, steps, weight = waiting.pop()
        if (count := count + 1) > MOST:
            raise ModelError(f"more than {MOST} combinations of open values before {target}")
        fork = _advance(sweep, steps)
        if fork is None:
            yield Way(sweep, weight)
            continue
        step, chances, rest = fork
        if step.variable == target:
            yield Way(sweep, weight, chances)
            continue
        for value, chance in zip(chances.values, chances.weights, strict=True):
            if chance.any():
                branch = sweep.branch()
                branch.put(step, np.full(size, value))
                waiting.append((branch, rest, weight * chance))


def _advance(sweep: Sweep, steps: Sequence[Step]) -> tuple[Step, Chances, Sequence[Step]] | None:
    """Go on until a value stays open: which, with what chances, and what comes after it."""
    for place, step in enumerate(steps):
        if not step.is_carried:
            sweep.take(step)
            continue
        value = sweep.carry(step)
        if not isinstance(value, Chances):
            sweep.put(step, value)
        elif value.certain and step is not steps[-1]:
            sweep.put(step, certain(step, value))
        else:
            return step, value, steps[place + 1 :]
    return None
