"""A counterfactual number of a learned model, and how far the data leave it open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from causal.errors import ImpossibleEvidenceError, TooFewDrawsError, UnusableEvidenceError
from causal.model.engines.answers import Counterfactual
from causal.model.engines.counterfactual import Question, counterfactual
from causal.model.scm import SCM
from causal.model.streams import Randomness

__all__ = ["LearnedCounterfactual", "asked_of_all"]

NO_ANSWER = (ImpossibleEvidenceError, TooFewDrawsError, UnusableEvidenceError)
FEWER_DRAWS = 10_000  # in each of many models, where an answer takes draws


@dataclass(frozen=True)
class LearnedCounterfactual:
    """The answer of the learned model, and those of models learned again.

    ``lower`` and ``upper`` are the 2.5 % and 97.5 % points over ``draws`` models, ``sd`` their
    standard deviation: what the graph leaves open if it is right, and no more.  ``silent`` of the
    models gave no answer, as the evidence is next to impossible in them, or of no use.
    """

    answer: Counterfactual
    lower: float
    upper: float
    sd: float
    rows: int
    draws: int
    silent: int = 0

    def __str__(self) -> str:
        value = self.answer.value
        head = "open" if value is None else f"{float(value):.4g}"
        text = (
            f"{self.answer.query} = {head}, 95% interval {self.lower:.4g} to {self.upper:.4g} "
            f"({self.rows} rows, {self.draws} models learned again)"
        )
        return f"{text}; {self.silent} of them give no answer" if self.silent else text


def asked_of_all(
    model: SCM, others: Iterable[SCM], query: Question, *, rows: int, rng: Randomness
) -> LearnedCounterfactual:
    """Ask a model and others the same question.

    Raises what ``counterfactual`` raises, where the model itself has no answer or none of the
    others has one.
    """
    answer = counterfactual(model, query, rng=rng)
    lows, highs, silent = [], [], 0
    refused: Exception | None = None
    for other in others:
        try:
            low, high = _ends(counterfactual(other, query, draws=FEWER_DRAWS, rng=rng))
        except NO_ANSWER as error:
            silent, refused = silent + 1, error
            continue
        lows.append(low)
        highs.append(high)
    if refused is not None and not lows:
        raise refused
    middles = (np.array(lows) + np.array(highs)) / 2
    spread = float(middles.std(ddof=1)) if len(middles) > 1 else float("nan")
    return LearnedCounterfactual(
        answer,
        float(np.quantile(lows, 0.025)),
        float(np.quantile(highs, 0.975)),
        spread,
        rows,
        len(lows) + silent,
        silent,
    )


def _ends(answer: Counterfactual) -> tuple[float, float]:
    """The value twice, or the ends of what an unknown coupling leaves open."""
    if answer.value is not None:
        return float(answer.value), float(answer.value)
    low, high = answer.interval
    return float(low), float(high)
