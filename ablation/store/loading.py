"""From a file to the trials of a study, ready for `effects` and `report`."""

from pathlib import Path

from ablation.store.record import Store
from ablation.trials import Trials


def load(store: str | Path, study: str | None = None) -> Trials:
    """Read a study and its trials from a store; without a name, the only study in it.

    >>> load("no-such-file.db")
    Traceback (most recent call last):
    ablation.errors.StoreError: no-such-file.db: does not exist.
    """
    with Store.read(store) as opened:
        stated = opened.study(study)
        return Trials(stated, opened.trials(stated.name))
