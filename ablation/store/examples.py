"""What trials did on single examples, as one table: for paired tests across examples."""

from pathlib import Path

import numpy as np
import pandas as pd

from ablation.store.record import Store

_COLUMNS = {"condition": object, "seed": np.int64, "attempt": np.int64, "name": object}


def examples(store: str | Path, study: str | None = None) -> pd.DataFrame:
    """Read what came of each example, where the system returned `examples`.

    One row an example of a trial: condition, seed, attempt, name, example (its place, from 0) and
    outcome. Without a name, the only study. Every row of the store is checked first.

    >>> examples("no-such-file.db")
    Traceback (most recent call last):
    ablation.errors.StoreError: no-such-file.db: does not exist.
    """
    with Store.read(store) as opened:
        found = opened.examples(opened.study(study).name)
    packed = [
        (*trial, name, each) for trial, names in found.items() for name, each in names.items()
    ]
    counts = [each.count for *_, each in packed]
    facts = {
        column: np.repeat(np.array([row[place] for row in packed], dtype=kind), counts)
        for place, (column, kind) in enumerate(_COLUMNS.items())
    }
    values = [np.array(each.values(), dtype=float) for *_, each in packed]
    return pd.DataFrame(
        {
            **facts,
            "example": np.concatenate(
                [np.arange(count) for count in counts] or [np.array([], int)]
            ),
            "outcome": np.concatenate(values or [np.array([], float)]),
        }
    )
