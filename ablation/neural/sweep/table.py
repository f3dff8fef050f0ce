"""The table of a sweep: what each ablation costs in the metric, and what of it is rounding."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.arrays import IntegerArray

FloatArray: TypeAlias = npt.NDArray[np.float64]


def table(
    names: Sequence[str],
    baseline: float,
    ablated: Sequence[float],
    *,
    floor: float,
    exact: Sequence[bool],
    facts: Mapping[str, object],
) -> pd.DataFrame:
    """Lay out a sweep; effects within the noise floor have no rank.

    >>> table(["a", "b"], 1.0, [0.5, 1.0], floor=1e-6, exact=[True] * 2, facts={})["rank"].tolist()
    [1, <NA>]
    """
    values = np.asarray(ablated, float)
    effect = baseline - values
    frame = pd.DataFrame(
        {
            "component": list(names),
            "baseline": np.full(len(values), baseline),
            "ablated": values,
            "effect": effect,
            "noise_floor": np.full(len(values), floor),
            "exact": np.asarray(exact, bool),
            "rank": _ranks(np.abs(effect), floor),
        },
        copy=False,
    )
    frame.attrs.update(facts)
    return frame


def _ranks(sizes: FloatArray, floor: float) -> IntegerArray:
    """The largest is first, equals share a rank, and what is not above the floor has none."""
    counted = sizes > floor
    ranks = np.searchsorted(np.sort(-sizes[counted]), -sizes) + 1
    return IntegerArray(ranks.astype(np.int64), ~counted)
