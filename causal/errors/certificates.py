"""Answers that are not borne out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causal.errors.wording import CausalError

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = ["CertificateError", "DefectError", "ModelsTooLargeError", "WrongEstimandError"]


class CertificateError(CausalError, ValueError):
    """An answer that its own certificate does not bear out, or that has none."""


class DefectError(CausalError, RuntimeError):
    """An answer that the checker refuses before anybody sees it; the facts are what to report."""

    def __init__(self, query: str, answer: str, problem: str, graph: str) -> None:
        self.query, self.answer, self.problem, self.graph = query, answer, problem, graph
        where = graph if len(graph) <= 300 else "the text in .graph"
        super().__init__(
            f"the answer to {query} was refused by its own check: {problem}. This is a defect of "
            f"causal and not of the question; please report it, with the graph: {where}"
        )


class ModelsTooLargeError(CertificateError):
    """Two models have too many states to be compared in full."""


class WrongEstimandError(CertificateError):
    """A formula that disagrees with the mutilated model, in one cell of one model."""

    def __init__(
        self, model: str, cell: str, estimand: str, value: Fraction, truth: Fraction
    ) -> None:
        self.model, self.cell, self.estimand = model, cell, estimand
        self.value, self.truth = value, truth
        super().__init__(
            f"in {model} at {cell}, the formula {estimand} gives {value}, but the model {truth}"
        )
