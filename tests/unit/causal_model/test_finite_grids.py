"""Many tables at once are each what they are alone, and both are the rows that were written."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from causal.model.finite.coupling import Independent
from causal.model.finite.grid import Grid, prepare_laws, prepare_pairs
from causal.model.finite.table import Table

HUGE = 3**40  # a denominator that no double holds


@st.composite
def tables(draw: st.DrawFn) -> list[Table]:
    """Up to three values, over at most two names; some denominators are beyond doubles."""
    found = []
    for _ in range(draw(st.integers(1, 5))):
        count, names = draw(st.integers(1, 3)), draw(st.integers(0, 2))
        scale = draw(st.sampled_from([6, 20, HUGE]))
        rows = {}
        for key in product((0, 1), repeat=names):
            weights = draw(st.lists(st.integers(1, scale), min_size=count, max_size=count))
            rows[key] = tuple(Fraction(w, sum(weights)) for w in weights)
        coupling = draw(st.sampled_from([None, Independent()]))
        given_names = ("A", "B")[:names]
        found.append(Table(given_names, rows, values=range(count), coupling=coupling))
    return found


def grid(table: Table) -> Grid:
    return Grid(table, dict.fromkeys("AB", (0, 1)), {})


@given(tables())
def test_tables_at_once_are_what_they_are_alone(made: list[Table]) -> None:
    together, alone = [grid(t) for t in made], [grid(t) for t in made]
    prepare_pairs(together)
    prepare_laws(together)
    for table, one, other in zip(made, together, alone, strict=True):
        law, pair = one.law(exact=False), one.pair(exact=False)
        assert np.array_equal(law, other.law(exact=False))
        np.testing.assert_allclose(pair, other.pair(exact=False), rtol=1e-15)
        written = [float(p) for row in table.rows.values() for p in row]
        assert law.ravel().tolist() == written
        np.testing.assert_allclose(_margin(pair, one), law, atol=1e-12)


def _margin(pair: np.ndarray, of: Grid) -> np.ndarray:
    """The law of one copy in the pair: the other one's value summed out, in any of its rows."""
    apart = [*range(0, pair.ndim, 2), *range(1, pair.ndim, 2)]  # the copies take turns
    flat = pair.transpose(apart).reshape(of.rows, len(of.values), of.rows, len(of.values))
    return flat.sum(axis=3)[:, :, 0].reshape(of.law(exact=False).shape)


def test_nothing_to_prepare_is_no_trouble() -> None:
    prepare_laws([])
    prepare_pairs([])
