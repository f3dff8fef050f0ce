"""Learners that train small networks with torch; what they learn is plain arrays."""

from causal.model.neural.learners import Flows as Flows
from causal.model.neural.learners import Perceptron as Perceptron

__all__ = ["Flows", "Perceptron"]
