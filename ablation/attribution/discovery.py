"""From a trained module to the graph of its components, by switching components off.

The code of the module is never read. Two kinds of runs on the same inputs: switch A off, and see
who changes (A's descendants); switch A off and hold all others at what they passed on before, and
see who changes (A's children). One intervention on every component identifies the graph
(Eberhardt, Glymour & Scheines 2006); holding is the controlled direct effect (Pearl 2001).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import causal
from ablation.errors import AblationError, listed
from ablation.neural import Activations, ablated, observe, select
from ablation.neural.errors import RandomModuleError
from ablation.neural.isolation import unchanged
from ablation.neural.patch import refuse_no_effect
from ablation.neural.replacement import OFF
from ablation.neural.trees import Inputs, Module, largest_change
from ablation.operators import Operator

Edge: TypeAlias = tuple[str, str]
Changes: TypeAlias = Mapping[Edge, float]


class Wired(Protocol):
    """Anything with named components and the edges between them."""

    @property
    def names(self) -> tuple[str, ...]:
        """The components."""
        ...

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Who reads whom."""
        ...


class DifferentComponentsError(AblationError, ValueError):
    """Two graphs that are not about the same components have no distance."""

    def __init__(self, differing: Iterable[str]) -> None:
        self.differing = tuple(sorted(differing))
        super().__init__(
            f"the graphs have different components: {listed(self.differing)} in only one of them."
        )


@dataclass(frozen=True, slots=True)
class ComponentGraph:
    """What ablations said about the wiring of a module, and how clearly they said it.

    A change counts when it exceeds `threshold`, relative to the largest number that the component
    returns. `weakest` is the smallest change that counted as a direct effect, `residue` the largest
    one that did not; far apart, the threshold did not matter.
    """

    names: tuple[str, ...]
    ancestral: tuple[Edge, ...]
    edges: tuple[Edge, ...]
    runs: int
    threshold: float
    weakest: float
    residue: float
    operator: str

    @property
    def margin(self) -> float:
        """How many times larger than the threshold the weakest direct effect was."""
        return self.weakest / self.threshold

    @property
    def conflicts(self) -> tuple[Edge, ...]:
        """Pairs that the two kinds of runs disagree on, such as effects that cancel on two paths.

        The ancestral pairs should be the chains of edges, neither more nor fewer.
        """
        children: dict[str, set[str]] = {name: set() for name in self.names}
        for tail, head in self.edges:
            children[tail].add(head)
        chained = {(name, other) for name in self.names for other in _reached(name, children)}
        return tuple(sorted(chained ^ set(self.ancestral)))

    def to_admg(self) -> causal.ADMG:
        """The components as a causal graph; raises causal.CycleError if they call in a circle."""
        return to_admg(self)

    def __str__(self) -> str:
        return (
            f"{len(self.names)} components, {len(self.edges)} edges from {self.runs} forward "
            f"passes by {self.operator}; the weakest direct effect is {self.weakest:.2g}, the "
            f"largest change taken for none {self.residue:.2g} (threshold {self.threshold:.2g})"
        )


def discover_components(
    module: Module,
    inputs: Inputs,
    components: str | Iterable[str] | None = None,
    *,
    by: Operator = OFF,
    reference: Inputs | None = None,
    threshold: float = 1e-6,
    seed: int = 0,
) -> ComponentGraph:
    """Find the graph of a module's components in 2n + 2 forward passes on a few inputs.

    Needs a deterministic module (`module.eval()`), which two runs check, and an operator that
    changes every component, which is checked too. An edge is missed only where its effect on
    these inputs is zero; `conflicts` lists what the two kinds of runs disagree on.

    >>> import torch
    >>> from torch import nn
    >>> net = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 2))
    >>> discover_components(net, torch.ones(1, 2)).edges
    (('0', '1'), ('1', '2'))
    """
    names = tuple(select(module, components))
    total: dict[Edge, float] = {}
    direct: dict[Edge, float] = {}
    with unchanged(module):
        before = observe(module, inputs, names)
        _refuse_random(before, observe(module, inputs, names), threshold)
        for name in names:
            held = {other: own for other, own in before.own.items() if other != name}
            with ablated(
                module, name, by=by, reference=reference, seed=seed, expect_effect=False
            ) as patch:
                total |= _changes(name, before, observe(module, inputs, names))
                direct |= _changes(name, before, observe(module, inputs, names, hold=held))
            refuse_no_effect(patch.acted)
    edges, rest = _cut(direct, threshold)
    ancestral, _ = _cut(total, threshold)
    return ComponentGraph(
        names=names,
        ancestral=tuple(ancestral),
        edges=tuple(edges),
        runs=2 * len(names) + 2 + len(names) * (reference is not None),
        threshold=threshold,
        weakest=min(edges.values(), default=float("inf")),
        residue=max(rest.values(), default=0.0),
        operator=str(by),
    )


def structural_hamming_distance(one: Wired, other: Wired) -> int:
    """Count the pairs of components on which two graphs differ; a reversed edge counts once.

    >>> from ablation.neural import Components
    >>> chain = Components(("a", "b", "c"), (("a", "b"), ("b", "c")))
    >>> structural_hamming_distance(chain, Components(("c", "b", "a"), (("b", "a"),)))
    2
    """
    if set(one.names) != set(other.names):
        raise DifferentComponentsError(set(one.names) ^ set(other.names))
    return len({frozenset(edge) for edge in set(one.edges) ^ set(other.edges)})


def to_admg(components: Wired) -> causal.ADMG:
    """Read components as a causal graph: data flow is the only way that one can change another.

    >>> from ablation.neural import Components
    >>> to_admg(Components(("a", "b"), (("a", "b"),)))
    ADMG.parse('a -> b')
    """
    return causal.ADMG.of(nodes=components.names, directed=components.edges)


def _changes(name: str, before: Activations, after: Activations) -> Changes:
    return {
        (name, other): largest_change(own, after.own[other])
        for other, own in before.own.items()
        if other != name
    }


def _cut(changes: Changes, threshold: float) -> tuple[dict[Edge, float], dict[Edge, float]]:
    """Separate what counts as a change from what does not."""
    counted = {pair: change for pair, change in changes.items() if change > threshold}
    return counted, {pair: change for pair, change in changes.items() if pair not in counted}


def _refuse_random(before: Activations, again: Activations, threshold: float) -> None:
    for name, own in before.own.items():
        difference = largest_change(own, again.own[name])
        if difference > threshold:
            raise RandomModuleError(name, difference)


def _reached(name: str, children: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    ahead = [name]
    while ahead:
        new = children[ahead.pop()] - reached
        reached |= new
        ahead += new
    return reached
