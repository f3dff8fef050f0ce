"""Mechanisms over real numbers, and the laws of their noise."""

from causal.model.continuous.additive import Additive as Additive
from causal.model.continuous.additive import LocationScale as LocationScale
from causal.model.continuous.categorical import Categorical as Categorical
from causal.model.continuous.categorical import FreeOdds as FreeOdds
from causal.model.continuous.categorical import Logits as Logits
from causal.model.continuous.curves import FreeCurve as FreeCurve
from causal.model.continuous.curves import Polynomial as Polynomial
from causal.model.continuous.function import Function as Function
from causal.model.continuous.laws import Empirical as Empirical
from causal.model.continuous.laws import Exponential as Exponential
from causal.model.continuous.laws import Laplace as Laplace
from causal.model.continuous.laws import Logistic as Logistic
from causal.model.continuous.laws import Normal as Normal
from causal.model.continuous.laws import StudentT as StudentT
from causal.model.continuous.laws import Uniform as Uniform
from causal.model.continuous.linear import Linear as Linear
from causal.model.continuous.monotone import CUBE as CUBE
from causal.model.continuous.monotone import EXP as EXP
from causal.model.continuous.monotone import LOGISTIC as LOGISTIC
from causal.model.continuous.monotone import Link as Link
from causal.model.continuous.monotone import Monotone as Monotone
from causal.model.continuous.system import LinearSystem as LinearSystem
from causal.model.continuous.threshold import Threshold as Threshold

__all__ = [
    "CUBE",
    "EXP",
    "LOGISTIC",
    "Additive",
    "Categorical",
    "Empirical",
    "Exponential",
    "FreeCurve",
    "FreeOdds",
    "Function",
    "Laplace",
    "Linear",
    "LinearSystem",
    "Link",
    "LocationScale",
    "Logistic",
    "Logits",
    "Monotone",
    "Normal",
    "Polynomial",
    "StudentT",
    "Threshold",
    "Uniform",
]
