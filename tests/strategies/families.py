"""One small model for each family of mechanisms: X causes Y, and Z, behind Y, reads both."""

from __future__ import annotations

import numpy as np
from scipy import special

from causal.model import (
    CUBE,
    EXP,
    SCM,
    Additive,
    Categorical,
    Empirical,
    Exponential,
    FreeCurve,
    FreeOdds,
    Function,
    GumbelMax,
    Laplace,
    Linear,
    LocationScale,
    Logistic,
    Logits,
    Mechanism,
    Monotone,
    Noise,
    Normal,
    Polynomial,
    StudentT,
    Threshold,
    Uniform,
)

BEND = Polynomial({(): 0.5, "X": 1.0, ("X", "X"): -0.3})
WIDE = FreeCurve(("X",), lambda x: 0.5 + np.abs(x))
SWING = FreeCurve(("X",), np.sin)

# Every unit has one counterfactual value.
POINTS: dict[str, Mechanism] = {
    "linear": Linear({"X": 2.0}, intercept=-1.0, noise=Laplace()),
    "linear, empirical": Linear({"X": 2.0}, noise=Empirical([-1.0, 0.0, 0.5])),
    "polynomial": Additive(BEND, Normal(0, 0.5)),
    "additive": Additive(SWING, StudentT(5)),
    "location-scale": LocationScale(BEND, WIDE, Logistic()),
    "exponential of linear": Monotone(Linear({"X": 0.5}), EXP),
    "cube of location-scale": Monotone(LocationScale(SWING, WIDE), CUBE),
    "invertible function": Function(
        ("X",), lambda x, e: np.exp(x) * e, noise=Exponential(), inverse=lambda y, x: y / np.exp(x)
    ),
    "exact function": Function(("X",), lambda x: 2 * x, noise=None),
}
# Full evidence leaves several values open.
OPEN: dict[str, Mechanism] = {
    "probit": Threshold(BEND),
    "ordered logit": Threshold(SWING, (-1.0, 0.2, 1.0), noise=Logistic(0.1, 0.8)),
    "choice by inverse CDF": Categorical(Logits((0, 0.5, -0.5), {"X": (0, 1, -1)}), (0, 1, 2)),
    "choice by Gumbel race": Categorical(
        Logits((0, 0.5, -0.5), {"X": (0, 1, -1)}), (0, 1, 2), coupling=GumbelMax()
    ),
    "free odds": Categorical(
        FreeOdds(("X",), lambda x: np.array([special.expit(x), special.expit(-x)]))
    ),
}


def model_of(mechanism: Mechanism) -> SCM:
    """X -> Y by the mechanism, and Z reads both."""
    tail = Linear({"X": -1.0, "Y": 0.5}, noise=Uniform(-1, 1))
    return SCM.of({"X": Linear(noise=Normal(0.2, 0.8)), "Y": mechanism, "Z": tail})


def linear_model(seed: int, size: int = 7, *, hidden: bool = False) -> SCM:
    """A random linear model, with a shared noise between two of its variables if asked."""
    rng = np.random.default_rng(seed)
    names = [f"V{i}" for i in range(size)]
    weights = [
        {names[j]: float(rng.uniform(-1, 1)) for j in range(i) if rng.random() < 0.5}
        for i in range(size)
    ]
    noise = []
    if hidden:
        noise = [Noise("U", Normal(0, 2))]
        weights[1]["U"], weights[size - 1]["U"] = 1.5, -0.5
    return SCM.of({v: Linear(w, intercept=1.0) for v, w in zip(names, weights, strict=True)}, noise)


# Those of which every part is data.
EVERY_DATA: dict[str, Mechanism] = {
    name: mechanism
    for name, mechanism in (POINTS | OPEN).items()
    if name
    in {
        "linear",
        "linear, empirical",
        "polynomial",
        "exponential of linear",
        "probit",
        "choice by inverse CDF",
        "choice by Gumbel race",
    }
} | {
    "wide polynomial": LocationScale(BEND, Polynomial({(): 1.0, ("X", "X"): 0.5}), Logistic()),
    "shared noise": Linear({"X": 1.0}, noise="U", ignores="W"),
}
