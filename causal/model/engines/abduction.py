"""Abduction and prediction: from what was seen to the noise, and from the noise to any other world.

Pearl (2009), theorem 7.1.7, as two verbs around ``model.under``::

    predict(model.under(Do(X=0)), abduct(model, {"X": 1, "Y": 1}), "Y")
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import lcm

import pandas as pd

from causal.errors import DomainError, ImpossibleEvidenceError
from causal.model.engines.enumeration import Joint, enumerate_worlds
from causal.model.engines.worlds import Worlds
from causal.model.finite.tabulation import tabulated
from causal.model.mechanism import Value, Values
from causal.model.scm import SCM
from causal.query import Term
from causal.variables import Variable, quoted

__all__ = ["NoiseLaw", "abduct", "predict"]


@dataclass(frozen=True)
class NoiseLaw:
    """The law of the noise that evidence speaks of; all other noise is as it was."""

    names: tuple[str, ...]
    weights: tuple[tuple[Values, Fraction], ...]


def abduct(model: SCM, observed: Mapping[Variable, Value]) -> NoiseLaw:
    """What the evidence says about the noise: P(u | observed), exactly.

    Only noise upstream of the evidence is listed; the rest is independent of it.  The list is as
    long as that noise has states, which ``counterfactual`` avoids by summing it out as it goes.
    Raises ModelError for a model that is not finite, UnknownVariableError, DomainError, or
    ImpossibleEvidenceError.

    >>> from causal.graph import ADMG
    >>> from causal.model import Noise, Response
    >>> coin = SCM.of({"X": Response("U", {0: 1, 1: 0})}, [Noise("U", "1/2, 1/2")])
    >>> abduct(coin, {"X": 0})
    NoiseLaw(names=('U',), weights=(((1,), Fraction(1, 1)),))
    """
    _ = model.tables  # raises where there is none
    for variable in model.graph.require(observed):
        if observed[variable] not in model.domains[variable]:
            raise DomainError(variable, observed[variable], model.domains[variable])
    worlds = Worlds(model)
    seen = {worlds.node(Term(variable)): value for variable, value in observed.items()}
    numbers = range(len(worlds.nodes))
    read = dict.fromkeys(slot for number in numbers for slot in worlds.reads(number))
    names = tuple(slot for slot in read if isinstance(slot, str))
    joint = enumerate_worlds(worlds, names, seen=seen)
    if not joint.total:
        raise ImpossibleEvidenceError(", ".join(f"{quoted(v)}={observed[v]}" for v in observed))
    weights = sorted((cells, Fraction(w, joint.total)) for cells, w in joint.weights.items())
    return NoiseLaw(names, tuple(weights))


def predict(model: SCM, noise: NoiseLaw, *names: Variable) -> pd.Series:
    """The law of the named variables (of all by default) when the noise has a given law.

    >>> from causal.graph import ADMG
    >>> from causal.model import Do, Table
    >>> model = SCM(
    ...     ADMG.parse("X -> Y"),
    ...     {"X": Table((), "1/2, 1/2"), "Y": Table("X", {0: "9/10, 1/10", 1: "3/5, 2/5"})},
    ... )
    >>> predict(model.under(Do(X=0)), abduct(model, {"X": 1, "Y": 1}), "Y")[0]
    Fraction(3, 4)
    """
    keep = tuple(dict.fromkeys(names or model.graph.nodes))
    model.graph.require(keep)
    worlds = Worlds(model)
    slots = tuple(worlds.node(Term(name)) for name in keep)
    scale = lcm(*(weight.denominator for _, weight in noise.weights))
    weights = {cells: int(weight * scale) for cells, weight in noise.weights}
    joint = enumerate_worlds(worlds, slots, seen={}, start=Joint(noise.names, weights, scale))
    grid = product(*(model.domains[name] for name in keep))
    return tabulated([joint.probability(values) for values in grid], model.domains, keep)
