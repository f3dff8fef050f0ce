"""``bounds``: the one door from a graph, a question without a formula, and data to an interval."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import pandas as pd

from causal.errors import DomainError, OptionError
from causal.estimation.bounding.answers import Bounds, Falsified
from causal.estimation.bounding.reading import (
    Experiments,
    Table,
    Tables,
    arrows,
    domains_of,
    read_regimes,
    tables,
)
from causal.estimation.bounding.sampling import confident
from causal.estimation.bounding.settled import Disagreement, by_formulas
from causal.expression.law import Number
from causal.graph import ADMG
from causal.identification import Undecided
from causal.model.engines.bounding import (
    Districts,
    GraphBounds,
    TooLargeError,
    bound_graph,
    dependence,
)
from causal.query import Quantity, Query, require
from causal.variables import Variable, listed

__all__ = ["bounds"]

ROUNDING = Fraction(1, 10**9)  # by how much probabilities given as doubles may be off


def bounds(
    graph: ADMG,
    query: Quantity | Query | str,
    data: Tables | None = None,
    *,
    experiments: Experiments | None = None,
    monotone: Mapping[Variable, Variable] | Iterable[str] = (),
    domains: Mapping[Variable, Iterable[Hashable]] | None = None,
    level: float = 0.95,
) -> Bounds | Falsified | Undecided:
    """Bound a quantity over all models of a graph that have the law of the data.

    ``data`` is a law (a Series, exact when its probabilities are fractions) or observations (a
    DataFrame), or several of different variables; ``experiments`` has the same under interventions,
    by ``"do(X=1)"``; ``monotone`` lists arrows that never lower their head when their tail is
    raised.  Variables are finite, with the values that occur or those of ``domains``.

    >>> index = pd.MultiIndex.from_product([(0, 1), (0, 1)], names=["X", "Y"])
    >>> law = pd.Series([Fraction(1, 4)] * 4, index=index)
    >>> bow = ADMG.parse("X -> Y; X <-> Y")
    >>> found = bounds(bow, "E(Y[X=1]) - E(Y[X=0])", law)
    >>> print(found)
    -0.5 <= E(Y[X=1]) - E(Y[X=0]) <= 0.5
    >>> print(bounds(bow, "E(Y[X=1]) - E(Y[X=0])", law, monotone=["X -> Y"]))
    0 <= E(Y[X=1]) - E(Y[X=0]) <= 0.5
    """
    if not 0 < level < 1:
        raise OptionError("level", level, "it lies between 0 and 1")
    asked = _quantity(query)
    require(graph, asked.variables, text=query if isinstance(query, str) else None)
    regimes = read_regimes(graph, data, experiments)
    given = [table for some in (data, *(experiments or {}).values()) for table in tables(some)]
    values = domains_of(graph, regimes, domains, given)
    world = Districts(graph, values, regimes, arrows(monotone))
    sampled = any(regime.units is not None for regime in regimes)
    is_exact = _is_exact(given)
    try:
        found = (
            confident(world, asked, level, _assumptions(world, sampled=True))
            if sampled
            else _exact(world, asked, is_exact=is_exact)
        )
    except TooLargeError as error:
        return Undecided(graph, asked, str(error))
    except DomainError as error:
        if error.variable in (domains or {}):
            raise
        hint = f" in the data; domains={{{error.variable!r}: ...}} declares what else it can be"
        raise DomainError(error.variable, error.value, error.domain, hint) from error
    if isinstance(found, Falsified) or found.sharp or world.rules:
        return found
    return _settled(world, found, [*tables(data)], is_exact=is_exact)


def _settled(
    world: Districts, found: Bounds, seen: Sequence[Table], *, is_exact: bool
) -> Bounds | Falsified:
    """A point where formulas give one, and the observations are all there is."""
    if len(world.regimes) > 1 or len(seen) != 1 or world.partial:
        return found
    if set(world.regimes[0].names) != set(world.graph.nodes):
        return found
    off = Fraction(1) if found.n else Fraction(0) if is_exact else ROUNDING
    formulas = by_formulas(world.graph, found.query, seen[0], tolerance=off)
    if isinstance(formulas, Disagreement):
        return Falsified(world.graph, found.query, formulas)
    low, high = found.interval
    if formulas is None or not low - ROUNDING <= formulas.least <= formulas.most <= high + ROUNDING:
        return found
    ends: tuple[Number, Number] = (formulas.least, formulas.most)
    told = _assumptions(world, sampled=found.n is not None)
    return replace(
        found,
        interval=ends if isinstance(low, Fraction) else (float(ends[0]), float(ends[1])),
        sharp=ends[0] == ends[1],
        engine="formula over observations",
        assumptions=(f"the formula {formulas.text}", *told),
        certificates=(),
        _found=None,
    )


def _exact(world: Districts, asked: Quantity, *, is_exact: bool) -> Bounds | Falsified:
    broken = dependence(world, Fraction(0) if is_exact else ROUNDING)
    if broken is not None:
        return Falsified(world.graph, asked, broken)
    found = bound_graph(world, asked)
    if not isinstance(found, GraphBounds):
        return Falsified(world.graph, asked, found)
    ends: tuple[Number, Number] = (found.lower, found.upper)
    return Bounds(
        graph=world.graph,
        query=asked,
        interval=ends if is_exact else (float(ends[0]), float(ends[1])),
        sharp=found.sharp,
        engine=found.engine,
        assumptions=(*_assumptions(world, sampled=False), *found.loose, *found.untested),
        certificates=found.certificates,
        _found=found,
    )


def _quantity(query: Quantity | Query | str) -> Quantity:
    if isinstance(query, str):
        return Quantity.parse(query)
    return Quantity.of(query) if isinstance(query, Query) else query


def _is_exact(given: Iterable[Table]) -> bool:
    """Whether all probabilities were given as fractions."""
    return all(
        isinstance(weight, Fraction | int)
        for table in given
        if isinstance(table, pd.Series)
        for weight in table
    )


def _assumptions(world: Districts, *, sampled: bool) -> tuple[str, ...]:
    """What the interval rests on."""
    found = [f"the graph: {world.graph}"]
    found += [
        f"{listed(part)} share hidden causes of any kind"
        for part in world.graph.districts
        if len(part) > 1
    ]
    found += [f"{effect} is never lower for a higher {cause}" for cause, effect in world.monotone]
    if sampled:
        found += [
            "rows are independent units from one law, and the graph's independences hold in it",
            "confidence: Clopper-Pearson limits of all probabilities at once (Bonferroni)",
        ]
    return tuple(found)
