"""The experiments that a formula reads, made in a finite model."""

from __future__ import annotations

from itertools import product

import pandas as pd

from causal.expression import Expression, laws
from causal.model import SCM, Do

__all__ = ["experiments"]


def experiments(model: SCM, formula: Expression) -> dict[Do, pd.Series]:
    """The exact law of each regime of a model that a formula needs: what it is evaluated on.

    A value that the formula fixes is set alone; one that it leaves open is set to every value.

    >>> from causal.expression import parse
    >>> from causal.graph import ADMG
    >>> from causal.model import random_scm
    >>> model = random_scm(ADMG.parse("X -> Y; X <-> Y"), rng=1)
    >>> formula = parse("P(Y=1 | do(X=0)) P(X)")
    >>> print(*experiments(model, formula))
    do() do(X=0)
    >>> len(formula.evaluate(experiments(model, formula)))
    2
    """
    found: dict[Do, set[str]] = {Do(): set()}
    for law in laws(formula):
        seen = {s.variable for s in law.of | law.given}
        settings = [
            [
                (s.variable, v)
                for v in (model.domains[s.variable] if s.value is None else (s.value,))
            ]
            for s in law.do
        ]
        for setting in product(*settings):
            found.setdefault(Do(dict(setting)), set()).update(seen)
    # Observation is there for the values of what is summed.
    found[Do()] |= formula.variables or {model.graph.nodes[0]}
    return {do: model.under(do).law(*sorted(found[do])) for do in sorted(found, key=str)}
