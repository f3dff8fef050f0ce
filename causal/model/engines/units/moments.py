"""Mean and variance of what a unit would have been, over what its noise leaves open.

Choices that were seen leave several values open before the target; each way in which they can
combine leads to one value, and counts by its chance.
"""

from __future__ import annotations

import numpy as np

from causal.model.engines.units.chances import CHUNK, outcome_probabilities, ways
from causal.model.engines.units.evidence import Evidence, Units
from causal.model.engines.units.outcomes import check_columns
from causal.model.engines.units.plan import planned
from causal.model.engines.units.sweep import Sweep, parts
from causal.model.intervention import Intervention
from causal.model.noise import Floats, floats
from causal.model.scm import SCM
from causal.variables import Variable

__all__ = ["outcome_moments"]


def outcome_moments(
    model: SCM, units: Units, *interventions: Intervention, target: Variable
) -> tuple[Floats, Floats]:
    """Mean and variance of one variable, for each unit, under interventions; exact.

    Raises as ``potential_outcomes`` does, and ModelError when too many values stay open.

    >>> import pandas as pd
    >>> from causal.model import SCM, Do, Linear, Polynomial, Threshold, Uniform
    >>> sick = Threshold(Polynomial({"X": -1}), noise=Uniform())    # noise >= X
    >>> model = SCM.of({"X": Linear(), "S": sick, "Y": Linear({"S": 2.0})})
    >>> mean, variance = outcome_moments(
    ...     model, pd.DataFrame({"X": [0.5], "S": [1], "Y": [3.0]}), Do(X=0.75), target="Y"
    ... )
    >>> print(mean, variance)    # 3 or 1, with equal chances
    [2.] [1.]
    """
    if model.mechanisms[target].values:
        chances = outcome_probabilities(model, units, *interventions, target=target)
        values, weights = floats(np.asarray(chances.columns)), floats(chances.to_numpy())
        mean = np.asarray(weights @ values)
        return mean, (weights * (values - mean[:, None]) ** 2).sum(axis=1)
    evidence = Evidence.of(units)
    plan = planned(model, interventions, [target])
    evidence.require([target, *plan.observed], f"{target} would need them")
    check_columns(model, plan, evidence)
    moments = np.zeros((2, len(evidence)))
    for part in parts(len(evidence), CHUNK):
        _add(Sweep(plan, evidence, part, {}), target, *moments[:, part])
    return moments[0], moments[1]


def _add(start: Sweep, target: Variable, mean: Floats, variance: Floats) -> None:
    """Way by way, without differences of squares (West 1979)."""
    total = np.zeros(len(mean))
    for way in ways(start, target):
        value = floats(way.value(target))
        total += way.chance
        gap = value - mean
        share = np.divide(way.chance, total, out=np.zeros_like(total), where=total > 0)
        mean += share * gap
        variance += way.chance * gap * (value - mean)
