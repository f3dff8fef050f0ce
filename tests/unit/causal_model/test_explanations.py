"""Explanations: what differs is what the engines say, and what paths contribute adds up."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from fractions import Fraction
from itertools import pairwise, permutations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from strategies.graphs import admgs, seeds

import causal
from causal import ADMG, Do, counterfactual, explain, load_model, potential_outcomes
from causal.errors import (
    ImpossibleEvidenceError,
    QueryError,
    UnknownVariableError,
)
from causal.model import random_scm
from causal.model.engines.explaining import Spread, drawn

quickly = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))

PEOPLE = causal.SCM.of(
    {
        "school": causal.Linear(noise=causal.Normal(12, 2)),
        "skill": causal.Linear({"school": 0.8}, noise=causal.Normal(0, 3)),
        "wage": causal.LocationScale(
            mean=causal.Polynomial({"school": 0.5, "skill": 1.0}),
            scale=causal.Polynomial({(): 1, "school": 0.1}),
        ),
        "promoted": causal.Threshold(causal.Polynomial({(): -4, "wage": 0.2})),
    }
)
ANN = {"school": 9, "skill": 8.0, "wage": 11.0}


def linear(seed: int, n: int = 5) -> tuple[causal.SCM, nx.DiGraph]:
    """A random linear model, and its graph with the weights on the edges."""
    rng = np.random.default_rng(seed)
    names, graph = [f"V{i}" for i in range(n)], nx.DiGraph()
    graph.add_nodes_from(names)
    for j, head in enumerate(names):
        for tail in names[:j]:
            if rng.random() < 0.6:
                graph.add_edge(tail, head, weight=float(rng.normal()))
    mechanisms = {
        v: causal.Linear({p: graph.edges[p, v]["weight"] for p in graph.predecessors(v)})
        for v in names
    }
    return causal.SCM.of(mechanisms), graph


@quickly
@given(graph=admgs(max_nodes=5), seed=seeds())
def test_contributions_add_up_to_the_answer_exactly(graph: ADMG, seed: int) -> None:
    model = random_scm(graph, seed)
    first, *_, last = graph.nodes
    query = f"P({last}[{first}=1]=1 | {first}=0)"
    [why] = explain(model, query)
    arrows = nx.DiGraph(list(graph.directed))
    arrows.add_nodes_from(graph.nodes)
    assert bool(why.contributions) == nx.has_path(arrows, first, last)
    if not why.contributions:
        return
    assert why.before is not None
    assert why.after is not None
    known = {
        what: counterfactual(model, what).value for what in (query, f"P({last}=1 | {first}=0)")
    }
    gained = sum(each.share for each in why.contributions)
    if isinstance(why.after, Fraction):
        assert (why.after, why.before) == tuple(known.values())
        assert gained == why.after - why.before
        assert all(isinstance(each.share, Fraction) for each in why.contributions)
    else:  # where fractions would take long
        assert why.after == pytest.approx(float(known[query]))
        assert float(gained) == pytest.approx(float(why.after - why.before), abs=1e-12)


@quickly
@given(seed=seeds())
def test_in_a_linear_model_a_path_contributes_the_product_of_its_weights(seed: int) -> None:
    """Wright (1921); every path does by itself what it does among the others."""
    model, graph = linear(seed)
    unit = model.sample(1, rng=seed).iloc[0]
    [why] = explain(model, "E(V4[V0=2.5])", unit=unit)
    expected = {
        tuple(path): math.prod(graph.edges[edge]["weight"] for edge in pairwise(path))
        * (2.5 - unit["V0"])
        for path in nx.all_simple_paths(graph, "V0", "V4")
    }
    if len(expected) > 6:
        expected = _by_first_arrow(expected)
    found = {_key(each): float(each.share) for each in why.contributions}
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)
    alone = {_key(each): float(each.alone) for each in why.contributions}
    assert alone == pytest.approx(expected, rel=1e-9, abs=1e-9)
    if expected:
        assert float(why.together) == pytest.approx(0, abs=1e-9)
        assert why.before == pytest.approx(unit["V4"])


def _key(each: causal.Contribution) -> tuple[str, ...]:
    return each.along.path or tuple(sorted(each.along.arrows)[0])


def _by_first_arrow(expected: dict[tuple[str, ...], float]) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = {}
    for path, share in expected.items():
        found[path[:2]] = found.get(path[:2], 0.0) + share
    return found


def test_shares_are_the_average_gain_over_all_orders_of_opening_paths() -> None:
    """The unit is simulated by hand, each path with its own copy of what lies on it."""
    model = load_model(
        {
            "noise": {"a": "normal(0, 1)", "b": "normal(0, 1)", "c": "normal(0, 1)"},
            "equations": {"X": "a", "M": "exp(X) + b", "N": "X * M + c", "Y": "M * N + X ** 2"},
        }
    )
    x, m, n, new = 0.5, 2.0, 1.25, -1.0
    b, c = m - math.exp(x), n - x * m

    def y(opened: set[str]) -> float:
        def at(path: str) -> float:
            return new if path in opened else x

        def mediator(path: str) -> float:
            return math.exp(at(path)) + b

        other = at("XNY") * mediator("XMNY") + c
        return mediator("XMY") * other + at("XY") ** 2

    paths = ["XY", "XMY", "XNY", "XMNY"]
    gains = dict.fromkeys(paths, 0.0)
    for order in permutations(paths):
        for i, path in enumerate(order):
            gains[path] += (y({*order[: i + 1]}) - y({*order[:i]})) / math.factorial(len(paths))
    [why] = explain(model, "E(Y[X=-1])", unit={"X": x, "M": m, "N": n})
    assert {"".join(e.along.path): e.share for e in why.contributions} == pytest.approx(gains)
    assert {"".join(e.along.path): e.alone for e in why.contributions} == pytest.approx(
        {path: y({path}) - y(set()) for path in paths}
    )
    assert why.after == pytest.approx(y({*paths}))
    assert float(why.together) != pytest.approx(0, abs=0.1)


def test_many_paths_are_bundled_by_their_first_arrows() -> None:
    names = [f"V{i}" for i in range(7)]
    graph = ADMG.of(
        nodes=names, directed=[(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    )
    model = random_scm(graph, 1)
    [why] = explain(model, "P(V6[V0=1]=1 | V0=0, V6=1)")
    assert [str(each.along) for each in why.contributions] == [
        f"all by V0 -> V{i}" for i in range(1, 7)
    ]
    assert why.after == counterfactual(model, "P(V6[V0=1]=1 | V0=0, V6=1)").value
    gained = sum(float(each.share) for each in why.contributions)
    assert gained == pytest.approx(float(why.after - why.before))


def test_paths_stop_at_what_is_held_and_at_arrows_that_are_set() -> None:
    graph = ADMG.parse("X -> M -> Y; X -> Y; X -> N -> Y")
    model = random_scm(graph, 4)

    def along(query: str) -> set[str]:
        return {str(each.along) for why in explain(model, query) for each in why.contributions}

    assert along("P(Y[X=1, M=0]=1)") == {"X -> Y", "X -> N -> Y", "M -> Y"}
    assert along("P(Y[X->M=1]=1)") == {"X -> M -> Y"}
    assert along("P(Y[X=1, M->Y=0]=1)") == {"X -> Y", "X -> N -> Y", "M -> Y"}
    assert along("P(X[Y=1]=1)") == set()


def test_the_unit_explained_is_the_unit_of_potential_outcomes() -> None:
    units = PEOPLE.sample(4, rng=3)
    names = ["school", "skill", "wage"]
    then = potential_outcomes(PEOPLE, units, Do(school=16), targets=["skill", "wage"])
    for row in units.index:
        [why] = explain(PEOPLE, "E(wage[school=16])", unit=units.loc[row, names])
        found = {change.variable: next(iter(change.would_be)) for change in why.changes}
        assert found == pytest.approx({"school": 16, **then.loc[row]}, rel=1e-9)
        assert why.after == pytest.approx(then.loc[row, "wage"])


def test_partial_evidence_leaves_a_spread_that_shrinks_with_what_is_seen() -> None:
    model, _ = linear(6)
    [little] = explain(model, "E(V4[V0=1] | V4=2)")
    [much] = explain(model, "E(V4[V0=1] | V4=2, V1=0, V2=1)")
    one, other = little.changes[-1].would_be, much.changes[-1].would_be
    assert isinstance(one, Spread)
    assert isinstance(other, Spread)
    assert 0 < other.sd < one.sd
    assert one.mean == pytest.approx(float(counterfactual(model, "E(V4[V0=1] | V4=2)").value))


def test_draws_and_the_normal_law_tell_the_same_story() -> None:
    """The same model, its noise Student's with so many degrees of freedom that it is normal."""
    exact, _ = linear(8, n=3)
    drawn_by = causal.SCM.of(
        {
            v: causal.Additive(
                causal.Polynomial(dict(mechanism.weights)), noise=causal.StudentT(df=1e7)
            )
            for v, mechanism in exact.mechanisms.items()
        }
    )
    query = "E(V2[V0=1] | V2=0.5)"
    [one], [other] = explain(exact, query), explain(drawn_by, query)
    for a, b in zip(one.changes, other.changes, strict=True):
        for law, again in ((a.was, b.was), (a.would_be, b.would_be), (a.by, b.by)):
            if isinstance(law, Spread):
                assert isinstance(again, Spread)
                assert again.mean == pytest.approx(law.mean, abs=0.03)
                assert again.sd == pytest.approx(law.sd, abs=0.03)
    shares = [float(each.share) for each in one.contributions]
    assert [float(each.share) for each in other.contributions] == pytest.approx(shares, abs=0.03)


def test_an_empty_field_was_not_observed() -> None:
    [with_gap] = explain(PEOPLE, "E(wage[school=16])", unit={"school": 9, "skill": math.nan})
    [without] = explain(PEOPLE, "E(wage[school=16] | school=9)")
    assert with_gap == without


@pytest.mark.parametrize(
    ("query", "unit", "error", "message"),
    [
        ("E(wage[school=16])", {"scool": 9}, UnknownVariableError, "scool is not in the graph"),
        ("E(wage)", ANN, QueryError, "there is nothing to explain"),
        ("E(wage[school=16] | school=9)", ANN, QueryError, "school stands in two places"),
        ("E(wage[school=16])", {"school": [1, 2]}, QueryError, "is no number and no text"),
        ("E(wage[school=16])", {"promoted": 2}, causal.CausalError, "promoted cannot be 2"),
        ("P(wage[school=16] > 3)", {"school": "high"}, QueryError, "it cannot be 'high'"),
    ],
)
def test_what_cannot_be_explained_is_refused(
    query: str, unit: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        explain(PEOPLE, query, unit=unit)


def test_impossible_evidence_is_refused() -> None:
    model = load_model({"exogenous": {"u": [0.5, 0.5]}, "equations": {"X": "u", "Y": "X"}})
    with pytest.raises(ImpossibleEvidenceError):
        explain(model, "P(Y[X=0]=1)", unit={"X": 1, "Y": 0})


def test_the_words_of_a_unit() -> None:
    [why] = explain(PEOPLE, "E(wage[school=16])", unit=pd.Series(ANN))
    assert (
        str(why)
        == """Had it been that school=16:

  seen      school=9, skill=8, wage=11
  inferred  "noise of school": 9, of 12.0 ± 2.0
  inferred  "noise of skill": 0.8, of 0.0 ± 3.0
  inferred  "noise of wage": -0.789474, of 0.0 ± 1.0
  school    9, would be 16 (+7)
  skill     8, would be 13.6 (+5.6)
  wage      11, would be 19.5474 (+8.54737)
  along     school -> skill -> wage; school -> wage

  E(wage[school=16]) would go from 11 to 19.5474, +8.54737:
    +2.94737  school -> wage
        +5.6  school -> skill -> wage"""
    )


def test_what_paths_do_only_together_is_said() -> None:
    both = load_model(
        {
            "exogenous": {"u": [0.5, 0.5]},
            "equations": {"X": "u", "A": "X", "B": "X", "Y": "A and B"},
        }
    )
    [why] = explain(both, "P(Y[X=1]=1 | X=0)")
    assert [(each.share, each.alone) for each in why.contributions] == [(Fraction(1, 2), 0)] * 2
    assert why.together == 1
    assert "What they do only together, +1, is split by Shapley's rule." in str(why)


def texts(picture: str) -> list[str]:
    """All lines of text in a picture, which must be well-formed."""
    found = ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(t for t in each.itertext()) for each in found]


def test_the_picture_has_the_numbers_and_asks_for_nothing_from_elsewhere() -> None:
    [why] = explain(PEOPLE, "E(wage[school=16])", unit=ANN)
    shown = texts(why.svg())
    for expected in ("8 → 13.6", "+5.6", "school → skill → wage", "95% of all", "as it would be"):
        assert expected in shown
    assert why.svg() == why._repr_svg_()
    assert "href" not in why.svg()
    assert "url(" not in why.svg()
    assert "<style" not in why.svg(), "in a notebook it would reach every other picture"


def test_names_and_values_are_text_in_the_picture() -> None:
    name, value = "<script>alert('1')</script> & co", "\x1b[31m<b>"
    cause = causal.Table((), "1/2, 1/2", values=("no", value))
    effect = causal.Table(name, {"no": "1, 0", value: "0, 1"}, values=("low", "high"))
    model = causal.SCM.of({name: cause, "Y": effect})
    under = causal.Quantity.parse(f'P(Y["{name}"=no]=low | Y=high)')
    picture = drawn(explain(model, under))
    assert "<script" not in picture
    assert "\x1b" not in picture
    assert any(text.startswith("<script>") for text in texts(picture))


@pytest.mark.parametrize("count", [3, 60])
def test_a_picture_has_rows_for_some_and_says_how_many_are_left_out(count: int) -> None:
    names = [f"V{i}" for i in range(count)]
    chain = ADMG.of(nodes=names, directed=list(pairwise(names)))
    [why] = explain(random_scm(chain, 0), f"P(V{count - 1}[V0=1]=1)")
    left_out = [text for text in texts(why.svg()) if "variables before these" in text]
    assert left_out == ([] if count < 20 else [f"and {count - 20} variables before these"])


def test_of_many_noises_those_are_told_of_which_most_was_learned() -> None:
    names = [f"V{i}" for i in range(30)]
    chain = ADMG.of(nodes=names, directed=list(pairwise(names)))
    [why] = explain(random_scm(chain, 0), "P(V29[V20=1]=1 | V29=0, V20=0)")
    lines = [line for line in str(why).splitlines() if line.startswith("  inferred")]
    assert len(why.noise) > 12
    assert len(lines) == 13
    assert lines[-1].endswith(f"less of {len(why.noise) - 12} other noises")
    assert any("noise of V29" in line for line in lines)


@pytest.mark.parametrize(
    "query", ["E(Y[X=1] | T=1, Y > 0)", "E(Y[K=1] | Y > 0)", "P(T[K=1]=1 | T=0, X=0.2)"]
)
def test_choices_by_chance_are_explained_beside_noise_of_no_normal_law(query: str) -> None:
    model = causal.SCM.of(
        {
            "X": causal.Linear(noise=causal.Uniform(-1, 1)),
            "K": causal.Table((), "3/10, 7/10"),
            "T": causal.Table("K", {0: "1/2, 1/2", 1: "1/5, 4/5"}),
            "Y": causal.LocationScale(
                mean=causal.Polynomial({"X": 1.0, "T": 1.0}),
                scale=causal.Polynomial({(): 1, ("X", "X"): 0.3}),
            ),
        }
    )
    [why] = explain(model, query)
    told = {one.noise: one for one in why.noise}
    given = query.rstrip(")").split(" | ")[1]
    for k in (0, 1):
        chance = counterfactual(model, f"P(K={k} | {given})", draws=100_000, rng=0).value
        assert told["noise of K"].after[k] == pytest.approx(float(chance), abs=0.01)


def test_an_explanation_given_limits_has_the_numbers_of_the_answer() -> None:
    query = "E(wage[school=16] | wage > 7)"
    model = causal.SCM.of(
        {
            "school": causal.Linear(noise=causal.Normal(12, 2)),
            "wage": causal.Linear({"school": 0.5}),
        }
    )
    [why] = explain(model, query)
    assert why.after == counterfactual(model, query).value


@pytest.mark.parametrize("limit", ["wage > 7", "wage > 25", "school < 9, wage > 7"])
def test_an_explanation_holds_where_hardly_a_draw_would_agree_with_a_limit(limit: str) -> None:
    model = causal.SCM.of(
        {
            "school": causal.Linear(noise=causal.Normal(12, 2)),
            "wage": causal.Linear({"school": 0.5}),
        }
    )
    [why] = explain(model, f"E(wage[school=16] | {limit})")
    for change in why.changes:
        mean = counterfactual(model, f"E({change.variable} | {limit})").value
        assert isinstance(change.was, Spread)
        assert change.was.mean == pytest.approx(float(mean), abs=0.02)
    assert why.changes[-1].would_be.mean == pytest.approx(float(why.after), abs=0.02)
