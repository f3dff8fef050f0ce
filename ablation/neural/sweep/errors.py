"""What can be wrong with a question that a sweep is asked.

What stops only the quick road is no error: the sweep then runs whole passes, and says why.
"""

from collections.abc import Sequence

from ablation.neural.errors import NeuralError


class MetricShapeError(NeuralError, ValueError):
    """A metric that returns neither one number nor one number for each example."""

    def __init__(self, returned: object, examples: int | None, lengths: Sequence[int] = ()) -> None:
        self.returned, self.examples, self.lengths = returned, examples, tuple(lengths)
        shape = getattr(returned, "shape", None)
        what = type(returned).__name__ if shape is None else f"a value of shape {tuple(shape)}"
        each = "" if examples is None else f", or {examples} numbers, one for each example"
        length = shape[0] if shape is not None and len(shape) == 1 else None
        axis = self.lengths.index(length) if length in self.lengths else None
        other = f" If they lie on axis {axis} of the inputs, pass examples={axis}." if axis else ""
        super().__init__(f"the metric returned {what}; it should return one number{each}.{other}")


class ComplexMetricError(NeuralError, TypeError):
    """A metric of complex numbers, which have no order: no effect is larger than another."""

    def __init__(self, returned: object) -> None:
        self.returned = returned
        super().__init__(
            "the metric returned complex numbers; it should return real ones: their .abs(), "
            ".angle(), .real or .imag."
        )


class QuestionError(NeuralError, ValueError):
    """A setting of a sweep that has no meaning."""


class UnsuitableError(NeuralError):
    """Why a module cannot be resumed from the middle; the sweep runs whole passes instead."""


class UnknownSubsetError(NeuralError, LookupError):
    """A subset names a component that the sweep does not have."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name, self.known = name, tuple(known)
        some = ", ".join(self.known[:8])
        super().__init__(f"no component of this sweep is called {name!r}; there is {some}.")


class NoGradientError(NeuralError, TypeError):
    """A metric that a gradient cannot be taken of."""

    def __init__(self, returned: object) -> None:
        self.returned = returned
        super().__init__(
            f"the metric returned {type(returned).__name__} without a gradient, which this screen "
            "follows. Write it with torch operations, or screen by LowPrecision()."
        )
