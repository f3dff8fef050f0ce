"""What a system says about its own trial beside the metrics: steps, tokens, dtype, sharding.

A number that explains a metric is no metric: it is kept with the trial's covariates, where a lint
can see that one arm trained longer than another.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from ablation.canonical import Json, canonical
from ablation.covariates import Covariates
from ablation.errors import AblationError

LONGEST = 100_000  # characters: what is recorded stands in the row of its trial

# Of this process, not of a context: a training loop may record from a thread of its own.
_OPEN: list[dict[str, Json]] = []


def record(**facts: Json) -> None:
    """Record covariates of the trial that runs; outside one, do nothing.

    Call it anywhere in the system, any number of times; the last word on a name counts. The names
    of `Covariates` have their types; every other name is kept as it is. What is long does not
    belong there: more than 100,000 characters are refused.

    >>> record(steps=300, dtype="bfloat16", schedule="cosine")
    """
    if (length := len(canonical(facts))) > LONGEST:
        name = max(facts, key=lambda each: len(canonical(facts[each])))
        raise AblationError(
            f"record({name}=...) takes {length:,} characters: at most {LONGEST:,} are kept."
        )
    unfit = Covariates.read(facts).other.keys() & Covariates.names()
    if unfit:
        name = min(unfit)
        raise AblationError(
            f"record({name}={facts[name]!r}): {name} is {Covariates.names()[name]}."
        )
    if _OPEN:
        _OPEN[-1].update(facts)


@contextmanager
def recording() -> Iterator[dict[str, Json]]:
    """Collect what is recorded in the block.

    >>> with recording() as said:
    ...     record(steps=300)
    >>> said
    {'steps': 300}
    """
    said: dict[str, Json] = {}
    _OPEN.append(said)
    try:
        yield said
    finally:
        _OPEN.remove(said)
