"""The form in which a study is saved: plain JSON, without what is left at its default.

So a later version of this package can add a setting, and the digest of an old study stays.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import NotRequired, TypedDict, cast

from ablation.canonical import Json, canonical
from ablation.component import Component
from ablation.design import Contrast
from ablation.operators import Zero, operator
from ablation.study.budget import Budget
from ablation.study.metric import Metric
from ablation.study.streams import Streams


class ComponentEntry(TypedDict):
    """A component as it is saved."""

    name: str
    switch: NotRequired[str]
    off: NotRequired[Json]
    module: NotRequired[str]
    by: NotRequired[str]
    feature: NotRequired[Json]
    procedure: NotRequired[str]


class MetricEntry(TypedDict):
    """A metric as it is saved."""

    name: str
    higher_is_better: bool
    equivalence: NotRequired[float]


class ContrastEntry(TypedDict):
    """A contrast as it is saved."""

    name: str
    on: dict[str, float]
    off: dict[str, float]


class BudgetEntry(TypedDict, total=False):
    """A budget as it is saved."""

    trials: int
    hours: float
    trial_seconds: float
    trial_gb: float
    unequal: list[str]


class StreamsEntry(TypedDict, total=False):
    """Held and crossed streams as they are saved."""

    held: list[str]
    crossed: list[list[str | int]]


class Definition(TypedDict):
    """A study as it is saved."""

    name: str
    question: str
    system: str
    config: Mapping[str, Json]
    components: list[ComponentEntry]
    design: Json
    metrics: list[MetricEntry]
    seeds: list[int]
    evaluate: NotRequired[str]
    contrasts: NotRequired[list[ContrastEntry]]
    correction: NotRequired[str]
    budget: NotRequired[BudgetEntry]
    streams: NotRequired[StreamsEntry]
    baseline: NotRequired[int | str]


def component_entry(component: Component) -> ComponentEntry:
    """Write a component.

    >>> component_entry(Component("dropout", switch="dropout", off=0.0))
    {'name': 'dropout', 'switch': 'dropout', 'off': 0.0}
    >>> component_entry(Component("age", feature="age"))
    {'name': 'age', 'switch': 'features', 'feature': 'age'}
    """
    entry = ComponentEntry(name=component.name)
    if component.switch is not None:
        entry["switch"] = component.switch
    if component.procedure is not None:
        entry["procedure"] = component.procedure
    if component.feature is not None:
        entry["feature"] = component.feature
    elif component.key is not None:
        entry["off"] = component.off
    if component.module is not None:
        entry["module"] = component.module
        entry["by"] = str(component.by)
    return entry


def component(entry: ComponentEntry) -> Component:
    """Read a component: the inverse of `component_entry`.

    >>> component({"name": "dropout", "switch": "dropout", "off": 0.0}).how
    'dropout = 0.0'
    """
    return Component(
        entry["name"],
        switch=entry.get("switch"),
        off=entry.get("off", False),
        module=entry.get("module"),
        by=operator(entry["by"]) if "by" in entry else Zero(),
        feature=entry.get("feature"),
        procedure=entry.get("procedure"),
    )


def metric_entry(metric: Metric) -> MetricEntry:
    """Write a metric.

    >>> metric_entry(Metric("loss", higher_is_better=False))
    {'name': 'loss', 'higher_is_better': False}
    """
    entry = MetricEntry(name=metric.name, higher_is_better=metric.higher_is_better)
    if metric.equivalence is not None:
        entry["equivalence"] = metric.equivalence
    return entry


def metric(entry: MetricEntry) -> Metric:
    """Read a metric: the inverse of `metric_entry`.

    >>> metric({"name": "loss", "higher_is_better": False})
    Metric(name='loss', higher_is_better=False, equivalence=None)
    """
    return Metric(entry["name"], entry["higher_is_better"], entry.get("equivalence"))


def contrast_entry(contrast: Contrast) -> ContrastEntry:
    """Write a contrast.

    >>> contrast_entry(Contrast("attention", ["baseline"], ["without attention"]))
    {'name': 'attention', 'on': {'baseline': 1.0}, 'off': {'without attention': 1.0}}
    """
    on, off = contrast.sides
    return ContrastEntry(name=contrast.name, on=dict(on), off=dict(off))


def contrast(entry: ContrastEntry) -> Contrast:
    """Read a contrast: the inverse of `contrast_entry`."""
    return Contrast(entry["name"], entry["on"], entry["off"])


def budget_entry(budget: Budget) -> BudgetEntry:
    """Write a budget.

    >>> budget_entry(Budget(trials=100))
    {'trials': 100}
    """
    stated = {each.name: getattr(budget, each.name) for each in fields(budget)}
    kept = {name: value for name, value in stated.items() if value not in (None, ())}
    if "unequal" in kept:
        kept["unequal"] = list(budget.unequal)
    return cast("BudgetEntry", kept)


def budget(entry: BudgetEntry) -> Budget:
    """Read a budget: the inverse of `budget_entry`."""
    return Budget(**entry)


def streams_entry(streams: Streams) -> StreamsEntry:
    """Write which streams are held, and which are crossed, in their order.

    >>> streams_entry(Streams(held=["split"]))
    {'held': ['split']}
    """
    entry = StreamsEntry()
    if streams.held:
        entry["held"] = list(streams.held)
    if streams.crossed:
        entry["crossed"] = [[name, levels] for name, levels in streams.crossed.items()]
    return entry


def streams(entry: StreamsEntry) -> Streams:
    """Read them: the inverse of `streams_entry`."""
    crossed = {str(name): int(levels) for name, levels in entry.get("crossed", [])}
    return Streams(entry.get("held", ()), crossed)


def experiment(stated: Mapping[str, Json]) -> dict[str, Json]:
    """Leave out of a definition what limits only how much of it is run: it may be raised later.

    Limits of one trial stay, for they decide which trials fail.

    >>> experiment({"name": "toy", "budget": {"hours": 2, "trial_gb": 8}})
    {'name': 'toy', 'budget': {'trial_gb': 8}}
    """
    budget = stated.get("budget")
    if not isinstance(budget, Mapping):
        return dict(stated)
    kept = {key: value for key, value in budget.items() if key not in ("trials", "hours")}
    rest = {key: value for key, value in stated.items() if key != "budget"}
    return {**rest, "budget": kept} if kept else rest


def differences(
    old: Mapping[str, Json], new: Mapping[str, Json], *, place: str = ""
) -> tuple[str, ...]:
    """Name the keys in which two definitions differ, as far down as both are tables.

    >>> differences({"seeds": [0], "config": {"a": 1}}, {"seeds": [0], "config": {"a": 2}})
    ('config.a',)
    """
    found: list[str] = []
    for key in sorted({*old, *new}):
        here = f"{place}{key}"
        if canonical(old.get(key)) == canonical(new.get(key)) and (key in old) == (key in new):
            continue
        first, second = _by_name(old.get(key)), _by_name(new.get(key))
        if isinstance(first, Mapping) and isinstance(second, Mapping):
            found += differences(first, second, place=f"{here}.") or (f"the order of {here}",)
        else:
            found.append(here)
    return tuple(found)


def _by_name(value: Json) -> Json:
    """Show a list of named things as a table of them."""
    if not isinstance(value, list):
        return value
    named = {str(each["name"]): each for each in value if isinstance(each, Mapping)}
    return named if len(named) == len(value) else value
