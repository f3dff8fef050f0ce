"""Networks built by hand, of which it is known what each component is for."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

Rule = Callable[..., Tensor]


class Hand(nn.Module):
    """Components that pass on their input, times a weight; a rule that joins them."""

    def __init__(self, names: str, rule: Rule) -> None:
        super().__init__()
        self.parts = nn.ModuleDict({name: nn.Identity() for name in names})
        self.rule = rule

    def forward(self, x: Tensor) -> Tensor:
        """Column i of the input is what the i-th component reads."""
        columns = x.unbind(1)
        made = [part(columns[i]) for i, part in enumerate(self.parts.values())]
        return self.rule(*made)


@pytest.fixture
def hand() -> Callable[[str, Rule], nn.Module]:
    return lambda names, rule: Hand(names, rule).eval()


@pytest.fixture
def ones() -> Tensor:
    """Inputs near one, so that a component that is off is one that is missing."""
    return 1 + 0.01 * torch.rand(60, 4, generator=torch.Generator().manual_seed(0))


class Wired(nn.Module):
    """Tanh blocks that read the sum of their parents."""

    def __init__(self, edges: set[tuple[int, int]], many: int) -> None:
        super().__init__()
        self.edges = edges
        self.parts = nn.ModuleList(nn.Sequential(nn.Linear(5, 5), nn.Tanh()) for _ in range(many))

    def forward(self, x: Tensor) -> Tensor:
        made: list[Tensor] = []
        for j, part in enumerate(self.parts):
            made.append(part(sum((made[i] for i, k in sorted(self.edges) if k == j), x)))
        return torch.stack(made).sum(0)


@pytest.fixture
def wired_at_random() -> Callable[[int], tuple[nn.Module, Tensor]]:
    def make(seed: int) -> tuple[nn.Module, Tensor]:
        torch.manual_seed(seed)
        edges = {(i, j) for j in range(4) for i in range(j) if torch.rand(()) < 0.5}
        return Wired(edges, 4).eval(), torch.randn(20, 5)

    return make
