"""Models of real numbers as text: which mechanism an equation is, and that it is the same model."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causal import (
    Additive,
    Do,
    Function,
    Linear,
    Normal,
    Polynomial,
    Threshold,
    Uniform,
    counterfactual,
    load_model,
    potential_outcomes,
)
from causal.errors import CausalError, ModelError
from causal.model.equations.columns import Rule
from causal.model.equations.evaluating import EvaluationError, evaluated
from causal.model.equations.parsing import parse_equation
from causal.model.equations.polynomials import polynomial
from causal.model.equations.syntax import names
from causal.model.posterior import Point

NORMAL = {"D": "normal(0, 1)", "E": "normal(0, 1)"}
UNIFORM = {"D": "uniform(1, 2)", "E": "uniform(0, 1)"}
STUDY = {
    "noise": {"e": "normal(0, 1)", "h": "normal(0, 1)", "y": "normal(0, 1)"},
    "equations": {
        "encouragement": "e",
        "homework": "0.5 * encouragement + h",
        "score": "0.7 * encouragement + 0.4 * homework + y",
    },
}


def test_joe_would_have_scored_one_point_nine():
    """Pearl, Glymour & Jewell (2016), model 4.1 and section 4.2.3, after the book.

    Joe had encouragement .5, homework 1 and score 1.5; had he doubled his homework, 1.90.
    """
    model = load_model(STUDY)
    assert model.mechanisms["homework"] == Linear({"encouragement": 0.5})
    joe = pd.DataFrame({"encouragement": [0.5], "homework": [1.0], "score": [1.5]})
    assert potential_outcomes(model, joe, Do(homework=2))["score"][0] == pytest.approx(1.90)
    found = counterfactual(model, "E(score[homework=2] | encouragement=0.5, homework=1, score=1.5)")
    assert found.value == pytest.approx(1.90)


@pytest.mark.parametrize(
    ("equation", "mechanism"),
    [
        ("2 * X - 1 + E", Linear({"X": 2}, intercept=-1)),
        ("(X - 3 * E) / 2", Linear({"X": 0.5}, noise=Normal(0, 1.5))),
        ("E + X * X", Additive(Polynomial({("X", "X"): 1}))),
        ("(X + 1) ** 2 - X ** 2 + E", Linear({"X": 2}, intercept=1)),
        ("X + E > 0", Threshold(Polynomial({"X": 1}), values=(0, 1))),
        ("2 * E >= X", Threshold(Polynomial({"X": -0.5}), values=(0, 1))),
        ("X < -E", Threshold(Polynomial({"X": 1}), values=(1, 0))),
    ],
)
def test_an_equation_is_recognised(equation, mechanism):
    model = load_model(
        {
            "noise": {"D": "normal(0, 1)", "E": "normal(0, 1)"},
            "equations": {"X": "D", "Y": equation},
        }
    )
    assert model.mechanisms["Y"] == mechanism


@pytest.mark.parametrize("equation", ["X + (1 + X ** 2) * E", "exp(X) - E / 2", "X * (E - 3)"])
def test_noise_that_is_stretched_can_be_solved_for(equation):
    model = load_model(
        {
            "noise": {"D": "uniform(1, 2)", "E": "uniform(0, 1)"},
            "equations": {"X": "D", "Y": equation},
        }
    )
    rule = model.mechanisms["Y"]
    assert isinstance(rule, Function)
    x, e = np.array([1.0, 1.5, 2.0]), np.array([0.2, 0.5, 0.9])
    seen = rule.forward([x], e)
    posterior = rule.abduct(seen, [x])
    assert isinstance(posterior, Point)
    np.testing.assert_allclose(posterior.noise, e)


@pytest.mark.parametrize("equation", ["X if E > 0 else -X", "E * E + X", "max(X, E)", "X / E"])
def test_noise_that_comes_in_otherwise_can_only_be_drawn(equation):
    model = load_model(
        {
            "noise": {"D": "uniform(1, 2)", "E": "uniform(1, 2)"},
            "equations": {"X": "D", "Y": equation},
        }
    )
    assert len(model.sample(100, rng=1)) == 100
    with pytest.raises(CausalError):
        potential_outcomes(model, model.sample(3, rng=1), Do(X=1))


def test_a_noise_in_two_equations_is_a_hidden_common_cause():
    model = load_model(
        {
            "noise": {"U": "normal(0, 1)", "E": "uniform(-1, 1)"},
            "equations": {"X": "2 * U", "Y": "X + 3 * U + E"},
        }
    )
    assert str(model.graph) == "X -> Y; X <-> Y"
    assert model.mechanisms["Y"] == Linear({"X": 1, "U": 3}, noise=Uniform(-1, 1))
    sample = model.sample(20_000, rng=3)
    assert np.cov(sample["X"], sample["Y"])[0, 1] == pytest.approx(10, abs=0.3)


def test_finite_and_real_live_together():
    model = load_model(
        {
            "exogenous": {"coin": [0.5, 0.5]},
            "noise": {"E": "normal(0, 1)"},
            "equations": {"T": "coin", "Y": "3 * T + E", "high": "Y > 2", "note": "T or high"},
        }
    )
    assert model.domains["high"] == model.domains["note"] == (0, 1)
    sample = model.sample(2000, rng=1)
    assert ((sample["Y"] > 2) == (sample["high"] == 1)).all()
    assert counterfactual(model, "E(Y[T=1]) - E(Y[T=0])").value == pytest.approx(3)


SIGNS = st.sampled_from(["+", "-", "*", "/", "//", "%", "<", ">=", "==", "and", "or"])
EQUATIONS = st.recursive(
    st.sampled_from(["A", "B", "1", "2", "0.5"]),
    lambda inner: st.one_of(
        st.builds(
            "({} {} {})".format,
            inner,
            SIGNS,
            inner,
        ),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("choose({} > {}, {}, {})".format, inner, inner, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("min({}, abs(-{}), int({}))".format, inner, inner, inner),
        st.builds("{} ** 2".format, st.sampled_from(["A", "B"])),
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(text=EQUATIONS, a=st.integers(-2, 2), b=st.integers(-2, 2))
def test_columns_say_what_exact_arithmetic_says(text, a, b):
    expression = parse_equation(text)
    try:
        truth = evaluated(expression, {"A": a, "B": b})
    except EvaluationError:
        return  # a division by zero, perhaps where columns do not look
    given_ = tuple(dict.fromkeys(name.name for name in names(expression)))
    columns = {"A": np.full(3, float(a)), "B": np.full(3, float(b))}
    if not given_:
        return
    found = Rule(expression, given_)(*(columns[name] for name in given_))
    assert found.shape == (3,)
    assert found == pytest.approx([float(truth)] * 3)


@settings(deadline=None)
@given(text=EQUATIONS, a=st.integers(-2, 2), b=st.integers(-2, 2))
def test_a_polynomial_has_the_value_of_its_equation(text, a, b):
    terms = polynomial(parse_equation(text))
    if terms is not None:
        value = {"A": a, "B": b}
        total = sum(c * np.prod([value[n] for n in each]) for each, c in terms.items())
        assert total == evaluated(parse_equation(text), value)


@pytest.mark.parametrize(
    ("noise", "equations", "complaint"),
    [
        ({"E": "norml(0, 1)"}, {"X": "E"}, "no law called norml; did you mean normal"),
        ({"E": "normal"}, {"X": "E"}, "write normal"),
        ({"E": 3}, {"X": "E"}, "write normal"),
        ({"E": "normal(0, 1, 2)"}, {"X": "E"}, "has 3 arguments"),
        ({"E": "normal(0, x)"}, {"X": "E"}, "'x', which is no number"),
        ({"E": "normal(0, -1)"}, {"X": "E"}, "sd is -1.0, but it is a positive number"),
        ({"E": "normal(0, 1)"}, {"X": "1"}, "no equation reads the noise E"),
        ({"X": "normal(0, 1)"}, {"X": "1"}, "noise and an equation"),
    ],
)
def test_noise_that_is_none_is_refused(noise, equations, complaint):
    with pytest.raises(CausalError, match=complaint):
        load_model({"noise": noise, "equations": equations})


def test_what_has_no_value_is_refused_when_it_is_drawn():
    model = load_model({"noise": {"E": "normal(0, 1)"}, "equations": {"X": "log(E)"}})
    with pytest.raises(ModelError, match="NaN"):
        model.sample(10, rng=1)
