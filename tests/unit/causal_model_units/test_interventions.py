"""Interventions are values: they print, compare, hash, compose, and come back from plain data."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from strategies.families import EVERY_DATA, linear_model

from causal import ADMG
from causal.errors import ModelError, OptionError
from causal.model import (
    SCM,
    Additive,
    Do,
    DoEdge,
    Empirical,
    FreeCurve,
    Function,
    Linear,
    Normal,
    Polynomial,
    Replace,
    Response,
    Shift,
    Stochastic,
    Table,
    Uniform,
    intervention_from_dict,
    mechanism_from_dict,
    random_scm,
)

INTERVENTIONS = {
    "do": Do(X=1, Y="low"),
    "do, one value a unit": Do(X=[0.5, 1.5]),
    "do on an edge": Do.edge("X", "blood pressure", 1),
    "shift": Shift(X=2, Y=-0.5),
    "replace": Replace(Y=Linear({"X": 2.0}), Z=Table("X", {0: "1/3, 2/3", 1: "1, 0"})),
    "draw": Stochastic(X="1/2, 1/2", Y=Normal(0, 2)),
}
PRINTED = {
    "do": "do(X=1, Y=low)",
    "do, one value a unit": "do(X=<2 values: 0.5, 1.5>)",
    "do on an edge": 'do(X->"blood pressure"=1)',
    "shift": "shift(X by 2, Y by -0.5)",
    "replace": "replace(Y, Z)",
    "draw": "draw(X from Finite('1/2, 1/2'), Y from Normal(mean=0, sd=2))",
}


@pytest.fixture(params=INTERVENTIONS)
def name(request) -> str:
    return request.param


def test_an_intervention_prints(name) -> None:
    assert str(INTERVENTIONS[name]) == PRINTED[name]


def test_an_intervention_comes_back_from_plain_data_equal_and_with_the_same_hash(name) -> None:
    action = INTERVENTIONS[name]
    again = intervention_from_dict(json.loads(json.dumps(action.to_dict())))
    assert again == action
    assert hash(again) == hash(action)


def test_interventions_differ_where_they_do() -> None:
    assert len(set(INTERVENTIONS.values())) == len(INTERVENTIONS)
    assert Do(X=[1.0, 2.0]) != Do(X=[1.0, 3.0])
    assert Do(X=pd.Series([1, 2])) == Do(X=np.array([1, 2])) != Do(X=1)
    assert DoEdge("X", "Y", 1) != DoEdge("Y", "X", 1)


def test_what_was_set_cannot_be_changed_behind_the_interventions_back() -> None:
    values = np.array([1.0, 2.0])
    action = Do(X=values)
    values[0] = 99.0
    assert action == Do(X=[1.0, 2.0])
    with pytest.raises(ValueError, match="read-only"):
        dict(action.settings)["X"].values[0] = 5.0


@pytest.mark.parametrize("family", EVERY_DATA)
def test_a_mechanism_that_is_data_comes_back_from_plain_data(family) -> None:
    mechanism = EVERY_DATA[family]
    assert mechanism_from_dict(json.loads(json.dumps(mechanism.to_dict()))) == mechanism


def test_altered_mechanisms_come_back_as_well() -> None:
    model = random_scm(ADMG.parse("X -> Y <- Z"), 1)
    altered = [
        model.under(DoEdge("X", "Y", 1)),
        model.under(Do(X=1)),
        SCM.of({"X": Linear(), "Y": Linear({"X": 1.0})}).under(
            Shift(Y=1.0), DoEdge("X", "Y", 1.0), Stochastic(X=Uniform())
        ),
        SCM.of({"X": Linear(), "Y": Linear({"X": 1.0})}).under(Do(X=[1.0, 2.0])),
    ]
    for one in altered:
        for mechanism in one.mechanisms.values():
            assert mechanism_from_dict(json.loads(json.dumps(mechanism.to_dict()))) == mechanism


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"kind": "linaer"}, "no mechanism is described by the kind linaer; did you mean linear"),
        ({"kind": "linear"}, "the description of a linear mechanism is damaged: KeyError"),
        (Function("X", lambda x, e: x * e).to_dict(), "is code, which data cannot bring back"),
        (Additive(FreeCurve(("X",), np.sin)).to_dict(), "is code; data cannot bring it back"),
        ({"kind": "table", "given": 3}, "the description of a table mechanism is damaged"),
    ],
)
def test_what_describes_no_mechanism_is_refused(data, complaint) -> None:
    with pytest.raises(ModelError, match=complaint):
        mechanism_from_dict(data)
    with pytest.raises(ModelError, match="describes no intervention"):
        intervention_from_dict(data)


def test_a_law_that_nobody_knows_is_refused_with_the_nearest() -> None:
    data = Linear().to_dict() | {"noise": {"kind": "normall"}}
    with pytest.raises(ModelError, match=r"damaged.*did you mean normal"):
        mechanism_from_dict(data)
    with pytest.raises(OptionError):
        Stochastic(X=Normal(0, -1))


def test_interventions_compose_in_the_order_given() -> None:
    model = linear_model(2)
    one = model.under(Do(V1=1.0), Shift(V1=2.0)).sample(5, rng=1)
    assert (one["V1"] == 3.0).all()
    other = model.under(Shift(V1=2.0), Do(V1=1.0)).sample(5, rng=1)
    assert (other["V1"] == 1.0).all()
    chained = model.under(Shift(V1=2.0)).under(Do(V1=1.0))
    assert chained == model.under(Shift(V1=2.0), Do(V1=1.0))


def test_the_graph_follows_the_intervention() -> None:
    model = SCM.of({"X": Linear(), "W": Linear(), "Y": Linear({"X": 1.0}), "Z": Linear({"Y": 1.0})})
    assert model.under(Shift(Y=1.0)).graph == model.graph
    assert model.under(Do(Y=1.0)).graph == ADMG.parse("X; W; Y -> Z")
    assert model.under(DoEdge("X", "Y", 0.0)).graph == ADMG.parse("X; W; Y -> Z")
    assert model.under(Replace(Y=Additive(Polynomial({"W": 1.0})))).graph == ADMG.parse(
        "X; W -> Y; Y -> Z"
    )
    assert model.under(Stochastic(Y=Uniform())).graph == ADMG.parse("X; W; Y -> Z")


def test_an_ignored_edge_can_be_set_too() -> None:
    model = SCM.of({"X": Table((), "1/2, 1/2"), "Y": Table((), "1/4, 3/4", ignores="X")})
    done = model.under(DoEdge("X", "Y", 1))
    assert done.graph == ADMG.parse("X; Y")
    assert done.law("Y")[1] == model.law("Y")[1]
    assert model.under(Do(X=1)).mechanisms["X"] == Response((), {(): 1})


def test_an_empirical_law_prints_short() -> None:
    assert repr(Empirical(range(10_000))) == "<Empirical: 10000 numbers from 0 to 9999>"
