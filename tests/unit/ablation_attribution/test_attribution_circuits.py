"""The smallest circuit, against every subset run by hand."""

from itertools import chain, combinations

import pytest
import torch
from torch import Tensor, nn

from ablation import Mean, Predicted, Zero, ablated
from ablation.attribution import EvidenceNeverHeldError, circuit
from ablation.attribution.circuits import StillRandomError, TooSmallBudgetError
from ablation.errors import AblationError
from ablation.neural.errors import UnknownModuleError

NAMES = [f"parts.{i}" for i in range(6)]


class Votes(nn.Module):
    """Parts in two layers, so that some are of use only to others."""

    def __init__(self, rate: float = 0.0) -> None:
        super().__init__()
        self.parts = nn.ModuleList(nn.Linear(4, 4) for _ in range(6))
        self.head, self.drop = nn.Linear(4, 3), nn.Dropout(rate)

    def forward(self, x: Tensor) -> Tensor:
        first = x + sum(torch.tanh(2 * part(x)) for part in self.parts[:3])
        return self.head(
            self.drop(first + sum(torch.tanh(2 * part(first)) for part in self.parts[3:]))
        )


def network(seed: int) -> tuple[nn.Module, Tensor, int]:
    torch.manual_seed(seed)
    net, x = Votes().eval(), torch.randn(1, 4)
    with torch.no_grad():
        return net, x, int(net(x).argmax())


def by_hand(net: nn.Module, x: Tensor, label: int) -> dict[tuple[str, ...], bool]:
    """Whether the label stays, for every set of parts that is off."""
    kept = {}
    every = chain.from_iterable(combinations(NAMES, size) for size in range(7))
    for off in every:
        with torch.no_grad(), ablated(net, off or "head", by=Zero(), expect_effect=False):
            kept[off] = int(net(x).argmax()) == label
    with torch.no_grad():
        kept[()] = int(net(x).argmax()) == label
    return kept


@pytest.mark.parametrize("seed", range(8))
def test_a_circuit_is_the_smallest_of_all_subsets(seed):
    net, x, label = network(seed)
    kept = by_hand(net, x, label)
    found = circuit(net, x, NAMES, keeps=Predicted(label))
    rest = {off: tuple(name for name in NAMES if name not in off) for off in kept}
    size = min(len(rest[off]) for off, holds in kept.items() if holds)
    smallest = {rest[off] for off, holds in kept.items() if holds and len(rest[off]) == size}
    assert found.proof == "smallest"
    assert set(found.alternatives) == smallest
    assert found.members in smallest
    assert set(found.necessary) == set.intersection(*map(set, smallest))
    breaking = [off for off, holds in kept.items() if not holds]
    if not breaking:
        assert found.breaking is None
    else:
        fewest = min(map(len, breaking))
        assert found.breaking.proof == "smallest"
        assert set(found.breaking.alternatives) == {off for off in breaking if len(off) == fewest}
    assert found.runs <= 2**6


@pytest.mark.parametrize("seed", range(8))
def test_with_a_small_budget_no_member_can_go_and_nothing_more_is_claimed(seed):
    net, x, label = network(seed)
    found = circuit(net, x, NAMES, keeps=Predicted(label), budget=42)
    if found.proof == "minimal":
        assert found.alternatives == found.necessary == ()
    kept = by_hand(net, x, label)

    def holds(members: tuple[str, ...]) -> bool:
        return kept[tuple(name for name in NAMES if name not in members)]

    assert holds(found.members)
    for out in found.members:
        assert not holds(tuple(name for name in found.members if name != out))
    with pytest.raises(TooSmallBudgetError, match="may need 42"):
        circuit(net, x, NAMES, keeps=Predicted(label), budget=41)


def test_of_a_batch_a_share_of_right_answers_can_be_kept():
    net, _, _ = network(3)
    many = torch.randn(40, 4)
    with torch.no_grad():
        labels = net(many).argmax(1)

    def keeps(output: Tensor) -> Tensor:
        return (output.argmax(1) == labels).double().mean() - 0.7

    found = circuit(net, many, NAMES, keeps=keeps, by=Mean())
    off = [name for name in NAMES if name not in found.members]
    with torch.no_grad(), ablated(net, off, by=Mean()):
        assert keeps(net(many)) == pytest.approx(found.found.margin)
    assert found.baseline == pytest.approx(0.3)
    assert str(found).startswith("parts.")


def test_a_truth_serves_and_an_empty_circuit_is_an_answer():
    net, x, _ = network(0)
    found = circuit(net, x, NAMES, keeps=lambda _: True)
    assert found.members == ()
    assert found.breaking is None
    assert "Even with all 6 components off" in str(found)


def test_what_has_no_circuit_is_refused_and_the_module_restored():
    net, x, label = network(1)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    with pytest.raises(EvidenceNeverHeldError):
        circuit(net, x, NAMES, keeps=Predicted(1 - label if label < 2 else 0))
    with pytest.raises(StillRandomError, match="eval"):
        circuit(Votes(0.5).train(), x, NAMES, keeps=lambda _: True)
    with pytest.raises(UnknownModuleError, match="Did you mean parts"):
        circuit(net, x, ["parts.9"], keeps=lambda _: True)
    with pytest.raises(AblationError, match="returned 'yes'"):
        circuit(net, x, NAMES, keeps=lambda _: "yes")
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())
    assert all("forward" not in part.__dict__ for part in net.modules())
