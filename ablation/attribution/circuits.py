"""The smallest set of components that keeps a prediction, and the smallest that breaks it.

A circuit is sufficient where everything outside it is off (Wang et al. 2023; Conmy et al. 2023).
What was found is run once more, by another road.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from ablation.attribution.event import Event, described, outcome
from ablation.attribution.prediction import EvidenceNeverHeldError
from ablation.attribution.smallest import Found, Members, Proof, Tried
from ablation.errors import AblationError, listed
from ablation.neural import Components, KeyedNoise
from ablation.neural.bench import Bench
from ablation.neural.replacement import OFF
from ablation.neural.selection import Patterns, require_names
from ablation.neural.sweep import sweep
from ablation.neural.sweep.asking import require_callable
from ablation.neural.trees import Inputs, Module
from ablation.operators import Operator
from ablation.pages.figures.widths import effect_graph
from ablation.pages.fragment import fitting, fragment, paragraph, table
from ablation.pages.numbers import number


class StillRandomError(AblationError, ValueError):
    """A circuit asked of a module that draws random numbers, in which sets keep it by chance."""

    def __init__(self, sites: Sequence[str]) -> None:
        self.sites = tuple(sites)
        super().__init__(
            f"the module draws random numbers at {listed(sites)}: whether a set of components "
            "keeps a prediction is then a matter of chance. Call module.eval() first."
        )


class TooSmallBudgetError(AblationError, ValueError):
    """A budget that does not even pay for the greedy search."""

    def __init__(self, budget: int, needed: int) -> None:
        self.budget, self.needed = budget, needed
        super().__init__(f"a budget of {budget:,} runs is too small: the greedy searches may need "
                         f"{needed:,}.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Circuit:
    """The components that keep an event when all others are off; `breaking` stop it, off alone.

    `proof` is "smallest" where every smaller set was tried and none keeps it, and "minimal" where
    no single member can go. `alternatives` are all circuits of that size, this one among them;
    empty where not all were tried. Of events that are truths margins are 1 and -1.
    """

    names: tuple[str, ...]
    operator: str
    event: str
    baseline: float
    found: Found
    breaking: Found | None
    runs: int
    components: Components = field(repr=False)

    @property
    def members(self) -> Members:
        """The components of the circuit."""
        return self.found.members

    @property
    def proof(self) -> Proof:
        """What is proven of its size."""
        return self.found.proof

    @property
    def alternatives(self) -> tuple[Members, ...]:
        """Every circuit of this size; empty where not all sets of it were tried."""
        return self.found.alternatives

    @property
    def necessary(self) -> Members:
        """Components that are in every circuit of this size; empty where not all were tried."""
        shared = [set(each) for each in self.alternatives]
        common = set.intersection(*shared) if shared else set()
        return tuple(name for name in self.names if name in common)

    def _repr_html_(self) -> str:
        facts = [("components", str(len(self.names))), ("runs", f"{self.runs:,}")]
        facts += [("margin whole", number(self.baseline, 3)),
                  ("margin of the circuit", number(self.found.margin, 3))]  # fmt: skip
        if self.necessary:
            facts.append(("in every smallest circuit", ", ".join(self.necessary)))
        picture = fitting(lambda width: circuit_figure(self, width))
        return str(fragment(paragraph(str(self), "lead"), picture, table(("", ""), facts)))

    def __str__(self) -> str:
        rest = len(self.names) - len(self.members)
        size = "no smaller set does" if self.proof == "smallest" else "no member of it can go"
        others = len(self.alternatives) - 1
        also = f"; {others} other{'s' * (others != 1)} of its size do{'es' * (others == 1)}" * (
            others > 0
        )
        broken = (
            f" Switching off {listed(self.breaking.members)} breaks it."
            if self.breaking
            else " Nothing that was tried breaks it."
        )
        if not self.members:
            return f"Even with all {rest} components off ({self.operator}), {self.event}.{broken}"
        return (
            f"{listed(self.members)} keep{'s' * (len(self.members) < 2)} it that {self.event}, "
            f"with the other {rest} components off ({self.operator}); {size}{also}.{broken}"
        )


def circuit(
    module: Module,
    inputs: Inputs,
    components: Patterns | None = None,
    *,
    keeps: Event,
    by: Operator = OFF,
    reference: Inputs | None = None,
    budget: int = 4096,
    seed: int = 0,
) -> Circuit:
    """Find the smallest set of components that keeps an event with all others off.

    `keeps` is a truth or a margin of the whole output, of one example or of a batch (accuracy less
    0.9, for one). The search runs at most `budget` ablations: greedily first, then every smaller
    set, smallest first; so with few components the circuit is proven to be the smallest.

    >>> import torch
    >>> from torch import nn
    >>> class Net(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.parts = nn.ModuleList(nn.Linear(1, 1, bias=False) for _ in range(4))
    ...     def forward(self, x):
    ...         return sum(part(x) for part in self.parts)
    >>> net = Net()
    >>> for part, weight in zip(net.parts, [1.0, 5.0, -2.0, 3.0]):
    ...     _ = nn.init.constant_(part.weight, weight)
    >>> print(circuit(net, torch.ones(1, 1), keeps=lambda out: out - 4))
    parts.1 keeps it that the event holds, with the other 3 components off (zero); no smaller set \
does. Switching off parts.1 breaks it.
    """
    require_callable(keeps=keeps)
    components = components if components is None else require_names(components)
    bench = Bench.of(module, inputs, components, by, KeyedNoise(seed), reference=reference)
    names = tuple(bench.places)
    baseline = _margin(keeps, bench.run().output)
    if bench.sites:
        raise StillRandomError(bench.sites)
    if baseline <= 0:
        raise EvidenceNeverHeldError(described(keeps), 1, random=False)
    needed = len(names) * (len(names) + 1)  # two searches
    if budget < needed:
        raise TooSmallBudgetError(budget, needed)

    def margins(every: Sequence[Members]) -> list[float]:
        if not every:
            return []
        swept = sweep(
            module, inputs, names, metric=lambda output: _margin(keeps, output), by=by,
            subsets=every, reference=reference, seed=seed, expect_effect=False,
        )  # fmt: skip
        return [float(each) for each in swept["ablated"]]

    tried = Tried(names, margins, budget)
    found = tried.smallest(keep=True)
    breaking = tried.smallest(keep=False)
    for each, holds in ((found, True), (breaking, False)):
        if each is not None:
            _check(bench, keeps, names, each, holds=holds)
    assert found is not None  # keeping everything keeps it
    return Circuit(
        names=names,
        operator=str(by),
        event=described(keeps),
        baseline=baseline,
        found=found,
        breaking=breaking,
        runs=len(tried.known),
        components=Components.of(module, inputs, names),
    )


def circuit_figure(found: Circuit, width: float = 740) -> Markup:
    """The graph of components, with the members of the circuit filled."""
    graph = found.components
    return effect_graph(
        list(graph.edges + graph.ends),
        nodes=list(graph.names),
        members=found.members,
        title=f"The circuit that keeps it that {found.event}",
        width=width,
    )


def _margin(keeps: Event, output: object) -> float:
    said = outcome(keeps, output)
    return said.margin if said.margin is not None else 1.0 if said.holds else -1.0


def _check(bench: Bench, keeps: Event, names: Members, found: Found, *, holds: bool) -> None:
    """Run what was found once more, whole; a margin at zero may be a matter of rounding."""
    off = [name for name in names if (name in found.members) is not holds]
    if (_margin(keeps, bench.run(off=off).output) > 0) is not holds:
        raise AblationError(
            f"{listed(found.members)}: the margin {found.margin:.3g} is within the rounding of two "
            "ways to compute it. Ask for an event with a margin."
        )
