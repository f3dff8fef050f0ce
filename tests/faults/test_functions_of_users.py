"""A function that somebody gave may fail in any way: one line says whose it is, and the cause."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from causal.errors import MechanismError, ModelError
from causal.model import (
    SCM,
    Additive,
    Categorical,
    Do,
    FreeCurve,
    FreeOdds,
    Function,
    Linear,
    Link,
    LocationScale,
    Mechanism,
    Monotone,
    Threshold,
    counterfactual,
    explain,
    outcome_probabilities,
    potential_outcomes,
)

SEEN = pd.DataFrame({"X": [1.0, 2.0, 3.0], "Y": [0.0, 1.0, 1.0]})


def fails(*_: object) -> object:
    raise LookupError("no such\nrow")


WAYS: dict[str, tuple[Callable[..., object], str]] = {
    "raises": (fails, "raises LookupError: no such row"),
    "divides by zero": (lambda *c: c[0] / (1 // 0), "raises ZeroDivisionError"),
    "warns": (lambda *c: np.log(-1 - np.abs(c[0])), "raises RuntimeWarning|NaN"),
    "nan": (lambda *c: c[0] * np.nan, "NaN for unit 0"),
    "number": (lambda *c: 1.5, r"float, not an array|the shape \(\)"),
    "none": (lambda *c: None, r"NoneType, not an array|the shape \(\)"),
    "short": (lambda *c: np.zeros(len(c[0]) + 1), r"the shape \(\d+,\) for \d+ unit"),
    "ragged": (lambda *c: [[1.0], [1.0, 2.0]], "a list, not an array|rows of different lengths"),
    "text": (lambda *c: np.array(["a"] * len(c[0])), "values, not real numbers"),
    "complex": (lambda *c: c[0] + 1j, "values, not real numbers"),
    "objects": (lambda *c: np.array([object()] * len(c[0])), "values, not real numbers"),
}
PLACES: dict[str, Callable[[Callable[..., object]], Mechanism]] = {
    "rule": lambda f: Function("X", lambda x, _: f(x), inverse=lambda y, x: y - x),
    "inverse": lambda f: Function("X", lambda x, e: x + e, inverse=f),
    "mean": lambda f: Additive(FreeCurve(("X",), f)),
    "scale": lambda f: LocationScale(0.0, FreeCurve(("X",), f)),
    "index": lambda f: Threshold(FreeCurve(("X",), f)),
}


def raised(work: Callable[[], object]) -> MechanismError:
    with pytest.raises(MechanismError) as caught:
        work()
    assert caught.value.variable == "Y"
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("way", WAYS)
def test_a_function_that_fails_is_named_wherever_it_is_called(place: str, way: str) -> None:
    function, complaint = WAYS[way]
    model = SCM.of({"X": Linear(), "Y": PLACES[place](function)})
    unit = SEEN.astype({"Y": int}) if place == "index" else SEEN
    works = [
        lambda: counterfactual(model, "E(Y[X=1] | X=2, Y=1)"),
        lambda: counterfactual(model, "E(Y[X=1])", units=unit),
        lambda: explain(model, "E(Y[X=1] | X=2, Y=1)"),
    ]
    if place == "index":
        works.append(lambda: outcome_probabilities(model, unit, Do(X=1.0), target="Y"))
    else:
        works.append(lambda: potential_outcomes(model, unit, Do(X=1.0)))
    if place != "inverse":
        works += [lambda: model.sample(4, rng=0), lambda: counterfactual(model, "E(Y[X=1])")]
    for work in works:
        error = raised(work)
        assert re.search(complaint, str(error))
        if way == "raises":
            assert isinstance(error.__cause__, LookupError)


@pytest.mark.parametrize("way", WAYS)
def test_odds_that_fail_are_named(way: str) -> None:
    model = SCM.of({"X": Linear(), "Y": Categorical(FreeOdds(("X",), WAYS[way][0]))})
    seen = SEEN.astype({"Y": int})
    raised(lambda: model.sample(4, rng=0))
    raised(lambda: outcome_probabilities(model, seen, Do(X=1.0), target="Y"))
    raised(lambda: counterfactual(model, "P(Y[X=1]=1)", units=seen))


@pytest.mark.parametrize("way", WAYS)
def test_a_link_that_fails_is_named(way: str) -> None:
    """At once, or else wherever it is called with other columns than those it was tried with."""
    function = WAYS[way][0]
    with pytest.raises(ModelError, match="the link it"):
        Link("it", function, lambda y: y)
    late = Link("it", lambda x: x if len(x) == 61 else function(x), lambda y: y)
    model = SCM.of({"X": Linear(), "Y": Monotone(Linear({"X": 1.0}), late)})
    raised(lambda: model.sample(4, rng=0))
    raised(lambda: potential_outcomes(model, SEEN, Do(X=1.5)))


def test_an_inverse_that_does_not_undo_the_rule_is_refused() -> None:
    """It would give wrong counterfactuals without a sign."""
    model = SCM.of(
        {"X": Linear(), "Y": Function("X", lambda x, e: x * e, inverse=lambda y, x: y - x)}
    )
    with pytest.raises(MechanismError, match=r"an inverse that does not undo it: for 1.0 .* noise"):
        potential_outcomes(model, SEEN.iloc[1:], Do(X=1.0))
    chosen = Function(
        "X", lambda x, _: np.array(["a"] * len(x)), inverse=lambda y, x: x, values="ab"
    )
    model = SCM.of({"X": Linear(), "Y": chosen})
    with pytest.raises(MechanismError, match="does not undo it: for b"):
        potential_outcomes(model, {"X": [1.0], "Y": ["b"]}, Do(X=2.0))


def test_what_the_package_raises_on_purpose_passes_as_it_is() -> None:
    def refuses(_: object) -> object:
        raise ModelError("not today")

    with pytest.raises(ModelError, match=r"^not today$"):
        SCM.of({"X": Linear(), "Y": Additive(FreeCurve(("X",), refuses))}).sample(2, rng=0)
