"""How much processor time does training five seeds of a tiny vision transformer take?

One after another, by torch's own loop written by hand, is 1; beside it, the same arms by
`train_together`, which finds their initial weights by name as well, and records a step to replay
it; its time holds all of that. What is saved is the time between operations, so it shrinks as
batches grow: at 32 images, the arithmetic is more than half of the loop. The loop has no keyed
noise: dropout of many arms is drawn by seed, step and place. Processor seconds of one thread;
ratios of the same turn, their median.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn import functional

import ablation


class Block(nn.Module):
    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mix, self.write = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.drop = nn.Dropout(dropout)

    def attention(self, x: Tensor) -> Tensor:
        q, k, v = self.mix(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        spread = (q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5).softmax(-1)
        return self.write((spread @ v).transpose(1, 2).flatten(2))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.drop(self.attention(self.first(x)))
        return x + self.drop(self.mlp(self.second(x)))


class Vision(nn.Module):
    """Images of 8 by 8 pixels in patches of 2 by 2."""

    def __init__(self, dropout: float, width: int = 32) -> None:
        super().__init__()
        self.embed = nn.Linear(4, width)
        self.position = nn.Parameter(0.02 * torch.randn(16, width))
        self.blocks = nn.ModuleList(Block(width, 4, dropout) for _ in range(4))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 10)

    def forward(self, images: Tensor) -> Tensor:
        patches = images.unfold(1, 2, 2).unfold(2, 2, 2).flatten(3).flatten(1, 2)
        x = self.embed(patches) + self.position
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x).mean(1))


@dataclass(frozen=True)
class Work:
    name: str
    arms: tuple[ablation.Arm, ...]
    batch: int = 8
    dropout: float = 0.0


SEEDS = tuple(map(ablation.Arm, range(5)))
WORKS = (
    Work("5 seeds, batches of 8", SEEDS),
    Work("5 seeds, batches of 32", SEEDS, batch=32),
    Work("5 seeds, batches of 8, dropout 0.1", SEEDS, dropout=0.1),
    Work(
        "1 seed, whole and without each of 4 perceptrons, batches of 8",
        (SEEDS[0], *(ablation.Arm(0, off=(f"blocks.{i}.mlp",)) for i in range(4))),
    ),
)


def batches(seed: int, steps: int, size: int) -> list[tuple[Tensor, Tensor]]:
    draw = torch.Generator().manual_seed(seed)
    return [
        (torch.rand(size, 8, 8, generator=draw), torch.randint(10, (size,), generator=draw))
        for _ in range(steps)
    ]


def error(model: Callable[[Tensor], Tensor], batch: tuple[Tensor, Tensor]) -> Tensor:
    return functional.cross_entropy(model(batch[0]), batch[1])


def adamw(weights: object) -> torch.optim.Optimizer:
    return torch.optim.AdamW(weights, lr=1e-3)


def by_hand(work: Work, steps: int) -> None:
    for arm in work.arms:
        torch.manual_seed(arm.seed)
        module = Vision(work.dropout).train()
        optimiser = adamw(module.parameters())
        for batch in batches(arm.seed, steps, work.batch):
            optimiser.zero_grad()
            error(module, batch).backward()
            optimiser.step()


def together(work: Work, steps: int) -> None:
    ablation.train_together(
        lambda: Vision(work.dropout),
        work.arms,
        lambda seed: batches(seed, steps, work.batch),
        loss=error,
        optimiser=adamw,
    )


def table(quick: bool) -> pd.DataFrame:
    """Processor milliseconds of both ways, and their ratio, by work."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        lengths = [(work, 20 if quick else 60) for work in WORKS]
        lengths += [] if quick else [(WORKS[0], 240), (WORKS[2], 240)]
        return pd.DataFrame(_row(work, steps) for work, steps in lengths)
    finally:
        torch.set_num_threads(threads)


def _row(work: Work, steps: int) -> dict[str, object]:
    times = []
    for _ in range(6):
        spent = []
        for way in (by_hand, together):
            start = time.process_time()
            way(work, steps)
            spent.append(time.process_time() - start)
        times.append(spent)
    times = times[1:]  # the first turn warms up
    ratios = [loop / ours for loop, ours in times]
    return {
        "work": f"{work.name}, {steps} steps",
        "one by one ms": f"{1e3 * statistics.median(t[0] for t in times):.0f}",
        "together ms": f"{1e3 * statistics.median(t[1] for t in times):.0f}",
        "ratio": f"{statistics.median(ratios):.2f}",
        "range": f"{min(ratios):.2f} to {max(ratios):.2f}",
    }
