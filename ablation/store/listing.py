"""A study's trials by column, in the order of its plan: for files of a million rows."""

from operator import attrgetter
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ablation.errors import AblationError
from ablation.plan import lay_out
from ablation.store.columns import Columns
from ablation.store.record import Store
from ablation.store.sharing import turned
from ablation.study import Study

_UNIT = attrgetter("condition", "seed")


def listed_trials(
    store: str | Path, study: str | None = None, *, attempts: bool = False
) -> tuple[Study, Columns]:
    """Read a study and its trials in the order of the plan; of several attempts the last.

    With `attempts` every attempt, in the order in which they ended. Without a name, the only study.

    >>> listed_trials("no-such-file.db")
    Traceback (most recent call last):
    ablation.errors.StoreError: no-such-file.db: does not exist.
    """
    path = Path(store)
    with Store.read(path) as opened:
        stated = opened.study(study)
    rows = turned(path).of_study(stated.name)
    if not attempts:
        rows = rows.latest()
    places = _places(stated, rows)  # also where it is not asked for: each must be in the plan
    return stated, rows if attempts else rows.chosen(np.argsort(places))


def _places(study: Study, rows: Columns) -> npt.NDArray[np.int64]:
    """Where in the plan the trial of each row stands."""
    places = {unit: place for place, unit in enumerate(map(_UNIT, lay_out(study).trials))}
    conditions = rows.texts("condition")
    said = [conditions[label] for label in rows.label.tolist()]
    units = zip(said, rows.numbers["seed"].tolist(), strict=True)
    try:
        return np.fromiter(map(places.__getitem__, units), np.int64, len(rows))
    except KeyError as error:
        condition, seed = error.args[0]
        raise AblationError(
            f"{condition!r}, seed {seed}, is not in the plan of {study.name!r}."
        ) from error
