"""Formulas by chosen experiments, against the models: they read no other, and say the same."""

from __future__ import annotations

from random import Random

import pytest
from strategies.counterfactuals import random_query
from strategies.graphs import random_admg

from causal import ADMG, Identified, NotIdentified, certify, identify
from causal.errors import ImpossibleEvidenceError, UnknownVariableError
from causal.expression import laws

SURROGATE = ADMG.parse("C -> X -> Y; C -> Y; W -> Y; W <-> Y")


def test_an_experiment_on_one_cause_and_adjustment_for_the_other():
    answer = identify(SURROGATE, "P(Y[W=1, X=1]=1)", regimes=["W"])
    assert str(answer.estimand) == "Σ_{C} P(C | do(W=1)) P(Y=1 | do(W=1), C, X=1)"
    assert certify(SURROGATE, answer.query, answer).cells == 20


def test_an_effect_is_answered_by_the_experiments_there_are():
    bow = ADMG.parse("X -> Y; X <-> Y")
    assert isinstance(identify(bow, "P(Y | do(X))"), NotIdentified)
    assert str(identify(bow, "P(Y=1 | do(X=1))", regimes=["X"]).formula) == "P(Y=1 | do(X=1))"
    assert identify(bow, "P(Y | do(X))", regimes=[]) == identify(bow, "P(Y | do(X))")
    front = ADMG.parse("X -> Z -> Y; X <-> Y")
    assert identify(front, "P(Y | do(X))", regimes=[]) == identify(front, "P(Y | do(X))")


def test_a_difference_of_means_needs_both_arms():
    bow = ADMG.parse("X -> Y; X <-> Y")
    assert identify(bow, "E(Y[X=1]) - E(Y[X=0])", regimes=["X"]).experiments
    assert isinstance(identify(bow, "E(Y[X=1]) - E(Y)", regimes=[]), NotIdentified)


def test_what_is_missing_is_named():
    answer = identify(SURROGATE, "P(Y[W=1, X=1]=1)", regimes=["X"])
    assert isinstance(answer, NotIdentified)
    assert "P(Y | do(C, W, X)) is needed" in str(answer)
    assert "observation, do(X): W and Y share hidden causes and all lead to Y" in str(answer)
    assert str(answer.hedge) == "{W, Y} around {Y}"
    assert certify(SURROGATE, answer.query, answer).models == 2
    with pytest.raises(UnknownVariableError):
        identify(SURROGATE, "P(Y[W=1]=1)", regimes=["Q"])


def test_what_no_experiment_shows_stays_a_no():
    no = identify(ADMG.parse("X -> Y"), "P(Y[X=1]=1, Y[X=0]=0)", regimes=["X"])
    assert isinstance(no, NotIdentified)


def test_formulas_read_the_chosen_experiments_only_and_are_right():
    """Offered are the experiments that would be made, or such with one variable left alone."""
    found = fewer = 0
    for seed in range(1_500):
        rng = Random(seed)
        graph = random_admg(rng, 4)
        query = random_query(rng, graph)
        try:
            whole = identify(graph, query)
        except ImpossibleEvidenceError:
            continue
        if not isinstance(whole, Identified) or not whole.experiments:
            continue
        regimes = [sorted(s.variable for s in law.do) for law in whole.experiments]
        regimes = [z[1:] if len(z) > 1 and rng.random() < 0.7 else z for z in regimes]
        answer = identify(graph, query, regimes=regimes)
        if isinstance(answer, Identified):
            set_ = {frozenset(s.variable for s in law.do) for law in laws(answer.estimand)}
            assert set_ <= {frozenset(), *map(frozenset, regimes)}
            certify(graph, query, answer, models=1)
            found += 1
            fewer += answer.estimand != whole.estimand
    assert found > 20
    assert fewer > 3
