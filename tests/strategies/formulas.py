"""Formulas for laws: every shape that a formula can have, over few or over nasty names."""

from __future__ import annotations

from hypothesis import strategies as st

from causal.expression import ONE, ZERO, Expression, P, Product, Quotient, Sum, Symbols
from causal.variables import Symbol


def symbols(names: st.SearchStrategy[str], marks: int = 2) -> st.SearchStrategy[Symbol]:
    """A name, and a few marks."""
    return st.builds(Symbol, names, st.integers(0, marks), st.none())


@st.composite
def laws(draw: st.DrawFn, pool: st.SearchStrategy[Symbol], *, observed: bool = False) -> P:
    """P(of | do, given) with each symbol, or when ``observed`` each variable, once."""
    once = (lambda s: s.variable) if observed else (lambda s: s)
    drawn = draw(st.lists(pool, min_size=1, max_size=5, unique_by=once))
    of = draw(st.integers(1, len(drawn)))
    given = len(drawn) if observed else draw(st.integers(of, len(drawn)))
    return P(*map(frozenset, (drawn[:of], drawn[of:given], drawn[given:])))


def formulas(
    pool: st.SearchStrategy[Symbol], *, observed: bool = False, leaves: int = 12
) -> st.SearchStrategy[Expression]:
    """Laws and constants under sums, products and fractions in any nesting.

    ``observed`` ones are positive on every positive law: no actions, no zero, and no law that
    speaks of two values of a variable.
    """
    over = st.frozensets(pool, min_size=1, max_size=3)
    return st.recursive(
        laws(pool, observed=observed) | st.sampled_from([ONE] if observed else [ONE, ZERO]),
        lambda inner: (
            st.builds(Sum, over, inner)
            | st.lists(inner, min_size=2, max_size=4).map(tuple).map(Product)
            | st.builds(Quotient, inner, inner)
        ),
        max_leaves=leaves,
    )


def bound(formula: Expression) -> Symbols:
    """What it sums over, at any depth."""
    match formula:
        case Sum(over, body):
            return over | bound(body)
        case Product(factors):
            return frozenset().union(*map(bound, factors))
        case Quotient(numerator, denominator):
            return bound(numerator) | bound(denominator)
        case _:
            return frozenset()
