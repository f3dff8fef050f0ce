"""Formulas for laws: every shape that a formula can have, over few or over nasty names."""

from __future__ import annotations

from hypothesis import strategies as st

from causal.expression import ONE, ZERO, Expression, P, Product, Quotient, Sum
from causal.variables import Symbol


def symbols(names: st.SearchStrategy[str], marks: int = 2) -> st.SearchStrategy[Symbol]:
    """A name, and a few marks."""
    return st.builds(Symbol, names, st.integers(0, marks))


@st.composite
def laws(draw: st.DrawFn, pool: st.SearchStrategy[Symbol], *, acts: bool = True) -> P:
    """P(of | do, given) with each symbol in one place."""
    drawn = draw(st.lists(pool, min_size=1, max_size=5, unique=True))
    of = draw(st.integers(1, len(drawn)))
    given = draw(st.integers(of, len(drawn))) if acts else len(drawn)
    return P(*map(frozenset, (drawn[:of], drawn[of:given], drawn[given:])))


def formulas(
    pool: st.SearchStrategy[Symbol], *, acts: bool = True, constants: bool = True, leaves: int = 12
) -> st.SearchStrategy[Expression]:
    """Laws and constants under sums, products and fractions in any nesting."""
    over = st.frozensets(pool, min_size=1, max_size=3)
    atoms = laws(pool, acts=acts)
    return st.recursive(
        atoms | st.sampled_from([ONE, ZERO]) if constants else atoms,
        lambda inner: (
            st.builds(Sum, over, inner)
            | st.lists(inner, min_size=2, max_size=4).map(tuple).map(Product)
            | st.builds(Quotient, inner, inner)
        ),
        max_leaves=leaves,
    )
