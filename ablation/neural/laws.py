"""How each random operation of torch makes its values from random bits.

One function an operation; all read the same words, so the coupling between two worlds is that of
common uniforms: monotone for Bernoulli and quantile laws, the exponential race for categories.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ablation.neural.fused import ATTENTION, attended

Bits: TypeAlias = Callable[[Sequence[int]], NDArray[np.uint32]]
Arguments: TypeAlias = Mapping[str, Any]
Law: TypeAlias = Callable[[Arguments, Bits], object]  # None: not with these arguments
WHOLE = 4  # how a schema writes the default kind of whole numbers


def uniform(words: NDArray[np.uint32], like: Tensor) -> Tensor:
    """Make numbers strictly between 0 and 1; 23 bits, so single precision holds them exactly.

    >>> uniform(np.array([0, 2**32 - 1], np.uint32), torch.empty(0)).tolist()
    [5.960464477539063e-08, 0.9999999403953552]
    """
    return _tensor(((words >> 9) + np.float64(0.5)) * 2.0**-23, like)


def normal(words: NDArray[np.uint32], like: Tensor) -> Tensor:
    """Make standard normal numbers, each from its own word, by the quantile function."""
    chance = torch.from_numpy(np.asarray((words + np.float64(0.5)) * 2.0**-32))
    quantiles: Tensor = torch.special.ndtri(chance)
    return quantiles.to(like.device, like.dtype)


def bernoulli(words: NDArray[np.uint32], chance: float | Tensor, like: Tensor) -> Tensor:
    """Make ones with the chance given, to within 2^-32 where it is one number."""
    if isinstance(chance, Tensor):
        return (uniform(words, chance.float()) < chance).to(like.device, like.dtype)
    return _tensor(words < round(chance * 2**32), like)


def _tensor(values: NDArray[np.generic], like: Tensor) -> Tensor:
    return torch.from_numpy(np.asarray(values)).to(like.device, like.dtype)


def _bernoulli(a: Arguments, bits: Bits) -> Tensor:
    chance = a["self"] if a.get("p") is None else a["p"]
    return bernoulli(bits(a["self"].shape), chance, a["self"])


def _bernoulli_(a: Arguments, bits: Bits) -> Tensor:
    return _into(a, bernoulli(bits(a["self"].shape), a["p"], a["self"]))


def _dropout(a: Arguments, bits: Bits) -> tuple[Tensor, Tensor]:
    kept = bernoulli(bits(a["input"].shape), 1 - a["p"], a["input"])
    scale = 1 / (1 - a["p"]) if a["p"] < 1 else 0.0
    return a["input"] * kept * scale, kept.bool()


def _attention(name: str) -> Law:
    def law(a: Arguments, bits: Bits) -> tuple[object, ...] | None:
        return attended(
            name, a, lambda shape: bernoulli(bits(shape), 1 - a["dropout_p"], a["query"])
        )

    return law


def _uniform_(a: Arguments, bits: Bits) -> Tensor:
    low, high = a["from"], a["to"]
    return _into(a, low + (high - low) * uniform(bits(a["self"].shape), a["self"]))


def _normal_(a: Arguments, bits: Bits) -> Tensor:
    return _into(a, a["mean"] + a["std"] * normal(bits(a["self"].shape), a["self"]))


def _normal(a: Arguments, bits: Bits) -> Tensor:
    if a.get("size") is not None:
        like = _empty(a)
    else:
        both = [each for each in (a["mean"], a["std"]) if isinstance(each, Tensor)]
        like = both[0].new_empty(torch.broadcast_shapes(*(each.shape for each in both)))
    values: Tensor = a["mean"] + a["std"] * normal(bits(like.shape), like)
    return values


def _exponential_(a: Arguments, bits: Bits) -> Tensor:
    return _into(a, -uniform(bits(a["self"].shape), a["self"]).log() / a["lambd"])


def _rand(a: Arguments, bits: Bits) -> Tensor:
    like = _empty(a)
    return uniform(bits(like.shape), like)


def _randn(a: Arguments, bits: Bits) -> Tensor:
    like = _empty(a)
    return normal(bits(like.shape), like)


def _multinomial(a: Arguments, bits: Bits) -> Tensor:
    """Whoever arrives first in a race of exponentials was drawn first (Gumbel's trick).

    What is put back runs again: one race for each sample, with times of its own.
    """
    weights, many = a["self"], a["num_samples"]
    again = a["replacement"] and many > 1
    if again:
        weights = weights.unsqueeze(-2).expand(*weights.shape[:-1], many, weights.shape[-1])
    times = -uniform(bits(weights.shape), weights).log() / weights
    first: Tensor = times.topk(1 if again else many, largest=False, sorted=True).indices
    return first.squeeze(-1) if again else first


def _randint(a: Arguments, bits: Bits) -> Tensor | None:
    like = _empty(a)
    return _whole(bits, a.get("low", 0), a["high"], like)


def _random_(a: Arguments, bits: Bits) -> Tensor | None:
    values = _whole(bits, a.get("from", 0), a.get("to"), a["self"])
    return None if values is None else _into(a, values)


def _whole(bits: Bits, low: int, high: object, like: Tensor) -> Tensor | None:
    """Whole numbers from `low` up to `high`, left out; each chance to within 2^-32."""
    if not isinstance(high, int) or high - low > 2**32:
        return None
    steps = bits(like.shape).astype(np.uint64) * np.uint64(high - low) >> np.uint64(32)
    return _tensor(low + steps.astype(np.int64), like)


def _randperm(a: Arguments, bits: Bits) -> Tensor:
    like = torch.empty(a["n"], **_options(a))
    return _tensor(np.argsort(bits((a["n"],)), kind="stable"), like)


def _log_normal_(a: Arguments, bits: Bits) -> Tensor:
    return _into(a, (a["mean"] + a["std"] * normal(bits(a["self"].shape), a["self"])).exp())


def _cauchy_(a: Arguments, bits: Bits) -> Tensor:
    turns = torch.pi * (uniform(bits(a["self"].shape), a["self"]) - 0.5)
    return _into(a, a["median"] + a["sigma"] * turns.tan())


def _geometric_(a: Arguments, bits: Bits) -> Tensor:
    tries = uniform(bits(a["self"].shape), a["self"].double()).log() / np.log1p(-a["p"])
    return _into(a, tries.ceil().clamp(min=1))


def _rrelu(a: Arguments, bits: Bits) -> Tensor:
    """A slope drawn for every number below zero; `noise` keeps the slopes, as torch does."""
    given, low, high = a["self"], a["lower"], a["upper"]
    slopes = low + (high - low) * uniform(bits(given.shape), given)
    a["noise"].copy_(torch.where(given < 0, slopes, torch.ones_like(slopes)))
    leaked: Tensor = given * a["noise"]
    return leaked


def _rrelu_(a: Arguments, bits: Bits) -> Tensor:
    return _into(a, _rrelu(a, bits))


def _empty(a: Arguments) -> Tensor:
    """An empty tensor of the kind that `rand(size, ...)` or `rand_like(self, ...)` would make."""
    if "self" in a:
        return torch.empty_like(a["self"], **_options(a))
    return torch.empty(a["size"], **_options(a))


def _options(a: Arguments) -> dict[str, Any]:
    given = {key: a[key] for key in ("dtype", "layout", "device") if a.get(key) is not None}
    if given.get("dtype") == WHOLE:
        given["dtype"] = torch.int64
    return given


def _into(a: Arguments, values: Tensor) -> Tensor:
    filled: Tensor = a["self"].copy_(values)
    return filled


LAWS: Mapping[str, Law] = {
    "bernoulli": _bernoulli,
    "bernoulli_": _bernoulli_,
    "native_dropout": _dropout,
    "uniform_": _uniform_,
    "normal_": _normal_,
    "normal": _normal,
    "exponential_": _exponential_,
    "rand": _rand,
    "rand_like": _rand,
    "randn": _randn,
    "randn_like": _randn,
    "randint": _randint,
    "randint_like": _randint,
    "random_": _random_,
    "randperm": _randperm,
    "multinomial": _multinomial,
    "log_normal_": _log_normal_,
    "cauchy_": _cauchy_,
    "geometric_": _geometric_,
    "rrelu_with_noise": _rrelu,
    "rrelu_with_noise_": _rrelu_,
    **{name: _attention(name) for name in ATTENTION},
}
DROPOUT = ("bernoulli_", "native_dropout", *ATTENTION)  # one and the same, on one device or another
