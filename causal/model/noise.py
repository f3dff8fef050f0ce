"""Noise by name: what the graph does not show, and what two worlds have in common.

Pearl (2009), 7.1: a structural model is a law over exogenous variables and one equation for each
endogenous variable.  A noise that two equations read is the hidden common cause of a ``<->`` edge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal.errors import ModelError
from causal.model.exact import Number, Row, distribution, shown
from causal.variables import Variable, natural

__all__ = [
    "Column",
    "Finite",
    "Floats",
    "Form",
    "Law",
    "Noise",
    "floats",
    "hidden_cause",
    "require_law",
]

Column: TypeAlias = NDArray[np.generic]
Floats: TypeAlias = NDArray[np.float64]


def floats(column: Column) -> Floats:
    """A column as double precision numbers, itself when it is that already.

    >>> floats(np.array([True, False]))
    array([1., 0.])
    """
    return np.asarray(column, dtype=np.float64)


@dataclass(frozen=True)
class Form:
    """What can be asked of a law: draws, probabilities, quantiles, densities and moments."""

    draw: Callable[[int, np.random.Generator], Column]
    cdf: Callable[[Floats], Floats]
    quantile: Callable[[Floats], Floats]
    log_density: Callable[[Floats], Floats]
    mean: float
    variance: float
    fill: Callable[[Floats, np.random.Generator], object] | None = None  # draw into a column


class Law(Protocol):
    """How a noise is distributed; a frozen value that says so by its form."""

    @property
    def form(self) -> Form:
        """The law's draws, probabilities, quantiles, densities and moments."""

    def to_dict(self) -> dict[str, object]:
        """The law as plain data."""


@dataclass(frozen=True, init=False, repr=False)
class Finite:
    """A noise that takes the values 0, 1, 2, ... with given probabilities, exactly.

    >>> Finite("1/4, 3/4")
    Finite('1/4, 3/4')
    >>> Finite((0.5, 0.5)).form.mean
    0.5
    """

    weights: Row

    def __init__(self, weights: Iterable[Number] | str, *, of: str = "a noise") -> None:
        numbers = weights.split(",") if isinstance(weights, str) else weights
        object.__setattr__(self, "weights", distribution(numbers, of=of))

    def __repr__(self) -> str:
        return f"Finite({shown(self.weights)!r})"

    @property
    def form(self) -> Form:
        """Steps: a draw is where a uniform one falls among the cumulative sums."""
        weights = np.array([float(p) for p in self.weights])
        values, sums = np.arange(len(weights)), np.cumsum(weights)
        mean = float(weights @ values)
        with np.errstate(divide="ignore"):
            logs = np.log(weights)
        return Form(
            draw=lambda n, rng: np.searchsorted(sums[:-1], rng.random(n), side="right"),
            cdf=lambda at: np.where(at < 0, 0.0, sums[np.clip(at, 0, len(sums) - 1).astype(int)]),
            quantile=lambda at: np.searchsorted(sums[:-1], at).astype(np.float64),
            log_density=lambda at: _logs_at(logs, at),
            mean=mean,
            variance=float(weights @ (values - mean) ** 2),
        )

    def to_dict(self) -> dict[str, object]:
        """The law as plain data, probabilities as text."""
        return {"kind": "finite", "weights": [str(p) for p in self.weights]}


def _logs_at(logs: Floats, at: Floats) -> Floats:
    """The logarithm of the probability of each number, which is zero but at 0, 1, 2, ..."""
    place = np.clip(np.rint(at), 0, len(logs) - 1).astype(np.intp)
    right: Floats = np.where(np.isclose(at, place, rtol=0.0, atol=1e-9), logs[place], -np.inf)
    return right


@dataclass(frozen=True, init=False, repr=False)
class Noise:
    """An exogenous variable, by name: finite by its probabilities, or drawn from any law.

    >>> Noise("U", ("0.4", "0.6"))
    Noise('U', '2/5, 3/5')
    >>> Noise("court order", (0.3, 0.7)).values
    (0, 1)
    """

    name: str
    source: Law

    def __init__(self, name: str, law: Law | Iterable[Number] | str) -> None:
        source = Finite(law, of=name) if isinstance(law, str | Iterable) else law
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "source", source)

    def __repr__(self) -> str:
        match self.source:
            case Finite(weights):
                return f"Noise({self.name!r}, {shown(weights)!r})"
            case law:
                return f"Noise({self.name!r}, {law!r})"

    @property
    def is_finite(self) -> bool:
        """Whether it takes finitely many values."""
        return isinstance(self.source, Finite)

    @property
    def law(self) -> Row:
        """The probability of each value; raises ModelError when there are not finitely many."""
        if isinstance(self.source, Finite):
            return self.source.weights
        raise ModelError(
            f"the noise {self.name} is {self.source!r}, which has no table of probabilities",
            variables=(self.name,),
        )

    @property
    def values(self) -> tuple[int, ...]:
        """What a finite noise can be: 0, 1, ..., one value a probability."""
        return tuple(range(len(self.law)))

    def to_dict(self) -> list[str] | dict[str, object]:
        """The law as plain data: probabilities as text, or a law of real numbers by its kind."""
        return [str(p) for p in self.law] if self.is_finite else self.source.to_dict()


def require_law(variable: str, given: object) -> None:
    """Raise ModelError for what is no law.

    >>> require_law("Y", 3)
    Traceback (most recent call last):
        ...
    causal.errors.ModelError: the noise of Y is 3, which is no law; causal.Normal() is one
    """
    if not isinstance(getattr(given, "form", None), Form):
        raise ModelError(
            f"the noise of {variable} is {given!r}, which is no law; causal.Normal() is one",
            variables=(variable,),
        )


def hidden_cause(one: Variable, other: Variable) -> str:
    """The name that we give to the noise behind ``one <-> other``.

    >>> hidden_cause("Y", "X")
    'U[X,Y]'
    """
    return f"U[{','.join(sorted((one, other), key=natural))}]"
