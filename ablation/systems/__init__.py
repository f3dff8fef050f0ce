"""What is studied: a training function, found by its name, called, and believed in nothing."""

from ablation.systems.calling import Outcome, call
from ablation.systems.environment import environment
from ablation.systems.finding import find

__all__ = ["Outcome", "call", "environment", "find"]
