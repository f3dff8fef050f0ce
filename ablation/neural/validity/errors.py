"""What an audit cannot be asked."""

from ablation.neural.errors import NeuralError


class NoUnitsError(NeuralError, ValueError):
    """A metric without one number for each example, so nothing can be said about chance."""

    def __init__(self, returned: object, examples: int) -> None:
        self.returned, self.examples = returned, examples
        shape = getattr(returned, "shape", None)
        what = type(returned).__name__ if shape is None else f"a value of shape {tuple(shape)}"
        super().__init__(
            f"the metric returned {what}; an audit needs one number for each of the {examples} "
            "examples, such as lambda output: output[:, 0], and two examples or more."
        )


class AuditQuestionError(NeuralError, ValueError):
    """An argument of an audit outside its range."""

    def __init__(self, argument: str, given: object, expected: str) -> None:
        self.argument, self.given, self.expected = argument, given, expected
        super().__init__(f"{argument} is {given!r}; expected {expected}.")
