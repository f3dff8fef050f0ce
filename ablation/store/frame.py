"""The trials of a study as one table, without a `Trial` each: for logs of a million runs."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.extensions import ExtensionArray

from ablation.store.columns import Columns
from ablation.store.record import Store
from ablation.store.sharing import turned
from ablation.trial import column

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
    everywhere = np.zeros(sum(map(len, parts)), dtype=np.int32)
    columns: dict[str, object] = {"study": _taken([stated.name], everywhere)}
    for name in _ORDER:
        textual = name in parts[0].texts
        columns[name] = (
            _text(name, parts)
            if textual
            else np.concatenate([part.numbers[name] for part in parts])
        )
    declared = [each.name for each in stated.metrics]
    extra = sorted({name for part in parts for name in part.metrics} - set(declared))
    for name in declared + extra:
        columns[column(name)] = np.concatenate([part.metric(name) for part in parts])
    table = pd.DataFrame(columns)
    if attempts or (table["attempt"] == 1).all():
        return table
    return table.drop_duplicates(["condition", "seed"], keep="last").reset_index(drop=True)


def _text(name: str, parts: Sequence[Columns]) -> ExtensionArray:
    """One column of text under each other, each text made once and not in every row."""
    places: dict[str | None, int] = {}
    codes = []
    for part in parts:
        texts, own = part.texts[name]
        used = np.zeros(len(texts), dtype=bool)
        used[own] = True  # what only rows of other studies say would change the kind of the column
        moved = np.zeros(len(texts), dtype=np.int32)
        for at in np.flatnonzero(used):
            moved[at] = places.setdefault(texts[at], len(places))
        codes.append(moved[own])
    return _taken([*places], np.concatenate(codes))


def _taken(texts: Sequence[str | None], codes: npt.NDArray[np.int32]) -> ExtensionArray:
    """The texts of these codes, of the kind that pandas gives to a column of them."""
    return pd.Series(np.array(texts, dtype=object)).array.take(codes)
