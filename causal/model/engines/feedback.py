"""Counterfactuals of linear feedback: every world is an equilibrium of the same noise.

V = B V + c + N e has the solution (I - B)^-1 (c + N e) wherever I - B is invertible (Bongers et al.
2021), so that any variable in any world is a weighted sum of noises.  Laid out side by side these
sums are an acyclic model without arrows, of which every engine can be asked the same question.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from causal.errors import QueryError, UnknownVariableError
from causal.model.checking import is_number
from causal.model.continuous.linear import Linear
from causal.model.continuous.system import LinearSystem, solved
from causal.model.noise import Floats, Noise
from causal.model.scm import SCM
from causal.query import Assignment, Event, Expectation, Probability, Quantity, Term
from causal.variables import Variable, nearest

__all__ = ["laid_out"]


def laid_out(
    system: LinearSystem, asked: Quantity, seen: Iterable[Variable] = ()
) -> tuple[SCM, Quantity]:
    """An acyclic model of all worlds of a question to a system, and the question to that model.

    ``seen`` are variables as they are that the model has anyway.  Raises UnknownVariableError or
    QueryError, and ModelError for a world without a unique equilibrium.

    >>> loop = LinearSystem({"X": Linear({"Y": 0.5}), "Y": Linear({"X": 0.5})})
    >>> model, question = laid_out(loop, Quantity.parse("E(Y[X=1] | Y=2)"))
    >>> print(question, model.mechanisms["Y"].weights["own noise of Y"].__round__(3))
    E("Y[X=1]" | Y=2) 1.333
    """
    worlds = _Worlds(system)
    for v in seen:
        worlds.term(Term(str(v)))
    parts = tuple(
        (factor, None if part is None else worlds.part(part)) for factor, part in asked.parts
    )
    read = {name for mechanism in worlds.found.values() for name in mechanism.given}
    noise = [one for one in worlds.noises if one.name in read]
    return SCM.of(worlds.found, noise), Quantity(parts)


@dataclass
class _Worlds:
    """The variables of all worlds that were met so far, as sums of noises."""

    system: LinearSystem
    found: dict[Variable, Linear] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """List the noises, the shared ones first; column 0 of a row is its constant."""
        self.noises = list(self.system.noise)
        for v, mechanism in self.system.parts:
            if mechanism.noise is not None and not isinstance(mechanism.noise, str):
                self.noises.append(Noise(f"own noise of {v}", mechanism.noise))
        self.columns = {one.name: 1 + i for i, one in enumerate(self.noises)}
        self.rows = {v: i for i, v in enumerate(self.system.variables)}

    def part(self, part: Probability | Expectation) -> Probability | Expectation:
        """The same part, asked of the model."""
        given = tuple(self._event(event, part.do) for event in part.given)
        if isinstance(part, Expectation):
            return Expectation(self.term(_placed(part.term, part.do)), given=given)
        return Probability(tuple(self._event(e, part.do) for e in part.events), given=given)

    def _event(self, event: Event, do: tuple[Assignment, ...]) -> Event:
        if isinstance(event, Term):
            return self.term(_placed(event, do))
        right = event.right
        right = self.term(_placed(right, do)) if isinstance(right, Term) else right
        return replace(event, left=self.term(_placed(event.left, do)), right=right)

    def term(self, term: Term) -> Term:
        """A variable of the model, with the value that is asked about."""
        if not term.under and term.variable in {one.name for one in self.noises}:
            return term
        name = str(replace(term, value=None)) if term.under else term.variable
        if name not in self.found:
            self.found[name] = self._linear(self._row(term))
        return Term(name, term.value)

    def _linear(self, row: Floats) -> Linear:
        weights = {one.name: float(row[self.columns[one.name]]) for one in self.noises}
        used = {name: weight for name, weight in weights.items() if weight}
        return Linear(used, intercept=float(row[0]), noise=None)

    def _row(self, term: Term) -> Floats:
        """What a term is made of: a constant, and a weight for each noise."""
        self._require(term.variable)
        weights, drive = self._equations()
        for assignment in term.under:
            self._require(assignment.variable)
            value, place = self._value(assignment, term), self.rows[assignment.variable]
            if assignment.reader is None:
                weights[place], drive[place] = 0.0, value
                continue
            reader = self.rows.get(assignment.reader, -1)
            if reader < 0 or not weights[reader, place]:
                edge = f"{assignment.variable} -> {assignment.reader}"
                raise QueryError(f"{term} sets an edge {edge}, which is not in the system")
            drive[reader] += weights[reader, place] * value
            weights[reader, place] = 0.0
        solution = solved(weights, self.system.variables)
        row: Floats = solution[self.rows[term.variable]] @ drive
        return row

    def _value(self, assignment: Assignment, term: Term) -> Floats:
        match assignment.value:
            case Term() as inner:
                return self._row(inner)
            case value if is_number(value):
                constant = np.zeros(1 + len(self.noises))
                constant[0] = value
                return constant
            case None:
                raise QueryError(f"{term} leaves open to what {assignment.variable} is set")
        raise QueryError(
            f"{assignment.variable} is a real number; it cannot be {assignment.value!r}"
        )

    def _equations(self) -> tuple[Floats, Floats]:
        """B, and beside the constants the weights of the noises."""
        size = len(self.rows)
        weights, drive = np.zeros((size, size)), np.zeros((size, 1 + len(self.noises)))
        for v, mechanism in self.system.parts:
            place = self.rows[v]
            drive[place, 0] = mechanism.intercept
            for name, weight in mechanism.weights.items():
                if name in self.rows:
                    weights[place, self.rows[name]] = weight
                else:
                    drive[place, self.columns[name]] += weight
            own = mechanism.noise
            if own is not None:
                name = own if isinstance(own, str) else f"own noise of {v}"
                drive[place, self.columns[name]] += 1.0
        return weights, drive

    def _require(self, variable: Variable) -> None:
        if variable not in self.rows:
            known = self.system.variables
            raise UnknownVariableError([variable], known, nearest(variable, known), "system")


def _placed(term: Term, do: tuple[Assignment, ...]) -> Term:
    return replace(term, under=do) if do else term
