"""Random masks follow the law that their page states, in every block and order of components."""

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ablation import Component, RandomMasks


def parts(count: int) -> list[Component]:
    return [Component(f"c{index}", switch=f"c{index}") for index in range(count)]


def bits(masks, count: int) -> np.ndarray:
    return np.array([[mask >> k & 1 for k in range(count)] for mask in masks], float)


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 30), st.floats(0.2, 0.8), st.integers(0, 40), st.integers(0, 2**60))
def test_masks_differ_and_tell_all_components_apart(
    count: int, share: float, more: int, block: int
) -> None:
    wanted = min(count + more, 2**count // 2)
    baseline, *masks = RandomMasks(wanted, share=share).at(block).drawn(parts(count))
    assert baseline == 0
    assert len({*masks, 0}) == wanted + 1
    assert np.linalg.matrix_rank(bits(masks, count)) == count


def test_as_many_masks_as_components_are_drawn_in_every_block() -> None:
    """Drawing whole sets anew, 20 times, would leave 0.1% of the blocks without one."""
    many = parts(8)
    for block in range(5000):
        assert len(RandomMasks(8).at(block).drawn(many)) == 9


@pytest.mark.parametrize("count", [2, 3])
def test_sets_of_masks_that_are_independent_modulo_two_are_equally_likely(count: int) -> None:
    blocks = 9000
    drawn = Counter(RandomMasks(count).at(block).drawn(parts(count))[1:] for block in range(blocks))
    possible = [
        masks
        for masks in permutations(range(1, 2**count), count)
        if round(np.linalg.det(bits(masks, count))) % 2
    ]
    assert drawn.keys() <= {*possible}
    seen = [drawn[masks] for masks in possible]
    assert stats.chisquare(seen).pvalue > 1e-3


@pytest.mark.parametrize(("share", "masks"), [(0.5, 60), (0.1, 60), (0.83, 45)])
def test_components_are_off_independently_with_the_share_that_is_stated(share, masks) -> None:
    """With more masks than components lots are hardly ever put back, so their law is plain."""
    count, blocks = 30, 300
    drawn = [RandomMasks(masks, share).at(block).drawn(parts(count))[1:] for block in range(blocks)]
    rows = bits([mask for each in drawn for mask in each], count)
    runs = len(rows)
    z = (rows.mean(axis=0) - share) / np.sqrt(share * (1 - share) / runs)
    nothing_off = (1 - share) ** count  # these rows are put back
    assert abs(rows.mean() - share / (1 - nothing_off)) < 4 * np.sqrt(0.25 / runs / count)
    assert np.abs(z).max() < 4 + share / np.sqrt(share * (1 - share) / runs) * nothing_off * 2
    correlated = np.corrcoef(rows.T)[np.triu_indices(count, 1)]
    assert np.abs(correlated).max() < 4.5 / np.sqrt(runs) + 2 * nothing_off


def test_the_order_of_components_is_of_no_consequence() -> None:
    many = parts(20)
    design = RandomMasks(30, share=0.4).at(7)
    one, other = (
        {each.name: {part.name for part in each.off} for each in design.conditions(given)}
        for given in (many, many[::-1])
    )
    assert {*map(frozenset, one.values())} == {*map(frozenset, other.values())}
    numbered = {name for name in one if " on, " in name}
    assert numbered == {name for name in other if " on, " in name}
    assert len(numbered) > 10
    assert all(one[name] == other[name] for name in numbered)
