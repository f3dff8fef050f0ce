"""The computation graph of components: two roads to it, and the wiring that was built in."""

import dataclasses

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import causal
from ablation.neural import Components, select
from ablation.neural.dataflow import followed, run
from ablation.neural.errors import UnknownModuleError
from ablation.neural.exporting import exported
from ablation.neural.tracing import traced

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


@settings(max_examples=10, deadline=None)
@given(edges=st.sets(st.sampled_from(PAIRS)), names=st.permutations("abcdefg"))
def test_the_exported_program_tells_the_same(edges, names):
    net = Wiring(edges, names)
    places = [*select(net, list(names)).values()]
    assert exported(net, X, places).edges == traced(net, X, places).edges
    assert run(net, X, places).edges == traced(net, X, places).edges


def test_what_symbols_cannot_follow_is_exported_and_exact():
    graph = Components.of(Writes(by_index=True), X)
    assert graph.route.startswith("torch.export; torch.fx: ")
    assert graph.exact
    assert ("input", "a") in graph.ends
    assert ("e", "output") in graph.ends


def test_a_run_is_marked_as_approximate():
    class Asks(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Tanh(), nn.Tanh()

        def forward(self, x: Tensor) -> Tensor:
            return self.a(x) if x.sum() > 0 else self.b(x)

    graph = Components.of(Asks(), X)
    assert not graph.exact
    assert "torch.fx: " in graph.route
    assert "torch.export: " in graph.route
    assert graph.ends == (("input", "a"), ("a", "output"))
    assert not graph.reaches_output("b")


ROUTES = [exported, run]  # this network takes the length of its batch, which symbols do not have


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.__name__)
def test_heads_read_what_attention_reads_and_write_what_it_writes(vision, images, route):
    names = ["embed", "blocks.0.attention.heads[*]", "head"]
    places = select(vision, names)
    graph = Components.of(vision, images, names)
    heads = [name for name in places if "heads" in name]
    assert len(heads) == 2
    wanted = {("embed", head) for head in heads}
    wanted |= {(head, "head") for head in heads} | {("embed", "head")}
    assert set(graph.edges) == wanted
    group = dataclasses.replace(places[heads[0]], name="heads", part=None)
    edges = route(vision, images, [places["embed"], group, places["head"]]).edges
    assert {("embed", "heads"), ("heads", "head"), ("embed", "head")} <= edges


def test_what_no_part_covers_still_passes():
    net = nn.Sequential(nn.Linear(6, 4), nn.Linear(4, 2), nn.Tanh())
    some = Components.of(net, X, ["0", "1[0]", "2"])
    assert some.edges == (("0", "1[0]"), ("0", "2"), ("1[0]", "2"))
    every = Components.of(net, X, ["0", "1[*]", "2"])
    assert ("0", "2") not in every.edges
    assert {("0", "1[0]"), ("0", "1[1]"), ("1[0]", "2"), ("1[1]", "2")} == set(every.edges)


def test_inputs_are_components_too():
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Tanh(), nn.Tanh()

        def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
            return self.a(x), self.b(x + y)

    graph = Components.of(Two(), (X, X), ["input.x[0:3]", "input.y", "a", "b"])
    assert set(graph.edges) == {("input.x[0:3]", "a"), ("input.x[0:3]", "b"), ("input.y", "b")}
    assert set(graph.ends) >= {("a", "output"), ("b", "output")}


def test_components_that_share_an_input_are_separated_by_it_alone():
    class Fork(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b, self.c = nn.Tanh(), nn.Tanh(), nn.Tanh()

        def forward(self, x: Tensor) -> Tensor:
            return self.c(self.a(x)) + self.b(x)

    graph = Components.of(Fork(), X).to_admg()
    assert not causal.separated(graph, "c", "b")
    assert causal.separated(graph, "c", "b", given=["input"])
    assert causal.separated(graph, "c", "b", given=["a"])
    assert causal.separated(graph, "input", "c", given=["a"])
    assert graph.ancestors("output") == frozenset({"input", "a", "b", "c", "output"})


def test_a_component_may_be_called_output():
    net = nn.ModuleDict({"input": nn.Tanh(), "output": nn.Tanh()})
    net.forward = lambda x: net["output"](net["input"](x))
    graph = Components.of(net, X, ["input", "output"])
    assert graph.edges == (("input", "output"),)
    assert graph.ends == (("input'", "input"), ("output", "output'"))


def test_convolutional_and_recurrent_nets():
    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.norm = nn.Conv1d(1, 4, 3, padding=1), nn.BatchNorm1d(4)
            self.memory, self.head = nn.LSTM(4, 5, batch_first=True), nn.Linear(5, 2)

        def forward(self, x: Tensor) -> Tensor:
            found = self.norm(self.conv(x.unsqueeze(1))).transpose(1, 2)
            return self.head(self.memory(found)[0][:, -1])

    net = Both().eval()
    chain = (("conv", "norm"), ("norm", "memory"), ("memory", "head"))
    assert Components.of(net, X).edges == chain
    assert followed(net, X, select(net)) == set(chain)
