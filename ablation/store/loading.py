"""From a file to the trials of a study, ready for `effects` and `report`."""

from pathlib import Path

from ablation.store.log import StoredLog
from ablation.store.record import Store
from ablation.trials import Trials

_MANY = 20_000  # rows of which making trials, after a check of each, takes more than a second


def load(store: str | Path, study: str | None = None) -> Trials:
    """Read a study and its trials from a store; without a name, the only study in it.

    A store of many rows is read by column, and each trial is made when it is asked for: keep the
    file as long as you ask.

    >>> load("no-such-file.db")
    Traceback (most recent call last):
    ablation.errors.StoreError: no-such-file.db: does not exist.
    """
    path = Path(store)
    with Store.read(path) as opened:
        stated = opened.study(study)
        if opened.recorded <= _MANY:
            return Trials(stated, opened.trials(stated.name))
    return Trials.lying_in(stated, StoredLog(path, stated))
