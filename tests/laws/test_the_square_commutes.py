"""The square: graph -> estimand -> number, and model -> mutilated model -> number, are one number.

Identification knows no models, and models know no formulas; here they meet over exact rationals, so
that == means equal.  A "no" must come with two models that agree on the data and not on the answer.
"""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies.graphs import CORES, admgs, effects, hard_admgs, seeds

from causal import ADMG, Identified, NotIdentified, Query, countermodels, identify
from causal.certification import compared
from causal.model import SCM, Do, random_scm

thorough = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def assert_the_formula_is_the_effect(answer: Identified, model: SCM, x: str, y: str) -> None:
    """For every value of action and outcome, and any value of free variables of the formula."""
    law = model.law()
    formula = answer.estimand.evaluate(law).reset_index(name="value")
    assert len(formula)
    for value in model.domains[x]:
        effect = model.under(Do({x: value})).law(y)
        rows = formula[formula[x] == value] if x in formula else formula
        assert len(rows)
        for row in rows.to_dict("records"):
            assert row["value"] == effect[row[y]]


def assert_the_models_refute_the_query(answer: NotIdentified) -> None:
    one, other = found = countermodels(answer)
    assert one.graph == other.graph == answer.graph
    assert (one.law() == other.law()).all()
    assert (one.law() > 0).all()
    actions, cell = answer.query.actions, found.cell
    outcome = sorted(answer.query.outcomes | answer.query.conditions)
    laws = [m.under(Do({v: cell[v] for v in actions})).law(*outcome) for m in found]
    assert (laws[0] != laws[1]).any()
    assert found.values[0] != found.values[1]


def assert_the_square_commutes(graph: ADMG, seed: int) -> None:
    model = random_scm(graph, seed)
    for x, y in itertools.permutations(graph.nodes, 2):
        match identify(graph, Query.parse(f"P({y} | do({x}))")):
            case Identified() as answer:
                assert_the_formula_is_the_effect(answer, model, x, y)
            case NotIdentified() as answer:
                assert_the_models_refute_the_query(answer)
            case undecided:
                raise AssertionError(undecided)


@pytest.mark.parametrize("core", sorted(CORES))
def test_the_square_commutes_on_a_known_core(core):
    assert_the_square_commutes(ADMG.parse(CORES[core]), seed=0)


@settings(thorough, max_examples=60)
@given(graph=admgs(), seed=seeds())
def test_the_square_commutes_on_random_graphs(graph, seed):
    assert_the_square_commutes(graph, seed)


@settings(thorough, max_examples=100)
@given(graph=hard_admgs(), seed=seeds())
def test_the_square_commutes_around_hard_cores(graph, seed):
    assert_the_square_commutes(graph, seed)


@settings(thorough, max_examples=600)
@given(data=st.data(), graph=st.one_of(admgs(), hard_admgs()), seed=seeds())
def test_the_square_commutes_for_joint_and_conditional_effects(data, graph, seed):
    answer = identify(graph, data.draw(effects(graph)))
    match answer:
        case Identified():
            assert compared(random_scm(graph, seed), answer)
        case NotIdentified():
            assert_the_models_refute_the_query(answer)


@settings(thorough, max_examples=80)
@given(data=st.data(), graph=st.one_of(admgs(4, 5), hard_admgs(5)), seed=seeds())
def test_the_square_commutes_with_three_values(data, graph, seed):
    answer = identify(graph, data.draw(effects(graph, max_size=1, max_given=1)))
    if isinstance(answer, Identified):
        assert compared(random_scm(graph, seed, values=3), answer)


@pytest.mark.torture
@settings(thorough, max_examples=5000)
@given(data=st.data(), graph=st.one_of(admgs(4, 7), hard_admgs(7)), seed=seeds())
def test_the_square_commutes_for_a_long_time(data, graph, seed):
    answer = identify(graph, data.draw(effects(graph, max_given=3)))
    match answer:
        case Identified():
            assert compared(random_scm(graph, seed), answer)
        case NotIdentified():
            assert_the_models_refute_the_query(answer)
