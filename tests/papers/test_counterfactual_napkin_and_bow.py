"""The napkin (Pearl & Mackenzie 2018, fig. 7.5) and the bow: a ratio that is right, and a no.

A field's best-known package answers P(Y | X) to the napkin; the numbers tell the two apart.
"""

from fractions import Fraction

import pytest

from causal import ADMG, NotIdentified, countermodels, estimate, examples, identify
from causal.model import SCM, Do, Noise, Table, random_scm


def napkin() -> SCM:
    return SCM(
        examples()["napkin"],
        {
            "W": Table(
                ("U", "V"),
                {(0, 0): "0.9, 0.1", (0, 1): "0.5, 0.5", (1, 0): "0.4, 0.6", (1, 1): "0.1, 0.9"},
            ),
            "Z": Table("W", {0: "0.7, 0.3", 1: "0.2, 0.8"}),
            "X": Table(
                ("Z", "U"),
                {(0, 0): "0.8, 0.2", (0, 1): "0.3, 0.7", (1, 0): "0.6, 0.4", (1, 1): "0.1, 0.9"},
            ),
            "Y": Table(
                ("X", "V"),
                {(0, 0): "0.9, 0.1", (0, 1): "0.4, 0.6", (1, 0): "0.5, 0.5", (1, 1): "0.2, 0.8"},
            ),
        },
        noise=[Noise("U", "0.5, 0.5"), Noise("V", "0.3, 0.7")],
    )


@pytest.mark.parametrize(("x", "y"), [(0, "0.45"), (1, "0.71")])
def test_the_ratio_is_the_effect_and_the_conditional_is_not(x, y):
    """P(Y=1 | do(X=x)) = sum_v P(v) P(Y=1 | x, v), by hand."""
    model = napkin()
    values = identify(model.graph, "P(Y | do(X))").estimand.evaluate(model.law())
    assert {values[x, 1, z] for z in (0, 1)} == {Fraction(y)}
    assert model.under(Do(X=x)).law("Y")[1] == Fraction(y)
    joint = model.law("X", "Y")
    assert joint[x, 1] / joint[x].sum() != Fraction(y)


def test_the_number_comes_back_from_data():
    model = napkin()
    data = model.sample(20_000, rng=1)
    found = estimate(identify(model.graph, "P(Y=1 | do(X=1))"), data, rng=2)
    assert found.interval[0] < 0.71 < found.interval[1]


def test_two_models_of_the_bow_agree_on_the_data_and_not_on_the_effect():
    answer = identify(ADMG.parse("X -> Y; X <-> Y"), "P(Y | do(X))")
    assert isinstance(answer, NotIdentified)
    one, other = countermodels(answer)
    assert (one.law() == other.law()).all()
    effects = [m.under(Do(X=0)).law("Y")[0] for m in (one, other)]
    assert effects == [Fraction(1, 2), Fraction(9, 10)]


def test_random_models_of_one_graph_have_one_formula():
    answer = identify(examples()["napkin"], "P(Y | do(X))")
    for seed in range(5):
        model = random_scm(answer.graph, seed, values=3)
        values = answer.estimand.evaluate(model.law())
        for x in model.domains["X"]:
            effect = model.under(Do(X=x)).law("Y")
            assert all(values[x, y, z] == effect[y] for y in range(3) for z in range(3))
