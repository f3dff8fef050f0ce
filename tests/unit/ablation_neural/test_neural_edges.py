"""One arrow off: against networks written by hand, in which one reader reads something else."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from ablation import Mean, Zero
from ablation.neural import Components, ablated
from ablation.neural.errors import AblationHadNoEffectError, EdgeError, UnknownModuleError

AMONG = ["blocks.*.attention", "blocks.*.mlp"]


@pytest.fixture(autouse=True)
def _no_grad():
    with torch.no_grad():
        yield


def test_only_the_reader_reads_another_stream(vision, images):
    """Block 1's perceptron reads the stream without what block 0's attention wrote into it."""
    first, second = vision.blocks
    stream = vision.embed(images) + vision.position(torch.arange(8))
    written = first.attention(stream)
    stream = stream + written
    stream = stream + first.mlp(stream)
    stream = stream + second.attention(stream)
    expected = vision.head(vision.norm(stream + second.mlp(stream - written)).mean(1))
    before = vision(images)
    with ablated(vision, "blocks.0.attention -> blocks.1.mlp", among=AMONG) as patch:
        got = vision(images)
    torch.testing.assert_close(got, expected)
    assert torch.equal(vision(images), before)
    [did] = patch.acted
    assert (did.component, did.calls) == ("blocks.0.attention -> blocks.1.mlp", 1)
    assert patch.output_change > 0


def test_the_direct_effect_on_the_output_holds_all_others(vision, images):
    first, second = vision.blocks
    stream = vision.embed(images) + vision.position(torch.arange(8))
    parts = [first.attention(stream)]
    parts += [first.mlp(stream + parts[0])]
    parts += [second.attention(stream + sum(parts))]
    parts += [second.mlp(stream + sum(parts))]
    expected = vision.head(vision.norm(stream + sum(parts[1:])).mean(1))
    with ablated(vision, "blocks.0.attention -> output", among=AMONG):
        torch.testing.assert_close(vision(images), expected)


PAIRS = [(i, j) for j in range(5) for i in range(j)]


@settings(max_examples=15, deadline=None)
@given(edges=st.sets(st.sampled_from(PAIRS), min_size=1), pick=st.data())
def test_an_edge_acts_where_the_graph_has_it_and_only_there(edges, pick):
    torch.manual_seed(0)
    net, x = Chain(edges), torch.rand(3, 4)
    source, reader = pick.draw(st.sampled_from(PAIRS))
    graph = Components.of(net, x, "parts.*")
    with ablated(
        net, f"parts.{source} -> parts.{reader}", among="parts.*", expect_effect=False
    ) as patch:
        got = net(x)
    present = (f"parts.{source}", f"parts.{reader}") in graph.edges
    assert present == patch.acted[0].proven
    torch.testing.assert_close(got, net.without(x, source, reader))


class Chain(nn.Module):
    """Tanh parts that read the sum of their parents; the output is the sum of all."""

    def __init__(self, edges: set[tuple[int, int]]) -> None:
        super().__init__()
        self.wires = edges
        self.parts = nn.ModuleList(nn.Sequential(nn.Linear(4, 4), nn.Tanh()) for _ in range(5))

    def forward(self, x: Tensor) -> Tensor:
        return self.without(x, None, None)

    def without(self, x: Tensor, source: int | None, reader: int | None) -> Tensor:
        made: list[Tensor] = []
        for j, part in enumerate(self.parts):
            parents = [i for i, k in sorted(self.wires) if k == j and (i, j) != (source, reader)]
            made.append(part(sum((made[i] for i in parents), x)))
        return torch.stack(made).sum(0)


def test_an_edge_that_is_not_there_is_refused(vision, images):
    with (
        pytest.raises(AblationHadNoEffectError, match=r"blocks\.1\.mlp -> blocks\.0\.mlp"),
        ablated(vision, "blocks.1.mlp -> blocks.0.mlp", among=AMONG),
    ):
        vision(images)


def test_edges_of_heads_and_of_chance():
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.3, batch_first=True)
    net, x = (
        nn.TransformerEncoder(layer, 2, enable_nested_tensor=False).train(),
        torch.rand(3, 4, 8),
    )
    among = ["layers.*.self_attn", "layers.*.linear2"]
    drawn = []
    for edge in (None, "layers.0.self_attn.heads[1] -> layers.1.self_attn"):
        torch.manual_seed(5)
        if edge is None:
            net(x)
        else:
            with ablated(net, edge, among=among, by=Mean()):
                net(x)
        drawn.append(torch.rand(1))
    assert torch.equal(*drawn), "the runs aside leave the random stream where it was"


@pytest.mark.parametrize(
    ("edge", "among", "error", "message"),
    [
        ("embed -> head", None, EdgeError, "pass among="),
        ("embed -> ", AMONG, EdgeError, "one edge at a time"),
        ("embed -> -> head", AMONG, EdgeError, "one edge at a time"),
        ("embed -> output -> head", AMONG, EdgeError, "nothing reads the output"),
        ("embed -> blocks.*.mlp -> head", AMONG, EdgeError, "one reader at a time"),
        ("embed -> blocks.*", AMONG, EdgeError, "one reader at a time"),
        (["embed -> head", "norm"], AMONG, EdgeError, "one edge at a time"),
        ("embed -> haed", AMONG, UnknownModuleError, "Did you mean head"),
    ],
)
def test_an_edge_with_no_one_meaning_is_refused(vision, images, edge, among, error, message):
    with pytest.raises(error, match=message), ablated(vision, edge, among=among, by=Zero()):
        vision(images)
    assert "forward" not in vision.__dict__
