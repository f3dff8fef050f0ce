"""What runs along some paths of a network.

An arrow that is taken carries what its source would pass on had the component been off; every other
arrow carries what it carries anyway (edge interventions, Shpitser & Tchetgen Tchetgen 2016). One
run a node: the node reads such values, and what it computes is what it carries on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

from ablation.attribution.amount import Amount, Read
from ablation.attribution.draws_of import draws_of
from ablation.attribution.settings import require
from ablation.errors import AblationError, did_you_mean, listed, nearest
from ablation.neural import Components, KeyedNoise
from ablation.neural.activations import Activations
from ablation.neural.bench import Bench
from ablation.neural.replacement import OFF
from ablation.neural.selection import Patterns, require_names
from ablation.neural.sweep.asking import require_callable
from ablation.neural.trees import Inputs, Module
from ablation.operators import Operator

Arrow: TypeAlias = tuple[str, str]


class PathError(AblationError, ValueError):
    """A path that the graph of components does not have."""

    def __init__(self, path: str, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(f"the path {path!r}: {problem}.")


@dataclass(frozen=True, slots=True)
class PathEffect:
    """What a component's effect is along some paths, of its effect along all."""

    component: str
    paths: tuple[str, ...]
    operator: str
    effect: Amount
    total: Amount
    among: tuple[str, ...]
    sites: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Of the total; shares of all paths need not sum to one, as paths interact."""
        return self.effect.value / self.total.value if self.total.value else float("nan")

    def __str__(self) -> str:
        return (
            f"{self.component} off ({self.operator}) costs {self.effect.beside(self.total)} along "
            f"{listed(self.paths)}, of {self.total} along all paths."
        )


def path_effect(
    module: Module,
    inputs: Inputs,
    paths: str | Iterable[str],
    *,
    among: Patterns,
    metric: Read,
    by: Operator = OFF,
    reference: Inputs | None = None,
    draws: int = 200,
    seed: int = 0,
    level: float = 0.95,
) -> PathEffect:
    """Measure what switching a component off costs along the paths named, and along no other.

    A path is written "a -> b -> output" and starts at the component; several paths start at one
    component. `among` are the components of the graph: an arrow passes through none of them.

    >>> import torch
    >>> from torch import nn
    >>> class Net(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.a, self.m = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
    ...     def forward(self, x):
    ...         return self.a(x) + self.m(self.a(x))
    >>> net = Net()
    >>> for weight in net.parameters():
    ...     _ = nn.init.constant_(weight, 2.0)
    >>> found = path_effect(net, torch.ones(1, 1), "a -> m -> output", among=["a", "m"],
    ...                     metric=lambda out: out[:, 0])
    >>> print(found)
    a off (zero) costs 4.00 along a -> m -> output, of 6.00 along all paths.
    """
    require(draws=draws, level=level)
    require_callable(metric=metric)
    among = require_names(among)
    bench = Bench.of(module, inputs, among, by, KeyedNoise(seed), reference=reference)
    graph = Components.of(module, inputs, tuple(bench.places))
    written = [paths] if isinstance(paths, str) else list(paths)
    taken = _Taken.of(written, graph)
    [source] = taken.sources
    rows = draws_of(bench, draws, lambda numbers: _along(bench, numbers, source, taken), metric)
    on, along, off = zip(*rows, strict=True)
    return PathEffect(
        component=source,
        paths=tuple(" -> ".join(_steps(path)) for path in written),
        operator=str(by),
        effect=Amount.of([a - b for a, b in zip(on, along, strict=True)], level),
        total=Amount.of([a - b for a, b in zip(on, off, strict=True)], level),
        among=tuple(bench.places),
        sites=bench.sites,
    )


def _along(
    bench: Bench, draws: range, source: str, taken: "_Taken"
) -> tuple[Activations, Activations, Activations]:
    on, off = bench.run(draws), bench.run(draws, off=[source])
    bench.refuse_no_effect([source], on, off)
    return on, _Carried(bench, draws, on, off, source, taken).end(), off


@dataclass(frozen=True, slots=True)
class _Taken:
    """The arrows that lie on the paths, and where those begin and end."""

    arrows: tuple[Arrow, ...]
    sources: tuple[str, ...]
    end: str

    @classmethod
    def of(cls, paths: Sequence[str], graph: Components) -> "_Taken":
        """Read paths, and hold them against the graph."""
        exits = {end for _, end in graph.ends if end not in graph.names} or {"output"}
        known, [end] = {*graph.edges, *graph.ends}, [*exits]
        arrows: dict[Arrow, None] = {}
        sources: dict[str, None] = {}
        for path in paths:
            steps = _steps(path)
            for name in steps:
                if name not in {*graph.names, end}:
                    hint = did_you_mean(nearest(name, [*graph.names, end]))
                    raise PathError(path, f"there is no component {name!r} among them{hint}")
            if len(steps) < 2 or steps[-1] != end or steps[0] == end:
                raise PathError(path, f"it leads from a component to {end!r}, as a -> b -> {end}")
            for arrow in pairwise(steps):
                if arrow not in known:
                    reads = listed([b for a, b in sorted(known) if a == arrow[0]])
                    raise PathError(
                        path, f"{arrow[1]!r} does not read {arrow[0]!r}, which is read by {reads}"
                    )
                arrows[arrow] = None
            sources[steps[0]] = None
        if len(sources) != 1:
            raise PathError("; ".join(paths), f"one component, not {len(sources)}, is switched off")
        return cls(tuple(arrows), tuple(sources), end)


def _steps(path: str) -> list[str]:
    return [step.strip() for step in path.split("->")]


@dataclass(frozen=True, slots=True)
class _Carried:
    """The worlds of some draws in which some arrows carry what they would."""

    bench: Bench
    draws: range
    on: Activations
    off: Activations
    source: str
    taken: _Taken
    known: dict[str, tuple[object, ...]] = field(default_factory=dict)

    def end(self) -> Activations:
        """The run whose output reads what its taken arrows carry."""
        return self.reading(self.taken.end)

    def reading(self, reader: str) -> Activations:
        """Run with everything as it is but what this reader reads along taken arrows."""
        held = {name: calls for name, calls in self.on.own.items() if name != reader}
        for source, to in self.taken.arrows:
            if to == reader:
                held[source] = self.carried(source)
        return self.bench.run(self.draws, hold=held)

    def carried(self, name: str) -> tuple[object, ...]:
        """What a component passes on along the paths."""
        if name == self.source:
            return self.off.own[name]
        if name not in self.known:
            self.known[name] = self.reading(name).own[name]
        return self.known[name]
