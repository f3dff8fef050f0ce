"""Whether a sweep of little work runs whole passes, and proves as much by fewer of them."""

import numpy as np
import pytest
import torch
from torch import nn

import ablation
from ablation.neural.errors import AlreadyAblatedError, RandomModuleError
from ablation.neural.sweep.worth import LITTLE


@pytest.fixture(autouse=True)
def recorded() -> None:
    """As it is outside of tests."""


def perceptron(depth: int, width: int) -> nn.Sequential:
    torch.manual_seed(0)
    steps = [step for _ in range(depth) for step in (nn.Linear(width, width), nn.ReLU())]
    return nn.Sequential(*steps, nn.Linear(width, 3)).eval()


def first(output: torch.Tensor) -> torch.Tensor:
    return output[:, 0]


def test_few_ablations_of_a_tiny_network_are_whole_passes_and_the_table_says_so():
    found = ablation.sweep(perceptron(2, 16), torch.randn(8, 16), ["0", "2"], metric=first)
    assert (found.attrs["engine"], found.attrs["reason"]) == ("naive", LITTLE)
    assert found["exact"].all()
    assert found.attrs["forwards"] == 2 + 3  # rows; as it is, once more, and by rounding


@pytest.mark.parametrize(
    ("net", "examples", "components", "batch_size"),
    [
        (perceptron(2, 16), 8, ["0[*]", "2[*]"], None),  # many rows
        (perceptron(2, 16), 256, ["0", "2"], 8),  # many batches
        (perceptron(4, 512), 512, ["0", "2"], None),  # much arithmetic
    ],
)
def test_more_rows_batches_or_arithmetic_are_recorded(net, examples, components, batch_size):
    x = torch.randn(examples, net[0].in_features)
    found = ablation.sweep(net, x, components, metric=first, batch_size=batch_size)
    assert found.attrs["engine"] == "suffix"


def test_whoever_says_how_many_run_side_by_side_gets_them():
    net, x = perceptron(2, 16), torch.randn(8, 16)
    assert ablation.sweep(net, x, ["0", "2"], metric=first, together=2).attrs["engine"] == "suffix"


def test_both_roads_find_the_same():
    net, x = perceptron(2, 16), torch.randn(8, 16)
    plain = ablation.sweep(net, x, ["0", "2"], metric=first)
    quick = ablation.sweep(net, x, ["0", "2"], metric=first, together=2)
    assert plain["effect"].to_numpy() == pytest.approx(quick["effect"].to_numpy(), rel=1e-5)
    assert 0 < plain["noise_floor"][0] < 1e-5


class Shaken(nn.Module):
    """Draws from a stream that torch knows nothing of."""

    def __init__(self) -> None:
        super().__init__()
        self.part, self.rng = nn.Linear(2, 2), np.random.default_rng(0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.part(x) + 1e-4 * self.rng.random()


def test_little_work_is_no_excuse_for_noise():
    with pytest.raises(RandomModuleError):
        ablation.sweep(Shaken(), torch.rand(4, 2), ["part"], metric=first)


@pytest.mark.parametrize("together", [None, 2])
def test_a_sweep_of_what_is_ablated_already_is_refused_on_either_road(together):
    net, x = perceptron(1, 4), torch.randn(8, 4)
    with ablation.ablated(net, "0", expect_effect=False), pytest.raises(AlreadyAblatedError):
        ablation.sweep(net, x, ["0"], metric=first, together=together, verify=0)
