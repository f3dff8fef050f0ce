"""Both standardised differences stand in the table of effects, each in its own column."""

import pytest
from strategies.handmade_trials import made

from ablation import Metric, effects
from ablation.report.tables import effects_table

RUNS = {
    "baseline": [0.90, 0.91, 0.93, 0.92, 0.95],
    "attention": [0.70, 0.74, 0.71, 0.78, 0.73],
    "warm-up": [0.89, 0.90, 0.91, 0.93, 0.94],
}


def test_d_and_g_are_those_of_the_effects():
    table = effects(made(RUNS, Metric("accuracy", equivalence=0.01), seeds=5))
    shown = effects_table(table).frame.set_index("component")
    for row in table.itertuples():
        for column, size in {"d": row.cohens_d, "g": row.hedges_g}.items():
            text = str(shown[column][row.component]).replace("−", "-").replace("+", "")
            assert float(text) == pytest.approx(size, abs=0.06)
    assert (table.cohens_d != table.hedges_g).all()
