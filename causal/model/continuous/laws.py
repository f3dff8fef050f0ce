"""Laws of noise over the real numbers: each a standard shape, moved and stretched.

A law is a frozen value that prints, compares, hashes and saves.  What can be asked of it (draws,
probabilities, quantiles, densities, moments) it answers through its ``form``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from math import inf, isfinite, log, pi

import numpy as np
from scipy import special

from causal.errors import OptionError, ProbabilityError
from causal.model.noise import Column, Finite, Floats, Form, Law
from causal.variables import nearest

__all__ = [
    "Empirical",
    "Exponential",
    "Laplace",
    "Logistic",
    "Normal",
    "StudentT",
    "Uniform",
    "law_from_dict",
]


@dataclass(frozen=True)
class Normal:
    """The normal law, by its mean and standard deviation.

    >>> Normal(0, 2).form.variance
    4.0
    """

    mean: float = 0.0
    sd: float = 1.0

    def __post_init__(self) -> None:
        _positive("sd", self.sd)

    @property
    def form(self) -> Form:
        """The bell, moved and stretched."""
        shape = Form(
            draw=lambda n, rng: rng.standard_normal(n),
            cdf=special.ndtr,
            quantile=special.ndtri,
            log_density=lambda at: -0.5 * (at * at + log(2 * pi)),
            mean=0.0,
            variance=1.0,
            fill=lambda out, rng: rng.standard_normal(out=out),
        )
        return _moved(shape, self.mean, self.sd)

    def to_dict(self) -> dict[str, object]:
        """The law as plain data."""
        return {"kind": "normal", **asdict(self)}


@dataclass(frozen=True)
class Uniform:
    """The uniform law between two ends.

    >>> float(Uniform(2, 4).form.cdf(np.array(2.5)))
    0.25
    """

    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        _positive("high - low", self.high - self.low)

    @property
    def form(self) -> Form:
        """The unit interval, moved and stretched."""
        shape = Form(
            draw=lambda n, rng: rng.random(n),
            cdf=lambda at: np.clip(at, 0.0, 1.0),
            quantile=lambda at: at,
            log_density=lambda at: np.where((at >= 0) & (at <= 1), 0.0, -inf),
            mean=0.5,
            variance=1 / 12,
            fill=lambda out, rng: rng.random(out=out),
        )
        return _moved(shape, self.low, self.high - self.low)

    def to_dict(self) -> dict[str, object]:
        """The law as plain data."""
        return {"kind": "uniform", **asdict(self)}


@dataclass(frozen=True)
class Logistic:
    """The logistic law: a threshold on it is a logit.

    >>> float(Logistic().form.cdf(np.array(0.0)))
    0.5
    """

    mean: float = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        _positive("scale", self.scale)

    @property
    def form(self) -> Form:
        """The logistic curve, moved and stretched."""
        shape = Form(
            draw=lambda n, rng: rng.logistic(size=n),
            cdf=special.expit,
            quantile=special.logit,
            log_density=lambda at: special.log_expit(at) + special.log_expit(-at),
            mean=0.0,
            variance=pi * pi / 3,
        )
        return _moved(shape, self.mean, self.scale)

    def to_dict(self) -> dict[str, object]:
        """The law as plain data."""
        return {"kind": "logistic", **asdict(self)}


@dataclass(frozen=True)
class Laplace:
    """The double exponential law.

    >>> Laplace(1, 3).form.mean
    1.0
    """

    mean: float = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        _positive("scale", self.scale)

    @property
    def form(self) -> Form:
        """Two exponentials back to back, moved and stretched."""
        shape = Form(
            draw=lambda n, rng: rng.laplace(size=n),
            cdf=lambda at: 0.5 * (1 - np.sign(at) * np.expm1(-np.abs(at))),
            quantile=lambda at: -np.sign(at - 0.5) * np.log1p(-2 * np.abs(at - 0.5)),
            log_density=lambda at: -np.abs(at) - log(2),
            mean=0.0,
            variance=2.0,
        )
        return _moved(shape, self.mean, self.scale)

    def to_dict(self) -> dict[str, object]:
        """The law as plain data."""
        return {"kind": "laplace", **asdict(self)}


@dataclass(frozen=True)
class StudentT:
    """Student's law: like the normal one, with heavier tails the fewer degrees of freedom.

    >>> StudentT(4).form.variance
    2.0
    """

    df: float
    mean: float = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        _positive("df", self.df)
        _positive("scale", self.scale)

    @property
    def form(self) -> Form:
        """Student's curve, moved and stretched; no mean at df <= 1, no variance at df <= 2."""
        df = self.df
        height = special.gammaln((df + 1) / 2) - special.gammaln(df / 2) - 0.5 * log(df * pi)
        shape = Form(
            draw=lambda n, rng: rng.standard_t(df, size=n),
            cdf=lambda at: special.stdtr(df, at),
            quantile=lambda at: special.stdtrit(df, at),
            log_density=lambda at: height - (df + 1) / 2 * np.log1p(at * at / df),
            mean=0.0 if df > 1 else float("nan"),
            variance=df / (df - 2) if df > 2 else inf,
        )
        return _moved(shape, self.mean, self.scale)

    def to_dict(self) -> dict[str, object]:
        """The law as plain data."""
        return {"kind": "studentt", **asdict(self)}


@dataclass(frozen=True)
class Exponential:
    """The exponential law, by its mean.

    >>> Exponential(2).form.mean
    2.0
    """

    scale: float = 1.0

    def __post_init__(self) -> None:
        _positive("scale", self.scale)

    @property
    def form(self) -> Form:
        """The exponential curve, stretched."""
        shape = Form(
            draw=lambda n, rng: rng.standard_exponential(n),
            cdf=lambda at: -np.expm1(-np.maximum(at, 0.0)),
            quantile=lambda at: -np.log1p(-at),
            log_density=lambda at: np.where(at < 0, -inf, -at),
            mean=1.0,
            variance=1.0,
        )
        return _moved(shape, 0.0, self.scale)

    def to_dict(self) -> dict[str, object]:
        """The law as plain data."""
        return {"kind": "exponential", **asdict(self)}


@dataclass(frozen=True, init=False, repr=False)
class Empirical:
    """The law of some numbers, each as likely as the others: residuals, for instance.

    It has no density, so that densities are refused.

    >>> Empirical([1.0, 2.0, 6.0]).form.mean
    3.0
    """

    samples: tuple[float, ...]

    def __init__(self, samples: Iterable[float]) -> None:
        kept = tuple(sorted(map(float, samples)))
        if not kept or not all(map(isfinite, kept)):
            raise ProbabilityError("an empirical law needs at least one number, and finite ones")
        object.__setattr__(self, "samples", kept)

    def __repr__(self) -> str:
        low, high = self.samples[0], self.samples[-1]
        return f"<Empirical: {len(self.samples)} numbers from {low:g} to {high:g}>"

    @property
    def form(self) -> Form:
        """Steps at the numbers."""
        numbers = np.array(self.samples)
        n = len(numbers)
        return Form(
            draw=lambda size, rng: numbers[(rng.random(size) * n).astype(np.intp)],
            cdf=lambda at: np.searchsorted(numbers, at, side="right") / n,
            quantile=lambda at: numbers[np.clip(np.ceil(at * n) - 1, 0, n - 1).astype(np.intp)],
            log_density=_no_density,
            mean=float(numbers.mean()),
            variance=float(numbers.var()),
        )

    def to_dict(self) -> dict[str, object]:
        """The law as plain data."""
        return {"kind": "empirical", "samples": list(self.samples)}


LAWS: Mapping[str, Callable[..., Law]] = {
    law.__name__.lower(): law
    for law in (Normal, Uniform, Logistic, Laplace, StudentT, Exponential, Empirical, Finite)
}


def law_from_dict(data: Mapping[str, object]) -> Law:
    """The law that plain data describe: the inverse of ``to_dict``.

    >>> law_from_dict(Normal(0, 2).to_dict())
    Normal(mean=0, sd=2)
    """
    kind = str(data.get("kind", ""))
    if kind not in LAWS:
        close = nearest(kind, LAWS)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise OptionError("law", kind, f"it is one of {', '.join(LAWS)}{hint}")
    return LAWS[kind](**{name: value for name, value in data.items() if name != "kind"})


def _moved(shape: Form, location: float, scale: float) -> Form:
    """The form of location + scale * (a noise of a standard shape)."""
    if location == 0 and scale == 1:
        return shape

    def fill(out: Floats, rng: np.random.Generator) -> None:
        if shape.fill is None:
            out[:] = shape.draw(len(out), rng)
        else:
            shape.fill(out, rng)
        out *= scale
        out += location

    def draw(n: int, rng: np.random.Generator) -> Column:
        drawn: Floats = np.empty(n)
        fill(drawn, rng)
        return drawn

    return Form(
        draw=draw,
        cdf=lambda at: shape.cdf((at - location) / scale),
        quantile=lambda at: location + scale * shape.quantile(at),
        log_density=lambda at: shape.log_density((at - location) / scale) - log(scale),
        mean=float(location + scale * shape.mean),
        variance=float(scale * scale * shape.variance),
        fill=fill,
    )


def _no_density(at: Floats) -> Floats:
    raise OptionError("law", "Empirical", f"a density at {at.size} points needs a smooth law")


def _positive(name: str, value: float) -> None:
    if not (isfinite(value) and value > 0):
        raise OptionError(name, value, "it is a positive number")
