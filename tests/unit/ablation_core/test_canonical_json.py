"""One value has one text, whatever the order of its keys; what is not JSON has none."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablation.canonical import Json, canonical, digest, frozen, plain, same
from ablation.errors import NotJsonError

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(values)
def test_the_text_reads_back_as_the_value(value: Json) -> None:
    assert json.loads(canonical(value)) == value
    assert canonical(json.loads(canonical(value))) == canonical(value)


@given(st.dictionaries(st.text("abc", max_size=2), values), st.integers(0, 10))
def test_the_order_of_keys_changes_nothing(table: dict[str, Json], seed: int) -> None:
    shuffled = list(table.items())
    random.Random(seed).shuffle(shuffled)
    assert digest(dict(shuffled)) == digest(table)


@given(st.dictionaries(st.text("abc", max_size=2), values))
def test_frozen_and_plain_are_inverse(table: dict[str, Json]) -> None:
    assert plain(frozen(table)) == table
    assert canonical(frozen(table)) == canonical(table)


def test_a_frozen_mapping_cannot_be_changed_at_any_depth() -> None:
    given_table: dict[str, Json] = {"model": {"layers": [2, 3]}}
    kept = frozen(given_table)
    given_table["model"] = None
    inner = kept["model"]
    assert inner == {"layers": (2, 3)}
    with pytest.raises(TypeError):
        inner["layers"] = 1


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"rate": float("nan")}, "value.rate"),
        ({"a": [1, float("inf")]}, "value.a[1]"),
        ({"a": {1: 2}}, "a key of value.a"),
        ({"a": object()}, "value.a"),
        ({"a": "\ud800"}, "value.a"),
    ],
)
def test_what_json_cannot_hold_is_refused_by_place(value: dict[str, Json], place: str) -> None:
    with pytest.raises(NotJsonError) as refusal:
        canonical(value)
    assert refusal.value.where == place


def test_one_and_one_point_zero_mean_the_same_setting_but_true_does_not() -> None:
    assert same(1, 1.0)
    assert not same(1, True)
    assert not same("1", 1)
    assert same({"a": [1, {"b": 2.0}]}, {"a": (1.0, {"b": 2})})
    assert not same({"a": [1, 0]}, {"a": [1, False]})
    assert not same([1], [1, 2])
