"""A stream depends on the study's name, the seed and its own name; on nothing else."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablation import Seeds
from ablation.errors import AblationError

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@given(st.lists(names, unique=True, min_size=2, max_size=6), st.randoms())
def test_the_order_in_which_streams_are_asked_for_changes_none(asked: list[str], lot) -> None:
    seeds = Seeds("study", 3)
    before = {name: seeds[name] for name in asked}
    lot.shuffle(asked)
    assert {name: seeds[name] for name in asked} == before


@given(names, st.integers(0, 2**63 - 1), names)
def test_the_integer_is_the_head_of_a_sha256(study: str, seed: int, name: str) -> None:
    text = json.dumps([study, seed, name], ensure_ascii=False, separators=(",", ":"))
    assert Seeds(study, seed)[name] == int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def test_names_cannot_run_into_each_other() -> None:
    assert Seeds("a", 11)["b"] != Seeds("a1", 1)["b"]
    assert Seeds("a", 1)['b",1,"c'] != Seeds('a",1,"b', 1)["c"]


def test_a_thousand_streams_are_distinct_and_fit_every_generator() -> None:
    drawn = {Seeds("toy", seed)[f"block.{i}.weight"] for seed in range(20) for i in range(50)}
    assert len(drawn) == 1000
    assert all(0 <= each < 2**32 for each in drawn)


@pytest.mark.parametrize("name", [0, None, 1.5, ("init",), b"init"])
def test_a_stream_that_has_no_name_is_refused(name: object) -> None:
    with pytest.raises(TypeError, match=r'ask for seeds\["init"\]') as refusal:
        Seeds("toy", 3)[name]
    assert isinstance(refusal.value, AblationError)


def test_streams_cannot_be_listed_nor_searched() -> None:
    seeds = Seeds("toy", 3)
    with pytest.raises(TypeError, match="not iterable"):
        list(seeds)
    with pytest.raises(TypeError, match="not iterable"):
        _first, *_ = seeds
    with pytest.raises(TypeError, match="not a container"):
        assert "init" in seeds
