"""Tables coupled by a Gumbel race, exactly; against races that are run, and against other roads."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causal.errors import ModelError
from causal.model import (
    SCM,
    Categorical,
    Do,
    FreeOdds,
    GumbelMax,
    InverseCDF,
    Linear,
    Table,
    abduct,
    counterfactual,
    explain,
    load_model,
    outcome_probabilities,
    predict,
    save_model,
)
from causal.model.continuous.coupling import gumbel_chances
from causal.model.exact import Row


def some_rows(seed: int, count: int, size: int) -> list[Row]:
    rng = np.random.default_rng(seed)
    weights = rng.integers(0, 6, size=(count, size))
    weights[np.arange(count), rng.integers(size, size=count)] += 1
    return [tuple(Fraction(int(w), int(row.sum())) for w in row) for row in weights]


def table(rows: list[Row], coupling: object) -> Table:
    return Table("X", dict(enumerate(rows)), values=range(len(rows[0])), coupling=coupling)


def model_of(rows: list[Row], coupling: object) -> SCM:
    law = [Fraction(1, len(rows))] * len(rows)
    cause = Table((), law, values=range(len(rows)))
    return SCM.of({"X": cause, "Y": table(rows, coupling)})


@pytest.mark.parametrize(("count", "size"), [(3, 3), (4, 3), (3, 4), (4, 4), (3, 5)])
def test_every_cell_is_as_likely_as_races_say(count: int, size: int) -> None:
    rows = some_rows(count * size, count, size)
    races = 200_000
    gumbels = np.random.default_rng(1).gumbel(size=(races, size))
    with np.errstate(divide="ignore"):
        winners = [(np.log(np.array(row, dtype=float)) + gumbels).argmax(axis=1) for row in rows]
    ran, seen = np.unique(np.array(winners), axis=1, return_counts=True)
    run = dict(zip(map(tuple, ran.T.tolist()), seen / races, strict=True))
    cells = {cell.picks: float(cell.weight) for cell in GumbelMax().cells(rows)}
    assert run.keys() <= cells.keys()
    for picks, weight in cells.items():
        assert abs(run.get(picks, 0.0) - weight) < 5 * np.sqrt(weight / races) + 1e-6


@given(seed=st.integers(0, 10_000), count=st.integers(2, 4), size=st.integers(2, 5))
@settings(deadline=None, max_examples=40)
def test_two_rows_of_many_are_coupled_as_they_are_alone(seed: int, count: int, size: int) -> None:
    rows = some_rows(seed, count, size)
    pair: dict[tuple[int, ...], Fraction] = {}
    for cell in GumbelMax().cells(rows):
        both = (cell.picks[0], cell.picks[-1])
        pair[both] = pair.get(both, Fraction(0)) + cell.weight
    assert pair == {c.picks: c.weight for c in GumbelMax().cells([rows[0], rows[-1]])}
    for v in (v for v, chance in enumerate(rows[0]) if chance):
        before, after = (np.array([[float(p)] for p in row]) for row in (rows[0], rows[-1]))
        closed = gumbel_chances(before, after, np.array([v])).ravel()
        ours = [float(pair.get((v, w), Fraction(0)) / rows[0][v]) for w in range(size)]
        np.testing.assert_allclose(ours, closed, atol=1e-12)


@given(seed=st.integers(0, 10_000))
@settings(deadline=None, max_examples=40)
def test_the_order_of_rows_and_of_values_changes_nothing(seed: int) -> None:
    rows = some_rows(seed, 3, 4)
    cells = {c.picks: c.weight for c in GumbelMax().cells(rows)}
    back = {c.picks[::-1]: c.weight for c in GumbelMax().cells(rows[::-1])}
    turned = [row[::-1] for row in rows]
    mirrored = {tuple(3 - p for p in c.picks): c.weight for c in GumbelMax().cells(turned)}
    assert cells == back == mirrored


@given(seed=st.integers(0, 10_000))
@settings(deadline=None, max_examples=40)
def test_a_value_gives_way_only_to_one_whose_odds_have_grown(seed: int) -> None:
    """Oberst & Sontag (2019), definition 3: counterfactual stability."""
    p, q = some_rows(seed, 2, 4)
    for cell in GumbelMax().cells([p, q]):
        v, w = cell.picks
        assert v == w or q[w] * p[v] > q[v] * p[w]


@given(seed=st.integers(0, 10_000))
@settings(deadline=None, max_examples=40)
def test_two_values_race_as_the_inverse_cdf_reads_them(seed: int) -> None:
    rows = some_rows(seed, 3, 2)
    assert set(GumbelMax().cells(rows)) == set(InverseCDF().cells(rows))


def test_a_table_is_the_choice_of_the_same_probabilities() -> None:
    """The value of a choice given all that was seen has its own closed form."""
    rows = some_rows(5, 2, 3)
    law = np.array(rows, dtype=float)
    odds = FreeOdds(("X",), lambda x: law[np.asarray(x, dtype=int)].T)
    choice = SCM.of({"X": Linear(), "Y": Categorical(odds, (0, 1, 2), coupling=GumbelMax())})
    model = model_of(rows, GumbelMax())
    for y in (y for y in range(3) if rows[0][y]):
        seen = pd.DataFrame({"X": [0], "Y": [y]})
        theirs = outcome_probabilities(choice, seen.astype({"X": float}), Do(X=1.0), target="Y")
        np.testing.assert_allclose(
            outcome_probabilities(model, seen, Do(X=1), target="Y"), theirs, atol=1e-12
        )
        exactly = predict(model.under(Do(X=1)), abduct(model, {"X": 0, "Y": y}), "Y")
        np.testing.assert_allclose(exactly.astype(float), theirs.iloc[0], atol=1e-12)
        for w in range(3):
            query = f"P(Y[X=1]={w} | X=0, Y={y})"
            assert counterfactual(model, query).value == exactly[w]
            assert counterfactual(model, query, exact=False).value == pytest.approx(exactly[w])


def test_three_worlds_meet_in_one_race() -> None:
    rows = some_rows(8, 3, 3)
    model, cells = model_of(rows, GumbelMax()), GumbelMax().cells(rows)
    for picks in product(range(3), repeat=3):
        query = "P(" + ", ".join(f"Y[X={x}]={y}" for x, y in enumerate(picks)) + ")"
        due = sum((c.weight for c in cells if c.picks == picks), Fraction(0))
        assert counterfactual(model, query).value == due


def test_an_answer_names_the_coupling_and_a_folder_keeps_it(tmp_path) -> None:
    model = model_of(some_rows(9, 2, 3), GumbelMax())
    answer = counterfactual(model, "P(Y[X=1]=1 | X=0, Y=2)")
    assert "Y: rows coupled by GumbelMax" in answer.assumptions
    [why] = explain(model, "P(Y[X=1]=1 | X=0, Y=2)")
    assert why.after == counterfactual(model, "P(Y[X=1]=1 | X=0, Y=2)").value
    assert load_model(save_model(model, tmp_path / "race")) == model
    units = model.sample(40_000, rng=3)
    law = model.law("Y").astype(float)
    np.testing.assert_allclose(units["Y"].value_counts(normalize=True)[law.index], law, atol=0.02)


def test_too_many_cells_are_refused() -> None:
    with pytest.raises(ModelError, match=r"more than 2000 cells; couple them by InverseCDF, or"):
        GumbelMax().cells(some_rows(0, 16, 5))
