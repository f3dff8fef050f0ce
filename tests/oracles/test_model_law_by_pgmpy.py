"""The law of a model against pgmpy's variable elimination, a second opinion in floating point."""

import itertools
import warnings

import numpy as np
import pytest

from causal import ADMG
from causal.model import Do, random_scm

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pgmpy warns of its own dependencies while it is imported
    from pgmpy.factors.discrete import TabularCPD
    from pgmpy.inference import VariableElimination
    from pgmpy.models import DiscreteBayesianNetwork

GRAPHS = [
    "A -> B -> C; A -> C",
    "A -> C <- B; C -> D; B -> D -> E; A -> E",
    "A -> B -> C -> D -> E -> F; A -> D; B -> F; C -> E",
]


def as_pgmpy(model):
    """The same network; a node that nothing is connected to is added by name."""
    network = DiscreteBayesianNetwork(list(model.graph.directed))
    network.add_nodes_from(model.graph.nodes)
    for v, mechanism in model.mechanisms.items():
        sizes = [len(model.domains[name]) for name in mechanism.given]
        settings = itertools.product(*(model.domains[name] for name in mechanism.given))
        columns = [[float(p) for p in mechanism.rows[setting]] for setting in settings]
        network.add_cpds(
            TabularCPD(
                v,
                len(mechanism.values),
                np.array(columns).T,
                evidence=list(mechanism.given) or None,
                evidence_card=sizes or None,
            )
        )
    return network


def second_opinion(model, names):
    factor = VariableElimination(as_pgmpy(model)).query(list(names), show_progress=False)
    places = [factor.variables.index(name) for name in names]
    return factor.values.transpose(places).ravel()


@pytest.mark.parametrize("values", [2, 3])
@pytest.mark.parametrize("text", GRAPHS)
def test_every_margin_agrees_with_pgmpy(text, values):
    model = random_scm(ADMG.parse(text), rng=11, values=values)
    for names in [("A",), ("C", "A"), ("A", "B", "C"), model.graph.nodes]:
        ours = model.law(*names).astype(float).to_numpy()
        np.testing.assert_allclose(ours, second_opinion(model, names), atol=1e-12)


def test_an_intervened_model_agrees_with_pgmpy():
    model = random_scm(ADMG.parse(GRAPHS[1]), rng=5).under(Do(C=1))
    ours = model.law("B", "E").astype(float).to_numpy()
    np.testing.assert_allclose(ours, second_opinion(model, ("B", "E")), atol=1e-12)
