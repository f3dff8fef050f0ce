"""Exact laws as pandas Series: the full grid of values, one index level a variable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import pandas as pd

from causal.model.mechanism import Values

__all__ = ["tabulated"]


def tabulated(
    law: Sequence[Fraction], domains: Mapping[str, Values], names: Sequence[str]
) -> pd.Series:
    """Probabilities in grid order, last name fastest, under their values.

    >>> tabulated([Fraction(1, 4), Fraction(3, 4)], {"X": ("no", "yes")}, ["X"])["yes"]
    Fraction(3, 4)
    """
    values = np.array(law, dtype=object)
    grid = [domains[name] for name in names]
    if len(names) == 1:
        return pd.Series(values, index=pd.Index(grid[0], name=names[0]))
    return pd.Series(values, index=pd.MultiIndex.from_product(grid, names=list(names)))
