"""Why arms cannot be trained side by side, or not at all."""

from ablation.neural.errors import NeuralError


class NotTogetherError(NeuralError, RuntimeError):
    """The module does something that several arms cannot do side by side."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"arms cannot be trained side by side: {problem} Pass together=1.")


class ArmsError(NeuralError, ValueError):
    """Arms that do not belong in one training, or whose batches do not fit together."""


class NotReplayableError(NeuralError, RuntimeError):
    """A step cannot be replayed from a recording; the message says what it does."""
