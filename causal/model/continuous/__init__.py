"""Mechanisms over real numbers, and the laws of their noise."""

from causal.model.continuous.laws import Empirical as Empirical
from causal.model.continuous.laws import Exponential as Exponential
from causal.model.continuous.laws import Laplace as Laplace
from causal.model.continuous.laws import Logistic as Logistic
from causal.model.continuous.laws import Normal as Normal
from causal.model.continuous.laws import StudentT as StudentT
from causal.model.continuous.laws import Uniform as Uniform
from causal.model.continuous.linear import Linear as Linear

__all__ = [
    "Empirical",
    "Exponential",
    "Laplace",
    "Linear",
    "Logistic",
    "Normal",
    "StudentT",
    "Uniform",
]
