"""A plan: every trial of a study in the order in which it will run, and what will not be run.

Blocks are seeds: one seed's conditions run together, so an interrupted study is balanced. Inside
a block the order is drawn by lot (Fisher 1926, "The arrangement of field experiments"), so that
time and heat are not confounded with condition. The lot is keyed: the same study, the same plan.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from ablation.canonical import Json, canonical, digest, frozen
from ablation.design import Condition
from ablation.errors import StudyError
from ablation.study import Study


@dataclass(frozen=True, slots=True)
class PlannedTrial:
    """One run that the study asks for; `key` is the digest of everything that decides it."""

    condition: str
    component: str | None
    seed: int
    config: Mapping[str, Json]
    key: str


@dataclass(frozen=True, slots=True)
class NotRun:
    """A condition that no trial will realise, and why."""

    condition: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The trials of a study in running order, and the conditions left out."""

    study: Study
    trials: tuple[PlannedTrial, ...]
    not_run: tuple[NotRun, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over the trials in order: equal plans, equal digests."""
        return digest([[each.condition, each.seed, each.key] for each in self.trials])


def plan(study: Study) -> Plan:
    """Lay out a study: one trial for every seed and condition that training can realise.

    >>> from ablation import Component, LeaveOneOut, Metric, Study
    >>> study = Study("toy", "toy:train", [Component("attention", switch="attention")],
    ...               LeaveOneOut(), [Metric("accuracy")], seeds=2, config={"attention": True})
    >>> [(trial.seed, trial.condition) for trial in plan(study).trials]
    [(0, 'without attention'), (0, 'baseline'), (1, 'baseline'), (1, 'without attention')]
    """
    realised = [each for each in study.conditions if each.retrains]
    configs = {each.name: frozen(each.configured(study.config)) for each in realised}
    trials = tuple(
        _planned(study, condition, configs[condition.name], seed)
        for seed in study.seeds
        for condition in sorted(realised, key=lambda each: _lot(study.name, seed, each.name))
    )
    not_run = tuple(_left_out(each) for each in study.conditions if not each.retrains)
    if len(realised) < 2:
        raise StudyError(
            f"the study {study.name!r} has no component with a switch, so training shows nothing: "
            "give one a switch, or ablate modules of a trained network with ablation.ablated."
        )
    return Plan(study, trials, not_run)


def _planned(
    study: Study, condition: Condition, config: Mapping[str, Json], seed: int
) -> PlannedTrial:
    key = digest({"study": study.name, "system": study.system, "config": config, "seed": seed})
    return PlannedTrial(condition.name, condition.component, seed, config, key)


def _lot(study: str, seed: int, condition: str) -> bytes:
    return hashlib.sha256(canonical(["order", study, seed, condition]).encode()).digest()


def _left_out(condition: Condition) -> NotRun:
    patched = next(each for each in condition.off if not each.retrains)
    return NotRun(
        condition.name,
        f"{patched.name} has no switch: {patched.how} is an ablation at inference",
    )
