"""The random numbers that everybody shares: kept, disturbed, and put back.

A system that draws from them gives other numbers when something else drew before it.
"""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


@contextmanager
def disturbed(number: int) -> Iterator[None]:
    """Set the global generators of Python, numpy and torch to a state of our own, and back.

    >>> before = random.getstate()
    >>> with disturbed(1):
    ...     _ = random.random()
    >>> random.getstate() == before
    True
    """
    torch = sys.modules.get("torch")
    ours, theirs = random.getstate(), np.random.get_state()  # noqa: NPY002  # theirs is what is put back
    of_torch = None if torch is None else torch.get_rng_state()
    random.seed(number)
    np.random.seed(number)  # noqa: NPY002
    if torch is not None:
        torch.manual_seed(number)
    try:
        yield
    finally:
        random.setstate(ours)
        np.random.set_state(theirs)  # noqa: NPY002
        if torch is not None:
            torch.set_rng_state(of_torch)
