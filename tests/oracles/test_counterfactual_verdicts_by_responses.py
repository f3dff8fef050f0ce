"""Identification of counterfactuals against all models of small graphs at once.

The oracle knows neither worlds nor districts of worlds: it lists every response function, and asks
whether a query can move while no experiment does.  For a "no" that needs more than two values, the
variables get a third value one after the other.
"""

from __future__ import annotations

from itertools import combinations
from random import Random

import numpy as np
import pytest
from strategies.counterfactuals import random_query, small_graph
from strategies.responses import Responses

from causal import ADMG, Identified, NotIdentified, certify, identify
from causal.errors import ImpossibleEvidenceError
from causal.query import Query

MOST_UNITS = 5_000
MOST_OF_THREE_VALUES = 60_000


def questions(seeds: range):
    """Random queries with their answers; evidence that cannot be is left out."""
    for seed in seeds:
        rng = Random(seed)
        graph = small_graph(rng)
        query = random_query(rng, graph)
        try:
            yield seed, graph, query, identify(graph, query)
        except ImpossibleEvidenceError:
            assert told(graph, query, frozenset(), seed, MOST_UNITS) is None


def told(graph: ADMG, query: Query, three: frozenset[str], seed: int, most: int) -> bool | None:
    sizes = {v: 3 if v in three else 2 for v in graph.nodes}
    responses = Responses.of(graph, sizes, most)
    return responses and responses.told_by_experiments(query, np.random.default_rng(seed))


def moves(graph: ADMG, query: Query, seed: int) -> bool | None:
    """Whether the query can move with no experiment; None where only larger sizes would tell."""
    # What is no cause of the query adds nothing to what experiments say of it.
    smaller = graph.induced(graph.ancestors(query.variables))
    tried_all = True
    for size in range(len(smaller.nodes) + 1):
        for three in map(frozenset, combinations(smaller.nodes, size)):
            most = MOST_OF_THREE_VALUES if three else MOST_UNITS
            found = told(smaller, query, three, seed, most)
            if found is False:
                return True
            tried_all &= found is not None
    return False if tried_all else None


def check_verdicts(seeds: range) -> tuple[int, int]:
    """How often the answer was yes, and how often no and proved so."""
    yes = no = 0
    for seed, graph, query, answer in questions(seeds):
        if isinstance(answer, Identified):
            assert told(graph, query, frozenset(), seed, MOST_UNITS) in (True, None), str(answer)
            assert certify(graph, query, answer, models=1)
            yes += 1
        else:
            assert isinstance(answer, NotIdentified)
            verdict = moves(graph, query, seed)
            assert verdict in (True, None), str(answer)
            no += verdict is True
    return yes, no


def test_a_counterfactual_has_a_formula_exactly_where_experiments_determine_it():
    yes, no = check_verdicts(range(350))
    assert yes > 200
    assert no > 50


@pytest.mark.torture
def test_the_same_on_thousands():
    yes, no = check_verdicts(range(1_000, 9_000))
    assert yes > 5_000
    assert no > 1_000
