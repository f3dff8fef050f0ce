"""Where torch is told `batch_first=False`, examples lie on the second axis, and operators know."""

import pytest
import torch
from torch import Tensor, nn

from ablation.neural import ablated
from ablation.neural.errors import PartError
from ablation.operators import Mean, Noise, Operator, OptimalConstant, Resample


@pytest.fixture(autouse=True)
def _no_grad():
    with torch.no_grad():
        yield


class Reader(nn.Module):
    """The same network with either layout inside; it reads (examples, positions, features)."""

    def __init__(self, *, batch_first: bool) -> None:
        super().__init__()
        self.batch_first = batch_first
        self.attention = nn.MultiheadAttention(8, 2, batch_first=batch_first)
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=batch_first)
        self.memory = nn.LSTM(8, 8, 2, batch_first=batch_first)
        self.head = nn.Linear(16, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = x if self.batch_first else x.transpose(0, 1)
        x = x + self.attention(x, x, x, need_weights=False)[0]
        states, (last, _) = self.memory(self.layer(x))
        states = states.mean(1 if self.batch_first else 0)
        return self.head(torch.cat([states, last[-1]], -1))


def both() -> tuple[Reader, Reader]:
    torch.manual_seed(0)
    one, other = Reader(batch_first=True).eval(), Reader(batch_first=False).eval()
    other.load_state_dict(one.state_dict())
    return one, other


PARTS = [
    "attention",
    "attention.heads[1]",
    "attention.out_proj",
    "layer",
    "layer.self_attn.heads[0]",
    "layer.linear1",
    "layer.linear1[2:5]",
    "memory",
]
SEEN = [Mean(), Mean("feature"), Resample(), Noise(0.5)]


@pytest.mark.parametrize("by", SEEN, ids=str)
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("elsewhere", [None, 9], ids=["batch", "reference"])
def test_the_layout_of_a_sequence_changes_no_ablation(part: str, by: Operator, elsewhere):
    x, reference = torch.rand(6, 5, 8), elsewhere and torch.rand(elsewhere, 5, 8)
    found = []
    for module in both():
        with ablated(module, part, by=by, reference=reference, seed=3):
            found.append(module(x))
    assert torch.allclose(*found, atol=1e-6)


@pytest.mark.parametrize("part", ["attention.heads[1]", "memory"])
def test_the_optimal_constant_is_the_same_in_both_layouts(part: str):
    x = torch.rand(6, 5, 8)
    best = OptimalConstant(loss=lambda output: (output - 1).square().mean(), steps=20)
    found = []
    for module in both():
        with ablated(module, part, by=best, reference=x):
            found.append(module(x[:3]))
    assert torch.allclose(*found, atol=1e-5)


def test_the_mean_of_a_recurrent_state_is_over_examples_and_not_over_layers():
    rnn, x = nn.GRU(4, 4, 2, batch_first=True), torch.rand(3, 5, 4)
    _, state = rnn(x)
    with ablated(rnn_in := nn.Sequential(rnn), "0", by=Mean()):
        _, mean = rnn_in(x)
    assert torch.allclose(mean, state.mean(1, keepdim=True).expand_as(state), atol=1e-6)


def test_a_module_that_is_itself_sequence_first_tells_its_parts():
    layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0).eval()
    x = torch.rand(5, 3, 8)
    with ablated(layer, "linear1", by=Mean()):
        off = layer(x)
    attended = layer.norm1(x + layer.self_attn(x, x, x)[0])
    hidden = layer.linear1(attended).mean(1, keepdim=True).relu()
    assert torch.allclose(off, layer.norm2(attended + layer.linear2(hidden)), atol=1e-6)


def test_examples_are_not_taken_for_positions():
    one, other = both()
    x = torch.rand(6, 5, 8)
    with ablated(one, "memory.tokens[2]"):
        one(x)
    with (
        pytest.raises(PartError, match="that axis holds the examples"),
        ablated(other, "memory.tokens[2]"),
    ):
        other(x)
