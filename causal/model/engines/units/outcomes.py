"""What each unit would have been: one row a unit, as it was seen, with what would have differed.

The fused form of abduction, action and prediction for units that were seen in full: an additive
variable is x + f(parents there) - f(parents here), so its noise is never computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

from causal.model.engines.units.evidence import Evidence, Units
from causal.model.engines.units.plan import Plan, planned
from causal.model.engines.units.possible import check_possible
from causal.model.engines.units.sweep import CHUNK, swept
from causal.model.intervention import Intervention
from causal.model.mechanism import Column
from causal.model.noise import Floats
from causal.model.scm import SCM
from causal.variables import Names, Variable

__all__ = ["check_columns", "potential_outcomes"]

SETTING = 2  # what it takes to set one column of a table, next to gathering one


def potential_outcomes(
    model: SCM, units: Units, *interventions: Intervention, targets: Names | None = None
) -> pd.DataFrame:
    """What each unit would have been under interventions, its noise unchanged.

    ``units`` has one row a unit and a column for each variable, or each that ``targets`` need; a
    mapping of columns will do.  The answer has the same rows, and the same columns or the targets.
    What cannot differ is shared with ``units``, not copied. A value that was seen is not looked at
    unless something reads it, or its noise has ends beyond which nothing can be.

    Raises MissingColumnsError or DataError about the units, NotAPointError where a mechanism does
    not determine one value, MechanismError where one misbehaves, and ImpossibleEvidenceError.

    >>> from causal.model import SCM, Do, Linear, Normal
    >>> model = SCM.of({"X": Linear(), "Y": Linear({"X": 3.0}, noise=Normal(0, 2))})
    >>> seen = pd.DataFrame({"X": [0.0, 1.0], "Y": [2.0, 2.5]})
    >>> potential_outcomes(model, seen, Do(X=1))
         X    Y
    0  1.0  5.0
    1  1.0  2.5
    """
    evidence = Evidence.of(units)
    asked = _asked(model, targets)
    plan = planned(model, interventions, asked)
    why = "targets= asks for less" if targets is None else f"{', '.join(asked)} would need them"
    evidence.require([*asked, *plan.observed], why)
    check_columns(model, plan, evidence)
    block, out = _room(plan, asked, len(evidence))
    swept(plan, evidence, out, chunk=CHUNK)
    if targets is None:
        return _shared(units, evidence, out)
    if len(block) == len(asked):  # one block, as it is
        return pd.DataFrame(block.T, evidence.index, _labels(asked).view(), copy=False)
    return _gathered(asked, evidence, out)


def _asked(model: SCM, targets: Names | None) -> tuple[Variable, ...]:
    if targets is None:
        return model.graph.nodes
    asked = (targets,) if isinstance(targets, str) else tuple(dict.fromkeys(targets))
    model.graph.require(asked)
    return asked


def check_columns(model: SCM, plan: Plan, evidence: Evidence) -> None:
    """Numbers for real variables, none missing where one might pass, and none impossible."""
    mechanisms = model.mechanisms
    for name in plan.observed:
        evidence.column(name, real=not mechanisms[name].values)
    everything = slice(0, len(evidence))
    for step in plan.steps:
        for name in (step.variable, *step.was.given) if step.is_carried else ():
            evidence.check(name, everything)
    check_possible(model, plan, evidence)


def _room(
    plan: Plan, asked: Iterable[Variable], units: int
) -> tuple[Floats, dict[Variable, Column]]:
    """Room for what is asked and can differ: real variables in one block, one row each."""
    mechanisms = {step.variable: step.now for step in plan.steps}
    moved = {v: mechanisms[v].values for v in asked if v in mechanisms}
    real = [v for v, values in moved.items() if not values]
    block = np.empty((len(real), units))
    out: dict[Variable, Column] = dict(zip(real, block, strict=True))
    finite = {v: np.empty(units, np.asarray(values).dtype) for v, values in moved.items() if values}
    return block, out | finite


@lru_cache(maxsize=64)
def _labels(names: tuple[Variable, ...]) -> pd.Index:
    """The columns of an answer; an index takes longer to be made than a view of it."""
    return pd.Index(names)


def _shared(units: Units, evidence: Evidence, out: Mapping[Variable, Column]) -> pd.DataFrame:
    """All columns of the units, those in ``out`` exchanged, the others not copied."""
    if not isinstance(units, pd.DataFrame) or len(evidence.names) < SETTING * len(out):
        return _gathered(evidence.names, evidence, out)
    table = units.copy(deep=False)
    for v, column in out.items():
        table[v] = pd.Series(column, index=evidence.index, copy=False)
    return table


def _gathered(
    names: Iterable[Variable], evidence: Evidence, out: Mapping[Variable, Column]
) -> pd.DataFrame:
    columns = {v: out[v] if v in out else evidence.shared(v) for v in names}
    return pd.DataFrame(columns, index=evidence.index, copy=False)
