"""Whoever is adjusted for, the number is the one that identification gives, on the hardest graphs.

Three formulas for one effect: over an adjustment set, over a front-door set, and the one that the
complete algorithm derives.  All are evaluated on the same exact law.
"""

from __future__ import annotations

from itertools import islice

import pandas as pd
from hypothesis import HealthCheck, given, settings
from strategies.graphs import admgs, hard_admgs, seeds

from causal import ADMG, Expression, Identified, adjustment_sets, front_door_sets, identify
from causal.model import random_scm

thorough = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def assert_same_number(one: Expression, other: Expression, law: pd.Series) -> None:
    """On every value of what both speak of; what only one mentions makes no difference."""
    tables = [formula.evaluate(law).reset_index(name="value") for formula in (one, other)]
    shared = [v for v in law.index.names if all(v in table for table in tables)]
    pairs = tables[0].merge(tables[1], on=shared, suffixes=("", "_other"))
    assert len(pairs)
    assert (pairs["value"] == pairs["value_other"]).all()


def assert_all_formulas_agree(graph: ADMG, seed: int) -> None:
    law = random_scm(graph, rng=seed).law()
    for i, x in enumerate(graph.nodes):
        for y in graph.nodes[i + 1 :]:
            answer = identify(graph, f"P({y} | do({x}))")
            found = [
                *islice(adjustment_sets(graph, x, y), 3),
                *islice(front_door_sets(graph, x, y), 3),
            ]
            for each in found:
                assert isinstance(answer, Identified)
                assert_same_number(each.estimand, answer.estimand, law)


@given(graph=hard_admgs(max_nodes=5), seed=seeds())
@thorough
def test_on_graphs_grown_from_hard_cores(graph: ADMG, seed: int) -> None:
    assert_all_formulas_agree(graph, seed)


@given(graph=admgs(max_nodes=5), seed=seeds())
@thorough
def test_on_any_graph(graph: ADMG, seed: int) -> None:
    assert_all_formulas_agree(graph, seed)
