"""Linear equations that may feed back: solved at once, where they have one solution.

V = B V + intercepts + noise has the equilibrium V = (I - B)^-1 (intercepts + noise) wherever I - B
is invertible (Bongers et al. 2021).  An intervention changes rows of B, and the new system must be
solvable as well.  An acyclic graph is not needed here, and none is claimed: for the graphs of this
package use an SCM.  ``counterfactual`` takes a system as it takes a model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from causal.errors import (
    DataError,
    MissingColumnsError,
    ModelError,
    OptionError,
    UnknownVariableError,
)
from causal.graph import ADMG
from causal.model.altered import Constant, Shifted
from causal.model.continuous.linear import Linear
from causal.model.intervention import Intervention
from causal.model.mechanism import Mechanism
from causal.model.noise import Floats, Law, Noise, floats
from causal.model.streams import Randomness, root, stream
from causal.variables import Variable, listed, natural, nearest

__all__ = ["LinearSystem", "solved"]

SINGULAR = 1e12  # a condition number from which on digits are lost that nobody can vouch for


@dataclass(frozen=True, init=False, repr=False)
class LinearSystem:
    """Linear mechanisms in which causes may go round in circles.

    Raises ModelError when the system has no unique solution.

    >>> from causal.model.continuous.laws import Normal
    >>> market = LinearSystem({
    ...     "price": Linear({"demand": 0.5}), "demand": Linear({"price": -1.0}, intercept=3),
    ... })
    >>> market.effects.loc["demand", "price"].round(6)    # of one unit of price noise
    np.float64(-0.666667)
    """

    parts: tuple[tuple[Variable, Linear], ...]
    noise: tuple[Noise, ...]

    def __init__(self, equations: Mapping[Variable, Linear], noise: Iterable[Noise] = ()) -> None:
        hidden = tuple(sorted(noise, key=lambda one: natural(one.name)))
        parts = tuple(sorted(equations.items(), key=lambda part: natural(part[0])))
        known = (*(v for v, _ in parts), *(one.name for one in hidden))
        for _, equation in parts:
            _linear(equation)
            if unknown := sorted(equation.reads - set(known), key=natural):
                raise UnknownVariableError(unknown, known, nearest(unknown[0], known), "system")
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "noise", hidden)
        solved(self._weights(dict(parts)), self.variables)

    def __repr__(self) -> str:
        return f"<LinearSystem of {listed(self.variables)}>"

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables, in natural order."""
        return tuple(v for v, _ in self.parts)

    @property
    def graph(self) -> ADMG:
        """None: raises ModelError, as causes that go round in circles have no acyclic graph."""
        raise ModelError(
            "a linear system has no acyclic graph, which this asks for; counterfactual() takes a "
            "system, and a system has potential_outcomes() and sample()"
        )

    @property
    def effects(self) -> pd.DataFrame:
        """(I - B)^-1: what one unit of noise in the column's variable does to the row's."""
        solution = solved(self._weights(dict(self.parts)), self.variables)
        return pd.DataFrame(solution, index=list(self.variables), columns=list(self.variables))

    def sample(
        self, n: int, *, rng: Randomness, under: Iterable[Intervention] = ()
    ) -> pd.DataFrame:
        """Draw equilibria; raises ModelError when interventions leave none.

        The streams are those of an SCM, so that unit 17 is the same unit under every intervention.
        """
        if n < 0:
            raise OptionError("n", n, "it is at least 0")
        seed, mechanisms = root(rng), self._under(under)
        shared = {
            one.name: floats(one.source.form.draw(n, stream(seed, "noise", one.name)))
            for one in self.noise
        }
        driven = np.zeros((len(self.parts), n))
        for i, (v, mechanism) in enumerate(mechanisms.items()):
            driven[i] = _drive(mechanism, n)
            driven[i] += _drawn(mechanism.noise, shared, n, stream(seed, "private", v))
            for name, weight in _linear(mechanism):
                if name in shared:
                    driven[i] += weight * shared[name]
        moved = _spread(solved(self._weights(mechanisms), self.variables), driven)
        return pd.DataFrame(moved.T, columns=list(self.variables), copy=False)

    def potential_outcomes(self, units: pd.DataFrame, *interventions: Intervention) -> pd.DataFrame:
        """What each unit would have been: its value, plus how the equilibrium moves.

        Raises MissingColumnsError, DataError or ModelError.

        >>> loop = LinearSystem({"X": Linear({"Y": 0.5}), "Y": Linear({"X": 0.5})})
        >>> from causal.model.intervention import Do, Shift
        >>> loop.potential_outcomes(pd.DataFrame({"X": [1.0], "Y": [2.0]}), Shift(X=3))
             X    Y
        0  5.0  4.0
        """
        if missing := [v for v in self.variables if v not in units]:
            raise MissingColumnsError(missing, "a system moves as a whole, and needs every one")
        seen = np.array([floats(units[v].to_numpy()) for v in self.variables])
        if not np.isfinite(seen).all():
            v = self.variables[int(np.flatnonzero(~np.isfinite(seen).all(axis=1))[0])]
            raise DataError(f"{v} has entries that are no finite numbers")
        was, mechanisms = dict(self.parts), self._under(interventions)
        pushes = np.zeros_like(seen)
        for i, (v, mechanism) in enumerate(mechanisms.items()):
            pushes[i] = _drive(mechanism, len(units))
            if _is_set(mechanism):
                pushes[i] -= seen[i]
                continue
            pushes[i] -= was[v].intercept
            before, after = was[v].weights, dict(_linear(mechanism))
            for j, name in enumerate(self.variables):
                if change := after.get(name, 0.0) - before.get(name, 0.0):
                    pushes[i] += change * seen[j]
        moved = seen + _spread(solved(self._weights(mechanisms), self.variables), pushes)
        return pd.DataFrame(moved.T, index=units.index, columns=list(self.variables), copy=False)

    def to_dict(self) -> dict[str, object]:
        """The system as plain data."""
        return {
            "kind": "linear system",
            "noise": {one.name: one.to_dict() for one in self.noise},
            "mechanisms": {v: equation.to_dict() for v, equation in self.parts},
        }

    def _under(self, interventions: Iterable[Intervention]) -> dict[Variable, Mechanism]:
        mechanisms: dict[Variable, Mechanism] = dict(self.parts)
        for intervention in interventions:
            for target in sorted(intervention.targets, key=natural):
                if target not in mechanisms:
                    close = nearest(target, self.variables)
                    raise UnknownVariableError([target], self.variables, close, "system")
                mechanisms[target] = intervention.mechanism(target, mechanisms[target])
        return mechanisms

    def _weights(self, mechanisms: Mapping[Variable, Mechanism]) -> Floats:
        place = {v: i for i, v in enumerate(self.variables)}
        weights = np.zeros((len(place), len(place)))
        for v, mechanism in mechanisms.items():
            for name, weight in _linear(mechanism):
                if name in place:
                    weights[place[v], place[name]] = weight
        return weights


def solved(weights: Floats, variables: tuple[Variable, ...]) -> Floats:
    """(I - B)^-1; raises ModelError where it does not exist, or nobody can vouch for its digits."""
    system = np.eye(len(weights)) - weights
    if len(weights) and not np.linalg.cond(system) < SINGULAR:
        raise ModelError(
            f"the equations of {listed(variables)} have no unique solution: I - B is singular, so "
            "that the feedback neither settles nor can be solved",
            variables=variables,
        )
    return floats(np.linalg.inv(system))


def _spread(solution: Floats, pushes: Floats) -> Floats:
    """The solution times the pushes, unit by unit: a matrix product would round by their number."""
    moved = np.zeros_like(pushes)
    for column, push in zip(solution.T, pushes, strict=True):
        if push.any():
            moved += np.multiply.outer(column, push)
    return moved


def _is_set(mechanism: Mechanism) -> bool:
    match mechanism:
        case Shifted(inner, _):
            return _is_set(inner)
        case _:
            return isinstance(mechanism, Constant)


def _linear(mechanism: Mechanism) -> tuple[tuple[str, float], ...]:
    """The weights of a mechanism; raises ModelError when it is not linear, set or shifted."""
    match mechanism:
        case Linear(pairs=pairs):
            return pairs
        case Constant():
            return ()
        case Shifted(inner, _):
            return _linear(inner)
    raise ModelError(
        f"a linear system takes no {type(mechanism).__name__}; use Do, Shift or Linear"
    )


def _intercept(mechanism: Mechanism) -> float:
    match mechanism:
        case Linear(intercept=intercept):
            return intercept
        case Shifted(inner, _):
            return _intercept(inner)
    return 0.0


def _drive(mechanism: Mechanism, n: int) -> Floats:
    """What a mechanism adds besides weights and noise: its intercept, its shift, what was set."""
    match mechanism:
        case Constant():
            return floats(mechanism.part(slice(0, n), n))
        case Shifted(inner, by):
            return _drive(inner, n) + by
    return np.full(n, _intercept(mechanism))


def _drawn(
    noise: Law | str | None, shared: Mapping[str, Floats], n: int, rng: np.random.Generator
) -> Floats:
    if noise is None:
        return np.zeros(n)
    return shared[noise] if isinstance(noise, str) else floats(noise.form.draw(n, rng))
