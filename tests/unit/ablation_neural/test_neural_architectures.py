"""Ablations in nets of every build, each against the same net with weights put to zero by hand."""

import copy
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn

from ablation import Freeze, Mean, Resample, Skip, Zero
from ablation.neural import Components, ablated
from ablation.neural.errors import AblationHadNoEffectError, OperatorCannotServeError

pytestmark = pytest.mark.usefixtures("_no_grad")


@pytest.fixture
def _no_grad():
    torch.manual_seed(0)
    with torch.no_grad():
        yield


def off(net: nn.Module, name: str, x: Tensor, **how: object) -> Tensor:
    with ablated(net, name, **how):
        return net(x)


class Recurrent(nn.Module):
    """A recurrent layer of torch between two linear ones; the state is read as well."""

    def __init__(self, kind: Callable[..., nn.Module]) -> None:
        super().__init__()
        self.embed = nn.Linear(3, 6)
        self.memory = kind(6, 6, num_layers=2, batch_first=True, bidirectional=False)
        self.read = nn.Linear(6, 2)

    def forward(self, x: Tensor) -> Tensor:
        made, state = self.memory(self.embed(x))
        last = state[0] if isinstance(state, tuple) else state
        return self.read(made).sum(1) + self.read(last[-1])


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_recurrent_layers_are_switched_off_with_their_state(kind):
    net, x = Recurrent(kind).eval(), torch.randn(4, 5, 3)
    before = net(x)
    assert torch.allclose(off(net, "memory", x), 6 * net.read.bias.expand(4, 2), atol=1e-6)
    hidden = net.embed(x)
    _, state = net.memory(hidden)
    last = (state[0] if isinstance(state, tuple) else state)[-1]
    skipped = net.read(hidden).sum(1) + net.read(last)
    torch.testing.assert_close(off(net, "memory", x, by=Skip()), skipped)
    without = copy.deepcopy(net)
    made, _ = net.memory(hidden)
    made[..., 2:4] = 0
    torch.testing.assert_close(
        off(net, "memory[2:4]", x), without.read(made).sum(1) + net.read(last)
    )
    assert torch.equal(net(x), before)
    graph = Components.of(net, x)
    assert set(graph.edges) == {("embed", "memory"), ("memory", "read")}


class Stepped(nn.Module):
    """A cell called once a step, by a loop whose length is that of the sequence."""

    def __init__(self) -> None:
        super().__init__()
        self.cell, self.read = nn.GRUCell(3, 6), nn.Linear(6, 2)

    def forward(self, x: Tensor) -> Tensor:
        state = x.new_zeros(len(x), 6)
        for step in range(x.shape[1]):
            state = self.cell(x[:, step], state)
        return self.read(state)


def test_a_cell_is_off_at_every_step():
    net, x = Stepped().eval(), torch.randn(4, 5, 3)
    with ablated(net, "cell") as patch:
        assert torch.equal(net(x), net.read.bias.expand(4, 2))
    assert patch.acted[0].calls == 5
    frozen = off(net, "cell", x, by=Freeze(), reference=x.flip(0))
    torch.testing.assert_close(frozen, net(x.flip(0)))
    state = x.new_zeros(4, 6)
    for step in range(5):
        state = net.cell(x[:, step], state).mean(0, keepdim=True).expand(4, 6)
    torch.testing.assert_close(off(net, "cell", x, by=Mean()), net.read(state))


class DropPath(nn.Module):
    """Stochastic depth: a whole branch is dropped for some examples."""

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        return x * torch.bernoulli(x.new_full((len(x), 1, 1), 0.8)) / 0.8


class LayerScale(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.full((width,), 0.5))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gamma


class Attention(nn.Module):
    """One matrix for queries, keys and values, a norm for two of them, as in timm."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.num_heads, self.head_dim = heads, width // heads
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.q_norm, self.k_norm = nn.LayerNorm(self.head_dim), nn.LayerNorm(self.head_dim)
        self.proj_drop = nn.Dropout(0.1)

    def forward(self, x: Tensor) -> Tensor:
        b, n, c = x.shape
        qkv = self.qkv(x).reshape(b, n, 3, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        q, k = self.q_norm(q), self.k_norm(k)
        x = nn.functional.scaled_dot_product_attention(q, k, v)
        return self.proj_drop(self.proj(x.transpose(1, 2).reshape(b, n, c)))


class Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1, self.attn, self.ls1 = nn.LayerNorm(width), Attention(width, heads), None
        self.ls1, self.drop_path1 = LayerScale(width), DropPath()
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 32), nn.GELU(), nn.Linear(32, width))
        self.ls2, self.drop_path2 = LayerScale(width), DropPath()

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.drop_path1(self.ls1(self.attn(self.norm1(x))))
        return x + self.drop_path2(self.ls2(self.mlp(self.norm2(x))))


class Timm(nn.Module):
    """A vision transformer as timm writes it: patches by convolution, a class token, a pool."""

    def __init__(self, width: int = 16, heads: int = 4) -> None:
        super().__init__()
        self.patch_embed = nn.Conv2d(3, width, 4, stride=4)
        self.cls_token = nn.Parameter(torch.randn(1, 1, width))
        self.pos_embed = nn.Parameter(torch.randn(1, 5, width))
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(2)))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 3)

    def forward_features(self, x: Tensor) -> Tensor:
        x = self.patch_embed(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1) + self.pos_embed
        return self.norm(self.blocks(x))

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.forward_features(x)[:, 0])


def zeroed(net: nn.Module, name: str, columns: Sequence[int] | slice = slice(None)) -> nn.Module:
    """A copy in which columns of a matrix are zero."""
    changed = copy.deepcopy(net)
    changed.get_submodule(name).weight[:, columns] = 0
    return changed


def test_a_vision_transformer_of_timms_build():
    net, x = Timm().eval(), torch.randn(6, 3, 8, 8)
    before = net(x)
    for head in range(4):
        columns = slice(4 * head, 4 * head + 4)
        expected = zeroed(net, "blocks.1.attn.proj", columns)(x)
        torch.testing.assert_close(off(net, f"blocks.1.attn.heads[{head}]", x), expected)
    expected = zeroed(net, "blocks.0.mlp.2", slice(8, 16))(x)
    torch.testing.assert_close(off(net, "blocks.0.mlp.1[8:16]", x), expected)
    scaled = copy.deepcopy(net)
    scaled.blocks[0].ls1.gamma.zero_()
    torch.testing.assert_close(off(net, "blocks.0.attn", x), scaled(x))
    torch.testing.assert_close(off(net, "blocks.0.ls1.gamma", x), scaled(x))
    torch.testing.assert_close(off(net, "blocks.0.drop_path1", x), scaled(x))
    without = copy.deepcopy(net)
    without.cls_token.zero_()
    torch.testing.assert_close(off(net, "cls_token", x), without(x))
    assert torch.equal(net(x), before)
    graph = Components.of(net, x, ["patch_embed", "blocks.*", "norm", "head"])
    names = ["patch_embed", "blocks.0", "blocks.1", "norm", "head"]
    assert set(graph.edges) == set(pairwise(names))


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("layers", ["layers.0", "layers.1"])
def test_a_fused_encoder_of_torch_head_by_head(first, layers):
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=first)
    net = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False).eval()
    x = torch.randn(3, 5, 8)
    before = net(x)
    for head in range(2):
        expected = zeroed(net, f"{layers}.self_attn.out_proj", slice(4 * head, 4 * head + 4))(x)
        torch.testing.assert_close(off(net, f"{layers}.self_attn.heads[{head}]", x), expected)
    expected = zeroed(net, f"{layers}.linear2", slice(3, 7))(x)
    torch.testing.assert_close(off(net, f"{layers}.linear1[3:7]", x), expected)
    assert torch.equal(net(x), before)


def test_a_decoder_that_reads_a_memory():
    net = nn.Transformer(8, 2, 1, 2, 16, batch_first=True).eval()
    source, target = torch.randn(3, 5, 8), torch.randn(3, 4, 8)
    with ablated(net, "decoder.layers.*.multihead_attn") as patch:
        apart = net(source, target)
        assert torch.equal(apart, net(source + 1, target)), "nothing of the source arrives"
    assert [did.calls for did in patch.acted] == [2, 2]
    first = "decoder.layers.0"
    names = ["encoder", f"{first}.self_attn", f"{first}.multihead_attn", "decoder.norm"]
    graph = Components.of(net, (source, target), names)
    assert ("encoder", names[2]) in graph.edges
    assert ("encoder", names[1]) not in graph.edges


class Residual(nn.Module):
    """Convolution, batch statistics and ReLU in place, with a sum in place around them."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3)
        self.relu = nn.ReLU(inplace=True)
        self.conv2, self.bn2 = nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3)
        self.fc = nn.Linear(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += x
        out = nn.functional.relu_(out)
        return self.fc(out.mean((2, 3)))


def test_convolutions_with_sums_and_relus_in_place():
    net, x = Residual().eval(), torch.randn(4, 3, 6, 6)
    net.bn1.running_mean.normal_()
    kept, before = x.clone(), net(x)
    straight = net.fc(nn.functional.relu(x).mean((2, 3)))
    torch.testing.assert_close(off(net, "bn2", x), straight)
    torch.testing.assert_close(
        off(net, "relu", x),
        net.fc(nn.functional.relu(x + net.bn2(net.conv2(torch.zeros_like(x)))).mean((2, 3))),
    )
    skipped = net.bn1(net.conv1(x))
    skipped = net.fc(nn.functional.relu(x + net.bn2(net.conv2(skipped))).mean((2, 3)))
    torch.testing.assert_close(off(net, "relu", x, by=Skip()), skipped)
    expected = zeroed(net, "conv2", slice(1, 2))(x)
    torch.testing.assert_close(off(net, "relu.channels[1]", x), expected)
    assert torch.equal(x, kept)
    assert torch.equal(net(x), before)


class Tied(nn.Module):
    """Words that are read and written by one matrix, and one block used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.wte = nn.Embedding(9, 6)
        self.block = nn.Sequential(nn.Linear(6, 6), nn.Tanh())
        self.again = self.block
        self.lm_head = nn.Linear(6, 9, bias=False)
        self.lm_head.weight = self.wte.weight

    def forward(self, words: Tensor) -> Tensor:
        stream = self.wte(words)
        stream = stream + self.block(stream)
        return self.lm_head(stream + self.again(stream))


def test_tied_modules_are_one_component_and_tied_weights_one_parameter():
    net, words = Tied().eval(), torch.randint(9, (2, 4))
    stream = net.wte(words)
    assert torch.equal(off(net, "again", words), net.lm_head(stream)), "under either name"
    with ablated(net, ["block", "again"]) as patch:
        net(words)
    assert [(did.component, did.calls) for did in patch.acted] == [("block", 2)]
    weight = net.wte.weight
    with ablated(net, "lm_head.weight"):
        assert not net(words).any()
        assert net.wte.weight is net.lm_head.weight
    assert net.wte.weight is weight
    assert net.lm_head.weight is weight


class Routed(nn.Module):
    """Which expert runs is decided by what another component computes."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.left, self.right = nn.Linear(2, 1), nn.Linear(2, 2), nn.Linear(2, 2)

    def forward(self, x: Tensor) -> Tensor:
        if float(self.gate(x).sum()) > 0:
            return self.left(x)
        return self.right(x)


def test_where_code_asks_for_values_the_graph_is_that_of_one_run_and_ablations_are_exact():
    net, x = Routed().eval(), torch.randn(3, 2)
    net.gate.weight.zero_()
    net.gate.bias.fill_(1.0)
    graph = Components.of(net, x)
    assert not graph.exact
    assert "one run" in graph.route
    assert ("left", "output") in graph.ends
    assert ("right", "output") not in graph.ends
    assert torch.equal(off(net, "gate", x), net.right(x)), "the other branch is taken"


def test_an_ablation_in_a_branch_that_is_not_taken_is_refused():
    net, x = Routed().eval(), torch.randn(3, 2)
    net.gate.weight.zero_()
    net.gate.bias.fill_(1.0)
    with pytest.raises(AblationHadNoEffectError, match="never called"):
        off(net, "right", x)


class Wordy(nn.Module):
    """Components that return no tensor of numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.names, self.labels, self.scale = Names(), Labels(), nn.Linear(2, 2)

    def forward(self, x: Tensor) -> dict[str, object]:
        return {"scores": self.scale(x), "label": self.labels(x), "name": self.names(x)}


class Names(nn.Module):
    def forward(self, x: Tensor) -> str:
        return f"{len(x)} rows"


class Labels(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.argmax(1)


@pytest.mark.parametrize("name", ["names", "labels"])
@pytest.mark.parametrize("by", [Zero(), Mean(), Resample()])
def test_what_returns_no_numbers_has_nothing_to_replace(name, by):
    net, x = Wordy().eval(), torch.randn(3, 2)
    with pytest.raises(OperatorCannotServeError, match=f"'{name}' returns no tensor of numbers"):
        off(net, name, x, by=by)
    assert net(x)["name"] == "3 rows"
    assert not off(net, "scale", x)["scores"].any()
