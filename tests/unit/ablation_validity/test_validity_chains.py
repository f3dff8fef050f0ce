"""Two real links need not make a path; an ablation changes nothing that is not downstream."""

import pytest
import torch
from torch import Tensor, nn

import ablation
from ablation import Zero
from ablation.neural.components import Components
from ablation.neural.selection import select
from ablation.neural.validity import audit
from ablation.neural.validity.collateral import collateral
from ablation.neural.validity.laboratory import Laboratory


class Chain(nn.Module):
    """b passes on two numbers: one that depends on a, one that does not; somebody reads one."""

    def __init__(self, read: int) -> None:
        super().__init__()
        self.a, self.b, self.side = nn.Identity(), nn.Identity(), nn.Identity()
        self.read = read

    def forward(self, x: Tensor) -> Tensor:
        first = self.a(x[:, :1])
        second = self.b(torch.cat([first, x[:, 1:2]], 1))
        return second[:, self.read] + 0 * self.side(x[:, 2])


@pytest.mark.parametrize(("read", "verdict"), [(0, "transitive"), (1, "not transitive")])
def test_the_composed_path_decides_and_not_its_links(ones, read, verdict):
    found = audit(Chain(read), ones, metric=lambda y: y, margin=0.1, by=Zero())
    [chain] = found.chains
    assert (chain.source, chain.through, chain.verdict) == ("a", "b", verdict)
    assert chain.link == pytest.approx(1, abs=0.02), "a -> b is real"
    assert found.verdict("b").startswith("necessary"), "b -> metric is real"
    assert chain.estimate.effect == pytest.approx(1 - read, abs=0.02)


def test_effects_that_cancel_along_two_paths_are_each_there():
    """a acts through b and past it, with opposite signs: nothing in total, something by path."""

    class Cancel(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Identity(), nn.Identity()

        def forward(self, x: Tensor) -> Tensor:
            made = self.a(x)
            return (self.b(made) - made)[:, 0]

    x = 1 + torch.rand(50, 1)
    found = audit(Cancel(), x, metric=lambda y: y, margin=0.1, by=Zero())
    assert found.verdict("a").startswith("redundant with b")
    [chain] = found.chains
    assert chain.verdict == "transitive"
    assert chain.estimate.effect == pytest.approx(float(x.mean()), abs=1e-5)


def test_non_descendants_are_compared_and_do_not_change(ones):
    found = audit(Chain(0), ones, metric=lambda y: y, margin=0.1, by=Zero())
    assert {each.component: each.compared for each in found.collateral} == {
        "a": 1,
        "b": 2,
        "side": 2,
    }
    assert all(each.clean for each in found.collateral)
    assert "5 comparisons, the change is exactly zero" in str(found)


def test_a_hidden_channel_between_components_is_found():
    class Hidden(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b, self.note = nn.Identity(), nn.Identity(), {}

        def forward(self, x: Tensor) -> Tensor:
            self.note["a"] = float(self.a(x).sum())  # a number that no tensor carries on
            return self.b(x * self.note["a"])[:, 0]

    net, x = Hidden(), torch.ones(50, 1)
    lab = Laboratory(net, x, select(net, ["a", "b"]), lambda y: y)
    graph = Components.of(net, x, ["a", "b"])
    assert ("a", "b") not in graph.edges
    found = {each.component: each.changed for each in collateral(lab, Zero(), graph)}
    assert found == {"a": ("b",), "b": ()}
    told = str(audit(net, x, ["a", "b"], metric=lambda y: y, margin=0.1, by=Zero()))
    assert "Non-descendants CHANGE: a changes b." in told


@pytest.mark.parametrize("seed", range(5))
def test_in_random_nets_nothing_changes_that_is_not_downstream(wired_at_random, seed):
    net, x = wired_at_random(seed)
    found = ablation.audit(
        net, x, "parts.*", metric=lambda y: y[:, 0], margin=0.01, by=Zero(), order=1, draws=0
    )
    assert all(each.clean for each in found.collateral)
    assert sum(each.compared for each in found.collateral) >= 4 * 3 / 2
