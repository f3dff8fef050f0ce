"""Trials in this very process, one after the other: for notebooks and debuggers.

Nothing protects the study from a system that crashes the process; `workers=1` does.
"""

from ablation.design import Seeds
from ablation.plan import PlannedTrial
from ablation.realisation import Realisation
from ablation.runner.engine import Finished
from ablation.study import Study


class Here:
    """The engine behind `workers=0`."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._system = Realisation.of(study)
        self._next: PlannedTrial | None = None

    def room(self) -> int:
        """One trial at a time."""
        return int(self._next is None)

    def start(self, planned: PlannedTrial) -> None:
        """Keep the trial until somebody waits for it."""
        self._next = planned

    def finished(self, timeout_s: float) -> list[Finished]:  # noqa: ARG002  # it cannot be cut short
        """Run the trial to its end."""
        if self._next is None:
            return []
        planned, self._next = self._next, None
        seeds = Seeds(self._study.name, planned.seed, planned.levels)
        metrics = [each.name for each in self._study.metrics]
        outcome = self._system.run(planned.config, seeds, metrics, planned.patches)
        return [Finished(planned, outcome)]

    def close(self) -> None:
        """Nothing runs between calls."""
