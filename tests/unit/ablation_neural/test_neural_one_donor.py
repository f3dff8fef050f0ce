"""A module called several times in a pass is one component, with one donor for all calls."""

import pytest
import torch
from torch import Tensor, nn

import ablation


class Twice(nn.Module):
    """Calls one part on two inputs, and shows both results."""

    def __init__(self) -> None:
        super().__init__()
        self.part = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([self.part(x), self.part(x + 100)], dim=1)


X = torch.arange(16.0)[:, None]


@pytest.mark.parametrize("reference", [None, torch.arange(20.0)[:, None] + 1000])
def test_all_calls_of_a_pass_take_their_values_from_the_same_example(reference):
    net = Twice()
    with ablation.ablated(net, "part", by=ablation.Resample(), reference=reference):
        first, second = net(X).unbind(1)
    assert torch.equal(second, first + 100)
    assert not torch.equal(first, X)


def test_each_pass_draws_anew():
    net = Twice()
    with ablation.ablated(net, "part", by=ablation.Resample()):
        one, two = net(X), net(X)
    assert torch.equal(two[:, 1], two[:, 0] + 100)
    assert not torch.equal(one, two)


@pytest.mark.parametrize("together", [None, 2])
def test_a_sweep_does_the_same(together):
    def apart(output: Tensor) -> Tensor:
        return (output[:, 1] - output[:, 0])[:, 0]

    found = ablation.sweep(
        Twice(), X, ["part"], by=ablation.Resample(), metric=apart, together=together, verify=None
    )
    assert found["ablated"].tolist() == [100.0]
