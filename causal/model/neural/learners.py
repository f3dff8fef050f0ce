"""Two learners: a mean by a network with added noise, and a whole conditional law by a flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from causal.errors import DataError
from causal.model.continuous.curves import Curve
from causal.model.continuous.flow import Flow
from causal.model.continuous.network import Layer, Network, NetworkCurve
from causal.model.fitting.features import lines
from causal.model.fitting.regression import added
from causal.model.fitting.residuals import Automatic, NoiseChoice
from causal.model.fitting.task import Task
from causal.model.mechanism import Mechanism
from causal.model.noise import Floats, floats

__all__ = ["Flows", "Perceptron"]

Loss: TypeAlias = Callable[[Tensor, Tensor], Tensor]

FEWEST = 50  # rows for a network
HELD_BACK = 5  # one row in so many says when to stop


@dataclass(frozen=True)
class Perceptron:
    """A network for the mean, trained on squared error, plus noise; early stopping.

    Training is full-batch and in double precision, so that the same seed gives the same weights.
    """

    hidden: tuple[int, ...] = (32, 32)
    steps: int = 600
    rate: float = 0.01
    seed: int = 0
    noise: NoiseChoice = field(default_factory=Automatic)

    def curve(self, task: Task, weights: Floats | None = None) -> Curve:
        """The mean as a curve."""
        _check(task)
        target = task.numbers
        centre, width = float(target.mean()), float(target.std()) or 1.0
        y = torch.from_numpy((target - centre) / width)
        counted = (
            torch.ones_like(y) if weights is None else torch.from_numpy(weights / weights.mean())
        )

        def loss(output: Tensor, rows: Tensor) -> Tensor:
            return (counted[rows] * (output[:, 0] - y[rows]) ** 2).mean()

        layers = _trained(task, self, 1, loss)
        *hidden, (last, biases) = layers
        scaled = tuple(tuple(width * w for w in row) for row in last)
        out: Layer = (scaled, tuple(centre + width * b for b in biases))
        return NetworkCurve(_network(task, (*hidden, out)))

    def learn(self, task: Task) -> Mechanism:
        """The network plus noise."""
        return added(self.curve(task), task, self.noise)


@dataclass(frozen=True)
class Flows:
    """A flow, trained by maximum likelihood: any conditional law, and a unit keeps its rank."""

    parts: int = 5
    hidden: tuple[int, ...] = (32, 32)
    steps: int = 600
    rate: float = 0.01
    seed: int = 0

    def learn(self, task: Task) -> Mechanism:
        """The flow of highest likelihood, stopped early."""
        _check(task)
        target = task.numbers
        centre, width = float(target.mean()), float(target.std()) or 1.0
        y = torch.from_numpy((target - centre) / width)[:, None]

        def loss(output: Tensor, rows: Tensor) -> Tensor:
            scores, places, log_scales = output.chunk(3, dim=1)
            log_scales = log_scales.clamp(-7, 7)
            z = (y[rows] - places) * torch.exp(-log_scales)
            each = nn.functional.logsigmoid(z) + nn.functional.logsigmoid(-z) - log_scales
            return -torch.logsumexp(scores.log_softmax(dim=1) + each, dim=1).mean()

        layers = _trained(task, self, 3 * self.parts, loss)
        network = _network(task, layers)
        return Flow(network, centre, width)


def _trained(
    task: Task, learner: Perceptron | Flows, outputs: int, loss: Loss
) -> tuple[Layer, ...]:
    """Layers at the step where the rows held back were predicted best."""
    matrix = torch.from_numpy(_standard(task)[0])
    rng = np.random.default_rng(learner.seed)
    model = _layers(matrix.shape[1], learner.hidden, outputs, rng)
    order = torch.from_numpy(rng.permutation(len(task)))
    back, rows = order[::HELD_BACK], order[torch.arange(len(task)) % HELD_BACK != 0]
    optimiser = torch.optim.Adam(model.parameters(), lr=learner.rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, learner.steps)
    best, kept = float("inf"), _arrays(model)
    for step in range(learner.steps):
        optimiser.zero_grad()
        error = loss(model(matrix[rows]), rows)
        error.backward()
        optimiser.step()
        schedule.step()
        if step % 10 == 9:
            with torch.no_grad():
                found = float(loss(model(matrix[back]), back))
            if found < best:
                best, kept = found, _arrays(model)
    return kept


def _layers(
    inputs: int, hidden: tuple[int, ...], outputs: int, rng: np.random.Generator
) -> nn.Sequential:
    """A network whose weights come from our own stream (Glorot & Bengio 2010)."""
    sizes = [inputs, *hidden, outputs]
    parts: list[nn.Module] = []
    for i, (one, other) in enumerate(pairwise(sizes)):
        layer = nn.Linear(one, other, dtype=torch.float64)
        bound = np.sqrt(6 / max(one + other, 1))
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(rng.uniform(-bound, bound, (other, one))))
            spread = np.linspace(-1, 1, other) if i == len(hidden) else np.zeros(other)
            layer.bias.copy_(torch.from_numpy(spread))
        parts += [layer, nn.Tanh()]
    return nn.Sequential(*parts[:-1])


def _arrays(model: nn.Sequential) -> tuple[Layer, ...]:
    found: list[Layer] = []
    for layer in model:
        if isinstance(layer, nn.Linear):
            weights = tuple(tuple(row) for row in layer.weight.detach().tolist())
            found.append((weights, tuple(layer.bias.detach().tolist())))
    return tuple(found)


def _network(task: Task, layers: tuple[Layer, ...]) -> Network:
    _, centres, widths = _standard(task)
    domains = tuple((name, task.levels[name]) for name in task.given if name in task.levels)
    return Network(task.given, lines(task), centres, widths, layers, domains)


def _standard(task: Task) -> tuple[Floats, tuple[float, ...], tuple[float, ...]]:
    columns = [floats(feature.of(task.columns)) for feature in lines(task)]
    matrix = np.column_stack(columns) if columns else np.empty((len(task), 0))
    centres, widths = matrix.mean(axis=0), matrix.std(axis=0)
    widths = np.where(widths > 0, widths, 1.0)
    return (matrix - centres) / widths, tuple(centres.tolist()), tuple(widths.tolist())


def _check(task: Task) -> None:
    if task.values:
        raise DataError(
            f"{task.variable} is a choice among {task.values}; a network learns numbers"
        )
    if len(task) < FEWEST:
        raise DataError(f"{task.variable} has {len(task)} rows; a network needs {FEWEST} at least")
