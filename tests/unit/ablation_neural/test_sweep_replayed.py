"""A pass that is done once more, operation by operation, finds no less than one recorded again."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import ablation


class Counting(nn.Module):
    """Bends by another function where there are few examples."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.b(F.relu(self.a(x)) if len(x) > 3 else torch.tanh(self.a(x)))


class Mixing(nn.Module):
    """Norms over examples and features at once."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.b(F.layer_norm(self.a(x), (len(x), 4)))


class Sigmoid(nn.Module):
    """Makes something of zeros."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.b(torch.sigmoid(self.a(x)))


@pytest.mark.parametrize("make", [Counting, Mixing, Sigmoid])
@pytest.mark.parametrize("together", [1, None])
def test_effects_are_those_of_the_naive_loop(make, together):
    torch.manual_seed(0)
    net, x = make().eval(), torch.randn(8, 4)
    found = ablation.sweep(
        net, x, ["a[*]"], metric=lambda output: output[:, 0], verify=1, together=together
    )
    with torch.no_grad():
        whole = net(x)[:, 0].mean()
        for i, effect in enumerate(found["effect"]):
            with ablation.ablated(net, f"a[{i}]"):
                assert effect == pytest.approx(float(whole - net(x)[:, 0].mean()), abs=1e-6)
    assert found["noise_floor"][0] < 1e-6
