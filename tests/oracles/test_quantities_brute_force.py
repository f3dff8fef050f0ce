"""Quantities against their definition, and every road to them against every other.

The value of a quantity is the weighted mean over all states of the noise; the engines are coupled
tables (exact, in floats, unit by unit) and the three steps of abduction, action, prediction.
"""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strategies.graphs import admgs, seeds
from strategies.states import states, value_in

from causal import ADMG, Quantity, counterfactual
from causal.errors import ImpossibleEvidenceError
from causal.model import SCM, Independent, Table, random_scm
from causal.model.engines.enumeration import enumerate_worlds
from causal.model.engines.worlds import Worlds
from causal.query import Expectation, Term

quickly = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)

HOLDS = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def happens(model, event, do, state) -> bool:
    def look(term):
        return value_in(model, Term(term.variable, under=do or term.under), state)

    if isinstance(event, Term):
        return look(event) == event.value
    right = look(event.right) if isinstance(event.right, Term) else event.right
    return HOLDS[event.relation](look(event.left), right)


def truth(model: SCM, quantity: Quantity) -> Fraction | None:
    total = Fraction(0)
    for factor, part in quantity.parts:
        if part is None:
            total += factor
            continue
        above = below = Fraction(0)
        for weight, state in states(model):
            if all(happens(model, event, part.do, state) for event in part.given):
                below += weight
                if isinstance(part, Expectation):
                    term = Term(part.term.variable, under=part.do or part.term.under)
                    above += weight * value_in(model, term, state)
                else:
                    above += weight * all(happens(model, e, part.do, state) for e in part.events)
        if not below:
            return None
        total += factor * above / below
    return total


@st.composite
def worlds(draw, names, values, edges, depth=1) -> str:
    """Nothing, or settings of one or two variables, nested or of single edges now and then."""
    settings_ = []
    for v in draw(st.permutations(names))[: draw(st.integers(0, 2))]:
        if depth and draw(st.integers(0, 3)) == 0:
            other = draw(st.sampled_from(names))
            settings_.append(f"{v}={other}{draw(worlds(names, values, (), depth - 1)) or '[]'}")
        else:
            settings_.append(f"{v}={draw(st.integers(0, values - 1))}")
    if depth and edges and draw(st.integers(0, 3)) == 0:
        tail, head = draw(st.sampled_from(edges))
        settings_.append(f"{tail}->{head}={draw(st.integers(0, values - 1))}")
    return f"[{', '.join(settings_)}]" if settings_ else ""


@st.composite
def terms(draw, names, values, edges) -> str:
    return draw(st.sampled_from(names)) + draw(worlds(names, values, edges))


@st.composite
def quantities(draw, names, edges, values=2) -> str:
    texts = []
    for _ in range(draw(st.integers(1, 2))):
        events = []
        for _ in range(draw(st.integers(1, 3))):
            left = draw(terms(names, values, edges))
            relation = draw(st.sampled_from(["=", "=", *HOLDS]))
            right = draw(st.one_of(st.integers(0, values - 1), terms(names, values, edges)))
            if isinstance(right, str) and not right.endswith("]"):
                right += "[]"
            events.append(f"{left} {relation} {right}")
        split = draw(st.integers(1, len(events)))
        bar = f" | {', '.join(events[split:])}" if events[split:] else ""
        if draw(st.booleans()):
            texts.append(f"P({', '.join(events[:split])}{bar})")
        else:
            texts.append(f"{draw(st.integers(1, 5))}/3 E({draw(terms(names, values, edges))}{bar})")
    return draw(st.sampled_from([" - ", " + "])).join(texts)


def parsed(text) -> Quantity:
    """The quantity, unless one plain variable stands in two places, which is refused."""
    try:
        return Quantity.parse(text)
    except Exception:
        assume(False)
        raise


def compare(model, quantity):
    expected = truth(model, quantity)
    if expected is None:
        for exact in (True, False):
            with pytest.raises(ImpossibleEvidenceError):
                counterfactual(model, quantity, exact=exact)
        return
    found = counterfactual(model, quantity, exact=True)
    assert found.value == expected
    assert found.engine == "coupled tables, exact"
    floats = counterfactual(model, quantity, exact=False)
    assert floats.value == pytest.approx(float(expected), abs=1e-12)
    assert floats.probability_of_evidence == pytest.approx(float(found.probability_of_evidence))


@settings(quickly, max_examples=100)
@given(data=st.data(), graph=admgs(2, 3), seed=seeds())
def test_a_quantity_is_the_mean_over_the_states_of_the_noise(data, graph, seed):
    compare(random_scm(graph, seed), parsed(data.draw(quantities(graph.nodes, graph.directed))))


@settings(quickly, max_examples=30)
@given(data=st.data(), graph=admgs(2, 2), seed=seeds())
def test_so_it_is_with_three_values_and_with_rows_that_are_independent(data, graph, seed):
    drawn = random_scm(graph, seed, values=3 if seed % 2 else 2)
    tables = {
        v: Table(m.given, dict(m.rows), values=m.values, coupling=Independent())
        if len(m.rows) <= 3
        else m
        for v, m in drawn.tables.items()
    }
    model = SCM(graph, tables, drawn.noise)
    query = quantities(graph.nodes, graph.directed, 3 if seed % 2 else 2)
    compare(model, parsed(data.draw(query)))


@settings(quickly, max_examples=60)
@given(data=st.data(), graph=admgs(3, 6), seed=seeds())
def test_the_sweep_over_the_noise_says_what_coupled_tables_say(data, graph, seed):
    model = random_scm(graph, seed)
    texts = data.draw(
        st.lists(terms(graph.nodes, 2, graph.directed), min_size=2, max_size=4, unique=True)
    )
    quantity = parsed(f"P({texts[0]}=1 | {', '.join(f'{text}=1' for text in texts[1:])})")
    [(_, part)] = quantity.parts
    woven = Worlds(model)
    seen = {woven.node(term): term.value for term in part.given}
    target = woven.node(part.events[0])
    joint = enumerate_worlds(woven, (target,), seen=seen)
    if not joint.total:
        with pytest.raises(ImpossibleEvidenceError):
            counterfactual(model, quantity)
    else:
        assert counterfactual(model, quantity, exact=True).value == joint.probability((1,))


def test_many_worlds_that_share_a_cause_are_one_sum():
    model = random_scm(ADMG.parse("X -> Y; X <-> Y; Z -> Y"), 3)
    pairs = [(x, z) for x in (0, 1) for z in (0, 1)]
    events = [f"Y[X={x}, Z={z}] >= Y[X=0, Z=0]" for x, z in pairs]
    compare(model, Quantity.parse(f"P({', '.join(events)} | X=1)"))


def test_floats_do_not_vanish_in_long_chains():
    """A thousand observations, each less likely than one in ten: 1e-1000 is no zero."""
    n = 1000
    parts = {"V0": Table((), "0.95, 0.05")}
    for i in range(1, n):
        parts[f"V{i}"] = Table(f"V{i - 1}", {0: "0.95, 0.05", 1: "0.95, 0.05"})
        parts[f"W{i}"] = Table(f"V{i}", {0: "0.93, 0.07", 1: "0.9, 0.1"})
    seen = ", ".join(f"W{i}=1" for i in range(1, n))
    model = SCM.of(parts)
    found = counterfactual(model, f"P(W5[V5=1]=1, V{n - 1}=1 | {seen})", exact=False)
    one = Fraction(1, 20) * Fraction(1, 10)
    last = one / (one + Fraction(19, 20) * Fraction(7, 100))
    assert found.value == pytest.approx(float(last), rel=1e-9)
    assert np.isfinite(found.value)


def test_one_cause_may_have_hundreds_of_effects():
    parts = {"X": Table((), "1/2, 1/2")}
    parts |= {f"Y{i}": Table("X", {0: "3/5, 2/5", 1: "2/5, 3/5"}) for i in range(2000)}
    seen = ", ".join(f"Y{i}={i % 2}" for i in range(1999))
    for exact in (True, False):
        found = counterfactual(SCM.of(parts), f"P(X=1 | {seen})", exact=exact)
        assert found.value == pytest.approx(2 / 5)
