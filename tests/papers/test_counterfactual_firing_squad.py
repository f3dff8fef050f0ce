"""Pearl (2009), Causality, 7.1.2: the firing squad, and the numbers printed there.

The court orders (U) or not; the captain signals (C); riflemen A and B shoot on the signal, and A
may shoot out of nervousness (W); the prisoner dies (D) when either shoots.
"""

from fractions import Fraction

import pytest

from causal import counterfactual
from causal.model import SCM, Do, Noise, Response, abduct, predict

P, Q = Fraction(7, 10), Fraction(1, 5)  # the order, and A's nervousness


def same(value):
    return value


def firing_squad(nervous: bool) -> SCM:
    noise = [Noise("U", [1 - P, P])] + [Noise("W", [1 - Q, Q])] * nervous
    return SCM.of(
        {
            "C": Response.of("U", same),
            "A": Response.of(("C", "W"), max) if nervous else Response.of("C", same),
            "B": Response.of("C", same),
            "D": Response.of(("A", "B"), max),
        },
        noise,
    )


def test_the_prisoner_would_be_dead_even_if_a_had_not_shot():
    assert counterfactual(firing_squad(nervous=False), "P(D[A=0]=1 | D=1)").value == 1


def test_had_a_decided_to_shoot_the_prisoner_would_be_dead():
    squad = firing_squad(nervous=False)
    assert counterfactual(squad, "P(D[A=1]=1 | A=0)").value == 1
    assert counterfactual(squad, "P(B[A=1]=0 | A=0)").value == 1


def test_a_nervous_rifleman_might_have_been_the_only_one_to_shoot():
    squad = firing_squad(nervous=True)
    found = counterfactual(squad, "P(D[A=0]=0 | D=1)")
    assert found.value == Q * (1 - P) / (1 - (1 - Q) * (1 - P))  # the formula as printed
    assert found.probability_of_evidence == 1 - (1 - P) * (1 - Q)


def test_the_three_steps_say_the_same():
    squad = firing_squad(nervous=True)
    noise = abduct(squad, {"D": 1})
    posterior = dict(noise.weights)
    assert noise.names == ("U", "W")
    assert posterior[0, 1] == Q * (1 - P) / (1 - (1 - Q) * (1 - P))
    assert predict(squad.under(Do(A=0)), noise, "D")[0] == posterior[0, 1]


@pytest.mark.parametrize(("query", "value"), [("P(D=1 | do(A=1))", 1), ("P(D=1 | do(A=0))", P)])
def test_an_action_is_not_an_observation(query, value):
    squad = firing_squad(nervous=True)
    assert counterfactual(squad, query).value == value
    assert counterfactual(squad, "P(D=1 | A=0)").value == 0
