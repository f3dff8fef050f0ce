"""The trials of a study as one table, without a `Trial` each: for logs of a million runs."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.extensions import ExtensionArray

from ablation.store.columns import Columns, coded
from ablation.store.record import Store
from ablation.store.sharing import turned
from ablation.study import Study
from ablation.trial import column

_ORDER = ("condition", "component", "seed", "status", "attempt", "error", "wall_s", "cpu_s")


def frame(store: str | Path, study: str | None = None, *, attempts: bool = False) -> pd.DataFrame:
    """Read a study's trials in the order they ended, with every checksum over what is shown.

    One row a trial, one column a metric, NaN where a trial has none; of several attempts the last
    counts, unless `attempts`. Without a name, the only study. Raises `DamagedStoreError`,
    `UnknownStudyError`. The table of `load(store).frame()` is the same in the order of the plan.
    Covariates and configurations are not in it, and are not read; `verify` reads them.

    >>> frame("no-such-file.db")
    Traceback (most recent call last):
    ablation.errors.StoreError: no-such-file.db: does not exist.
    """
    path = Path(store)
    with Store.read(path) as opened:
        stated = opened.study(study)
    rows = turned(path).of_study(stated.name)
    return table(stated, rows if attempts else rows.latest())


def table(study: Study, rows: Columns) -> pd.DataFrame:
    """Lay out rows of a study as they stand, each text of them made once."""
    declared = [each.name for each in study.metrics]
    metrics = declared + sorted(rows.metrics.keys() - set(declared))
    return pd.DataFrame(
        {"study": _taken([study.name], np.zeros(len(rows), dtype=np.int32))}
        | {name: _column(rows, name) for name in _ORDER}
        | {column(name): rows.metric(name) for name in metrics}
    )


def _column(rows: Columns, name: str) -> ExtensionArray | npt.NDArray[np.generic]:
    """One column of the table, each text of it made once and not in every row."""
    if name in rows.numbers:
        return rows.numbers[name]
    if name == "error":
        return _taken(rows.errors, rows.error)
    texts, places = coded(rows.texts(name))
    return _taken(texts, places[rows.label])


def _taken(texts: Sequence[str | None], codes: npt.NDArray[np.int32]) -> ExtensionArray:
    """The texts of these codes, of the kind that pandas gives to a column of them."""
    return pd.Series(np.array(texts, dtype=object)).array.take(codes)
