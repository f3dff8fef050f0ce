"""Pairs of components: whether one makes up for the other, or each needs the other.

The interaction of a pair is a second difference, and like every effect of an ablation it is one of
an operator, from a baseline: two components that are redundant under one may not be under another.
"""

from itertools import combinations

import pandas as pd

from ablation.attribution.amount import Read
from ablation.neural.replacement import OFF
from ablation.neural.selection import Patterns
from ablation.neural.sweep import sweep
from ablation.neural.trees import Inputs, Module
from ablation.operators import Operator


def pairwise(
    module: Module,
    inputs: Inputs,
    components: Patterns | None = None,
    *,
    metric: Read,
    by: Operator = OFF,
    reference: Inputs | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Switch off every pair of components, and compare with each alone.

    interaction = first + second - joint, each being what is lost of the metric: how much more one
    brings where the other is on. Below zero the two make up for each other: "redundant". Above
    zero what one is good for needs the other: "joint". Within the numeric noise of the module:
    "additive".
    The operator and what it stands on are in the attributes of the table.

    >>> import torch
    >>> from torch import nn
    >>> class Net(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.a, self.b = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
    ...     def forward(self, x):
    ...         return torch.maximum(self.a(x), self.b(x))
    >>> net = Net()
    >>> for weight in net.parameters():
    ...     _ = nn.init.constant_(weight, 2.0)
    >>> found = pairwise(net, torch.ones(1, 1), metric=lambda out: out[:, 0])
    >>> found.drop(columns="noise_floor").iloc[0].to_dict()
    {'first': 'a', 'second': 'b', 'effect_first': 0.0, 'effect_second': 0.0, 'joint': 2.0, \
'interaction': -2.0, 'relation': 'redundant'}
    """
    swept = sweep(
        module, inputs, components, metric=metric, by=by, subsets=2, reference=reference, seed=seed
    )
    effects = dict(zip(map(str, swept["component"]), swept["effect"].astype(float), strict=True))
    floor = float(swept["noise_floor"].max())
    rows = []
    for first, second in combinations([name for name in effects if " + " not in name], 2):
        alone, joint = (effects[first], effects[second]), effects[f"{first} + {second}"]
        gap = sum(alone) - joint
        relation = "additive" if abs(gap) <= 3 * floor else "joint" if gap > 0 else "redundant"
        rows.append((first, second, *alone, joint, gap, floor, relation))
    table = pd.DataFrame(
        rows,
        columns=[
            *("first", "second", "effect_first", "effect_second"),
            *("joint", "interaction", "noise_floor", "relation"),
        ],
    )
    base = float(swept["baseline"].iloc[0]) if len(swept) else float("nan")
    table.attrs = {
        "operator": str(by),
        "reference": "the batch at hand" if reference is None else "reference",
        "baseline": base,
    }
    return table
