"""Settings that a question is asked with, each refused in one line where it can mean nothing."""

import numpy as np

from ablation.errors import AblationError


class TooFewDrawsError(AblationError, ValueError):
    """A question asked without a single draw of the noise."""

    def __init__(self, draws: object, name: str = "draws") -> None:
        self.draws = draws
        super().__init__(f"{name} must be a whole number, 1 or more, not {draws!r}.")


class LevelError(AblationError, ValueError):
    """A level of confidence that is no share."""

    def __init__(self, level: object) -> None:
        self.level = level
        super().__init__(f"the level is {level!r}: give the share of intervals that hold, as 0.95.")


def require(*, draws: object = 1, level: object = 0.95, together: object = None) -> None:
    """Raise LevelError or TooFewDrawsError for a setting that no answer can have.

    >>> require(draws=200, level=0.9)
    >>> require(level=95)
    Traceback (most recent call last):
    ablation.attribution.settings.LevelError: the level is 95: give the share of intervals that \
hold, as 0.95.
    """
    if not isinstance(level, float) or not 0 < level < 1:
        raise LevelError(level)
    _require_some("draws", draws)
    if together is not None:
        _require_some("together", together)


def _require_some(name: str, many: object) -> None:
    if not isinstance(many, int | np.integer) or many is True or many < 1:
        raise TooFewDrawsError(many, name)
