"""Noise by name in a question: what evidence says about it, in tables and in linear models."""

from __future__ import annotations

from fractions import Fraction

import pytest

from causal.errors import DomainError, OptionError, QueryError, UnknownVariableError
from causal.model import (
    SCM,
    Additive,
    Do,
    Linear,
    Noise,
    Normal,
    Response,
    Table,
    abduct,
    counterfactual,
    load_model,
    potential_outcomes,
)
from causal.model.continuous import Laplace
from causal.model.continuous.curves import Polynomial

SQUAD = load_model(
    {
        "exogenous": {"order": [0.3, 0.7], "nerves": [0.8, 0.2]},
        "equations": {"A": "max(order, nerves)", "B": "order", "dead": "A or B"},
    }
)


def test_the_noise_of_a_finite_model_has_the_law_that_abduction_gives() -> None:
    known = abduct(SQUAD, {"A": 1})
    at = known.names.index("nerves")
    chance = sum((weight for cells, weight in known.weights if cells[at] == 1), Fraction(0))
    assert counterfactual(SQUAD, "P(nerves=1 | A=1)").value == chance == Fraction(5, 19)
    assert counterfactual(SQUAD, "E(nerves | A=1)").value == chance


def test_noise_and_worlds_mix() -> None:
    asked = "P(B[A=0]=0, nerves=1 | dead=1)"
    assert counterfactual(SQUAD, asked).value == Fraction(3, 10) * Fraction(1, 5) / Fraction(19, 25)
    assert counterfactual(SQUAD, "P(dead[A=0]=1 | nerves=1)").value == Fraction(7, 10)


def test_noise_may_be_what_was_observed_of_units() -> None:
    found = counterfactual(SQUAD, "P(dead=1)", units={"nerves": [0, 1], "order": [0, 0]})
    assert found.value.tolist() == [0, 1]


def test_a_noise_that_two_variables_read_is_the_same_for_both() -> None:
    bow = SCM.of(
        {"X": Table("U", {0: "9/10, 1/10", 1: "1/5, 4/5"}), "Y": Response.of(("X", "U"), min)},
        [Noise("U", "1/2, 1/2")],
    )
    assert counterfactual(bow, "P(U=1 | X=1)").value == Fraction(8, 9)
    assert counterfactual(bow, "P(Y=1 | U=1, X=1)").value == 1


def test_the_noise_of_a_linear_model_is_conditioned_as_normal_laws_are() -> None:
    model = SCM.of(
        {"X": Linear({}, noise="U"), "Y": Linear({"X": 2.0}, noise=Normal(0, 3))},
        [Noise("U", Normal(1, 2))],
    )
    found = counterfactual(model, "E(U | Y=5)")
    assert found.value == pytest.approx(1 + 2 * 4 / (4 * 4 + 9) * (5 - 2))
    assert found.engine == "conditioned normal law, exact"


def test_noise_that_is_more_than_added_cannot_be_asked_about() -> None:
    mean = Additive(Polynomial({("X", "X"): 1.0}), noise="U")
    model = SCM.of({"X": Linear({}), "Y": mean}, [Noise("U", Normal())])
    with pytest.raises(QueryError, match="U is the noise of Y"):
        counterfactual(model, "E(U | Y=1)")


def test_values_and_names_of_noise_are_checked() -> None:
    with pytest.raises(DomainError, match="nerves cannot be 2"):
        counterfactual(SQUAD, "P(nerves=2 | A=1)")
    with pytest.raises(UnknownVariableError, match="nervs"):
        counterfactual(SQUAD, "P(nervs=1 | A=1)")


TAILED = SCM.of({"X": Linear({}), "Y": Linear({"X": 1.0}, noise=Laplace(0, 1))})


def test_the_interval_of_a_probability_stays_between_zero_and_one() -> None:
    none = counterfactual(TAILED, "P(Y[X=0] > 9 | X > 1)", draws=2000)
    assert none.interval[0] == 0
    everything = counterfactual(TAILED, "2 - P(Y[X=0] < 9 | X > 1)", draws=2000)
    assert everything.interval[0] == 1


def test_a_number_that_no_double_holds_is_refused_in_one_line() -> None:
    for asked in ("P(Y > 0 | do(X=1e400))", "E(Y[X=1] | X=1e400)", f"E(Y[X={10**400}])"):
        with pytest.raises(QueryError, match="X is a real number"):
            counterfactual(TAILED, asked)
    units = TAILED.sample(3, rng=0)
    for value in (float("inf"), -float("inf"), 10**400):
        with pytest.raises(ValueError, match="takes real numbers"):
            potential_outcomes(TAILED, units, Do(X=value))
    with pytest.raises(ValueError, match="unit 1 is inf"):
        Do(X=[0.0, float("inf")])


def test_draws_are_at_least_one() -> None:
    with pytest.raises(OptionError, match="at least 1"):
        counterfactual(TAILED, "P(Y > 0 | X > 1)", draws=0)


def test_what_two_sights_of_one_noise_want_instead_works() -> None:
    with pytest.raises(ValueError, match="as a range"):
        counterfactual(TAILED, "E(Y[X=3] | Y=1, Y[X=2]=2.5)")
    found = counterfactual(TAILED, "E(Y[X=3] | Y=1, Y[X=2] > 2.3, Y[X=2] < 2.7)")
    assert found.value == pytest.approx(3.5, abs=0.2)
