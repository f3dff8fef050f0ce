"""What cannot be fitted is refused in one line that says what was given and what would help."""

import numpy as np
import pandas as pd
import pytest

from causal import ADMG
from causal.errors import CausalError, DataError, ModelError, UnknownVariableError
from causal.model import Do, potential_outcomes
from causal.model.fitting import Boosted, Tables, fit

GRAPH = ADMG.parse("X -> Y")
RNG = np.random.default_rng(0)
DATA = pd.DataFrame({"X": RNG.normal(size=60), "Y": RNG.normal(size=60)})


def refused(kind: type[CausalError], *parts: str, **changes: object) -> None:
    call = {"graph": GRAPH, "data": DATA} | changes
    with pytest.raises(kind) as found:
        fit(**call)
    text = str(found.value)
    assert "\n" not in text
    assert all(part in text for part in parts), text


def test_hidden_common_causes_are_refused_by_name():
    refused(ModelError, "X <-> Y", "identify()", "bounds()", graph=ADMG.parse("X -> Y; X <-> Y"))


def test_missing_values_are_counted_or_left_out():
    holes = DATA.assign(Y=[None, None, *DATA["Y"][2:]])
    refused(DataError, "Y (2 of 60)", 'missing="drop"', data=holes)
    assert fit(GRAPH, holes, missing="drop").rows == 58


def test_a_missing_column_is_named_with_the_nearest_one():
    refused(UnknownVariableError, "Y", "Did you mean y", data=DATA.rename(columns={"Y": "y"}))


def test_a_learner_for_an_unknown_variable_is_named():
    refused(UnknownVariableError, "Q", by={"Q": Tables()})


def test_what_leaves_nothing_over_has_no_law():
    refused(DataError, "nothing is left over", data=DATA.assign(Y=2 * DATA["X"]))


def test_infinite_numbers_are_refused():
    refused(DataError, "Y holds inf", data=DATA.assign(Y=[np.inf, *DATA["Y"][1:]]))


def test_too_few_rows():
    refused(DataError, "5 rows", data=DATA.head(5))
    refused(DataError, "trees need 40", data=DATA.head(30), by={"Y": Boosted()})


def test_a_table_of_real_numbers_is_refused():
    refused(DataError, "a real number", by={"Y": Tables()})


def test_a_setting_without_rows_needs_a_prior():
    data = pd.DataFrame(
        {"X": ["a", "b"] * 30, "Z": ["c", "d"] * 30, "Y": RNG.integers(0, 2, size=60)}
    )
    graph = ADMG.parse("X -> Y <- Z")
    refused(DataError, "no row has X=a, Z=d", graph=graph, data=data, by={"Y": Tables(prior=0)})
    assert "2 of 4 settings" in fit(graph, data).warnings[0]


def test_a_value_that_was_never_learned_is_refused():
    data = pd.DataFrame({"X": ["a", "b"] * 30, "Y": RNG.normal(size=60)})
    model = fit(GRAPH, data).model
    unit = pd.DataFrame({"X": ["q"], "Y": [0.0]})
    with pytest.raises(CausalError, match="q"):
        potential_outcomes(model, unit, Do(X="a"))
