"""One variable of one world: its value there, from its value here and the same noise.

Pearl (2009), theorem 7.1.7, for a unit that was seen in full.  Abduction, action and prediction
are one step wherever the mechanism can ``couple``; the noise itself is needed only where an
intervention put another mechanism in place that goes on with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from causal.errors import (
    DomainError,
    ImpossibleEvidenceError,
    MechanismError,
    ModelError,
    NotAPointError,
)
from causal.model.altered import Constant, Drawn, Held, Shifted
from causal.model.checking import blaming
from causal.model.engines.units.plan import Step
from causal.model.mechanism import Chances, Column, Mechanism
from causal.model.noise import floats
from causal.model.posterior import Cells, Point

__all__ = ["Lookup", "Part", "carried"]

Lookup: TypeAlias = Callable[[str], Column]


@dataclass(frozen=True)
class Part:
    """Some of the units: which ones, of how many, and their columns here and there."""

    units: slice
    of: int
    here: Lookup
    there: Lookup

    @property
    def size(self) -> int:
        """How many units these are."""
        size: int = self.units.stop - self.units.start
        return size


def carried(step: Step, part: Part) -> Column | Chances:
    """What a variable would have been for each unit: a value, or the chances of each value.

    Raises NotAPointError where even the chances cannot be said, and MechanismError, DomainError or
    ImpossibleEvidenceError, with the variable named, where mechanism and evidence do not fit.
    """
    try:
        with blaming(step.variable):
            return _value(step, step.now, part, part.there)
    except DomainError as error:
        raise DomainError(step.variable, error.value, error.domain) from error
    except ImpossibleEvidenceError as error:
        raise ImpossibleEvidenceError(f"{step.variable}: {error.evidence}") from error
    except (MechanismError, NotAPointError):
        raise
    except ModelError as error:
        raise MechanismError(step.variable, f"cannot be carried over: {error}") from error


def _value(step: Step, mechanism: Mechanism, part: Part, there: Lookup) -> Column | Chances:
    match mechanism:
        case Constant():
            return mechanism.part(part.units, part.of)
        case Drawn():
            raise NotAPointError(
                step.variable,
                "it is drawn afresh",
                f"draw one value a unit and set it, Do({step.variable}=draws)",
            )
        case Shifted(inner, by):
            value = _value(step, inner, part, there)
            return value if isinstance(value, Chances) else floats(value) + by
        case Held(inner, name, constant):
            column = np.full(part.size, constant)
            return _value(step, inner, part, lambda n: column if n == name else there(n))
    given = [there(name) for name in mechanism.given]
    if mechanism.noise is None:
        if mechanism is step.was:
            _check_exact(step, part)
        return mechanism.forward(given, np.zeros(part.size))
    was = [part.here(name) for name in step.was.given]
    if mechanism is step.was:
        return step.was.couple(part.here(step.variable), was, given)
    return _resumed(step, mechanism, part, was, given)


def _resumed(
    step: Step, new: Mechanism, part: Part, was: list[Column], given: list[Column]
) -> Column | Chances:
    """What a mechanism that replaces another makes of the unit's own noise."""
    if new.noise != step.was.noise:
        raise NotAPointError(
            step.variable,
            f"its new mechanism has a noise of {new.noise!r}, its old one of {step.was.noise!r}",
            "give both the same law if the noise is to stay the unit's own",
        )
    match step.was.abduct(part.here(step.variable), was):
        case Point(noise):
            return new.forward(given, noise)
        case Cells(weights):
            answers = [new.forward(given, np.full(part.size, cell)) for cell in range(len(weights))]
            rows = [
                sum((w * (a == value) for w, a in zip(weights, answers, strict=True)), start=0.0)
                for value in new.values
            ]
            return Chances(new.values, np.array(rows))
        case posterior:
            raise NotAPointError(
                step.variable,
                f"the evidence leaves its noise open ({type(posterior).__name__})",
                "sample the model under the intervention",
            )


def _check_exact(step: Step, part: Part) -> None:
    """A mechanism without noise must have given what was seen."""
    was = [part.here(name) for name in step.was.given]
    seen, due = part.here(step.variable), step.was.forward(was, np.zeros(part.size))
    if step.was.values:
        wrong = np.flatnonzero(seen != due)
    else:
        wrong = np.flatnonzero(~np.isclose(floats(seen), floats(due), rtol=1e-6, atol=1e-9))
    if wrong.size:
        raise ImpossibleEvidenceError(
            f"the value {seen[wrong[0]]}, where the mechanism, which has no noise, gives "
            f"{due[wrong[0]]}"
        )
