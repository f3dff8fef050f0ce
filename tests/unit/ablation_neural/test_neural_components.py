"""The computation graph of components: two roads to it, and the wiring that was built in."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from ablation.neural import Components, select
from ablation.neural.dataflow import followed
from ablation.neural.errors import UnknownModuleError

X = torch.rand(2, 6, generator=torch.Generator().manual_seed(0))
PAIRS = [(i, j) for j in range(7) for i in range(j)]


@settings(max_examples=25, deadline=None)
@given(edges=st.sets(st.sampled_from(PAIRS)), names=st.permutations("abcdefg"))
def test_both_roads_find_the_wiring_of_any_network(edges, names):
    net = Wiring(edges, names)
    built = {(names[i], names[j]) for i, j in edges}
    assert set(Components.of(net, X, list(names)).edges) == built
    assert followed(net, X, select(net, list(names))) == built


class Wiring(nn.Module):
    def __init__(self, edges, names) -> None:
        super().__init__()
        self.wires, self.order = edges, names
        for name in sorted(names):
            self.add_module(name, nn.Tanh())

    def forward(self, x: Tensor) -> Tensor:
        made: dict[int, Tensor] = {}
        for j, name in enumerate(self.order):
            read = x.clone()
            for i, k in self.wires:
                if k == j:
                    read += made[i]  # in place, as many networks do
            made[j] = self.get_submodule(name)(read)
        return sum(made.values())


def test_a_vision_transformer_writes_to_one_stream(vision, images):
    names = ["embed", "position", "blocks.*.attention", "blocks.*.mlp", "norm", "head"]
    order = ["blocks.0.attention", "blocks.0.mlp", "blocks.1.attention", "blocks.1.mlp", "norm"]
    later = {(a, b) for i, a in enumerate(order) for b in order[i + 1 :]}
    first = {(a, b) for a in ("embed", "position") for b in order}
    built = later | first | {("norm", "head")}
    assert followed(vision, images, select(vision, names)) == built
    graph = Components.of(vision, images, names)
    assert set(graph.edges) == built
    assert graph.names[:2] == ("embed", "position")


def test_code_that_asks_a_symbol_for_its_value_is_followed_on_one_run():
    class Asks(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b, self.c = nn.Tanh(), nn.Tanh(), nn.Tanh()

        def forward(self, x: Tensor) -> Tensor:
            y = self.a(x)
            return self.b(y) if y.sum() > 0 else self.c(y)

    graph = Components.of(Asks(), X)
    assert graph.edges == (("a", "b"),)
    assert graph.route.startswith("one run; torch.fx: ")


class Writes(nn.Module):
    def __init__(self, *, by_index: bool) -> None:
        super().__init__()
        self.by_index = by_index
        for name in "abcde":
            self.add_module(name, nn.Tanh())

    def forward(self, x: Tensor) -> Tensor:
        board = torch.zeros_like(x)
        if self.by_index:
            board[:, 0] = self.a(x)[:, 0]
        else:
            board.select(1, 0).add_(self.a(x).select(1, 0))
        board.narrow(1, 1, 2).copy_(self.b(x).narrow(1, 1, 2))
        kept = self.c(x)
        kept.add_(board)
        return self.e(self.d(kept) + torch.relu_(board))


@pytest.mark.parametrize("by_index", [False, True])
def test_writes_in_place_and_into_views_carry_data(by_index):
    net = Writes(by_index=by_index)
    graph = Components.of(net, X)
    built = {("a", "d"), ("b", "d"), ("c", "d"), ("d", "e"), ("a", "e"), ("b", "e")}
    assert set(graph.edges) == built == followed(net, X, select(net))
    assert (graph.route == "torch.fx") is not by_index, "symbols cannot be assigned by index"


def test_named_arguments_defaults_and_unread_outputs():
    class Optional(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b, self.aside = nn.Tanh(), nn.Tanh(), nn.Tanh()

        def forward(self, x: Tensor, *, mask: Tensor | None = None, twice: bool = False) -> Tensor:
            y = self.a(x)
            self.aside(y)
            if mask is not None:
                y = y * mask
            return self.b(self.b(y)) if twice else self.b(y)

    for inputs in ({"x": X}, {"x": X, "mask": X, "twice": True}):
        graph = Components.of(Optional(), inputs)
        assert graph.edges == (("a", "b"), ("a", "aside"))
        assert graph.route == "torch.fx"


def test_torchs_own_encoder_layer_opens_into_its_parts():
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True).eval()
    x = torch.rand(2, 5, 8)
    graph = Components.of(layer, x, ["self_attn", "norm1", "linear1", "linear2", "norm2"])
    built = {
        *(("self_attn", "norm1"), ("norm1", "linear1"), ("norm1", "norm2")),
        *(("linear1", "linear2"), ("linear2", "norm2")),
    }
    assert graph.route == "torch.fx"
    assert set(graph.edges) == built == followed(layer, x, select(layer, graph.names))


def test_by_default_the_children_are_the_components_with_lists_opened(vision, images):
    blocks = ("blocks.0", "blocks.1")
    assert Components.of(vision, images).names == ("embed", "position", *blocks, "norm", "head")


def test_an_unknown_component_is_refused_before_anything_runs(vision, images):
    with pytest.raises(UnknownModuleError, match="Did you mean head"):
        Components.of(vision, images, ["haed"])
