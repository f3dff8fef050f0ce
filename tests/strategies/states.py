"""Counterfactuals by their definition: a state of the noise fixes every variable in every world.

Pearl (2009), 7.1: a probability is the weight of the states in which the event happens.  Nothing
of the engines is used here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction

from causal.model import SCM
from causal.query import Term

State = dict[str, int]


def states(model: SCM) -> Iterator[tuple[Fraction, State]]:
    """Every state of shared and private noise, with its probability."""
    laws = {one.name: one.law for one in model.noise}
    laws |= {f"own {v}": m.cells for v, m in model.tables.items()}
    for cells in itertools.product(*(range(len(law)) for law in laws.values())):
        weight = Fraction(1)
        for law, cell in zip(laws.values(), cells, strict=True):
            weight *= law[cell]
        yield weight, dict(zip(laws, cells, strict=True))


def value_in(model: SCM, term: Term, state: State) -> object:
    """What a variable is in its world, for the unit with this noise."""
    for assignment in term.under:
        if assignment.variable == term.variable and assignment.reader is None:
            return _set(model, assignment.value, state)
    edges = {a.variable: a.value for a in term.under if a.reader == term.variable}
    mechanism = model.tables[term.variable]
    given = []
    for name in mechanism.given:
        if name in edges:
            given.append(_set(model, edges[name], state))
        elif name in state:
            given.append(state[name])
        else:
            given.append(value_in(model, Term(name, under=term.under), state))
    return mechanism.respond(tuple(given), state[f"own {term.variable}"])


def _set(model: SCM, value: object, state: State) -> object:
    return value_in(model, value, state) if isinstance(value, Term) else value
