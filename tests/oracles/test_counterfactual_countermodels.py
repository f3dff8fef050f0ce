"""For a "no": two models that agree on every experiment whatsoever, and not on the answer.

Built from response functions: a direction in which no experiment moves, and the query does.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from random import Random

import numpy as np
import pytest
import sympy
from strategies.counterfactuals import random_query
from strategies.responses import Responses

from causal import (
    ADMG,
    SCM,
    Do,
    Noise,
    NotIdentified,
    Response,
    certify,
    counterfactual,
    countermodels,
    identify,
)
from causal.errors import ImpossibleEvidenceError, ModelsTooLargeError
from causal.query import Query


def two_models(graph: ADMG, query: Query, sizes: dict[str, int]) -> tuple[SCM, SCM]:
    responses = Responses(graph, sizes)
    both, given = responses.holds((*query.outcome, *query.given)), responses.holds(query.given)
    laws = [rising(n) for n in both.shape]
    for d, district in enumerate(responses.districts):
        above, below = mean(both, laws, d), mean(given, laws, d)
        moves = below @ laws[d] * above - above @ laws[d] * below
        rows = sympy.Matrix(responses.experiments(district).astype(int))
        for direction in rows.nullspace():
            step = np.array([Fraction(int(x.p), int(x.q)) for x in direction])
            if step @ moves:
                step *= min(laws[d]) / max(abs(step))
                one, other = (
                    model(responses, [*laws[:d], laws[d] + sign * step, *laws[d + 1 :]])
                    for sign in (1, -1)
                )
                return one, other
    raise AssertionError(f"{query} does not move in {graph}")


def rising(n: int) -> np.ndarray:
    """A law in which no two are equal, lest the query stands still by symmetry."""
    return np.array([Fraction(i, n * (n + 1) // 2) for i in range(1, n + 1)])


def mean(array: np.ndarray, laws: list[np.ndarray], but: int) -> np.ndarray:
    found = array.astype(int).astype(object)
    for axis in reversed(range(array.ndim)):
        if axis != but:
            found = np.tensordot(found, laws[axis], axes=(axis, 0))
    return found


def model(responses: Responses, laws: list[np.ndarray]) -> SCM:
    """The model in which each district has one noise: which function each member is."""
    mechanisms, noise = {}, []
    for district, law in zip(responses.districts, laws, strict=True):
        name = f"U[{','.join(district)}]"
        types = list(itertools.product(*(responses.functions[v] for v in district)))
        noise.append(Noise(name, list(law)))
        for place, v in enumerate(district):
            parents, values = responses.parents[v], tuple(range(responses.sizes[v]))
            table = {
                (*setting, u): types[u][place][setting]
                for setting in responses.settings[v]
                for u in range(len(types))
            }
            if not parents:
                table = {u: value for (u,), value in table.items()}
            mechanisms[v] = Response((*parents, name), table, values=values)
    return SCM(responses.graph, mechanisms, noise)


CASES = {
    "necessity": ("X -> Y", "P(Y[X=0]=0 | X=1, Y=1)", {}),
    "necessity and sufficiency": ("X -> Y", "P(Y[X=1]=1, Y[X=0]=0)", {}),
    "treated, three treatments": ("X -> Y; X <-> Y", "P(Y[X=1]=1 | X=0)", {"X": 3}),
    "treatment and outcome": ("X -> Y; X <-> Y", "P(Y[X=1]=1, X=0)", {"X": 3}),
    "two treatments": ("X -> Z -> Y", "P(Y[X=1]=1, Z[X=0]=0)", {}),
    "recanting district": ("X -> M -> Y; X -> Y; M <-> Y", "P(Y[X=1, M=M[X=0]]=1)", {}),
    "recanting witness": ("X -> W -> Y", "P(Y[X=1, W=W[X=0]]=1, W[X=1]=1)", {}),
    "an edge against the rest": ("X -> M -> Y; X -> Y; M <-> Y", "P(Y[X=0, X->Y=1]=1)", {}),
    "seen in another world": ("X -> Z; X -> Y; Z <-> Y", "P(Y[X=1]=1 | Z[X=0]=1)", {}),
}


@pytest.mark.parametrize("name", CASES)
def test_two_models_agree_on_every_experiment_and_not_on_the_answer(name: str):
    text, asked, more = CASES[name]
    graph, query = ADMG.parse(text), Query.parse(asked)
    assert isinstance(identify(graph, query), NotIdentified)
    sizes = dict.fromkeys(graph.nodes, 2) | more
    one, other = two_models(graph, query, sizes)
    for size in range(len(graph.nodes)):
        for names in itertools.combinations(graph.nodes, size):
            for cell in itertools.product(*(range(sizes[v]) for v in names)):
                do = Do(dict(zip(names, cell, strict=True)))
                assert (one.under(do).law() == other.under(do).law()).all(), (
                    f"{do} tells them apart"
                )
    answers = [counterfactual(m, query, exact=True).value for m in (one, other)]
    assert answers[0] != answers[1]


def agree_on_every_experiment(one: SCM, other: SCM) -> bool:
    nodes, domains = one.graph.nodes, one.domains
    return all(
        (one.under(do).law() == other.under(do).law()).all()
        for size in range(len(nodes))
        for names in itertools.combinations(nodes, size)
        for cell in itertools.product(*(domains[v] for v in names))
        for do in [Do(dict(zip(names, cell, strict=True)))]
    )


MORE = {
    "left open": ("X -> Y; X <-> Y", "P(Y[X=1] | X=0)"),
    "values with names": ("X -> Y; X <-> Y; C -> X", "P(Y[X=high]=cured | X=low)"),
    "through a third": ("X -> Y; X <-> M <-> Y", "P(Y[X=1]=1 | X=0, M=1)"),
    "kite": ("X -> W -> M -> Y; W -> Y; X -> Y", "P(Y[X=0, X->W=0, W->M=W[X=1]]=1)"),
}


@pytest.mark.parametrize("name", [*CASES, *MORE])
def test_countermodels_of_a_counterfactual_are_models_of_the_whole_graph(name: str):
    text, asked, *_ = (CASES | MORE)[name]
    graph = ADMG.parse(f"{text}; Y -> After; Beside <-> Y; Beside")
    answer = identify(graph, asked)
    found = countermodels(answer)
    one, other = found
    assert one.graph == other.graph == graph
    assert agree_on_every_experiment(one, other)
    values = [counterfactual(m, found.query, exact=True).value for m in found]
    assert values == list(found.values)
    assert values[0] != values[1]
    assert "same law under every experiment" in str(found)
    assert certify(graph, asked, answer).models == 2


def test_random_counterfactuals_that_have_no_formula_have_countermodels():
    """Unless they need models too large to enumerate, which is said; one in fifty does."""
    count = refused = 0
    for seed in range(150):
        rng = Random(seed)
        graph = any_graph(rng)
        query = random_query(rng, graph)
        try:
            answer = identify(graph, query)
        except ImpossibleEvidenceError:
            continue
        if isinstance(answer, NotIdentified):
            try:
                one, other = found = countermodels(answer)
            except ModelsTooLargeError:
                refused += 1
                continue
            assert agree_on_every_experiment(one, other)
            answers = {counterfactual(m, found.query, exact=True).value for m in found}
            assert len(answers) == 2, f"{query} in {graph}"
            count += 1
    assert count > 10
    assert refused <= 1


def any_graph(rng: Random) -> ADMG:
    """Two to four variables, hidden causes between any two."""
    names = "ABCD"[: rng.randint(2, 4)]
    directed = [
        (c, name)
        for i, name in enumerate(names)
        for c in rng.sample(names[:i], rng.randint(0, min(2, i)))
    ]
    ties = [pair for pair in itertools.combinations(names, 2) if rng.random() < 0.25]
    return ADMG.of(nodes=names, directed=directed, bidirected=ties)
