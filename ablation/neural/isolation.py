"""Runs that leave no trace in a module, and in which nothing is random unseen."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from ablation.neural.errors import UnrecordedRandomnessError

RandomState: TypeAlias = tuple[Tensor, list[Tensor]]  # of the CPU, and of every device in use


@contextmanager
def forgetting(module: nn.Module) -> Iterator[None]:
    """Undo what a run leaves in attributes: an activation that is kept would serve another world.

    >>> net = nn.ReLU()
    >>> with forgetting(net):
    ...     net.kept = net(torch.ones(1))
    >>> hasattr(net, "kept")
    False
    """
    before = [(part.__dict__, _attributes(part)) for part in module.modules()]
    try:
        yield
    finally:
        for now, then in before:
            set_since = [key for key in now if now[key] is not then.get(key, now)]
            for key in set_since:
                if key != "forward":
                    del now[key]
            now.update(then)


def _attributes(part: nn.Module) -> dict[str, object]:
    """What a module keeps, but for what stands in its forward: blocks see to that themselves."""
    return {key: value for key, value in part.__dict__.items() if key != "forward"}


@contextmanager
def unchanged(module: nn.Module) -> Iterator[None]:
    """Give buffers (running statistics, counters) and attributes back the values they had.

    >>> net = nn.BatchNorm1d(2)
    >>> with unchanged(net):
    ...     _ = net(torch.rand(8, 2))
    >>> net.num_batches_tracked
    tensor(0)
    """
    before = {buffer: buffer.clone() for buffer in module.buffers()}
    try:
        with forgetting(module):
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


def random_state() -> RandomState:
    """The state of torch's random streams, on the CPU and on every device in use."""
    started = torch.cuda.is_available() and torch.cuda.is_initialized()
    return torch.get_rng_state(), torch.cuda.get_rng_state_all() if started else []


@contextmanager
def drawing_from(state: RandomState) -> Iterator[None]:
    """Draw the random numbers that were drawn after this state, and leave the stream as it was."""
    with torch.random.fork_rng(devices=range(len(state[1]))):
        torch.set_rng_state(state[0])
        if state[1]:
            torch.cuda.set_rng_state_all(state[1])
        yield


@contextmanager
def torch_unmoved(error: Exception) -> Iterator[None]:
    """Raise an error where torch's random stream moved, and put it back.

    >>> with torch_unmoved(ValueError("drawn")):
    ...     _ = torch.ones(2)
    """
    before, devices = random_state()
    yield
    after, there = random_state()
    if not all(map(torch.equal, [before, *devices], [after, *there])):
        torch.set_rng_state(before)
        if devices:
            torch.cuda.set_rng_state_all(devices)
        raise error
