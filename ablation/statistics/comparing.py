"""From trials to comparisons: the two sides of every contrast, seed by seed.

A contrast weighs the conditions of its design, so every design is read by its own contrasts: a main
effect of a factorial is never taken for a component left out.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from ablation.design import BASELINE, Contrast, Design
from ablation.plan import contrasts as of_design
from ablation.statistics.comparison import Comparison
from ablation.study import Study
from ablation.trials import Trials

DIVERGED = 1e150
"""From here on a square is no number any more; such a value is left out, and that is said."""

Values: TypeAlias = Mapping[str, Mapping[int, float]]
Asked: TypeAlias = Callable[[Study, Design], tuple[Contrast, ...]]


@dataclass(frozen=True)
class Asking:
    """One contrast over all blocks: by seed, since a design may draw its conditions in each."""

    name: str
    by_seed: Mapping[int, Contrast]

    @property
    def aliases(self) -> tuple[str, ...]:
        """What the design cannot tell it from."""
        return tuple(dict.fromkeys(alias for one in self.distinct for alias in one.aliases))

    @property
    def conditions(self) -> frozenset[str]:
        """The conditions that it weighs, other than the baseline."""
        names = (name for one in self.distinct for name in one.weights)
        return frozenset(names) - {BASELINE}

    @property
    def only_baseline(self) -> bool:
        """Whether its first side is the baseline alone, so that further seeds of it count."""
        return all(dict(one.sides[0]) == {BASELINE: 1.0} for one in self.distinct)

    def weighs(self, name: str, seeds: Iterable[int]) -> Iterator[int]:
        """Keep the seeds in whose block a condition counts."""
        known: dict[int, bool] = {}
        for seed in seeds:
            block = self.by_seed.get(seed)
            if block is not None:
                counts = known.get(id(block))
                if counts is None:
                    counts = known[id(block)] = any(name in side for side in block.sides)
                if counts:
                    yield seed

    @cached_property
    def distinct(self) -> Sequence[Contrast]:
        """Its contrasts, each once, of however many blocks."""
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
    return compared(trials, metric, askings(trials, asked))


def compared(trials: Trials, metric: str, named: Sequence[Asking]) -> tuple[Comparison, ...]:
    """Work out both sides of each contrast, for one metric."""
    found = trials.runs.metric(metric)
    values = trials.runs.by_seed(found, np.abs(found) < DIVERGED)
    baseline = values.get(BASELINE, {})
    extra = {seed: baseline[seed] for seed in trials.study.extra_seeds if seed in baseline}
    return tuple(
        Comparison(
            component=one.name,
            baseline={**dict(_side(one, 0, values)), **(extra if one.only_baseline else {})},
            ablated=dict(_side(one, 1, values)),
            lone=frozenset(extra) if one.only_baseline else frozenset(),
        )
        for one in named
    )


def _side(asking: Asking, side: int, values: Values) -> Iterable[tuple[int, float]]:
    if len(asking.distinct) == 1 and len(asking.distinct[0].sides[side]) == 1:
        ((name, weight),) = asking.distinct[0].sides[side].items()
        there = values.get(name, {})
        # What `fsum` gives for one value: that, but 0.0 for -0.0.
        return [(seed, weight * there[seed] + 0.0) for seed in asking.by_seed if seed in there]
    return _weighed(asking, side, values)


def _weighed(asking: Asking, side: int, values: Values) -> Iterator[tuple[int, float]]:
    weighed: dict[int, list[tuple[float, Mapping[int, float]]]] = {}
    for seed, contrast in asking.by_seed.items():
        parts = weighed.get(id(contrast))
        if parts is None:  # once for all blocks that share it
            weights = contrast.sides[side]
            parts = [(weight, values.get(name, {})) for name, weight in weights.items()]
            weighed[id(contrast)] = parts
        if all(seed in there for _, there in parts):
            yield seed, math.fsum([weight * there[seed] for weight, there in parts])
