"""The probability of a counterfactual, by listing every state of the noise by hand."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ablation.attribution import explain
from ablation.neural import twins

BITS, LATE = 3, 2


class Tiny(nn.Module):
    """Three dropout bits before the component and two behind it."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.first, self.early = nn.Linear(2, BITS), nn.Dropout(rate)
        self.part, self.late = nn.Linear(BITS, LATE), nn.Dropout(rate)
        self.beside, self.last = nn.Linear(BITS, LATE), nn.Linear(LATE, 1)

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.early(torch.tanh(self.first(x)))
        return self.last(self.late(self.beside(hidden) + torch.tanh(self.part(hidden))))


def tables(net: Tiny, x: Tensor, rate: Fraction) -> dict[tuple[bool, bool], Fraction]:
    """P(event with the part on, event with it off), in numpy, mask by mask."""
    weight = {n: p.detach().double().numpy() for n, p in net.named_parameters()}

    def affine(name: str, value: np.ndarray) -> np.ndarray:
        return value @ weight[f"{name}.weight"].T + weight[f"{name}.bias"]

    before = np.tanh(affine("first", x.double().numpy()[0]))
    law = dict.fromkeys(product([True, False], repeat=2), Fraction(0))
    for mask in product([0, 1], repeat=BITS + LATE):
        chance = Fraction(1)
        for bit in mask:
            chance *= 1 - rate if bit else rate
        hidden = before * mask[:BITS] / (1 - float(rate))
        beside, part = affine("beside", hidden), np.tanh(affine("part", hidden))
        on, off = (
            affine("last", value * mask[BITS:] / (1 - float(rate)))[0] > 0
            for value in (beside + part, beside)
        )
        law[bool(on), bool(off)] += chance
    return law


class EveryMask:
    """Noise in which draw d is the d-th state of all the bits: nothing is left to chance."""

    def words(self, site: str, count: int, draws: range) -> np.ndarray:
        start = 0 if "early" in site else BITS
        bits = np.array([[d >> (start + i) & 1 for i in range(count)] for d in draws])
        return np.where(bits, 0, 2**32 - 1).astype(np.uint32)  # 0 keeps, all ones drop


def network(seed: int, rate: float) -> tuple[Tiny, Tensor]:
    torch.manual_seed(seed)
    net = Tiny(rate).train()
    nn.init.constant_(net.last.bias, 0.05)
    return net, torch.randn(1, 2)


TELLING = [  # networks in which all four pairs of outcomes happen
    seed for seed in range(60) if all(tables(*network(seed, 0.5), Fraction(1, 2)).values())
][:6]


@pytest.mark.parametrize("seed", TELLING)
def test_with_every_mask_supplied_the_counts_are_the_law(seed):
    net, x = network(seed, 0.5)
    both = twins(
        net,
        x,
        "part",
        read=lambda output: bool(output > 0),
        noise=EveryMask(),
        draws=2 ** (BITS + LATE),
    )
    counted = list(zip(both.on, both.off, strict=True))
    law = tables(net, x, Fraction(1, 2))
    assert {pair: Fraction(counted.count(pair), 32) for pair in law} == law


@pytest.mark.parametrize("rate", [Fraction(1, 4), Fraction(1, 2)])
@pytest.mark.parametrize("seed", TELLING)
def test_estimates_cover_the_exact_probabilities(seed, rate):
    net, x = network(seed, float(rate))
    law = tables(net, x, rate)
    on = law[True, True] + law[True, False]
    off_fails = law[True, False] + law[False, False]
    answer = explain(net, x, "part", event=lambda out: bool(out > 0), draws=4000, seed=seed)
    for exact, (low, high) in (
        (law[True, True] / on, answer.interval),
        (law[True, False] / on, answer.necessity_interval),
        (law[True, False] / off_fails, answer.sufficiency_interval),
        (law[True, False], answer.necessity_and_sufficiency_interval),
    ):
        slack = 0.01  # some of 48 intervals at 95 % miss, by little
        assert low - slack <= exact <= high + slack
