"""Would training without the component still have come out well? Units are seeds, not draws.

Two trainings that share their streams of random numbers are the two worlds of one seed, so the
probabilities of causation can be counted. Trainings that share nothing say no more than how often
each comes out well, and bounds are all that follows (Tian & Pearl 2000).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ablation.attribution.draws import Counts
from ablation.attribution.event import EventError, described
from ablation.attribution.explanation import Explanation
from ablation.attribution.intervals import Interval, binomial
from ablation.attribution.prediction import EvidenceNeverHeldError
from ablation.attribution.settings import require
from ablation.errors import AblationError, UnknownComponentError, listed
from ablation.trial import Trial
from ablation.trials import Trials

Came: TypeAlias = Callable[[Mapping[str, float]], bool]  # of the metrics of one training


class NoRunsError(AblationError, ValueError):
    """Too little was trained to say anything."""

    def __init__(self, component: str, on: int, off: int) -> None:
        self.component, self.on, self.off = component, on, off
        super().__init__(
            f"{on} trainings with {component!r} and {off} without it came to an end: "
            "both need one or more, and pairs a seed in common."
        )


@dataclass(frozen=True, slots=True)
class Unpaired:
    """What trainings that share no noise allow: bounds, each around both ends of its uncertainty.

    >>> print(Unpaired("mlp", "accuracy is above 0.9", (18, 20), (5, 20)))
    Accuracy is above 0.9 in 18 of 20 trainings with mlp and in 5 of 20 without it. They share no \
noise, so for one that came out so, P(it would without mlp too) is only known to lie between \
0.000 and 0.802 (95 %, Frechet bounds of Clopper-Pearson intervals).
    """

    component: str
    event: str
    on: tuple[int, int]
    off: tuple[int, int]
    level: float = 0.95

    @property
    def bounds(self) -> Interval:
        """What `probability` may be: P(it would come out well without | it did with)."""
        (on, _), (low, high) = self._ends()
        if not on:
            return 0.0, 1.0
        return max(0.0, 1 - (1 - low) / on), min(1.0, high / on)

    @property
    def necessity_bounds(self) -> Interval:
        """What PN may be."""
        low, high = self.bounds
        return 1 - high, 1 - low

    @property
    def sufficiency_bounds(self) -> Interval:
        """What PS may be."""
        (low, high), (_, off) = self._ends()
        if off == 1:
            return 0.0, 1.0
        return max(0.0, 1 - (1 - low) / (1 - off)), min(1.0, high / (1 - off))

    @property
    def necessity_and_sufficiency_bounds(self) -> Interval:
        """What PNS may be."""
        on, off = self._ends()
        return max(0.0, on[0] - off[1]), min(on[1], 1 - off[0])

    def _ends(self) -> tuple[Interval, Interval]:
        """Intervals of both shares that hold together (Bonferroni)."""
        each = (1 + self.level) / 2
        return binomial(*self.on, each), binomial(*self.off, each)

    def __str__(self) -> str:
        low, high = self.bounds
        event = f"{self.event[:1].upper()}{self.event[1:]}"
        return (
            f"{event} in {self.on[0]} of {self.on[1]} trainings with {self.component} and in "
            f"{self.off[0]} of {self.off[1]} without it. They share no noise, so for one that came "
            f"out so, P(it would without {self.component} too) is only known to lie between "
            f"{low:.3f} and {high:.3f} ({100 * self.level:g} %, Frechet bounds of Clopper-Pearson "
            "intervals)."
        )


def retrained(
    trials: Trials,
    component: str,
    *,
    event: Came,
    paired: bool | None = None,
    level: float = 0.95,
) -> Explanation | Unpaired:
    """Say how probably a training that came out well would have without the component.

    `event` reads the metrics of one training. Two trainings of one seed are taken as a pair where
    both recorded that they drew from the same streams (`seeds["init"]`, for one); `paired` says it
    where nothing was recorded. Without pairs the answer is bounds.

    >>> from ablation import Component, LeaveOneOut, Metric, Study
    >>> study = Study("toy", "toy:train", [Component("mlp", switch="mlp")], LeaveOneOut(),
    ...               [Metric("accuracy")], seeds=2, config={"mlp": True})
    >>> runs = [("baseline", None, 0, 0.9), ("baseline", None, 1, 0.95),
    ...         ("without mlp", "mlp", 0, 0.7), ("without mlp", "mlp", 1, 0.93)]
    >>> trials = Trials(study, [Trial(study="toy", condition=condition, component=component,
    ...     seed=seed, status="done", metrics={"accuracy": value}, environment={"streams": {"init":
    ...     seed}}) for condition, component, seed, value in runs])
    >>> found = retrained(trials, "mlp", event=lambda metrics: metrics["accuracy"] > 0.85)
    >>> found.probability, found.accepted, found.sites
    (0.5, 2, ('init',))
    """
    known = [each.name for each in trials.study.components]
    if component not in known:
        raise UnknownComponentError(component, known)
    require(level=level)
    on = {each.seed: each for each in trials if each.condition == "baseline" and each.done}
    off = {each.seed: each for each in trials if each.component == component and each.done}
    if not on or not off:
        raise NoRunsError(component, len(on), len(off))
    pairs = [(on[seed], off[seed]) for seed in sorted(on.keys() & off.keys())]
    streams = sorted(set.intersection(*({*_shared(*pair)} for pair in pairs))) if pairs else []
    if not (bool(streams) if paired is None else paired and pairs):
        return unpaired(
            [each.metrics for each in on.values()],
            [each.metrics for each in off.values()],
            component=component, event=event, level=level,
        )  # fmt: skip
    return _counted(
        {a.seed: a.metrics for a, _ in pairs},
        {b.seed: b.metrics for _, b in pairs},
        component=component, event=event, level=level, streams=streams,
    )  # fmt: skip


def paired(
    on: Mapping[int, Mapping[str, float]],
    off: Mapping[int, Mapping[str, float]],
    *,
    component: str,
    event: Came,
    level: float = 0.95,
    streams: Sequence[str] = (),
) -> Explanation:
    """Count trainings of one seed as two worlds; `on` and `off` are their metrics, seed by seed.

    That the two share their noise is said by calling this; `streams` names it where it is known.

    >>> on = {0: {"loss": 1.0}, 1: {"loss": 2.0}, 2: {"loss": 1.0}}
    >>> off = {0: {"loss": 1.0}, 1: {"loss": 3.0}, 2: {"loss": 3.0}}
    >>> found = paired(on, off, component="mlp", event=lambda metrics: metrics["loss"] < 2)
    >>> found.probability, found.draws
    (0.5, 3)
    """
    return _counted(on, off, component=component, event=event, level=level, streams=streams)


def _counted(
    on: Mapping[int, Mapping[str, float]],
    off: Mapping[int, Mapping[str, float]],
    *,
    component: str,
    event: Came,
    level: float,
    streams: Sequence[str],
) -> Explanation:
    require(level=level)
    seeds = sorted(on.keys() & off.keys())
    if not seeds:
        raise NoRunsError(component, len(on), len(off))
    held = [(_came(event, on[seed]), _came(event, off[seed])) for seed in seeds]
    cells = [(True, True), (True, False), (False, True), (False, False)]
    counts = Counts(*map(held.count, cells))
    if not counts.on:
        raise EvidenceNeverHeldError(described(event), counts.draws)
    return Explanation(
        component=component,
        operator="retrained without it",
        event=described(event),
        counts=counts,
        random=True,
        sites=tuple(streams),
        engine=f"{len(seeds)} seeds, each trained both ways",
        level=level,
        assumptions=_assumptions(streams),
        unit="seed",
    )


def unpaired(
    on: Iterable[Mapping[str, float]],
    off: Iterable[Mapping[str, float]],
    *,
    component: str,
    event: Came,
    level: float = 0.95,
) -> Unpaired:
    """Bound what trainings without common noise can say; `on` and `off` are their metrics.

    >>> runs = [{"accuracy": 0.95}] * 10
    >>> found = unpaired(runs, runs, component="mlp", event=lambda m: m["accuracy"] > 0.9)
    >>> [round(end, 3) for end in found.bounds]
    [0.45, 1.0]
    """
    require(level=level)
    shares = [(sum(held), len(held)) for held in ([_came(event, m) for m in s] for s in (on, off))]
    if not shares[0][1] or not shares[1][1]:
        raise NoRunsError(component, shares[0][1], shares[1][1])
    return Unpaired(component, described(event), shares[0], shares[1], level)


def _came(event: Came, metrics: Mapping[str, float]) -> bool:
    held = event(metrics)
    if not isinstance(held, bool):
        raise EventError(f"the event returned {held!r} ({type(held).__name__}) of one training.")
    return held


def _shared(on: Trial, off: Trial) -> list[str]:
    """The streams that both asked for, if none of them followed another seed."""
    first, second = on.covariates.streams, off.covariates.streams
    common = first.keys() & second.keys()
    return sorted(common) if all(first[name] == second[name] for name in common) else []


def _assumptions(streams: Sequence[str]) -> tuple[str, ...]:
    shared = (
        f"Both trainings of a seed drew from the streams {listed(streams)}; what else is random in "
        "them is taken to change nothing."
        if streams
        else "That both trainings of a seed share their noise is said, not recorded."
    )
    off = (
        "Off means trained without the component: it says what training makes of its absence, not "
        "what a trained network relies on."
    )
    return shared, "Seeds are independent of each other.", off
