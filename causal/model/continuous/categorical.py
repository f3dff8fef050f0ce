"""Choices among finitely many values, whose probabilities depend on real numbers.

The coupling is named, as the probabilities alone do not say what one unit would have chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal.errors import FunctionError, ImpossibleEvidenceError, ModelError
from causal.model.continuous.additive import read
from causal.model.continuous.calling import answer
from causal.model.continuous.coupling import (
    Gumbels,
    at_places,
    gumbel_chances,
    interval_chances,
    running,
)
from causal.model.continuous.curves import arity, called
from causal.model.continuous.laws import Uniform
from causal.model.finite.columns import places
from causal.model.finite.coupling import InverseCDF
from causal.model.finite.race import GumbelMax
from causal.model.finite.settings import domain
from causal.model.mechanism import Chances, Column, Columns, Trait, Value, Values
from causal.model.noise import Floats, Law, floats
from causal.model.posterior import Interval, TruncatedGumbel
from causal.variables import Names, Variables, natural, variables

__all__ = ["Categorical", "FreeOdds", "Logits", "Odds"]

Coupled: TypeAlias = InverseCDF | GumbelMax
CLOSE = 1e-9  # how far from one a sum of probabilities may be


class Odds(Protocol):
    """The probabilities of the values, as a function of columns."""

    @property
    def given(self) -> tuple[str, ...]:
        """What they depend on, in the order of the columns."""

    def at(self, given: Columns, units: int) -> Floats:
        """One row a value, one column a unit; every column sums to one."""

    def to_dict(self) -> dict[str, object]:
        """The function as plain data."""


@dataclass(frozen=True, init=False)
class Logits:
    """Multinomial logit: a linear score for each value, probabilities proportional to their exp.

    >>> Logits([0, 0], {"X": (0, 1)}).at([np.log([1.0, 3.0])], 2).round(9)
    array([[0.5 , 0.25],
           [0.5 , 0.75]])
    """

    intercepts: tuple[float, ...]
    pairs: tuple[tuple[str, tuple[float, ...]], ...]

    def __init__(self, intercepts: Sequence[float], weights: Mapping[str, Sequence[float]]) -> None:
        ordered = sorted(weights.items(), key=lambda pair: natural(pair[0]))
        if uneven := [name for name, row in ordered if len(row) != len(intercepts)]:
            raise ModelError(f"{uneven[0]} needs {len(intercepts)} weights, one a value")
        object.__setattr__(self, "intercepts", tuple(map(float, intercepts)))
        pairs = tuple((name, tuple(map(float, row))) for name, row in ordered)
        object.__setattr__(self, "pairs", pairs)

    @property
    def given(self) -> tuple[str, ...]:
        """The names with weights."""
        return tuple(name for name, _ in self.pairs)

    def at(self, given: Columns, units: int) -> Floats:
        """The exponentials of the scores, over their sum."""
        scores = np.repeat(np.array(self.intercepts)[:, None], units, axis=1)
        for (_, weights), column in zip(self.pairs, given, strict=True):
            scores += np.multiply.outer(np.array(weights), floats(column))
        scores -= scores.max(axis=0)
        np.exp(scores, out=scores)
        total = scores.sum(axis=0)
        if units and np.isnan(total.min()):
            raise FunctionError(f"has scores that are NaN for unit {int(np.isnan(total).argmax())}")
        scores /= total
        return scores

    def to_dict(self) -> dict[str, object]:
        """Intercepts and weights as plain data."""
        weights = {name: list(row) for name, row in self.pairs}
        return {"kind": "logits", "intercepts": list(self.intercepts), "weights": weights}


@dataclass(frozen=True)
class FreeOdds:
    """Any function of columns that returns one row of probabilities a value.

    Raises ModelError when a column of what it returns is no law.
    """

    given: tuple[str, ...]
    function: Callable[..., Floats]

    def __post_init__(self) -> None:
        arity(self.function, len(self.given), of=", ".join(self.given))

    def at(self, given: Columns, units: int) -> Floats:
        """The probabilities that the function returns."""
        found = answer(self.function, given)
        try:
            rows = np.asarray(found)
        except ValueError as error:
            raise FunctionError("has a function that returns uneven rows") from error
        if rows.dtype.kind not in "fiub":
            raise FunctionError(f"has a function that returns {rows.dtype}, not probabilities")
        if rows.ndim != 2 or rows.shape[1] != units:
            raise FunctionError(
                f"has a function that returns the shape {rows.shape} for {units} units; "
                "probabilities have one row a value and one column a unit"
            )
        sums = rows.sum(axis=0)
        wrong = ~((np.abs(sums - 1) < CLOSE) & (rows.min(axis=0) >= 0))
        if wrong.any():
            unit = int(np.flatnonzero(wrong)[0])
            law = ", ".join(f"{p:g}" for p in rows[:, unit])
            raise FunctionError(f"has the probabilities {law} for unit {unit}, which are no law")
        return floats(rows)

    def to_dict(self) -> dict[str, object]:
        """What it reads and how it is called."""
        return {"kind": "function", "given": list(self.given), "function": called(self.function)}


@dataclass(frozen=True, init=False)
class Categorical:
    """One of finitely many values, by probabilities and a named coupling.

    ``InverseCDF()`` reads one uniform noise off the cumulative sums, in the order of the values;
    ``GumbelMax()`` gives every value a noise of its own.

    >>> leave = Categorical(Logits([0, 0], {"X": (0, 1)}), values=("stay", "leave"))
    >>> seen, was, then = np.array(["stay"]), [np.log([1.0])], [np.log([3.0])]
    >>> leave.couple(seen, was, then).weights.ravel().round(9)    # noise in [0, 1/2]; cut at 1/4
    array([0.5, 0.5])
    """

    odds: Odds
    values: Values
    coupling: Coupled
    ignores: tuple[str, ...]

    def __init__(
        self,
        odds: Odds,
        values: Iterable[Value] = (0, 1),
        *,
        coupling: Coupled | None = None,
        ignores: Names = (),
    ) -> None:
        object.__setattr__(self, "odds", odds)
        object.__setattr__(self, "values", domain(values))
        if not isinstance(coupling, InverseCDF | GumbelMax | None):
            raise ModelError(
                f"a choice is coupled by InverseCDF() or GumbelMax(), not {coupling!r}"
            )
        object.__setattr__(self, "coupling", coupling or InverseCDF())
        object.__setattr__(self, "ignores", tuple(sorted(variables(ignores))))
        if isinstance(odds, Logits) and len(odds.intercepts) != len(self.values):
            raise ModelError(f"{len(odds.intercepts)} scores for the values {self.values}")

    @property
    def given(self) -> tuple[str, ...]:
        """What the probabilities depend on."""
        return self.odds.given

    @property
    def reads(self) -> Variables:
        """What the probabilities depend on, and the ignored ones."""
        return read(self.given, None, self.ignores)

    @property
    def noise(self) -> Law:
        """One uniform noise, or a Gumbel noise for each value."""
        gumbel = isinstance(self.coupling, GumbelMax)
        return Gumbels(len(self.values)) if gumbel else Uniform()

    @property
    def traits(self) -> frozenset[Trait]:
        """Intervals of one noise, or the largest of several."""
        gumbel = isinstance(self.coupling, GumbelMax)
        return frozenset({Trait.GUMBEL if gumbel else Trait.THRESHOLD})

    @property
    def assumes(self) -> str:
        """How the laws under different circumstances hang together."""
        return f"rows coupled by {type(self.coupling).__name__}" if self.given else ""

    def forward(self, given: Columns, noise: Column) -> Column:
        """The value that the noise picks."""
        gumbel = isinstance(self.coupling, GumbelMax)
        rows = self._rows(given, noise.shape[-1])
        if gumbel:
            with np.errstate(divide="ignore"):
                picked = (np.log(rows) + floats(noise)).argmax(axis=0)
        else:
            picked = (floats(noise) >= rows.cumsum(axis=0)[:-1]).sum(axis=0)
        values: Column = np.asarray(self.values)[picked]
        return values

    def abduct(self, value: Column, given: Columns) -> Interval | TruncatedGumbel:
        """The interval of the uniform noise, or which Gumbel sum was largest."""
        self._check(at_places(self._rows(given, len(value)), self._places(value)), value)
        return self.confined(value, given)

    def confined(self, value: Column, given: Columns) -> Interval | TruncatedGumbel:
        """The same without a check: no interval, or no chance, where the value cannot be."""
        chosen = self._places(value)
        rows = self._rows(given, len(value))
        if isinstance(self.coupling, GumbelMax):
            with np.errstate(divide="ignore"):
                return TruncatedGumbel(np.log(rows), chosen)
        high = at_places(rows.cumsum(axis=0), chosen)
        return Interval(high - at_places(rows, chosen), high, Uniform())

    def chances(self, given: Columns, units: int) -> Chances:
        """The law of the value of units of which nothing else was seen."""
        return Chances(self.values, self._rows(given, units))

    def couple(self, value: Column, given: Columns, then: Columns) -> Chances:
        """The law of the value under other probabilities, exactly."""
        chosen = self._places(value)
        before, after = self._rows(given, len(value)), self._rows(then, len(value))
        own = at_places(before, chosen)
        self._check(own, value)
        if isinstance(self.coupling, GumbelMax):
            return Chances(self.values, gumbel_chances(before, after, chosen))
        low = np.zeros(len(value))
        for place, row in enumerate(before[:-1]):
            low += row * (chosen > place)
        return Chances(self.values, interval_chances(low, low + own, running(after), len(after)))

    def _places(self, value: Column) -> NDArray[np.intp]:
        return places(value, self.values, of="a value")

    def _rows(self, given: Columns, units: int) -> Floats:
        rows = self.odds.at(given, units)
        if len(rows) != len(self.values):
            raise FunctionError(f"has {len(rows)} probabilities for the values {self.values}")
        return rows

    def _check(self, own: Floats, value: Column) -> None:
        if (never := np.flatnonzero(own <= 0)).size:
            raise ImpossibleEvidenceError(f"the value {value[never[0]]}")

    def to_dict(self) -> dict[str, object]:
        """The mechanism as plain data."""
        return {
            "kind": "categorical",
            "odds": self.odds.to_dict(),
            "values": list(self.values),
            "coupling": type(self.coupling).__name__,
            "ignores": list(self.ignores),
        }
