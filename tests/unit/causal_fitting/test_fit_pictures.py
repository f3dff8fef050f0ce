"""Where held-out values lay among those predicted, and what learning again keeps."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from causal import ADMG, fit
from causal.model import Normal, StudentT
from causal.model.fitting import LeastSquares, Multinomial, Scaled, Tables
from causal.model.fitting.held_out import HeldOut
from causal.model.fitting.picture import pictured, share_below
from causal.model.fitting.residuals import AsSeen, Automatic, Gaussian, Student


def rows(n: int = 600, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x, c = rng.normal(size=n), rng.choice(["a", "b", "c"], n)
    y = 2 * x + rng.normal(size=n)
    z = (x + rng.logistic(size=n) > 0).astype(int)
    return pd.DataFrame({"X": x, "C": c, "Y": y, "Z": z, "W": rng.exponential(size=n) + x})


GRAPH = ADMG.parse("X -> Y; X -> Z; C -> Z; X -> W")


def held(below: list[float], upto: list[float]) -> HeldOut:
    empty = np.empty(0)
    return HeldOut(empty, empty, empty, empty, empty, np.array(below), np.array(upto))


def test_a_number_is_a_step_and_a_choice_a_ramp() -> None:
    share = share_below(held([0.25, 0.75], [0.25, 0.75]))
    assert share[[24, 25, 74, 75]].tolist() == [0.0, 0.5, 0.5, 1.0]
    ramp = share_below(held([0.0, 0.5], [0.5, 1.0]))
    np.testing.assert_allclose(ramp, np.linspace(0, 1, 101))
    never = share_below(held([0.5], [0.5]))  # a value that was given no chance at all
    assert never[[49, 50]].tolist() == [0.0, 1.0]


def test_ranks_of_numbers_are_those_of_the_noise_of_other_folds() -> None:
    data = rows()
    fitted = fit(GRAPH, data, {"Y": LeastSquares(noise=Gaussian())})
    ranks = fitted.held["Y"].upto
    assert (fitted.held["Y"].below == ranks).all()
    slope, cut = np.polyfit(data["X"], data["Y"], 1)
    left = data["Y"] - slope * data["X"] - cut
    np.testing.assert_allclose(ranks, stats.norm.cdf(left / left.std()), atol=0.03)
    assert stats.kstest(ranks, "uniform").pvalue > 0.01


@pytest.mark.parametrize("learner", [Tables(), Multinomial()])
def test_ranks_of_choices_are_their_probabilities(learner) -> None:
    data = rows()
    data["X"] = data["X"].round().clip(-1, 1).astype(int)
    found = fit(ADMG.parse("X -> C"), data[["X", "C"]], {"C": learner}).held["C"]
    assert ((found.below >= 0) & (found.upto <= 1 + 1e-12)).all()
    np.testing.assert_allclose(np.log(found.upto - found.below), found.score)
    first, last = data["C"] == "a", data["C"] == "c"
    np.testing.assert_allclose(found.below[first], 0, atol=1e-12)
    np.testing.assert_allclose(found.upto[last], 1)


def test_the_picture_is_well_formed_and_says_what_is_off() -> None:
    fitted = fit(GRAPH, rows(), {"W": LeastSquares(noise=Gaussian())})
    svg = fitted.svg()
    assert svg == fitted._repr_svg_()
    tree = ElementTree.fromstring(svg)
    words = [each.text for each in tree.iter() if each.tag.endswith("text")]
    assert [word for word in words if word in GRAPH.nodes] == list(GRAPH.nodes)
    assert "http" not in svg.replace("http://www.w3.org", "")
    lines = [each for each in tree.iter() if each.tag.endswith("polyline")]
    off = [line.get("stroke") for line in lines]
    assert off.count("#c2591f") == 1
    assert off[list(GRAPH.nodes).index("W")] == "#c2591f"


def test_a_name_cannot_break_out_of_the_picture() -> None:
    name = '<script>alert("x")</script>'
    data = pd.DataFrame({name: np.random.default_rng(0).normal(size=50)})
    fitted = fit(ADMG.of(nodes=[name]), data)
    assert "<script" not in fitted.svg()
    assert pictured({}, pd.DataFrame()).endswith("</svg>")


def test_models_learned_again_keep_the_family_of_noise() -> None:
    """A law on the edge between two families would else be one here and another there."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=150)
    data = pd.DataFrame({"X": x, "Y": x + rng.standard_t(6, size=150)})
    for learner in (LeastSquares(), Scaled(LeastSquares())):
        fitted = fit(ADMG.parse("X -> Y"), data, {"Y": learner})
        chosen = type(fitted.model.mechanisms["Y"].noise)
        again = [type(m.mechanisms["Y"].noise) for m in fitted.bootstrap(40, rng=1)]
        assert set(again) == {chosen}
        draws = [fitted.tasks["Y"].only(rng.integers(150, size=150)) for _ in range(40)]
        free = {type(learner.learn(task).noise) for task in draws}
        assert free == {Normal, StudentT}  # what it would be, were it chosen anew
    assert Automatic() == learner.noise
    assert {Gaussian(), Student(), AsSeen()} != {Automatic()}
