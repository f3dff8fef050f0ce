"""Counterfactual numbers from models that no table holds: exactly where that can be, else by draws.

The engines in order: a finite part of the model (its tables); a normal law, conditioned; evidence
that pins all noise, so that one pass decides; one choice that stays open, in closed form; a normal
law for each case of what is finite; or weighted draws, which are refused when too few of them agree
with the evidence to be worth a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

import numpy as np

from causal.errors import TooFewDrawsError, UnusableEvidenceError
from causal.model.engines.answers import Counterfactual
from causal.model.engines.continuous.choices import choices
from causal.model.engines.continuous.gaussian import conditioned, gaussian_value, is_exact, rows
from causal.model.engines.continuous.limited import between_limits
from causal.model.engines.continuous.mixture import mixture
from causal.model.engines.continuous.particles import Draws, swarm
from causal.model.engines.continuous.posed import Asked, Posed, holds, posed
from causal.model.mechanism import Column
from causal.model.noise import Floats, floats
from causal.model.scm import SCM
from causal.model.streams import Randomness, root
from causal.query import Quantity
from causal.variables import Variable

__all__ = [
    "CLOSED",
    "DRAWS",
    "FLOOR",
    "answered",
    "gaussian_engine",
    "normalised",
    "part_value",
    "part_values",
    "pinned",
    "rare",
]

DRAWS = 100_000
ROUNDING = 1e-12
FLOOR = 200  # effective draws below which there is no answer

GAUSSIAN = "conditioned normal law, exact"
LIMITS = "conditioned normal law, several limits by quasi-random points to about 1e-4"
CASES = "mixture of conditioned normal laws, exact"
POINT = "abduction of every noise, exact"
CLOSED = "abduction of a choice, exact"
SWARM = "weighted draws"


@dataclass(frozen=True)
class Part:
    """What one evidence contributes, and how sure that is."""

    value: float
    engine: str
    variance: float = 0.0
    effective: float | None = None
    couplings: tuple[str, ...] = ()


def answered(
    model: SCM, asked: Quantity, *, draws: int = DRAWS, rng: Randomness = 0
) -> Counterfactual:
    """The value of a quantity; raises TooFewDrawsError, UnusableEvidenceError or QueryError."""
    seed = root(rng)
    groups = list(posed(model, asked))
    parts = [_part(group, draws, seed) for group in groups]
    constant = float(sum(factor for factor, part in asked.parts if part is None))
    engines = tuple(dict.fromkeys(part.engine for part in parts))
    couplings = dict.fromkeys(text for part in parts for text in part.couplings)
    effective = [part.effective for part in parts if part.effective is not None]
    return Counterfactual(
        asked,
        constant + sum(part.value for part in parts),
        "; ".join(engines),
        ("the mechanisms and their noise are as the model says", *couplings),
        None if any(group.given for group in groups) else Fraction(1),
        standard_error=sqrt(sum(part.variance for part in parts)),
        effective_draws=min(effective, default=None),
    )


def _part(asked: Posed, draws: int, seed: int) -> Part:
    couplings = assumed(asked)
    found = None if asked.limits else rows(asked)
    if found is not None:
        law = conditioned(found, asked)
        value = sum(part.factor * gaussian_value(part, law)[0] for part in asked.parts)
        return Part(float(value), gaussian_engine(asked), couplings=couplings)
    if (exact := between_limits(asked)) is not None:
        value = sum(part.factor * one for part, one in zip(asked.parts, exact, strict=True))
        return Part(value, GAUSSIAN, couplings=couplings)
    if (once := pinned(asked, seed)) is not None:
        return Part(float(part_values(asked, once)[0]), POINT, couplings=couplings)
    if (closed := choices(asked, seed)) is not None:
        value = sum(part.factor * one[0] for part, one in zip(asked.parts, closed, strict=True))
        return Part(float(value), CLOSED, couplings=couplings)
    if (mixed := mixture(asked)) is not None:
        value = sum(part.factor * mixed.value(part) for part in asked.parts)
        return Part(float(np.asarray(value)[0]), CASES, couplings=couplings)
    many = swarm(asked, draws, seed)
    weights, effective = normalised(many.log_weights)
    if effective < FLOOR:
        raise TooFewDrawsError(effective, draws, asked.evidence)
    values = part_values(asked, many)
    mean = float(weights @ values)
    variance = float((weights**2) @ (values - mean) ** 2)
    if sqrt(variance) < ROUNDING * max(1.0, abs(mean)):  # all draws agree
        variance = 0.0
    variance = max(variance, rare(asked) ** 2 / effective**2)
    return Part(mean, SWARM, variance, effective, couplings)


def pinned(
    asked: Posed, seed: int, columns: Mapping[Variable, Column] | None = None, units: int = 1
) -> Draws | None:
    """The one draw that is all there is, where the evidence leaves nothing to chance."""
    try:
        once = swarm(asked, 1, seed, columns, units)
    except UnusableEvidenceError:
        return None  # draws cannot use it; whoever goes on to them will say so
    return None if once.random else once


def rare(asked: Posed) -> float:
    """The standard error, in draws, of events that no draw met, or that all did.

    A probability of which n draws have seen nothing can be up to 3 / n, with 95 % confidence
    (Hanley & Lippman-Hand 1983); so that two standard errors reach there.
    """
    return 1.5 * sum(abs(part.factor) for part in asked.parts if part.mean is None)


def gaussian_engine(asked: Posed) -> str:
    """Whether the normal law is exact on what is asked."""
    return GAUSSIAN if all(map(is_exact, asked.parts)) else LIMITS


def part_values(asked: Posed, draws: Draws) -> Floats:
    """The sum of factor times value or indicator, draw by draw."""
    total = np.zeros(len(draws.log_weights))
    for part in asked.parts:
        total += part.factor * part_value(part, draws)
    return total


def normalised(log_weights: Floats) -> tuple[Floats, float]:
    """Weights that sum to one, and the effective number of draws (Kish 1965)."""
    top = log_weights.max(initial=-np.inf)
    if np.isneginf(top):
        return np.zeros_like(log_weights), 0.0
    weights = np.exp(log_weights - top)
    weights /= weights.sum()
    return weights, float(1 / (weights**2).sum())


def assumed(asked: Posed) -> tuple[str, ...]:
    """What mechanisms with copies in several worlds assume beyond each world's law."""
    copies: dict[str, int] = {}
    for number in asked.nodes:
        if (v := asked.node(number).variable) is not None:
            copies[v] = copies.get(v, 0) + 1
    mechanisms = asked.worlds.model.mechanisms
    twice = [v for v in asked.worlds.model.graph.nodes if copies.get(v, 0) > 1]
    return tuple(f"{v}: {text}" for v in twice if (text := mechanisms[v].assumes))


def part_value(part: Asked, draws: Draws) -> Floats:
    """The value, or one where all events happen, draw by draw."""
    if part.mean is not None:
        return floats(draws.values[part.mean])
    product = np.ones(len(draws.log_weights))
    for event in part.events:
        product *= holds(event, draws.values)
    return product
