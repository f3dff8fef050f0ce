"""A variable set to what another one is, whose values stand in another order in its domain."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

import causal
from causal.model import SCM, Table
from causal.model.mechanism import Value

OF_Y: dict[Value, str] = {key: f"{i}/9, {9 - i}/9" for i, key in enumerate(product("abc", "cab"))}
MODEL = SCM.of(
    {
        "A": Table((), "1/4, 1/4, 1/2", values=("a", "b", "c")),
        "B": Table("A", {"a": "1/2, 1/4, 1/4", "b": "1/8, 1/8, 3/4", "c": "1, 0, 0"}, values="cab"),
        "Y": Table(("A", "B"), OF_Y),
    }
)


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("seen", [0, 1])
def test_who_borrows_a_value_has_that_value_and_not_its_place(exact: bool, seen: int) -> None:
    tables, weights = MODEL.tables, {False: Fraction(0), True: Fraction(0)}
    cells = [list(enumerate(tables[v].cells)) for v in "ABY"]
    for (of_a, p), (of_b, q), (of_y, r) in product(*cells):
        a = tables["A"].respond((), of_a)
        b = tables["B"].respond((a,), of_b)
        if tables["Y"].respond((a, b), of_y) == seen:
            weights[tables["Y"].respond((a, a), of_y) == 1] += p * q * r
    expected = weights[True] / sum(weights.values())
    found = causal.counterfactual(MODEL, f"P(Y[B=A[]]=1 | Y={seen})", exact=exact).value
    assert found == expected if exact else found == pytest.approx(float(expected))
