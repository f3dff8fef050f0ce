"""``estimate``: the one door from an answer and data to a number."""

from __future__ import annotations

import pandas as pd

from causal.errors import QueryError, UnsupportedQueryError
from causal.estimation.estimate import Estimate, Estimator
from causal.estimation.plug_in import PlugIn
from causal.identification import Answer, Identified
from causal.model.streams import Randomness
from causal.variables import natural, quoted

__all__ = ["estimate"]


def estimate(
    answer: Answer, data: pd.DataFrame, *, by: Estimator | None = None, rng: Randomness
) -> Estimate:
    """Estimate an identified query from data, by plug-in unless told otherwise.

    Every variable of the query needs a value, as in ``P(Y=1 | do(X=1))``.  ``rng`` is a generator
    or a seed.  Raises UnsupportedQueryError when there is no formula, QueryError when values are
    missing, and whatever the estimator finds wrong with the data.

    >>> from causal import ADMG, identify
    >>> from causal.model import random_scm
    >>> front_door = ADMG.parse("X -> Z -> Y; X <-> Y")
    >>> data = random_scm(front_door, rng=3).sample(2000, rng=4)
    >>> found = estimate(identify(front_door, "P(Y=1 | do(X=1))"), data, rng=5)
    >>> found.n, found.interval[0] < found.value < found.interval[1]
    (2000, True)
    """
    if not isinstance(answer, Identified):
        raise UnsupportedQueryError(f"there is no formula to estimate: {answer}")
    if bare := sorted(answer.query.variables - answer.query.values.keys(), key=natural):
        filled = ", ".join(f"{quoted(v)}=1" for v in bare)
        raise QueryError(
            f"an estimate is one number, so every variable of {answer.query} needs a value; "
            f"write for instance {filled}"
        )
    return (by or PlugIn()).estimate(answer, data, rng=rng)
