"""The numbers of an answer, worked out again from the rows that its certificate holds.

What one row more would change is the influence of a row; the mean square of the influences, over
the number of rows, is the variance (Jaeckel 1972, "The infinitesimal jackknife").
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import sqrt
from typing import Any

from causal.checker.models import PRIME, Cell, fraction, free, laws, model_of, value
from causal.checker.plain import Json, TooLargeError, fields, items, require
from causal.checker.reading import Formula, Symbol, Tokens, meaning, symbols
from causal.checker.separation import Causes, Vertex

NORMAL = 1.959963984540054  # standard errors to either side hold 95 %


def measured(query: Tokens, estimand: Tokens, stated: Json) -> str:
    """What a formula is worth on a law, where n is one, or on n rows, with 95% intervals."""
    of, listed, n, cells = fields(stated, "of", "rows", "n", "cells")
    *columns, texts = zip(*(items(row, str) for row in items(listed, list)), strict=True)
    rows, weights = dict(zip(items(of, str), columns, strict=True)), [*map(fraction, texts)]
    true = len(rows) == len(of) and [sum(weights)] == items([n], int) and 0 < n < PRIME
    require(true and min(weights) > 0, "these are not n rows")
    require({s.name for s in symbols(query + estimand)} <= {*of}, "the rows lack a variable")
    require(not any(t[3] for t in estimand if isinstance(t, tuple)), "rows show no action")
    formula, said = meaning(estimand), f"numbers of {n} rows:" if n > 1 else "numbers of a law:"
    asked = sorted(symbols(query) | free(formula))
    cost = laws(formula, lambda s: len({*rows[s.name]}))
    require(cost <= 2**18, "its sums have more than 2^18 laws", TooLargeError)
    for where, claim, ends in (fields(c, "at", "value", "interval") for c in items(cells, dict)):
        at = dict(zip(asked, items(fields(where, *(s.name for s in asked)), str), strict=True))
        exact = _worth(formula, at, rows, weights)
        right = items([claim], str, float)[0] in (str(exact), float(exact))
        require(right, f"{claim} is not its value at {where}")
        said += f" {claim} at {where}"
        if ends is not None:
            require(all(w.denominator == 1 for w in weights), "parts of rows have no interval")
            require(cost * len(weights) <= 2**14, "its interval takes 2^14 laws", TooLargeError)
            one_more = ([w + (i == j) for j, w in enumerate(weights)] for i in range(len(weights)))
            pulls = [(n + 1) * (_worth(formula, at, rows, each) - exact) for each in one_more]
            reach = NORMAL * sqrt(sum(w * u * u for w, u in zip(weights, pulls, strict=True))) / n
            true_ends = max(0, exact - reach), min(1, exact + reach)
            pairs = zip(items(ends, float), true_ends, strict=True)
            require(all(abs(a - b) < 1e-9 for a, b in pairs), f"{ends} is no interval at {where}")
            said += f" (95% interval: {ends})"
    return said


def _worth(
    formula: Formula,
    at: Mapping[Symbol, str],
    rows: Mapping[str, Sequence[str]],
    weights: Sequence[Fraction],
) -> Fraction:
    """The formula in the model in which one hidden cause, the row, decides on all variables."""
    row, whole = frozenset(rows), sum(weights)
    reads: Causes = {row: set()} | {v: {row} for v in rows}
    shares = [(i, weight / whole) for i, weight in enumerate(weights)]

    def law(v: Vertex, cell: Cell) -> Sequence[tuple[Any, Fraction]]:
        return [(rows[v][i], Fraction(1)) for _, i in cell] if isinstance(v, str) else shares

    found = value(formula, at, model_of(reads, law), lambda s: {*rows[s.name]})
    require(found is not None, "the formula divides by zero in the rows")
    return Fraction(found)
