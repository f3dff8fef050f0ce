"""Nothing is missing: the implications cut the laws down to as many dimensions as the models fill.

Evans (2018), "Margins of discrete Bayesian networks": the laws of a graph with hidden causes fill a
set with as many dimensions as the nested Markov model.  So the rank of the gradients of what is
listed, at a law of the graph, is the number of dimensions that the models leave empty.
"""

from __future__ import annotations

import itertools
from random import Random

import numpy as np
import pytest
from strategies.graphs import CORES

import causal
from causal import ADMG, Independence, KernelConstraint
from causal.estimation.equality_tests import STEP, differences, nudged
from causal.expression import P
from causal.expression.law import Law

HIDDEN = 4  # values of a hidden cause: enough for binary variables of these graphs
CHANGE = 1e-5


def grown(rng: Random) -> ADMG:
    """A hard core, a newcomer somewhere among it, and a few edges more."""
    cores = [ADMG.parse(text) for text in sorted(CORES.values())]
    likely = [ADMG.parse(CORES[name]) for name in ("Verma", "napkin")] * 3
    core = rng.choice([*(core for core in cores if len(core.nodes) <= 4), *likely])
    order = list(core.nodes)
    order.insert(rng.randint(0, len(order)), "n")
    directed, bidirected = list(core.directed), list(core.bidirected)
    for pair in itertools.combinations(order, 2):
        chance = 0.35 if "n" in pair else 0.05
        directed += [pair] if rng.random() < chance else []
        bidirected += [pair] if rng.random() < chance else []
    return ADMG.of(nodes=order, directed=set(directed), bidirected=set(bidirected))


class Models:
    """All binary models of a graph, as a function from numbers to laws."""

    def __init__(self, graph: ADMG) -> None:
        self.graph = graph
        self.place = {name: i for i, name in enumerate((*graph.nodes, *graph.bidirected))}
        self.shapes = [
            [2] * len(graph.parents(v)) + [HIDDEN] * sum(v in edge for edge in graph.bidirected)
            for v in graph.nodes
        ] + [[HIDDEN]] * len(graph.bidirected)
        self.size = sum(int(np.prod(shape)) for shape in self.shapes)

    def law(self, numbers: np.ndarray) -> np.ndarray:
        ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes])
        parts = np.split(numbers, ends[:-1])
        operands: list[object] = []
        for name, shape, part in zip(self.place, self.shapes, parts, strict=True):
            if isinstance(name, str):
                chance = 1 / (1 + np.exp(-part.reshape(shape)))
                shared = [edge for edge in self.graph.bidirected if name in edge]
                reads = [*sorted(self.graph.parents(name)), *shared]
                operands += [np.stack([1 - chance, chance])]
                operands += [[self.place[each] for each in (name, *reads)]]
            else:
                operands += [np.exp(part) / np.exp(part).sum(), [self.place[name]]]
        kept = list(range(len(self.graph.nodes)))
        return np.einsum(*operands, kept, optimize=True).ravel()


def rank(matrix: np.ndarray, smallest: float) -> int:
    size = np.linalg.svd(matrix, compute_uv=False)
    return int((size > smallest * size[0]).sum())


def dimensions(models: Models, at: np.ndarray) -> int:
    steps = CHANGE * np.eye(models.size)
    slopes = [(models.law(at + e) - models.law(at - e)) / (2 * CHANGE) for e in steps]
    return rank(np.array(slopes), 1e-7)


def equality(claim: Independence | KernelConstraint) -> KernelConstraint:
    if isinstance(claim, KernelConstraint):
        return claim
    return KernelConstraint(P.of_names(claim.one, claim.other | claim.given), claim.other)


def constraints(found: causal.Implications, weights: np.ndarray) -> int:
    """The rank of the gradients of all implications at a law, each of which must hold there."""
    nodes = found.graph.nodes
    grid = list(itertools.product((0, 1), repeat=len(nodes)))
    law = nudged(Law(nodes, dict.fromkeys(grid, 0.0)), weights)
    slopes = [np.zeros((1, len(grid)))]
    for claim in found:
        values = np.array(list(differences(equality(claim), law, len(grid))))
        assert np.abs(values[:, 0]).max() < 1e-9
        slopes.append((values[:, 1:] - values[:, :1]) / STEP)
    together = np.vstack(slopes)
    return rank(together, 1e-4) if together.any() else 0


@pytest.mark.parametrize("seed", range(80))
def test_the_implications_are_all_there_are(seed: int) -> None:
    graph = grown(Random(seed))
    models = Models(graph)
    at = np.random.default_rng(seed).normal(size=models.size)
    empty = 2 ** len(graph.nodes) - 1 - dimensions(models, at)
    assert constraints(causal.implications(graph), models.law(at)) == empty, graph


def test_many_of_these_graphs_have_kernel_constraints() -> None:
    graphs = [grown(Random(seed)) for seed in range(80)]
    assert sum(bool(causal.implications(graph).kernels) for graph in graphs) >= 15
