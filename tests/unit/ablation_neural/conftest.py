"""Networks to be ablated: a small vision transformer, and tanh blocks wired as any DAG."""

from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ablation.neural.sweep import running


@pytest.fixture(autouse=True)
def recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Record small networks too: what is tested on them is the quick road."""
    monkeypatch.setattr(running, "is_little", lambda *_: False)


class Attention(nn.Module):
    """Self-attention whose dropout happens inside torch's fused function."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.norm, self.heads, self.dropout = nn.LayerNorm(width), heads, dropout
        self.mix, self.write = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, stream: Tensor) -> Tensor:
        q, k, v = self.mix(self.norm(stream)).chunk(3, dim=-1)
        q, k, v = (each.unflatten(2, (self.heads, -1)).transpose(1, 2) for each in (q, k, v))
        rate = self.dropout if self.training else 0.0
        found = F.scaled_dot_product_attention(q, k, v, dropout_p=rate)
        return self.write(found.transpose(1, 2).flatten(2))


class Perceptron(nn.Module):
    """Two layers whose dropout is a function, not a module."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.norm, self.dropout = nn.LayerNorm(width), dropout
        self.widen, self.write = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, stream: Tensor) -> Tensor:
        hidden = F.dropout(F.gelu(self.widen(self.norm(stream))), self.dropout, self.training)
        return self.write(hidden)


class Block(nn.Module):
    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.attention = Attention(width, 2, dropout)
        self.mlp = Perceptron(width, dropout)
        self.drop = nn.Dropout(dropout)

    def forward(self, stream: Tensor) -> Tensor:
        stream = stream + self.drop(self.attention(stream))
        return stream + self.drop(self.mlp(stream))


class Vision(nn.Module):
    """Pre-norm residual blocks on 8x8 images."""

    def __init__(self, width: int = 16, depth: int = 2, dropout: float = 0.1) -> None:
        super().__init__()
        self.embed, self.position = nn.Linear(8, width), nn.Embedding(8, width)
        self.blocks = nn.ModuleList(Block(width, dropout) for _ in range(depth))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 10)

    def forward(self, images: Tensor) -> Tensor:
        places = torch.arange(8).expand(len(images), -1)
        stream = self.embed(images) + self.position(places)
        for block in self.blocks:
            stream = block(stream)
        return self.head(self.norm(stream).mean(1))


VISION = ["embed", "position", "blocks.*.attention", "blocks.*.mlp", "norm", "head"]


@pytest.fixture
def vision() -> nn.Module:
    torch.manual_seed(3)
    return Vision().eval()


@pytest.fixture
def images() -> Tensor:
    return torch.rand(4, 8, 8, generator=torch.Generator().manual_seed(5))


class Wired(nn.Module):
    """Tanh blocks that read the sum of their parents, in an order that their names do not tell."""

    def __init__(self, edges: Sequence[tuple[int, int]], names: Sequence[str]) -> None:
        super().__init__()
        self.parents = {j: [i for i, k in edges if k == j] for j in range(len(names))}
        self.order = list(names)
        self.parts = nn.ModuleDict(
            {name: nn.Sequential(nn.Linear(6, 6), nn.Tanh()) for name in sorted(names)}
        )

    def forward(self, x: Tensor) -> Tensor:
        made: list[Tensor] = []
        for j, name in enumerate(self.order):
            made.append(self.parts[name](sum((made[i] for i in self.parents[j]), x)))
        return torch.stack(made).sum(0)


@pytest.fixture
def wired() -> Callable[[Sequence[tuple[int, int]], Sequence[str]], nn.Module]:
    return lambda edges, names: Wired(edges, names).eval()
