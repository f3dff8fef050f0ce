"""``estimate``: the one door from an answer and data to a number."""

from __future__ import annotations

import pandas as pd

from causal.errors import QueryError, UnsupportedQueryError
from causal.estimation.estimate import Estimate, Estimator
from causal.estimation.plug_in import PlugIn
from causal.identification import Answer, Identified
from causal.model.streams import Randomness
from causal.variables import Variables, natural, quoted

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
    >>> treated = identify(front_door, "P(Y[X=1]=1 | X=0)")    # had they been treated
    >>> print(f"{estimate(treated, data, rng=5).value:.2f}")
    0.45
    """
    if not isinstance(answer, Identified):
        raise UnsupportedQueryError(f"there is no formula to estimate: {answer}")
    if answer.experiments:
        raise UnsupportedQueryError(
            f"{answer.estimand} needs experiments, and data of one regime have none; "
            "its evaluate method reads one law for each regime"
        )
    if bare := sorted(_left_open(answer), key=natural):
        filled = ", ".join(f"{quoted(v)}=1" for v in bare)
        raise QueryError(
            f"an estimate is one number, so every variable of {answer.query} needs a value; "
            f"write for instance {filled}"
        )
    return (by or PlugIn()).estimate(answer, data, rng=rng)


def _left_open(answer: Identified) -> Variables:
    """The variables of the query without a value; those of many worlds stand in the formula."""
    if answer.query.is_counterfactual:
        return frozenset(s.variable for s in answer.estimand.free) & answer.query.variables
    return answer.query.variables - answer.query.values.keys()
