"""What is asked: component, replacement, its distribution, inputs and metric, in one sentence."""

from dataclasses import dataclass

from ablation.operators import (
    Constant,
    Freeze,
    Mean,
    Noise,
    Operator,
    OptimalConstant,
    ReplaceBy,
    Resample,
    Scale,
    Skip,
)


@dataclass(frozen=True, slots=True)
class Question:
    """The estimand of an audit.

    >>> from ablation.operators import Zero
    >>> print(Question(("attn",), Zero(), "margin of the label", 64, None, 0.1, 0.95).sentence())
    The mean, over the 64 inputs given, of what is lost in margin of the label when attn passes on \
zeros and everything computed from it follows; within 0.1 counts as nothing.
    """

    components: tuple[str, ...]
    operator: Operator
    metric: str
    n: int
    reference: int | None
    margin: float
    level: float

    def sentence(self, component: str | None = None, operator: Operator | None = None) -> str:
        """Say it, for one component and one replacement, or for all under the first."""
        many = f"one of {', '.join(self.components)}" if len(self.components) > 1 else ""
        who = component or many or self.components[0]
        return (
            f"The mean, over the {self.n} inputs given, of what is lost in {self.metric} when "
            f"{who} passes on {self._instead(operator or self.operator)} and everything computed "
            f"from it follows; within {self.margin:g} counts as nothing."
        )

    def _instead(self, by: Operator) -> str:
        where = "these inputs" if self.reference is None else f"{self.reference} reference inputs"
        match by:
            case Mean(each):
                how = "at each position" if each == "position" else "over all positions"
                return f"its mean over {where}, {how}"
            case Resample():
                return f"its value on another of {where}, drawn evenly"
            case Freeze():
                return f"its value on {where}, row by row"
            case OptimalConstant():
                return f"the constant of least loss over {where}"
            case _:
                return _by_itself(by)


def _by_itself(by: Operator) -> str:
    """What needs no other examples."""
    match by:
        case Constant(value):
            return f"{value:g} everywhere"
        case Scale(factor):
            return f"{factor:g} times its value"
        case Skip():
            return "its input"
        case Noise(scale):
            return f"its value plus Gaussian noise of {scale:g} standard deviations"
        case ReplaceBy():
            return f"what {by} returns"
        case _:
            return "zeros"
