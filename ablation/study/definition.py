"""The form in which a study is saved: plain JSON, without what is left at its default.

So a later version of this package can add a setting, and the digest of an old study stays.
"""

from collections.abc import Mapping
from typing import NotRequired, TypedDict

from ablation.canonical import Json, canonical
from ablation.component import Component
from ablation.operators import Zero, operator
from ablation.study.metric import Metric


class ComponentEntry(TypedDict):
    """A component as it is saved."""

    name: str
    switch: NotRequired[str]
    off: NotRequired[Json]
    module: NotRequired[str]
    by: NotRequired[str]


class MetricEntry(TypedDict):
    """A metric as it is saved."""

    name: str
    higher_is_better: bool
    equivalence: NotRequired[float]


class Definition(TypedDict):
    """A study as it is saved."""

    name: str
    question: str
    system: str
    config: Mapping[str, Json]
    components: list[ComponentEntry]
    design: str
    metrics: list[MetricEntry]
    seeds: list[int]


def component_entry(component: Component) -> ComponentEntry:
    """Write a component.

    >>> component_entry(Component("dropout", switch="dropout", off=0.0))
    {'name': 'dropout', 'switch': 'dropout', 'off': 0.0}
    """
    entry = ComponentEntry(name=component.name)
    if component.switch is not None:
        entry["switch"] = component.switch
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
