"""How much of a component's effect goes through others, and how much does not.

Natural and controlled effects (Pearl 2001; Robins & Greenland 1992). For people they need
assumptions across worlds; for a network every one of the worlds can be run, on the same noise.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from ablation.attribution.amount import Amount, Read
from ablation.attribution.draws_of import draws_of
from ablation.attribution.settings import require
from ablation.errors import AblationError, listed
from ablation.neural import Components, KeyedNoise
from ablation.neural.activations import Activations
from ablation.neural.bench import Bench
from ablation.neural.replacement import OFF
from ablation.neural.selection import Patterns, require_names, select
from ablation.neural.sweep.asking import require_callable
from ablation.neural.trees import Inputs, Module, largest_change
from ablation.operators import Operator


class NotBetweenError(AblationError, ValueError):
    """A mediator that is not computed from the component, so nothing can go through it."""

    def __init__(self, mediator: str, component: str) -> None:
        self.mediator, self.component = mediator, component
        super().__init__(
            f"{mediator!r} is not computed from {component!r}: nothing goes through it. "
            "Name components that read it, directly or not."
        )


@dataclass(frozen=True, slots=True)
class Mediation:
    """The effect of a component, taken apart; each amount is what is lost of the metric.

    `total` is on minus off. `direct` leaves the mediators as they were; `indirect` moves nothing
    but them; `interaction` is what neither of the two says. `controlled` is the effect where the
    mediators are off anyway, by the same operator.
    """

    component: str
    through: str
    operator: str
    total: Amount
    direct: Amount
    indirect: Amount
    interaction: Amount
    controlled: Amount
    sites: tuple[str, ...] = ()

    def frame(self) -> pd.DataFrame:
        """One row an amount."""
        return pd.DataFrame(
            [(name, each.value, each.lower, each.upper) for name, each in self.amounts()],
            columns=["effect", "value", "lower", "upper"],
        )

    def amounts(self) -> Iterator[tuple[str, Amount]]:
        """The amounts by their names."""
        for name in ("total", "direct", "indirect", "interaction", "controlled"):
            yield name, getattr(self, name)

    def __str__(self) -> str:
        total, direct, indirect, both, controlled = (
            each.beside(self.total) for _, each in self.amounts()
        )
        return (
            f"{self.component} off ({self.operator}) costs {total}: {direct} directly, {indirect} "
            f"through {self.through}, {both} by both together. Were {self.through} off anyway, it "
            f"would cost {controlled}."
        )


def mediation(
    module: Module,
    inputs: Inputs,
    component: Patterns,
    *,
    through: Patterns,
    metric: Read,
    by: Operator = OFF,
    reference: Inputs | None = None,
    draws: int = 200,
    seed: int = 0,
    level: float = 0.95,
) -> Mediation:
    """Take the effect of a component apart: through other components, and past them.

    `metric` reads one number off the output, or one for each example. A module that draws random
    numbers is run on `draws` keyed draws, the same in all worlds, and each amount has an interval;
    otherwise the amounts are exact.

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
    >>> print(mediation(net, torch.ones(1, 1), "a", through="m", metric=lambda out: out[:, 0]))
    a off (zero) costs 6.00: 2.00 directly, 4.00 through m, 0.00 by both together. Were m off \
anyway, it would cost 2.00.
    """
    require(draws=draws, level=level)
    require_callable(metric=metric)
    ones, others = (tuple(select(module, require_names(each))) for each in (component, through))
    bench = Bench.of(module, inputs, [*ones, *others], by, KeyedNoise(seed), reference=reference)
    _refuse_aside(bench, ones, others)
    rows = draws_of(bench, draws, lambda numbers: _worlds(bench, numbers, ones, others), metric)
    on, off, past, only, both, none = zip(*rows, strict=True)

    def amount(*terms: tuple[int, tuple[float, ...]]) -> Amount:
        values = [sum(s * each[i] for s, each in terms) for i in range(len(on))]
        return Amount.of(values, level)

    return Mediation(
        component=listed(ones),
        through=listed(others),
        operator=str(by),
        total=amount((1, on), (-1, off)),
        direct=amount((1, on), (-1, past)),
        indirect=amount((1, on), (-1, only)),
        interaction=amount((1, past), (1, only), (-1, on), (-1, off)),
        controlled=amount((1, both), (-1, none)),
        sites=bench.sites,
    )


def _worlds(
    bench: Bench, draws: range, ones: tuple[str, ...], others: tuple[str, ...]
) -> tuple[Activations, ...]:
    """The six worlds of some draws."""
    on, off = bench.run(draws), bench.run(draws, off=ones)
    bench.refuse_no_effect(ones, on, off)
    were = {name: on.own[name] for name in others}
    would_be = {name: off.own[name] for name in others}
    return (
        on,
        off,
        bench.run(draws, off=ones, hold=were),
        bench.run(draws, hold=would_be),
        bench.run(draws, off=others),
        bench.run(draws, off=(*ones, *others)),
    )


def _refuse_aside(bench: Bench, ones: tuple[str, ...], others: tuple[str, ...]) -> None:
    """Refuse mediators by the graph; one that is seen to change is computed from it anyhow."""
    graph = Components.of(bench.module, bench.inputs, [*ones, *others])
    after = frozenset().union(*(graph.descendants(name) for name in ones))
    aside = [name for name in others if name not in after]
    if aside and not graph.exact:
        on, off = bench.run().own, bench.run(off=ones).own
        aside = [name for name in aside if not any(map(largest_change, on[name], off[name]))]
    if aside:
        raise NotBetweenError(aside[0], listed(ones))
