"""Names that go together, go together: orders, steps, and the sums that they make."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal.model.finite.contraction import Tensor, contract
from causal.model.finite.elimination import elimination_order
from causal.model.finite.settings import by_setting, ranked

SCOPES = st.lists(st.sets(st.sampled_from("ABCDEFG"), max_size=4), min_size=1, max_size=7)


@given(
    scopes=SCOPES,
    sizes=st.tuples(*[st.integers(1, 3)] * 7),
    keep=st.sets(st.sampled_from("ABCDEFG")),
)
def test_every_name_but_those_kept_is_eliminated_once_from_what_is_built(
    scopes, sizes, keep
) -> None:
    size = dict(zip("ABCDEFG", sizes, strict=True))
    order = elimination_order([tuple(sorted(s)) for s in scopes], size, keep)
    everything = set().union(*scopes)
    gone = [name for step in order.steps for name in step.names]
    assert sorted(gone) == sorted(everything - keep)
    left = [set(scope) for scope in scopes]
    for step in order.steps:
        touched = [scope for scope in left if scope & set(step.names)]
        built = set().union(*touched)
        assert np.prod([size[name] for name in built]) == pytest.approx(step.entries)
        left = [scope for scope in left if scope not in touched] + [built - set(step.names)]


@given(scopes=SCOPES, keep=st.sets(st.sampled_from("ABCDEFG"), max_size=3), seed=st.integers(0, 99))
def test_sums_of_products_are_what_a_loop_makes_of_them(scopes, keep, seed) -> None:
    rng = np.random.default_rng(seed)
    tensors = [
        Tensor(tuple(sorted(s)), rng.integers(0, 4, (2,) * len(s)).astype(object)) for s in scopes
    ]
    names = sorted(set().union(*scopes))
    kept = [name for name in names if name in keep]
    found = contract(tensors, kept)
    expected = np.zeros((2,) * len(kept), dtype=object)
    for values in product((0, 1), repeat=len(names)):
        at = dict(zip(names, values, strict=True))
        term = 1
        for tensor in tensors:
            term *= int(np.asarray(tensor.weights)[tuple(at[name] for name in tensor.names)])
        expected[tuple(at[name] for name in kept)] += term
    assert (np.asarray(found) == expected).all()


def test_equal_numbers_of_other_types_keep_an_order_of_their_own() -> None:
    texts = tuple(map(str, range(9, 11)))
    assert ranked((9, 10)) is None
    assert ranked((np.int64(9), np.int64(10))) is None
    assert ranked(texts) == (1, 0)
    _, entries = by_setting({np.int64(10): "b", np.int64(9): "a"}, ("X",))
    assert entries == ("a", "b")


@given(st.permutations([(x, u) for x in range(3) for u in range(4)]))
def test_rows_in_any_order_stand_where_they_belong(keys: list[tuple[int, int]]) -> None:
    settings, entries = by_setting({key: key for key in keys}, ("X", "U"))
    assert settings == entries == tuple(sorted(keys))
    holed = {key: key for key in keys if key != (1, 2)}
    assert by_setting(holed, ("X", "U"))[0] == tuple(sorted(holed))
    assert by_setting(dict.fromkeys(sorted(keys), "same"), ("X", "U"))[0] == tuple(sorted(keys))
