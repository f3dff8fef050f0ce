"""Modules that keep, write, branch, convert or return what others do not: right, or one line."""

import logging
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import ablation
from ablation.attribution.amount import MetricError
from ablation.errors import AblationError
from ablation.neural import ablated
from ablation.neural.errors import AblationHadNoEffectError, OperatorCannotServeError
from ablation.neural.validity.errors import NoUnitsError


class Odd(nn.Module):
    """Two layers, and something odd between them or after."""

    def __init__(self, between: Callable[[nn.Module, Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.a, self.h, self.between = nn.Linear(4, 4), nn.Linear(4, 2), between

    def forward(self, x: Tensor) -> Tensor:
        return self.h(self.between(self, self.a(x), x))


def keeps(module: nn.Module, y: Tensor, x: Tensor) -> Tensor:
    if not hasattr(module, "kept"):
        module.kept = y
    return module.kept


def counts(module: nn.Module, y: Tensor, x: Tensor) -> Tensor:
    module.calls = getattr(module, "calls", 0) + 1
    return y * module.calls


def writes(module: nn.Module, y: Tensor, x: Tensor) -> Tensor:
    x.mul_(2)
    return y.add_(1) + x


def branches(module: nn.Module, y: Tensor, x: Tensor) -> Tensor:
    return y * 2 if float(y.sum()) > 0 else -y


def loops(module: nn.Module, y: Tensor, x: Tensor) -> Tensor:
    while bool(y.abs().max() > 0.1):
        y = y / 2
    return y


def converts(module: nn.Module, y: Tensor, x: Tensor) -> Tensor:
    return torch.from_numpy(np.tanh(y.detach().numpy()))


ODD = {each.__name__: each for each in (keeps, counts, writes, branches, loops, converts)}


@pytest.mark.parametrize("kind", ODD)
def test_every_question_is_answered_and_nothing_is_left_behind(kind, capfd, caplog):
    """The total effect is that of two runs of a fresh module; torch's refusals are not printed."""
    torch.manual_seed(0)
    net, x = Odd(ODD[kind]).eval(), torch.rand(5, 4)
    before = {name: dict(part.__dict__) for name, part in net.named_modules()}
    given, weights = x.clone(), [each.clone() for each in net.parameters()]

    def first(output: Tensor) -> Tensor:
        return output[:, 0]

    with torch.no_grad():
        plain = fresh(net, kind)(x.clone())
        without = fresh(net, kind)
        without.a = Zeros()
        total = float((plain - without(x.clone()))[:, 0].mean())
    with caplog.at_level(logging.WARNING):
        found = ablation.mediation(net, x, "a", through="h", metric=first)
        assert found.total.value == pytest.approx(total, abs=1e-6)
        assert ablation.flow(net, x, ["a", "h"], metric=first).nodes["effect"][0] == pytest.approx(
            total, abs=1e-6
        )
        audit = ablation.audit(net, x, ["a", "h"], metric=first, margin=0.1, draws=2)
        told = ablation.explain(net, x[:1], "a", event=lambda y: float(y.abs().sum()) >= 0)
        with torch.no_grad(), ablation.ablated(net, "a"):
            net(x.clone())
    assert audit.roles[0].component == "a"
    assert told.probability == 1
    assert torch.equal(x, given), "the inputs are the user's"
    assert {name: dict(part.__dict__) for name, part in net.named_modules()} == before
    assert all(map(torch.equal, weights, net.parameters()))
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


class Zeros(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x)


def fresh(net: nn.Module, kind: str) -> Odd:
    other = Odd(ODD[kind]).eval()
    other.load_state_dict(net.state_dict())
    return other


def test_what_is_trained_while_something_is_off_stays_trained():
    net = Odd(counts).train()
    with ablation.ablated(net, "a"):
        net(torch.rand(5, 4)).sum().backward()
    assert net.calls == 1
    assert net.h.bias.grad is not None


def test_an_output_that_is_sparse_is_compared():
    class Sparse(Odd):
        def forward(self, x: Tensor) -> Tensor:
            return self.h(self.a(x)).to_sparse()

    net = Sparse(keeps).eval()
    with torch.no_grad(), ablation.ablated(net, "a") as patch:
        net(torch.rand(5, 4))
    assert patch.acted[0].proven
    with (
        pytest.raises(AblationHadNoEffectError),
        torch.no_grad(),
        ablation.ablated(net, "a", by=ablation.Scale(1.0)),
    ):
        net(torch.rand(5, 4))


def test_complex_numbers_are_no_metric():
    net, x = Odd(branches).eval(), torch.rand(5, 4)

    def spectrum(output: Tensor) -> Tensor:
        return torch.fft.fft(output)[:, 1]

    for asked, error in (
        (lambda: ablation.flow(net, x, ["a", "h"], metric=spectrum), MetricError),
        (lambda: ablation.audit(net, x, ["a", "h"], metric=spectrum, margin=1), NoUnitsError),
    ):
        with pytest.raises(error) as caught:
            asked()
        assert isinstance(caught.value, AblationError)
        assert "\n" not in str(caught.value)


def test_tensors_of_another_layout_are_refused_in_one_line():
    class Other(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part = nn.Identity()

        def forward(self, x: Tensor) -> Tensor:
            return self.part(x.to_sparse())

    net = Other()
    refused = pytest.raises(OperatorCannotServeError, match="'part' passes on a nested or sparse")
    with refused, ablated(net, "part"):
        net(torch.rand(3, 4))
    assert "forward" not in vars(net.part)
