"""One row of a table of effects, as sentences and figures read it."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import pandas as pd

from ablation.errors import AblationError, UnknownNameError
from ablation.statistics.moderated import APART

NOT_ESTIMATED = "not estimated"


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What one component contributes to one metric, and what that rests on.

    `differences` are baseline minus ablated, one a seed.
    """

    component: str
    metric: str
    n: int
    failed: int
    baseline: float
    ablated: float
    effect: float
    lower: float
    upper: float
    p_holm: float
    verdict: str
    note: str
    higher_is_better: bool
    equivalence: float
    sd_baseline: float = math.nan
    sd_ablated: float = math.nan
    differences: tuple[float, ...] = ()

    @property
    def unsteady(self) -> bool:
        """Whether its seeds differ so much that no other component could vouch for its spread."""
        return APART in self.note

    @property
    def estimated(self) -> bool:
        """Whether any seed finished both conditions."""
        return not math.isnan(self.effect)

    @property
    def outcome(self) -> str:
        """The verdict, where there is anything to judge."""
        return self.verdict if self.estimated else NOT_ESTIMATED

    @property
    def has_interval(self) -> bool:
        """Whether the seeds could say how sure the effect is."""
        return not math.isnan(self.lower)

    @property
    def loss(self) -> float:
        """What is lost without the component, positive when the metric gets worse."""
        return self.effect if self.higher_is_better else -self.effect

    @property
    def half_width(self) -> float:
        """Half the interval."""
        return (self.upper - self.lower) / 2

    @property
    def moves(self) -> str:
        """What the metric does when the component is switched off."""
        return "falls" if self.effect > 0 else "rises"


def read_effects(table: pd.DataFrame, metric: str | None = None) -> tuple[Effect, ...]:
    """Read the rows of one metric (by default the first) from what `ablation.effects` gave."""
    facts = table.attrs.get("metrics")
    if not facts:
        raise AblationError(
            "this table has lost what it knows of its metrics (its attrs): "
            "pass the one that ablation.effects gave."
        )
    name = next(iter(facts)) if metric is None else metric
    if name not in facts:
        raise UnknownNameError("metric", name, facts)
    rows = table[table["metric"] == name].to_dict("records")
    return tuple(_read(row, facts[name]) for row in rows)


def ranked(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """Order effects from the largest loss to the largest gain; those without estimate come last."""
    return tuple(sorted(effects, key=lambda one: (not one.estimated, -one.loss)))


def _read(row: Mapping[Hashable, float | str], facts: Mapping[str, object]) -> Effect:
    name = str(row["component"])
    differences = facts["differences"]
    equivalence = facts["equivalence"]
    assert isinstance(differences, Mapping)
    assert equivalence is None or isinstance(equivalence, float | int)
    return Effect(
        component=name,
        metric=str(row["metric"]),
        n=int(row["n"]),
        failed=int(row["failed"]),
        baseline=float(row["baseline"]),
        ablated=float(row["ablated"]),
        effect=float(row["effect"]),
        lower=float(row["lower"]),
        upper=float(row["upper"]),
        p_holm=float(row["p_holm"]),
        verdict=str(row["verdict"]),
        note=str(row["note"]),
        higher_is_better=bool(facts["higher_is_better"]),
        equivalence=float(equivalence or 0.0),
        sd_baseline=float(row["sd_baseline"]),
        sd_ablated=float(row["sd_ablated"]),
        differences=tuple(differences[name].values()),
    )
