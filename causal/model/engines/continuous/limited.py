"""Linear models with normal noise where evidence is a limit, such as Y > 1: ratios of orthants.

A probability is that of both over that of the limits; a mean moves by what the limits do to the
noise (Tallis 1961).  As long as two variables are limited at most, nothing is approximate; and
noise can be drawn right between the limits, one after the other (Geweke 1991), however rare it is.
"""

from __future__ import annotations

import numpy as np

from causal.errors import ImpossibleEvidenceError
from causal.model.engines.continuous.gaussian import (
    Box,
    Conditioned,
    boxed,
    conditioned,
    rows,
)
from causal.model.engines.continuous.orthants import (
    EXACT_TO,
    between,
    confined,
    merged,
    pull,
)
from causal.model.engines.continuous.particles import Draws
from causal.model.engines.continuous.posed import Asked, Posed
from causal.model.noise import Floats
from causal.model.streams import stream

__all__ = ["between_limits", "drawn_between"]

LEAST = {0: 0.0, 1: 1e-290, 2: 1e-8}  # by how many lines: a rarer one is lost in rounding


def between_limits(asked: Posed) -> list[float] | None:
    """Each part given limits and values; None without limits, or where it would not be exact.

    Raises ImpossibleEvidenceError where the evidence cannot be.
    """
    found = rows(asked) if asked.limits else None
    if found is None:
        return None
    law = conditioned(found, asked)
    given = boxed(asked.limits, law)
    if not given.sure.all():
        raise ImpossibleEvidenceError(asked.evidence)
    exact: list[float] = []
    for part in asked.parts:
        value = _part(part, asked, given, law)
        if value is None:
            return None
        exact.append(value)
    return exact


def drawn_between(asked: Posed, draws: int, seed: int) -> Draws | None:
    """Weighted draws given limits and values, all between the limits; None as above."""
    found = rows(asked) if between_limits(asked) is not None else None
    if found is None:
        return None
    law = conditioned(found, asked)
    given, rng = boxed(asked.limits, law), stream(seed, "between limits")
    inner = rng.standard_normal((law.factor.shape[1], draws))
    log_weights = np.zeros(draws)
    basis: list[tuple[Floats, Floats]] = []  # directions, and how far the draws are along them
    for line, low, high in zip(*merged(given.lines, given.low, given.high), strict=True):
        along = [float(line @ direction) for direction, _ in basis]
        across = line - sum((a * d for a, (d, _) in zip(along, basis, strict=True)), 0.0 * line)
        wide = float(np.linalg.norm(across))
        shift = sum((a * at for a, (_, at) in zip(along, basis, strict=True)), np.zeros(draws))
        at, chance = confined((low - shift) / wide, (high - shift) / wide, rng.random(draws))
        with np.errstate(divide="ignore"):
            log_weights += np.log(chance)
        basis.append((across / wide, at))
    for direction, at in basis:
        inner += np.outer(direction, at - direction @ inner)
    noise = law.mean + law.factor @ inner
    values = {number: found.constants[number] + row @ noise for number, row in found.rows.items()}
    sources = zip(found.sources.items(), noise, strict=True)
    noises = {name: normal.mean + normal.sd * column for (name, normal), column in sources}
    return Draws(values, log_weights, random=True, noises=noises)


def _part(part: Asked, asked: Posed, given: Box, law: Conditioned) -> float | None:
    both = boxed((*asked.limits, *part.events), law)
    known = _chance(given, lines := _lines(both))
    if known is None or lines > EXACT_TO:
        return None
    if part.mean is None:
        together = _chance(both, 0) if both.sure.all() else 0.0
        return None if together is None else min(together / known, 1.0)
    margin = law.margin(part.mean)
    moved = 0.0
    if len(given.lines):
        moved = float((margin.line @ pull(*merged(given.lines, given.low, given.high)))[0]) / known
    return float(margin.means[0]) + moved


def _lines(box: Box) -> int:
    """How many variables are limited, those that are multiples of each other as one."""
    return len(merged(box.lines, box.low, box.high)[0]) if len(box.lines) else 0


def _chance(box: Box, lines: int) -> float | None:
    """The probability of a box; None where it is too small for a ratio with so many lines."""
    found = float(between(box.lines, box.low, box.high)[0]) if len(box.lines) else 1.0
    return found if found >= LEAST.get(lines, np.inf) else None
