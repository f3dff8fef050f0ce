"""Every family of mechanisms keeps the laws of counterfactuals, unit by unit and on average."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from strategies.families import OPEN, POINTS, model_of

from causal.errors import NotAPointError
from causal.model import Do, Mechanism, Shift, outcome_probabilities, potential_outcomes
from causal.model.mechanism import Chances
from causal.model.posterior import Point
from causal.model.streams import stream

N = 40_000
EVERY = POINTS | OPEN


@pytest.fixture(scope="module", params=POINTS)
def point(request) -> Mechanism:
    return POINTS[request.param]


@pytest.fixture(scope="module", params=OPEN)
def choice(request) -> Mechanism:
    return OPEN[request.param]


def test_what_is_computed_for_units_is_what_their_own_noise_gives(point) -> None:
    """The same seed draws the same units in every world: an oracle that never abducts."""
    model = model_of(point)
    for action in (Do(X=1.0), Shift(X=-0.5), Do(Y=0.3)):
        fact, truth = (m.sample(500, rng=4) for m in (model, model.under(action)))
        ours = potential_outcomes(model, fact, action)
        pd.testing.assert_frame_equal(ours, truth, rtol=1e-9, atol=1e-9)


def test_the_average_unit_is_the_interventional_distribution(choice) -> None:
    """Twins of all units, each with its chances, make up the law under the intervention."""
    model = model_of(choice)
    units = model.sample(N, rng=1)
    ours = outcome_probabilities(model, units, Do(X=0.7), target="Y")
    truth = model.under(Do(X=0.7)).sample(N, rng=2)["Y"].value_counts(normalize=True)
    np.testing.assert_allclose(ours.sum(axis=1), 1.0)
    np.testing.assert_allclose(ours.mean(), truth.sort_index(), atol=4 / np.sqrt(N))


def test_the_chances_are_right_for_units_of_every_kind(choice) -> None:
    """Among units with like chances, the value in the other world comes up as often as said."""
    model = model_of(choice)
    fact, other = (m.sample(N, rng=5) for m in (model, model.under(Do(X=0.7))))
    ours = outcome_probabilities(model, fact, Do(X=0.7), target="Y")
    for value in ours.columns:
        for chances, happened in _bins(ours[value], other["Y"] == value):
            spread = np.sqrt((chances * (1 - chances)).sum()) / len(chances)
            assert abs(chances.mean() - happened.mean()) < 5 * spread + 1e-9


def _bins(chances: pd.Series, happened: pd.Series):
    for _, rows in chances.groupby((chances * 10).round()):
        if len(rows) > 200:
            yield rows, happened[rows.index]


def test_forward_undoes_abduction(point) -> None:
    noise = stream(9, "noise")
    x = noise.normal(size=100)
    drawn = point.noise.form.draw(100, noise) if point.noise is not None else np.zeros(100)
    value = point.forward([x], drawn)
    match point.abduct(value, [x]) if point.noise is not None else Point(drawn):
        case Point(found):
            np.testing.assert_allclose(found, drawn, atol=1e-7)


def test_a_noise_drawn_after_abduction_gives_what_was_seen(choice) -> None:
    rng = stream(9, "noise")
    x = rng.normal(size=2000)
    value = choice.forward([x], choice.noise.form.draw(2000, rng))
    posterior = choice.abduct(value, [x])
    assert (choice.forward([x], posterior.draw(rng)) == value).all()


def test_a_noise_drawn_after_abduction_has_the_chances_that_couple_says(choice) -> None:
    rng = stream(10, "noise")
    x, then = np.full(N, 0.3), np.full(N, -0.9)
    value = np.full(N, choice.values[1])
    chances = choice.couple(value, [x], [then])
    assert isinstance(chances, Chances)
    drawn = choice.forward([then], choice.abduct(value, [x]).draw(rng))
    for place, possible in enumerate(chances.values):
        assert abs((drawn == possible).mean() - chances.weights[place, 0]) < 5 / np.sqrt(N)


@pytest.mark.parametrize("name", EVERY)
def test_doing_what_was_done_changes_nothing(name) -> None:
    model = model_of(EVERY[name])
    units = model.sample(300, rng=3)
    asis = Do(X=units["X"].to_numpy())
    if name in POINTS:
        ours = potential_outcomes(model, units, asis)
        exact = not name.startswith(("invertible", "exact"))
        pd.testing.assert_frame_equal(ours, units, check_exact=exact)
    else:
        ours = outcome_probabilities(model, units, asis, target="Y")
        truth = pd.get_dummies(units["Y"]).astype(float)
        np.testing.assert_array_equal(ours, truth.reindex(columns=ours.columns, fill_value=0.0))


@pytest.mark.parametrize("name", POINTS)
def test_setting_a_variable_to_what_it_would_have_been_changes_nothing_more(name) -> None:
    """Composition (Pearl 2009, 7.3.1)."""
    model = model_of(POINTS[name])
    units = model.sample(300, rng=6)
    once = potential_outcomes(model, units, Do(X=1.0))
    twice = potential_outcomes(model, units, Do(X=1.0, Y=once["Y"]))
    pd.testing.assert_frame_equal(once, twice, rtol=1e-12)


def test_a_choice_that_stays_open_is_refused_as_a_value_and_says_what_to_ask(choice) -> None:
    model = model_of(choice)
    with pytest.raises(NotAPointError, match="outcome_probabilities") as caught:
        potential_outcomes(model, model.sample(50, rng=1), Do(X=0.0))
    assert caught.value.variable == "Y"
