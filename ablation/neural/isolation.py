"""Runs that leave no trace in a module, and in which nothing is random unseen.

An interference between units (Cox 1958) is refused as well: a counterfactual of one prediction
must not depend on which others share its batch.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from ablation.neural.errors import InterferenceError, UnrecordedRandomnessError
from ablation.neural.selection import named


@contextmanager
def unchanged(module: nn.Module) -> Iterator[None]:
    """Give buffers (running statistics, counters) back the values they had.

    >>> net = nn.BatchNorm1d(2)
    >>> with unchanged(net):
    ...     _ = net(torch.rand(8, 2))
    >>> net.num_batches_tracked
    tensor(0)
    """
    before = {buffer: buffer.clone() for buffer in module.buffers()}
    try:
        yield
    finally:
        with torch.no_grad():
            for buffer, value in before.items():
                if not torch.equal(buffer, value):
                    buffer.copy_(value)


@contextmanager
def no_other_randomness() -> Iterator[None]:
    """Refuse random numbers drawn from Python's or numpy's global stream."""
    python, arrays = random.getstate(), _numpy_state()
    yield
    advice = "Draw them with torch, where they become noise variables."
    if random.getstate() != python:
        raise UnrecordedRandomnessError("Python's global `random`", "", advice)
    if _numpy_state() != arrays:
        raise UnrecordedRandomnessError("numpy's global `random`", "", advice)


def _numpy_state() -> tuple[bytes, int]:
    state = np.random.get_state(legacy=True)  # noqa: NPY002 - watched, not drawn from
    assert isinstance(state, tuple)
    return state[1].tobytes(), int(state[2])


def refuse_interference(module: nn.Module) -> None:
    """Refuse live batch statistics: under them no example has an outcome of its own."""
    live = [
        name
        for name, part in named(module).items()
        if isinstance(part, _BatchNorm) and (part.training or part.running_mean is None)
    ]
    if live:
        raise InterferenceError(live)
