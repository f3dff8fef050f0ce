"""Units in a batch get what each would get alone, whatever was seen of it and whoever else asks."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies.graphs import admgs, seeds

from causal import ADMG, Quantity, counterfactual
from causal.errors import DomainError, ImpossibleEvidenceError, QueryError, UnknownVariableError
from causal.model import SCM, Response, Table, random_scm
from causal.model.engines import unit_batches
from causal.query import Term

quickly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
QUERIES = [
    "P({y}[{x}=1]=1)",
    "P({y}[{x}=1]=1 | {y}[{x}=0]=0)",
    "E({y}[{x}=1]) - E({y}[{x}=0])",
    "P({y}[{x}=1] != {y}[], {x}[{y}=0] >= 0) + 2",
    "E({y})",
    "P({z}=1, {y}[{x}=1, {z}={z}[{x}=0]]=1)",
]


@settings(quickly, max_examples=40)
@given(data=st.data(), graph=admgs(3, 5), seed=seeds())
def test_a_unit_among_others_is_a_unit_alone(data, graph, seed):
    model = random_scm(graph, seed)
    x, y, z = data.draw(st.permutations(graph.nodes))[:3]
    query = data.draw(st.sampled_from(QUERIES)).format(x=x, y=y, z=z)
    seen = data.draw(st.lists(st.sampled_from(graph.nodes), unique=True))
    units = model.sample(6, rng=seed)[seen].astype(object)
    for v in seen:
        units.loc[data.draw(st.lists(st.integers(0, 5), max_size=2)), v] = None
    rows = [
        [Term(v, value) for v, value in row.items() if value is not None]
        for _, row in units.iterrows()
    ]
    try:
        alone = [exactly(model, query, known) for known in rows]
    except ImpossibleEvidenceError:
        with pytest.raises(ImpossibleEvidenceError):
            counterfactual(model, query, units=units)
        return
    together = counterfactual(model, query, units=units).value
    exact = counterfactual(model, query, units=units, exact=True).value
    assert list(together.index) == list(units.index)
    for i, value in enumerate(alone):
        if value is not None:
            assert exact.iloc[i] == value
            assert together.iloc[i] == pytest.approx(float(value), abs=1e-12)


def exactly(model, query, known):
    """The same by one question a unit, its evidence written out; None where it cannot be."""
    parts = []
    for factor, part in Quantity.parse(query).parts:
        try:
            more = part and replace(part, given=(*part.given, *known))
        except QueryError:
            return None
        parts.append((factor, more))
    return counterfactual(model, Quantity(tuple(parts)), exact=True).value


def test_the_size_of_a_chunk_and_the_order_of_units_change_nothing(monkeypatch):
    model = random_scm(ADMG.parse("A -> B -> C -> D; A -> D; B <-> D"), 4)
    units = model.sample(200, rng=1)[["A", "C", "D"]]
    query = "P(D[B=1]=1) - P(D[B=0]=1)"
    whole = counterfactual(model, query, units=units).value
    monkeypatch.setattr(unit_batches, "ENTRIES", 1)
    pd.testing.assert_series_equal(counterfactual(model, query, units=units).value, whole)
    turned = units.iloc[::-1]
    pd.testing.assert_series_equal(
        counterfactual(model, query, units=turned).value.iloc[::-1], whole
    )
    assert whole.nunique() <= 8


def test_the_average_over_units_is_the_effect():
    model = random_scm(ADMG.parse("X -> Y; X <-> Y; Z -> Y"), 4)
    law = model.law("X", "Y", "Z")
    units = pd.DataFrame(list(law.index), columns=["X", "Y", "Z"])
    found = counterfactual(model, "P(Y[X=1]=1)", units=units, exact=True)
    assert (found.value.to_numpy() * law.to_numpy()).sum() == counterfactual(
        model, "P(Y[X=1]=1)"
    ).value
    assert found.assumptions[-1] == "Y: rows coupled by InverseCDF"


def test_missing_values_are_not_evidence():
    model = random_scm(ADMG.parse("X -> Y"), 4)
    units = pd.DataFrame({"X": [1, None, 1], "Y": [np.nan, 1, 0]})
    found = counterfactual(model, "P(Y[X=0]=1)", units=units, exact=True).value
    for i, given_ in enumerate(["X=1", "Y=1", "X=1, Y=0"]):
        assert found[i] == counterfactual(model, f"P(Y[X=0]=1 | {given_})").value
    nothing = counterfactual(model, "P(Y[X=0]=1)", units=units[[]], exact=True).value
    assert (nothing == counterfactual(model, "P(Y[X=0]=1)").value).all()


@pytest.mark.parametrize(
    ("units", "error", "complaint"),
    [
        ({"Q": [1]}, UnknownVariableError, "Q is not in the graph"),
        ({"X": [0, 7]}, DomainError, "X cannot be 7"),
        ({"X": [0, 1], "Y": [0, 0]}, ImpossibleEvidenceError, r"X=1, Y=0 \(row 1\) has probab"),
    ],
)
def test_units_that_cannot_be_are_refused(units, error, complaint):
    model = SCM.of({"X": Table((), "1/2, 1/2"), "Y": Response("X", {0: 0, 1: 1})})
    with pytest.raises(error, match=complaint):
        counterfactual(model, "P(Y[X=0]=1)", units=units)


def test_a_unit_of_tiny_probability_stands_among_others():
    parts = {"X": Table((), "1/2, 1/2"), "V0": Table("X", {0: "1/2, 1/2", 1: "1/4, 3/4"})}
    parts |= {
        f"V{i}": Table(f"V{i - 1}", {0: "0.99, 0.01", 1: "0.99, 0.01"}) for i in range(1, 200)
    }
    model = SCM.of(parts)
    units = pd.DataFrame({f"V{i}": [0, 1] for i in range(200)})
    found = counterfactual(model, "P(X=1)", units=units).value
    assert found.tolist() == pytest.approx([1 / 3, 3 / 5])
    assert float(Fraction(1, 100)) ** 199 == 0
