"""An ablation that the module's output does not show is refused, unless it could not show it."""

import pytest
import torch
from torch import Tensor, nn

from ablation import Scale
from ablation.neural import ablated
from ablation.neural.errors import AblationHadNoEffectError

X = torch.rand(4, 6, generator=torch.Generator().manual_seed(1)) + 0.5


@pytest.fixture(autouse=True)
def _no_grad():
    with torch.no_grad():
        yield


def dead() -> nn.Sequential:
    """A part whose every change is cut off by what follows it."""
    net = nn.Sequential(nn.Linear(6, 6), nn.Hardtanh(-1.0, 1.0), nn.Linear(6, 2))
    net[0].weight.copy_(torch.eye(6))
    net[0].bias.fill_(5.0)
    return net


def test_a_change_that_nobody_passes_on_is_no_ablation():
    net = dead()

    with (
        pytest.raises(AblationHadNoEffectError, match="whole module stayed the same") as caught,
        ablated(net, "0", by=Scale(2.0)),
    ):
        net(X)
    assert caught.value.output
    with ablated(net, "0", by=Scale(2.0), expect_effect=False):
        net(X)
    with ablated(net, "0") as patch:
        net(X)
    assert patch.output_change > 0


def test_a_component_that_the_output_does_not_read_is_provably_unaffecting():
    class Aside(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.aside = nn.Linear(6, 6), nn.Linear(6, 6)

        def forward(self, x: Tensor) -> Tensor:
            self.aside(x)
            return self.a(x)

    net = Aside()
    with ablated(net, "aside") as patch:
        net(X)
    assert patch.output_change == 0.0
    assert patch.acted[0].proven


def test_the_comparison_draws_the_same_random_numbers_and_moves_no_stream():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(6, 6), nn.Dropout(0.5), nn.Hardtanh(-1e-9, 1e-9)).train()
    net[0].bias.fill_(9.0)  # with other dropout the output would differ; with the same it cannot
    torch.manual_seed(7)
    expected = (net(X), torch.rand(1))

    torch.manual_seed(7)
    with pytest.raises(AblationHadNoEffectError), ablated(net, "0", by=Scale(2.0)):
        got = net(X)
    assert torch.equal(got, expected[0])
    assert torch.equal(torch.rand(1), expected[1])


def test_the_comparison_leaves_running_statistics_alone():
    torch.manual_seed(0)
    net, twin = (nn.Sequential(nn.Linear(6, 6), nn.BatchNorm1d(6)) for _ in "ab")
    twin.load_state_dict(net.state_dict())
    with ablated(net, "0"):
        net(X)
    with ablated(twin, "0", expect_effect=False):
        twin(X)
    assert all(torch.equal(a, b) for a, b in zip(net.buffers(), twin.buffers(), strict=True))


def test_inputs_that_a_module_writes_into_are_compared_as_they_were():
    class Consumes(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part = nn.Linear(6, 6)

        def forward(self, x: Tensor) -> Tensor:
            return self.part(x.mul_(0.5)) + x

    net = Consumes()
    with ablated(net, "part") as patch:
        net(X.clone())
    own = net(X.clone())
    without = X * 0.5
    expected = float((own - without).abs().max() / own.abs().max())
    assert patch.output_change == pytest.approx(expected, rel=1e-5)


def test_an_argument_of_another_kind_is_not_run_twice():
    class Counts:
        calls = 0

    class Takes(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part = nn.Linear(6, 6)

        def forward(self, x: Tensor, cache: Counts) -> Tensor:
            cache.calls += 1
            return self.part(x)

    net, cache = Takes(), Counts()
    with ablated(net, "part") as patch:
        net(X, cache)
    assert cache.calls == 1
    assert patch.output_change is None


def test_nested_ablations_are_compared_with_what_is_around_them(vision, images):
    with ablated(vision, "blocks.0.mlp") as outer, ablated(vision, "blocks.1.mlp") as inner:
        vision(images)
    assert inner.output_change > 0
    assert outer.output_change > 0
