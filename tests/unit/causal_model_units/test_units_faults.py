"""Whatever is wrong with units, mechanisms or questions is one clear error that names it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from strategies.families import POINTS, linear_model, model_of

from causal.errors import (
    DataError,
    DomainError,
    ImpossibleEvidenceError,
    MechanismError,
    MissingColumnsError,
    ModelError,
    NotAPointError,
    UnknownVariableError,
)
from causal.model import (
    EXP,
    SCM,
    Additive,
    Categorical,
    Do,
    DoEdge,
    Exponential,
    FreeCurve,
    FreeOdds,
    Function,
    Laplace,
    Linear,
    Link,
    LocationScale,
    Logits,
    Monotone,
    Noise,
    Normal,
    Polynomial,
    Replace,
    Shift,
    Stochastic,
    Table,
    Threshold,
    Uniform,
    counterfactual,
    outcome_probabilities,
    potential_outcomes,
)

MODEL = linear_model(4)
TEXT = Table((), "1/2, 1/2", values=("a", "b"))
UNITS = MODEL.sample(20, rng=1)


def after(mechanism) -> SCM:
    return SCM.of({"X": Linear(), "Y": mechanism})


SEEN = pd.DataFrame({"X": [0.5, 1.5, 2.5], "Y": [1.0, 2.0, 3.0]})


def test_a_missing_column_is_named_and_only_where_it_is_needed() -> None:
    with pytest.raises(MissingColumnsError, match="no column V3") as caught:
        potential_outcomes(MODEL, UNITS.drop(columns="V3"), Do(V0=1.0))
    assert caught.value.missing == ("V3",)
    with pytest.raises(MissingColumnsError, match=r"V0.*did you mean v0"):
        potential_outcomes(MODEL, UNITS.rename(columns={"V0": "v0"}), Do(V1=1.0))
    chain = SCM.of({"A": Linear(), "X": Linear({"A": 1.0}), "Y": Linear({"X": 1.0})})
    units = chain.sample(5, rng=1)
    assert potential_outcomes(chain, units[["X", "Y"]], Do(X=0.0), targets="Y").shape == (5, 1)
    with pytest.raises(MissingColumnsError, match="no column X; Y would need"):
        potential_outcomes(chain, units[["A", "Y"]], Do(X=0.0), targets="Y")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_a_number_is_named_with_its_row(bad) -> None:
    chain = SCM.of(
        {"X": Linear(), "Y": Linear({"X": 1.0}), "Z": Additive(FreeCurve(("Y",), np.sin))}
    )
    units = chain.sample(10, rng=1).set_axis([f"u{i}" for i in range(10)])
    for column in ("X", "Y", "Z"):
        broken = units.copy()
        broken.loc["u7", column] = bad
        if bad == np.inf and column == "X":
            continue  # infinity minus a number is no NaN: it moves the others to infinity
        with pytest.raises(DataError, match=rf"{column} is (nan|inf) in row 'u7'"):
            potential_outcomes(chain, broken, Do(X=1.0))


def test_columns_of_the_wrong_kind_are_named() -> None:
    with pytest.raises(DataError, match="V0 takes real numbers, but its column holds"):
        potential_outcomes(MODEL, UNITS.assign(V0="a"), Do(V0=1.0))
    with pytest.raises(DataError, match="two columns V1"):
        potential_outcomes(MODEL, pd.concat([UNITS, UNITS[["V1"]]], axis=1), Do(V0=1.0))
    with pytest.raises(DataError, match="different lengths: X 2, Y 1"):
        potential_outcomes(after(Linear({"X": 1.0})), {"X": [1, 2], "Y": [1]}, Do(X=0))
    with pytest.raises(DataError, match="2 values are set for 3 units"):
        potential_outcomes(after(Linear({"X": 1.0})), SEEN, Do(X=[0.0, 1.0]))


def test_unknown_names_are_refused_with_the_nearest() -> None:
    for asked in ({"targets": "V77"}, {}):
        action = Do(V0=1.0) if asked else Do(V77=1.0)
        with pytest.raises(UnknownVariableError, match="V77 is not in the graph"):
            potential_outcomes(MODEL, UNITS, action, **asked)
    with pytest.raises(ModelError, match="Y does not read Z"):
        potential_outcomes(model_of(POINTS["linear"]), SEEN, DoEdge("Z", "Y", 1.0))


def test_values_outside_a_domain_are_named() -> None:
    model = SCM.of({"X": Table((), "1/2, 1/2"), "Y": Table("X", {0: "1/2, 1/2", 1: "1/3, 2/3"})})
    with pytest.raises(DomainError, match="X cannot be 2; it takes 0, 1"):
        outcome_probabilities(model, {"X": [0, 1], "Y": [0, 1]}, Do(X=2), target="Y")
    with pytest.raises(DomainError, match="Y cannot be 5; it takes 0, 1"):
        outcome_probabilities(model, {"X": [0, 1], "Y": [0, 5]}, Do(X=1), target="Y")
    with pytest.raises(DomainError, match="X cannot be 7"):
        Do(X=[0, 7]).mechanism("X", model.mechanisms["X"])
    with pytest.raises(ModelError, match="X takes real numbers, not 'high'"):
        after(Linear({"X": 1.0})).under(Do(X="high"))
    with pytest.raises(ModelError, match="X takes real numbers, not nan"):
        after(Linear({"X": 1.0})).under(Do(X=float("nan")))
    with pytest.raises(DataError, match="the value for unit 1 is NaN"):
        Do(X=[0.0, float("nan")])


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        (lambda x, e: np.where(x > 0, np.nan, e), "the mechanism of Y returns NaN for unit"),
        (lambda x, e: (x + e)[:-1], r"the mechanism of Y returns the shape \(\d+,\) for \d+ units"),
        (lambda x, e: float((x + e).mean()), "the mechanism of Y returns a float, not an array"),
        (lambda x, e: (x + e).astype(str), "the mechanism of Y returns .* not real numbers"),
        (lambda x, e: (x + e).mean(), "the mechanism of Y returns a float"),
    ],
)
def test_a_mechanism_that_returns_what_it_may_not_is_named(rule, complaint) -> None:
    model = after(Function(("X",), rule, inverse=lambda y, x: y - x))
    for work in (
        lambda: model.sample(100, rng=1),
        lambda: potential_outcomes(model, SEEN, Do(X=1.0)),
    ):
        with pytest.raises(MechanismError, match=complaint) as caught:
            work()
        assert caught.value.variable == "Y"


def test_a_function_that_nobody_can_invert_says_what_would_help() -> None:
    model = after(Function(("X",), lambda x, e: x * e))
    with pytest.raises(MechanismError, match=r"without an inverse .* give inverse="):
        potential_outcomes(model, SEEN, Do(X=1.0))
    hidden = SCM.of(
        {"X": Linear(noise="U"), "Y": Additive(FreeCurve(("X", "U"), lambda x, u: x * u))},
        [Noise("U", Normal())],
    )
    with pytest.raises(NotAPointError, match="reads the noise U, which nobody saw"):
        potential_outcomes(hidden, SEEN, Do(X=1.0))


@pytest.mark.parametrize(
    ("mechanism", "complaint"),
    [
        (LocationScale(0.0, FreeCurve(("X",), lambda x: x - 1)), "; a scale is positive"),
        (Monotone(Linear({"X": 1.0}), EXP), "over: -1.0 is not in the range of the link exp"),
        (Additive(FreeCurve(("X",), lambda x: x[:2])), r"returns the shape \(2,\) for 3 units"),
        (Additive(FreeCurve(("X",), lambda x: x.astype(str))), "not real numbers"),
    ],
)
def test_trouble_inside_a_mechanism_comes_with_its_variable(mechanism, complaint) -> None:
    with pytest.raises(MechanismError, match=rf"mechanism of Y .*{complaint}"):
        potential_outcomes(after(mechanism), SEEN.assign(Y=-SEEN["Y"]), Do(X=1.0))


def test_probabilities_that_are_none_are_refused() -> None:
    for rows in ([[0.5] * 3, [0.6] * 3], [[1.5] * 3, [-0.5] * 3], [[1.0] * 3], [0.5] * 3):
        odds = FreeOdds(("X",), lambda x, rows=rows: np.array(rows))
        with pytest.raises(MechanismError, match="probabilit"):
            outcome_probabilities(
                after(Categorical(odds)), SEEN.assign(Y=[0, 1, 0]), Do(X=1.0), target="Y"
            )


def test_fresh_draws_are_no_units_outcome() -> None:
    model = after(Linear({"X": 1.0}))
    with pytest.raises(
        NotAPointError, match=r"drawn afresh; draw one value a unit .*Do\(X=draws\)"
    ):
        potential_outcomes(model, SEEN, Stochastic(X=Normal()))
    with pytest.raises(NotAPointError, match="noise of Laplace"):
        potential_outcomes(model, SEEN, Replace(Y=Linear({"X": 2.0}, noise=Laplace())))


def test_a_law_is_refused_where_there_is_none() -> None:
    model = after(Linear({"X": 1.0}))
    with pytest.raises(ModelError, match=r"the model is not finite: .* law of X and Y") as caught:
        model.law("Y")
    assert caught.value.variables == ("X", "Y")
    with pytest.raises(ModelError, match="takes any real number, which has no chances"):
        outcome_probabilities(model, SEEN, Do(X=1.0), target="Y")
    with pytest.raises(ModelError, match="has no table of probabilities"):
        _ = Noise("U", Normal()).law


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (
            lambda: after(Table("X", {0: "1, 0"})),
            "one row for each value of X, which may be any real",
        ),
        (
            lambda: SCM.of(
                {"X": Table((), "1/2, 1/2", values=("a", "b")), "Y": Linear({"X": 1.0})}
            ),
            "Y calculates with X, which takes 'a'",
        ),
        (
            lambda: SCM.of({"X": TEXT, "Y": Threshold(Polynomial({"X": 1.0}))}),
            "Y calculates with X, which takes 'a'",
        ),
        (
            lambda: SCM.of({"X": TEXT, "Y": LocationScale(0.0, Polynomial({"X": 1.0}))}),
            "Y calculates with X, which takes 'a'",
        ),
        (
            lambda: SCM.of({"X": TEXT, "Y": Categorical(Logits((0, 0), {"X": (0, 1)}))}),
            "Y calculates with X, which takes 'a'",
        ),
        (lambda: SCM.of({"X": 3}), "X has the mechanism 3, which is none"),
        (lambda: SCM("X", {"X": Linear()}), "the graph is a str; ADMG.parse reads one"),
        (lambda: SCM.of({"X": Linear(noise=3)}), "the noise of X is 3, which is no law"),
        (lambda: Linear({"X": "much"}), "the weights .* are not all numbers"),
        (lambda: Categorical(Logits((0, 0), {}), coupling=3), r"or GumbelMax\(\), not 3"),
        (lambda: Shift(X="more"), "X is shifted by a finite number, not 'more'"),
        (lambda: Shift(X=float("nan")), "X is shifted by a finite number, not nan"),
        (lambda: Replace(X=3), "X has the mechanism 3, which is none"),
        (lambda: Stochastic(X=3), "the noise of X is 3, which is no law"),
        (lambda: Do.edge("X", "Y", [1.0, 2.0]), "an edge X -> Y carries one value for all units"),
        (lambda: SCM.of({"X": Linear(noise="U")}), "U is not in the model that X reads from"),
        (lambda: Link("half", np.exp, np.sin), "the inverse of the link half does not undo it"),
        (lambda: Link("bump", np.cos, np.arccos), "the link bump is not strictly monotone"),
        (lambda: Threshold(0.0, (1.0, 1.0)), "cuts increase"),
        (lambda: Threshold(0.0, (1.0,), values=(0, 1, 2)), "1 cuts make 2 values"),
        (lambda: FreeCurve(("X", "Z"), lambda x: x), "cannot be called with 2 columns"),
        (lambda: Function("X", lambda x: x), r"cannot be called with 2 columns \(X, noise\)"),
        (lambda: Linear({"X": float("inf")}), "the weight of X is inf"),
        (lambda: Polynomial({"X": float("nan")}), "the coefficient of X is nan"),
    ],
)
def test_a_mechanism_that_makes_no_sense_is_refused_when_it_is_made(make, complaint) -> None:
    with pytest.raises((ModelError, UnknownVariableError), match=complaint):
        make()


@pytest.mark.parametrize(
    ("mechanism", "least", "most"),
    [
        (Linear({"X": 2.0}, intercept=1.0, noise=Uniform(-1, 3)), -1.0, 3.0),
        (Additive(FreeCurve(("X",), lambda x: 1.0 + 2.0 * x), Exponential(5)), 0.0, 500.0),
        (
            LocationScale(Polynomial({(): 1.0, "X": 2.0}), 0.5, Uniform(-1, 3)),
            -0.5,
            1.5,
        ),
        (
            Function(
                "X",
                lambda x, e: 1.0 + 2.0 * x + e,
                noise=Uniform(-1, 3),
                inverse=lambda y, x: y - 2.0 * x - 1.0,
            ),
            -1.0,
            3.0,
        ),
    ],
)
def test_a_unit_that_no_noise_would_give_is_named(mechanism, least, most) -> None:
    """As every engine says of it; at the very ends it can be."""
    model = after(mechanism)
    x = np.array([0.1, 0.2, 0.3, 0.7])
    middle = 1.0 + 2.0 * x
    allowed = pd.DataFrame(
        {"X": x, "Y": middle + np.array([least, most, (least + most) / 2, least])}
    )
    potential_outcomes(model, allowed, Do(X=0.0))
    for off in (least - 1e-6, most + 1e-6 if most < 100 else -1e-6):
        units = allowed.rename(index=str).assign(Y=middle + np.array([least, most, off, least]))
        with pytest.raises(ImpossibleEvidenceError, match=r"^Y=.* in row '2' has probability zero"):
            potential_outcomes(model, units, Do(X=0.0))
        with pytest.raises(ImpossibleEvidenceError, match="probability zero"):
            counterfactual(model, "E(Y[X=0])", units=units)
        for ask in (potential_outcomes, _mean_of_y):  # also where nothing reads it
            with pytest.raises(ImpossibleEvidenceError, match="probability zero"):
                ask(model, units, Do(Y=0.0))


def _mean_of_y(model: SCM, units: pd.DataFrame, done: Do) -> object:
    [(name, value)] = done.settings
    return counterfactual(model, f"E(Y[{name}={value}])", units=units)


def test_a_function_without_inverse_is_refused_whatever_its_noise() -> None:
    model = after(Function("X", lambda x, e: x * e, noise=Uniform()))
    with pytest.raises(MechanismError, match=r"of Y cannot be carried over.* give inverse="):
        potential_outcomes(model, SEEN, Do(X=1.0))
