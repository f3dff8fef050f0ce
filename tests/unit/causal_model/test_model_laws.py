"""Laws are exact Series with the names as levels; samples come from the same law."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from causal import ADMG
from causal.errors import OptionError, UnknownVariableError
from causal.model import SCM, Do, Response, Table, random_scm
from causal.model.finite.contraction import Tensor, contract

MODEL = random_scm(ADMG.parse("A -> B -> C; A <-> C; B <-> D"), 7)


def test_a_law_is_a_series_of_fractions_over_the_whole_grid():
    law = MODEL.law("C", "A")
    assert list(law.index.names) == ["C", "A"]
    assert list(law.index) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert all(isinstance(p, Fraction) for p in law)
    assert law.sum() == 1


def test_a_single_name_gives_a_plain_index():
    law = MODEL.law("B")
    assert law.index.name == "B"
    assert list(law.index) == [0, 1]
    assert not isinstance(law.index, pd.MultiIndex)


def test_without_names_the_law_is_the_joint_in_the_order_of_the_graph():
    assert tuple(MODEL.law().index.names) == MODEL.graph.nodes
    summed = MODEL.law().groupby(level=["A", "D"]).sum()
    assert (summed == MODEL.law("A", "D")).all()


def test_an_impossible_value_keeps_its_cell():
    assert MODEL.under(Do(B=1)).law("B").to_dict() == {0: 0, 1: 1}


def test_unknown_names_are_refused():
    with pytest.raises(UnknownVariableError):
        MODEL.law("A", "nobody")


def test_values_may_be_words():
    model = SCM.of(
        {
            "dose": Table((), "1/4, 3/4", values=("low", "high")),
            "cured": Table("dose", {"low": "1, 0", "high": "1/3, 2/3"}, values=("no", "yes")),
        }
    )
    assert model.law("cured")["yes"] == Fraction(1, 2)
    assert model.under(Do(dose="high")).law("cured")["yes"] == Fraction(2, 3)
    assert set(model.sample(50, rng=0)["dose"]) == {"low", "high"}


def test_a_chain_of_two_hundred_variables_is_no_larger_than_its_widest_link():
    mechanisms = {"V0": Table((), "1/2, 1/2")}
    for i in range(1, 200):
        mechanisms[f"V{i}"] = Response(f"V{i - 1}", {0: 1, 1: 0})
    law = SCM.of(mechanisms).law("V0", "V199")
    assert law[0, 1] == law[1, 0] == Fraction(1, 2)


def test_a_contraction_is_the_sum_of_products():
    a = Tensor(("X", "Y"), np.array([[1, 2], [3, 4]], dtype=object))
    b = Tensor(("Y", "Z"), np.array([[5, 6], [7, 8]], dtype=object))
    assert (contract([a, b], ("Z", "X")) == (a.weights @ b.weights).T).all()
    assert contract([a, b], ()) == (a.weights @ b.weights).sum()


def test_a_sample_follows_the_law():
    n = 20_000
    counts = MODEL.sample(n, rng=np.random.default_rng(3)).value_counts(list(MODEL.graph.nodes))
    law = MODEL.law().astype(float)
    assert stats.chisquare(counts.reindex(law.index, fill_value=0), law * n).pvalue > 1e-3


def test_the_same_seed_draws_the_same_units_in_every_world():
    as_is = MODEL.sample(500, rng=11)
    done = MODEL.under(Do(B=1)).sample(500, rng=11)
    assert (as_is[["A", "D"]] == done[["A", "D"]]).all(axis=None)
    alike = as_is["B"] == 1  # consistency: who was at B=1 anyway is not changed by setting it
    assert (as_is.loc[alike, "C"] == done.loc[alike, "C"]).all()
    assert (as_is["C"] != done["C"]).any()


def test_a_longer_sample_begins_with_the_shorter_one():
    pd.testing.assert_frame_equal(MODEL.sample(100, rng=2).head(10), MODEL.sample(10, rng=2))


def test_sizes_out_of_range_are_refused():
    assert len(MODEL.sample(0, rng=1)) == 0
    with pytest.raises(OptionError):
        MODEL.sample(-1, rng=1)
    with pytest.raises(OptionError):
        random_scm(MODEL.graph, 1, values=1)


def test_a_generator_moves_on():
    rng = np.random.default_rng(0)
    assert not MODEL.sample(50, rng=rng).equals(MODEL.sample(50, rng=rng))
