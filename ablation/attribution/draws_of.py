"""As many draws as it takes: one where nothing is random, else as many as are asked for."""

from collections.abc import Callable
from typing import TypeVar

from ablation.attribution.prediction import TooFewDrawsError
from ablation.neural.bench import Bench

T = TypeVar("T")


def draws_of(bench: Bench, draws: int, read: Callable[[int], T]) -> list[T]:
    """Read the first draw, and the others where the first met noise.

    >>> import torch
    >>> from ablation.neural import KeyedNoise
    >>> from ablation.operators import Zero
    >>> bench = Bench.of(torch.nn.ReLU(), torch.ones(1), "input", Zero(), KeyedNoise(0))
    >>> draws_of(bench, 100, lambda draw: float(bench.run(draw).output))
    [1.0]
    """
    if draws < 1:
        raise TooFewDrawsError(draws)
    first = read(0)
    return [first, *map(read, range(1, draws))] if bench.sites else [first]
