"""Heads, neurons, channels, positions, patches, inputs: each against a network without it."""

import pytest
import torch
from torch import Tensor, nn

from ablation import Mean, Resample, Skip, Zero
from ablation.neural import ablated, observe, select
from ablation.neural.errors import (
    AblationHadNoEffectError,
    OperatorCannotServeError,
    OverlappingComponentsError,
    PartError,
    UnknownModuleError,
)

pytestmark = pytest.mark.usefixtures("_no_grad")


@pytest.fixture
def _no_grad():
    with torch.no_grad():
        yield


def off(module: nn.Module, name: str | list[str], *x: Tensor, **how: object) -> Tensor:
    with ablated(module, name, **how):
        return module(*x)


def without_heads(attention: nn.Module, stream: Tensor, heads: set[int]) -> Tensor:
    """Attention as the sum over its heads of value times weight times their slice of the output."""
    q, k, v = attention.mix(attention.norm(stream)).chunk(3, dim=-1)
    width = q.shape[-1] // attention.heads
    total = attention.write.bias.expand_as(stream)
    for head in set(range(attention.heads)) - heads:
        part = slice(head * width, (head + 1) * width)
        scores = q[..., part] @ k[..., part].transpose(1, 2) / width**0.5
        total = total + scores.softmax(-1) @ v[..., part] @ attention.write.weight[:, part].T
    return total


@pytest.mark.parametrize("heads", [{0}, {1}, {0, 1}])
def test_attention_without_heads_is_the_sum_over_the_others(vision, images, heads):
    attention = vision.blocks[0].attention
    expected = without_heads(attention, vision.embed(images), heads)
    with ablated(vision, [f"blocks.0.attention.heads[{h}]" for h in heads]):
        attended = vision.blocks[0].attention(vision.embed(images))
    torch.testing.assert_close(attended, expected)


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_the_heads_of_multihead_attention_act_and_nothing_else_moves(first, weights, bias):
    torch.manual_seed(0)
    mix = nn.MultiheadAttention(12, 3, batch_first=first, bias=bias).eval()
    net, x = nn.ModuleDict({"mix": mix}), torch.rand(4, 5, 12)
    mask = torch.triu(torch.full((5, 5) if first else (4, 4), float("-inf")), 1)
    how = {"need_weights": weights, "attn_mask": mask}
    before, spread = mix(x, x, x, **how)
    columns = mix.out_proj.weight.clone()
    with ablated(net, "mix.heads[1]") as patch:
        after, same = mix(x, x, x, **how)
    assert torch.equal(mix.out_proj.weight, columns)
    mix.out_proj.weight[:, 4:8] = 0.0  # the same by hand: nobody reads the second head
    torch.testing.assert_close(after, mix(x, x, x, **how)[0])
    assert not torch.allclose(after, before)
    assert spread is same is None or torch.equal(spread, same)
    assert [(did.component, did.calls) for did in patch.acted] == [("mix.heads[1]", 1)]


def test_looking_at_the_heads_of_multihead_attention_changes_no_bit():
    mix, x = nn.MultiheadAttention(16, 4).eval(), torch.rand(5, 2, 16)
    seen = observe(Named(mix), x, "mix.heads[*]")
    assert torch.equal(seen.output, mix(x, x, x)[0])
    heads = torch.cat([seen.own[f"mix.heads[{i}]"][0][0] for i in range(4)], -1)
    torch.testing.assert_close(mix.out_proj(heads), seen.output)


class Named(nn.Module):
    def __init__(self, mix: nn.Module) -> None:
        super().__init__()
        self.mix = mix

    def forward(self, x: Tensor) -> Tensor:
        return self.mix(x, x, x)[0]


def test_the_heads_of_a_transformer_encoder_act_in_spite_of_its_fused_path():
    layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
    net, x = nn.TransformerEncoder(layer, 2).eval(), torch.rand(2, 5, 16)
    before = net(x)
    with ablated(net, "layers.*.self_attn.heads[2]") as patch:
        assert not torch.allclose(net(x), before)
    assert [did.component for did in patch.acted] == [
        f"layers.{i}.self_attn.heads[2]" for i in (0, 1)
    ]
    assert torch.equal(net(x), before)


def test_neurons_are_the_last_axis_and_channels_the_second():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))
    x = torch.rand(2, 1, 8, 8)
    maps = net[0](x)
    maps[:, 1:3] = 0
    expected = net[3](net[2](net[1](maps)))
    for name in ("0[1:3]", "0.channels[1:3]", ["0[1]", "0[2]"], "1.channels[1:3]", "1[1:3]"):
        assert torch.equal(off(net, name, x), expected), name
    scores = net(x)
    scores[:, 2] = 0
    assert torch.equal(off(net, "3[2]", x), scores)
    assert list(select(net, "0[*]")) == [f"0[{i}]" for i in range(4)]
    assert list(select(net, "3[*:2]")) == ["3[0:2]", "3[2]"]


def test_positions_and_patches_of_the_input():
    net, x = nn.Sequential(nn.Identity()), torch.rand(2, 3, 4, 6)
    hole = x.clone()
    hole[..., 2:4, 2:4] = 0  # three patches a row: the fifth begins at row 2, column 2
    assert torch.equal(off(net, "input.patches[4/2]", x), hole)
    tokens = x[:, 0].clone()
    tokens[:, 1] = tokens[:, 1].mean(0)
    assert torch.equal(off(net, "input.tokens[1]", x[:, 0], by=Mean()), tokens)
    column = x[:, 0, 0].clone()
    column[:, 5] = column[:, 5].flip(0)  # of two examples, the other one
    assert torch.equal(off(net, "input[5]", x[:, 0, 0], by=Resample()), column)


def test_an_argument_of_the_module_is_named():
    class Two(nn.Module):
        def forward(self, x: Tensor, mask: Tensor) -> Tensor:
            return x * mask

    net, x, mask = Two(), torch.rand(2, 3), torch.rand(2, 3)
    assert not off(net, "input.mask", x, mask).any()
    with ablated(net, "input.mask[0]"):
        assert torch.equal(net(x, mask=mask)[:, 1:], (x * mask)[:, 1:])
    with pytest.raises(UnknownModuleError, match=r"Did you mean input\.mask"):
        off(net, "input.msk", x, mask)


def test_a_part_keeps_to_itself_whatever_the_operator(vision, images):
    (own,) = observe(vision, images, "embed").own["embed"]
    for by in (Zero(), Mean(), Mean("feature"), Resample()):
        with ablated(vision, "embed[3:5]", by=by):
            passed_on = vision.embed(images)
        rest = [i for i in range(16) if i not in (3, 4)]
        assert torch.equal(passed_on[..., rest], own[..., rest])
        assert not torch.equal(passed_on[..., 3:5], own[..., 3:5])


def test_the_evidence_is_of_the_part_alone():
    net = nn.Sequential(nn.Identity())
    x = torch.tensor([[1e9, 1.0]])
    with ablated(net, "0[1]") as patch:
        net(x)
    assert patch.acted[0].change == 1.0
    with pytest.raises(AblationHadNoEffectError):
        off(net, "0[1]", torch.tensor([[1e9, 0.0]]))


def test_parts_share_a_module_but_not_entries(vision):
    assert len(select(vision, ["embed[0:4]", "embed[4:6]", "blocks.0.attention.heads[*]"])) == 4
    for names in (
        ["embed[0:4]", "embed[3]"],
        ["embed", "embed[3]"],
        ["blocks.0", "blocks.0.attention.heads[0]"],
        ["blocks.0.attention.write", "blocks.0.attention.heads[0]"],
    ):
        with pytest.raises(OverlappingComponentsError):
            select(vision, names)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("embed[16]", "there are 16, counted from 0"),
        ("embed[4:4]", "no entry at all"),
        ("embed[x]", "a part is written like"),
        ("embed[3", "a part is written like"),
        ("embed.patches[3]", "one number and its size"),
        ("embed[3/4]", "only patches have a size"),
        ("embed.tokens[*]", "not known before a run"),
        ("embed.haeds[0]", "did you mean heads"),
        ("embed.heads[0]", "does not say how many"),
        ("embed.heads[0/3]", "do not divide the 8 inputs"),
        ("blocks.0.attention.heads[2]", "there are 2, counted from 0"),
        ("blocks.0.drop.heads[0]", "no matrix"),
        ("input.heads[0]", "has no heads"),
    ],
)
def test_a_part_that_is_not_there_is_refused_before_anything_runs(vision, name, message):
    with pytest.raises(PartError, match=message):
        select(vision, name)


def test_a_part_that_the_value_does_not_reach_is_refused_in_the_run(vision, images):
    for name in ("input.tokens[8]", "input.patches[4/4]", "blocks.0.drop[16]"):
        with pytest.raises(PartError, match="counted from 0"):
            off(vision, name, images)
    assert "forward" not in vision.__dict__


def test_a_part_has_no_input_of_its_own_to_skip_to(vision, images):
    for name in ("blocks.0.mlp[0]", "blocks.0.attention.heads[0]", "input"):
        with pytest.raises(OperatorCannotServeError):
            off(vision, name, images, by=Skip())


def test_whole_numbers_have_no_mean():
    net = nn.Sequential(nn.Embedding(4, 2))
    with pytest.raises(OperatorCannotServeError, match="reads no tensor of numbers"):
        off(net, "input", torch.tensor([1, 2]))


def test_a_module_of_that_name_comes_before_the_kind_of_part():
    net = nn.ModuleDict({"x": nn.ModuleDict({"heads": nn.Linear(2, 2)}), "input": nn.Linear(2, 2)})
    assert select(net, "x.heads[1]")["x.heads[1]"].at == "output"
    assert select(net, "input[1]")["input[1]"].module is net["input"]


def test_functional_attention_is_the_oracle_of_the_oracle(vision, images):
    attention, stream = vision.blocks[0].attention, vision.embed(images)
    torch.testing.assert_close(without_heads(attention, stream, set()), attention(stream))
