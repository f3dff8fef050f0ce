"""A graphics processor gives what the processor gives: effects, noise, counterfactuals, training.

Its random kernels differ from those of the processor, which is the point: noise is keyed by place.
"""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import ablation
from ablation import Arm, Constant, Freeze, Mean, Noise, Resample, Scale, Skip, Zero
from ablation.neural import KeyedNoise
from ablation.neural.lifting import Draws, Recording, lifted

pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="there is no CUDA machine: nothing here was compared"
)
CLOSE = {"rtol": 2e-4, "atol": 2e-5}


class Block(nn.Module):
    """Attention and dropout of several kinds; a graphics processor fuses the first three."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.mix, self.write = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.attention = nn.MultiheadAttention(width, 2, dropout=0.2, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(width, 16), nn.GELU(), nn.Linear(16, width))
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.mix(x).unflatten(-1, (3, 2, -1)).permute(2, 0, 3, 1, 4)
        rate = 0.2 if self.training else 0.0
        read = F.scaled_dot_product_attention(q, k, v, dropout_p=rate, is_causal=True)
        x = x + self.drop(self.write(read.transpose(1, 2).flatten(2)))
        x = x + self.attention(x, x, x, need_weights=False)[0]
        return x + F.dropout(self.mlp(x), 0.1, self.training)


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(4, 16)
        self.blocks = nn.ModuleList([Block(16), Block(16)])
        self.head = nn.Linear(16, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.embed(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x.mean(1))


def here_and_there(*, training: bool = False) -> list[tuple[nn.Module, Tensor]]:
    """The same network and inputs on the processor, and on the graphics processor."""
    torch.manual_seed(0)
    net, x = Net().train(training), torch.randn(6, 5, 4)
    other = Net().train(training)
    other.load_state_dict(net.state_dict())
    return [(net, x), (other.cuda(), x.cuda())]


def first(output: Tensor) -> Tensor:
    return output[:, 0]


OPERATORS = [
    *(Zero(), Constant(0.3), Scale(0.5), Skip(), Mean(), Mean("feature"), Resample(), Noise(0.5)),
    Freeze(),
]


@pytest.mark.parametrize("by", OPERATORS, ids=str)
def test_every_operator_puts_the_same_there(by):
    outputs = []
    for net, x in here_and_there():
        reference = x.flip(0) if by == Freeze() else None
        with torch.no_grad(), ablation.ablated(net, "blocks.*.mlp", by=by, reference=reference):
            outputs.append(net(x).cpu())
    torch.testing.assert_close(*outputs, **CLOSE)


def test_noise_of_a_parameter_is_the_same():
    outputs = []
    for net, x in here_and_there():
        with torch.no_grad(), ablation.ablated(net, "head.weight", by=Noise(0.5)):
            outputs.append(net(x).cpu())
    torch.testing.assert_close(*outputs, **CLOSE)


class Last(nn.Module):
    def forward(self, pair: tuple[Tensor, object]) -> Tensor:
        return pair[0][:, -1]


class Drawn(nn.Module):
    """Every kind of number that is drawn where the inputs are."""

    def forward(self, x: Tensor) -> Tensor:
        x = x + torch.rand_like(x) + torch.randn(x.shape, device=x.device)
        x = x[:, torch.randperm(x.shape[1], device=x.device)]
        x = x * torch.bernoulli(torch.full_like(x, 0.7)) + torch.empty_like(x).exponential_()
        chosen = torch.multinomial(x.flatten(1).abs(), 3)
        return F.gumbel_softmax(x, hard=True) + x.flatten(1).gather(1, chosen).sum()


LAYERS: dict[str, Callable[[], nn.Module]] = {
    "all": Net,
    "recurrent": lambda: nn.Sequential(nn.LSTM(4, 3, 2, dropout=0.4, batch_first=True), Last()),
    "drawn": Drawn,
    "encoder": lambda: nn.TransformerEncoderLayer(4, 2, 8, dropout=0.3, batch_first=True),
}


@pytest.mark.parametrize("kind", LAYERS)
def test_keyed_noise_is_the_same(kind):
    torch.manual_seed(0)
    x, outputs = torch.randn(2, 5, 4), []
    one, other = LAYERS[kind]().train(), LAYERS[kind]().train()
    other.load_state_dict(one.state_dict())
    for net, inputs in ((one, x), (other.cuda(), x.cuda())):
        with torch.no_grad(), lifted(net, Draws(KeyedNoise(1), range(2, 3), Recording())):
            outputs.append(net(inputs).cpu())
    torch.testing.assert_close(*outputs, **CLOSE)


def test_a_counterfactual_is_the_same():
    found = [
        ablation.explain(net, x[:1], "blocks.1.mlp", event=ablation.Predicted(0), draws=400)
        for net, x in here_and_there(training=True)
    ]
    assert found[0].sites == found[1].sites
    assert abs(found[0].accepted - found[1].accepted) <= 4, "an event at the very edge may turn"
    assert found[0].probability == pytest.approx(found[1].probability, abs=0.02)


def test_mediation_and_paths_are_the_same():
    amounts = [
        ablation.mediation(
            net, x, "blocks.0.mlp", through="blocks.1.mlp", metric=first, draws=20
        ).frame()["value"]
        for net, x in here_and_there(training=True)
    ]
    assert amounts[0].tolist() == pytest.approx(amounts[1].tolist(), rel=1e-3, abs=1e-4)


def test_an_audit_is_the_same():
    found = [
        ablation.audit(net, x, ["embed", "blocks.*.mlp"], metric=first, margin=0.05, draws=5)
        for net, x in here_and_there()
    ]
    assert [role.verdict for role in found[0].roles] == [role.verdict for role in found[1].roles]


@pytest.mark.parametrize("by", [Zero(), Mean(), Resample()], ids=str)
def test_a_sweep_is_the_same_and_whole_passes_agree(by):
    names = ["blocks.*.mlp", "blocks.*.attention.heads[*]", "embed[*:4]"]
    here, there = (
        ablation.sweep(net, x, names, metric=first, by=by, verify=None)
        for net, x in here_and_there()
    )
    assert there["component"].tolist() == here["component"].tolist()
    assert there["ablated"].tolist() == pytest.approx(here["ablated"].tolist(), rel=1e-3, abs=1e-4)
    assert there["exact"].all()


@pytest.mark.parametrize("together", [1, 3])
def test_many_arms_are_trained_to_the_same(together):
    """Three steps: rounding grows with every one of them."""
    draw = torch.Generator().manual_seed(0)
    batches = [(torch.randn(6, 5, 4, generator=draw), torch.arange(6) % 3) for _ in range(3)]
    found = []
    for device in ("cpu", "cuda"):
        placed = [(x.to(device), y.to(device)) for x, y in batches]
        found.append(
            ablation.train_together(
                lambda device=device: Net().to(device),
                [0, 1, Arm(1, off=("blocks.0.mlp",))],
                placed,
                loss=lambda model, batch: F.cross_entropy(model(batch[0]), batch[1]),
                optimiser=lambda weights: torch.optim.SGD(weights, lr=0.05),
                together=together,
            )
        )
    here, there = found
    assert there.losses == pytest.approx(here.losses, rel=1e-3)
    for one, other in zip(here.states, there.states, strict=True):
        for name, value in one.items():
            torch.testing.assert_close(value, other[name].cpu(), rtol=1e-3, atol=1e-4)
    assert there.measure(lambda net: float(net(placed[0][0])[0, 0]))["value"].notna().all()
