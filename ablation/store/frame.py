"""The trials of a study as one table, without a `Trial` each: for logs of a million runs."""

from pathlib import Path

import numpy as np
import pandas as pd

from ablation.store.record import Store
from ablation.store.sharing import turned

_ORDER = ("condition", "component", "seed", "status", "attempt", "error", "wall_s", "cpu_s")


def frame(store: str | Path, study: str | None = None, *, attempts: bool = False) -> pd.DataFrame:
    """Read a study's trials, after checking every row of the store, in the order they ended.

    One row a trial, one column a metric, NaN where a trial has none; of several attempts the last
    counts, unless `attempts`. Without a name, the only study. Raises `DamagedStoreError`,
    `UnknownStudyError`. The table of `load(store).frame()` is the same in the order of the plan.

    >>> frame("no-such-file.db")
    Traceback (most recent call last):
    ablation.errors.StoreError: no-such-file.db: does not exist.
    """
    path = Path(store)
    with Store.read(path) as opened:
        stated = opened.study(study)
    parts = turned(path, stated.name)
    columns: dict[str, object] = {"study": np.full(sum(map(len, parts)), stated.name, dtype=object)}
    for name in _ORDER:
        textual = name in parts[0].texts
        columns[name] = np.concatenate(
            [part.text(name) if textual else part.numbers[name] for part in parts]
        )
    declared = [each.name for each in stated.metrics]
    extra = sorted({name for part in parts for name in part.metrics} - set(declared))
    for name in declared + extra:
        columns[name] = np.concatenate([part.metric(name) for part in parts])
    table = pd.DataFrame(columns)
    if attempts or (table["attempt"] == 1).all():
        return table
    return table.drop_duplicates(["condition", "seed"], keep="last").reset_index(drop=True)
