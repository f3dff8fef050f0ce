"""Counterfactuals against pgmpy: variable elimination on the twin network, its noise explicit.

Balke & Pearl (1994): every variable twice, both copies reading one noise, whose values are the
response functions.  Windowed random graphs, as large ones have no small treewidth.
"""

import itertools
import warnings
from fractions import Fraction

import numpy as np
import pytest

from causal import counterfactual
from causal.model import SCM, Noise, Response

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pgmpy warns of its own dependencies while it is imported
    from pgmpy.factors.discrete import TabularCPD
    from pgmpy.inference import VariableElimination
    from pgmpy.models import DiscreteBayesianNetwork


def windowed(nodes, parents, rng):
    """The parents of each node, among the four before it."""
    found = []
    for i in range(nodes):
        before = list(range(max(0, i - 4), i))
        chosen = rng.choice(before, size=min(parents, len(before)), replace=False) if before else []
        found.append(sorted(int(p) for p in chosen))
    return found


def responses(parents):
    """Every function of some binary parents: one row a function, one column a setting."""
    settings = 2 ** len(parents)
    return np.array([[(u >> i) & 1 for i in range(settings)] for u in range(2**settings)])


def as_model(graph, laws):
    noise, tables = [], {}
    for i, parents in enumerate(graph):
        functions = responses(parents)
        noise.append(Noise(f"U{i}", laws[i]))
        settings = list(itertools.product((0, 1), repeat=len(parents)))
        answers = {
            (*setting, u): int(functions[u, j])
            for j, setting in enumerate(settings)
            for u in range(len(functions))
        }
        tables[f"V{i}"] = Response((*(f"V{p}" for p in parents), f"U{i}"), answers)
    return SCM.of(tables, noise)


def as_twins(graph, laws, cause, value):
    network = DiscreteBayesianNetwork()
    for i, parents in enumerate(graph):
        law = [[float(p)] for p in laws[i]]
        functions = responses(parents)
        network.add_node(f"U{i}")
        network.add_cpds(TabularCPD(f"U{i}", len(law), law))
        for world in ("V", "W"):
            name = f"{world}{i}"
            network.add_node(name)
            if world == "W" and i == cause:
                network.add_cpds(TabularCPD(name, 2, [[1.0 - value], [float(value)]]))
                continue
            given = [f"{world}{p}" for p in parents] + [f"U{i}"]
            network.add_edges_from([(parent, name) for parent in given])
            ones = functions.T.reshape(-1)
            sizes = [2] * len(parents) + [len(functions)]
            network.add_cpds(
                TabularCPD(name, 2, [1 - ones, ones], evidence=given, evidence_card=sizes)
            )
    return VariableElimination(network)


@pytest.mark.parametrize(("nodes", "parents"), [(5, 2), (12, 2), (9, 3), (20, 2)])
def test_the_twin_network_says_the_same(nodes, parents):
    rng = np.random.default_rng(nodes)
    graph = windowed(nodes, parents, rng)
    laws = []
    for of in graph:
        counts = rng.integers(1, 10, size=2 ** (2 ** len(of)))
        laws.append([Fraction(int(c), int(counts.sum())) for c in counts])
    model = as_model(graph, laws)
    unit = model.sample(1, rng=3).iloc[0]
    cause, effect = nodes // 4, nodes - 1
    other = 1 - int(unit[f"V{cause}"])
    seen = {
        v: int(unit[v]) for v in (f"V{i}" for i in sorted({cause, effect, *range(0, nodes, 3)}))
    }
    evidence = ", ".join(f"{v}={x}" for v, x in seen.items())
    ours = counterfactual(model, f"P(V{effect}[V{cause}={other}]=1 | {evidence})").value
    twins = as_twins(graph, laws, cause, other)
    theirs = twins.query([f"W{effect}"], evidence=seen, show_progress=False)
    assert float(ours) == pytest.approx(float(theirs.values[1]), abs=1e-9)
