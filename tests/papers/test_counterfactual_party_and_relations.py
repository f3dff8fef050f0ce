"""Balke & Pearl (1994), "Probabilistic evaluation of counterfactual queries": the party.

Ann goes to parties or not; Bob goes where she goes, Carl where she does not; where Bob and Carl
meet, they scuffle.  The response functions and .79 against .11 are after the paper, quoted from
memory; the numbers come out as printed.
"""

from fractions import Fraction

import pytest

from causal import ADMG, counterfactual, load_model
from causal.model import Do, abduct, predict, random_scm

PARTY = {
    "exogenous": {
        "ra": [0.4, 0.6],
        "rb": [0.07, 0.9, 0.03],
        "rc": [0.05, 0, 0.85, 0.1],
        "rs": [0.05, 0.9, 0.05],
    },
    "equations": {
        "Ann": "ra",
        "Bob": "choose(rb, 0, Ann, 1 - Ann)",
        "Carl": "choose(rc, 0, Ann, 1 - Ann, 1)",
        "scuffle": "choose(rs, 0, Bob and Carl, Bob == Carl)",
    },
}


def test_had_bob_come_there_would_have_been_a_scuffle():
    model = load_model(PARTY)
    would = counterfactual(model, "P(scuffle[Bob=1]=1 | Bob=0)").value
    seen = counterfactual(model, "P(scuffle=1 | Bob=1)").value
    assert (round(float(would), 2), round(float(seen), 2)) == (0.79, 0.11)
    # By hand: Ann is likely out, so Carl is likely in.
    out = Fraction("0.388") / (Fraction("0.388") + Fraction("0.06"))
    assert would == (out * Fraction("0.95") + (1 - out) * Fraction("0.1")) * Fraction("0.95")


def test_the_three_steps_say_the_same_of_the_party():
    model = load_model(PARTY)
    noise = abduct(model, {"Bob": 0})
    assert set(noise.names) == {"ra", "rb"}
    predicted = predict(model.under(Do(Bob=1)), noise, "scuffle")[1]
    assert predicted == counterfactual(model, "P(scuffle[Bob=1]=1 | Bob=0)").value


@pytest.mark.parametrize("seed", range(5))
def test_counterfactuals_of_the_observed_average_to_the_intervention(seed):
    """Huszár (2019), "Causal inference 3: counterfactuals": p(y | do(x)) is the mean of p(y* | e).

    The mean is over everything that may be observed, of everything that may be observed.
    """
    model = random_scm(ADMG.parse("Z -> X -> Y; Z -> Y; X <-> Y"), seed)
    law = model.law("X", "Z", "Y")
    average = sum(
        weight * counterfactual(model, f"P(Y[X=1]=1 | X={x}, Z={z}, Y={y})").value
        for (x, z, y), weight in law.items()
    )
    assert average == model.under(Do(X=1)).law("Y")[1]
