"""Dropout that is drawn ahead is the dropout that would have been drawn; arms really differ."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn, optim
from torch.nn import functional as F

import ablation
from ablation import Arm
from ablation.neural.errors import AblationHadNoEffectError
from ablation.neural.training import loops, train_together


class Drops(nn.Module):
    """Dropout in place, by torch's function, by a copy of its name, and noise of one's own."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind, self.norm = kind, nn.BatchNorm1d(16)
        self.read, self.head = nn.Linear(20, 16), nn.Linear(16, 3)
        self.drop = nn.Dropout(0.3, inplace=True)

    def forward(self, x: Tensor, step: int) -> Tensor:
        x = self.norm(self.drop(self.read(x.flatten(1))).tanh())
        match self.kind:
            case "later" if step > 2:
                return self.head(x * torch.rand_like(x))
            case "often":
                for _ in range(step % 3):
                    x = F.dropout(x, 0.1 * (1 + step % 2))
            case "own":
                x = x * torch.bernoulli(torch.full_like(x, 0.5))
            case "copied":
                x = dropout(x, 0.4)
            case "all":
                x = x + F.dropout(x, 1.0)
        return self.head(x)


dropout = F.dropout  # a name of its own, as code has that imports the function


@pytest.mark.parametrize("kind", ["plain", "later", "often", "own", "copied", "all"])
def test_masks_that_are_drawn_ahead_are_those_that_would_be_drawn(kind, monkeypatch):
    """Also where a step drops elsewhere than the step watched, or draws something else."""

    def batches(seed: int) -> list[tuple[Tensor, Tensor, int]]:
        draw = torch.Generator().manual_seed(seed)
        sizes = [6, 6, 6, 6, 4, 6, 6, 6]  # the short one is learned anew
        images = [torch.randn(size, 5, 4, generator=draw).double() for size in sizes]
        return [(x, torch.arange(len(x)) % 3, step) for step, x in enumerate(images)]

    def loss(model: Callable[..., Tensor], batch: tuple[Tensor, Tensor, int]) -> Tensor:
        return F.cross_entropy(model(batch[0], batch[2]), batch[1])

    def sgd(weights: list[nn.Parameter]) -> optim.Optimizer:
        return optim.SGD(weights, lr=0.1)

    def trained(together: int) -> ablation.Trained:
        how = {"loss": loss, "optimiser": sgd, "together": together}
        arms = [0, 1, Arm(1, off=("drop",))]
        return train_together(lambda: Drops(kind).double(), arms, batches, **how)

    state = torch.get_rng_state()
    every = [trained(3), trained(1)]
    monkeypatch.setattr(loops, "shapes", lambda row: object())  # so every step is watched
    for other in (every[1], trained(1)):
        np.testing.assert_allclose(every[0].losses, other.losses, rtol=1e-9)
        for one, another in zip(every[0].states, other.states, strict=True):
            for name, value in one.items():
                torch.testing.assert_close(value, another[name], rtol=1e-7, atol=1e-9)
    assert torch.equal(torch.get_rng_state(), state)
    assert F.dropout is dropout


@pytest.mark.parametrize("together", [1, 2])
def test_an_arm_without_what_never_runs_is_no_second_baseline(together):
    """The whole network trained again, and reported as an ablation, is worse than no answer."""

    class Spare(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.head, self.spare = nn.Linear(4, 3), nn.Linear(4, 3)

        def forward(self, x: Tensor) -> Tensor:
            return F.linear(x, self.head.weight) + 0 * F.linear(x, self.spare.weight)

    with pytest.raises(AblationHadNoEffectError, match="'spare' by zero had no effect: it was nev"):
        train_together(
            Spare,
            [0, Arm(0, off=("spare",))],
            [torch.rand(5, 4)],
            loss=lambda model, batch: model(batch).square().mean(),
            optimiser=lambda weights: optim.SGD(weights, lr=0.1),
            together=together,
        )
