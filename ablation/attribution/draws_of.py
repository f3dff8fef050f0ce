"""As many draws as it takes: one where nothing is random, else as many as are asked for.

They are run side by side where that gives the same, which is checked on some of them.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeAlias

import numpy as np

from ablation.attribution.amount import Read, measured
from ablation.attribution.prediction import TooFewDrawsError
from ablation.neural.activations import Activations
from ablation.neural.bench import FIRST, Bench
from ablation.neural.worlds import CHECKED, MEMORY

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
    if draws < 1:
        raise TooFewDrawsError(draws)

    def read(numbers: range) -> list[Row]:
        outputs = [bench.apart(each, numbers) for each in worlds(numbers)]
        return [tuple(measured(metric, each) for each in row) for row in zip(*outputs, strict=True)]

    first = read(FIRST)
    if not bench.sites:
        return first
    room = min(draws, max(1, MEMORY // max(1, sum(bench.recording.sizes))))
    size = room if room > 1 and _alike(read) else 1
    starts = range(1, draws, size)
    return first + [row for i in starts for row in read(range(i, min(i + size, draws)))]


def _alike(read: Callable[[range], list[Row]]) -> bool:
    """Whether some draws give the same side by side as one by one."""
    with suppress(Exception):  # a module that was written for one example may raise anything
        together = read(range(1, 1 + CHECKED))
        alone = [row for i in range(1, 1 + CHECKED) for row in read(range(i, i + 1))]
        return np.allclose(together, alone, rtol=1e-4, atol=1e-6)
    return False
