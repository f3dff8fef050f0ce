"""Units that a model rules out: values that no noise within its law would have given.

Only where the law of a noise has ends, as those of Uniform and Exponential, can a number be
impossible; for every other law there is nothing to look at.
"""

from __future__ import annotations

import numpy as np

from causal.errors import ImpossibleEvidenceError, MechanismError, ModelError
from causal.model.checking import blaming
from causal.model.continuous import Exponential, Uniform
from causal.model.engines.units.evidence import Evidence
from causal.model.engines.units.plan import Plan, Step
from causal.model.engines.units.sweep import CHUNK, parts
from causal.model.mechanism import Mechanism
from causal.model.noise import Floats, floats
from causal.model.posterior import Point
from causal.variables import quoted

__all__ = ["check_possible"]

CLOSE = 1e-9  # how far beyond an end a noise may be, relative to the numbers behind it


def check_possible(plan: Plan, evidence: Evidence) -> None:
    """Raise ImpossibleEvidenceError for a unit that the law of a noise rules out.

    What is computed is looked at, as far as the units show what it reads.

    >>> from causal.model import SCM, Do, Linear, potential_outcomes
    >>> model = SCM.of({"X": Linear(), "Y": Linear({"X": 2.0}, noise=Uniform(0, 1))})
    >>> potential_outcomes(model, {"X": [1.0], "Y": [4.0]}, Do(X=0))
    Traceback (most recent call last):
        ...
    causal.errors.ImpossibleEvidenceError: Y=4.0 in row 0 has probability zero in this model; ...
    """
    for step in plan.steps:
        ends = None if step.is_set else _ends(step.was)
        if ends is not None and all(name in evidence.names for name in step.was.given):
            for units in parts(len(evidence), CHUNK):
                _check(step, ends, evidence, units)


def _ends(mechanism: Mechanism) -> tuple[float, float] | None:
    """Between which values its noise lies, where it cannot be just anything."""
    if mechanism.values:
        return None  # its own abduction says what cannot be
    match mechanism.noise:
        case Uniform(low, high):
            return low, high
        case Exponential():
            return 0.0, np.inf
    return None


def _check(step: Step, ends: tuple[float, float], evidence: Evidence, units: slice) -> None:
    v, given = step.variable, [evidence.column(name)[units] for name in step.was.given]
    seen = floats(evidence.column(v)[units])
    try:
        with blaming(v):
            posterior = step.was.abduct(seen, given)
    except MechanismError:
        raise
    except ModelError as error:
        raise MechanismError(v, f"cannot be carried over: {error}") from error
    if not isinstance(posterior, Point):
        return
    noise: Floats = floats(posterior.noise)
    sizes = [np.abs(column) for column in (noise, seen, *given) if column.dtype.kind in "fiub"]
    slack = CLOSE * np.max(sizes, axis=0)
    outside = (noise < ends[0] - slack) | (noise > ends[1] + slack)
    if outside.any():
        unit = int(outside.argmax())
        row = evidence.index[units.start + unit]
        raise ImpossibleEvidenceError(f"{quoted(v)}={seen[unit]} in row {row!r}")
