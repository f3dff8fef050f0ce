"""Types that are generated give the bounds that all types give, and prove them as well."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest

import causal
from causal import ADMG
from causal.estimation.bounding import Bounds, Falsified, bounds
from causal.model import SCM, Noise, Table, counterfactual, random_scm
from causal.model.engines.bounding import response_types, tableau
from causal.model.engines.bounding.patterns import Slot
from causal.model.engines.bounding.pricing import Pricing
from causal.model.engines.bounding.response_types import Block, Monotone

INSTRUMENT = ADMG.parse("Z -> X -> Y; X <-> Y")


@pytest.fixture
def generated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_types, "MOST_TYPES", 3)
    monkeypatch.setattr(tableau, "MOST_TYPES", 3)


CASES = [
    ("Z -> X -> Y; X <-> Y", "P(Y=1 | do(X=1))", ()),
    ("Z -> X -> Y; X <-> Y", "E(Y[X=1]) - E(Y[X=0])", ()),
    ("Z -> X -> Y; X <-> Y", "P(Y[X=0]=0 | X=1, Y=1)", ()),
    ("Z -> X -> Y; X <-> Y", "P(Y[X=1]=1, Y[X=0]=0)", ()),
    ("Z -> X -> Y; X <-> Y", "E(Y[X=1]) - E(Y[X=0])", ("Z -> X",)),
    ("Z -> X -> Y; X <-> Y", "P(Y[X=0]=0 | Y[X=1]=1)", ("X -> Y",)),
    ("X -> M -> Y; X -> Y; M <-> Y", "E(Y[X=1, M=M[X=0]]) - E(Y[X=0])", ()),
    ("X -> M -> Y; X -> Y; X <-> M; M <-> Y; X <-> Y", "P(Y=1 | do(X=1))", ()),
]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(("text", "question", "monotone"), CASES)
def test_listing_all_types_and_generating_them_agree(
    text: str,
    question: str,
    monotone: tuple[str, ...],
    seed: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    graph = ADMG.parse(text)
    law = _law(graph, seed, monotone)
    listed = bounds(graph, question, law, monotone=monotone)
    monkeypatch.setattr(response_types, "MOST_TYPES", 3)
    monkeypatch.setattr(tableau, "MOST_TYPES", 3)
    found = bounds(graph, question, law, monotone=monotone)
    assert type(found) is type(listed)
    if isinstance(found, Bounds) and isinstance(listed, Bounds):
        assert found.interval == listed.interval
        assert "generated" in found.engine
        for certificate in found.certificates:
            certificate.check()


def _law(graph: ADMG, seed: int, monotone: tuple[str, ...]) -> pd.Series:
    if not monotone:
        return random_scm(graph, rng=seed).law()
    rng = np.random.default_rng(seed)
    shares = rng.integers(1, 9, 4)
    noise = Noise("U", [Fraction(int(one), int(shares.sum())) for one in shares])
    rising = {(0, u): 0 if u < 3 else 1 for u in range(4)} | {(1, u): int(u > 0) for u in range(4)}
    rows = {key: ("0, 1" if value else "1, 0") for key, value in rising.items()}
    tables = {
        "Z": Table((), "1/3, 2/3"),
        "X": Table(("Z", "U"), rows),
        "Y": Table(("X", "U"), rows),
    }
    return SCM(graph, tables, [noise]).law()


@pytest.mark.usefixtures("generated")
def test_a_law_that_no_model_has_is_found_out_without_a_list_of_types() -> None:
    cells = dict.fromkeys(product((0, 1), repeat=3), Fraction(0))
    cells[0, 0, 0] = cells[1, 0, 1] = Fraction(1, 2)  # Pearl's instrumental inequality is broken
    index = pd.MultiIndex.from_tuples(list(cells), names=["Z", "X", "Y"])
    found = bounds(
        INSTRUMENT,
        "P(Y=1 | do(X=1))",
        pd.Series(list(cells.values()), index=index),
        domains={"X": (0, 1)},
    )
    assert isinstance(found, Falsified)
    assert "<= 1" in str(found)


@pytest.mark.usefixtures("generated")
@pytest.mark.parametrize("question", ["P(Y=1 | do(X=1))", "P(Y[X=0]=0 | X=1, Y=1)"])
def test_a_model_reaches_each_end(question: str) -> None:
    law = random_scm(INSTRUMENT, rng=5).law("Z", "X", "Y")
    found = bounds(INSTRUMENT, question, law)
    assert isinstance(found, Bounds)
    ends = zip((found.lower_model, found.upper_model), found.interval, strict=True)
    for model, end in ends:
        assert (model.law("Z", "X", "Y") == law).all()
        assert counterfactual(model, question, exact=True).value == end


def test_an_instrument_of_five_values_is_bounded_and_a_model_reaches_the_end() -> None:
    law, truth = _five_values()
    found = bounds(INSTRUMENT, "P(Y=1 | do(X=1))", law)
    assert isinstance(found, Bounds)
    assert found.engine == "linear program over response types (9,765,625, columns generated)"
    low, high = found.interval
    assert low <= truth <= high
    assert found.sharp
    for certificate in found.certificates:
        certificate.check()
    model = found.lower_model
    assert (model.law("Z", "X", "Y") == law).all()
    assert counterfactual(model, "P(Y[X=1]=1)", exact=True).value == low


def _five_values() -> tuple[pd.Series, Fraction]:
    rng, places = np.random.default_rng(3), tuple(range(5))

    def row() -> tuple[Fraction, ...]:
        parts = rng.integers(0, 4, 5) + np.eye(5, dtype=int)[rng.integers(5)]
        return tuple(Fraction(int(part), int(parts.sum())) for part in parts)

    tables = {
        "Z": Table((), ["1/5"] * 5, values=places),
        "X": Table(("Z", "U"), {(z, u): row() for z in places for u in range(3)}, values=places),
        "Y": Table(("X", "U"), {(x, u): row() for x in places for u in range(3)}, values=places),
    }
    model = SCM(INSTRUMENT, tables, [Noise("U", "1/2, 1/4, 1/4")])
    return model.law("Z", "X", "Y"), model.under(causal.Do(X=1)).law("Y")[1]


@pytest.mark.parametrize("seed", range(10))
def test_the_least_sum_is_the_least_over_a_list_of_all_types(seed: int) -> None:
    rng = np.random.default_rng(seed)
    slots = (*(Slot("X", (z,)) for z in range(3)), *(Slot("Y", (x,)) for x in range(3)))
    domains = {"X": (0, 1, 2), "Y": (0, 1)}
    asked = [((slots[z], x), (slots[3 + x], y)) for z in range(3) for x in range(3) for y in (0, 1)]
    rule = Monotone("X", (True,), ((0, 1, 2),)) if seed % 2 else None
    weights = [int(w) for w in rng.integers(-9, 9, len(asked))]
    block = Block(slots, domains, np.zeros((1, 6), dtype=np.int16))
    found = Pricing(block, tuple(asked), {"X": rule} if rule else {})
    everything = [
        (
            sum(w for one, w in zip(asked, weights, strict=True) if _holds(one, slots, answers)),
            answers,
        )
        for answers in product(*(range(len(domains[slot.variable])) for slot in slots))
        if rule is None or list(answers[:3]) == sorted(answers[:3])
    ]
    listed = list(zip(asked, weights, strict=True))
    assert found.least(listed) == min(total for total, _ in everything)
    best = found.best(listed, below=np.inf)
    totals = {answers: total for total, answers in everything}
    assert {tuple(map(int, one)) for one in best} <= totals.keys()
    assert min(totals[tuple(map(int, one))] for one in best) == min(totals.values())


def _holds(pattern: tuple, slots: tuple[Slot, ...], answers: tuple[int, ...]) -> bool:
    return all(answers[slots.index(slot)] == value for slot, value in pattern)
