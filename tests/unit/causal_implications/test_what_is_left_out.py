"""However many equalities a graph implies, the list ends, and says what it does not hold."""

from __future__ import annotations

import itertools
import json
from random import Random
from time import perf_counter

import pytest
from click.testing import CliRunner

import causal
from causal import ADMG
from causal.cli import causal as command

NAMES = [f"V{i}" for i in range(14)]
CLIQUE = ADMG.of(nodes=NAMES, bidirected=itertools.combinations(NAMES, 2))


def random_graph(n: int, *, arrows: float, hidden: int, seed: int) -> ADMG:
    """So many arrows a vertex, and so many hidden causes."""
    rng = Random(seed)
    pairs = list(itertools.combinations([f"V{i}" for i in range(n)], 2))
    directed = [pair for pair in pairs if rng.random() < arrows / (n - 1)]
    return ADMG.of(
        nodes=[f"V{i}" for i in range(n)], directed=directed, bidirected=rng.sample(pairs, hidden)
    )


@pytest.mark.parametrize(("n", "hidden"), [(40, 40), (40, 60), (200, 60)])
def test_a_graph_with_very_many_constraints_is_answered_in_seconds(n: int, hidden: int) -> None:
    graph = random_graph(n, arrows=2, hidden=hidden, seed=1)
    start = perf_counter()
    found = causal.implications(graph, basis="pairwise", most=20_000)
    assert perf_counter() - start < 20  # it takes two; machines differ
    assert max((each.formula.size for each in found.kernels), default=0) <= 40
    assert found.complete is not bool(found.left_out)


def test_a_sparse_graph_of_two_hundred_variables_is_answered_in_full() -> None:
    graph = random_graph(200, arrows=2, hidden=20, seed=0)
    found = causal.implications(graph, most=20_000)
    assert (found.left_out, found.complete) == ((), True)


def test_what_is_left_out_is_said_with_the_reason() -> None:
    found = causal.implications(CLIQUE)
    kernels, visited = found.left_out
    assert kernels == "the Verma constraints behind other than the first 500 kernels"
    assert visited.startswith("the Verma constraints behind 1008 kernels that were still to be")
    short = causal.implications(random_graph(40, arrows=3, hidden=12, seed=0), most=2)
    assert short.left_out == (
        "independences after the first 2",
        "Verma constraints after the first 2",
    )


def test_a_constraint_too_large_to_be_screened_says_so() -> None:
    chain = " -> ".join(["A", "B", "C", "D"])
    above = "; ".join(f"U{i} -> A; U{i} -> B" for i in range(8))
    (small,) = causal.implications(ADMG.parse(f"{chain}; B <-> D")).kernels
    (large, *_) = causal.implications(ADMG.parse(f"{chain}; B <-> D; {above}")).kernels
    assert (small.screened, large.screened) == (True, False)
    assert (small.to_dict()["screened"], large.to_dict()["screened"]) == (True, False)


def test_a_query_with_more_equal_laws_than_can_be_compared_is_cut_off() -> None:
    bystanders = "; ".join(f"B{i}" for i in range(30))
    napkin = ADMG.parse(f"W -> Z -> X -> Y; W <-> X; W <-> Y; {bystanders}")
    start = perf_counter()
    found = causal.implications(napkin, "P(Y | do(X))", most=10_000)
    assert (len(found.agreements), found.left_out) == (1, ())
    causes = "; ".join(f"B{i} -> X" for i in range(30))
    chain = ADMG.parse(f"X -> Y; {causes}")
    (cut,) = causal.implications(chain, "P(Y | do(X))", most=10_000).left_out
    assert cut == "equalities of the query's formulas on other than the first 200 laws"
    assert perf_counter() - start < 20


def test_the_command_says_both() -> None:
    text = str(CLIQUE)
    done = CliRunner().invoke(command, ["implications", text], standalone_mode=False)
    assert "Left out:" in done.output
    done = CliRunner().invoke(command, ["implications", text, "--json"], standalone_mode=False)
    record = json.loads(done.output)
    assert record["complete"] is False
    assert record["left_out"] == list(causal.implications(CLIQUE).left_out)
