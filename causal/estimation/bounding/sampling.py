"""Bounds from a sample: those of the empirical law, and limits that cover the true ones.

The limits are the bounds of the same program with every probability replaced by its exact binomial
limits (Clopper & Pearson 1934), jointly at the level asked for (Bonferroni).  So they cover the
whole interval with at least that probability at every sample size, where resampling the ends of an
interval does not (they are minima and maxima, Imbens & Manski 2004; Romano & Shaikh 2010).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from causal.estimation.bounding.answers import Bounds, Falsified
from causal.model.engines.bounding import Districts, SolverError, Violation, bound_graph
from causal.model.engines.bounding.patterns import Values
from causal.model.exact import exact
from causal.query import Expectation, Quantity
from causal.variables import Variable

__all__ = ["confident"]


def confident(
    world: Districts, asked: Quantity, level: float, assumptions: tuple[str, ...]
) -> Bounds | Falsified:
    """Bound a quantity from observations, or say that no model explains them at this level."""
    n = sum(regime.units or 0 for regime in world.regimes)
    wide = bound_graph(world, asked, risk=1 - exact(level))
    if isinstance(wide, Violation):
        return Falsified(world.graph, asked, wide, n, level)
    found = bound_graph(world, asked)
    if isinstance(found, Violation):
        strayed = f"the sample strays from every model by no more than chance: {found}"
        assumptions = (*assumptions, f"{strayed}; the interval is that of the nearest law of one")
        found = bound_graph(world, asked, nearest=True)
    if isinstance(found, Violation):
        raise SolverError("the nearest law of a model was not found")
    least, most = _range(asked, world.domains)
    return Bounds(
        graph=world.graph,
        query=asked,
        interval=(float(found.lower), float(found.upper)),
        sharp=found.sharp,
        engine=found.engine,
        assumptions=(*assumptions, *found.loose, *found.untested),
        certificates=found.certificates,
        n=n,
        level=level,
        confidence=(float(max(wide.lower, least)), float(min(wide.upper, most))),
        _found=found,
    )


def _range(asked: Quantity, domains: Mapping[Variable, Values]) -> tuple[Fraction, Fraction]:
    """Between which numbers a quantity lies whatever the law."""
    least, most = Fraction(0), Fraction(0)
    for factor, part in asked.parts:
        ends = [Fraction(0), Fraction(1)]
        if part is None:
            ends = [Fraction(1)]
        elif isinstance(part, Expectation):
            ends = [exact(str(value)) for value in domains[part.term.variable]]
        least += min(factor * end for end in ends)
        most += max(factor * end for end in ends)
    return least, most
