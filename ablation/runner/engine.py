"""Where trials run, behind four verbs, so that a cluster can stand where processes stand now."""

from dataclasses import dataclass
from typing import Protocol

from ablation.plan import PlannedTrial
from ablation.runner.limits import Limits
from ablation.runner.messages import Hello
from ablation.systems import Outcome


@dataclass(frozen=True, slots=True)
class Finished:
    """A trial that came to its end, whichever it was."""

    planned: PlannedTrial
    outcome: Outcome


class Engine(Protocol):
    """A place with room for some trials at a time.

    A trial that was started comes back from `finished` exactly once, whatever becomes of the
    process or machine that has it.
    """

    def room(self) -> int:
        """How many more trials can be started now."""

    def start(self, planned: PlannedTrial) -> None:
        """Begin a trial; there must be room."""

    def finished(self, timeout_s: float) -> list[Finished]:
        """Wait until a trial ends, or so long, and hand over those that have."""

    def close(self) -> None:
        """Stop everything at once; trials that were running are forgotten."""


class Cluster(Protocol):
    """Other machines, before anything is known of the study: `ablation.Ray` is one."""

    def engine(self, hello: Hello, limits: Limits | None) -> Engine:
        """Make ready to run the trials of a study there."""
