"""What a training of several arms made: their losses and their weights."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ablation.neural.forwards import standing_in
from ablation.neural.isolation import unchanged
from ablation.neural.training.arms import Arm
from ablation.neural.training.initial import Build
from ablation.neural.training.switches import Switches


@dataclass(frozen=True, slots=True)
class Trained:
    """One column of `losses` and one state for each arm, in the order they were given."""

    arms: tuple[Arm, ...]
    losses: NDArray[np.float64]  # one row a step
    states: tuple[Mapping[str, Tensor], ...]
    build: Build
    engine: str  # how many at a time, how many steps were replayed, and why not more

    def module(self, arm: int) -> nn.Module:
        """Build the module of one arm, in eval mode; nothing is off in it."""
        with torch.random.fork_rng():
            module = self.build()
        module.load_state_dict(dict(self.states[arm]))
        return module.eval()

    def measure(self, metric: Callable[[nn.Module], float]) -> pd.DataFrame:
        """Read a number off every arm, with its components off as in training.

        One row an arm: its seed, what is off in it, and the value.
        """
        return pd.DataFrame(
            {
                "arm": str(arm),
                "seed": arm.seed,
                "off": ", ".join(arm.off),
                "value": self._measured(number, metric),
            }
            for number, arm in enumerate(self.arms)
        )

    def _measured(self, arm: int, metric: Callable[[nn.Module], float]) -> float:
        module = self.module(arm)
        switches = Switches.of(module, [self.arms[arm]])
        weights = next(module.parameters(), torch.empty(0))
        switches.off = switches.mask(0).to(weights.device)
        with torch.no_grad(), unchanged(module), standing_in(switches.stand_ins()):
            return float(metric(module))

    def __str__(self) -> str:
        steps, _ = self.losses.shape
        last = ", ".join(f"{value:.4g}" for value in self.losses[-1])
        return f"{len(self.arms)} arms, {steps} steps, {self.engine}; last losses {last}"
