"""Several tests, one family: p values adjusted so that any false claim stays as rare as one alone.

Holm (1979, Scandinavian Journal of Statistics 6:65). It needs no assumption on how the tests
depend on each other, and is never weaker than Bonferroni.
"""

import math
from collections.abc import Sequence


def holm(ps: Sequence[float]) -> tuple[float, ...]:
    """Adjust a family of p values step down; NaN stands for a test not made and stays NaN.

    >>> holm([0.01, 0.04, 0.03, math.nan])
    (0.03, 0.06, 0.06, nan)
    """
    made = sorted((p, i) for i, p in enumerate(ps) if not math.isnan(p))
    adjusted, running = [math.nan] * len(ps), 0.0
    for rank, (p, i) in enumerate(made):
        running = max(running, (len(made) - rank) * p)
        adjusted[i] = min(running, 1.0)
    return tuple(adjusted)
