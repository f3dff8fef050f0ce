"""The coupling of a table as a dial: named it gives a value, unknown the interval of all."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog

from causal import ADMG, Do, counterfactual
from causal.errors import ModelError
from causal.model import SCM, Independent, InverseCDF, Noise, Response, Table, Unknown
from causal.model.engines.bounding import bound

ROWS = {0: "0.5, 0.3, 0.2", 1: "0.2, 0.5, 0.3"}


def moved(coupling) -> SCM:
    """p = (.5, .3, .2) becomes q = (.2, .5, .3)."""
    return SCM(
        ADMG.parse("X -> Y"),
        {
            "X": Table((), "1/2, 1/2"),
            "Y": Table("X", ROWS, values=(0, 1, 2), coupling=coupling),
        },
    )


@pytest.mark.parametrize(
    ("value", "inverse_cdf", "unknown"),
    [(1, Fraction(2, 3), (0, 1)), (0, Fraction(2, 5), (0, Fraction(2, 5)))],
)
def test_the_dial_from_a_monotone_coupling_to_none(value, inverse_cdf, unknown):
    query = f"P(Y[X=1]={value} | X=0, Y={value})"
    assert counterfactual(moved(InverseCDF()), query).value == inverse_cdf
    found = bound(moved(Unknown()), query)
    assert (found.lower, found.upper) == unknown
    assert found.sharp
    assert found.uncoupled == ("Y",)
    for certificate in found.certificates:
        certificate.check()


def test_what_one_world_can_tell_needs_no_coupling():
    model = moved(Unknown())
    assert (model.law() == moved(InverseCDF()).law()).all()
    assert (model.under(Do(X=1)).law("Y") == moved(InverseCDF()).under(Do(X=1)).law("Y")).all()
    found = bound(model, "P(Y[X=1]=2)")
    assert found.lower == found.upper == Fraction(3, 10)


@pytest.mark.parametrize("coupling", [InverseCDF(), Independent()])
def test_every_named_coupling_lies_within_the_unknown_one(coupling):
    for query in ("P(Y[X=1]=2, Y[X=0]=0)", "P(Y[X=0]=1 | X=1, Y=2)"):
        found = bound(moved(Unknown()), query)
        assert found.lower <= counterfactual(moved(coupling), query).value <= found.upper


def test_the_bounds_are_those_of_the_transport_problem():
    rng = np.random.default_rng(0)
    for _ in range(10):
        p, q = ([Fraction(int(n), 20) for n in rng.multinomial(20, [1 / 3] * 3)] for _ in range(2))
        rows = {0: p, 1: q}
        model = SCM(
            ADMG.parse("X -> Y"),
            {
                "X": Table((), "1/2, 1/2"),
                "Y": Table("X", rows, values=(0, 1, 2), coupling=Unknown()),
            },
        )
        found = bound(model, "P(Y[X=1] > Y[X=0])")
        plans = list(product(range(3), repeat=2))
        margins = [[float(a == i) for a, _ in plans] for i in range(3)]
        margins += [[float(b == i) for _, b in plans] for i in range(3)]
        cost = np.array([float(b > a) for a, b in plans])
        for sign, end in ((1, found.lower), (-1, found.upper)):
            plain = linprog(sign * cost, A_eq=margins, b_eq=[float(x) for x in (*p, *q)])
            assert sign * plain.fun == pytest.approx(float(end), abs=1e-9)


def test_shared_noise_and_named_couplings_stay_as_they_are():
    """A mediator that is coupled, an outcome that is not, and a hidden cause of both."""

    def model(coupling) -> SCM:
        rows = dict(
            zip(
                product((0, 1), repeat=2),
                ["1/4, 3/4", "1/2, 1/2", "2/3, 1/3", "1/5, 4/5"],
                strict=True,
            )
        )
        return SCM(
            ADMG.parse("X -> M -> Y; M <-> Y"),
            {
                "X": Table((), "1/3, 2/3"),
                "M": Table(
                    ("X", "U"),
                    dict(
                        zip(product((0, 1), repeat=2), ["1/2, 1/2"] * 3 + ["1/5, 4/5"], strict=True)
                    ),
                ),
                "Y": Table(("M", "U"), rows, coupling=coupling),
            },
            [Noise("U", "1/4, 3/4")],
        )

    query = "P(Y[X=0]=0 | X=1, Y=1)"
    found = bound(model(Unknown()), query)
    for coupling in (InverseCDF(), Independent()):
        assert found.lower <= counterfactual(model(coupling), query).value <= found.upper
    assert found.sharp
    assert found.lower < found.upper


def test_several_uncoupled_tables_give_an_outer_interval_that_says_so():
    model = SCM(
        ADMG.parse("X -> M -> Y"),
        {
            "X": Table((), "1/2, 1/2"),
            "M": Table("X", {0: "3/4, 1/4", 1: "1/4, 3/4"}, coupling=Unknown()),
            "Y": Table("M", {0: "3/4, 1/4", 1: "1/4, 3/4"}, coupling=Unknown()),
        },
    )
    found = bound(model, "P(Y[X=1]=1, Y[X=0]=0)")
    assert not found.sharp
    named = counterfactual(
        SCM(
            model.graph,
            {"X": model.mechanisms["X"]}
            | {v: Table(w, {0: "3/4, 1/4", 1: "1/4, 3/4"}) for v, w in (("M", "X"), ("Y", "M"))},
        ),
        "P(Y[X=1]=1, Y[X=0]=0)",
    ).value
    assert found.lower <= named <= found.upper


def test_the_one_door_for_counterfactuals_gives_the_interval():
    answer = counterfactual(moved(Unknown()), "P(Y[X=1]=0 | X=0, Y=0)")
    assert answer.value is None
    assert answer.bounds == (0, Fraction(2, 5))


def test_drawing_units_needs_a_coupling():
    with pytest.raises(ModelError, match="unknown"):
        moved(Unknown()).sample(10, rng=0)


def test_a_response_without_noise_has_a_point_for_an_interval():
    model = SCM.of({"X": Table((), "1/2, 1/2"), "Y": Response("X", {0: 1, 1: 0})})
    found = bound(model, "P(Y[X=1]=0 | X=0, Y=1)")
    assert found.lower == found.upper == 1
