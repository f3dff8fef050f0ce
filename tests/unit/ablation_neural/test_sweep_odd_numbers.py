"""Sparse tensors in the flow, complex metrics, and questions about nothing."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import ablation
from ablation.neural.dataflow import followed
from ablation.neural.errors import NotNamesError, RandomModuleError
from ablation.neural.selection import select
from ablation.neural.sweep.errors import ComplexMetricError, QuestionError

X = torch.rand(8, 4, generator=torch.Generator().manual_seed(1))


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2)).eval()


class Sparse(nn.Module):
    """Makes a sparse tensor on the way, and returns one."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.b(self.a(x).to_sparse().to_dense()).to_sparse()


def test_sparse_tensors_are_followed_and_swept():
    torch.manual_seed(0)
    net = Sparse().eval()
    assert followed(net, X, select(net)) == {("a", "b")}
    dense = nn.Sequential(net.a, net.b)
    found = ablation.sweep(net, X, ["a"], metric=lambda output: output.to_dense()[:, 0])
    wanted = ablation.sweep(dense, X, ["0"], metric=lambda output: output[:, 0])
    assert found["effect"][0] == pytest.approx(wanted["effect"][0], rel=1e-6)
    assert found["noise_floor"][0] < 1e-5


@pytest.mark.parametrize("together", [None, 3])
@pytest.mark.parametrize("summed", [False, True])
def test_a_sparse_metric_is_read_as_a_dense_one(together, summed):
    def score(output: Tensor) -> Tensor:
        return output.sum() if summed else output[:, 0]

    ways = [lambda output: score(output).to_sparse(), score]
    one, other = (
        ablation.sweep(network(), X, ["0[*]"], metric=metric, together=together) for metric in ways
    )
    assert one["effect"].to_numpy() == pytest.approx(other["effect"].to_numpy(), rel=1e-6)


@pytest.mark.parametrize(
    "metric",
    [
        lambda output: torch.complex(output[:, 0], output[:, 1]),
        lambda output: torch.complex(output[:, 0], output[:, 1]).mean(),
        lambda output: output[:, 0].detach().numpy() * 1j,
        lambda output: np.complex64(1j),
        lambda output: 1j,
    ],
)
def test_complex_metrics_are_refused_in_one_line(metric):
    with pytest.raises(ComplexMetricError, match=r"^the metric returned complex .*real ones.*$"):
        ablation.sweep(network(), X, ["0[*]"], metric=metric)


def test_a_screen_refuses_complex_metrics_too():
    with pytest.raises(ComplexMetricError):
        ablation.screen(
            network(), X, "0[*]", metric=lambda output: torch.complex(output[:, 0], output[:, 1])
        )


def test_no_subsets_are_refused():
    with pytest.raises(QuestionError, match=r"subsets is empty; expected 1, 2, \.\.\. or lists"):
        ablation.sweep(network(), X, ["0"], metric=lambda output: output[:, 0], subsets=[])


def test_a_graph_of_no_components_is_refused():
    with pytest.raises(NotNamesError, match="nothing was asked for: components are named"):
        ablation.Components.of(network(), X, [])


@dataclass
class Answer:
    """A container that torch's registry does not know."""

    logits: Tensor


class Wrapped(nn.Module):
    """Returns its answer in a container, or beside one."""

    def __init__(self, wrap: Callable[[Tensor], object]) -> None:
        super().__init__()
        self.net, self.wrap = network(), wrap

    def forward(self, x: Tensor) -> object:
        return self.wrap(self.net(x))


@pytest.mark.parametrize(
    ("wrap", "metric", "reason"),
    [
        (
            Answer,
            lambda output: output.logits[:, 0],
            "the metric reads Answer, in which no tensor is seen",
        ),
        (
            lambda y: (y, Answer(y)),
            lambda output: output[1].logits[:, 0],
            "the metric reads Answer, in which no tensor is seen",
        ),
        (
            lambda y: (y, Answer(y)),
            lambda output: getattr(output[1], "logits", output[0] * 0)[:, 0],  # raises nothing
            "the metric reads Answer, in which no tensor is seen",
        ),
        (lambda y: (y, Answer(y)), lambda output: output[0][:, 0], ""),
        (
            lambda y: y.detach().numpy(),
            lambda output: output[:, 0],
            "a branch in the code depends on the data (numpy)",
        ),
    ],
)
def test_what_a_metric_reads_where_nothing_is_seen_comes_from_whole_passes(wrap, metric, reason):
    found = ablation.sweep(Wrapped(wrap), X, ["net.*"], metric=metric, together=2)
    wanted = ablation.sweep(network(), X, metric=lambda output: output[:, 0], together=2)
    assert found["effect"].tolist() == pytest.approx(wanted["effect"].tolist(), rel=1e-5)
    assert found.attrs["engine"] == ("naive" if reason else "suffix")
    assert found.attrs["reason"].startswith(reason)


@pytest.mark.parametrize("together", [None, 2])
def test_chance_is_refused_where_no_tensor_is_seen_in_the_output(together):
    net = Wrapped(lambda y: Answer(nn.functional.dropout(y, 0.5)))
    with pytest.raises(RandomModuleError, match=r"differ at 'the metric' by .* Call module.eval"):
        ablation.sweep(net, X, metric=lambda out: out.logits[:, 0], together=together)
