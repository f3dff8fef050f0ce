"""Named quantities are the questions that they stand for, and obey the relations between them."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, given, settings
from strategies.graphs import admgs, seeds

from causal import (
    ADMG,
    controlled_direct_effect,
    counterfactual,
    effect_on_the_treated,
    load_model,
    natural_direct_effect,
    natural_indirect_effect,
    path_specific_effect,
    probability_of_disablement,
    probability_of_enablement,
    probability_of_necessity,
    probability_of_necessity_and_sufficiency,
    probability_of_sufficiency,
)
from causal.errors import DomainError, OptionError, UnknownVariableError
from causal.model import Do, random_scm

X, Y = {"X": 1}, {"Y": 1}
MEDIATION = ADMG.parse("X -> M -> Y; X -> Y; X -> N -> Y; M -> N; M <-> Y")
quickly = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@quickly
@given(seed=seeds())
def test_necessity_and_sufficiency_make_up_both(seed):
    """Tian & Pearl (2000), lemma 1: PNS = P(x, y) PN + P(x', y') PS."""
    model = random_scm(ADMG.parse("X -> Y; X <-> Y"), seed)
    law = model.law("X", "Y")
    necessity, sufficiency, both = (
        ask(model, X, Y).value
        for ask in (
            probability_of_necessity,
            probability_of_sufficiency,
            probability_of_necessity_and_sufficiency,
        )
    )
    assert both == law[1, 1] * necessity + law[0, 0] * sufficiency


@quickly
@given(seed=seeds())
def test_disablement_and_enablement_are_necessity_and_sufficiency_diluted(seed):
    """Tian & Pearl (2000): PD = P(x, y) PN / P(y), PE = P(x', y') PS / P(y')."""
    model = random_scm(ADMG.parse("X -> Y; X <-> Y"), seed)
    law = model.law("X", "Y")
    necessity = probability_of_necessity(model, X, Y)
    sufficiency = probability_of_sufficiency(model, X, Y)
    on, off = (model.law("Y")[y] for y in (1, 0))
    assert probability_of_disablement(model, X, Y).value == law[1, 1] * necessity.value / on
    assert probability_of_enablement(model, X, Y).value == law[0, 0] * sufficiency.value / off


@quickly
@given(seed=seeds())
def test_the_total_effect_is_direct_less_reverse_indirect(seed):
    """Pearl (2001), theorem 3."""
    model = random_scm(MEDIATION, seed)
    total = counterfactual(model, "E(Y[X=1]) - E(Y[X=0])").value
    direct = natural_direct_effect(model, X, "Y", through=["M", "N"]).value
    back = natural_indirect_effect(model, {"X": 0}, "Y", through=["M", "N"]).value
    assert total == direct - back


@quickly
@given(seed=seeds())
def test_an_effect_along_paths_generalises_the_natural_effects(seed):
    model = random_scm(MEDIATION, seed)
    paths = ["X -> M -> Y", "X -> M -> N -> Y", "X -> N -> Y", "X -> Y"]
    total = counterfactual(model, "E(Y[X=1]) - E(Y[X=0])").value
    assert path_specific_effect(model, X, "Y", along=paths).value == total
    indirect = natural_indirect_effect(model, X, "Y", through=["M", "N"]).value
    assert path_specific_effect(model, X, "Y", along=paths[:3]).value == indirect
    direct = natural_direct_effect(model, X, "Y", through=["M", "N"]).value
    assert path_specific_effect(model, X, "Y", along="X -> Y").value == direct


def test_one_of_two_paths_through_a_mediator():
    """By hand: Y adds what reaches it, so the effect along M alone is the part that M adds."""
    model = load_model(
        {
            "exogenous": {"U": [0.5, 0.5]},
            "equations": {"X": "U", "M": "X", "N": "3 * M + 5 * X", "Y": "7 * M + N + 11 * X"},
        }
    )

    def effect(*along: str) -> Fraction:
        return path_specific_effect(model, X, "Y", along=along).value

    assert effect("X -> M -> Y") == 7
    assert effect("X -> M -> N -> Y") == 3
    assert effect("X -> N -> Y") == 5
    assert effect("X -> Y") == 11
    assert effect("X -> Y", "X -> M -> N -> Y") == 14


@quickly
@given(seed=seeds(), graph=admgs(3, 4))
def test_the_treated_and_the_untreated_make_up_everybody(seed, graph):
    x, y = graph.nodes[0], graph.nodes[-1]
    assume(y in graph.descendants(x))
    model = random_scm(graph, seed)
    treated, untreated = (model.law(x)[value] for value in (1, 0))
    on = effect_on_the_treated(model, {x: 1}, y).value
    off = effect_on_the_treated(model, {x: 0}, y).value
    average = model.under(Do({x: 1})).law(y)[1] - model.under(Do({x: 0})).law(y)[1]
    assert treated * on - untreated * off == average


def test_the_effects_of_encouragement_on_homework():
    """Pearl (2014), "Interpretation and identification of causal mediation", table 1."""
    model = load_model(
        {
            "exogenous": {"t": [0.5, 0.5], "m": ["7/20", "1/4", "2/5"], "y": ["1/10"] * 10},
            "equations": {
                "T": "t",
                "M": "choose(m, T, 0, 1)",
                "Y": "y < choose(2 * T + M, 2, 3, 4, 8)",
            },
        }
    )
    assert model.law("T", "M")[0, 1] * 2 == Fraction("0.4")
    treatment, through = {"T": 1}, {"through": "M"}
    assert natural_direct_effect(model, treatment, "Y", **through).value == Fraction("0.32")
    assert natural_indirect_effect(model, treatment, "Y", **through).value == Fraction("0.035")
    assert counterfactual(model, "E(Y[T=1]) - E(Y[T=0])").value == Fraction("0.46")
    held = controlled_direct_effect(model, treatment, "Y", held={"M": 1})
    assert (str(held.query), held.value) == ("E(Y[T=1, M=1]) - E(Y[T=0, M=1])", Fraction(1, 2))


def test_with_three_values_the_other_one_has_to_be_named():
    graph = ADMG.parse("X -> Y")
    model = random_scm(graph, 1, values=3)
    found = probability_of_necessity(model, {"X": 2}, {"Y": 1}, instead={"X": 0})
    assert str(found.query) == "P(Y[X=0] != 1 | X=2, Y=1)"
    with pytest.raises(OptionError, match="X needs one; write instead="):
        probability_of_necessity(model, {"X": 2}, {"Y": 1})


@pytest.mark.parametrize(
    ("call", "error", "complaint"),
    [
        (lambda m: probability_of_necessity(m, {"Q": 1}, Y), UnknownVariableError, "Q is not in"),
        (lambda m: probability_of_necessity(m, {"X": 7}, Y), DomainError, "X cannot be 7"),
        (lambda m: probability_of_necessity(m, {}, Y), OptionError, "one variable and its value"),
        (lambda m: probability_of_necessity(m, X, Y, instead={"X": 1}), OptionError, "another"),
        (lambda m: path_specific_effect(m, X, "Y", along="X -> Q -> Y"), UnknownVariableError, "Q"),
        (lambda m: path_specific_effect(m, X, "Y", along="M -> X"), OptionError, "no arrow M -> X"),
        (lambda m: path_specific_effect(m, X, "Y", along="X -> M"), OptionError, "from X to Y"),
        (lambda m: natural_direct_effect(m, X, "Y", through="Y"), OptionError, "between X and Y"),
        (lambda m: natural_indirect_effect(m, X, "Y", through="X"), OptionError, "between X and Y"),
        (lambda m: natural_indirect_effect(m, X, "Y", through=[]), OptionError, "between X and Y"),
    ],
)
def test_a_named_quantity_without_sense_is_refused(call, error, complaint):
    with pytest.raises(error, match=complaint):
        call(random_scm(MEDIATION, 1))
