"""What is asked, assumed and measured can vary; what makes no sense is refused by name."""

from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest

from causal import ADMG, Do, Query, bounds, counterfactual
from causal.errors import (
    DataError,
    DomainError,
    ImpossibleEvidenceError,
    OptionError,
    QueryError,
    QuerySyntaxError,
    UnknownVariableError,
)
from causal.identification import Undecided
from causal.model import random_scm
from causal.query import Quantity

IV, BOW = ADMG.parse("Z -> X -> Y; X <-> Y"), ADMG.parse("X -> Y; X <-> Y")
EFFECT = "E(Y[X=1]) - E(Y[X=0])"
LAW = random_scm(IV, rng=0).law()


def of(names: str, cells: dict[tuple[object, ...], object]) -> pd.Series:
    index = pd.MultiIndex.from_tuples(list(cells), names=list(names))
    return pd.Series([Fraction(str(p)) for p in cells.values()], index=index, dtype=object)


def test_text_queries_and_quantities_ask_the_same():
    query = Query.parse("P(Y=1 | do(X=1))")
    found = [bounds(IV, one, LAW) for one in (str(query), query, Quantity.of(query))]
    assert len({one.interval for one in found}) == 1


@pytest.mark.parametrize("arrows", [["X -> Y"], "X -> Y", {"X": "Y"}])
def test_monotone_arrows_are_text_or_pairs(arrows):
    joint = LAW.groupby(level=["X", "Y"]).sum()
    free, tied = (bounds(BOW, EFFECT, joint, monotone=one) for one in ((), arrows))
    assert free.interval[0] < 0 == tied.interval[0]
    assert free.interval[1] == tied.interval[1]
    assert "Y is never lower for a higher X" in tied.assumptions


def test_arms_that_are_missing_leave_the_others_to_speak():
    """Three doses, one of which no experiment set: its bounds are those of the observations."""
    model = random_scm(BOW, rng=3, values=3)
    arms = {f"do(X={x})": model.under(Do(X=x)).law("Y") for x in (0, 1)}
    law = model.law()
    known = bounds(BOW, "P(Y=2 | do(X=1))", law, experiments=arms)
    assert known.interval == (model.under(Do(X=1)).law("Y")[2],) * 2
    missing = bounds(BOW, "P(Y=2 | do(X=2))", law, experiments=arms)
    assert missing.interval == bounds(BOW, "P(Y=2 | do(X=2))", law).interval
    harm = "P(Y[X=1]=2, Y[X=0]=0)"
    assert missing.sharp
    both, alone = bounds(BOW, harm, law, experiments=arms), bounds(BOW, harm, law)
    assert alone.interval[0] <= both.interval[0]
    assert both.interval[1] < alone.interval[1]


def test_an_experiment_on_the_instrument_alone_needs_no_law_of_the_instrument():
    arms = {f"do(Z={z})": LAW.xs(z, level="Z") / LAW.xs(z, level="Z").sum() for z in (0, 1)}
    assert bounds(IV, EFFECT, experiments=arms).interval == bounds(IV, EFFECT, LAW).interval
    by_value = {Do(Z=z): LAW.xs(z, level="Z") / LAW.xs(z, level="Z").sum() for z in (0, 1)}
    assert bounds(IV, EFFECT, experiments=by_value).interval == bounds(IV, EFFECT, LAW).interval


def test_a_variable_that_was_never_measured_only_needs_its_values():
    """The mediator is hidden in every table: what it could have been is summed out."""
    known = ADMG.parse("X -> M -> Y; X -> Y; M <-> Y")
    joint = random_scm(known, rng=0).law("X", "Y")
    with pytest.raises(DataError, match=r"M was never measured; declare its values, domains="):
        bounds(known, "P(Y[X=1]=1)", joint)
    found = bounds(known, "P(Y[X=1]=1)", joint, domains={"M": (0, 1)})
    assert found.interval[0] == found.interval[1] == joint[1, 1] / joint[1].sum()


def test_values_may_be_words_in_their_declared_order():
    words = {"low": 0, "high": 1}
    cells = {(a, b): Fraction(1, 4) for a, b in product(words, words)}
    law = of("XY", cells)
    found = bounds(
        BOW,
        "P(Y[X=high]=high) - P(Y[X=low]=high)",
        law,
        monotone=["X -> Y"],
        domains={"X": ("low", "high"), "Y": ("low", "high")},
    )
    assert found.interval == (0, Fraction(1, 2))


def test_cells_that_never_occur_leave_more_open_and_break_nothing():
    """Nobody has X=1 and M=0: what Y would be there, only logic says."""
    known = ADMG.parse("X -> M -> Y; X <-> Y")
    cells = {(0, 0, 0): "0.2", (0, 0, 1): "0.3", (1, 1, 0): "0.1", (1, 1, 1): "0.4"}
    law = of("XMY", cells)
    found = bounds(known, "P(Y=1 | do(M=0))", law)
    assert found.interval == (Fraction("0.3"), Fraction("0.8"))
    for model, end in zip((found.lower_model, found.upper_model), found.interval, strict=True):
        assert all(model.law("X", "M", "Y")[cell] == Fraction(p) for cell, p in cells.items())
        assert counterfactual(model, "P(Y[M=0]=1)").value == end


def test_a_district_that_the_question_does_not_touch_can_still_be_contradicted():
    known = ADMG.parse("Z -> X -> Y; X <-> Y; A -> B; A <-> B")
    model = random_scm(known, rng=1)
    law = model.law()
    wrong = {"do(A=1)": pd.Series([Fraction(1), Fraction(0)], index=pd.Index([0, 1], name="B"))}
    assert "no model" in str(bounds(known, "P(Y=1 | do(X=1))", law, experiments=wrong))


def test_more_types_than_can_be_looked_at_are_undecided_with_the_number():
    known = ADMG.parse("Z -> X -> Y; X <-> Y")
    rng = np.random.default_rng(0)
    cells = {
        cell: Fraction(int(n), 1)
        for cell, n in zip(product(range(7), repeat=3), rng.integers(1, 9, 343), strict=True)
    }
    total = sum(cells.values())
    even = {
        (z, x, y): Fraction(1, 7) * sum(cells[a, x, y] for a in range(7)) / total
        for z, x, y in cells
    }
    found = bounds(known, "P(Y=1 | do(X=1))", of("ZXY", even))
    assert isinstance(found, Undecided)
    assert "more than 2,097,152 combinations of answers" in found.reason


def test_zero_times_anything_asked_is_refused():
    cells = {(0, 0): "0.5", (0, 1): "0.5"}
    law = of("XY", cells)
    with pytest.raises(ImpossibleEvidenceError):
        bounds(BOW, "P(Y[X=0]=0 | X=1, Y=1)", law, domains={"X": (0, 1)})


@pytest.mark.parametrize(
    ("query", "error", "says"),
    [
        ("P(Y | do(X=1))", QueryError, "left open"),
        ("P(Y=1 | do(X))", QueryError, "open"),
        ("P(Y=3 | do(X=1))", DomainError, "Y cannot be 3"),
        ("P(Y=1 | do(X=5))", DomainError, "X cannot be 5"),
        ("P(Q=1 | do(X=1))", UnknownVariableError, "Q is not in the graph"),
        ("P(Y[Z->Y=1]=1)", QueryError, "not in the graph"),
        ("P(Y=1", QuerySyntaxError, "1:6"),
    ],
)
def test_a_question_without_meaning_says_what_is_wrong(query, error, says):
    with pytest.raises(error, match=says):
        bounds(IV, query, LAW)


def test_data_that_are_none_are_refused():
    with pytest.raises(DataError, match="there is no data"):
        bounds(IV, EFFECT)
    with pytest.raises(DataError, match="Series or DataFrame"):
        bounds(IV, EFFECT, {"X": 1})
    with pytest.raises(DataError, match="no column"):
        bounds(IV, EFFECT, pd.DataFrame({"Q": [1, 2]}))
    with pytest.raises(DataError, match="X was set to 1, but the data has 0"):
        bounds(IV, EFFECT, experiments={"do(X=1)": pd.DataFrame({"X": [0, 1], "Y": [0, 1]})})
    with pytest.raises(DataError, match="declared values lack"):
        bounds(IV, EFFECT, LAW, domains={"Y": (0, 2)})
    with pytest.raises(QueryError, match="names no experiment"):
        bounds(IV, EFFECT, LAW, experiments={"X=1": LAW})


@pytest.mark.parametrize("arrow", ["Z -> Y", "Y -> X", "X <-> Y"])
def test_monotone_arrows_are_arrows_of_the_graph(arrow):
    with pytest.raises(OptionError, match="monotone"):
        bounds(IV, EFFECT, LAW, monotone=[arrow])


NOBODY_TREATED = of("XY", {(0, 0): "1/2", (0, 1): "1/2", (1, 0): 0, (1, 1): 0})


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("P(Y[X=0]=0 | X=1, Y=1)", "X=1, Y=1 has probability zero in every model with this law"),
        ("E(Y[X=0] | X=1) - E(Y)", "X=1 has probability zero in every model with this law"),
        ("P(Y=1 | X[X=1]=0)", r"X\[X=1\]=0 has probability zero in every model of the graph"),
    ],
)
def test_evidence_that_the_law_rules_out_is_named(query: str, where: str) -> None:
    with pytest.raises(ImpossibleEvidenceError, match=where):
        bounds(BOW, query, NOBODY_TREATED)


def test_a_value_that_never_occurs_is_one_that_a_law_lists_or_that_is_declared() -> None:
    listed = bounds(BOW, "P(Y[X=1]=1 | X=0)", NOBODY_TREATED)
    seen = NOBODY_TREATED[NOBODY_TREATED > 0]
    declared = bounds(BOW, "P(Y[X=1]=1 | X=0)", seen, domains={"X": (0, 1)})
    assert listed.interval == declared.interval == (0, 1)
    with pytest.raises(DomainError, match=r"it takes 0 in the data; domains=\{'X': ...\} declares"):
        bounds(BOW, "P(Y[X=1]=1 | X=0)", seen)
