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


@pytest.mark.parametrize("together", [None, 2])
@pytest.mark.parametrize("size", [1, 3, 5])
def test_an_example_has_the_same_donor_in_whatever_batch_it_comes(size, together):
    elsewhere = torch.arange(40.0)[:, None] ** 2

    def swept(batch_size: int | None) -> list[float]:
        found = ablation.sweep(
            nn.Sequential(nn.Identity(), nn.Tanh(), nn.Identity()),
            X,
            metric=lambda output: output[:, 0],
            by=ablation.Resample(),
            reference=elsewhere,
            batch_size=batch_size,
            together=together,
        )
        return found["ablated"].tolist()

    assert swept(size) == pytest.approx(swept(None))


def test_batches_of_a_sweep_draw_as_the_passes_of_a_loop():
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
    rows, elsewhere = torch.rand(8, 3), torch.rand(20, 3)
    by = ablation.Resample()
    found = ablation.sweep(
        net, rows, metric=lambda y: y[:, 0], by=by, reference=elsewhere, batch_size=2, seed=5
    ).set_index("component")
    for name in ("0", "1", "2"):
        with torch.no_grad(), ablation.ablated(net, name, by=by, reference=elsewhere, seed=5):
            naive = [net(batch).mean().item() for batch in rows.split(2)]
        assert found.loc[name, "ablated"] == pytest.approx(sum(naive) / 4, rel=1e-5)


@pytest.mark.parametrize("together", [None, 2])
def test_every_batch_has_noise_of_its_own(together):
    net, rows = nn.Sequential(nn.Identity()), torch.tensor([[1.0, -1.0]]).repeat(400, 1)
    found = ablation.sweep(
        net, rows, metric=lambda y: y[:, 0], by=ablation.Noise(), batch_size=2, together=together
    )
    assert 0 < abs(found["effect"].item()) < 4 / 400**0.5
