"""What is studied: a training function, found by its name, called, and believed in nothing."""

from ablation.systems.calling import Outcome, call
from ablation.systems.finding import find
from ablation.systems.recording import record

__all__ = ["Outcome", "call", "find", "record"]
