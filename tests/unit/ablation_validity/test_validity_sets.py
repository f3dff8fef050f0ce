"""Sets that a sweep switches off are the sets that whole passes switch off."""

import pytest
import torch
from torch import nn

import ablation
from ablation import Constant, Freeze, Mean, Resample, Scale, Zero
from ablation.neural.validity import sets


def both(monkeypatch, net: nn.Module, x: torch.Tensor, **how: object) -> list[ablation.Audit]:
    """The audit as it is, and with every set run by itself."""
    how = {"metric": lambda y: y.sum(1), "margin": 0.2, "draws": 0, "order": 2} | how
    monkeypatch.setattr(sets, "FEW", 1)
    swept = ablation.audit(net, x, "parts.*", **how)
    monkeypatch.setattr(sets, "FEW", 10**9)
    return [swept, ablation.audit(net, x, "parts.*", **how)]


@pytest.mark.parametrize("by", [Zero(), Constant(0.3), Mean(), Freeze(), Scale(0.5)])
@pytest.mark.parametrize("seed", range(2))
def test_verdicts_are_those_of_whole_passes(by, seed, wired_at_random, monkeypatch):
    net, x = wired_at_random(seed)
    reference = x.flip(0) if by == Freeze() else None
    swept, alone = both(monkeypatch, net, x, by=by, order=4, reference=reference)
    assert swept.roles == alone.roles
    assert [each.components for each in swept.sets] == [each.components for each in alone.sets]
    for one, other in zip(swept.sets, alone.sets, strict=True):
        assert one.estimate.effect == pytest.approx(other.estimate.effect, rel=1e-5, abs=1e-7)
    assert swept.forwards != alone.forwards, "one of them ran a sweep"


def test_a_deep_network_is_audited_in_fewer_passes(monkeypatch):
    class Deep(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.parts = nn.Sequential(*(nn.Linear(8, 8) for _ in range(10)))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for part in self.parts:
                x = x + part(x).tanh()
            return x

    torch.manual_seed(0)
    swept, alone = both(monkeypatch, Deep().eval(), torch.randn(12, 8), by=Zero())
    assert swept.roles == alone.roles
    assert swept.forwards < 0.8 * alone.forwards


def test_draws_of_a_random_replacement_stay_those_of_the_component(wired_at_random, monkeypatch):
    """A sweep would draw anew for every set, and effects of sets could not be compared."""
    swept, alone = both(monkeypatch, *wired_at_random(0), by=Resample(), order=4)
    assert swept.roles == alone.roles
    assert swept.forwards == alone.forwards
