"""Ablations alone give back the wiring that was built in."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import causal
from ablation import Mean, Noise, Resample, Zero
from ablation.attribution import (
    discover_components,
    structural_hamming_distance,
    to_admg,
)
from ablation.neural import Components
from ablation.neural.errors import (
    AblationHadNoEffectError,
    CallsDifferError,
    RandomModuleError,
)


class Wired(nn.Module):
    """Residual-free tanh blocks wired as a DAG, in an order that their names do not tell."""

    def __init__(self, edges: list[tuple[int, int]], names: list[str]) -> None:
        super().__init__()
        self.parents = [[i for i, k in edges if k == j] for j in range(len(names))]
        self.order = names
        self.embed, self.read = nn.Linear(8, 8), nn.Linear(8, 3)
        self.parts = nn.ModuleDict(
            {n: nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 8)) for n in sorted(names)}
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.embed(x)
        made: list[Tensor] = []
        for name, parents in zip(self.order, self.parents, strict=True):
            made.append(self.parts[name](sum((made[i] for i in parents), x)))
        return self.read(torch.stack(made).sum(0))


def trained(blocks: int, seed: int) -> tuple[Wired, Components]:
    """A trained network of random wiring and shuffled names, and that wiring."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    edges = [(i, j) for j in range(blocks) for i in range(j) if rng.random() < 3 / blocks]
    names = [f"b{k}" for k in rng.permutation(blocks)]
    net = Wired(edges, names)
    x, y = torch.rand(128, 8), torch.randint(3, (128,))
    optimiser = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(15):
        optimiser.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        optimiser.step()
    full = [f"parts.{name}" for name in names]
    return net.eval(), Components(tuple(full), tuple((full[i], full[j]) for i, j in edges))


@pytest.mark.parametrize("by", [Zero(), Mean(), Resample(), Noise()], ids=str)
@pytest.mark.parametrize(("blocks", "seed"), [(10, 0), (12, 1), (14, 2)])
def test_random_wiring_is_recovered_from_a_few_examples(blocks, seed, by):
    net, built = trained(blocks, seed)
    found = discover_components(net, torch.rand(3, 8), "parts.*", by=by)
    assert structural_hamming_distance(found, built) == 0
    graph = to_admg(built)
    assert set(found.ancestral) == {
        (a, b) for b in built.names for a in graph.ancestors(b) if a != b
    }
    assert found.conflicts == ()
    assert found.runs == 2 * blocks + 2
    assert found.margin > 100
    assert found.residue < found.threshold / 2


def test_one_example_is_enough_for_zero():
    net, built = trained(10, 3)
    assert set(discover_components(net, torch.rand(1, 8), "parts.*").edges) == set(built.edges)


def test_ancestry_alone_would_miss_the_edges_beside_a_longer_path():
    net, built = trained(12, 4)
    found = discover_components(net, torch.rand(2, 8), "parts.*")
    beside = [
        (a, b)
        for a, b in found.edges
        if any((a, c) in found.ancestral and (c, b) in found.ancestral for c in found.names)
    ]
    assert beside, "the wiring must have some for the test to say anything"
    assert set(found.edges) == set(built.edges)


class Branch(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.norm, self.inner, self.drop = nn.LayerNorm(16), inner, nn.Dropout(0.1)

    def forward(self, stream: Tensor) -> Tensor:
        x = self.norm(stream)
        if isinstance(self.inner, nn.MultiheadAttention):
            return self.drop(self.inner(x, x, x, need_weights=False)[0])
        return self.drop(self.inner(x))


class Transformer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(8, 16)
        self.blocks = nn.ModuleList(
            nn.ModuleDict(
                {
                    "attention": Branch(nn.MultiheadAttention(16, 2, batch_first=True)),
                    "mlp": Branch(nn.Sequential(nn.Linear(16, 32), nn.GELU(), nn.Linear(32, 16))),
                }
            )
            for _ in range(2)
        )
        self.norm, self.head = nn.LayerNorm(16), nn.Linear(16, 10)

    def forward(self, images: Tensor) -> Tensor:
        stream = self.embed(images)
        for block in self.blocks:
            stream = stream + block["attention"](stream)
            stream = stream + block["mlp"](stream)
        return self.head(self.norm(stream).mean(1))


NAMES = ["embed", "blocks.*.attention", "blocks.*.mlp", "norm", "head"]


@pytest.mark.parametrize("by", [Zero(), Mean(), Resample()], ids=str)
def test_a_transformer_found_by_ablation_is_the_one_in_its_code(by):
    torch.manual_seed(0)
    net, images = Transformer().eval(), torch.rand(8, 8, 8)
    code = Components.of(net, images, NAMES)
    found = discover_components(net, images, NAMES, by=by)
    assert structural_hamming_distance(found, code) == 0
    assert found.to_admg() == to_admg(code)
    assert causal.separated(
        found.to_admg(),
        "embed",
        "head",
        given=[n for n in code.names if n not in {"embed", "head"}],
    )


def test_other_inputs_may_supply_the_replacement():
    net, built = trained(10, 5)
    found = discover_components(
        net, torch.rand(1, 8), "parts.*", by=Mean(), reference=torch.rand(9, 8)
    )
    assert set(found.edges) == set(built.edges)
    assert found.runs == 3 * 10 + 2


def test_later_writes_in_place_are_not_taken_for_the_components_own():
    class InPlace(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b, self.c = nn.Linear(3, 3), nn.Linear(3, 3), nn.Linear(3, 3)

        def forward(self, x: Tensor) -> Tensor:
            stream = self.a(x)
            stream += self.b(x)
            return self.c(stream)

    found = discover_components(InPlace(), torch.rand(2, 3))
    assert found.edges == found.ancestral == (("a", "c"), ("b", "c"))


def test_effects_that_cancel_are_reported_as_a_conflict():
    class Cancels(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b, self.c = nn.Tanh(), nn.Identity(), nn.Tanh()

        def forward(self, x: Tensor) -> Tensor:
            a = self.a(x)
            return self.c(x + a - self.b(a))

    found = discover_components(Cancels(), torch.rand(2, 3))
    assert found.edges == (("a", "b"), ("a", "c"), ("b", "c"))
    assert found.conflicts == (("a", "c"),)


def test_a_component_whose_calls_depend_on_others_cannot_be_held():
    class Depends(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(3, 3), nn.Linear(3, 3)

        def forward(self, x: Tensor) -> Tensor:
            x = self.a(x)
            return self.b(x if x.any() else self.b(x))

    with pytest.raises(CallsDifferError, match="held at 1 outputs"):
        discover_components(Depends(), torch.rand(2, 3))


def test_buffers_are_given_back():
    net = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Linear(3, 3))
    found = discover_components(net, torch.rand(8, 3))
    assert found.edges == (("0", "1"), ("1", "2"))
    assert not net[1].running_mean.any()


def test_a_random_module_is_refused():
    net = Transformer().train()
    with pytest.raises(RandomModuleError, match=r"module\.eval\(\)"):
        discover_components(net, torch.rand(2, 8, 8), NAMES)


def test_an_operator_that_does_not_act_is_refused_not_read_as_no_edges():
    net, _ = trained(10, 6)
    with pytest.raises(AblationHadNoEffectError):
        discover_components(net, torch.ones(4, 8), "parts.*", by=Mean())


def test_the_distance_counts_pairs_and_needs_the_same_components():
    def graph(*edges: tuple[str, str]) -> Components:
        return Components(("a", "b", "c"), edges)

    one = graph(("a", "b"), ("b", "c"))
    assert structural_hamming_distance(one, one) == 0
    assert structural_hamming_distance(one, graph(("b", "a"), ("b", "c"))) == 1
    assert structural_hamming_distance(one, graph(("a", "c"))) == 3
    with pytest.raises(ValueError, match="different components"):
        structural_hamming_distance(one, Components(("a",), ()))


def test_the_sentence_holds_the_numbers_that_matter():
    net, _ = trained(10, 7)
    text = str(discover_components(net, torch.rand(2, 8), "parts.*"))
    assert text.startswith("10 components, ")
    assert "22 forward passes by zero" in text
    assert "threshold 1e-06" in text
