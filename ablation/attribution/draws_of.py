"""As many draws as it takes: one where nothing is random, else as many as are asked for.

They are run side by side where that gives the same, which is checked on some of them.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeAlias

import numpy as np

from ablation.attribution.amount import Read, measured
from ablation.neural.activations import Activations
from ablation.neural.bench import FIRST, Bench
from ablation.neural.stacking import NotStackableError
from ablation.neural.worlds import FEW, MEMORY, checked

Row: TypeAlias = tuple[float, ...]  # what was read in one draw


def draws_of(
    bench: Bench, draws: int, worlds: Callable[[range], Sequence[Activations]], metric: Read
) -> list[Row]:
    """Read a metric in several worlds of each draw; one draw is all where nothing is random.

    >>> import torch
    >>> from ablation.neural import KeyedNoise
    >>> from ablation.operators import Zero
    >>> bench = Bench.of(torch.nn.ReLU(), torch.ones(1), "input", Zero(), KeyedNoise(0))
    >>> draws_of(bench, 100, lambda numbers: [bench.run(numbers)], lambda output: output)
    [(1.0,)]
    """

    def read(numbers: range) -> list[Row]:
        outputs = [bench.apart(each, numbers) for each in worlds(numbers)]
        return [tuple(measured(metric, each) for each in row) for row in zip(*outputs, strict=True)]

    first = read(FIRST)
    if not bench.sites:
        return first
    room = min(draws, max(1, MEMORY // max(1, sum(bench.recording.sizes))))
    if room > 1:
        with suppress(Exception):  # a module that was written for one example may raise anything
            _alike(read, range(min(FEW, draws)))
            starts = range(0, draws, room)
            return [row for i in starts for row in _alike(read, range(i, min(i + room, draws)))]
    return first + [row for i in range(1, draws) for row in read(range(i, i + 1))]


def _alike(read: Callable[[range], list[Row]], numbers: range) -> list[Row]:
    """Read draws side by side; raises NotStackableError unless some are the same alone."""
    rows = read(numbers)
    for i in checked(numbers):
        [alone] = read(range(numbers[i], numbers[i] + 1))
        if not np.allclose(rows[i], alone, rtol=1e-4, atol=1e-6):
            raise NotStackableError("stacked it gives something else")
    return rows
