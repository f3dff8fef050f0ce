"""What the report says about empty cells is what exact evaluation runs into."""

from __future__ import annotations

from random import Random

import numpy as np
import pandas as pd
import pytest
from strategies.graphs import hard_admg, random_admg

from causal import ADMG, Identified, identify, positivity
from causal.errors import DataError, MissingRegimeError, PositivityError, UnsupportedQueryError
from causal.expression import P, laws, parse
from causal.model import random_scm


def sparse(graph: ADMG, seed: int, rows: int) -> pd.DataFrame:
    """Few rows, so that cells are empty, and every value once, so that all are known."""
    data = random_scm(graph, rng=seed, values=2).sample(rows, rng=seed)
    return pd.concat([data, pd.DataFrame({v: [0, 1] for v in graph.nodes})], ignore_index=True)


@pytest.mark.parametrize("seed", range(80))
def test_it_holds_exactly_where_the_formula_is_defined(seed: int) -> None:
    rng = Random(seed)
    graph = (hard_admg if seed % 2 else random_admg)(rng, 4)
    data = sparse(graph, seed, rng.choice((2, 5, 12, 40)))
    x, y = rng.sample(graph.nodes, 2)
    for query in (f"P({y} | do({x}))", f"P({y}=1 | do({x}=0))", f"P({y} | do({x}=1))"):
        answer = identify(graph, query)
        if not isinstance(answer, Identified):
            continue
        found = positivity(answer, data)
        assert found.holds is defined(answer, data), (query, str(found))
        assert_counts(found, answer, data)


def defined(answer: Identified, data: pd.DataFrame) -> bool:
    try:
        answer.formula.evaluate(data)
    except PositivityError:
        return False
    return True


def assert_counts(found, answer: Identified, data: pd.DataFrame) -> None:
    conditionals = {str(law): law for law in laws(answer.formula) if law.given}
    for demand in found.demands:
        if (law := conditionals.get(demand.part)) is None:
            continue
        for cell, rows in zip(demand.cells, demand.rows, strict=True):
            here = np.ones(len(data), dtype=bool)
            open_values = dict(zip(demand.symbols, cell, strict=True))
            for symbol in law.given:
                value = open_values.get(str(symbol), symbol.value)
                here &= (data[symbol.variable] == value).to_numpy()
            assert rows == here.sum()


def test_a_cell_behind_a_zero_is_not_needed() -> None:
    data = pd.DataFrame({"X": [1, 1, 0, 0], "Z": [1, 1, 1, 0], "Y": [0, 1, 1, 0]})
    formula = parse("Σ_{Z} P(Y | X=1, Z) P(Z | X=1)")
    found = positivity(formula, data)
    assert found.holds
    [within] = [d for d in found.demands if d.part.startswith("P(Y")]
    assert (within.cells, within.rows) == (((1,),), (2,))


def test_parts_that_are_empty_together_are_both_reported() -> None:
    data = pd.DataFrame({"X": [0, 0, 0], "Z": [0, 1, 1], "Y": [0, 1, 0]})
    formula = parse("Σ_{Z} P(Y | X=1, Z) P(Z | X=1)")
    found = positivity(formula, data)
    assert not found.holds
    assert {demand.part for demand in found.demands if demand.empty} == {
        "P(Y | X=1, Z)",
        "P(Z | X=1)",
    }
    with pytest.raises(PositivityError):
        formula.evaluate(data)


def test_a_fraction_whose_denominator_is_zero_is_reported() -> None:
    data = pd.DataFrame({"X": [0, 1], "Z": [0, 1], "Y": [0, 1]})
    formula = parse("P(X=0, Y=1) / (Σ_{Y'} P(X=0, Z=1, Y'))")
    found = positivity(formula, data)
    assert not found.holds
    assert found.demands[0].empty == ((),)
    assert "the values asked about" in str(found)


def test_the_table_has_a_row_for_each_condition_the_emptiest_first() -> None:
    data = pd.DataFrame({"X": [0, 0, 1, 1], "Z": [0, 1, 1, 1], "Y": [0, 1, 1, 0]})
    found = positivity(parse("Σ_{Z} P(Y | X, Z) P(Z)"), data)
    table = found.frame()
    assert list(table["rows"]) == [0, 1, 1, 2]
    assert table["condition"][0] == "X = 1, Z = 0"


def test_a_law_has_probabilities_in_the_place_of_rows() -> None:
    law = random_scm(ADMG.parse("Z -> X -> Y; Z -> Y"), rng=1).law()
    found = positivity(parse("Σ_{Z} P(Y | X, Z) P(Z)"), law.astype(float))
    assert found.rows is None
    assert found.holds
    assert sum(found.demands[0].rows) == pytest.approx(1)


def test_what_it_cannot_report_on_is_refused() -> None:
    data = pd.DataFrame({"X": [0, 1], "Y": [0, 1]})
    with pytest.raises(UnsupportedQueryError, match="no formula that could need data"):
        positivity(identify(ADMG.parse("X -> Y; X <-> Y"), "P(Y | do(X))"), data)
    with pytest.raises(MissingRegimeError, match=r"data taken under do\(X=1\); there are P\(\.\)"):
        positivity(parse("P(Y | do(X=1))"), data)
    with pytest.raises(DataError, match="missing value"):
        positivity(parse("P(Y | X)"), pd.DataFrame({"X": [0, None], "Y": [0, 1]}))
    assert str(positivity(P.of_names("Y"), data)) == "the formula divides by nothing"
