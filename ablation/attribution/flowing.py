"""What every component and every arrow between components is worth to a metric.

An arrow is switched off alone: its reader reads what the source would pass on were it off, and
everything after the reader follows (path patching, Wang et al. 2023).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from ablation.attribution.amount import Amount, Read
from ablation.attribution.draws_of import draws_of
from ablation.attribution.paths import Arrow
from ablation.attribution.settings import require
from ablation.neural import Components, KeyedNoise
from ablation.neural.activations import Activations
from ablation.neural.bench import Bench
from ablation.neural.replacement import OFF
from ablation.neural.selection import Patterns, require_names
from ablation.neural.sweep.asking import require_callable
from ablation.neural.trees import Inputs, Module
from ablation.operators import Operator
from ablation.pages.figures.widths import effect_graph
from ablation.pages.fragment import fitting, fragment, paragraph
from ablation.pages.numbers import number


@dataclass(frozen=True, eq=False)
class Flow:
    """What each component, and each arrow between components, is worth to a metric.

    `nodes` has the effect of switching each off, `arrows` of switching off only what one reads of
    the other, all else following; each with its interval.
    """

    nodes: pd.DataFrame
    arrows: pd.DataFrame
    operator: str
    baseline: Amount
    route: str
    sites: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        return str(
            fragment(
                paragraph(flow_said(self), "lead"),
                fitting(lambda width: flow_figure(self, width)),
                paragraph(f"The graph was read by {self.route}.", "small"),
            )
        )


def flow(
    module: Module,
    inputs: Inputs,
    components: Patterns | None = None,
    *,
    metric: Read,
    by: Operator = OFF,
    reference: Inputs | None = None,
    draws: int = 200,
    seed: int = 0,
    level: float = 0.95,
) -> Flow:
    """Measure the effect of every component and of every arrow between components.

    >>> import torch
    >>> from torch import nn
    >>> net = nn.Sequential(nn.Linear(1, 1, bias=False), nn.ReLU())
    >>> _ = nn.init.constant_(net[0].weight, 2.0)
    >>> found = flow(net, torch.ones(1, 1), metric=lambda out: out[:, 0])
    >>> found.nodes["effect"].tolist(), found.arrows[["source", "reader", "effect"]].values.tolist()
    ([2.0, 2.0], [['0', '1', 2.0], ['1', 'output', 2.0]])
    """
    require(draws=draws, level=level)
    require_callable(metric=metric)
    if components is not None:
        components = require_names(components)
    bench = Bench.of(module, inputs, components, by, KeyedNoise(seed), reference=reference)
    graph = Components.of(module, inputs, tuple(bench.places))
    arrows = [each for each in graph.edges + graph.ends if each[0] in graph.names]
    rows = draws_of(bench, draws, lambda some: _every(bench, some, arrows, graph.names), metric)
    columns = list(zip(*rows, strict=True))
    base, nodes = columns[0], columns[1 : 1 + len(graph.names)]

    def lost(column: Sequence[float]) -> Amount:
        return Amount.of([a - b for a, b in zip(base, column, strict=True)], level)

    ends = zip(arrows, map(lost, columns[1 + len(graph.names) :]), strict=True)
    return Flow(
        nodes=pd.DataFrame(
            [(name, *_told(lost(c))) for name, c in zip(graph.names, nodes, strict=True)],
            columns=["component", "effect", "lower", "upper"],
        ),
        arrows=pd.DataFrame(
            [(*arrow, *_told(amount)) for arrow, amount in ends],
            columns=["source", "reader", "effect", "lower", "upper"],
        ),
        operator=str(by),
        baseline=Amount.of(base, level),
        route=graph.route,
        sites=bench.sites,
    )


def flow_said(found: Flow) -> str:
    """What a flow measures, in a sentence."""
    return (
        f"What it costs to switch off ({found.operator}) each component, and each arrow alone; "
        f"with everything on the metric is {number(found.baseline.value, 3)}."
    )


def flow_figure(found: Flow, width: float = 740) -> Markup:
    """Components with what they are worth, and arrows as wide as theirs."""
    nodes, arrows = found.nodes, found.arrows
    edges = [(str(a), str(b)) for a, b in zip(arrows["source"], arrows["reader"], strict=True)]
    return effect_graph(
        edges,
        nodes=[str(each) for each in nodes["component"]],
        worth=dict(zip(map(str, nodes["component"]), map(float, nodes["effect"]), strict=True)),
        widths=dict(zip(edges, map(float, arrows["effect"]), strict=True)),
        title="What every component and every arrow is worth",
        width=width,
    )


def _told(amount: Amount) -> tuple[float, float, float]:
    return amount.value, amount.lower, amount.upper


def _every(
    bench: Bench, draws: range, arrows: Sequence[Arrow], names: Sequence[str]
) -> list[Activations]:
    """The module as it is, with each component off, and with each arrow off, in some draws."""
    on = bench.run(draws)
    off = {name: bench.run(draws, off=[name]) for name in names}
    for name, each in off.items():
        bench.refuse_no_effect([name], on, each)
    worlds = [on, *off.values()]
    for source, reader in arrows:
        held = {name: calls for name, calls in on.own.items() if name != reader}
        read = bench.run(draws, hold=held | {source: off[source].own[source]})
        if reader in bench.places:
            read = bench.run(draws, hold={reader: read.own[reader]})
        worlds.append(read)
    return worlds
