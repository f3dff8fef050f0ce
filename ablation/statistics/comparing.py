"""From trials to comparisons: the two sides of every contrast, seed by seed.

A contrast weighs the conditions of its design, so every design is read by its own contrasts: a main
effect of a factorial is never taken for a component left out.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ablation.design import BASELINE, Contrast, Design
from ablation.plan import contrasts as of_design
from ablation.statistics.comparison import Comparison
from ablation.study import Study
from ablation.trials import Trials

DIVERGED = 1e150
"""From here on a square is no number any more; such a value is left out, and that is said."""

Asked: TypeAlias = Callable[[Study, Design], tuple[Contrast, ...]]


@dataclass(frozen=True)
class Asking:
    """One contrast over all blocks: by seed, since a design may draw its conditions in each."""

    name: str
    by_seed: Mapping[int, Contrast]

    @property
    def aliases(self) -> tuple[str, ...]:
        """What the design cannot tell it from."""
        return tuple(dict.fromkeys(alias for one in self._distinct for alias in one.aliases))

    @property
    def conditions(self) -> frozenset[str]:
        """The conditions that it weighs, other than the baseline."""
        names = (name for one in self._distinct for name in one.weights)
        return frozenset(names) - {BASELINE}

    @property
    def only_baseline(self) -> bool:
        """Whether its first side is the baseline alone, so that further seeds of it count."""
        return all(dict(one.sides[0]) == {BASELINE: 1.0} for one in self._distinct)

    @property
    def _distinct(self) -> Sequence[Contrast]:
        return tuple({id(one): one for one in self.by_seed.values()}.values())


def askings(trials: Trials, asked: Asked = of_design) -> tuple[Asking, ...]:
    """List what is asked of a study, each contrast with its weights in every block."""
    study = trials.study
    known: dict[Design, tuple[Contrast, ...]] = {}
    by_name: dict[str, dict[int, Contrast]] = {}
    for seed in study.seeds:
        design = study.design.at(seed)
        if design not in known:
            known[design] = asked(study, design)
        for one in known[design]:
            by_name.setdefault(one.name, {})[seed] = one
    return tuple(Asking(name, blocks) for name, blocks in by_name.items())


def compare(trials: Trials, metric: str, asked: Asked = of_design) -> tuple[Comparison, ...]:
    """Work out both sides of what is asked, seed by seed, for one metric.

    A side is there for a seed only if every run that it weighs finished.

    >>> from ablation import Component, LeaveOneOut, Metric, Study
    >>> study = Study("toy", "toy:train", [Component("mlp", switch="mlp")], LeaveOneOut(),
    ...               [Metric("accuracy")], seeds=1, config={"mlp": True})
    >>> [one.component for one in compare(Trials(study, []), "accuracy")]
    ['mlp']
    """
    values = {
        (trial.condition, trial.seed): trial.metrics[metric]
        for trial in trials
        if abs(trial.metrics.get(metric, math.inf)) < DIVERGED
    }
    extra = {
        seed: values[BASELINE, seed]
        for seed in trials.study.extra_seeds
        if (BASELINE, seed) in values
    }
    return tuple(
        Comparison(
            component=one.name,
            baseline={**dict(_side(one, 0, values)), **(extra if one.only_baseline else {})},
            ablated=dict(_side(one, 1, values)),
            lone=frozenset(extra) if one.only_baseline else frozenset(),
        )
        for one in askings(trials, asked)
    )


def _side(
    asking: Asking, side: int, values: Mapping[tuple[str, int], float]
) -> Iterator[tuple[int, float]]:
    for seed, contrast in asking.by_seed.items():
        weights = contrast.sides[side]
        if all((name, seed) in values for name in weights):
            parts = (weight * values[name, seed] for name, weight in weights.items())
            yield seed, math.fsum(parts)
