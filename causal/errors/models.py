"""Models that are none, and evidence that they cannot answer from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from causal.errors.wording import CausalError, shown

__all__ = [
    "DomainError",
    "FunctionError",
    "ImpossibleEvidenceError",
    "MechanismError",
    "ModelError",
    "NotAPointError",
    "ProbabilityError",
    "TooFewDrawsError",
    "UnusableEvidenceError",
]


class ModelError(CausalError, ValueError):
    """Mechanisms, noise and graph that make no structural model together."""

    def __init__(self, problem: str, *, variables: Iterable[str] = ()) -> None:
        self.problem, self.variables = problem, tuple(variables)
        super().__init__(problem)


class ProbabilityError(ModelError):
    """A law that is none: not a number, negative, or not summing to one."""


class DomainError(ModelError):
    """A value that a variable cannot take."""

    def __init__(
        self, variable: str, value: object, domain: Sequence[object], hint: str = ""
    ) -> None:
        self.variable, self.value, self.domain = variable, value, tuple(domain)
        takes = ", ".join(map(repr, self.domain[:12])) + (", ..." if len(self.domain) > 12 else "")
        problem = f"{shown(variable)} cannot be {value!r}; it takes {takes}{hint}"
        super().__init__(problem, variables=(variable,))


class FunctionError(ModelError):
    """A function of a mechanism that raises, or returns what is no column of numbers."""

    def __init__(self, does: str) -> None:
        self.does = does
        super().__init__(f"this mechanism {does}")


class MechanismError(ModelError):
    """A mechanism that does not do what a mechanism does: one number for each unit."""

    def __init__(self, variable: str, does: str) -> None:
        self.variable = variable
        super().__init__(f"the mechanism of {shown(variable)} {does}", variables=(variable,))


class NotAPointError(ModelError):
    """A value that full evidence leaves open; ``variable`` is where, ``instead`` what to ask."""

    def __init__(self, variable: str, why: str, instead: str) -> None:
        self.variable, self.why, self.instead = variable, why, instead
        super().__init__(
            f"what {shown(variable)} would have been is not determined: {why}; {instead}",
            variables=(variable,),
        )


class ImpossibleEvidenceError(CausalError, ZeroDivisionError):
    """Evidence that the model gives probability zero, so that nothing follows from it."""

    def __init__(self, evidence: str, where: str = "this model") -> None:
        self.evidence = evidence
        super().__init__(
            f"{evidence} has probability zero in {where}; ask given something that can happen"
        )


class UnusableEvidenceError(CausalError, ValueError):
    """Evidence from which no engine can reason back to the noise."""

    def __init__(self, variable: str, why: str) -> None:
        self.variable, self.why = variable, why
        super().__init__(f"{shown(variable)} was seen, and {why}")


class TooFewDrawsError(CausalError, ValueError):
    """Evidence with which too few draws agree for their mean to be worth anything."""

    def __init__(self, effective: float, draws: int, evidence: str) -> None:
        self.effective, self.draws, self.evidence = effective, draws, evidence
        super().__init__(
            f"of {draws:,} draws, {effective:.0f} effectively agree with {evidence}, which is too "
            f"few for an answer; give draws={10 * draws:,}, or ask given less"
        )
