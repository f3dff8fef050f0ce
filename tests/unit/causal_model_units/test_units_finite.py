"""Finite and mixed models, unit by unit: against exact enumeration over the noise."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.families import OPEN

from causal import ADMG
from causal.errors import DomainError, ImpossibleEvidenceError, ModelError, NotAPointError
from causal.model import (
    SCM,
    Do,
    DoEdge,
    Independent,
    Linear,
    Noise,
    Normal,
    Polynomial,
    Replace,
    Response,
    Shift,
    Stochastic,
    Table,
    Threshold,
    abduct,
    counterfactual,
    outcome_probabilities,
    potential_outcomes,
    predict,
    random_scm,
)
from causal.model.engines.units import chances

GRAPH = ADMG.parse("X -> M -> Y; X -> Y; W -> M; W -> Y")
THREE = ("low", "middle", "high")


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), values=st.integers(2, 3))
def test_chances_of_finite_units_are_those_of_the_exact_engine(seed, values) -> None:
    model = random_scm(ADMG.parse("X -> M -> N -> Y; X -> Y; W -> M; W -> Y"), seed, values=values)
    units = model.sample(6, rng=seed)
    ours = outcome_probabilities(model, units, Do(X=1), target="Y")
    for row, unit in units.iterrows():
        seen = ", ".join(f"{v}={value}" for v, value in unit.items())
        for value in ours.columns:
            exact = counterfactual(model, f"P(Y[X=1]={value} | {seen})").value
            assert ours.loc[row, value] == pytest.approx(float(exact), abs=1e-12)


@pytest.mark.parametrize("coupling", [None, Independent()])
def test_edges_and_shifts_keep_the_cells_of_a_table(coupling) -> None:
    """What is under() and what is asked by the text of the query are one number."""
    rows = {(0, 0): "1/5, 4/5", (0, 1): "1/2, 1/2", (1, 0): "2/3, 1/3", (1, 1): "1/7, 6/7"}
    model = SCM.of(
        {
            "X": Table((), "1/3, 2/3"),
            "M": Table("X", {0: "3/4, 1/4", 1: "1/4, 3/4"}),
            "Y": Table(("X", "M"), rows, coupling=coupling),
        }
    )
    evidence = {"X": 0, "M": 1, "Y": 1}
    law = predict(model.under(DoEdge("X", "Y", 1)), abduct(model, evidence), "Y")
    asked = counterfactual(model, "P(Y[X->Y=1]=1 | X=0, M=1, Y=1)")
    assert law[1] == asked.value
    ours = outcome_probabilities(model, pd.DataFrame([evidence]), DoEdge("X", "Y", 1), target="Y")
    assert ours.loc[0, 1] == pytest.approx(float(asked.value))


def test_a_shift_of_a_finite_variable_stays_in_its_domain_or_is_refused() -> None:
    dose = Table((), "1/2, 1/2, 0", values=(0, 1, 2))
    model = SCM.of({"D": dose, "Y": Response.of({"D": (0, 1, 2)}, lambda d: int(d > 1))})
    assert model.under(Shift(D=1)).law("Y")[1] == Fraction(1, 2)
    with pytest.raises(DomainError, match="D cannot be 3"):
        model.under(Shift(D=2))
    named = SCM.of({"X": Table((), "1/2, 1/2, 0", values=THREE)})
    with pytest.raises(ModelError, match="'low', to which 1 cannot be added"):
        named.under(Shift(X=1))
    with pytest.raises(ModelError, match="leaves that domain"):
        SCM.of({"X": Threshold(0.0)}).under(Shift(X=1))


def test_a_finite_variable_can_be_drawn_from_another_law() -> None:
    model = random_scm(GRAPH, 3)
    drawn = model.under(Stochastic(X="1/4, 3/4"))
    mixed = sum(
        weight * model.under(Do(X=x)).law("Y")[1]
        for x, weight in enumerate((Fraction(1, 4), Fraction(3, 4)))
    )
    assert drawn.law("Y")[1] == mixed
    with pytest.raises(ModelError, match="does not draw"):
        model.under(Stochastic(X="1"))
    with pytest.raises(ModelError, match="does not draw"):
        model.under(Stochastic(X=Normal()))


def test_a_replaced_table_reads_what_it_likes() -> None:
    model = random_scm(GRAPH, 3)
    other = model.under(Replace(Y=Response("W", {0: 1, 1: 0})))
    assert other.graph == ADMG.parse("X -> M; W -> M; W -> Y")
    assert other.law("Y")[1] == model.law("W")[0]
    with pytest.raises(ModelError, match=r"takes \(0, 1, 2\), but the old one \(0, 1\)"):
        model.under(Replace(Y=Table((), "1/3, 1/3, 1/3", values=(0, 1, 2))))


def test_a_firing_squad_has_one_answer_for_each_observed_unit() -> None:
    """Pearl (2009), 7.1.2, without noise behind the court order."""
    squad = SCM.of(
        {
            "order": Table((), "1/2, 1/2"),
            "A": Response("order", {0: 0, 1: 1}),
            "B": Response("order", {0: 0, 1: 1}),
            "dead": Response.of(("A", "B"), max),
        }
    )
    units = squad.sample(20, rng=1)
    ours = potential_outcomes(squad, units, Do(A=0))
    assert (ours["dead"] == units["dead"]).all()  # the other rifleman shoots
    assert (ours["A"] == 0).all()
    broken = units.assign(dead=1 - units["dead"])
    with pytest.raises(ImpossibleEvidenceError, match="dead: the value"):
        potential_outcomes(squad, broken, Do(A=0))


def test_values_may_be_names() -> None:
    model = SCM.of(
        {
            "X": Table((), "1/3, 1/3, 1/3", values=THREE),
            "Y": Response("X", {"low": "no", "middle": "no", "high": "yes"}, values=("no", "yes")),
        }
    )
    units = model.sample(30, rng=2)
    for table in (units, units.astype("category"), units.astype(object)):
        ours = potential_outcomes(model, table, Do(X="high"))
        assert set(ours["X"]) == {"high"}
        assert set(ours["Y"]) == {"yes"}
    per_unit = potential_outcomes(model, units, Do(X=["low", "high"] * 15), targets="Y")
    assert list(per_unit["Y"]) == ["no", "yes"] * 15


@pytest.mark.parametrize("name", OPEN)
def test_an_open_value_is_followed_up_in_each_way_it_can_be(name) -> None:
    """A choice between X and a threshold: chances multiply along the way."""
    first = OPEN[name]
    model = SCM.of(
        {
            "X": Linear(),
            "Y": first,
            "L": Linear({"Y": 2.0, "X": 1.0}, noise=Normal(0, 0.5)),
            "S": Threshold(Polynomial({"L": 1.0, "Y": -1.0})),
        }
    )
    n = 20_000
    fact, other = (m.sample(n, rng=7) for m in (model, model.under(Do(X=0.5))))
    ours = outcome_probabilities(model, fact, Do(X=0.5), target="S")
    np.testing.assert_allclose(ours.sum(axis=1), 1.0)
    bins = (ours[1] * 8).round()
    for _, rows in ours[1].groupby(bins):
        happened = other["S"][rows.index]
        assert abs(rows.mean() - happened.mean()) < 5 * np.sqrt(0.25 / len(rows))


def test_chances_of_what_cannot_differ_are_what_was_seen() -> None:
    model = random_scm(GRAPH, 1)
    units = model.sample(10, rng=1)
    ours = outcome_probabilities(model, units, Do(Y=0), target="M")
    assert (ours[1] == units["M"]).all()
    ours = outcome_probabilities(model, units, Do(Y=0), target="Y")
    assert (ours[0] == 1).all()


def test_a_shared_finite_noise_is_left_to_the_exact_engine() -> None:
    bow = SCM.of(
        {"X": Response("U", {0: 0, 1: 1}), "Y": Response.of(("X", "U"), max)},
        [Noise("U", "1/2, 1/2")],
    )
    with pytest.raises(NotAPointError, match="reads the noise U, which nobody saw"):
        potential_outcomes(bow, bow.sample(5, rng=1), Do(X=0))


def test_too_many_open_values_are_refused(monkeypatch) -> None:
    monkeypatch.setattr(chances, "MOST", 10)
    coins = {f"C{i}": Table("X", {0: "1/2, 1/2", 1: "1/3, 2/3"}) for i in range(4)}
    names = tuple(coins)
    model = SCM.of(
        {"X": Table((), "1/2, 1/2"), **coins, "Y": Response.of(names, lambda *c: c.count(1) % 2)}
    )
    with pytest.raises(ModelError, match="more than 10 combinations"):
        outcome_probabilities(model, model.sample(200, rng=1), Do(X=1), target="Y")
