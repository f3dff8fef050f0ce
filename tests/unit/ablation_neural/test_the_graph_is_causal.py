"""The graph of components is a causal graph: separation, interventions and paths agree with runs.

Random networks are wired as random DAGs; the graph is read from their code, never told.
"""

from itertools import combinations, pairwise

import networkx as nx
import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor, nn

import causal
from ablation import Zero
from ablation.neural import Components, ablated, observe
from ablation.neural.errors import AblationHadNoEffectError
from ablation.neural.trees import largest_change

MANY = 5


@pytest.fixture(autouse=True)
def _no_grad():
    with torch.no_grad():
        yield


class Part(nn.Module):
    """Tanh of a linear map, or the map alone; with noise of its own where it is asked for."""

    def __init__(self, width: int, *, straight: bool, noise: float = 0.0) -> None:
        super().__init__()
        self.map, self.straight, self.noise = nn.Linear(width, width), straight, noise

    def forward(self, x: Tensor) -> Tensor:
        made = self.map(x) if self.straight else torch.tanh(self.map(x))
        return made + self.noise * torch.randn_like(made) if self.noise else made


class Net(nn.Module):
    """Parts that read the input and the sum of their parents; the output reads the last."""

    def __init__(self, seed: int, *, straight: bool = False, noise: float = 0, width: int = 4):
        super().__init__()
        torch.manual_seed(seed)
        pairs = combinations(range(MANY), 2)
        self.edges = [pair for pair in pairs if torch.rand(()) < 0.5]
        self.parts = nn.ModuleList(Part(width, straight=straight, noise=noise) for _ in range(MANY))

    def forward(self, x: Tensor) -> Tensor:
        made: list[Tensor] = []
        for j, part in enumerate(self.parts):
            made.append(part(sum((made[i] for i, k in self.edges if k == j), x)))
        return made[-1]


def read(net: Net, x: Tensor) -> causal.ADMG:
    graph = Components.of(net, x, "parts.*")
    assert graph.exact
    assert set(graph.edges) == {(f"parts.{i}", f"parts.{j}") for i, j in net.edges}
    return graph.to_admg()


@pytest.mark.parametrize("seed", range(8))
def test_what_is_separated_under_intervention_does_not_move_a_bit_and_the_rest_does(seed):
    """B follows do(A) while S is held iff the graph without arrows into A and S connects them."""
    net, x = Net(seed).eval(), torch.randn(6, 4)
    graph, names = read(net, x), [f"parts.{i}" for i in range(MANY)]
    usual = observe(net, x, "parts.*").own
    compared = 0
    for a in names:
        for held in [(), *((s,) for s in names if s != a)]:
            with ablated(net, a, expect_effect=False):
                after = observe(net, x, names, hold={s: usual[s] for s in held}).own
            mutilated = causal.ADMG.of(
                nodes=graph.nodes,
                directed=[(p, c) for p, c in graph.directed if c not in (a, *held)],
            )
            for b in names:
                if b in (a, *held):
                    continue
                moved = largest_change(usual[b], after[b]) != 0
                apart = causal.separated(mutilated, a, b, given=held)
                assert moved != apart, (a, b, held)
                compared += 1
    assert compared == MANY * 4 * 4


@pytest.mark.parametrize("seed", range(6))
def test_m_separation_is_what_is_independent_in_data(seed):
    """Linear parts with noise of their own: separation given S is partial correlation zero."""
    net = Net(seed, straight=True, noise=1.0, width=1).eval()
    for part in net.parts:
        part.map.weight.copy_(torch.sign(part.map.weight) * (0.5 + torch.rand(1, 1)))
    rows = 4000
    x = torch.zeros(rows, 1)
    graph, names = read(net, x), [f"parts.{i}" for i in range(MANY)]
    torch.manual_seed(100 + seed)
    own = observe(net, x, "parts.*").own
    data = np.column_stack([own[name][0].numpy()[:, 0] for name in names]).astype(float)
    wrong_null, wrong_edge = [], []
    for a, b in combinations(range(MANY), 2):
        rest = [i for i in range(MANY) if i not in (a, b)]
        for given in [(), *((i,) for i in rest), *combinations(rest, 2)]:
            p = partial(data, a, b, given)
            names_given = ["input", *(names[i] for i in given)]
            if causal.separated(graph, names[a], names[b], given=names_given):
                wrong_null.append(p)
            else:
                wrong_edge.append(p)
    assert not wrong_null or min(wrong_null) > 1e-4 / len(wrong_null)
    assert np.mean([p < 1e-3 for p in wrong_edge]) > 0.8, "and what is connected is seen"


def partial(data: np.ndarray, a: int, b: int, given: tuple[int, ...]) -> float:
    """p-value of a partial correlation, from residuals."""
    basis = np.column_stack([np.ones(len(data)), *(data[:, i] for i in given)])
    rest = [data[:, i] - basis @ np.linalg.lstsq(basis, data[:, i])[0] for i in (a, b)]
    return float(stats.pearsonr(*rest).pvalue)


def paths(net: Net, source: int) -> list[list[int]]:
    wires = nx.DiGraph(net.edges)
    wires.add_nodes_from(range(MANY))
    return list(nx.all_simple_paths(wires, source, MANY - 1))


@pytest.mark.parametrize("seed", range(8))
def test_the_effect_along_a_path_is_the_product_of_its_maps_and_paths_add_up(seed):
    """Wright's rule (1921): in linear parts, what is lost along each path sums to the total."""
    net, x = Net(seed, straight=True).eval().double(), torch.randn(3, 4).double()
    usual, own = net(x), observe(net, x, "parts.*").own
    for source in range(MANY - 1):
        total = torch.zeros_like(usual)
        for path in paths(net, source):
            name = " -> ".join(f"parts.{i}" for i in path)
            with ablated(net, f"{name} -> output", among="parts.*") as patch:
                lost = usual - net(x)
            expected = own[f"parts.{source}"][0]
            for step in path[1:]:
                expected = expected @ net.parts[step].map.weight.T
            torch.testing.assert_close(lost, expected)
            assert patch.acted[0].component == f"{name} -> output"
            total += lost
        with ablated(net, f"parts.{source}", expect_effect=False):
            torch.testing.assert_close(usual - net(x), total)
    assert torch.equal(net(x), usual)


@pytest.mark.parametrize("seed", range(6))
def test_path_specific_effects_are_nested_counterfactuals(seed):
    """Oracle: each part reads what its predecessor on the path would be, and else the usual."""
    net, x = Net(seed).eval(), torch.randn(3, 4)
    usual = [each[0] for each in observe(net, x, "parts.*").own.values()]
    for source in range(MANY - 1):
        for path in paths(net, source):
            passed = torch.zeros_like(x)
            for before, part in pairwise(path):
                read = sum((usual[i] for i, k in net.edges if k == part and i != before), x)
                passed = net.parts[part](read + passed)
            name = " -> ".join(f"parts.{i}" for i in path)
            with ablated(net, f"{name} -> output", among="parts.*", expect_effect=False):
                torch.testing.assert_close(net(x), passed)


def test_paths_through_residual_streams_of_a_vision_transformer(vision, images):
    """What block 1's perceptron reads of block 1's attention because of block 0's."""
    first, second = vision.blocks
    stream = vision.embed(images) + vision.position(torch.arange(8))
    written = first.attention(stream)
    middle = stream + written + first.mlp(stream + written)
    usual = second.attention(middle)
    other = second.attention(middle - written)
    expected = middle + usual + second.mlp(middle + other)
    path = "blocks.0.attention -> blocks.1.attention -> blocks.1.mlp"
    with ablated(vision, path, among=["blocks.*.attention", "blocks.*.mlp"]):
        torch.testing.assert_close(vision(images), vision.head(vision.norm(expected).mean(1)))


def test_a_path_with_a_missing_step_is_refused(vision, images):
    path = "blocks.1.mlp -> blocks.0.mlp -> head"
    with (
        pytest.raises(AblationHadNoEffectError, match=r"blocks.1.mlp -> blocks.0.mlp -> head"),
        ablated(vision, path, among="blocks.*.mlp", by=Zero()),
    ):
        vision(images)
