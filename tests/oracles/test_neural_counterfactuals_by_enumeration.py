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


PART, ARROW, BIAS = "part", "first -> part", "beside.bias"


def tables(
    net: Tiny, x: Tensor, rate: Fraction, off: str = PART
) -> dict[tuple[bool, bool], Fraction]:
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
        instead = {
            PART: beside,
            # what part reads of first is zero, whatever the mask; beside reads what it did
            ARROW: beside + np.tanh(affine("part", 0 * hidden)),
            BIAS: beside - weight["beside.bias"] + part,
        }
        held, would = (
            affine("last", value * mask[BITS:] / (1 - float(rate)))[0] > 0
            for value in (beside + part, instead[off])
        )
        law[bool(held), bool(would)] += chance
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


@pytest.mark.parametrize("off", [PART, ARROW, BIAS])
@pytest.mark.parametrize("seed", TELLING)
def test_with_every_mask_supplied_the_counts_are_the_law(seed, off):
    net, x = network(seed, 0.5)
    both = twins(
        net,
        x,
        off,
        read=lambda output: bool(output > 0),
        noise=EveryMask(),
        draws=2 ** (BITS + LATE),
        among=["first", "part", "beside", "last"] if off == ARROW else None,
    )
    counted = list(zip(both.on, both.off, strict=True))
    law = tables(net, x, Fraction(1, 2), off)
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


class Random(nn.Module):
    """Noise of four kinds behind one component: each a handful of states, so all can be listed."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind, self.part, self.beside = kind, nn.Linear(2, 3), nn.Linear(2, 3)

    def forward(self, x: Tensor) -> Tensor:
        part, beside = torch.tanh(self.part(x)), self.beside(x)
        if self.kind == "drop path":
            return beside + part * torch.empty(len(x), 1).bernoulli_(0.5) * 2
        if self.kind == "attention":
            query = torch.stack([beside, part], 1)
            return nn.functional.scaled_dot_product_attention(query, query, query, dropout_p=0.5)
        if self.kind == "label":
            label = torch.multinomial((beside + 2 * part).softmax(-1), 1)
            return torch.zeros(len(x), 3).scatter(1, label, 1.0) - 0.5
        flips = torch.randint_like(beside, 2) * 2 - 1
        return beside + flips * part


def law_of(kind: str, net: Random, x: Tensor) -> tuple[Fraction | float, Fraction | float]:
    """P(event with the part on), P(event in both worlds), by listing what the noise can be."""
    w = {n: p.detach().double().numpy() for n, p in net.named_parameters()}
    given = x.double().numpy()[0]
    beside = w["beside.weight"] @ given + w["beside.bias"]
    worlds = np.tanh(w["part.weight"] @ given + w["part.bias"]), np.zeros(3)
    if kind == "label":  # the exponential race, integrated on a grid of its two gaps
        rates = [np.exp(beside + 2 * part) for part in worlds]
        first = rates[0][0] / rates[0].sum()
        # label 0 wins both races: the larger of the two rates of each rival has to lose
        rivals = np.maximum(rates[0] / rates[0][0], rates[1] / rates[1][0])
        return first, 1 / rivals.sum()
    held = []
    if kind == "drop path":
        states = [(bit,) for bit in (0, 2)]
        outs = [[beside + part * s[0] for part in worlds] for s in states]
    elif kind == "attention":
        outs = []
        for bits in product([0, 2], repeat=4):
            mask = np.array(bits, float).reshape(2, 2)
            pair = []
            for part in worlds:
                q = np.stack([beside, part])
                e = np.exp(q @ q.T / np.sqrt(3))
                pair.append(((e / e.sum(1, keepdims=True)) * mask @ q)[0])
            outs.append(pair)
    else:
        outs = [
            [beside + np.array(s) * part for part in worlds] for s in product([-1, 1], repeat=3)
        ]
    held = [(a[0] > 0.1, b[0] > 0.1) for a, b in outs]
    on = [pair for pair in held if pair[0]]
    return Fraction(len(on), len(held)), Fraction(sum(b for _, b in on), len(held))


def event(output: Tensor) -> bool:
    return bool(output.flatten()[0] > 0.1)


@pytest.mark.parametrize("kind", ["drop path", "attention", "label", "randint"])
def test_every_kind_of_noise_gives_the_law_that_listing_its_states_gives(kind):
    told = 0
    for seed in range(40):
        torch.manual_seed(seed)
        net, x = Random(kind), torch.randn(1, 2)
        on, both = law_of(kind, net, x)
        dull = on in {0, 1} if kind in ("drop path", "randint") else not 0 < both < on
        if told == 4 or dull or on < 0.05:
            continue
        told += 1
        answer = explain(net, x, "part", event=event, draws=3000, seed=seed)
        assert answer.on == pytest.approx(float(on), abs=0.04)
        assert answer.probability == pytest.approx(float(both) / float(on), abs=0.05)
    assert told == 4
