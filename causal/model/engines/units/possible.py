"""Units that a model rules out: values that no noise within its law would have given.

Only where the law of a noise has ends, as those of Uniform and Exponential, can a number be
impossible; for every other law there is nothing to look at.
"""

from __future__ import annotations

import numpy as np

from causal.errors import ImpossibleEvidenceError, MechanismError, ModelError
from causal.model.checking import blaming
from causal.model.engines.units.evidence import Evidence
from causal.model.engines.units.plan import Plan
from causal.model.engines.units.sweep import CHUNK, parts
from causal.model.noise import Floats, floats
from causal.model.posterior import Point
from causal.model.scm import SCM
from causal.variables import Variable, quoted

__all__ = ["check_possible"]

NUMBERS = "fiub"  # kinds of columns
CLOSE = 1e-9  # how far beyond an end a noise may be, relative to the numbers behind it


def check_possible(model: SCM, plan: Plan, evidence: Evidence) -> None:
    """Raise ImpossibleEvidenceError for a unit that the law of a noise rules out.

    Whatever was seen is looked at, as far as the units show what it reads.

    >>> from causal.model import SCM, Do, Linear, Uniform, potential_outcomes
    >>> model = SCM.of({"X": Linear(), "Y": Linear({"X": 2.0}, noise=Uniform(0, 1))})
    >>> potential_outcomes(model, {"X": [1.0], "Y": [4.0]}, Do(X=0))
    Traceback (most recent call last):
        ...
    causal.errors.ImpossibleEvidenceError: Y=4.0 in row 0 has probability zero in this model; ...
    """
    computed = {step.variable for step in plan.steps if not step.is_set}
    for v, (low, high) in model.ends.items():
        if any(name not in evidence.names for name in (v, *model.mechanisms[v].given)):
            continue
        for units in parts(len(evidence), CHUNK):
            found = _noise(model, v, evidence, units, needed=v in computed)
            if found is not None:
                noise, slack = found
                outside = (noise < low - slack) | (noise > high + slack)
                if outside.any():
                    raise _impossible(v, evidence, units.start + int(outside.argmax()))


def _noise(
    model: SCM, v: Variable, evidence: Evidence, units: slice, *, needed: bool
) -> tuple[Floats, Floats] | None:
    """The noise of each unit and what rounding it may have; None where it is no point."""
    mechanism, column = model.mechanisms[v], evidence.column(v)[units]
    given = [evidence.column(name)[units] for name in mechanism.given]
    if column.dtype.kind not in NUMBERS:
        return None  # of something that nothing reads
    seen = floats(column)
    try:
        with blaming(v):
            posterior = mechanism.abduct(seen, given)
    except ModelError as error:
        if not needed:
            return None
        if isinstance(error, MechanismError):
            raise
        raise MechanismError(v, f"cannot be carried over: {error}") from error
    if not isinstance(posterior, Point):
        return None
    noise: Floats = floats(posterior.noise)
    sizes = [np.abs(each) for each in (noise, seen, *given) if each.dtype.kind in NUMBERS]
    return noise, CLOSE * np.max(sizes, axis=0)


def _impossible(v: Variable, evidence: Evidence, unit: int) -> ImpossibleEvidenceError:
    value = floats(evidence.column(v))[unit]
    return ImpossibleEvidenceError(f"{quoted(v)}={value} in row {evidence.index[unit]!r}")
