"""Counterfactuals over real numbers: against matrices, quadrature, closed forms and each other."""

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from causal import SCM, Do, Noise, Table, counterfactual, load_model
from causal.errors import (
    CausalError,
    DomainError,
    ImpossibleEvidenceError,
    ModelError,
    QueryError,
    TooFewDrawsError,
    UnusableEvidenceError,
)
from causal.model import (
    EXP,
    Additive,
    Categorical,
    Empirical,
    Exponential,
    Function,
    Linear,
    LocationScale,
    Logits,
    Monotone,
    Normal,
    Polynomial,
    Response,
    StudentT,
    Threshold,
    Uniform,
    potential_outcomes,
)
from causal.model.engines.continuous.answering import normalised, part_values
from causal.model.engines.continuous.particles import swarm
from causal.model.engines.continuous.posed import posed
from causal.model.noise import Finite
from causal.query import Quantity

NAMES = ("A", "B", "C", "D", "E")


def random_linear(seed: int) -> tuple[SCM, np.ndarray, np.ndarray, np.ndarray]:
    """A model, and the same as matrices: weights, means and spreads of the noise."""
    rng = np.random.default_rng(seed)
    n = len(NAMES)
    weights = np.tril(rng.normal(size=(n, n)), -1) * (rng.random((n, n)) < 0.7)
    means, spreads = rng.normal(size=n), rng.uniform(0.5, 2, size=n)
    mechanisms = {
        v: Linear(
            {u: weights[i, j] for j, u in enumerate(NAMES) if weights[i, j]},
            noise=Normal(means[i], spreads[i]),
        )
        for i, v in enumerate(NAMES)
    }
    return SCM.of(mechanisms), weights, means, spreads


def by_matrices(seed: int, seen: dict[str, float], do: dict[str, float]) -> tuple[np.ndarray, ...]:
    """Mean and covariance of all variables under ``do``, the noise conditioned on what was seen."""
    _, weights, means, spreads = random_linear(seed)
    solve = np.linalg.inv(np.eye(5) - weights)
    places = [NAMES.index(v) for v in seen]
    part, prior = solve[places], np.diag(spreads**2)
    gain = prior @ part.T @ np.linalg.inv(part @ prior @ part.T)
    mean = means + gain @ (np.array(list(seen.values())) - part @ means)
    covariance = prior - gain @ part @ prior
    cut, constants = weights.copy(), np.zeros(5)
    kept = np.ones(5)
    for v, value in do.items():
        cut[NAMES.index(v)], kept[NAMES.index(v)], constants[NAMES.index(v)] = 0, 0, value
    solve = np.linalg.inv(np.eye(5) - cut)
    push = solve @ np.diag(kept)
    return solve @ (kept * mean + constants), push @ covariance @ push.T


@pytest.mark.parametrize("seed", range(12))
def test_partial_evidence_on_linear_models_is_what_matrices_say(seed: int):
    model, *_ = random_linear(seed)
    seen, do = {"B": 0.7, "D": -1.2}, {"C": 2.0}
    means, covariance = by_matrices(seed, seen, do)
    for i, v in enumerate(NAMES):
        if v == "C":
            continue
        found = counterfactual(model, f"E({v}[C=2] | B=0.7, D=-1.2)")
        assert found.value == pytest.approx(means[i], abs=1e-9)
        assert found.engine == "conditioned normal law, exact"
    sd = np.sqrt(covariance[4, 4])
    above = counterfactual(model, "P(E[C=2] > 0.5 | B=0.7, D=-1.2)")
    assert above.value == pytest.approx(stats.norm.sf(0.5, means[4], sd), abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_draws_agree_with_the_exact_engine(seed: int):
    """The sweep of weighted draws, run on a model that it would not be used for."""
    model, *_ = random_linear(seed)
    for text in (
        "E(E[C=2] | B=0.7, D=-1.2)",
        "P(E[C=2] > E[C=0] | A=0.1)",
        "P(E > 0, D < 1 | B=1)",
    ):
        exact = counterfactual(model, text).value
        [group] = posed(model, Quantity.parse(text))
        draws = swarm(group, 200_000, seed)
        weights, _ = normalised(draws.log_weights)
        values = part_values(group, draws)
        mean = weights @ values
        error = np.sqrt(weights**2 @ (values - mean) ** 2)
        assert mean == pytest.approx(exact, abs=4.5 * error + 1e-9)


def test_several_limits_are_an_orthant():
    """Two normal variables of correlation r are both positive with 1/4 + arcsin(r) / 2 pi."""
    model = SCM.of({"X": Linear(), "Y": Linear({"X": 0.6}, noise=Normal(0, 0.8))})
    found = counterfactual(model, "P(X > 0, Y > 0)")
    assert found.value == pytest.approx(0.25 + np.arcsin(0.6) / (2 * np.pi), abs=1e-7)


def test_a_shared_noise_is_conditioned_like_any_other():
    model = SCM.of(
        {"X": Linear({"U": 1.0}), "Y": Linear({"X": 1.0, "U": 1.0})}, [Noise("U", Normal())]
    )
    # Given X=1, U is 1/2 on average; Y[X=0] is U + noise.
    assert counterfactual(model, "E(Y[X=0] | X=1)").value == pytest.approx(0.5)
    assert counterfactual(model, "E(Y[X=0] | X=1, Y=3)").value == pytest.approx(2.0)


def test_full_evidence_leaves_nothing_to_draw_and_is_the_unit_s_outcome():
    model = SCM.of(
        {
            "X": Linear(noise=StudentT(3)),
            "M": LocationScale(Polynomial({"X": 1}), Polynomial({(): 1, ("X", "X"): 1})),
            "Y": Monotone(Additive(Polynomial({"X": 0.1, "M": 0.2})), EXP),
        }
    )
    found = counterfactual(model, "E(Y[X=1] | X=0.5, M=1, Y=2)")
    unit = pd.DataFrame({"X": [0.5], "M": [1.0], "Y": [2.0]})
    assert found.value == potential_outcomes(model, unit, Do(X=1))["Y"][0]
    assert found.engine == "abduction of every noise, exact"
    assert found.standard_error == 0


def test_a_spread_that_moves_weighs_the_draws():
    """E(X | Y=y) for Y = (1 + X^2) E, by quadrature over x."""
    model = SCM.of({"X": Linear(), "Y": LocationScale(0.0, Polynomial({(): 1, ("X", "X"): 1}))})

    def density(x: float) -> float:
        return stats.norm.pdf(x) * stats.norm.pdf(3.0, 0, 1 + x * x)

    total = integrate.quad(density, -8, 8)[0]
    square = integrate.quad(lambda x: x * x * density(x), -8, 8)[0] / total
    found = counterfactual(model, "P(X > 1 | Y=3)")
    tail = integrate.quad(density, 1, 8)[0] / total
    assert found.value == pytest.approx(tail, abs=4 * found.standard_error)
    assert found.standard_error < 0.01
    # Had X been 0, Y would have been its own noise, 3 / (1 + X^2).
    shrunk = integrate.quad(lambda x: 3 / (1 + x * x) * density(x), -8, 8)[0] / total
    then = counterfactual(model, "E(Y[X=0] | Y=3)")
    assert then.value == pytest.approx(shrunk, abs=4 * then.standard_error)
    assert square > 1  # the evidence matters: without it the mean square is 1


def test_a_link_weighs_the_draws_by_its_slope():
    model = SCM.of({"X": Linear(), "Y": Monotone(Linear({"X": 1.0}), EXP)})
    found = counterfactual(model, "E(X | Y=2)")
    assert found.value == pytest.approx(np.log(2) / 2, abs=4 * found.standard_error)


def test_choices_that_were_seen_confine_the_noise():
    model = SCM.of({"X": Linear(), "M": Threshold(Polynomial({"X": 1.0}))})
    found = counterfactual(model, "P(M[X=1]=1 | X=-1, M=0)")
    cdf = stats.norm.cdf
    assert found.value == pytest.approx((cdf(1) - cdf(-1)) / cdf(1), abs=4 * found.standard_error)


def test_the_finite_part_of_a_mixed_model_is_answered_exactly():
    model = SCM.of(
        {
            "A": Table((), "1/3, 2/3"),
            "B": Response("A", {0: 1, 1: 0}),
            "Y": Categorical(Logits([0, 0], {"X": (0, 1)})),
            "X": Linear(),
        }
    )
    found = counterfactual(model, "P(B[A=0]=1 | B=0)")
    assert found.value == 1
    assert found.engine == "coupled tables, exact"


def test_mediation_on_a_linear_model_is_products_of_weights():
    model = SCM.of({"T": Linear(), "M": Linear({"T": 0.5}), "Y": Linear({"T": 2.0, "M": 3.0})})
    direct = counterfactual(model, "E(Y[T=1, M=M[T=0]]) - E(Y[T=0])").value
    indirect = counterfactual(model, "E(Y[T=0, M=M[T=1]]) - E(Y[T=0])").value
    edge = counterfactual(model, "E(Y[T->M=1, T->Y=0]) - E(Y[T=0])").value
    assert (direct, indirect, edge) == (pytest.approx(2), pytest.approx(1.5), pytest.approx(1.5))


def test_the_same_seed_gives_the_same_number_and_other_questions_change_nothing():
    model = SCM.of({"X": Linear(noise=StudentT(3)), "Y": Linear({"X": 1.0}, noise=StudentT(3))})
    one = counterfactual(model, "E(Y[X=1] | Y > 1)", rng=5)
    again = counterfactual(model, "E(Y[X=1] | Y > 1)", rng=5)
    both = counterfactual(model, "E(Y[X=1] | Y > 1) + P(Y[X=2] > 0 | Y > 1)", rng=5)
    alone = counterfactual(model, "P(Y[X=2] > 0 | Y > 1)", rng=5)
    assert one.value == again.value
    assert both.value == pytest.approx(one.value + alone.value, abs=1e-12)


MIXED = SCM.of(
    {
        "X": Linear(),
        "K": Function("X", lambda x, e: x * e),
        "M": Threshold(Polynomial({"X": 1.0})),
        "S": Linear({"X": 1.0}, noise=Empirical([-1.0, 0.0, 1.0])),
    }
)


@pytest.mark.parametrize(
    ("query", "kind", "said"),
    [
        ("E(X | K=1)", UnusableEvidenceError, "inverse="),
        ("E(X | S=1)", UnusableEvidenceError, "no density"),
        ("E(X | M=2)", DomainError, "it takes 0, 1"),
        ("E(X[M])", QueryError, "leaves M open"),
        ('P(X="tall")', QueryError, "a real number"),
        ("P(X[M=1] > X)", QueryError, r"it cannot be 'X'; write X\[\] for the variable as it is"),
        (3, QueryError, "a question is text"),
        ("E(X[K->M=1])", QueryError, "not in the graph"),
        ("E(K | X > 4.5)", TooFewDrawsError, "draws=1,000,000"),
        ("E(K[X=1] | X[X=1]=2)", ImpossibleEvidenceError, "zero"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_a_line(
    query: object, kind: type[CausalError], said: str
):
    with pytest.raises(kind, match=said) as found:
        counterfactual(MIXED, query)
    assert "\n" not in str(found.value)


def test_an_equation_without_noise_is_not_said_to_have_any():
    equations = {"noise": {"e": "normal(0, 1)"}, "equations": {"X": "e", "Y": "X ** 2"}}
    with pytest.raises(UnusableEvidenceError, match=r"no noise of its own.*give it as a range"):
        counterfactual(load_model(equations), "E(X | Y=4)")


def test_what_is_no_model_is_refused_in_a_line():
    with pytest.raises(ModelError, match="a model is an SCM, not a dict; load_model reads one"):
        counterfactual({"equations": {"X": "1"}}, "P(X=1)")


def test_evidence_that_contradicts_itself_is_impossible():
    model = SCM.of({"X": Linear(), "Y": Linear({"X": 2.0}, noise=None)})
    assert counterfactual(model, "E(Y[X=1] | X=1, Y=2)").value == 2
    with pytest.raises(ImpossibleEvidenceError):
        counterfactual(model, "E(Y[X=1] | X=1, Y=3)")


BOUNDED = SCM.of(
    {
        "X": Linear(noise=Uniform(0, 1)),
        "Y": Linear({"X": 0.3}, noise=Exponential(1)),
        "Z": Linear({"X": 1.0}, noise=Finite("1/4, 3/4")),
    }
)


@pytest.mark.parametrize("seen", ["X=2", "X=0.5, Y=0.1", "X=-0.1, Y=5", "X=0.5, Z=9", "X=0.5, Z=1"])
def test_a_value_that_no_noise_gives_is_impossible(seen: str):
    with pytest.raises(ImpossibleEvidenceError, match="probability zero"):
        counterfactual(BOUNDED, f"E(Y[X=1] | {seen})")


@pytest.mark.parametrize("x", [0.1, 0.3, 0.7, 1.0])
def test_the_least_value_that_noise_gives_is_possible(x: float):
    found = counterfactual(BOUNDED, f"E(Y[X=0] | X={x}, Y={0.3 * x})")
    assert found.value == pytest.approx(0)


def test_a_unit_that_cannot_be_is_named_by_what_was_seen_of_it():
    units = pd.DataFrame({"X": [0.5, 0.5], "Y": [3.0, 0.1]})
    with pytest.raises(ImpossibleEvidenceError, match=r"X=0\.5, Y=0\.1 has probability zero"):
        counterfactual(BOUNDED, "E(Y[X=1])", units=units)
    assert counterfactual(BOUNDED, "E(Y[X=1])", units=units.head(1)).value[0] == pytest.approx(3.15)


def test_a_unit_that_contradicts_itself_is_named_by_what_was_seen_of_it():
    model = SCM.of({"X": Linear(), "Y": Linear({"X": 2.0}, noise=None)})
    units = pd.DataFrame({"X": [1.0, 4.0], "Y": [2.0, 3.0]})
    with pytest.raises(ImpossibleEvidenceError, match=r"X=4\.0, Y=3\.0 has probability zero"):
        counterfactual(model, "E(Y[X=1])", units=units)


def test_noise_of_whole_numbers_weighs_by_its_probability():
    coin = Table((), "1/2, 1/2")
    model = SCM.of({"C": coin, "Y": Linear({"C": 1.0}, noise=Finite("1/10, 9/10"))})
    found = counterfactual(model, "E(Y[C=0] | Y=1)")
    assert found.value == pytest.approx(0.9, abs=5 * 0.3 / 300)


def test_empirical_noise_is_pinned_where_all_that_is_read_was_seen():
    assert counterfactual(MIXED, "E(S[X=2] | X=1, S=1)").value == 2


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("P(x[x=1] > nan)", "x is a real number; it cannot be 'nan'"),
        ("E(c2 | x=1e400)", "x is a real number; it cannot be inf"),
        ("E(c2[x=1e400])", "x is a real number; it cannot be inf"),
        ("P(c[x=1] > a)", "asks which is more, but 'a' is no number"),
        ("P(x[x=1] < c[])", "asks which is more, but 'a' is no number"),
        ("P(x = c[])", "compares numbers with 'a', which is none"),
    ],
)
def test_numbers_and_texts_are_not_compared(query: str, complaint: str):
    model = SCM.of(
        {
            "x": Linear(),
            "c": Categorical(Logits([0, 0], {"x": (0, 1)}), values=("a", "b")),
            "c2": Linear({"x": 1.0}),
        }
    )
    with pytest.raises(QueryError) as error:
        counterfactual(model, query)
    assert complaint in str(error.value)
