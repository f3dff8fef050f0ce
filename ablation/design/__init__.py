"""Which conditions are compared, and what every one of them has in common: its seeds."""

from ablation.design.condition import Condition, Design
from ablation.design.leave_one_out import LeaveOneOut
from ablation.design.seeds import Seeds
from ablation.errors import UnknownNameError

__all__ = ["Condition", "Design", "LeaveOneOut", "Seeds", "design"]

_KNOWN: dict[str, Design] = {each.name: each for each in (LeaveOneOut(),)}


def design(name: str) -> Design:
    """Find a design by the name that a study file gives it.

    >>> design("leave-one-out")
    LeaveOneOut()
    """
    if name not in _KNOWN:
        raise UnknownNameError("design", name, _KNOWN)
    return _KNOWN[name]
