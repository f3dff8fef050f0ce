"""Linear models with normal noise, exactly: nodes of all worlds are affine functions of noise.

Evidence conditions a normal law (Lauritzen 1996, appendix C), whatever part of the variables it is
about and in whichever worlds; means and probabilities follow in closed form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal.errors import ImpossibleEvidenceError
from causal.model.continuous import Normal
from causal.model.engines.continuous.affine import affine, affine_where
from causal.model.engines.continuous.orthants import EXACT_TO, between
from causal.model.engines.continuous.posed import RELATIONS, Asked, Bound, Observed, Posed
from causal.model.engines.worlds import Slot
from causal.model.mechanism import Mechanism, Value, private
from causal.model.noise import Floats, Law, floats
from causal.variables import Variable

__all__ = [
    "Box",
    "Conditioned",
    "Rows",
    "Seen",
    "boxed",
    "conditioned",
    "gaussian_value",
    "is_exact",
    "rows",
    "weighed",
]

Numbers: TypeAlias = float | Floats
Truths: TypeAlias = NDArray[np.bool_]

CLOSE = 1e-6  # how far a value may be from what is certain, relative to the numbers behind it
ROUNDING = 1e-9
TINY = 1e-10  # of a node's own spread: less is no spread at all


@dataclass(eq=False)
class Combination:
    """A constant and weights on standard normal noises; both also without any cancelling."""

    constant: Numbers
    size: Numbers
    weights: dict[str, float] = field(default_factory=dict)
    reach: dict[str, float] = field(default_factory=dict)

    def add(self, weight: float, other: Combination) -> None:
        """Add a multiple of another one."""
        self.constant = self.constant + weight * other.constant
        self.size = self.size + abs(weight) * other.size
        for name, inner in other.weights.items():
            self.weights[name] = self.weights.get(name, 0.0) + weight * inner
            self.reach[name] = self.reach.get(name, 0.0) + abs(weight) * other.reach[name]

    def add_noise(self, weight: float, name: str, law: Law, sources: dict[str, Normal]) -> bool:
        """Add a multiple of a noise, and note its law; False where that is not normal."""
        if isinstance(law, Normal):
            sources[name] = law
            spread = {name: law.sd}
            self.add(weight, Combination(law.mean, abs(law.mean), spread, spread))
            return True
        return False


@dataclass(frozen=True, eq=False)
class Rows:
    """Each node as constant + row @ noise, where noise is standard normal, one column a source.

    A constant has one entry a unit, as far as units differ.  ``sizes`` and ``reaches`` are what
    constants and lengths of rows come to without any cancelling, which says what is rounding.
    ``sources`` are the laws of the noises, in the order of the columns.
    """

    constants: Mapping[int, Numbers]
    rows: Mapping[int, Floats]
    sizes: Mapping[int, Numbers]
    reaches: Mapping[int, float]
    sources: Mapping[str, Normal]


@dataclass(frozen=True, eq=False)
class Seen:
    """Evidence under a normal law: its density, unit by unit, and the units where it cannot be.

    ``certain`` are the nodes that what was seen before leaves no choice, which have no density.
    """

    log_density: Floats
    off: Truths
    certain: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Margin:
    """A normal law: a mean a unit, a row of weights on standard normal noise.

    ``size`` is that of the numbers that were added up, which says what rounding can be.
    """

    means: Floats
    line: Floats
    size: Floats

    @property
    def sd(self) -> float:
        """The standard deviation."""
        return float(np.linalg.norm(self.line))


@dataclass(frozen=True, eq=False)
class Conditioned:
    """Nodes given evidence: the noise is normal, with a mean and a factor of its covariance.

    The mean has a row a source, and a column a unit; the factor is the same for all units.
    """

    rows: Rows
    mean: Floats
    factor: Floats

    def margin(self, number: int, minus: int | Numbers = 0.0) -> Margin:
        """The law of a node less another one, or less a number."""
        constant, row = self.rows.constants[number], self.rows.rows[number]
        size, reach = self.rows.sizes[number], self.rows.reaches[number]
        if isinstance(minus, int):
            constant, row = constant - self.rows.constants[minus], row - self.rows.rows[minus]
            size, reach = size + self.rows.sizes[minus], reach + self.rows.reaches[minus]
        else:
            constant, size = constant - minus, size + np.abs(minus)
        line = row @ self.factor
        if np.linalg.norm(line) <= TINY * reach:
            line = np.zeros_like(line)
        means = np.asarray(constant + row @ self.mean)
        return Margin(means, line, size + reach * np.abs(self.mean).max(axis=0, initial=0.0))


@dataclass(frozen=True, eq=False)
class Box:
    """Where normal variables lie between limits: each is a line, of length one, on normal noise.

    ``sure`` is False for the units that no noise brings there.
    """

    sure: Truths
    lines: Floats
    low: Floats
    high: Floats


def rows(
    asked: Posed,
    columns: Mapping[Variable, Floats] | None = None,
    known: Mapping[Slot, Value] = MappingProxyType({}),
) -> Rows | None:
    """The affine functions; None where a mechanism is not linear or a noise not normal.

    ``columns`` say what was observed of each unit, and ``known`` what nodes and noises are in the
    case at hand.
    """
    sources: dict[str, Normal] = {}
    combined: dict[int, Combination] = {}
    for number in asked.nodes:
        node = asked.node(number)
        if number in known:
            value = _number(known[number], {})
            if value is not None:
                combined[number] = Combination(value, np.abs(value))
            continue
        if node.variable is None:
            constant = _number(node.constant, columns or {})
            if constant is None:
                return None
            combined[number] = Combination(constant, np.abs(constant))
            continue
        total = _combined(asked, number, known, combined, sources)
        if total is None:
            return None
        combined[number] = total
    return _matrix(combined, sources)


def _combined(
    asked: Posed,
    number: int,
    known: Mapping[Slot, Value],
    before: Mapping[int, Combination],
    sources: dict[str, Normal],
) -> Combination | None:
    """One node, by what it reads."""
    node, model = asked.node(number), asked.worlds.model
    assert node.variable is not None
    mechanism = model.mechanisms[node.variable]
    laws = {one.name: one.source for one in model.noise}
    inputs = dict(zip(mechanism.given, node.inputs, strict=True))
    fixed = {name: known[slot] for name, slot in inputs.items() if slot in known}
    shape = affine_where(mechanism, fixed) if fixed else affine(mechanism)
    if shape is None:
        return None
    total = Combination(shape.constant, abs(shape.constant))
    for name, slot in inputs.items():
        weight = shape.weights.get(name, 0.0)
        if name in fixed:
            continue
        if not isinstance(slot, str):
            total.add(weight, before[slot])
        elif not total.add_noise(weight, slot, laws[slot], sources):
            return None
    own = _own_noise(mechanism, node.variable, laws)
    if own is not None and not total.add_noise(shape.stretch, *own, sources):
        return None
    return total


def conditioned(
    found: Rows, asked: Posed, columns: Mapping[Variable, Floats] | None = None, units: int = 1
) -> Conditioned:
    """The law of the noise given the values that were seen; raises ImpossibleEvidenceError."""
    law, evidence = weighed(found, asked, columns, units)
    if evidence.off.any():
        raise ImpossibleEvidenceError(asked.evidence_of(columns or {}, int(evidence.off.argmax())))
    return law


def weighed(
    found: Rows, asked: Posed, columns: Mapping[Variable, Floats] | None = None, units: int = 1
) -> tuple[Conditioned, Seen]:
    """The same, and how likely what was seen was: its density, and where it cannot be."""
    width = len(next(iter(found.rows.values()), np.empty(0)))
    mean, factor = np.zeros((width, units)), np.eye(width)
    log_density, off, certain = np.zeros(units), np.zeros(units, dtype=bool), []
    for number, seen in asked.seen.items():
        value = _number(seen, columns or {})
        assert value is not None
        row = found.rows[number]
        direction = row @ factor
        spread = float(direction @ direction)
        gap = value - found.constants[number] - row @ mean
        if spread <= (TINY * found.reaches[number]) ** 2:
            reach = found.reaches[number] * np.abs(mean).max(axis=0, initial=0.0)
            off |= np.abs(gap) > CLOSE * (np.abs(value) + found.sizes[number] + reach)
            certain.append(number)
            continue
        log_density -= 0.5 * (gap**2 / spread + np.log(2 * np.pi * spread))
        gain = factor @ direction / spread
        mean = mean + np.outer(gain, gap)
        factor = factor - np.outer(gain, direction)  # a projection: still a factor, and exact
    return Conditioned(found, mean, factor), Seen(log_density, off, tuple(certain))


def gaussian_value(part: Asked, law: Conditioned) -> Floats:
    """The mean, or the probability, that one part asks for; one entry a unit."""
    if part.mean is not None:
        return law.margin(part.mean).means
    box = boxed(part.events, law)
    if not len(box.lines):
        return floats(box.sure)
    return np.where(box.sure, between(box.lines, box.low, box.high), 0.0)


def boxed(events: Iterable[Bound], law: Conditioned) -> Box:
    """Events as limits of normal variables."""
    sure = np.ones(law.mean.shape[1], dtype=bool)
    lines, low, high = [], [], []
    for event in events:
        margin = _margin(event, law)
        if not margin.sd:
            close = np.where(np.abs(margin.means) <= ROUNDING * margin.size, 0.0, margin.means)
            sure &= RELATIONS[event.relation](close, 0.0)
        elif event.relation == "=":
            sure[:] = False
        elif event.relation != "!=":
            lines.append(margin.line / margin.sd)
            at, open_ = -margin.means / margin.sd, np.full(len(sure), np.inf)
            below = event.relation in ("<", "<=")
            low.append(-open_ if below else at)
            high.append(at if below else open_)
    return Box(sure, np.array(lines), np.array(low), np.array(high))


def is_exact(part: Asked) -> bool:
    """Whether the answer to a part has no error but rounding."""
    return len(part.events) <= EXACT_TO


def _own_noise(
    mechanism: Mechanism, variable: Variable, laws: Mapping[str, Law]
) -> tuple[str, Law] | None:
    match mechanism.noise:
        case None:
            return None
        case str(name):
            return name, laws[name]
        case law:
            return private(variable), law


def _number(value: object, columns: Mapping[Variable, Floats]) -> Numbers | None:
    match value:
        case Observed(variable):
            return columns[variable]
        case int() | float() | Fraction():
            return float(value)
    return None


def _margin(event: Bound, law: Conditioned) -> Margin:
    """Left minus right."""
    if event.right is not None:
        return law.margin(event.left, event.right)
    assert isinstance(event.value, int | float)
    return law.margin(event.left, float(event.value))


def _matrix(combined: Mapping[int, Combination], sources: Mapping[str, Normal]) -> Rows:
    names = list(sources)

    def row(weights: Mapping[str, float]) -> Floats:
        return np.array([weights.get(name, 0.0) for name in names])

    return Rows(
        {number: each.constant for number, each in combined.items()},
        {number: row(each.weights) for number, each in combined.items()},
        {number: each.size for number, each in combined.items()},
        {number: float(np.linalg.norm(row(each.reach))) for number, each in combined.items()},
        sources,
    )
