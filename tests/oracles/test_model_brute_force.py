"""Laws and counterfactuals of finite models against their definition: every state of the noise.

Pearl (2009), 7.1: a state of the noise fixes every variable in every world; a probability is the
weight of the states in which the event happens.  Nothing of the engines is used here.
"""

import itertools
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies.graphs import admgs, seeds
from strategies.states import states, value_in

from causal import Query, counterfactual
from causal.errors import ImpossibleEvidenceError
from causal.model import SCM, Do, Independent, Table, abduct, predict, random_scm
from causal.query import Term


def value(model: SCM, query: Query | str) -> Fraction:
    """The answer in fractions, however long that takes: left alone, large ones are floats."""
    return counterfactual(model, query, exact=True).value


def probability(model: SCM, query: Query) -> Fraction | None:
    happens = evidence = Fraction(0)
    for weight, state in states(model):
        if all(value_in(model, t, state) == t.value for t in query.given):
            evidence += weight
            happens += weight * all(value_in(model, t, state) == t.value for t in query.outcome)
    return happens / evidence if evidence else None


@st.composite
def worlds(draw, names, depth=1) -> str:
    """Nothing, or settings of one or two variables; inside them sometimes another world."""
    chosen = draw(st.permutations(names))[: draw(st.integers(0, 2))]
    settings_ = []
    for v in chosen:
        if depth and draw(st.integers(0, 3)) == 0:
            settings_.append(f"{v}={v}{draw(worlds(names, depth - 1)) or '[' + v + '=0]'}")
        else:
            settings_.append(f"{v}={draw(st.integers(0, 1))}")
    return f"[{', '.join(settings_)}]" if settings_ else ""


@st.composite
def counterfactuals(draw, names) -> str:
    terms = draw(
        st.lists(
            st.tuples(st.sampled_from(names), worlds(names), st.integers(0, 1)),
            min_size=1,
            max_size=4,
            unique_by=lambda term: (term[0], term[1]),
        )
    )
    texts = [f"{v}{world}={x}" for v, world, x in terms]
    split = draw(st.integers(1, len(texts)))
    bar = f" | {', '.join(texts[split:])}" if texts[split:] else ""
    return f"P({', '.join(texts[:split])}{bar})"


def small(graph, seed, coupling) -> SCM:
    """A random model with few cells of noise, coupled as told."""
    drawn = random_scm(graph, seed)
    tables = {
        v: Table(m.given, dict(m.rows), coupling=coupling() if len(m.rows) <= 4 else None)
        for v, m in drawn.mechanisms.items()
    }
    return SCM(graph, tables, drawn.noise)


quickly = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@settings(quickly, max_examples=100)
@given(data=st.data(), graph=admgs(2, 3), seed=seeds())
def test_a_counterfactual_is_the_weight_of_the_states_in_which_it_happens(data, graph, seed):
    model = small(graph, seed, Independent) if seed % 2 else random_scm(graph, seed)
    query = Query.parse(data.draw(counterfactuals(graph.nodes)))
    truth = probability(model, query)
    if truth is None:
        with pytest.raises(ImpossibleEvidenceError):
            counterfactual(model, query)
    else:
        assert value(model, query) == truth


@settings(quickly, max_examples=40)
@given(graph=admgs(2, 3), seed=seeds())
def test_a_law_is_the_weight_of_the_states(graph, seed):
    model = random_scm(graph, seed)
    law = model.law()
    for values in itertools.product((0, 1), repeat=len(graph.nodes)):
        event = tuple(Term(v, x) for v, x in zip(graph.nodes, values, strict=True))
        assert law[values] == probability(model, Query(event))


@settings(quickly, max_examples=60)
@given(data=st.data(), graph=admgs(3, 5), seed=seeds())
def test_the_average_of_unit_counterfactuals_is_the_interventional_law(data, graph, seed):
    model = random_scm(graph, seed)
    x, y, z = data.draw(st.permutations(graph.nodes))[:3]
    effect = model.under(Do({x: 1})).law(y)[1]
    average = Fraction(0)
    for (a, b), weight in model.law(x, z).items():
        average += weight * value(model, f"P({y}[{x}=1]=1 | {x}={a}, {z}={b})")
    assert average == effect
    assert value(model, f"P({y}[{x}=1]=1)") == effect
    assert value(model, f"P({y}=1 | do({x}=1))") == effect


@settings(quickly, max_examples=60)
@given(data=st.data(), graph=admgs(3, 3), seed=seeds())
def test_abduction_action_prediction_is_the_counterfactual(data, graph, seed):
    model = random_scm(graph, seed)
    x, y, z = data.draw(st.permutations(graph.nodes))[:3]
    noise = abduct(model, {x: 0, z: 1})
    assert sum(weight for _, weight in noise.weights) == 1
    predicted = predict(model.under(Do({x: 1})), noise, y, z)
    for (b, c), weight in predicted.items():
        asked = f"P({y}[{x}=1]={b}, {z}[{x}=1]={c} | {x}=0, {z}=1)"
        assert value(model, asked) == weight


@settings(quickly, max_examples=30)
@given(graph=admgs(2, 3), seed=seeds(), data=st.data())
def test_prediction_from_what_says_nothing_is_the_law(data, graph, seed):
    model = random_scm(graph, seed)
    x, y = data.draw(st.permutations(graph.nodes))[:2]
    assert (predict(model, abduct(model, {}), x, y) == model.law(x, y)).all()
    posterior = predict(model, abduct(model, {x: 0}), y)
    assert (posterior == model.law(x, y)[0] / model.law(x)[0]).all()
