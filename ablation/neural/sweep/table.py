"""The table of a sweep: what each ablation costs in the metric, and what of it is rounding."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd


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
    effect = baseline - np.asarray(ablated, float)
    frame = pd.DataFrame(
        {
            "component": list(names),
            "baseline": baseline,
            "ablated": np.asarray(ablated, float),
            "effect": effect,
            "noise_floor": floor,
            "exact": np.asarray(exact, bool),
        }
    )
    size = pd.Series(np.abs(effect))
    counted = size.where(~(size <= floor))
    frame["rank"] = counted.rank(ascending=False, method="min").astype("Int64")
    frame.attrs.update(facts)
    return frame
